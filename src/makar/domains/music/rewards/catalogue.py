"""Every musical reward of tunes by name, with what it says in plain words and where it is from."""

from __future__ import annotations

from makar.domains.music.melody.melody import Melodies
from makar.domains.music.rewards import melody, rhythm, structure, tonality, watch
from makar.domains.music.rewards.novelty import CopyIndex, Novelty
from makar.domains.music.rewards.register import OutOfReach
from makar.measures.catalogue import Catalogue, Entry, Quantiles, fit_bands, plain

_ENTRIES = (
    Entry(
        "mean_interval",
        plain(melody.mean_interval),
        "moves about as far from note to note as people's tunes",
        "Yang & Lerch 2018",
    ),
    Entry(
        "step_share",
        plain(melody.step_share),
        "moves mostly by step",
        "Huron 2006, chapter 5",
        kind="more",
    ),
    Entry(
        "leap_share",
        plain(melody.leap_share),
        "leaps a fourth or more about as often as people's tunes",
        "Huron 2006, chapter 5",
    ),
    Entry(
        "pitch_range",
        plain(melody.pitch_range),
        "stays within a compass that people write and sing",
        "Yang & Lerch 2018",
    ),
    Entry(
        "direction_kept",
        plain(melody.direction_kept),
        "makes lines: goes on the way it went",
        "Huron 2006, chapter 5",
        kind="more",
    ),
    Entry(
        "motif_recurrence",
        plain(melody.motif_recurrence),
        "comes back to its motifs, also on other degrees of the scale",
        "Conklin & Anagnostopoulou 2001",
        kind="more",
    ),
    Entry(
        "tonal_stability",
        plain(tonality.tonal_stability),
        "sits in its key: tonic, fifth and third get most of the time",
        "Krumhansl 1990",
        kind="more",
    ),
    Entry(
        "strong_beat_chord",
        plain(tonality.strong_beat_chord),
        "stands on the tonic chord on strong beats",
        "Lerdahl & Jackendoff 1983",
        kind="more",
    ),
    Entry(
        "close",
        plain(tonality.close),
        "closes on the tonic and on a long note",
        "common practice; Jaques et al. 2017",
        kind="more",
    ),
    Entry(
        "phrase_endings",
        plain(tonality.phrase_endings),
        "comes to rest every four bars, on a note of the tonic chord",
        "Lerdahl & Jackendoff 1983",
        kind="more",
    ),
    Entry(
        "groove_consistency",
        plain(rhythm.groove_consistency),
        "keeps its groove from bar to bar",
        "Wu & Yang 2020; muspy",
    ),
    Entry(
        "bar_rhythm_recurrence",
        plain(rhythm.bar_rhythm_recurrence),
        "comes back to the rhythms of earlier bars",
        "Foote 1999, on rhythms",
    ),
    Entry(
        "syncopation",
        plain(rhythm.syncopation),
        "goes against the beat about as often as people's tunes",
        "Longuet-Higgins & Lee 1984",
    ),
    Entry(
        "metric_strength",
        plain(rhythm.metric_strength),
        "puts its long notes on strong beats",
        "Palmer & Krumhansl 1990",
        kind="more",
    ),
    Entry(
        "bar_recurrence",
        plain(structure.bar_recurrence),
        "has bars that resemble earlier bars, in rhythm and tune",
        "Foote 1999",
        kind="more",
    ),
    Entry(
        "form_contrast",
        plain(structure.form_contrast),
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
        plain(melody.repeat_share),
        "strikes the same pitch again about as often as people's tunes",
        "Jaques et al. 2017, on notes",
        role="watch",
    ),
    Entry(
        "arch",
        plain(melody.arch),
        "has phrases that rise and then fall",
        "Huron 1996",
        role="watch",
    ),
    Entry(
        "leap_resolution",
        plain(melody.leap_resolution),
        "answers a leap by a smaller move the other way",
        "von Hippel & Huron 2000",
        role="watch",
    ),
    Entry(
        "in_key",
        plain(tonality.in_key_share),
        "keeps to the notes of its key",
        "muspy (Dong et al. 2020)",
        role="watch",
    ),
    Entry(
        "pitch_class_entropy",
        plain(watch.pitch_class_entropy),
        "how many different notes it uses, evenly",
        "muspy (Dong et al. 2020)",
    ),
    Entry(
        "rhythm_entropy",
        plain(watch.rhythm_entropy),
        "how varied its note lengths are, in pairs",
        "Shannon entropy of pairs",
        role="watch",
    ),
    Entry(
        "note_density",
        plain(watch.note_density),
        "notes per quarter",
        "Yang & Lerch 2018",
        role="watch",
    ),
    Entry(
        "rest_share",
        plain(watch.rest_share),
        "share of silence",
        "muspy (empty beats)",
        role="watch",
    ),
    Entry(
        "pitch_autocorrelation",
        plain(watch.pitch_autocorrelation),
        "whether the pitches make lines rather than scatter",
        "Jaques et al. 2017, on notes",
    ),
    Entry(
        "pitch_surprise",
        watch.PitchSurprise.of,
        "how unexpected each note is after the one before, in bits",
        "Conklin & Witten 1995",
        role="watch",
        corpus=True,
    ),
    Entry(
        "register",
        plain(OutOfReach()),
        "share of notes that the instrument does not have",
        "Adler 2016, the compass of instruments",
        kind="less",
        role="watch",
    ),
)
CATALOGUE: Catalogue[Melodies] = Catalogue(_ENTRIES)
build = CATALOGUE.build
people_quantiles = CATALOGUE.people_quantiles
default_transform = CATALOGUE.default_transform
__all__ = [
    "CATALOGUE",
    "Entry",
    "Quantiles",
    "build",
    "default_transform",
    "fit_bands",
    "people_quantiles",
]
