"""Do the rewards of four voices know Bach from spoiled Bach? The study docs/harmony.md prints.

``python benchmarks/chorale_rewards.py docs/harmony.md`` measures it and checks the
page. Fixed beforehand: held-out four-bar phrases that begin and end with a line of the hymn, all
scrambles of ``spoiled_chorales``, one seed, default transforms with bands from other tunes than
are judged, and ``reward_study.SHIPPED`` as the bar.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

import numpy as np
from jaxtyping import Int

from makar.domains.music.chorale.corpus import Chorales, load_chorales
from makar.domains.music.chorale.phrases import ChoralePhrases
from makar.domains.music.corpus.groups import SIDES, Side
from makar.domains.music.harmony.catalogue import VOICES_CATALOGUE
from makar.domains.music.harmony.progressions import ChordProgressions
from makar.domains.music.voices.voices import VoiceGrids
from reward_study import Finding, finding, report, scores
from spoiled_chorales import SCRAMBLES, copied

SEED = 20251122
BARS = 4
ALTERED = 0.1


def study(
    corpus: VoiceGrids,
    known: VoiceGrids,
    valid: VoiceGrids,
    heldout: VoiceGrids,
    *,
    tunes: Int[np.ndarray, " B"] | None = None,
    seed: int = SEED,
) -> list[Finding]:
    """Measure every reward of the catalogue.

    Args:
        corpus: What the rewards may know: whole works.
        known: ChoralePhrases of them; the bands of most rewards come from these.
        valid: Bands of the rewards that know the corpus come from these, which it lacks.
        heldout: The phrases to be told; nothing is fitted to them.
        tunes: Number of the tune that each held-out phrase is from; phrases of one tune are
            drawn together for the intervals.
        seed: Of the scrambles and the intervals.
    """
    tunes = np.arange(len(heldout)) if tunes is None else tunes
    scorers = VOICES_CATALOGUE.build(list(VOICES_CATALOGUE), corpus)
    bands = VOICES_CATALOGUE.people_quantiles(scorers, known, valid)
    rng = np.random.default_rng(seed)
    spoiled = {name: scramble(heldout, rng) for name, scramble in SCRAMBLES.items()}
    picked = known.take(rng.integers(0, len(known), len(heldout)))
    copies = {
        "copies": copied(picked, rng, share=0.0),
        "one note in ten moved": copied(picked, rng, share=ALTERED),
    }
    findings: list[Finding] = []
    for name, scorer in scorers.items():
        transform = VOICES_CATALOGUE.default_transform(name, bands[name])
        others = copies if name in ("chord_novelty", "chord_copy", "line_copy") else spoiled
        told = {kind: scores(scorer, transform, works) for kind, works in others.items()}
        people = scores(scorer, transform, heldout)
        findings.append(finding(name, people, told, bands[name], transform, tunes, rng))
    return findings


def whole_phrases(chorales: Chorales, side: Side) -> ChoralePhrases:
    """The phrases of one side that begin and end with a line of the hymn."""
    phrases = chorales.phrases(BARS, side=side)
    rows = np.flatnonzero(phrases.whole)
    return ChoralePhrases(phrases.grids.take(rows), phrases.chorale[rows], phrases.whole[rows])


def measure(chorales: Chorales) -> tuple[list[Finding], str]:
    """Study the chorales' phrases, and say in one line what was studied."""
    train, valid, heldout = (whole_phrases(chorales, side) for side in SIDES)
    corpus, unseen = (
        chorales.works.take(np.flatnonzero(chorales.side == SIDES.index(side)))
        for side in ("train", "heldout")
    )
    tunes = chorales.group[heldout.chorale]
    findings = study(corpus, train.grids, valid.grids, heldout.grids, tunes=tunes)
    about = (
        f"{len(heldout.grids)} held-out phrases on {len(np.unique(tunes))} tunes, as many of each "
        f"scramble; bands from {len(train.grids)} training phrases, those of rewards that know "
        f"the corpus from {len(valid.grids)} validation phrases; seed {SEED}. The chords "
        f"of the {len(unseen)} held-out chorales cost `progressions` "
        f"{ChordProgressions.of(corpus).nats_per_chord(unseen):.2f} nats each."
    )
    return findings, about


def main(pages: Sequence[str]) -> int:
    """Print the study; 1 if a score does not tell, or a page named does not hold the study."""
    findings, about = measure(load_chorales())
    return report(findings, about, pages, VOICES_CATALOGUE, list(SCRAMBLES))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
