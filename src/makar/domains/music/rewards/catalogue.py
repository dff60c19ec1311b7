"""Every musical reward by name, with what it says in plain words and where it comes from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from makar.core.scoring import Scorer
from makar.core.transforms import AtMost, Band, Ramp, Transform
from makar.core.types import Prompt, Role
from makar.domains.music.melody import Melodies
from makar.domains.music.rewards import melody, rhythm, structure, tonality, watch
from makar.domains.music.rewards.novelty import CopyIndex, Novelty
from makar.measures.statistics import quantile_band

Quantiles: TypeAlias = tuple[float, ...]
"""The 5, 10, 50, 90 and 95 % quantiles of a statistic among people's tunes."""
Kind = Literal["band", "more", "asked", "at most"]


@dataclass(frozen=True)
class Entry:
    """One reward of the catalogue.

    Attributes:
        name: As in configs, logs and tables.
        build: Makes the scorer from the corpus's melodies (most do not look at them).
        words: What it asks of a tune, for a musician.
        source: Paper, or where the idea is from.
        kind: How its number becomes a score: ``band`` = as people's middle 80 %; ``more`` = full
            marks from people's median to their 95 % quantile; ``asked`` = how far a wish is
            met, needs no people; ``at most`` = a gate at people's 95 % quantile.
        role: What it is unless the config says otherwise.
        corpus: True where ``build`` looks at the corpus, so that its band must come from tunes
            that are not in it.
    """

    name: str
    build: Callable[[Melodies], Scorer]
    words: str
    source: str
    kind: Kind = "band"
    role: Role = "score"
    corpus: bool = False


def _plain(scorer: Scorer) -> Callable[[Melodies], Scorer]:
    return lambda _corpus: scorer


_ENTRIES = (
    Entry(
        "mean_interval",
        _plain(melody.mean_interval),
        "moves about as far from note to note as people's tunes",
        "Yang & Lerch 2018",
    ),
    Entry(
        "step_share",
        _plain(melody.step_share),
        "moves mostly by step",
        "Huron 2006, chapter 5",
        kind="more",
    ),
    Entry(
        "leap_share",
        _plain(melody.leap_share),
        "leaps a fourth or more about as often as people's tunes",
        "Huron 2006, chapter 5",
    ),
    Entry(
        "pitch_range",
        _plain(melody.pitch_range),
        "stays within a compass that people write and sing",
        "Yang & Lerch 2018",
    ),
    Entry(
        "direction_kept",
        _plain(melody.direction_kept),
        "makes lines: goes on the way it went",
        "Huron 2006, chapter 5",
        kind="more",
    ),
    Entry(
        "motif_recurrence",
        _plain(melody.motif_recurrence),
        "comes back to its motifs, also on other degrees of the scale",
        "Conklin & Anagnostopoulou 2001",
        kind="more",
    ),
    Entry(
        "tonal_stability",
        _plain(tonality.tonal_stability),
        "sits in its key: tonic, fifth and third get most of the time",
        "Krumhansl 1990",
        kind="more",
    ),
    Entry(
        "strong_beat_chord",
        _plain(tonality.strong_beat_chord),
        "stands on the tonic chord on strong beats",
        "Lerdahl & Jackendoff 1983",
        kind="more",
    ),
    Entry(
        "close",
        _plain(tonality.close),
        "closes on the tonic and on a long note",
        "common practice; Jaques et al. 2017",
        kind="more",
    ),
    Entry(
        "phrase_endings",
        _plain(tonality.phrase_endings),
        "comes to rest every four bars, on a note of the tonic chord",
        "Lerdahl & Jackendoff 1983",
        kind="more",
    ),
    Entry(
        "groove_consistency",
        _plain(rhythm.groove_consistency),
        "keeps its groove from bar to bar",
        "Wu & Yang 2020; muspy",
    ),
    Entry(
        "bar_rhythm_recurrence",
        _plain(rhythm.bar_rhythm_recurrence),
        "comes back to the rhythms of earlier bars",
        "Foote 1999, on rhythms",
    ),
    Entry(
        "syncopation",
        _plain(rhythm.syncopation),
        "goes against the beat about as often as people's tunes",
        "Longuet-Higgins & Lee 1984",
    ),
    Entry(
        "metric_strength",
        _plain(rhythm.metric_strength),
        "puts its long notes on strong beats",
        "Palmer & Krumhansl 1990",
        kind="more",
    ),
    Entry(
        "bar_recurrence",
        _plain(structure.bar_recurrence),
        "has bars that resemble earlier bars, in rhythm and tune",
        "Foote 1999",
        kind="more",
    ),
    Entry(
        "form_contrast",
        _plain(structure.form_contrast),
        "keeps to the form asked for: equal letters alike, different letters unlike",
        "Foote 1999",
        kind="asked",
    ),
    Entry(
        "novelty",
        Novelty.of,
        "says what no tune of the corpus says note for note",
        "share of new 8-move runs",
        corpus=True,
    ),
    Entry(
        "near_copy",
        CopyIndex.of,
        "shares no longer run with a tune of the corpus than people's tunes do",
        "longest common run (suffix array: Manber & Myers 1993)",
        kind="at most",
        role="gate",
        corpus=True,
    ),
    Entry(
        "interval_profile",
        melody.IntervalProfile.of,
        "mixes steps, leaps and repeated notes as the corpus does",
        "Yang & Lerch 2018",
        role="watch",
    ),
    Entry(
        "repeat_share",
        _plain(melody.repeat_share),
        "strikes the same pitch again about as often as people's tunes",
        "Jaques et al. 2017, on notes",
        role="watch",
    ),
    Entry(
        "arch",
        _plain(melody.arch),
        "has phrases that rise and then fall",
        "Huron 1996",
        role="watch",
    ),
    Entry(
        "leap_resolution",
        _plain(melody.leap_resolution),
        "answers a leap by a smaller move the other way",
        "von Hippel & Huron 2000",
        role="watch",
    ),
    Entry(
        "in_key",
        _plain(tonality.in_key_share),
        "keeps to the notes of its key",
        "muspy (Dong et al. 2020)",
        role="watch",
    ),
    Entry(
        "pitch_class_entropy",
        _plain(watch.pitch_class_entropy),
        "how many different notes it uses, evenly",
        "muspy (Dong et al. 2020)",
        role="watch",
    ),
    Entry(
        "rhythm_entropy",
        _plain(watch.rhythm_entropy),
        "how varied its note lengths are, in pairs",
        "Shannon entropy of pairs",
        role="watch",
    ),
    Entry(
        "note_density",
        _plain(watch.note_density),
        "notes per quarter",
        "Yang & Lerch 2018",
        role="watch",
    ),
    Entry(
        "rest_share",
        _plain(watch.rest_share),
        "share of silence",
        "muspy (empty beats)",
        role="watch",
    ),
    Entry(
        "pitch_autocorrelation",
        _plain(watch.pitch_autocorrelation),
        "whether the pitches make lines rather than scatter",
        "Jaques et al. 2017, on notes",
        role="watch",
    ),
    Entry(
        "pitch_surprise",
        watch.PitchSurprise.of,
        "how unexpected each note is after the one before, in bits",
        "Conklin & Witten 1995",
        role="watch",
        corpus=True,
    ),
)
CATALOGUE: Mapping[str, Entry] = {entry.name: entry for entry in _ENTRIES}


