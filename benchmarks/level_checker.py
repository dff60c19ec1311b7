"""Milliseconds a level for the verdict, for what training reads, and for the noisy player.

Levels of 114 x 14 tiles with gaps, walls, platforms and enemies by chance, with the physics of
``MARIO``, apart for those that can be won and those that cannot. Processor time of one thread,
the best of several rounds, after compiling. Then, for other levels of each seed that can be won,
how the structural challenge agrees with the noisy player's failure rate.

    python benchmarks/level_checker.py --levels 400
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable

import numpy as np
from jaxtyping import UInt8

from makar.domains.levels.level.legend import MARIO
from makar.domains.levels.level.level import Levels
from makar.domains.levels.play.analysis import Analyst
from makar.domains.levels.play.noisy_player import failure_rate

HEIGHT, WIDTH = 14, 114
SKY, GROUND, ENEMY = 0, 1, 5


def level(rng: np.random.Generator) -> UInt8[np.ndarray, "H W"]:
    """One level: how often each obstacle comes and how large it may be is drawn first."""
    tiles = np.zeros((HEIGHT, WIDTH), np.uint8)
    gaps, enemies = 0.05 + 0.1 * rng.random(), 0.1 * rng.random()
    walls, widest = 0.1 * rng.random(), int(rng.integers(2, 11))
    x, high = 0, 2
    while x < WIDTH:
        inside = 4 < x < WIDTH - 4
        if inside and rng.random() < gaps:
            x += int(rng.integers(1, widest + 1))
            continue
        tiles[HEIGHT - high :, x] = GROUND
        if inside and rng.random() < enemies:
            tiles[HEIGHT - high - 1, x] = ENEMY
        elif inside and rng.random() < walls:
            tiles[HEIGHT - high - int(rng.integers(1, 5)) :, x] = GROUND
        elif rng.random() < 0.1:
            high = int(np.clip(high + rng.integers(-2, 3), 1, 6))
        x += 1
    for _ in range(int(rng.integers(0, 18))):
        x, y = int(rng.integers(4, WIDTH - 6)), int(rng.integers(4, HEIGHT - 4))
        row = tiles[y, x : x + int(rng.integers(1, 6))]
        row[row == SKY] = GROUND
    return tiles


def milliseconds(work: Callable[[], object], levels: int, rounds: int = 5) -> float:
    """Processor time a level of the fastest round."""
    taken = []
    for _ in range(rounds):
        begun = time.process_time()
        work()
        taken.append(time.process_time() - begun)
    return 1000 * min(taken) / levels


def agreement(seed: int, count: int) -> str:
    """Rank correlation and mean distance of challenge and failure rate."""
    rng = np.random.default_rng([seed, 1])
    levels = Levels(np.stack([level(rng) for _ in range(count)]), MARIO.names)
    found = Analyst(MARIO)(levels)
    won = np.flatnonzero(found.won == 1)
    failed = failure_rate(levels.take(won), MARIO, runs=200, seed=seed)
    challenge = found.challenge[won]
    ranks = [np.unique(x, return_inverse=True)[1] for x in (challenge, failed)]
    ties = [(r[:, None] > r).sum(1) + (r[:, None] == r).sum(1) / 2 for r in ranks]
    error = np.abs(challenge - failed)
    tenths = np.quantile(failed, (0.1, 0.5, 0.9)).round(2)
    return (
        f"seed {seed}: {len(won)} levels, failure rate {tenths} at 10, 50, 90 %, "
        f"Spearman {np.corrcoef(*ties)[0, 1]:.3f}, mean distance {error.mean():.3f}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--levels", type=int, default=400)
    parser.add_argument("--runs", type=int, default=100, help="of the noisy player")
    parser.add_argument("--seeds", type=int, nargs="*", default=[1, 2, 3])
    asked = parser.parse_args()
    rng = np.random.default_rng(1)
    levels = Levels(np.stack([level(rng) for _ in range(asked.levels)]), MARIO.names)
    found = Analyst(MARIO)(levels)
    assert found.danger is not None
    failure_rate(levels.take([0]), MARIO, runs=1)
    print(f"{'':12}{'levels':>8}{'verdict':>10}{'analysis':>10}{'noisy':>10}  ms a level")
    sets = {"playable": found.won == 1, "unplayable": found.won == 0}
    for name, chosen in {**sets, "all": found.won >= 0}.items():
        some = levels.take(np.flatnonzero(chosen))
        count = max(len(some), 1)
        verdict = milliseconds(lambda some=some: Analyst(MARIO)(some), count)
        whole = milliseconds(lambda some=some: Analyst(MARIO)(some).challenge_map, count)
        noisy = milliseconds(
            lambda some=some: failure_rate(some, MARIO, runs=asked.runs), count, rounds=2
        )
        print(f"{name:12}{len(some):8}{verdict:10.3f}{whole:10.3f}{noisy:10.3f}")
    for seed in asked.seeds:
        print(agreement(seed, asked.levels))


if __name__ == "__main__":
    main()
