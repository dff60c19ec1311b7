"""The body of the training loop: log, keep, guard, checkpoint. Domain-free."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

import numpy as np

from makar.core.errors import RewardFailureError
from makar.core.seeds import Seeds
from makar.core.train import train
from makar.core.types import Iteration, Judgement, Prompt, Restrainable, Rollout, Works
from makar.measures.alarm import HackingAlarm
from makar.measures.guards import CollapseLimits
from makar.measures.statistics import finite_mean
from makar.recipes.creator import Creator
from makar.recipes.own_rewards.loading import FromFile
from makar.recipes.settings import LoopConfig
from makar.recipes.trained_run import BEFORE
from makar.recipes.upkeep.watch_prices import watched
from makar.recipes.weighting import STYLE
from makar.runs.checkpoint import load_newest
from makar.runs.folder import RunFolder
from makar.training.records import keep_works

W = TypeVar("W")


@dataclass(frozen=True)
class Step:
    """What one iteration came to, as logged."""

    iteration: int
    metrics: Mapping[str, Any]
    events: Sequence[str]
    finished: bool = False


@dataclass
class Timed(Generic[W]):
    """A creator's generator, reward and learner in one, each call's seconds noted.

    Attributes:
        creator: What they are of.
        seconds: What each took, the last time.
        unpaid: What was said of the last works, without what training adds.
    """

    creator: Creator[W]
    seconds: dict[str, float] = field(default_factory=dict)
    unpaid: Judgement | None = None

    def sample(
        self, prompts: Sequence[Prompt], *, seeds: Seeds, temperature: float = 1.0
    ) -> Rollout[W]:
        """See ``core.types.Generator``."""
        began = time.perf_counter()
        rollout = self.creator.policy.sample(prompts, seeds=seeds, temperature=temperature)
        self.seconds["sample"] = time.perf_counter() - began
        return rollout

    def __call__(self, works: Works[W], prompts: Sequence[Prompt], /) -> Judgement:
        """See ``core.types.Reward``."""
        began = time.perf_counter()
        self.unpaid = self.creator.reward.lean(works, prompts)
        judgement = self.creator.bonuses.apply(self.unpaid, works, self.creator.craft.variety)
        self.seconds["score"] = time.perf_counter() - began
        return judgement

    def update(self, rollout: Rollout[Any], judgement: Judgement) -> dict[str, float]:
        """See ``core.types.Learner``."""
        began = time.perf_counter()
        metrics = self.creator.learner.update(rollout, judgement)
        self.seconds["update"] = time.perf_counter() - began
        return metrics

    def state_dict(self) -> dict[str, Any]:
        """See ``core.types.Learner``."""
        return self.creator.learner.state_dict()

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """See ``core.types.Learner``."""
        self.creator.learner.load_state_dict(state)


@dataclass
class Training(Generic[W]):
    """One run's training, step by step; whoever iterates shows it and may stop it.

    Attributes:
        creator: What learns.
        folder: Where everything is kept.
        config: How long.
        seed: Fixes every draw.
        alarm: Watches for a gamed reward.
        limits: Watches for collapse.
        start: Iteration to begin with.
    """

    creator: Creator[W]
    folder: RunFolder
    config: LoopConfig
    seed: int
    alarm: HackingAlarm
    limits: CollapseLimits = field(default_factory=CollapseLimits)
    start: int = 0
    collapses: int = 0
    failing: Counter[str] = field(default_factory=Counter)

    def steps(self) -> Iterator[Step]:
        """Learn; yield after each iteration, when it is logged and, now and then, saved."""
        if self.start >= self.config.iterations or self._given_up:
            return
        if self.start == 0:
            # what a collapse before the first checkpoint goes back to, and the run's prior
            self.save(0, pin=BEFORE)
        timed = Timed(self.creator)
        reports = train(
            timed,
            timed,
            timed,
            self.creator.prompts,
            seed=self.seed,
            start=self.start,
            temperature=self.config.temperature,
        )
        for report in reports:
            began = time.perf_counter()
            works, variety = report.rollout.works, self.creator.craft.variety
            duplicates, distinct = variety.duplicates(works), variety.distinct(works)
            events = self._guard(report, duplicates)
            unpaid = timed.unpaid or report.judgement
            self._keep(report, unpaid)
            self.creator.bonuses.observe(works, variety, distinct, unpaid)
            metrics = summary(report) | {
                "score": finite_mean(unpaid.total),
                "temperature": self.config.temperature(report.iteration),
                "duplicates": duplicates,
                "distinct-4": distinct,
                "events": events,
            }
            timed.seconds["keep"] = time.perf_counter() - began
            self.folder.metrics.append(report.iteration, metrics | {"seconds": dict(timed.seconds)})
            done = report.iteration + 1
            finished = done >= self.config.iterations or self._given_up
            failure = self._failure(report.judgement)
            if finished or failure or done % self.config.checkpoint_every == 0:
                self.save(done)
            if failure:
                raise RewardFailureError(failure)
            yield Step(report.iteration, metrics, events, finished)
            if finished:
                return

    @property
    def _given_up(self) -> bool:
        return self.collapses > self.config.roll_backs

    def save(self, done: int, *, pin: str | None = None) -> None:
        """Keep a checkpoint with ``done`` iterations behind it."""
        state = {
            "creator": self.creator.state_dict(),
            "alarm": self.alarm.state_dict(),
            "collapses": self.collapses,
            "failing": dict(self.failing),
        }
        if pin == BEFORE:
            state["prior"] = self.creator.prior.state_dict()
        self.folder.save(done, state, pin=pin)

    def resume(self) -> Sequence[str]:
        """Go back to the newest complete checkpoint; return what had to be said about it."""
        loaded = self.folder.resume(self._take_over)
        self.start = loaded.step
        return loaded.notices

    def _take_over(self, state: Mapping[str, Any]) -> None:
        self.creator.load_state_dict(state["creator"])
        if "alarm" in state:  # runs of earlier versions kept another one
            self.alarm.load_state_dict(state["alarm"])
        self.collapses = int(state["collapses"])
        self.failing = Counter(state["failing"])

    def _guard(self, report: Iteration[W], duplicates: float) -> list[str]:
        """Alarms, reward faults and collapse: act on them, and say so."""
        alarms = self.alarm.check(watched(report.judgement), likelihood(report.metrics))
        events = [f"alarm: {alarm}" for alarm in alarms]
        metrics = {**report.metrics, "duplicates": duplicates}
        reason = self.limits.collapsed(
            metrics, prior_entropy=metrics.get("prior_entropy", metrics.get("entropy", 0.0))
        )
        if reason:
            events.append(self._roll_back(reason))
        events += self._faults(report.judgement)
        if metrics.get("rolled_back"):
            events.append("unusable updates in a row: back to the last good weights")
        return events

    def _roll_back(self, reason: str) -> str:
        """Bring back the last checkpoint's weights and hold them twice as near the prior.

        The iteration counter goes on: the same draws would lead to the same collapse.
        """
        self.collapses += 1
        loaded = load_newest(
            self.folder.checkpoints,
            use=lambda state: self.creator.load_state_dict(state["creator"]),
        )
        if isinstance(self.creator.learner, Restrainable):
            self.creator.learner.restrain(2.0**self.collapses)
        end = "; giving up" if self._given_up else ""
        return f"collapse: {reason}; weights are back to those after {loaded.step} iterations{end}"

    def _faults(self, judgement: Judgement) -> list[str]:
        """Name reward faults, and count how long each part has failed altogether.

        That a watch cannot judge a work is no fault: many only speak of works with a leap, say.
        """
        for name, part in judgement.parts.items():
            broken = part.role in ("score", "penalty", "gate") and np.isnan(part.raw).all()
            self.failing[name] = self.failing[name] + 1 if broken else 0
        unpaid = {name for name, part in judgement.parts.items() if part.role == "watch"}
        return [
            f"reward fault: {fault} ({n} works)"
            for fault, n in judgement.faults.items()
            if fault.partition(":")[0] not in unpaid or not fault.endswith(": NaN")
        ]

    def _failure(self, judgement: Judgement) -> str:
        """Why the run cannot go on: a part has failed altogether for too long."""
        for name, times in self.failing.items():
            if times >= self.config.fault_patience:
                faults = [f for f in judgement.faults if f.startswith(f"{name}: ")]
                place, remedy = self._remedy(name)
                return (
                    f"reward {name!r} could judge no work in {times} iterations running "
                    f"({'; '.join(faults) or 'all NaN'}): mend it{place}, and {remedy}"
                )
        return ""

    def _remedy(self, name: str) -> tuple[str, str]:
        """Where a reward is, if in a file of the user's, and how to go on once it is mended."""
        for part in self.creator.reward.components:
            if part.name == name and isinstance(part.scorer, FromFile):
                command = f"makar train --resume {self.folder.path} --trust-code"
                return f" in {part.scorer.path}", f"resume the run: {command}"
        return "", "resume the run"

    def _keep(self, report: Iteration[W], judgement: Judgement) -> None:
        """Keep the best works, with scores that no bonus is part of."""
        best = np.argsort(-np.nan_to_num(judgement.total, nan=-1), kind="stable")
        keep_works(
            self.folder.ledger,
            self.creator.craft,
            report.rollout,
            judgement,
            phase="train",
            iteration=report.iteration,
            rows=[int(i) for i in best[: self.config.keep]],
            seeds=Seeds(self.seed, report.iteration),
            temperature=self.config.temperature(report.iteration),
        )


def summary(report: Iteration[Any]) -> dict[str, Any]:
    """Means of one iteration: the very judgement that was trained on, and the learner's word."""
    judgement = report.judgement
    return {
        "total": finite_mean(judgement.total),
        "parts": {name: finite_mean(part.value) for name, part in judgement.parts.items()},
        "raw": {name: finite_mean(part.raw) for name, part in judgement.parts.items()},
        "faults": dict(judgement.faults),
        "learner": dict(report.metrics),
    }


def likelihood(metrics: Mapping[str, float]) -> dict[str, float]:
    """How likely the prior finds what was made, in nats a decision, as the mean over a batch.

    E log prior = -(entropy + KL), over what the policy makes: the learner knows both, and the prior
    need not look at the works again.
    """
    if not {"kl", "entropy"} <= metrics.keys():
        return {}
    return {STYLE: -(metrics["entropy"] + metrics["kl"])}
