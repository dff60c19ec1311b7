"""The Llama layout, judged by Hugging Face's own implementation."""

from __future__ import annotations

import json
import logging
import warnings
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

from makar.models.llama_files import LlamaFilesError, load_llama, save_llama
from makar.models.transformer import Transformer, TransformerConfig

SHAPES = {
    "plain": {"width": 32, "layers": 2, "heads": 4},
    "grouped": {"width": 64, "layers": 3, "heads": 8, "kv_heads": 2, "hidden": 100},
    "one key head": {"width": 48, "layers": 1, "heads": 6, "kv_heads": 1},
    "untied": {"width": 32, "layers": 2, "heads": 2, "tied": False},
    "far positions": {"width": 32, "layers": 2, "heads": 4, "rope_theta": 1e5, "context": 1024},
    "other epsilon": {"width": 32, "layers": 2, "heads": 4, "norm_epsilon": 1e-3},
}


def a_transformer(**shape: Any) -> Transformer:
    """Weights large enough that every part matters for the logits."""
    torch.manual_seed(1)
    model = Transformer(TransformerConfig(vocabulary=53, **shape)).eval()
    with torch.no_grad():
        for p in model.parameters():
            p.copy_(torch.randn_like(p) * 0.2 + (1.0 if p.ndim == 1 else 0.0))
    return model


def some_tokens(rows: int = 3, length: int = 40) -> torch.Tensor:
    return torch.randint(53, (rows, length), generator=torch.Generator().manual_seed(2))


def their_logits(model: Any, tokens: torch.Tensor) -> torch.Tensor:
    with torch.no_grad():
        return model(tokens).logits


def our_logits(model: Transformer, tokens: torch.Tensor) -> torch.Tensor:
    with torch.no_grad():
        return model.logits(model.hidden(tokens))


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES.keys())
def test_opens_in_transformers_without_a_word_and_with_the_same_logits(
    shape: dict[str, Any], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    from transformers import AutoModelForCausalLM
    from transformers.utils import logging as their_logging

    model = a_transformer(**shape)
    save_llama(model, tmp_path)
    their_logging.enable_propagation()
    try:
        with warnings.catch_warnings(), caplog.at_level(logging.WARNING):
            warnings.simplefilter("error")
            theirs, info = AutoModelForCausalLM.from_pretrained(tmp_path, output_loading_info=True)
    finally:
        their_logging.disable_propagation()
    assert type(theirs).__name__ == "LlamaForCausalLM"
    assert not any(info[kind] for kind in ("missing_keys", "unexpected_keys", "mismatched_keys"))
    assert caplog.records == []
    tokens = some_tokens()
    expected = our_logits(model, tokens)
    assert expected.std() > 0.5
    torch.testing.assert_close(their_logits(theirs, tokens), expected, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES.keys())
def test_round_trip_is_bit_equal(shape: dict[str, Any], tmp_path: Path) -> None:
    model = a_transformer(**shape)
    save_llama(model, tmp_path)
    again = load_llama(tmp_path)
    assert again.config == model.config.model_copy(
        update={"hidden": model.config.feed_forward, "kv_heads": model.config.grouped_heads}
    )
    for name, tensor in model.state_dict().items():
        assert torch.equal(again.state_dict()[name], tensor), name
    assert torch.equal(again.turn, model.turn)
    assert all(p.requires_grad and p.device.type == "cpu" for p in again.parameters())
    hidden = again.hidden(some_tokens())
    assert torch.equal(again.value(hidden), model.value(model.hidden(some_tokens())))


def their_model(**options: Any) -> Any:
    from transformers import LlamaConfig, LlamaForCausalLM

    torch.manual_seed(3)
    config = LlamaConfig(
        vocab_size=53,
        hidden_size=32,
        intermediate_size=72,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=64,
        initializer_range=0.3,
        **options,
    )
    return LlamaForCausalLM(config).eval()


@pytest.mark.parametrize("tied", [True, False])
def test_opens_what_transformers_wrote(*, tied: bool, tmp_path: Path) -> None:
    theirs = their_model(tie_word_embeddings=tied)
    theirs.save_pretrained(tmp_path)
    ours = load_llama(tmp_path)
    assert ours.config.tied is tied
    tokens = some_tokens()
    torch.testing.assert_close(
        our_logits(ours, tokens), their_logits(theirs, tokens), rtol=1e-5, atol=1e-5
    )
    assert not ours.value(ours.hidden(tokens)).any()


@pytest.mark.parametrize(
    "rope",
    [
        {"rope_parameters": {"rope_theta": 500.0, "rope_type": "default"}},
        {"rope_theta": 500.0},
        {"rope_theta": 500.0, "rope_scaling": None},
    ],
)
def test_rope_of_old_and_new_files(rope: dict[str, Any], tmp_path: Path) -> None:
    theirs = their_model(rope_parameters={"rope_theta": 500.0, "rope_type": "default"})
    theirs.save_pretrained(tmp_path)
    edit_config(tmp_path, remove=("rope_parameters", "rope_theta"), **rope)
    ours = load_llama(tmp_path)
    assert ours.config.rope_theta == 500.0
    tokens = some_tokens()
    torch.testing.assert_close(
        our_logits(ours, tokens), their_logits(theirs, tokens), rtol=1e-5, atol=1e-5
    )


def test_without_rope_keys_theta_is_ten_thousand(tmp_path: Path) -> None:
    save_llama(a_transformer(width=32, layers=1), tmp_path)
    edit_config(tmp_path, remove=("rope_parameters", "rope_theta"))
    assert load_llama(tmp_path).config.rope_theta == 10_000.0


def test_sharded_weights(tmp_path: Path) -> None:
    theirs = their_model(tie_word_embeddings=False)
    theirs.save_pretrained(tmp_path, max_shard_size="20KB")
    assert (tmp_path / "model.safetensors.index.json").exists()
    assert len(list(tmp_path.glob("*.safetensors"))) > 1
    tokens = some_tokens()
    torch.testing.assert_close(
        our_logits(load_llama(tmp_path), tokens), their_logits(theirs, tokens), rtol=1e-5, atol=1e-5
    )


def test_half_precision_becomes_single(tmp_path: Path) -> None:
    theirs = their_model().bfloat16()
    theirs.save_pretrained(tmp_path)
    ours = load_llama(tmp_path)
    assert ours.embed.weight.dtype == torch.float32
    assert torch.equal(ours.embed.weight, theirs.model.embed_tokens.weight.float())


def edit_config(folder: Path, *, remove: tuple[str, ...] = (), **changes: Any) -> None:
    path = folder / "config.json"
    config = {k: v for k, v in json.loads(path.read_text()).items() if k not in remove}
    path.write_text(json.dumps(config | changes))


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("model_type", "mistral"),
        ("attention_bias", True),
        ("mlp_bias", True),
        ("hidden_act", "gelu"),
        ("rope_scaling", {"type": "linear", "factor": 2.0}),
        ("rope_parameters", {"rope_type": "llama3", "rope_theta": 1e4, "factor": 8.0}),
        ("rope_parameters", {"rope_theta": 1e4, "partial_rotary_factor": 0.5}),
        ("head_dim", 16),
        ("quantization_config", {"quant_method": "gptq"}),
        ("hidden_size", "wide"),
        ("vocab_size", 0),
    ],
)
def test_refuses_what_it_cannot_compute_and_names_the_key(
    key: str, value: object, tmp_path: Path
) -> None:
    save_llama(a_transformer(width=32, layers=1), tmp_path)
    edit_config(tmp_path, **{key: value})
    with pytest.raises(LlamaFilesError, match=rf"config\.json: {key}"):
        load_llama(tmp_path)


