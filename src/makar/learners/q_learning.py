"""Q-, Ψ- and G-learning: one learner with the target swapped.

It learns what each action is worth from works it remembers, made by whatever it was when it made
them. Left out on purpose: prioritised replay, distributions over returns and noisy nets, which
need more options than they were worth on small generators.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Literal, Protocol, cast, runtime_checkable

import torch
from jaxtyping import Float
from pydantic import BaseModel, ConfigDict, Field, NonNegativeInt, PositiveFloat, PositiveInt
from torch import Tensor, nn

from makar.core.devices import device_of
from makar.core.seeds import Seeds
from makar.core.signal import decision_rewards
from makar.core.types import Judgement, Rollout
from makar.learners.optimisers import Adam
from makar.learners.policy_gradient import TrainablePolicy
from makar.learners.replay import Remembered, Replay
from makar.learners.stability import LastGood, gradient_norm
from makar.objectives import td
from makar.objectives.policy_loss import mean_over

Kind = Literal["dqn", "psi", "g"]
MEMORY = 1
"""Stream of the seeds from which remembered works are drawn."""


class QLearningConfig(BaseModel):
    """How a learner of action values learns."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Kind = "dqn"
    learning_rate: PositiveFloat = 1e-3
    gamma: float = Field(default=0.99, gt=0, le=1, description="discount per decision")
    n_step: PositiveInt = Field(default=1, description="rewards before a value is trusted")
    double: bool = Field(
        default=True, description="dqn: the net in training chooses what the target net values"
    )
    memory: PositiveInt = Field(default=4096, description="works, or fragments, remembered")
    warmup: NonNegativeInt = Field(default=0, description="works made before learning begins")
    batch: PositiveInt = Field(default=32, description="works in a gradient step")
    updates: PositiveInt = Field(default=8, description="gradient steps for each rollout")
    target_rate: float = Field(
        default=0.01, gt=0, le=1, description="how far the target net follows at each step of it"
    )
    target_every: PositiveInt = Field(
        default=1, description="gradient steps between two steps of the target net"
    )
    loss: Literal["huber", "squared"] = "huber"
    clip_norm: PositiveFloat | None = Field(default=10.0, description="largest gradient norm")
    epsilon: float = Field(default=1.0, ge=0, le=1, description="exploration at the start")
    epsilon_end: float = Field(default=0.05, ge=0, le=1, description="exploration in the end")
    epsilon_decisions: NonNegativeInt = Field(
        default=10_000, description="decisions in which exploration falls, in a straight line"
    )
    scale: PositiveFloat = Field(
        default=1.0, description="reward that weighs as much as one nat of the prior"
    )
    roll_back_after: PositiveInt | None = Field(
        default=3, description="unusable steps in a row before the last good weights come back"
    )


@runtime_checkable
class TrainableQ(Protocol):
    """A torch module that knows the values of actions, and explores with chance ``epsilon``."""

    epsilon: float

    def q_values(self, rollout: Rollout[Any]) -> Float[Tensor, " B T A"]:
        """See ``core.types.QFunction``."""
        ...


