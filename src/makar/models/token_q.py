"""Action values of tokens: the nets of ``TokenPolicy``, with a score read as what is still to earn.

``TokenQ`` acts on its values alone (Q- and Ψ-learning), ``GuidedQ`` on its values and a prior
(G-learning). Both write like a policy: same seeds, shards, masks and rollouts.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any, Generic, TypeVar

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn
from torch.nn import functional as F

from makar.core.devices import device_of
from makar.core.seeds import Seeds
from makar.core.types import Evaluation, Prompt, Rollout
from makar.models.exploring import evaluated, exploring
from makar.models.token_policy import TokenNet, TokenPolicy, written
from makar.models.writing import Codec, Decoder, read

W = TypeVar("W")
GAIN = 10.0
"""How much faster than other weights a silent net is made louder."""


class TokenQ(nn.Module, Generic[W]):
    """Writes by what each token is worth.

    Args:
        net: The network; its scores of tokens are their values.
        codec: Meaning of the tokens.
        greedy: Write the best token (Q-learning), or each in proportion to the exponential of
            its value (Ψ-learning, and plain sampling from either).
        epsilon: Chance that any legal token is written instead; a learner lowers it.
        dueling: Values are Q(s, a) = V(s) + log softmax(scores), with V from the net's value
            head (after Wang et al. 2016, with the softmax's own sum in place of the mean). Then
            V is the soft value of Ψ-learning, and a net that was a policy begins as the Ψ of a
            reward of nothing.
        apart: V reads what the net sees and does not move it: what a whole work is worth can be
            a large number, which would drown what each token adds.
        shard: Works sampled at once; see ``writing.write``.
    """

    def __init__(
        self,
        net: TokenNet,
        codec: Codec[W],
        *,
        greedy: bool = True,
        epsilon: float = 0.0,
        dueling: bool = False,
        apart: bool = False,
        shard: int = 64,
    ) -> None:
        super().__init__()
        if net.vocabulary != codec.vocabulary:
            raise ValueError(
                f"the network has {net.vocabulary} tokens and the codec {codec.vocabulary}"
            )
        self.net, self.codec, self.shard = net, codec, shard
        self.greedy, self.epsilon = greedy, epsilon
        self.dueling, self.apart = dueling, apart

    @classmethod
    def from_policy(
        cls,
        policy: TokenPolicy[W],
        *,
        greedy: bool = True,
        epsilon: float = 0.0,
        dueling: bool = False,
        apart: bool = False,
    ) -> TokenQ[W]:
        """Begin with a policy's weights, as Jaques et al. 2017 begin with the Note RNN's."""
        return cls(
            copy.deepcopy(policy.net), policy.codec, greedy=greedy, epsilon=epsilon,
            dueling=dueling, apart=apart, shard=policy.shard,
        )  # fmt: skip

    def sample(
        self, prompts: Sequence[Prompt], *, seeds: Seeds, temperature: float = 1.0
    ) -> Rollout[W]:
        """Make one work per prompt. See ``core.types.Generator``."""
        return _sampled(self, self, self.net.decoder, prompts, seeds, temperature)

    def q_values(self, rollout: Rollout[Any]) -> Float[Tensor, "B T A"]:
        """Value of every token at every decision. See ``core.types.QFunction``."""
        home, rollout = rollout.mask.device, rollout.to(device_of(self))
        tokens, first, used = read(rollout)
        hidden = self.net.hidden(tokens)[:, first : first + used]
        q = self.net.logits(hidden)
        if self.dueling:
            legal = rollout.context["legal"][:, :used]
            q = self.from_state(hidden, q, q.masked_fill(~legal, -torch.inf))
        return F.pad(q, (0, 0, 0, rollout.mask.shape[1] - used)).to(home)

    def from_state(
        self, hidden: Float[Tensor, "B T D"], q: Float[Tensor, "B T A"], acting: Tensor
    ) -> Float[Tensor, "B T A"]:
        """Values moved so that acting in proportion to exp(``acting``) is worth V(s)."""
        value = self.net.value(hidden.detach() if self.apart else hidden)
        return q + (value - acting.logsumexp(-1))[..., None]

    def evaluate(self, rollout: Rollout[Any]) -> Evaluation:
        """How likely the rollout's decisions are to be taken now; see ``core.types.Policy``."""
        return evaluated(self.q_values(rollout), rollout, greedy=self.greedy)


class GuidedQ(nn.Module, Generic[W]):
    """Writes by what each token is worth on top of how likely a prior finds it.

    It acts in proportion to p(a|s) · exp G(s, a), as G-learning asks (Jaques et al. 2017):
    with all values equal it writes like the prior.

    Args:
        q: The values G. How it would act alone does not matter; if it is dueling, V(s) is what
            acting so is worth.
        prior: The policy that guides; a copy is kept, never changed.
        epsilon: Chance that any legal token is written instead; a learner lowers it.
        silent: Multiply the scores by a learned gain that begins at 0 (after ReZero, Bachlechner
            et al. 2020), so that it begins as the prior, whatever the net holds.
    """

    def __init__(
        self,
        q: TokenQ[W],
        prior: TokenPolicy[W],
        *,
        epsilon: float = 0.0,
        silent: bool = False,
    ) -> None:
        super().__init__()
        self.q, self.prior = q, copy.deepcopy(prior).requires_grad_(requires_grad=False)
        self.epsilon, self.greedy = epsilon, False
        self.gain = nn.Parameter(torch.zeros(())) if silent else None

    @property
    def shard(self) -> int:
        """See ``core.types.Trainable``."""
        return self.q.shard

    def sample(
        self, prompts: Sequence[Prompt], *, seeds: Seeds, temperature: float = 1.0
    ) -> Rollout[W]:
        """Make one work per prompt. See ``core.types.Generator``."""
        return _sampled(self, self.q, self._decoder, prompts, seeds, temperature)

    def _decoder(self, rows: int, length: int) -> Decoder:
        values, prior = self.q.net.decoder(rows, length), self.prior.net.decoder(rows, length)

        def decode(tokens: Int[Tensor, "B S"]) -> Float[Tensor, "B V"]:
            # what normalises the prior cancels out
            return self._loud(values(tokens)) + prior(tokens)

        return decode

    def _loud(self, scores: Float[Tensor, "... V"]) -> Float[Tensor, "... V"]:
        return scores if self.gain is None else GAIN * self.gain * scores

    def q_values(self, rollout: Rollout[Any]) -> Float[Tensor, "B T A"]:
        """The values G alone, without the prior. See ``core.types.QFunction``."""
        return self._values(rollout)[0].to(rollout.mask.device)

    def evaluate(self, rollout: Rollout[Any]) -> Evaluation:
        """How likely the rollout's decisions are to be taken now; see ``core.types.Policy``."""
        home, there = rollout.mask.device, rollout.to(device_of(self))
        g, prior = self._values(there)
        return evaluated(g + prior, there, greedy=False).to(home)

    def _values(self, rollout: Rollout[Any]) -> tuple[Tensor, Tensor]:
        """``(B, T, A)`` values, and what the prior makes of all tokens."""
        rollout = rollout.to(device_of(self))
        tokens, first, used = read(rollout)
        hidden = self.q.net.hidden(tokens)[:, first : first + used]
        g = self._loud(self.q.net.logits(hidden))
        prior = self.prior.net.logits(self.prior.net.hidden(tokens)[:, first : first + used])
        prior = prior.masked_fill(~rollout.context["legal"][:, :used], -torch.inf).log_softmax(-1)
        if self.q.dueling:
            g = self.q.from_state(hidden, g, g + prior)
        beyond = (0, 0, 0, rollout.mask.shape[1] - used)
        return F.pad(g, beyond), F.pad(prior, beyond)


def _sampled(
    generator: TokenQ[W] | GuidedQ[W],
    q: TokenQ[W],
    decoder: Any,
    prompts: Sequence[Prompt],
    seeds: Seeds,
    temperature: float,
) -> Rollout[W]:
    """Works written with the generator's way of acting and its exploration of this moment."""
    if temperature <= 0:
        raise ValueError(f"temperature must be above 0, got {temperature}")
    epsilon, greedy = generator.epsilon, generator.greedy

    def chances(scores: Float[Tensor, "*B V"], legal: Bool[Tensor, "*B V"]) -> Tensor:
        return exploring(scores, legal, temperature, epsilon, greedy=greedy)

    return written(
        generator, q.codec, decoder, prompts, seeds=seeds, shard=q.shard, chances=chances,
        settings={"temperature": temperature, "epsilon": epsilon},
    )  # fmt: skip
