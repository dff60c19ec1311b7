"""Hugging Face's Llama layout: a makar Transformer opens elsewhere, and others open here.

A folder holds ``config.json`` and ``model.safetensors`` with the names and shapes that
``transformers.AutoModelForCausalLM.from_pretrained(folder)`` expects, and the value head,
which other programs have no use for, in ``value_head.safetensors`` beside them. What the
layout has no place for is left out: ``dropout``, which concerns training only.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, cast

import torch
from pydantic import BaseModel, ConfigDict, Field, PositiveInt, ValidationError
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

from makar.core.disk.parsing import parse_json
from makar.core.disk.plain import MEGABYTE, open_plain, read_plain
from makar.models.transformer import Block, Transformer, TransformerConfig

CONFIG, WEIGHTS, VALUE_HEAD = "config.json", "model.safetensors", "value_head.safetensors"
SHARDS = "model.safetensors.index.json"
EMBEDDING, HEAD, LAST_NORM = "model.embed_tokens.weight", "lm_head.weight", "model.norm.weight"
PLAIN = {
    "self_attn.o_proj.weight": "out.weight",
    "mlp.down_proj.weight": "down.weight",
    "input_layernorm.weight": "attention_norm.weight",
    "post_attention_layernorm.weight": "feed_norm.weight",
}
"""Tensors of a layer that are the same there and here: their name to ours."""
FUSED = {
    "qkv.weight": ("self_attn.q_proj.weight", "self_attn.k_proj.weight", "self_attn.v_proj.weight"),
    "gate_up.weight": ("mlp.gate_proj.weight", "mlp.up_proj.weight"),
}
"""Our matrices that are several of theirs, one below the other."""


class LlamaFilesError(ValueError):
    """A folder that does not hold a Llama which makar can open; says which file and why."""


class _Rope(BaseModel):
    """``rope_parameters``, as newer files have it."""

    rope_theta: float = 10_000.0
    rope_type: Literal["default"] = "default"
    partial_rotary_factor: float = Field(default=1.0, ge=1.0, le=1.0)


class _LlamaConfig(BaseModel):
    """What ``config.json`` may say; the defaults are Hugging Face's for a missing key."""

    model_config = ConfigDict(extra="ignore", protected_namespaces=())

    model_type: Literal["llama"]
    vocab_size: PositiveInt
    hidden_size: PositiveInt
    intermediate_size: PositiveInt
    num_hidden_layers: PositiveInt
    num_attention_heads: PositiveInt
    num_key_value_heads: PositiveInt | None = None
    head_dim: PositiveInt | None = None
    max_position_embeddings: PositiveInt = 2048
    rms_norm_eps: float = 1e-6
    tie_word_embeddings: bool = False
    hidden_act: Literal["silu", "swish"] = "silu"
    attention_bias: Literal[False] = False
    mlp_bias: Literal[False] = False
    rope_theta: float = 10_000.0
    rope_scaling: None = None
    rope_parameters: _Rope | None = None
    quantization_config: None = None

    def ours(self) -> TransformerConfig:
        """The same in makar's words; raises ValueError for a shape makar does not have."""
        if self.head_dim not in (None, self.hidden_size // self.num_attention_heads):
            raise ValueError("head_dim: must be hidden_size / num_attention_heads")
        return TransformerConfig(
            vocabulary=self.vocab_size,
            width=self.hidden_size,
            layers=self.num_hidden_layers,
            heads=self.num_attention_heads,
            kv_heads=self.num_key_value_heads,
            hidden=self.intermediate_size,
            context=self.max_position_embeddings,
            rope_theta=self.rope_parameters.rope_theta if self.rope_parameters else self.rope_theta,
            norm_epsilon=self.rms_norm_eps,
            tied=self.tie_word_embeddings,
        )


def save_llama(model: Transformer, folder: str | Path) -> None:
    """Write the model so that it opens in makar and in Hugging Face's transformers.

    Args:
        model: What to save.
        folder: Made if missing; files of these names in it are replaced.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    tensors = {name: t.detach().cpu().contiguous() for name, t in _theirs(model).items()}
    head = {name: t.detach().cpu() for name, t in model.value_head.state_dict().items()}
    save_file(tensors, folder / WEIGHTS, metadata={"format": "pt"})
    save_file(head, folder / VALUE_HEAD, metadata={"format": "pt"})
    config = json.dumps(_their_config(model.config), indent=2, sort_keys=True)
    (folder / CONFIG).write_text(config + "\n", encoding="utf-8")


def load_llama(folder: str | Path) -> Transformer:
    """Open a Llama saved by makar or by Hugging Face's transformers, in one file or in shards.

    Weights become 32-bit floats. Without a value head beside it the value starts at 0.

    Raises:
        LlamaFilesError: a file is missing or broken, or the model needs something makar's
            Transformer does not have; the message names the file and the key.
    """
    folder = Path(folder)
    config = _config(folder / CONFIG)
    tensors = {name: t.float() for name, t in _tensors(folder).items()}
    state = _ours(tensors, config, folder)
    if (folder / VALUE_HEAD).exists():
        head = _read(folder / VALUE_HEAD)
        state |= {f"value_head.{name}": t.float() for name, t in head.items()}
    else:
        state["value_head.weight"] = torch.zeros(1, config.width)
        state["value_head.bias"] = torch.zeros(1)
    with torch.device("meta"):  # nothing is drawn at random only to be overwritten
        model = Transformer(config)
    for name, tensor in model.state_dict().items():
        if name not in state or state[name].shape != tensor.shape:
            found = tuple(state[name].shape) if name in state else "nothing"
            raise LlamaFilesError(
                f"{folder}: {name} should have shape {tuple(tensor.shape)}, found {found}; "
                f"{CONFIG} and the weights do not belong together"
            )
    model.load_state_dict(state, assign=True)
    model.turn = model.rotation()
    return model


def _their_config(config: TransformerConfig) -> dict[str, Any]:
    return {
        "architectures": ["LlamaForCausalLM"],
        "model_type": "llama",
        "vocab_size": config.vocabulary,
        "hidden_size": config.width,
        "intermediate_size": config.feed_forward,
        "num_hidden_layers": config.layers,
        "num_attention_heads": config.heads,
        "num_key_value_heads": config.grouped_heads,
        "head_dim": config.width // config.heads,
        "max_position_embeddings": config.context,
        "rms_norm_eps": config.norm_epsilon,
        "tie_word_embeddings": config.tied,
        "hidden_act": "silu",
        "attention_bias": False,
        "mlp_bias": False,
        "rope_theta": config.rope_theta,  # read by transformers 4
        "rope_parameters": {"rope_theta": config.rope_theta, "rope_type": "default"},  # and by 5
        "bos_token_id": None,
        "eos_token_id": None,
        "torch_dtype": "float32",
    }


def _theirs(model: Transformer) -> dict[str, Tensor]:
    """The weights under Hugging Face's names."""
    tensors: dict[str, Tensor] = {
        EMBEDDING: model.embed.weight,
        LAST_NORM: model.norm.weight,
    }
    if model.head is not None:
        tensors[HEAD] = model.head.weight
    for i, module in enumerate(model.blocks):
        block = cast(Block, module)
        own = block.state_dict()
        tensors |= {f"model.layers.{i}.{theirs}": own[ours] for theirs, ours in PLAIN.items()}
        for ours, names in FUSED.items():
            pieces = own[ours].split(_heights(model.config)[ours])
            tensors |= {f"model.layers.{i}.{n}": p for n, p in zip(names, pieces, strict=True)}
    return tensors


def _heights(config: TransformerConfig) -> dict[str, list[int]]:
    """Rows that each of their matrices has in ours."""
    head = config.width // config.heads
    shared = config.grouped_heads * head
    return {
        "qkv.weight": [config.width, shared, shared],
        "gate_up.weight": [config.feed_forward, config.feed_forward],
    }


def _ours(
    tensors: Mapping[str, Tensor], config: TransformerConfig, folder: Path
) -> dict[str, Tensor]:
    """Hugging Face's weights under our names; every one of them must find its place."""
    left = dict(tensors)

    def pick(name: str) -> Tensor:
        if name not in left:
            raise LlamaFilesError(f"{folder}: the weights lack {name!r}")
        return left.pop(name)

    state = {"embed.weight": pick(EMBEDDING), "norm.weight": pick(LAST_NORM)}
    if not config.tied:
        state["head.weight"] = pick(HEAD)
    for i in range(config.layers):
        for theirs, ours in PLAIN.items():
            state[f"blocks.{i}.{ours}"] = pick(f"model.layers.{i}.{theirs}")
        for ours, names in FUSED.items():
            state[f"blocks.{i}.{ours}"] = torch.cat([pick(f"model.layers.{i}.{n}") for n in names])
    # Old files keep a copy of the tied head, and the rotary frequencies, which follow from theta.
    unknown = [n for n in left if not (n == HEAD or n.endswith("rotary_emb.inv_freq"))]
    if unknown:
        raise LlamaFilesError(
            f"{folder}: makar has no place for {unknown[0]!r} ({len(unknown)} such tensors); "
            "only plain Llama weights can be opened, merge adapters first"
        )
    return state


def _config(path: Path) -> TransformerConfig:
    try:
        data = read_plain(path, most=MEGABYTE, follow=True)
        return _LlamaConfig.model_validate_json(data).ours()
    except OSError as error:
        raise LlamaFilesError(f"{path}: cannot be read ({error.strerror})") from error
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(map(str, first["loc"])) or "the file"
        raise LlamaFilesError(
            f"{path}: {key} = {first['input']!r} is not supported: {first['msg']}; "
            "makar opens plain Llama models only"
        ) from error
    except ValueError as error:
        raise LlamaFilesError(f"{path}: {error}") from error


def _tensors(folder: Path) -> dict[str, Tensor]:
    if (folder / WEIGHTS).exists():
        return _read(folder / WEIGHTS)
    if not (folder / SHARDS).exists():
        raise LlamaFilesError(
            f"{folder}: holds neither {WEIGHTS} nor {SHARDS}; weights in pickle files are not "
            "opened: save them again with save_pretrained(..., safe_serialization=True)"
        )
    try:
        data = read_plain(folder / SHARDS, most=16 * MEGABYTE, follow=True)
        shards = set(parse_json(data)["weight_map"].values())
    except (OSError, ValueError, LookupError, AttributeError, TypeError) as error:
        raise LlamaFilesError(f"{folder / SHARDS}: has no readable weight_map") from error
    tensors: dict[str, Tensor] = {}
    for shard in sorted(map(str, shards)):
        if Path(shard).name != shard:
            raise LlamaFilesError(f"{folder / SHARDS}: {shard!r} lies outside the folder")
        tensors |= _read(folder / shard)
    return tensors


def _read(path: Path) -> dict[str, Tensor]:
    try:
        open_plain(path, follow=True).close()  # which it then maps into memory
        return load_file(path)
    except (OSError, SafetensorError) as error:
        raise LlamaFilesError(
            f"{path}: cannot be read as safetensors ({error}); copy or download it again"
        ) from error
