"""Writing token by token: the fused loop that policies and action values share.

What the tokens mean is the codec's business, which a recipe injects.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, TypeVar, runtime_checkable

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from makar.core.devices import CPU
from makar.core.seeds import Seeds
from makar.core.types import Prompt, Rollout, Works, groups_of
from makar.models.categorical import LARGEST_UNIFORM

W = TypeVar("W")


@runtime_checkable
class Decoder(Protocol):
    """Carries a batch of sequences on by the tokens it is given."""

    def __call__(self, tokens: Int[Tensor, "B S"], /) -> Float[Tensor, "B N"]:
        """Scores of what comes next."""
        ...


@runtime_checkable
class Legality(Protocol):
    """Which tokens may come next, for a batch of sequences in the making."""

    def first(self) -> Bool[Tensor, "B V"]:
        """Tokens that may begin."""
        ...

    def after(self, step: int, tokens: Int[Tensor, " B"]) -> Bool[Tensor, "B V"]:
        """Tokens that may follow, once ``tokens`` were written at ``step``.

        None where the work has ended: it has no further decisions.
        """
        ...


@runtime_checkable
class Codec(Protocol[W]):
    """Between works and tokens."""

    @property
    def vocabulary(self) -> int:
        """Number of tokens, those of the prefix included."""
        ...

    def prefix(self, prompts: Sequence[Prompt]) -> Int[Tensor, "B P"]:
        """What the model reads before it begins: what was asked."""
        ...

    def decisions(self, prompts: Sequence[Prompt]) -> Bool[Tensor, "B T"]:
        """Where each work has a decision to be made, at most."""
        ...

    def legality(self, prompts: Sequence[Prompt]) -> Legality:
        """The rules for what may follow what, for a new batch."""
        ...

    def encode(self, works: Works[W]) -> tuple[Int[Tensor, "B T"], list[Prompt]]:
        """Tokens of existing works, and the prompts that would ask for such works."""
        ...

    def decode(self, actions: Int[Tensor, "B T"], prompts: Sequence[Prompt]) -> Works[W]:
        """Works from tokens."""
        ...

    def place(self, actions: Int[Tensor, "B T"]) -> Int[Tensor, "B T"]:
        """Unit of the work that each decision belongs to; never falling along a work."""
        ...


@runtime_checkable
class Chances(Protocol):
    """How likely each token is to be drawn, given a network's scores and what is legal."""

    def __call__(
        self, scores: Float[Tensor, "*B N"], legal: Bool[Tensor, "*B V"], /
    ) -> Float[Tensor, "*B V"]:
        """Log-probabilities up to a constant, -inf where not legal."""
        ...


@torch.no_grad()
def write(
    codec: Codec[W],
    decoder: Callable[[int, int], Decoder],
    prompts: Sequence[Prompt],
    *,
    seeds: Seeds,
    shard: int,
    chances: Chances,
    settings: Mapping[str, float],
    device: torch.device = CPU,
) -> Rollout[W]:
    """Make one work per prompt.

    Args:
        codec: Meaning of the tokens.
        decoder: Begins so many sequences of at most so many tokens.
        prompts: What is asked.
        seeds: One uniform per work and decision.
        shard: Works made at once. Scores move in the last bit with the batch size, so works are
            always made in shards of this size (the last one filled up): the same seeds then
            give the same works, however many are asked for.
        chances: From scores to what is drawn from.
        settings: How it was sampled, for the rollout's context.
        device: Where the network computes. The rollout is on the CPU.
    """
    mask = codec.decisions(prompts)

    def made(first: int) -> tuple[Tensor, Tensor, Tensor]:
        some = list(prompts[first : first + shard])
        filled = some + [some[-1]] * (shard - len(some))
        uniforms = seeds.shifted(first).uniforms(shard, mask.shape[1])
        actions, logp, legal = _write_shard(codec, decoder, filled, uniforms, chances, device)
        return actions[: len(some)], logp[: len(some)], legal[: len(some)]

    firsts = range(0, len(prompts), shard)
    pieces = [made(first) for first in firsts]
    empty = (mask.long(), mask.float(), mask[..., None].expand(-1, -1, codec.vocabulary))
    actions, logp, legal = (torch.cat(p) for p in zip(*pieces, strict=True)) if pieces else empty
    return recorded(codec, actions, logp, legal, prompts, settings)


