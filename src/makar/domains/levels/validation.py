"""Do the rewards know whole levels from spoiled ones? The study that docs/level-rewards.md prints.

``python -m makar.domains.levels.validation docs/level-rewards.md`` measures it and checks the page.
Fixed beforehand: constructed levels of 112 columns, all scrambles of ``scrambled``, the seeds,
default transforms with bands from other levels than are judged, and ``reward_study.SHIPPED`` as
the bar.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from makar.core.scoring import Scorer
from makar.core.transforms import Transform
from makar.domains.levels.analysis import Analyst
from makar.domains.levels.constructive import construct
from makar.domains.levels.legend import MARIO, Legend
from makar.domains.levels.level import Levels
from makar.domains.levels.rewards.catalogue import LEVEL_CATALOGUE, LevelCorpus
from makar.domains.levels.rewards.scrambled import (
    SCRAMBLES,
    Scramble,
    altered,
    cut_through,
    screens_exchanged,
    screens_repeated,
)
from makar.measures.reward_study import Finding, finding, report, scores

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


_Told = tuple[np.ndarray, Mapping[str, np.ndarray]]


def _own_tests(
    corpus: LevelCorpus, heldout: Levels, rng: np.random.Generator
) -> dict[str, Callable[[Scorer, Transform], _Told]]:
    """Rewards that ask another question than whether a level is whole, and what they tell."""
    picked = corpus.windows.tiles[rng.integers(0, len(corpus.windows), len(heldout))]
    copies = {
        "copies": Levels(picked, heldout.names),
        "one tile in a hundred moved": Levels(altered(picked, rng, share=0.01), heldout.names),
    }
    alike = altered(heldout.tiles[[0] * len(heldout)], rng, share=0.01)

    def told_from(works: Mapping[str, Levels]) -> Callable[[Scorer, Transform], _Told]:
        def tell(scorer: Scorer, transform: Transform) -> _Told:
            told = {kind: scores(scorer, transform, bad) for kind, bad in works.items()}
            return scores(scorer, transform, heldout), told

        return tell

    def spoiled(scramble: Scramble) -> Levels:
        return Levels(scramble(heldout.tiles, corpus.legend, rng), heldout.names)

    unplayable = told_from({"a gap too wide": spoiled(cut_through)})
    screens = {
        "one screen over and over": spoiled(screens_repeated),
        "screens of other levels": spoiled(screens_exchanged),
    }
    return {
        "playable": unplayable,
        "progress": unplayable,
        "near_copy": told_from(copies),
        "variety": told_from({"one level over and over": Levels(alike, heldout.names)}),
        "fun": told_from(screens),
    }


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
