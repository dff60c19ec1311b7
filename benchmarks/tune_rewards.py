"""Do the rewards know people's tunes from scrambled ones? The study that docs/rewards.md prints.

``python benchmarks/tune_rewards.py docs/rewards.md`` measures it and checks the page.
Fixed beforehand: held-out eight-bar windows, all scrambles of ``spoiled_tunes``, one seed, default
transforms with bands from other tunes than are judged, and ``SHIPPED`` as the bar.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

import numpy as np
from jaxtyping import Int

from makar.core.scoring import Scorer
from makar.core.transforms import Transform
from makar.core.types import Prompt
from makar.domains.music.corpus.tunes import Corpus, load_corpus
from makar.domains.music.melody.codec import METRES
from makar.domains.music.melody.melody import Melodies
from makar.domains.music.rewards.catalogue import (
    CATALOGUE,
    build,
    default_transform,
    people_quantiles,
)
from reward_study import Finding, finding, report, scores
from spoiled_tunes import SCRAMBLES, altered, arranged

SEED = 20251122
FORMS = ("AABA", "ABAC", "AABB", "ABBA")
ALTERED = 0.1


def study(
    train: Melodies,
    valid: Melodies,
    heldout: Melodies,
    *,
    tunes: Int[np.ndarray, " B"] | None = None,
    seed: int = SEED,
) -> list[Finding]:
    """Measure every reward of the catalogue.

    Args:
        train: What the rewards may know; the bands of most come from it.
        valid: Bands of the rewards that know the corpus come from these, which it lacks.
        heldout: The people's tunes to be told; nothing is fitted to them.
        tunes: Number of the tune that each held-out window is from; windows of one tune are
            drawn together for the intervals.
        seed: Of the scrambles and the intervals.
    """
    tunes = np.arange(len(heldout)) if tunes is None else tunes
    scorers = build(list(CATALOGUE), train)
    bands = people_quantiles(scorers, train, valid)
    rng = np.random.default_rng(seed)
    spoiled = {name: scramble(heldout, rng) for name, scramble in SCRAMBLES.items()}
    picked = train.take(rng.integers(0, len(train), len(heldout)))
    copies = {
        "copies in another key": altered(picked, rng, share=0.0),
        "one note in ten moved": altered(picked, rng, share=ALTERED),
    }
    findings: list[Finding] = []
    for name, scorer in scorers.items():
        transform = default_transform(name, bands[name])
        if name == "form_contrast":
            people, others = _asked_forms(scorer, transform, heldout, rng)
        elif name in ("novelty", "near_copy"):
            people = scores(scorer, transform, heldout)
            others = {kind: scores(scorer, transform, bad) for kind, bad in copies.items()}
        else:
            people = scores(scorer, transform, heldout)
            others = {kind: scores(scorer, transform, bad) for kind, bad in spoiled.items()}
        findings.append(finding(name, people, others, bands[name], transform, tunes, rng))
    return findings


def _asked_forms(
    scorer: Scorer, transform: Transform, heldout: Melodies, rng: np.random.Generator
) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Tunes put together in the form asked for, against the same sections in another form.

    One note in five is moved in both, so that equal sections are alike and not the same.
    """
    kept, broken = [], []
    for i, form in enumerate(FORMS):
        other = FORMS[(i + 1) % len(FORMS)]
        for asked, target in ((form, kept), (other, broken)):
            tunes = altered(arranged(heldout, asked), rng, share=0.2)
            target.append(scores(scorer, transform, tunes, Prompt(form=form)))
    return np.concatenate(kept), {"another form": np.concatenate(broken)}


def measure(corpus: Corpus) -> tuple[list[Finding], str]:
    """Study a corpus's eight-bar windows, and say in one line what was studied."""
    train, valid, heldout = (
        corpus.windows(8, METRES, side=side) for side in ("train", "valid", "heldout")
    )
    findings = study(
        train.grids.melodies, valid.grids.melodies, heldout.grids.melodies, tunes=heldout.piece
    )
    about = (
        f"{len(heldout.grids)} held-out windows from {len(np.unique(heldout.piece))} tunes, as "
        f"many of each scramble; bands from {len(train.grids)} training windows, those of "
        f"rewards that know the corpus from {len(valid.grids)} validation windows; seed {SEED}."
    )
    return findings, about


def main(pages: Sequence[str]) -> int:
    """Print the study; 1 if a score does not tell, or a page named does not hold the study."""
    findings, about = measure(load_corpus())
    return report(findings, about, pages, CATALOGUE, list(SCRAMBLES))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