def test_refuses_missing_and_broken_files(tmp_path: Path) -> None:
    with pytest.raises(LlamaFilesError, match=r"config\.json: cannot be read"):
        load_llama(tmp_path)
    save_llama(a_transformer(width=32, layers=1), tmp_path)
    weights = tmp_path / "model.safetensors"
    whole = weights.read_bytes()
    weights.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(LlamaFilesError, match=r"model\.safetensors: cannot be read"):
        load_llama(tmp_path)
    weights.unlink()
    (tmp_path / "pytorch_model.bin").write_bytes(b"a pickle")
    with pytest.raises(LlamaFilesError, match="pickle"):
        load_llama(tmp_path)
    (tmp_path / "config.json").write_text("{")
    with pytest.raises(LlamaFilesError, match=r"config\.json"):
        load_llama(tmp_path)


def test_refuses_shards_outside_the_folder(tmp_path: Path) -> None:
    save_llama(a_transformer(width=32, layers=1), tmp_path / "model")
    index = tmp_path / "model" / "model.safetensors.index.json"
    (tmp_path / "model" / "model.safetensors").rename(tmp_path / "elsewhere.safetensors")
    index.write_text(json.dumps({"weight_map": {"x": "../elsewhere.safetensors"}}))
    with pytest.raises(LlamaFilesError, match="outside"):
        load_llama(tmp_path / "model")
    index.write_text("[]")
    with pytest.raises(LlamaFilesError, match="weight_map"):
        load_llama(tmp_path / "model")


def test_refuses_weights_that_do_not_fit(tmp_path: Path) -> None:
    save_llama(a_transformer(width=32, layers=1), tmp_path)
    path = tmp_path / "model.safetensors"
    tensors = load_file(path)
    save_file(tensors | {"model.layers.0.lora_A.weight": torch.zeros(2, 2)}, path)
    with pytest.raises(LlamaFilesError, match="lora_A"):
        load_llama(tmp_path)
    save_file({k: v for k, v in tensors.items() if "up_proj" not in k}, path)
    with pytest.raises(LlamaFilesError, match="up_proj"):
        load_llama(tmp_path)
    save_file(tensors | {"model.norm.weight": torch.zeros(31)}, path)
    with pytest.raises(LlamaFilesError, match=r"norm\.weight should have shape \(32,\)"):
        load_llama(tmp_path)


def test_tolerates_the_leftovers_of_old_files(tmp_path: Path) -> None:
    model = a_transformer(width=32, layers=1)
    save_llama(model, tmp_path)
    path = tmp_path / "model.safetensors"
    old = {"model.layers.0.self_attn.rotary_emb.inv_freq": torch.ones(4)}
    save_file(load_file(path) | old | {"lm_head.weight": model.embed.weight.detach()}, path)
    tokens = some_tokens()
    assert torch.equal(our_logits(load_llama(tmp_path), tokens), our_logits(model, tokens))
