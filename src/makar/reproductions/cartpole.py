"""CartPole learned through makar's own policy-gradient learner, judged by Gymnasium's own.

    makar reproduce cartpole --algorithm ppo --seeds 3

The bar for PPO: on each seed a mean of at least 475 over 100 greedy episodes of the real
``CartPole-v1`` after at most 500,000 steps (475 is where Gymnasium calls it solved).

Settings are chosen on seeds from 100 on and fixed before others are run. Those of today are the
third; the first two had a fixed number of updates and were given up for these failures:

1. 60 updates, gamma 0.99, lambda 0.95: seeds 1 to 3 gave means 500, 500, 374.
2. 60 updates, gamma 0.98, lambda 0.8: seeds 1 to 8 gave 493, 500, 500, 195, 500, 500, 500, 500.
3. As 2, but training stops when it is enough: seeds 101 to 120 all gave at least 488.

Seeds 1 to 8 are therefore no longer untouched. Run once, after the third settings were fixed, seeds
1 to 16 all gave 500 after 96,256 to 157,696 steps; 9 to 16 had not been seen before. A2C misses its
bar: seeds 1 to 3 gave 478, 338, 316.

The parts of the stability kit that need a prior are off: the KL and the entropy floor hold a
policy near what it was pre-trained on, and here it starts as a coin toss. Clipping of gradients
and the way back from unusable updates stay on.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from typing import Literal

import numpy as np
import torch
from jaxtyping import Int

from makar.core.train import train
from makar.core.types import Prompt
from makar.learners.policy_gradient import PolicyGradient, PolicyGradientConfig
from makar.learners.stability import Stability
from makar.measures.statistics import Estimate, mean_over_seeds, mean_over_works
from makar.models.policy_net import PolicyNet
from makar.models.stepwise import StepModel, StepwisePolicy
from makar.reproductions.cartpole_process import CartPole, staying_up

Algorithm = Literal["ppo", "a2c"]
EPISODES = 100
LATELY = 100
BARS: dict[Algorithm, float] = {"ppo": 475.0, "a2c": 450.0}
FIRST_RESET = 1_000_000
"""Gymnasium's resets for the evaluation are seeded from here on."""


@dataclass(frozen=True)
class Settings:
    """How one algorithm is run.

    Attributes:
        streams: Carts.
        steps: Decisions of each in an update.
        updates: The most there may be.
        enough: Mean steps of the last 100 works made in training at which it stops. Going on
            spoils what was learned: once nothing falls any more, standardised advantages are
            noise blown up to the size of a signal, and the policy drifts.
        learner: How it learns.
    """

    streams: int
    steps: int
    updates: int
    enough: float
    learner: PolicyGradientConfig

    @property
    def decisions(self) -> int:
        """The most steps of the environment there may be."""
        return self.streams * self.steps * self.updates


@dataclass(frozen=True)
class Learned:
    """A net, and the steps of the environment it learned from."""

    net: StepModel
    decisions: int


def settings(algorithm: Algorithm) -> Settings:
    """What was tuned on seeds from 100 on."""
    kit = Stability(kl_coefficient=0.0, kl_target=None, entropy_floor=None, clip_norm=0.5)
    if algorithm == "ppo":
        updates = 244
        learner = PolicyGradientConfig(
            algorithm="ppo",
            learning_rate=1e-3,
            decay_updates=updates,
            epochs=10,
            minibatch=8,
            gamma=0.98,
            lam=0.8,
            stability=kit,
        )
        return Settings(streams=32, steps=64, updates=updates, enough=499.0, learner=learner)
    updates = 488
    learner = PolicyGradientConfig(
        algorithm="a2c",
        learning_rate=3e-3,
        decay_updates=updates,
        gamma=0.99,
        lam=0.95,
        entropy_weight=0.01,
        stability=kit,
    )
    return Settings(streams=32, steps=32, updates=updates, enough=475.0, learner=learner)