def build(names: list[str], corpus: Melodies) -> dict[str, Scorer]:
    """The scorers of that name.

    Raises:
        KeyError: a name is not in the catalogue.
    """
    unknown = [name for name in names if name not in CATALOGUE]
    if unknown:
        raise KeyError(f"no reward is called {unknown}; there are: {', '.join(CATALOGUE)}")
    return {name: CATALOGUE[name].build(corpus) for name in names}


def fit_bands(scorers: Mapping[str, Scorer], melodies: Melodies) -> dict[str, Quantiles]:
    """The (5, 10, 50, 90, 95) % quantiles of each statistic among ``melodies``.

    Give the rewards that know the corpus melodies it does not hold: a corpus tune is no news
    to them. A reward that only answers a wish has NaN.
    """
    nothing_asked = [Prompt()] * len(melodies)
    return {
        name: quantile_band(np.asarray(scorer(melodies, nothing_asked)))
        for name, scorer in scorers.items()
    }


def people_quantiles(
    scorers: Mapping[str, Scorer], known: Melodies, unseen: Melodies
) -> dict[str, Quantiles]:
    """The quantiles of each statistic, from the tunes that are fit to say.

    Args:
        scorers: Built on ``known``.
        known: The corpus; it measures the rewards that do not look at it, being the larger.
        unseen: Tunes outside it; they measure the rewards that do.
    """
    of_known = {n: s for n, s in scorers.items() if not CATALOGUE[n].corpus}
    of_unseen = {n: s for n, s in scorers.items() if CATALOGUE[n].corpus}
    return fit_bands(of_known, known) | fit_bands(of_unseen, unseen)


def default_transform(name: str, quantiles: Quantiles) -> Transform:
    """How ``name`` is scored by default, given people's quantiles (see ``Entry.kind``).

    Outside a band, half marks are left at half the band's width beyond it; for ``more``, at the
    distance from the median to the 10 % quantile (a tenth of the median where that is 0). Also
    what people do more of is not wanted without end: a tune that is one motif over and over
    lies beyond the 95 % quantile.
    """
    _low5, low, middle, high, high95 = quantiles
    floor = max(abs(middle) / 10, 0.01) if np.isfinite(middle) else 0.01
    kind = CATALOGUE[name].kind
    if kind == "asked":
        return Ramp(0.0, 0.5)
    if not np.isfinite(middle):
        raise ValueError(f"{name} could not be judged for any tune: it has no band")
    if kind == "at most":
        return AtMost(high95)
    if kind == "more":
        return Band(middle, high95, middle - low or floor)
    return Band(low, high, (high - low) / 2 or floor)
