"""Do the rewards know whole levels from spoiled ones? The study that docs/level-rewards.md prints.

``python benchmarks/level_rewards.py docs/level-rewards.md`` measures it and checks the page.
Fixed beforehand: constructed levels of 112 columns, all scrambles of ``spoiled_levels``, the seeds,
default transforms with bands from other levels than are judged, and ``reward_study.SHIPPED`` as
the bar.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

import numpy as np

from makar.core.scoring import Scorer, raw_values
from makar.core.transforms import Transform
from makar.core.types import Prompt
from makar.domains.levels.constructive.build import construct
from makar.domains.levels.level.legend import MARIO, Legend
from makar.domains.levels.level.level import Levels
from makar.domains.levels.play.analysis import Analyst
from makar.domains.levels.play.noisy_player import failure_rate
from makar.domains.levels.rewards.catalogue import LEVEL_CATALOGUE, LevelCorpus
from reward_study import Finding, finding, report, scores
from spoiled_levels import (
    SCRAMBLES,
    Scramble,
    altered,
    cut_through,
    screens_exchanged,
    screens_repeated,
)

SEED = 20251122
LEVELS, COLUMNS = 300, 112


def study(
    corpus: LevelCorpus, valid: Levels, heldout: Levels, *, seed: int = SEED
) -> list[Finding]:
    """Measure every reward of the catalogue.

    Args:
        corpus: What the rewards may know; the bands of most come from its windows.
        valid: Bands of the rewards that know the corpus come from these, which it lacks.
        heldout: The levels to be told; nothing is fitted to them.
        seed: Of the scrambles and the intervals.
    """
    scorers = LEVEL_CATALOGUE.build(list(LEVEL_CATALOGUE), corpus)
    bands = LEVEL_CATALOGUE.people_quantiles(scorers, corpus.windows, valid)
    rng = np.random.default_rng(seed)
    spoiled = {
        name: Levels(scramble(heldout.tiles, corpus.legend, rng), heldout.names)
        for name, scramble in SCRAMBLES.items()
    }
    own = _own_tests(corpus, heldout, rng)
    findings: list[Finding] = []
    for name, scorer in scorers.items():
        transform = LEVEL_CATALOGUE.default_transform(name, bands[name])
        if name in own:
            people, told = own[name](scorer, transform)
        else:
            people = scores(scorer, transform, heldout)
            told = {kind: scores(scorer, transform, works) for kind, works in spoiled.items()}
        sources = np.arange(len(heldout))
        findings.append(finding(name, people, told, bands[name], transform, sources, rng))
    return findings


_Told: TypeAlias = tuple[np.ndarray, Mapping[str, np.ndarray]]
_OwnTest: TypeAlias = Callable[[Scorer, Transform], _Told]
"""Scores of what is right, and of each kind of what is not."""


def _own_tests(
    corpus: LevelCorpus, heldout: Levels, rng: np.random.Generator
) -> dict[str, _OwnTest]:
    """Rewards that ask another question than whether a level is whole, and what they tell."""

    def spoiled(scramble: Scramble) -> Levels:
        return Levels(scramble(heldout.tiles, corpus.legend, rng), heldout.names)

    picked = corpus.windows.tiles[rng.integers(0, len(corpus.windows), len(heldout))]
    copies = {
        "copies": Levels(picked, heldout.names),
        "one tile in a hundred moved": Levels(altered(picked, rng, share=0.01), heldout.names),
    }
    alike = altered(heldout.tiles[[0] * len(heldout)], rng, share=0.01)
    screens = {
        "one screen over and over": spoiled(screens_repeated),
        "screens of other levels": spoiled(screens_exchanged),
    }
    unplayable = _told_from(heldout, {"a gap too wide": spoiled(cut_through)})
    as_asked = _told_by_failures(heldout, corpus.legend, rng)
    return {
        "playable": unplayable,
        "progress": unplayable,
        "challenge": as_asked,
        "flow": as_asked,
        "near_copy": _told_from(heldout, copies),
        "variety": _told_from(heldout, {"one level over and over": Levels(alike, heldout.names)}),
        "fun": _told_from(heldout, screens),
    }


def _told_from(whole: Levels, others: Mapping[str, Levels]) -> _OwnTest:
    def tell(scorer: Scorer, transform: Transform) -> _Told:
        told = {kind: scores(scorer, transform, bad) for kind, bad in others.items()}
        return scores(scorer, transform, whole), told

    return tell


def _told_by_failures(levels: Levels, legend: Legend, rng: np.random.Generator) -> _OwnTest:
    """Ask each level to be as hard as a noisy player finds it, or as he finds another."""
    own = failure_rate(levels, legend)
    exchanged = rng.permutation(own)

    def tell(scorer: Scorer, transform: Transform) -> _Told:
        right, wrong = (
            transform(raw_values(scorer(levels, [Prompt(condition={"challenge": r}) for r in of])))
            for of in (own.tolist(), exchanged.tolist())
        )
        return right, {"asked as another level fails": wrong}

    return tell


def constructed_corpus(legend: Legend = MARIO) -> tuple[LevelCorpus, Levels, Levels]:
    """A corpus, and levels that it lacks: for its bands and to be told."""
    known, valid, heldout = (construct(LEVELS, COLUMNS, seed=SEED + side) for side in range(3))
    return LevelCorpus(known, list(known), legend, Analyst(legend)), valid, heldout


def main(pages: Sequence[str]) -> int:
    """Print the study; 1 if a score does not tell, or a page named does not hold the study."""
    corpus, valid, heldout = constructed_corpus()
    about = (
        f"{len(heldout)} constructed levels of {COLUMNS} columns, as many of each scramble; bands "
        f"from {len(corpus.windows)} others, those of rewards that know the corpus from "
        f"{len(valid)} more; seed {SEED}."
    )
    return report(study(corpus, valid, heldout), about, pages, LEVEL_CATALOGUE, list(SCRAMBLES))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
