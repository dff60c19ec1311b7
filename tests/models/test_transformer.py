"""The network alone: its cache, its causality, its limits. Its numbers: test_llama_files."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from makar.models.transformer import Transformer, TransformerConfig

SHAPES: list[dict[str, Any]] = [
    {"heads": 4},
    {"heads": 4, "kv_heads": 2},
    {"heads": 4, "kv_heads": 1, "tied": False},
]


def network(**shape: Any) -> Transformer:
    torch.manual_seed(0)
    options = {"vocabulary": 11, "width": 32, "layers": 2, "context": 32} | shape
    model = Transformer(TransformerConfig(**options)).eval()
    with torch.no_grad():
        for p in model.parameters():
            p.add_(torch.randn_like(p) * 0.2)
    return model


def tokens(rows: int, length: int) -> torch.Tensor:
    return torch.randint(11, (rows, length), generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("prefix", [1, 3, 20])
def test_the_cached_decoder_gives_the_logits_of_the_whole(
    shape: dict[str, Any], prefix: int
) -> None:
    model, written = network(**shape), tokens(5, 20)
    with torch.no_grad():
        whole = model.logits(model.hidden(written))
        decode = model.decoder(5, 20)
        steps = [decode(written[:, :prefix])]
        steps += [decode(written[:, t : t + 1]) for t in range(prefix, 20)]
    assert whole.std() > 0.1
    torch.testing.assert_close(torch.stack(steps, 1), whole[:, prefix - 1 :], atol=1e-5, rtol=1e-5)


def test_nothing_later_is_seen() -> None:
    model, written = network(), tokens(2, 12)
    changed = written.clone()
    changed[:, 7:] = (changed[:, 7:] + 1) % 11
    with torch.no_grad():
        before, after = model.hidden(written), model.hidden(changed)
    torch.testing.assert_close(before[:, :7], after[:, :7])
    assert not torch.allclose(before[:, 7:], after[:, 7:])


def test_gradients_are_those_of_finite_differences() -> None:
    """The whole network along one random direction, in double precision."""
    model, written = network(kv_heads=2, heads=4).double(), tokens(2, 6)
    model.turn = model.turn.double()
    parameters = [p for n, p in model.named_parameters() if "value" not in n]
    direction = [torch.randn_like(p) for p in parameters]

    def loss() -> torch.Tensor:
        return model.logits(model.hidden(written)).log_softmax(-1)[..., 3].mean()

    slope = sum(
        (g * d).sum()
        for g, d in zip(torch.autograd.grad(loss(), parameters), direction, strict=True)
    )

    def moved(by: float) -> float:
        with torch.no_grad():
            for p, d in zip(parameters, direction, strict=True):
                p.add_(d, alpha=by)
            value = loss().item()
            for p, d in zip(parameters, direction, strict=True):
                p.sub_(d, alpha=by)
        return value

    assert float(slope) == pytest.approx((moved(1e-5) - moved(-1e-5)) / 2e-5, rel=1e-5)


def test_single_precision_gradients_are_those_of_double() -> None:
    written = tokens(3, 9)
    gradients = []
    for dtype in (torch.float32, torch.float64):
        model = network().to(dtype)
        model.turn = model.turn.to(dtype)
        model.logits(model.hidden(written)).log_softmax(-1)[..., 3].mean().backward()
        gradients.append({n: p.grad for n, p in model.named_parameters() if p.grad is not None})
    single, double = gradients
    assert single.keys() == double.keys()
    for name, gradient in single.items():
        torch.testing.assert_close(gradient.double(), double[name], rtol=1e-3, atol=1e-6)


def test_initial_scale() -> None:
    torch.manual_seed(0)
    model = Transformer(TransformerConfig(vocabulary=200, width=128, layers=8))
    state = model.state_dict()
    assert state["embed.weight"].std().item() == pytest.approx(0.02, rel=0.05)
    assert state["blocks.3.qkv.weight"].std().item() == pytest.approx(0.02, rel=0.05)
    for name in ("out", "down"):  # 0.02 / sqrt(2 * 8)
        assert state[f"blocks.3.{name}.weight"].std().item() == pytest.approx(0.005, rel=0.05)
    assert not model.value(torch.randn(2, 3, 128)).any()


def test_refusals() -> None:
    model = network()
    with pytest.raises(ValueError, match="33 tokens do not fit"):
        model.hidden(tokens(1, 33))
    decode = model.decoder(1, 8)
    decode(tokens(1, 2))
    with pytest.raises(ValueError, match="one token at a time"):
        decode(tokens(1, 2))
    for bad in ({"heads": 3}, {"heads": 4, "kv_heads": 3}, {"width": 30, "heads": 10}):
        with pytest.raises(ValueError, match="multiple"):
            TransformerConfig(vocabulary=5, **({"width": 32} | bad))
