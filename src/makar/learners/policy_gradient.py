"""REINFORCE, RLOO, GRPO, A2C and PPO: one learner with the advantage and the loss swapped.

Left out of the papers on purpose: reward models, value warm-up, separate value networks, and
PPO's value clipping, none of which small creative generators were seen to need.
"""

from __future__ import annotations

import copy
import math
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar, cast, runtime_checkable

import torch
from torch import Tensor, nn

from makar.core.devices import device_of
from makar.core.signal import decision_rewards
from makar.core.types import Evaluation, Judgement, Rollout
from makar.learners.evaluations import joined, rows_of, shards
from makar.learners.optimisers import Adam
from makar.learners.policy_settings import PolicyGradientConfig
from makar.learners.stability import (
    AdaptiveCoefficient,
    EntropyFloor,
    LastGood,
    gradient_norm,
)
from makar.objectives import advantage as advantages
from makar.objectives import policy_loss
from makar.objectives.selection import best_and_worst

P = TypeVar("P")


@runtime_checkable
class TrainablePolicy(Protocol):
    """A policy that is a torch module."""

    def evaluate(self, rollout: Rollout[Any]) -> Evaluation:
        """See ``core.types.Policy``."""
        ...


@dataclass(frozen=True)
class _Batch:
    """What one gradient step needs besides the rollout's rows."""

    rollout: Rollout[Any]
    advantage: Tensor
    target: Tensor
    prior: Evaluation | None

    def select(self, rows: Tensor) -> _Batch:
        """The same for fewer works."""
        rows = rows.to(self.advantage.device)
        prior = None if self.prior is None else rows_of(self.prior, rows)
        return _Batch(self.rollout.select(rows), self.advantage[rows], self.target[rows], prior)


