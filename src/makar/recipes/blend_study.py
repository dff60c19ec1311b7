"""Does what was asked come out? Weights asked against weights measured, before and after.

``python -m makar.recipes.blend_study docs/blend.md`` trains three seeds, prints the table, and
says whether the page has it.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
from jaxtyping import Float

from makar.core.seeds import Seeds
from makar.core.types import Generator
from makar.domains.music.piece import Piece
from makar.measures.diversity import distinct_share
from makar.measures.guards import HackingAlarm
from makar.recipes.blend import MEASURED, PLACE, Distance, ask_prompt, prepare
from makar.recipes.blend_config import BlendConfig
from makar.recipes.creator import Creator
from makar.recipes.evaluation import EVALUATION
from makar.recipes.loop import Training
from makar.recipes.opening import finished
from makar.runs.folder import RunFolder

WEIGHTS = (0.0, 0.25, 0.5, 0.75, 1.0)


@dataclass(frozen=True)
class Answer:
    """What came of asking for one weight.

    Attributes:
        asked: The weight.
        rewarded: ``(B,)`` P(second genre) by the classifier that rewards.
        measured: ``(B,)`` the same by the one that measures.
        distinct: distinct-4 of the works.
        copies: Share of near copies.
    """

    asked: float
    rewarded: Float[np.ndarray, " B"]
    measured: Float[np.ndarray, " B"]
    distinct: float
    copies: float

    @property
    def error(self) -> Float[np.ndarray, " B"]:
        """How far each work is from what was asked, as measured."""
        return np.abs(self.measured - self.asked)


def answers(
    creator: Creator[Piece],
    policy: Generator[Piece],
    config: BlendConfig,
    *,
    works: int,
    seed: int,
) -> list[Answer]:
    """Ask for each of ``WEIGHTS`` so many times, and measure what comes."""
    scorers = {c.name: c.scorer for c in creator.reward.components}
    judges = [cast(Distance, scorers[name]).judge for name in (PLACE, MEASURED)]
    found: list[Answer] = []
    for number, weight in enumerate(WEIGHTS):
        prompts = [ask_prompt(config, weight)] * works
        made = policy.sample(prompts, seeds=Seeds(seed, EVALUATION + number)).works
        near = [source.too_near for source in creator.craft.resemblances(made)]
        distinct = distinct_share(*creator.craft.keys(made), n=4)
        rewarded, measured = (judge(made) for judge in judges)
        found.append(Answer(weight, rewarded, measured, distinct, float(np.mean(near))))
    return found


def spearman(first: Float[np.ndarray, " N"], second: Float[np.ndarray, " N"]) -> float:
    """Spearman's ρ: the correlation of ranks, ties at their mean rank; NaN left out."""
    known = ~(np.isnan(first) | np.isnan(second))
    return float(np.corrcoef(_ranks(first[known]), _ranks(second[known]))[0, 1])


def _ranks(values: np.ndarray) -> np.ndarray:
    _, number, count = np.unique(values, return_inverse=True, return_counts=True)
    return (np.cumsum(count) - (count - 1) / 2)[number]


def summary(found: Sequence[Answer]) -> dict[str, float]:
    """What one model's answers come to.

    ``rho``: Spearman's ρ of asked and measured, over works. ``means``: the greatest distance of
    a weight's mean from the weight. ``error``: mean distance of a single work from its weight.
    ``between``: share of the works asked to be half and half that are measured between .25 and
    .75.
    """
    asked = np.concatenate([np.full(len(a.measured), a.asked) for a in found])
    measured = np.concatenate([a.measured for a in found])
    half = next(a.measured for a in found if a.asked == 0.5)
    return {
        "rho": spearman(asked, measured),
        "means": max(abs(float(np.nanmean(a.measured)) - a.asked) for a in found),
        "error": float(np.nanmean(np.abs(measured - asked))),
        "between": float(np.nanmean((half >= 0.25) & (half <= 0.75))),
    }


def studied(config: BlendConfig, *, works: int) -> tuple[list[Answer], list[Answer], Creator[Any]]:
    """Train once; the answers before and after, and what was trained."""
    prepared = finished(prepare(config))
    creator = cast(Creator[Any], prepared.creator)
    seed = config.prior_seed
    with (
        tempfile.TemporaryDirectory() as place,
        RunFolder.create(Path(place), "blend", config="", seed=config.seed) as folder,
    ):
        training = Training(
            creator, folder, config.loop, config.seed, HackingAlarm(prepared.bands, {})
        )
        for step in training.steps():
            for event in step.events:
                sys.stderr.write(f"{step.iteration}: {event}\n")
    before, after = (
        answers(creator, policy, config, works=works, seed=seed)
        for policy in (creator.prior, creator.policy)
    )
    return before, after, creator
