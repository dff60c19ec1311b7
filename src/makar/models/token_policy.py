"""A policy that writes works token by token: one fused sampling loop, one evaluation.

What the tokens mean is the codec's business, which a recipe injects.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Generic, Protocol, TypeVar, runtime_checkable

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn
from torch.nn import functional as F

from makar.core.devices import CPU, device_of
from makar.core.seeds import Seeds
from makar.core.types import Evaluation, Prompt, Rollout, Works, groups_of

W = TypeVar("W")
LARGEST_UNIFORM = 1 - 1e-6
"""Uniforms stay this far below 1, so that rounding never picks an impossible last action."""


@runtime_checkable
class Decoder(Protocol):
    """Carries a batch of sequences on by the tokens it is given."""

    def __call__(self, tokens: Int[Tensor, "B S"], /) -> Float[Tensor, "B V"]:
        """Logits of what comes next."""
        ...


@runtime_checkable
class TokenNet(Protocol):
    """What ``TokenPolicy`` needs of a network; ``Transformer`` and ``Recurrent`` have it."""

    @property
    def vocabulary(self) -> int:
        """Number of tokens."""
        ...

    def hidden(self, tokens: Int[Tensor, "B S"]) -> Float[Tensor, "B S D"]:
        """Hidden states of whole sequences."""
        ...

    def logits(self, hidden: Float[Tensor, "... D"]) -> Float[Tensor, "... V"]:
        """Scores of the next token."""
        ...

    def value(self, hidden: Float[Tensor, "B S D"]) -> Float[Tensor, "B S"]:
        """Expected returns."""
        ...

    def decoder(self, rows: int, length: int) -> Decoder:
        """Step-by-step use."""
        ...


@runtime_checkable
class Legality(Protocol):
    """Which tokens may come next, for a batch of sequences in the making."""

    def first(self) -> Bool[Tensor, "B V"]:
        """Tokens that may begin."""
        ...

    def after(self, step: int, tokens: Int[Tensor, " B"]) -> Bool[Tensor, "B V"]:
        """Tokens that may follow, once ``tokens`` were written at ``step``."""
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


class TokenPolicy(nn.Module, Generic[W]):
    """Writes, and evaluates what was written, with one network.

    Args:
        net: The network.
        codec: Meaning of the tokens.
        shard: Works sampled at once. Logits move in the last bit with the batch size, so works
            are always made in shards of this size (the last one filled up): the same seeds
            then give the same works, however many are asked for.
    """

    def __init__(self, net: TokenNet, codec: Codec[W], *, shard: int = 64) -> None:
        super().__init__()
        if net.vocabulary != codec.vocabulary:
            raise ValueError(
                f"the network has {net.vocabulary} tokens and the codec {codec.vocabulary}"
            )
        self.net, self.codec, self.shard = net, codec, shard

    @torch.no_grad()
    def sample(
        self, prompts: Sequence[Prompt], *, seeds: Seeds, temperature: float = 1.0
    ) -> Rollout[W]:
        """Make one work per prompt. See ``core.types.Generator``."""
        if temperature <= 0:
            raise ValueError(f"temperature must be above 0, got {temperature}")
        was_training = self.training
        self.eval()
        mask = self.codec.decisions(prompts)
        pieces: list[tuple[Tensor, Tensor, Tensor]] = []
        for first in range(0, len(prompts), self.shard):
            some = list(prompts[first : first + self.shard])
            filled = some + [some[-1]] * (self.shard - len(some))
            uniforms = seeds.shifted(first).uniforms(self.shard, mask.shape[1])
            actions, logp, legal = self._write(filled, uniforms, temperature)
            pieces.append((actions[: len(some)], logp[: len(some)], legal[: len(some)]))
        self.train(was_training)
        empty = (mask.long(), mask.float(), mask[..., None].expand(-1, -1, self.net.vocabulary))
        actions, logp, legal = (
            (torch.cat(p) for p in zip(*pieces, strict=True)) if pieces else empty
        )
        return self._rollout(actions, logp, legal, prompts, temperature)

    def _write(
        self, prompts: Sequence[Prompt], uniforms: np.ndarray, temperature: float
    ) -> tuple[Tensor, Tensor, Tensor]:
        """The loop: ``(B, T)`` tokens, their log-probabilities, ``(B, T, V)`` legal tokens."""
        device, legality = device_of(self), self.codec.legality(prompts)
        prefix = self.codec.prefix(prompts).to(device)
        rows, steps = uniforms.shape
        draws = torch.from_numpy(np.minimum(uniforms, LARGEST_UNIFORM)).float().to(device)
        shape = (rows, steps, self.net.vocabulary)
        tokens = torch.zeros(rows, steps, dtype=torch.long, device=device)
        scores = torch.empty(shape, device=device)
        legal = torch.empty(shape, dtype=torch.bool, device=device)
        with torch.inference_mode():
            decode = self.net.decoder(rows, prefix.shape[1] + steps)
            logits, allowed = decode(prefix), legality.first().to(device)
            for t in range(steps):
                legal[:, t], scores[:, t] = allowed, logits
                ladder = _tempered(logits, allowed, temperature).softmax(-1).cumsum(-1)
                chosen = (ladder <= draws[:, t, None] * ladder[:, -1:]).sum(-1, keepdim=True)
                tokens[:, t] = chosen[:, 0]
                if t + 1 < steps:
                    written = chosen[:, 0].to(CPU)
                    logits, allowed = decode(chosen), legality.after(t, written).to(device)
            likely = _tempered(scores, legal, temperature).log_softmax(-1)
            logp = likely.gather(-1, tokens[..., None])[..., 0]
        return tokens.to(CPU), logp.clone().to(CPU), legal.to(CPU)

    def _rollout(
        self,
        actions: Tensor,
        logp: Tensor,
        legal: Tensor,
        prompts: Sequence[Prompt],
        temperature: float,
    ) -> Rollout[W]:
        mask = self.codec.decisions(prompts)
        heat = torch.full((len(prompts),), float(temperature))
        return Rollout(
            works=self.codec.decode(actions, prompts),
            prompts=list(prompts),
            actions=torch.where(mask, actions, 0),
            logp=torch.where(mask, logp, 0.0),
            mask=mask,
            group=groups_of(prompts),
            place=self.codec.place(actions),
            context={
                "prefix": self.codec.prefix(prompts),
                "legal": legal | ~mask[..., None],
                "temperature": heat,
            },
        )

    def demonstrate(self, works: Works[W]) -> Rollout[W]:
        """Existing works as if this policy had made them: for learning by example.

        ``logp`` is 0 throughout: nobody sampled them.

        Raises:
            ValueError: a work holds a token that the codec's rules forbid.
        """
        actions, prompts = self.codec.encode(works)
        mask, legality = self.codec.decisions(prompts), self.codec.legality(prompts)
        legal = torch.empty(*actions.shape, self.net.vocabulary, dtype=torch.bool)
        allowed = legality.first()
        for t in range(actions.shape[1]):
            legal[:, t] = allowed
            allowed = legality.after(t, actions[:, t])
        broken = mask & ~legal.gather(-1, actions[..., None])[..., 0]
        if broken.any():
            row, step = (int(i) for i in broken.nonzero()[0])
            raise ValueError(f"work {row} holds a forbidden token at step {step}")
        return self._rollout(actions, torch.zeros(actions.shape), legal, prompts, 1.0)

    def evaluate(self, rollout: Rollout[Any]) -> Evaluation:
        """What the current weights think of the rollout. See ``core.types.Policy``."""
        home, rollout = rollout.mask.device, rollout.to(device_of(self))
        T, prefix = rollout.mask.shape[1], rollout.context["prefix"]
        used = T - int(rollout.mask.any(0).flip(0).long().argmax()) if rollout.mask.any() else T
        actions, mask = rollout.actions[:, :used], rollout.mask[:, :used]
        legal = rollout.context["legal"][:, :used]
        tokens = torch.cat((prefix, actions[:, :-1]), 1)
        hidden = self.net.hidden(tokens)[:, prefix.shape[1] - 1 :][:, :used]
        heat = rollout.context["temperature"][:, None, None]
        known = 1.0 if (heat == 1).all() else heat
        logits = _tempered(self.net.logits(hidden), legal, known).log_softmax(-1)
        logp = logits.gather(-1, actions[..., None])[..., 0]
        information = torch.where(legal, logits, 0.0)
        beyond = (0, T - used)  # columns in which no row decided are left out, and filled with 0
        return Evaluation(
            logp=F.pad(torch.where(mask, logp, 0.0), beyond),
            entropy=F.pad(-(logits.exp() * information).sum(-1) * mask, beyond),
            value=F.pad(self.net.value(hidden), beyond),
            logits=F.pad(logits, (0, 0, *beyond)),
        ).to(home)


def _tempered(
    logits: Float[Tensor, "... V"], legal: Bool[Tensor, "... V"], temperature: float | Tensor
) -> Float[Tensor, "... V"]:
    """Logits of the policy that samples: divided by the temperature, -inf where not legal."""
    if isinstance(temperature, Tensor) or temperature != 1:
        logits = logits / temperature
    return logits if legal.all() else logits.masked_fill(~legal, -torch.inf)
