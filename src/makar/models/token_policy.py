"""A policy that writes works token by token: one network samples, and evaluates what it wrote."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Generic, Protocol, TypeVar, runtime_checkable

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn
from torch.nn import functional as F

from makar.core.devices import device_of
from makar.core.seeds import Seeds
from makar.core.types import Evaluation, Prompt, Rollout, Works
from makar.models.writing import Chances, Codec, Decoder, demonstrated, read, write

W = TypeVar("W")


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


class TokenPolicy(nn.Module, Generic[W]):
    """Writes, and evaluates what was written, with one network.

    Args:
        net: The network.
        codec: Meaning of the tokens.
        shard: Works sampled at once; see ``writing.write``.
    """

    def __init__(self, net: TokenNet, codec: Codec[W], *, shard: int = 64) -> None:
        super().__init__()
        if net.vocabulary != codec.vocabulary:
            raise ValueError(
                f"the network has {net.vocabulary} tokens and the codec {codec.vocabulary}"
            )
        self.net, self.codec, self.shard = net, codec, shard

    def sample(
        self, prompts: Sequence[Prompt], *, seeds: Seeds, temperature: float = 1.0
    ) -> Rollout[W]:
        """Make one work per prompt. See ``core.types.Generator``."""
        if temperature <= 0:
            raise ValueError(f"temperature must be above 0, got {temperature}")

        def chances(scores: Float[Tensor, "*B V"], legal: Bool[Tensor, "*B V"]) -> Tensor:
            return _tempered(scores, legal, temperature)

        return written(
            self, self.codec, self.net.decoder, prompts, seeds=seeds, shard=self.shard,
            chances=chances, settings={"temperature": temperature},
        )  # fmt: skip

    def demonstrate(self, works: Works[W]) -> Rollout[W]:
        """Existing works as if this policy had made them: for learning by example.

        ``logp`` is 0 throughout: nobody sampled them.

        Raises:
            ValueError: a work holds a token that the codec's rules forbid.
        """
        return demonstrated(self.codec, works, {"temperature": 1.0})

    def evaluate(self, rollout: Rollout[Any]) -> Evaluation:
        """What the current weights think of the rollout. See ``core.types.Policy``."""
        home, rollout = rollout.mask.device, rollout.to(device_of(self))
        tokens, first, used = read(rollout)
        actions, mask = rollout.actions[:, :used], rollout.mask[:, :used]
        legal = rollout.context["legal"][:, :used]
        hidden = self.net.hidden(tokens)[:, first : first + used]
        heat = rollout.context["temperature"][:, None, None]
        known = 1.0 if (heat == 1).all() else heat
        logits = _tempered(self.net.logits(hidden), legal, known).log_softmax(-1)
        logp = logits.gather(-1, actions[..., None])[..., 0]
        information = torch.where(legal, logits, 0.0)
        beyond = (0, rollout.mask.shape[1] - used)  # columns in which no row decided: 0
        return Evaluation(
            logp=F.pad(torch.where(mask, logp, 0.0), beyond),
            entropy=F.pad(-(logits.exp() * information).sum(-1) * mask, beyond),
            value=F.pad(self.net.value(hidden), beyond),
            logits=F.pad(logits, (0, 0, *beyond)),
        ).to(home)


def written(
    generator: nn.Module,
    codec: Codec[W],
    decoder: Callable[[int, int], Decoder],
    prompts: Sequence[Prompt],
    *,
    seeds: Seeds,
    shard: int,
    chances: Chances,
    settings: Mapping[str, float],
) -> Rollout[W]:
    """Works of a generator that does not learn meanwhile; see ``writing.write``."""
    was_training = generator.training
    generator.eval()
    rollout = write(
        codec, decoder, prompts, seeds=seeds, shard=shard, chances=chances, settings=settings,
        device=device_of(generator),
    )  # fmt: skip
    generator.train(was_training)
    return rollout


def _tempered(
    logits: Float[Tensor, "... V"], legal: Bool[Tensor, "... V"], temperature: float | Tensor
) -> Float[Tensor, "... V"]:
    """Logits of the policy that samples: divided by the temperature, -inf where not legal."""
    if isinstance(temperature, Tensor) or temperature != 1:
        logits = logits / temperature
    return logits if legal.all() else logits.masked_fill(~legal, -torch.inf)
