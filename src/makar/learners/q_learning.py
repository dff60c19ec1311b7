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
from typing import Any, Protocol, cast, runtime_checkable

import torch
from jaxtyping import Float
from torch import Tensor, nn

from makar.core.devices import device_of
from makar.core.seeds import Seeds
from makar.core.signal import decision_rewards, last_decision
from makar.core.types import Judgement, Rollout
from makar.learners.optimisers import Adam
from makar.learners.policy_gradient import TrainablePolicy
from makar.learners.q_settings import QLearningConfig
from makar.learners.replay import Remembered, Replay
from makar.learners.stability import LastGood, gradient_norm
from makar.objectives import td
from makar.objectives.policy_loss import mean_over

MEMORY = 1
"""Stream of the seeds from which remembered works are drawn."""


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
        beside: The policy that distances are measured from, for the log; ``prior`` by default.
        seed: For the works drawn from memory.
    """

    def __init__(
        self,
        q: TrainableQ,
        config: QLearningConfig,
        *,
        prior: TrainablePolicy | None = None,
        beside: TrainablePolicy | None = None,
        seed: int = 0,
    ) -> None:
        if prior is None and config.kind != "dqn":
            raise ValueError(f"{config.kind} stays near a prior: give the policy to stay near")
        self.q, self.config, self.prior, self.seed = q, config, prior, seed
        self.beside = beside or prior
        self.model = cast(nn.Module, q)
        self.target = copy.deepcopy(q)
        cast(nn.Module, self.target).requires_grad_(requires_grad=False).eval()
        trained = [p for p in self.model.parameters() if p.requires_grad]
        self.optimiser = Adam(trained, lr=config.learning_rate)
        self.last_good = LastGood(
            self.model, self.optimiser, patience=config.roll_back_after, every=100
        )
        self.memory = Replay(config.memory)
        self.seen = self.made = self.steps = self.rollouts = 0
        self.restraint = 1.0
        self.baseline: float | None = None
        self._explore()

    def update(self, rollout: Rollout[Any], judgement: Judgement) -> dict[str, float]:
        """Remember a judged rollout, then learn from the memory; see ``core.types.Learner``."""
        rewards = decision_rewards(rollout, judgement)
        finite = rewards.isfinite().all(1) & rollout.logp.isfinite().all(1)
        usable = finite & rollout.mask.any(1)
        if not usable.all():
            rollout, rewards = rollout.select(usable.nonzero()[:, 0]), rewards[usable]
        self.model.eval()  # dropout would set the values apart from those that were acted on
        prices, likely = self._priced(rollout, self._centred(rollout, rewards))
        self.memory.add(rollout, prices)
        self.seen += int(rollout.mask.sum())
        self.made += len(rollout)
        metrics = {
            "unjudged": float((~finite).sum()),
            "epsilon": self.q.epsilon,
            "remembered": float(self.memory.size),
            "learning_rate": self._decay(),
            **likely,
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
        self.restraint *= factor

    def _decay(self) -> float:
        """Set the learning rate for this rollout."""
        rate, over = self.config.learning_rate / self.restraint, self.config.decay_updates
        if over is not None:
            rate *= max(1 - self.rollouts / over, 0.0)
        for group in self.optimiser.param_groups:
            group["lr"] = rate
        self.rollouts += 1
        return rate

    def _explore(self) -> None:
        """Set the chance of exploring, by the decisions seen so far."""
        config = self.config
        done = min(self.seen / config.epsilon_decisions, 1.0) if config.epsilon_decisions else 1.0
        self.q.epsilon = config.epsilon + done * (config.epsilon_end - config.epsilon)

    def _centred(self, rollout: Rollout[Any], rewards: Tensor) -> Tensor:
        """Rewards less the first works' mean at each work's end, if that is asked for."""
        if not self.config.centred or not len(rollout):
            return rewards
        if rollout.owner is not None:
            raise ValueError("what fragments earn cannot be centred: they are parts of works")
        if self.baseline is None:
            self.baseline = float(rewards.sum(1).mean())
        rewards = rewards.clone()
        rewards[torch.arange(len(rollout)), last_decision(rollout)] -= self.baseline
        return rewards

    @torch.no_grad()
    def _priced(self, rollout: Rollout[Any], rewards: Tensor) -> tuple[Tensor, dict[str, float]]:
        """Rewards in the unit of the values, with what the prior pays where it is in them.

        And how far the works are from the prior: their own log-probabilities are at hand.
        """
        plain = rewards / self.config.scale
        if self.beside is None or not len(rollout):
            return plain, {}
        prior, mask = self.beside.evaluate(_plain(rollout)), rollout.mask
        mean = mean_over(rollout.logp, mask)
        likely = {
            "entropy": -mean.item(),
            "kl": (mean - mean_over(prior.logp, mask)).item(),
            "prior_entropy": mean_over(prior.entropy, mask).item(),
        }
        if self.prior is None or self.config.kind == "g":
            return plain, likely
        return td.prior_reward(rewards, prior.logp, mask, scale=self.config.scale), likely

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
            "rollouts": self.rollouts,
            "restraint": self.restraint,
            "baseline": self.baseline,
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Take over a saved state."""
        self.optimiser.load_state_dict(state["optimiser"])
        cast(nn.Module, self.target).load_state_dict(state["target"])
        self.last_good.load_state_dict(state["last_good"])
        self.memory.load_state_dict(state["memory"])
        self.seen, self.made = int(state["seen"]), int(state["made"])
        self.steps = int(state["steps"])
        self.rollouts, self.restraint = int(state["rollouts"]), float(state["restraint"])
        self.baseline = state["baseline"]
        self._explore()


def _plain(rollout: Rollout[Any]) -> Rollout[Any]:
    """The same decisions for a prior that is asked as it is, whatever they were sampled with."""
    heat = rollout.context.get("temperature")
    if heat is None:
        return rollout
    return replace(rollout, context={**rollout.context, "temperature": torch.ones_like(heat)})
