"""CartPole learned through makar's own policy-gradient learner, judged by Gymnasium's own.

    python -m makar.reproductions.cartpole --algorithm ppo --seeds 3

The bar for PPO: on each seed a mean of at least 475 over 100 greedy episodes of the real
``CartPole-v1`` after at most 500,000 steps (475 is where Gymnasium calls it solved).

How the settings came about: chosen on seeds 101 to 106 and fixed, the first ones (gamma 0.99,
lambda 0.95) missed the bar on seed 3 (means 500, 500, 374). They were chosen again on seeds 101 to
116 (gamma 0.98, lambda 0.8: every mean at least 491) and fixed before seeds 1, 2 and 3 were run a
second time, and seeds 4 to 8 for the first.

The parts of the stability kit that need a prior are off: the KL and the entropy floor hold a
policy near what it was pre-trained on, and here it starts as a coin toss. Clipping of gradients
and the way back from unusable updates stay on.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
import torch
import typer
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
BARS = {"ppo": 475.0, "a2c": 450.0}
FIRST_RESET = 1_000_000
"""Gymnasium's resets for the evaluation are seeded from here on."""


@dataclass(frozen=True)
class Settings:
    """How one algorithm is run: ``streams`` carts, ``steps`` decisions each per update."""

    streams: int
    steps: int
    updates: int
    learner: PolicyGradientConfig

    @property
    def decisions(self) -> int:
        """Steps of the environment in all."""
        return self.streams * self.steps * self.updates


def settings(algorithm: Algorithm) -> Settings:
    """What was tuned on seeds from 100 on."""
    kit = Stability(kl_coefficient=0.0, kl_target=None, entropy_floor=None, clip_norm=0.5)
    if algorithm == "ppo":
        # Twice as many updates spoilt one seed in four: once nothing falls any more, standardised
        # advantages are noise blown up to the size of a signal, and the policy drifts.
        updates = 60
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
        return Settings(streams=32, steps=64, updates=updates, learner=learner)
    updates = 1500
    learner = PolicyGradientConfig(
        algorithm="a2c",
        learning_rate=2e-3,
        decay_updates=updates,
        gamma=0.99,
        lam=0.95,
        stability=kit,
    )
    return Settings(streams=16, steps=16, updates=updates, learner=learner)


def learn(chosen: Settings, *, seed: int) -> PolicyNet:
    """Train on fragments of makar's own process; a net that balances."""
    torch.manual_seed(seed)
    process = CartPole()
    net = PolicyNet(observation=4, actions=process.actions)
    policy = StepwisePolicy(process, net, steps=chosen.steps, fragments=True, shard=chosen.streams)
    learner = PolicyGradient(policy, chosen.learner, seed=seed)
    prompts = [Prompt()] * chosen.streams
    for _ in islice(
        train(policy, staying_up, learner, lambda _: prompts, seed=seed), chosen.updates
    ):
        pass
    return net


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


def row(name: str, seeds: Sequence[int], estimate: Estimate) -> dict[str, object]:
    """One row of the table: mean, 95 % interval, n, seeds."""
    return {"row": name, **asdict(estimate), "seeds": list(seeds)}


def main(
    algorithm: Annotated[Algorithm, typer.Option(help="Which learner.")] = "ppo",
    seeds: Annotated[int, typer.Option(min=1, help="Number of runs.")] = 3,
    first_seed: Annotated[int, typer.Option(help="Seed of the first; tune from 100 on.")] = 1,
    out: Annotated[Path | None, typer.Option(help="Folder for summary.json.")] = None,
) -> None:
    """Train, then balance 100 real poles greedily; exit code 1 where a seed misses the bar."""
    torch.set_num_threads(1)
    chosen = settings(algorithm)
    typer.echo(f"{algorithm}: {chosen.decisions:,} steps a seed, {EPISODES} greedy episodes each")
    numbers = range(first_seed, first_seed + seeds)
    runs: list[np.ndarray] = []
    rows: list[dict[str, object]] = []
    for number in numbers:
        runs.append(judged_by_gymnasium(learn(chosen, seed=number)))
        rows.append(row(f"seed {number}", [number], mean_over_works(runs[-1])))
        typer.echo(f"seed {number}: mean {mean_over_works(runs[-1])}, min {runs[-1].min()}")
    whole = mean_over_seeds(runs)
    rows.append(row("all seeds", numbers, whole))
    worst = min(float(run.mean()) for run in runs)
    typer.echo(f"all: mean {whole}, worst seed {worst:.1f}, bar {BARS[algorithm]:g} on each")
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        (out / "summary.json").write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")
    raise typer.Exit(int(worst < BARS[algorithm]))


if __name__ == "__main__":
    typer.run(main)