class PolicyGradient:
    """Raises the judgement of a policy's works by following its gradient.

    Args:
        policy: The policy to change; a ``torch.nn.Module`` with ``evaluate``.
        config: Which algorithm, and how.
        prior: The policy to stay near, never changed; None takes a frozen copy of ``policy``
            as it is now, if the KL is switched on.
        seed: For the order of minibatches.
    """

    def __init__(
        self,
        policy: TrainablePolicy,
        config: PolicyGradientConfig,
        *,
        prior: TrainablePolicy | None = None,
        seed: int = 0,
    ) -> None:
        self.policy, self.config = policy, config
        self.model = cast(nn.Module, policy)
        kit = config.stability
        anchored = kit.kl_coefficient > 0 or kit.entropy_floor is not None
        self.prior = (prior or frozen(policy)) if anchored else None
        self.optimiser = Adam(self.model.parameters(), lr=config.learning_rate)
        self.kl = AdaptiveCoefficient(kit.kl_coefficient, kit.kl_target)
        self.entropy = EntropyFloor(kit.entropy_floor)
        self.last_good = LastGood(self.model, self.optimiser, patience=kit.roll_back_after)
        self.baseline: float | None = None
        self.updates = 0
        self.seed = seed

    def update(self, rollout: Rollout[Any], judgement: Judgement) -> dict[str, float]:
        """Take one or several gradient steps on a judged rollout; see ``core.types.Learner``."""
        rollout = rollout.to(device_of(self.model))
        rewards = decision_rewards(rollout, judgement)
        usable, metrics = self._usable(rollout, rewards)
        metrics["learning_rate"] = self._decay()
        self.updates += 1
        if not usable.any():
            metrics["rolled_back"] = float(self.last_good.update(usable=metrics["unjudged"] == 0))
            return metrics
        if not usable.all():
            rollout, rewards = rollout.select(usable.nonzero()[:, 0]), rewards[usable]
        if self.config.best_and_worst is not None:
            rollout, rewards = self._telling(rollout, rewards, self.config.best_and_worst)
        metrics["learned_from"] = float(len(rollout))
        self.model.eval()  # dropout would set the policy apart from the one that sampled
        now, prior = self._evaluated(rollout)
        with torch.no_grad():
            advantage, target = self._advantages(rollout, rewards, now and now.value)
        batch = _Batch(rollout, advantage, target, prior)
        if now is not None and now.logp.requires_grad:  # a single step learns from this very one
            steps = [self._step(batch, now)]
        else:
            steps = [self._step(step) for step in self._minibatches(batch)]
        metrics |= _mean(steps)
        self._adapt(metrics, prior, rollout.mask)
        return metrics

    def restrain(self, factor: float) -> None:
        """Hold the policy ``factor`` times nearer to the prior; see ``core.types.Restrainable``."""
        self.kl.value *= factor

    def _decay(self) -> float:
        """Set the learning rate of this update."""
        rate, over = self.config.learning_rate, self.config.decay_updates
        if over is not None:
            rate *= max(1 - self.updates / over, 0.0)
        for group in self.optimiser.param_groups:
            group["lr"] = rate
        return rate

    def _usable(self, rollout: Rollout[Any], rewards: Tensor) -> tuple[Tensor, dict[str, float]]:
        """Rows that can teach something, and the count of those that cannot."""
        finite = rewards.isfinite().all(1) & rollout.logp.isfinite().all(1)
        unjudged = int((~finite).sum())
        flat = torch.zeros_like(finite)
        if self.config.stability.skip_flat_groups and self.config.uses_groups:
            judged = rollout.mask & finite[:, None]
            returns = advantages.returns_to_go(rewards, judged, gamma=self.config.gamma)
            flat = finite & _in_flat_group(returns, judged, rollout.group)
        metrics = {"unjudged": float(unjudged), "flat": float(flat.sum())}
        return finite & ~flat & rollout.mask.any(1), metrics

    def _telling(
        self, rollout: Rollout[Any], rewards: Tensor, keep: int
    ) -> tuple[Rollout[Any], Tensor]:
        """The works that say most: the best and the worst."""
        if rollout.owner is not None:
            raise ValueError("the best and the worst are of whole works: fragments have none")
        rows = best_and_worst(rewards.sum(1), rollout.group, keep=keep)
        return rollout.select(rows), rewards[rows]

    def _advantages(
        self, rollout: Rollout[Any], rewards: Tensor, value: Tensor | None
    ) -> tuple[Tensor, Tensor]:
        """Advantages, and what the value head should have said; both ``(B, T)``."""
        config, mask = self.config, rollout.mask
        if config.uses_value:
            if value is None:
                raise ValueError(f"{config.algorithm} needs a policy with a value head")
            value = value.detach()
            ahead = advantages.generalised(
                rewards,
                value,
                mask,
                gamma=config.gamma,
                lam=config.lam,
                terminated=rollout.terminated,
                truncated=rollout.truncated,
                bootstrap=rollout.bootstrap,
            )
            return advantages.standardised(ahead, mask), ahead + value
        if rollout.owner is not None:  # a return would run on into the next work
            raise ValueError(f"{config.algorithm} needs whole works: fragments need a2c or ppo")
        returns = advantages.returns_to_go(rewards, mask, gamma=config.gamma)
        if config.algorithm == "reinforce":
            mean = float(policy_loss.mean_over(returns, mask))
            baseline = mean if self.baseline is None else self.baseline
            self.baseline = 0.9 * baseline + 0.1 * mean
            return advantages.against_baseline(returns, mask, baseline=baseline), returns
        if config.algorithm == "rloo":
            return advantages.leave_one_out(returns, mask, rollout.group), returns
        return advantages.group_relative(returns, mask, rollout.group), returns

    def _evaluated(self, rollout: Rollout[Any]) -> tuple[Evaluation | None, Evaluation | None]:
        """What the policy, where that is needed, and the prior make of a rollout as it is."""
        config, size = self.config, len(rollout)
        single = config.epochs == 1 and min(config.minibatch or size, config.shard or size) >= size
        now = self.policy.evaluate(rollout) if single else None
        parts = [rollout]
        if config.shard is not None:
            device = rollout.mask.device
            parts = [rollout.select(rows.to(device)) for rows in shards(size, config.shard)]
        with torch.no_grad():
            if not single and config.uses_value:
                now = joined([self.policy.evaluate(part) for part in parts])
            if self.prior is None:
                return now, None
            return now, joined([self.prior.evaluate(part) for part in parts])

    def _minibatches(self, whole: _Batch) -> Iterator[_Batch]:
        size = self.config.minibatch or len(whole.rollout)
        shuffle = torch.Generator().manual_seed(self.seed * 1_000_003 + self.updates)
        for _ in range(self.config.epochs):
            order = torch.randperm(len(whole.rollout), generator=shuffle).to(whole.advantage.device)
            for first in range(0, len(order), size):
                yield whole.select(order[first : first + size])

    def _step(self, batch: _Batch, now: Evaluation | None = None) -> dict[str, float]:
        """One gradient step, whose gradient is summed over shards of the batch.

        An unusable step changes nothing and is counted.
        """
        self.optimiser.zero_grad(set_to_none=True)
        metrics: Counter[str] = Counter()
        decisions, finite = batch.rollout.mask.sum(), True
        for rows in shards(len(batch.rollout), self.config.shard):
            part = batch if len(rows) == len(batch.rollout) else batch.select(rows)
            loss, found = self._loss(part, now or self.policy.evaluate(part.rollout))
            share = part.rollout.mask.sum() / decisions
            finite = finite and bool(loss.isfinite())
            if finite:
                (loss * share).backward()  # pyright: ignore[reportUnknownMemberType] - torch leaves it untyped
            metrics.update({name: value * float(share) for name, value in found.items()})
        return metrics | self._descend(finite=finite)

    def _loss(self, batch: _Batch, now: Evaluation) -> tuple[Tensor, dict[str, float]]:
        """What to descend, a mean over the batch's decisions, and what it consists of."""
        mask, config = batch.rollout.mask, self.config
        if config.algorithm in ("ppo", "grpo"):
            loss = policy_loss.clipped(
                now.logp, batch.rollout.logp, batch.advantage, mask, clip=config.clip
            )
        else:
            loss = policy_loss.score_function(now.logp, batch.advantage, mask)
        metrics = {"policy_loss": loss.item()}
        entropy = policy_loss.mean_over(now.entropy, mask)
        if config.uses_value and now.value is not None:
            value_loss = policy_loss.value_error(now.value, batch.target, mask)
            metrics["value_loss"] = value_loss.item()
            loss = loss + config.value_weight * value_loss
        if batch.prior is not None:
            kl = policy_loss.mean_over(now.kl(batch.prior), mask)
            metrics["kl"] = kl.item()
            if config.stability.kl_coefficient > 0:
                loss = loss + self.kl.value * kl
        if (weight := self.entropy.value + config.entropy_weight) > 0:
            loss = loss - weight * entropy
        metrics["clipped"] = policy_loss.clipped_share(
            now.logp.detach(), batch.rollout.logp, mask, clip=config.clip
        )
        return loss, metrics | {"entropy": entropy.item()}

    def _descend(self, *, finite: bool) -> dict[str, float]:
        """Follow the gradient, unless it is unusable."""
        norm = math.nan
        if finite:
            norm = gradient_norm(self.model, self.config.stability.clip_norm)
        usable = math.isfinite(norm)
        rolled_back = self.last_good.update(usable=usable)
        if usable:
            self.optimiser.step()  # pyright: ignore[reportUnknownMemberType] - untyped too
        return {
            "gradient_norm": norm if usable else 0.0,
            "non_finite": float(not usable),
            "rolled_back": float(rolled_back),
        }

    def _adapt(self, metrics: dict[str, float], prior: Evaluation | None, mask: Tensor) -> None:
        """Turn the knobs of the stability kit, and log where they stand."""
        if prior is None:
            return
        if self.config.stability.kl_coefficient > 0:
            self.kl.update(metrics["kl"])
            metrics["kl_coefficient"] = self.kl.value
        metrics["prior_entropy"] = float(policy_loss.mean_over(prior.entropy, mask))
        self.entropy.update(metrics["entropy"], metrics["prior_entropy"])
        metrics["entropy_coefficient"] = self.entropy.value

    def state_dict(self) -> dict[str, Any]:
        """Optimiser, coefficients, baseline and the last good weights; not the policy's own."""
        return {
            "optimiser": self.optimiser.state_dict(),
            "last_good": self.last_good.state_dict(),
            "kl_coefficient": self.kl.value,
            "entropy_coefficient": self.entropy.value,
            "baseline": self.baseline,
            "updates": self.updates,
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Take over a saved state."""
        self.optimiser.load_state_dict(state["optimiser"])
        self.last_good.load_state_dict(state["last_good"])
        self.kl.value = state["kl_coefficient"]
        self.entropy.value = state["entropy_coefficient"]
        self.baseline, self.updates = state["baseline"], int(state["updates"])


def frozen(policy: P) -> P:
    """A copy that no longer changes."""
    twin = copy.deepcopy(policy)
    cast(nn.Module, twin).requires_grad_(requires_grad=False).eval()
    return twin


def _in_flat_group(returns: Tensor, judged: Tensor, group: Tensor) -> Tensor:
    """``(B,)`` True for works of a group whose judged works did equally well at every step."""
    if not len(group):
        return torch.zeros_like(group, dtype=torch.bool)
    apart = advantages.group_relative(returns, judged, group, scale=False).abs().amax(1)
    spread = apart.new_zeros(int(group.max()) + 1).index_add_(0, group, apart)
    rounding = 1e-6 * returns.abs().amax().clamp(min=1.0)
    return spread[group] <= rounding


def _mean(steps: list[dict[str, float]]) -> dict[str, float]:
    """Mean of each metric over the steps; counts are added up instead."""
    summed = {name: sum(step[name] for step in steps) for name in steps[0]}
    counts = ("non_finite", "rolled_back")
    return {n: v if n in counts else v / len(steps) for n, v in summed.items()}
