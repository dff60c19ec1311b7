"""How well a run of platform levels does what it says.

Levels are made for ten challenges, none is thrown away, and the noisy player, whom no reward
knows, says how hard they are.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

import numpy as np
from jaxtyping import Float

from makar.core.seeds import Seeds
from makar.core.types import Generator
from makar.domains.levels.drawing.pictures import contact_sheet
from makar.domains.levels.level.legend import Legend
from makar.domains.levels.level.level import Level, Levels
from makar.domains.levels.platform.collectables import Collectables
from makar.domains.levels.platform.config import PlatformConfig
from makar.domains.levels.platform.corpus import LearnedMaps, learn_from, read_game
from makar.domains.levels.platform.prompts import ask_prompt
from makar.domains.levels.platform.ranges import ranges_png
from makar.domains.levels.play.analysis import Analysis, Analyst
from makar.domains.levels.play.beyond import cannot_tell
from makar.domains.levels.play.noisy_player import failure_rate
from makar.domains.levels.tiles.codec import CHALLENGE
from makar.domains.levels.tiles.near_copies import WindowIndex
from makar.domains.levels.tiles.patterns import pairwise_divergence
from makar.evaluation.rows import EVALUATION
from makar.recipes.creator import Creator
from makar.runs.atomic import write_json

TARGETS = tuple(round(0.05 + 0.09 * step, 2) for step in range(10))
"""Challenges asked for: 5 % to 86 %."""
PER_TARGET = 100
CORPUS_LEVELS = 400
"""Levels of the corpus whose diversity is taken, spread over it."""


@dataclass(frozen=True)
class Figures:
    """What 1,000 levels came to.

    Attributes:
        playable: Share that can be won; ``playable_by_target`` for each challenge.
        unknown: Share of which the search cannot say.
        cannot_tell: Why not of some: what they have that makar does not know; empty for none.
        near_copies: Share with a stretch that a map of the training side has almost.
        broken: Share in which a tube has lost a half, or an enemy its floor.
        diversity: Mean pairwise tile-pattern divergence.
        corpus_diversity: The same of levels of the corpus.
        asked, failed: ``(10,)`` challenge asked for, and the noisy player's mean failure rate.
        rank: Spearman's correlation of the two over all levels; ``rank_of_means`` over the ten.
        error: Mean distance of the ten failure rates from what was asked.
        lies: What lies in the levels to be taken; ``corpus_lies`` in those of the corpus.
    """

    playable: float
    playable_by_target: Sequence[float]
    unknown: float
    cannot_tell: str
    near_copies: float
    broken: float
    diversity: float
    corpus_diversity: float
    asked: Sequence[float]
    failed: Sequence[float]
    rank: float
    rank_of_means: float
    error: float
    lies: Collectables
    corpus_lies: Collectables

    def as_json(self) -> Mapping[str, Any]:
        """All of it as plain values."""
        return {name: _plain(value) for name, value in vars(self).items()}


def _plain(value: Any) -> Any:
    if isinstance(value, Collectables):
        return value.as_json()
    if isinstance(value, str):
        return value
    if isinstance(value, Sequence | np.ndarray):
        return [_plain(x) for x in value]
    return float(value) if math.isfinite(value) else None


def figures(levels: Levels, learned: LearnedMaps, *, seed: int) -> Figures:
    """Measure levels, ``PER_TARGET`` for each of ``TARGETS`` in their order.

    Args:
        levels: The levels.
        learned: What the model learned from.
        seed: Of the noisy player.
    """
    legend = learned.game.legend
    analysis = Analyst(legend)(levels)
    won = analysis.won
    index = WindowIndex.of([level for _, level in learned.stretches], legend)
    failed = np.where(analysis.untold, np.nan, failure_rate(levels, legend, seed=seed))
    known = np.isfinite(failed)
    means = _means(failed.reshape(len(TARGETS), PER_TARGET))
    told = np.isfinite(means)
    return Figures(
        playable=float((won == 1).mean()),
        playable_by_target=tuple((won == 1).reshape(len(TARGETS), PER_TARGET).mean(1)),
        unknown=float((won < 0).mean()),
        cannot_tell=_why(levels, analysis, legend),
        near_copies=float(index.too_near(levels).mean()),
        broken=float(learned.rules.broken(levels.tiles).mean()),
        diversity=float(pairwise_divergence(levels.tiles).mean()),
        corpus_diversity=float(pairwise_divergence(_spread(learned.train.levels).tiles).mean()),
        asked=TARGETS,
        failed=tuple(means),
        rank=spearman(np.repeat(TARGETS, PER_TARGET)[known], failed[known]),
        rank_of_means=spearman(np.array(TARGETS)[told], means[told]),
        error=float(_means(np.abs(means - TARGETS)[None])[0]),
        lies=Collectables.of(levels, legend),
        corpus_lies=Collectables.of(_spread(learned.train.levels), legend),
    )


def _why(levels: Levels, analysis: Analysis, legend: Legend) -> str:
    """What keeps makar from telling whether some of the levels can be won."""
    if not analysis.untold.any():
        return ""
    count = int(analysis.untold.sum())
    return cannot_tell(levels.tiles[analysis.untold], legend, whose=f"{count} levels")


def _means(values: Float[np.ndarray, "N M"]) -> Float[np.ndarray, " N"]:
    """The mean of what is known in each row; NaN where nothing is."""
    known = np.isfinite(values)
    sums, counts = np.where(known, values, 0.0).sum(1), known.sum(1)
    return np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)


def _made(policy: Generator[Level], config: PlatformConfig) -> Levels:
    """Levels of every challenge; draws that nothing else uses."""
    ask = ask_prompt(config)
    prompts = [
        replace(ask, condition=dict(ask.condition) | {CHALLENGE: target})
        for target in TARGETS
        for _ in range(PER_TARGET)
    ]
    return cast(Levels, policy.sample(prompts, seeds=Seeds(config.seed, EVALUATION + 7)).works)


def _spread(levels: Levels) -> Levels:
    """As many levels of the corpus as are measured, from all over it."""
    count = min(CORPUS_LEVELS, len(levels))
    return levels.take(np.linspace(0, len(levels) - 1, count).astype(int))


def spearman(one: Float[np.ndarray, " N"], other: Float[np.ndarray, " N"]) -> float:
    """Rank correlation; equal values share their mean rank. NaN where all of one are equal."""
    if not len(one) or not np.ptp(one) or not np.ptp(other):
        return np.nan
    return float(np.corrcoef(_ranks(one), _ranks(other))[0, 1])


def _ranks(values: Float[np.ndarray, " N"]) -> Float[np.ndarray, " N"]:
    _, number, count = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(count)
    return (last - (count - 1) / 2)[number]


@dataclass(frozen=True)
class Studied:
    """A run of platform levels, studied.

    Attributes:
        figures: By whose levels they are: trained, prior.
        folder: Where figures and pictures are.
    """

    figures: Mapping[str, Figures]
    folder: Path

    def as_json(self) -> dict[str, Any]:
        """Every figure, and where the pictures are."""
        record = {who: dict(one.as_json()) for who, one in self.figures.items()}
        return {"figures": record, "folder": str(self.folder)}

    def shown(self) -> list[str]:
        """The figures in words."""
        told = [
            f"{who}:\n" + "\n".join(f"  {line}" for line in lines(one))
            for who, one in self.figures.items()
        ]
        return [*told, f"pictures and figures: {self.folder}"]


def lines(one: Figures) -> list[str]:
    """The figures in words."""
    asked = " ".join(f"{value:5.2f}" for value in one.asked)
    failed = " ".join(f"{value:5.2f}" for value in one.failed)
    return [
        f"{one.playable:6.1%} can be won, {one.unknown:.1%} not known, none thrown away",
        *([one.cannot_tell] if one.cannot_tell else []),
        f"{one.near_copies:6.1%} near copies, {one.broken:.1%} broken things",
        *one.lies.beside(one.corpus_lies),
        f"diversity {one.diversity:.3f}, of the maps {one.corpus_diversity:.3f}",
        f"challenge asked        {asked}",
        f"a noisy player fails   {failed}",
        f"rank correlation {one.rank:.2f} over levels, {one.rank_of_means:.2f} over the ten; "
        f"mean error {one.error:.3f}",
    ]


def study(creator: Creator[Level], config: PlatformConfig, folder: Path) -> Studied:
    """Measure a run, and write ``figures.json``, ``levels.png`` and ``expressive-range.png``.

    Args:
        creator: The run's.
        config: Its settings.
        folder: New folder.
    """
    learned = learn_from(read_game(config), config.ask.columns)
    made = {who: _made(policy, config) for who, policy in
            (("trained", creator.policy), ("prior", creator.prior))}  # fmt: skip
    found = {who: figures(levels, learned, seed=config.seed) for who, levels in made.items()}
    folder.mkdir(parents=True)
    write_json(folder / "figures.json", {who: one.as_json() for who, one in found.items()})
    legend = learned.game.legend
    maps = _spread(learned.train.levels)
    ranges = {"maps": maps, "before training": made["prior"], "after": made["trained"]}
    (folder / "expressive-range.png").write_bytes(ranges_png(ranges, legend))
    (folder / "levels.png").write_bytes(_sheet(made["trained"], legend))
    return Studied(found, folder)


def _sheet(levels: Levels, legend: Legend) -> bytes:
    """For each challenge the first level that can be won, with the way through."""
    analysis = Analyst(legend)(levels)
    rows: list[tuple[float, int]] = []
    for number, target in enumerate(TARGETS):
        won = analysis.won[number * PER_TARGET : (number + 1) * PER_TARGET] == 1
        if won.any():
            rows.append((target, number * PER_TARGET + int(won.argmax())))
    return contact_sheet(
        [levels[row] for _, row in rows],
        legend,
        captions=[f"asked {target:.2f}, is {analysis.challenge[row]:.2f}" for target, row in rows],
        ways=[analysis.way(row) for _, row in rows],
    )
