"""Our kernels against PyTorch's own, forward and backward."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from makar.models import kernels
from makar.models.kernels import RMSNorm, attend_one, linear


def gradients(function: Callable[..., Tensor], *inputs: Tensor) -> list[Tensor]:
    """The value, and the gradient of a fixed weighted sum of it for each input."""
    inputs = tuple(x.detach().clone().requires_grad_() for x in inputs)
    value = function(*inputs)
    weights = torch.randn(value.shape, generator=torch.Generator().manual_seed(1))
    return [value.detach(), *torch.autograd.grad((value * weights).sum(), inputs)]


SHAPES = [((4, 7, 24), 10), ((5, 32), 3), ((1, 1, 8), 1), ((0, 8), 4), ((2, 3, 4, 8), 6)]


@pytest.mark.parametrize("onednn", [True, False])
@pytest.mark.parametrize(("shape", "outputs"), SHAPES)
def test_linear_is_linear(
    shape: tuple[int, ...], outputs: int, onednn: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not onednn:
        monkeypatch.setattr(kernels, "_ONEDNN", None)
    torch.manual_seed(0)
    x, weight = torch.randn(shape), torch.randn(outputs, shape[-1])
    for ours, theirs in zip(
        gradients(linear, x, weight), gradients(F.linear, x, weight), strict=True
    ):
        torch.testing.assert_close(ours, theirs, rtol=1e-5, atol=1e-5)
    with torch.no_grad():
        torch.testing.assert_close(linear(x, weight), F.linear(x, weight), rtol=1e-5, atol=1e-5)


def test_linear_of_slices_and_transposes() -> None:
    torch.manual_seed(0)
    x, weight = torch.randn(4, 9, 16)[:, 2:8:2].transpose(0, 1), torch.randn(16, 10).T
    for ours, theirs in zip(
        gradients(linear, x, weight), gradients(F.linear, x, weight), strict=True
    ):
        torch.testing.assert_close(ours, theirs, rtol=1e-5, atol=1e-5)


def test_linear_gives_only_the_gradients_asked_for() -> None:
    x, weight = torch.randn(3, 4, requires_grad=True), torch.randn(5, 4)
    linear(x, weight).sum().backward()
    assert x.grad is not None
    assert weight.grad is None
    weight.requires_grad_()
    linear(x.detach(), weight).sum().backward()
    assert weight.grad is not None


def test_other_precisions_go_pytorchs_way() -> None:
    x, weight = torch.randn(3, 4, dtype=torch.float64), torch.randn(5, 4, dtype=torch.float64)
    assert torch.equal(linear(x, weight), F.linear(x, weight))


def test_rms_norm() -> None:
    torch.manual_seed(0)
    ours, theirs = RMSNorm(24, eps=1e-3), nn.RMSNorm(24, eps=1e-3)
    weight, x = torch.randn(24), torch.randn(3, 5, 24)

    def apply(norm: nn.RMSNorm) -> Callable[[Tensor, Tensor], Tensor]:
        return lambda x, w: torch.func.functional_call(norm, {"weight": w}, (x,))

    for a, b in zip(
        gradients(apply(ours), x, weight), gradients(apply(theirs), x, weight), strict=True
    ):
        torch.testing.assert_close(a, b, rtol=1e-5, atol=1e-5)
    with torch.no_grad():
        torch.testing.assert_close(ours(x), theirs(x))
    exact = RMSNorm(6, eps=1e-3).double()
    point = torch.randn(2, 6, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(exact, (point,))


@pytest.mark.parametrize("seen", [1, 5, 16])
@pytest.mark.parametrize("queries", [1, 3])
def test_attention_of_one_position(seen: int, queries: int) -> None:
    torch.manual_seed(0)
    q, keys, values = torch.randn(2, 4, queries, 8), *torch.randn(2, 2, 4, 16, 8)
    expected = F.scaled_dot_product_attention(q, keys[:, :, :seen], values[:, :, :seen])
    torch.testing.assert_close(attend_one(q * 8**-0.5, keys, values, seen), expected)
    double = attend_one(*(x.double() for x in (q * 8**-0.5, keys, values)), seen)
    torch.testing.assert_close(double.float(), expected)


def test_attention_survives_large_scores_and_shows_nan() -> None:
    q, keys, values = (
        torch.full((1, 1, 1, 2), 300.0),
        torch.ones(1, 1, 3, 2),
        torch.randn(1, 1, 3, 2),
    )
    torch.testing.assert_close(attend_one(q, keys, values, 3)[0, 0, 0], values.mean(2)[0, 0])
    keys[0, 0, 1, 0] = torch.nan
    assert attend_one(q, keys, values, 3).isnan().all()