def learn(chosen: Settings, *, seed: int) -> Learned:
    """Train on fragments of makar's own process until that is enough, or the budget is spent."""
    torch.manual_seed(seed)
    process = CartPole()
    net = PolicyNet(observation=4, actions=process.actions)
    policy = StepwisePolicy(process, net, steps=chosen.steps, fragments=True, shard=chosen.streams)
    learner = PolicyGradient(policy, chosen.learner, seed=seed)
    prompts = [Prompt()] * chosen.streams
    lately: deque[int] = deque(maxlen=LATELY)
    reports = train(policy, staying_up, learner, lambda _: prompts, seed=seed)
    decisions = 0
    for report in islice(reports, chosen.updates):
        decisions += report.rollout.mask.numel()
        lately.extend(report.rollout.works[:])
        if len(lately) == LATELY and sum(lately) >= chosen.enough * LATELY:
            break
    return Learned(net, decisions)


@torch.no_grad()
def judged_by_gymnasium(net: StepModel, *, episodes: int = EPISODES) -> Int[np.ndarray, " E"]:
    """Steps of each episode in Gymnasium's ``CartPole-v1`` when the likeliest push is taken."""
    import gymnasium

    worlds = [gymnasium.make("CartPole-v1") for _ in range(episodes)]
    seen = np.stack([w.reset(seed=FIRST_RESET + i)[0] for i, w in enumerate(worlds)])
    lengths, up = np.zeros(episodes, np.int64), np.ones(episodes, bool)
    while up.any():
        pushes = net(torch.from_numpy(seen))[0].argmax(-1).tolist()
        for i in np.flatnonzero(up).tolist():
            seen[i], _, fallen, late, _ = worlds[i].step(pushes[i])
            up[i] = not (fallen or late)
            lengths[i] += 1
    return lengths


@dataclass(frozen=True)
class Stage:
    """How far the work has come.

    Attributes:
        name: What is being done.
        done: Share of all that is to be done, in [0, 1].
        words: How it goes.
    """

    name: str
    done: float
    words: str


@dataclass(frozen=True)
class Row:
    """One row of the table: steps a pole stayed up, and the bar; ``steps`` were learned from."""

    algorithm: Algorithm
    name: str
    seeds: Sequence[int]
    estimate: Estimate
    least: int
    steps: int
    bar: float

    @property
    def missed(self) -> bool:
        """True for a seed below the bar."""
        return self.estimate.mean < self.bar

    def record(self) -> dict[str, object]:
        """For ``summary.json``: mean, 95 % interval, n, seeds."""
        row = {"algorithm": self.algorithm, "row": self.name, **asdict(self.estimate)}
        return row | {
            "seeds": list(self.seeds), "min": self.least, "steps": self.steps, "bar": self.bar
        }  # fmt: skip


def chosen(name: Algorithm | Literal["all"]) -> list[Algorithm]:
    """The algorithms that a name on the command line stands for."""
    return list(BARS) if name == "all" else [name]


def reproduce(algorithms: Sequence[Algorithm], *, seeds: Sequence[int]) -> Iterator[Stage | Row]:
    """Train each algorithm with each seed, and judge it; a row for each, and one over them."""
    torch.set_num_threads(1)
    total, done = len(algorithms) * len(seeds), 0
    for algorithm in algorithms:
        runs: list[np.ndarray] = []
        spent: list[int] = []
        for seed in seeds:
            yield Stage(f"{algorithm}, seed {seed}", done / total, "")
            learned = learn(settings(algorithm), seed=seed)
            runs.append(judged_by_gymnasium(learned.net))
            spent.append(learned.decisions)
            least, bar = int(runs[-1].min()), BARS[algorithm]
            one = mean_over_works(runs[-1])
            yield Row(algorithm, f"seed {seed}", [seed], one, least, spent[-1], bar)
            done += 1
        whole, least = mean_over_seeds(runs), min(int(run.min()) for run in runs)
        yield Row(algorithm, "all seeds", seeds, whole, least, max(spent), BARS[algorithm])