@torch.no_grad()
def _write_shard(
    codec: Codec[Any],
    decoder: Callable[[int, int], Decoder],
    prompts: Sequence[Prompt],
    uniforms: np.ndarray,
    chances: Chances,
    device: torch.device,
) -> tuple[Tensor, Tensor, Tensor]:
    """The loop: ``(B, T)`` tokens, their log-probabilities, ``(B, T, V)`` legal tokens."""
    legality, prefix = codec.legality(prompts), codec.prefix(prompts).to(device)
    rows, steps = uniforms.shape
    draws = torch.from_numpy(np.minimum(uniforms, LARGEST_UNIFORM)).float().to(device)
    tokens = torch.zeros(rows, steps, dtype=torch.long, device=device)
    legal = torch.zeros(rows, steps, codec.vocabulary, dtype=torch.bool, device=device)
    with torch.inference_mode():
        decode = decoder(rows, prefix.shape[1] + steps)
        scores, allowed = decode(prefix), legality.first().to(device)
        seen = torch.zeros(rows, steps, scores.shape[1], device=device)
        t = -1
        for t in range(steps):
            legal[:, t], seen[:, t] = allowed, scores
            ladder = chances(scores, allowed).softmax(-1).cumsum(-1)
            chosen = (ladder <= draws[:, t, None] * ladder[:, -1:]).sum(-1, keepdim=True)
            tokens[:, t] = chosen[:, 0]
            if t + 1 < steps:
                allowed = legality.after(t, chosen[:, 0].to(CPU)).to(device)
                if not allowed.any():
                    break  # all have ended
                scores = decode(chosen)
        used = t + 1
        likely = chances(seen[:, :used], legal[:, :used]).log_softmax(-1)
        logp = seen.new_zeros(rows, steps)
        logp[:, :used] = likely.gather(-1, tokens[:, :used, None])[..., 0]
    return tokens.to(CPU), logp.clone().to(CPU), legal.to(CPU)


def recorded(
    codec: Codec[W],
    actions: Int[Tensor, "B T"],
    logp: Float[Tensor, "B T"],
    legal: Bool[Tensor, "B T V"],
    prompts: Sequence[Prompt],
    settings: Mapping[str, float],
) -> Rollout[W]:
    """The rollout of tokens that were written."""
    mask = codec.decisions(prompts) & legal.any(-1)
    context = {name: torch.full((len(prompts),), float(v)) for name, v in settings.items()}
    return Rollout(
        works=codec.decode(actions, prompts),
        prompts=list(prompts),
        actions=torch.where(mask, actions, 0),
        logp=torch.where(mask, logp, 0.0),
        mask=mask,
        group=groups_of(prompts),
        place=codec.place(actions),
        context={"prefix": codec.prefix(prompts), "legal": legal | ~mask[..., None], **context},
    )


def demonstrated(codec: Codec[W], works: Works[W], settings: Mapping[str, float]) -> Rollout[W]:
    """Existing works as if they had been written just now; ``logp`` is 0: nobody sampled them.

    Raises:
        ValueError: a work holds a token that the codec's rules forbid.
    """
    actions, prompts = codec.encode(works)
    mask, legality = codec.decisions(prompts), codec.legality(prompts)
    legal = torch.empty(*actions.shape, codec.vocabulary, dtype=torch.bool)
    allowed = legality.first()
    for t in range(actions.shape[1]):
        legal[:, t] = allowed
        allowed = legality.after(t, actions[:, t])
    broken = mask & legal.any(-1) & ~legal.gather(-1, actions[..., None])[..., 0]
    if broken.any():
        row, step = (int(i) for i in broken.nonzero()[0])
        raise ValueError(f"work {row} holds a forbidden token at step {step}")
    return recorded(codec, actions, torch.zeros(actions.shape), legal, prompts, settings)


def read(
    rollout: Rollout[Any],
) -> tuple[Int[Tensor, "B S"], int, int]:
    """What a network reads to judge the decisions of a rollout again.

    Returns:
        The tokens, prefix first; where among them the first decision's hidden state stands;
        and the columns in which somebody decided: those beyond them need no computing.
    """
    T, prefix = rollout.mask.shape[1], rollout.context["prefix"]
    used = T - int(rollout.mask.any(0).flip(0).long().argmax()) if rollout.mask.any() else T
    tokens = torch.cat((prefix, rollout.actions[:, : max(used - 1, 0)]), 1)
    return tokens, prefix.shape[1] - 1, used
