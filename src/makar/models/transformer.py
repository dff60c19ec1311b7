"""A small Llama: RMSNorm, rotary positions, SwiGLU, grouped-query attention, tied embeddings.

Its arithmetic and its files are those of Hugging Face's ``LlamaForCausalLM``
(``models/llama_files.py`` reads and writes them); its code is written for making many short
works at once on a CPU: projections that share an input are one matrix, and decoding keeps
keys and values in a cache that is allocated once.
"""

from __future__ import annotations

from typing import cast

import torch
from jaxtyping import Float, Int
from pydantic import BaseModel, ConfigDict, PositiveInt, model_validator
from torch import Tensor, nn
from torch.nn import functional as F

from makar.models.kernels import Linear, RMSNorm, attend_one, linear


class TransformerConfig(BaseModel):
    """Size and shape of the network."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    vocabulary: PositiveInt
    width: PositiveInt = 128
    layers: PositiveInt = 4
    heads: PositiveInt = 4
    kv_heads: PositiveInt | None = None
    hidden: PositiveInt | None = None
    context: PositiveInt = 512
    rope_theta: float = 10_000.0
    norm_epsilon: float = 1e-5
    dropout: float = 0.0
    tied: bool = True

    @model_validator(mode="after")
    def _check(self) -> TransformerConfig:
        if self.width % self.heads or (self.width // self.heads) % 2:
            raise ValueError("width must be a multiple of 2 x heads")
        if self.heads % self.grouped_heads:
            raise ValueError("heads must be a multiple of kv_heads")
        return self

    @property
    def grouped_heads(self) -> int:
        """Heads of keys and values."""
        return self.kv_heads or self.heads

    @property
    def feed_forward(self) -> int:
        """Width inside the feed-forward part: 8/3 of the width, to a multiple of 32."""
        return self.hidden or -(-self.width * 8 // 3 // 32) * 32


def rotate(x: Float[Tensor, "*S H D"], turn: Float[Tensor, "2 *P 1 D"]) -> Tensor:
    """Turn each head by its position (Su et al. 2021), halves paired as in Llama."""
    half = x.shape[-1] // 2
    swapped = torch.cat((x[..., half:], x[..., :half]), -1)  # the sign is in the sine
    return torch.addcmul(x * turn[0], swapped, turn[1])


def rotation(positions: int, width: int, theta: float) -> Float[Tensor, "2 S 1 D"]:
    """Cosines and signed sines for ``rotate``."""
    frequency = theta ** (-torch.arange(0, width, 2, dtype=torch.float32) / width)
    angle = torch.outer(torch.arange(positions, dtype=torch.float32), frequency)
    sine = torch.cat((-angle.sin(), angle.sin()), -1)
    return torch.stack((torch.cat((angle.cos(), angle.cos()), -1), sine))[:, :, None]


class Block(nn.Module):
    """Attention and feed-forward, each normed before and added after."""

    def __init__(self, config: TransformerConfig) -> None:
        super().__init__()
        self.heads, self.kv_heads = config.heads, config.grouped_heads
        self.head_width = config.width // config.heads
        self.dropout = config.dropout
        projected = (self.heads + 2 * self.kv_heads) * self.head_width
        self.attention_norm = RMSNorm(config.width, eps=config.norm_epsilon)
        self.qkv = Linear(config.width, projected)
        self.out = Linear(config.width, config.width)
        self.feed_norm = RMSNorm(config.width, eps=config.norm_epsilon)
        self.gate_up = Linear(config.width, 2 * config.feed_forward)
        self.down = Linear(config.feed_forward, config.width)

    def project(self, x: Tensor, turn: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Queries, keys, values ``(B, heads, S, head width)`` of the normed input."""
        B, S, _ = x.shape
        turned = self.heads + self.kv_heads
        qkv = self.qkv(self.attention_norm(x))
        qkv = qkv.view(B, S, turned + self.kv_heads, self.head_width)
        qk = rotate(qkv[:, :, :turned], turn).transpose(1, 2)
        return qk[:, : self.heads], qk[:, self.heads :], qkv[:, :, turned:].transpose(1, 2)

    def project_one(self, x: Tensor, turn: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """The same for one position of each row: ``(B, D)`` in.

        Returns:
            Queries ``(B, kv heads, queries a kv head, head width)``, already scaled; keys and
            values ``(B, kv heads, head width)``.
        """
        qkv = self.qkv(self.attention_norm(x)).view(len(x), -1, self.head_width)
        turned = self.heads + self.kv_heads
        qk = rotate(qkv[:, :turned], turn)
        q = (qk[:, : self.heads] * self.head_width**-0.5).view(
            len(x), self.kv_heads, -1, self.head_width
        )
        return q, qk[:, self.heads :], qkv[:, turned:]

    def attend(self, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        """Each position sees itself and what came before."""
        shared = self.heads != self.kv_heads
        return F.scaled_dot_product_attention(q, k, v, is_causal=True, enable_gqa=shared)

    def feed(self, x: Tensor) -> Tensor:
        """Add the feed-forward part."""
        gate, up = self.gate_up(self.feed_norm(x)).chunk(2, -1)
        return x + F.dropout(self.down(F.silu(gate) * up), self.dropout, self.training)

    def finish(self, x: Tensor, attended: Tensor) -> Tensor:
        """Add what attention found, then the feed-forward part."""
        attended = self.out(attended.transpose(1, 2).reshape(x.shape))
        return self.feed(x + F.dropout(attended, self.dropout, self.training))

    def forward(self, x: Tensor, turn: Tensor) -> Tensor:
        """All positions at once."""
        return self.finish(x, self.attend(*self.project(x, turn)))


class Transformer(nn.Module):
    """The network: tokens in, hidden states, logits and values out."""

    turn: Tensor

    def __init__(self, config: TransformerConfig) -> None:
        super().__init__()
        self.config = config
        self.embed = nn.Embedding(config.vocabulary, config.width)
        self.blocks = nn.ModuleList(Block(config) for _ in range(config.layers))
        self.norm = RMSNorm(config.width, eps=config.norm_epsilon)
        self.head = None if config.tied else Linear(config.width, config.vocabulary)
        self.value_head = nn.Linear(config.width, 1)
        self.register_buffer("turn", self.rotation(), persistent=False)
        self._initialise()

    def _initialise(self) -> None:
        """As in GPT-2: small everywhere, smaller where a block adds to the stream."""
        added = 0.02 / (2 * self.config.layers) ** 0.5
        for name, module in self.named_modules():
            if isinstance(module, nn.Linear | nn.Embedding):
                last = name.endswith((".out", ".down"))
                nn.init.normal_(module.weight, std=added if last else 0.02)
        nn.init.zeros_(self.value_head.weight)
        nn.init.zeros_(self.value_head.bias)

    def rotation(self) -> Float[Tensor, "2 S 1 D"]:
        """The rotary table for every position of the context."""
        config = self.config
        return rotation(config.context, config.width // config.heads, config.rope_theta)

    @property
    def vocabulary(self) -> int:
        """Number of tokens."""
        return self.config.vocabulary

    def hidden(self, tokens: Int[Tensor, "B S"]) -> Float[Tensor, "B S D"]:
        """What the network makes of each position, having seen the ones before."""
        if tokens.shape[1] > self.config.context:
            raise ValueError(
                f"{tokens.shape[1]} tokens do not fit the model's context of "
                f"{self.config.context}: ask for less, or train with a larger context"
            )
        x, turn = self.embed(tokens), self.turn[:, : tokens.shape[1]]
        for block in self.blocks:
            x = block(x, turn)
        return self.norm(x)

    def logits(self, hidden: Float[Tensor, "... D"]) -> Float[Tensor, "... V"]:
        """Scores of the next token; the embedding read backwards, unless there is a head."""
        return linear(hidden, (self.head or self.embed).weight)

    def value(self, hidden: Float[Tensor, "B S D"]) -> Float[Tensor, "B S"]:
        """Expected return from each position."""
        return self.value_head(hidden).squeeze(-1)

    def decoder(self, rows: int, length: int) -> CachedDecoder:
        """A decoder for ``rows`` sequences of up to ``length`` tokens."""
        return CachedDecoder(self, rows, length)


class CachedDecoder:
    """Feeds tokens one step at a time, keys and values kept from the steps before."""

    def __init__(self, model: Transformer, rows: int, length: int) -> None:
        self.model, self.at = model, 0
        config = model.config
        shape = (rows, config.grouped_heads, length, config.width // config.heads)
        device = model.embed.weight.device
        self.keys = [torch.empty(shape, device=device) for _ in model.blocks]
        self.values = [torch.empty(shape, device=device) for _ in model.blocks]
        self.blocks = [cast(Block, block) for block in model.blocks]

    def __call__(self, tokens: Int[Tensor, "B S"]) -> Float[Tensor, "B V"]:
        """Logits after the given tokens: the prefix on the first call, then one at a time."""
        if self.at == 0:
            x = self._begin(self.model.embed(tokens))
        elif tokens.shape[1] == 1:
            x = self._continue(self.model.embed(tokens[:, 0]))
        else:
            raise ValueError("after the prefix, a decoder is fed one token at a time")
        self.at += tokens.shape[1]
        return self.model.logits(self.model.norm(x))

    def _begin(self, x: Float[Tensor, "B S D"]) -> Float[Tensor, "B D"]:
        """The whole prefix at once."""
        length = x.shape[1]
        for block, keys, values in zip(self.blocks, self.keys, self.values, strict=True):
            q, k, v = block.project(x, self.model.turn[:, :length])
            keys[:, :, :length], values[:, :, :length] = k, v
            x = block.finish(x, block.attend(q, k, v))
        return x[:, -1]

    def _continue(self, x: Float[Tensor, "B D"]) -> Float[Tensor, "B D"]:
        """One position: matrices of rows, and attention as two small products."""
        at, turn = self.at, self.model.turn[:, self.at]
        for block, keys, values in zip(self.blocks, self.keys, self.values, strict=True):
            q, keys[:, :, at], values[:, :, at] = block.project_one(x, turn)
            attended = attend_one(q, keys, values, at + 1)
            x = block.feed(x + block.out(attended.view(x.shape)))
        return x
