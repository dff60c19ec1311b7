"""Does what was asked come out? Weights asked against weights measured, before and after.

``python benchmarks/blend_weights.py 1 2 3`` trains with those seeds, on one prior, and prints
the tables of docs/blend.md.
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
from makar.domains.music.blend.config import BlendConfig
from makar.domains.music.blend.judges import Distance
from makar.domains.music.blend.recipe import ask_prompt, prepare
from makar.domains.music.blend.reward import MEASURED, PLACE
from makar.domains.music.piece.piece import Piece
from makar.evaluation.rows import EVALUATION
from makar.measures.alarm import HackingAlarm
from makar.measures.diversity import distinct_share
from makar.measures.statistics import mean_over_seeds
from makar.recipes.creator import Creator
from makar.recipes.trained_run import finished
from makar.runs.folder import RunFolder
from makar.training.loop import Training

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
    creator: Creator[Any] = prepared.creator
    with (
        tempfile.TemporaryDirectory() as place,
        RunFolder.create(Path(place), "blend", config="", seed=config.seed) as folder,
    ):
        alarm = HackingAlarm({}, {})
        for step in Training(creator, folder, config.loop, config.seed, alarm).steps():
            sys.stderr.writelines(f"step {step.iteration}: {event}\n" for event in step.events)
    before, after = (
        answers(creator, policy, config, works=works, seed=config.prior_seed)
        for policy in (creator.prior, creator.policy)
    )
    return before, after, creator


def tables(runs: Sequence[tuple[list[Answer], list[Answer]]]) -> str:
    """The figures as Markdown: the prior's, and the trained models' with intervals over runs."""
    lines = [
        "| asked | prior: P, mean ± sd | error | distinct-4 | trained: P, mean ± sd | error "
        "| distinct-4 | near copies |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for number, weight in enumerate(WEIGHTS):
        before, after = runs[0][0][number], [run[1][number] for run in runs]
        spread = np.mean([np.nanstd(a.measured) for a in after])
        lines.append(
            f"| {weight} | {np.nanmean(before.measured):.2f} ± {np.nanstd(before.measured):.2f} "
            f"| {np.nanmean(before.error):.2f} | {before.distinct:.2f} "
            f"| {mean_over_seeds([a.measured for a in after]).mean:.2f} ± {spread:.2f} "
            f"| {mean_over_seeds([a.error for a in after])} "
            f"| {np.mean([a.distinct for a in after]):.2f} "
            f"| {np.mean([a.copies for a in after]):.1%} |"
        )
    lines += ["", "| over all five weights | prior | trained |", "|---|---|---|"]
    first, trained = summary(runs[0][0]), [summary(run[1]) for run in runs]
    for name, words in _WORDS.items():
        over = mean_over_seeds([np.array([s[name]]) for s in trained])
        lines.append(f"| {words} | {first[name]:.3f} | {over} |")
    return "\n".join(lines)


_WORDS = {
    "rho": "Spearman's ρ of asked and measured, over works",
    "means": "greatest distance of a weight's mean from the weight",
    "error": "mean distance of a single work from its weight",
    "between": "asked to be half and half, measured between .25 and .75",
}


def main(seeds: Sequence[int]) -> None:
    """Train with each seed and print what came of it."""
    runs: list[tuple[list[Answer], list[Answer]]] = []
    for seed in seeds:
        before, after, creator = studied(BlendConfig(seed=seed), works=300)
        runs.append((before, after))
        if seed == seeds[0]:
            sys.stdout.write("\n".join(f"- {note}" for note in creator.notes) + "\n\n")
        shown = creator.policy.sample([creator.ask] * 64, seeds=Seeds(seed, EVALUATION + 9))
        judged = creator.reward(shown.works, shown.prompts)
        place = judged.parts[MEASURED].raw
        for row in (int(np.nanargmin(place)), int(np.nanargmax(place))):
            tune = creator.craft.notation(shown.works[row])
            sys.stdout.write(f"seed {seed}, asked .5, measured {place[row]:.2f} off: {tune}\n")
        sys.stdout.flush()
    sys.stdout.write("\n" + tables(runs) + "\n")


if __name__ == "__main__":
    main([int(seed) for seed in sys.argv[1:]] or [1, 2, 3])