class QLearning:
    """Learns action values, so that acting on them raises the judgement.

    ==== =================================== ======================================= ============
    kind reward of a decision                value of a state, by the target net     acts by
    ==== =================================== ======================================= ============
    dqn  r, or r / scale + log p with prior  max Q                                   argmax Q
    psi  r / scale + log p                   log Σ exp Ψ                             exp Ψ
    g    r / scale                           log Σ p exp G                           p exp G
    ==== =================================== ======================================= ============

    Deviations from Jaques et al. 2017:

    1. Works of some decisions each are remembered and drawn, not single decisions.
    2. With ``n_step`` above 1, psi and g are corrected for what the sampler decided
       (``td.n_step``); dqn is not.

    Args:
        q: The action values to change; a ``torch.nn.Module``. For psi and g it should act as the
            table says: ``TokenQ(greedy=False)`` and ``GuidedQ`` with the same prior.
        config: Which kind, and how.
        prior: The policy to stay near, never changed here. Psi and g need it.
        seed: For the works drawn from memory.
    """

    def __init__(
        self,
        q: TrainableQ,
        config: QLearningConfig,
        *,
        prior: TrainablePolicy | None = None,
        seed: int = 0,
    ) -> None:
        if prior is None and config.kind != "dqn":
            raise ValueError(f"{config.kind} stays near a prior: give the policy to stay near")
        self.q, self.config, self.prior, self.seed = q, config, prior, seed
        self.model = cast(nn.Module, q)
        self.target = copy.deepcopy(q)
        cast(nn.Module, self.target).requires_grad_(requires_grad=False).eval()
        trained = [p for p in self.model.parameters() if p.requires_grad]
        self.optimiser = Adam(trained, lr=config.learning_rate)
        self.last_good = LastGood(
            self.model, self.optimiser, patience=config.roll_back_after, every=100
        )
        self.memory = Replay(config.memory)
        self.seen = self.made = self.steps = 0
        self._explore()

    def update(self, rollout: Rollout[Any], judgement: Judgement) -> dict[str, float]:
        """Remember a judged rollout, then learn from the memory; see ``core.types.Learner``."""
        rewards = decision_rewards(rollout, judgement)
        finite = rewards.isfinite().all(1) & rollout.logp.isfinite().all(1)
        usable = finite & rollout.mask.any(1)
        if not usable.all():
            rollout, rewards = rollout.select(usable.nonzero()[:, 0]), rewards[usable]
        self.model.eval()  # dropout would set the values apart from those that were acted on
        self.memory.add(rollout, self._priced(rollout, rewards))
        self.seen += int(rollout.mask.sum())
        self.made += len(rollout)
        metrics = {
            "unjudged": float((~finite).sum()),
            "epsilon": self.q.epsilon,
            "remembered": float(self.memory.size),
        }
        self._explore()
        if self.memory.size and self.made >= self.config.warmup:
            steps = [self._step() for _ in range(self.config.updates)]
            counts = ("non_finite", "rolled_back")
            for name in steps[0]:
                total = sum(step[name] for step in steps)
                metrics[name] = total if name in counts else total / len(steps)
        return metrics

    def restrain(self, factor: float) -> None:
        """Take steps ``factor`` times smaller; see ``core.types.Restrainable``."""
        for group in self.optimiser.param_groups:
            group["lr"] /= factor

    def _explore(self) -> None:
        """Set the chance of exploring, by the decisions seen so far."""
        config = self.config
        done = min(self.seen / config.epsilon_decisions, 1.0) if config.epsilon_decisions else 1.0
        self.q.epsilon = config.epsilon + done * (config.epsilon_end - config.epsilon)

    @torch.no_grad()
    def _priced(self, rollout: Rollout[Any], rewards: Tensor) -> Tensor:
        """Rewards in the unit of the values, with what the prior pays where it is in them."""
        if self.prior is None or self.config.kind == "g":
            return rewards / self.config.scale
        logp = self.prior.evaluate(_plain(rollout)).logp
        return td.prior_reward(rewards, logp, rollout.mask, scale=self.config.scale)

    def _step(self) -> dict[str, float]:
        """One gradient step; an unusable one changes nothing and is counted."""
        draw = Seeds(self.seed, self.steps).generator(stream=MEMORY)
        self.steps += 1
        batch = self.memory.sample(self.config.batch, draw).to(device_of(self.model))
        known = batch.rollout.mask & ~batch.open
        q = self.q.q_values(batch.rollout)
        target = torch.where(known, self._target(batch, q.detach()), 0.0)
        chosen = td.taken(q, batch.rollout.actions)
        error = td.huber_error if self.config.loss == "huber" else td.squared_error
        loss = error(chosen, target, known)
        metrics = {
            "td_loss": loss.item(),
            "q": mean_over(chosen.detach(), known).item(),
            "target": mean_over(target, known).item(),
        }
        return metrics | self._descend(loss)

    @torch.no_grad()
    def _target(self, batch: Remembered, q: Tensor) -> Tensor:
        """``(B, T)`` what the values should have been; NaN where that cannot be known."""
        rollout, config = batch.rollout, self.config
        legal = rollout.context.get("legal")
        if legal is not None:
            legal = legal | ~rollout.mask[..., None]
        theirs, taken = self.target.q_values(rollout), None
        if config.kind == "dqn":
            double = config.double
            values = td.double_value(theirs, q, legal) if double else td.greedy_value(theirs, legal)
        else:
            values = td.soft_value(theirs, legal, self._log_prior(rollout))
            taken = td.taken(theirs, rollout.actions)
        return td.n_step(
            batch.rewards,
            values,
            rollout.mask,
            gamma=config.gamma,
            n=config.n_step,
            taken=taken,
            terminated=rollout.terminated,
            truncated=rollout.truncated,
            bootstrap=torch.where(batch.open, torch.nan, 0.0),
        )

    def _log_prior(self, rollout: Rollout[Any]) -> Tensor | None:
        """``(B, T, A)`` of all actions under the prior, for G; in Ψ it is in the reward."""
        if self.prior is None or self.config.kind != "g":
            return None
        logits = self.prior.evaluate(_plain(rollout)).logits
        if logits is None:
            raise ValueError("g needs a prior that tells the chances of all actions (logits)")
        return logits

    def _descend(self, loss: Tensor) -> dict[str, float]:
        self.optimiser.zero_grad(set_to_none=True)
        norm = math.nan
        if loss.isfinite():
            loss.backward()  # pyright: ignore[reportUnknownMemberType] - torch leaves it untyped
            norm = gradient_norm(self.model, self.config.clip_norm)
        usable = math.isfinite(norm)
        rolled_back = self.last_good.update(usable=usable)
        if usable:
            self.optimiser.step()  # pyright: ignore[reportUnknownMemberType] - untyped too
        if rolled_back:
            self._follow(1.0)
        elif usable and self.steps % self.config.target_every == 0:
            self._follow(self.config.target_rate)
        return {
            "gradient_norm": norm if usable else 0.0,
            "non_finite": float(not usable),
            "rolled_back": float(rolled_back),
        }

    @torch.no_grad()
    def _follow(self, rate: float) -> None:
        """Move the target net towards the one in training; all the way for 1."""
        theirs, ours = cast(nn.Module, self.target).parameters(), self.model.parameters()
        for followed, leading in zip(theirs, ours, strict=True):
            if leading.requires_grad:
                followed.copy_(leading) if rate == 1 else followed.lerp_(leading, rate)

    def state_dict(self) -> dict[str, Any]:
        """Optimiser, target net, memory, last good weights, counters; not the model's own."""
        return {
            "optimiser": self.optimiser.state_dict(),
            "target": cast(nn.Module, self.target).state_dict(),
            "last_good": self.last_good.state_dict(),
            "memory": self.memory.state_dict(),
            "seen": self.seen,
            "made": self.made,
            "steps": self.steps,
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Take over a saved state."""
        self.optimiser.load_state_dict(state["optimiser"])
        cast(nn.Module, self.target).load_state_dict(state["target"])
        self.last_good.load_state_dict(state["last_good"])
        self.memory.load_state_dict(state["memory"])
        self.seen, self.made = int(state["seen"]), int(state["made"])
        self.steps = int(state["steps"])
        self._explore()


def _plain(rollout: Rollout[Any]) -> Rollout[Any]:
    """The same decisions for a prior that is asked as it is, whatever they were sampled with."""
    heat = rollout.context.get("temperature")
    if heat is None:
        return rollout
    return replace(rollout, context={**rollout.context, "temperature": torch.ones_like(heat)})
