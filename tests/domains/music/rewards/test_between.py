"""Notes between the sixteenths: one odd beat silences nothing, and is heard where it ought to."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest

from makar.core.scoring import raw_values
from makar.core.types import Prompt
from makar.domains.music.melody.grid import MelodyGrid, MelodyGrids
from makar.domains.music.melody.written import encode_written
from makar.domains.music.piece.piece import Key, Metre
from makar.domains.music.rewards.bars import bars_of, in_even_beats
from makar.domains.music.rewards.catalogue import CATALOGUE, build
from makar.domains.music.rewards.rhythm import BY_SIXTEENTHS
from makar.domains.music.rewards.structure import bar_similarity, likeness
from makar.domains.music.tune.features import fixed_features

BARS = 8
FIRST = [(0, 24, 60), (24, 12, 62), (36, 12, 64), (48, 24, 65), (72, 24, 67)]
SECOND = [(0, 12, 69), (12, 12, 67), (24, 24, 65), (48, 36, 64), (84, 12, 62)]
LAST = [(0, 24, 62), (24, 24, 59), (48, 48, 60)]
TUNE = [FIRST, SECOND, FIRST, LAST] * 2
PITCH_PARTS = {
    "mean_interval", "step_share", "leap_share", "repeat_share", "pitch_range", "direction_kept",
    "arch", "leap_resolution", "in_key", "pitch_class_entropy", "pitch_autocorrelation",
    "pitch_surprise", "interval_profile", "register", "note_density",
}  # fmt: skip
"""What is said of which notes there are and in which order, whenever they begin."""


def phrase(bars: list[list[tuple[int, int, int]]]) -> MelodyGrid:
    rows = [(96 * n + at, length, pitch) for n, bar in enumerate(bars) for at, length, pitch in bar]
    return encode_written(
        np.array(rows, np.int64), 0, 96 * len(bars), metre=Metre(0, 4, 4), key=Key()
    )


def with_beat(bar: int, notes: list[tuple[int, int, int]]) -> MelodyGrid:
    """The tune with these notes in the second beat of a bar."""
    bars = [list(one) for one in TUNE]
    kept = [note for note in bars[bar] if not 24 <= note[0] < 48]
    bars[bar] = sorted([*kept, *notes])
    return phrase(bars)


TRIPLET = [(24, 8, 62), (32, 8, 64), (40, 8, 65)]
OTHER_TRIPLET = [(24, 8, 62), (32, 16, 59)]
DEMISEMIQUAVERS = [(24, 3, 62), (27, 21, 64)]


@pytest.fixture(scope="module")
def scorers():
    return build(list(CATALOGUE), MelodyGrids.stack([phrase(TUNE), phrase(TUNE[::-1])]).melodies)


def marks(scorers, *grids: MelodyGrid) -> Mapping[str, np.ndarray]:
    works = MelodyGrids.stack(list(grids))
    asked = [Prompt(form="AB")] * len(works)
    return {name: raw_values(scorer(works, asked)) for name, scorer in scorers.items()}


def test_one_triplet_silences_nothing(scorers):
    found = marks(scorers, phrase(TUNE), with_beat(2, TRIPLET))
    silent = [name for name, values in found.items() if np.isnan(values[1])]
    assert silent == [name for name, values in found.items() if np.isnan(values[0])]


@pytest.mark.parametrize("odd", [OTHER_TRIPLET, DEMISEMIQUAVERS])
def test_what_counts_sixteenths_leaves_the_odd_beat_out_and_keeps_all_others(scorers, odd):
    """Whatever is in that beat, it says the same; and as much as of the tune without the beat."""
    found = marks(scorers, with_beat(2, TRIPLET), with_beat(2, odd))
    for name in BY_SIXTEENTHS:
        assert found[name][0] == found[name][1], name
    tune = MelodyGrids.stack([phrase(TUNE)]).melodies
    struck = bars_of(tune).struck[0].reshape(BARS, 16)
    compared = np.ones((BARS, 16), bool)
    compared[2, 4:8] = False
    pairs = compared[1:] & compared[:-1]
    differ = ((struck[1:] != struck[:-1]) & pairs).sum()
    assert found["groove_consistency"][0] == 1 - differ / pairs.sum()
    assert found["syncopation"][0] == 0  # nothing is held over a stronger place
    rows = MelodyGrids.stack([with_beat(2, TRIPLET)]).melodies
    onset = rows.onset[0].tolist()
    lengths = np.diff([*onset, 96 * BARS])
    in_bar = [at % 96 for at in onset]
    strength = [{0: 1.0, 48: 0.75, 24: 0.5, 72: 0.5}.get(at, 0.25) for at in in_bar]
    even = [not 216 <= at < 240 for at in onset]
    hand = sum(s * n for s, n, e in zip(strength, lengths, even, strict=True) if e)
    hand /= sum(n for n, e in zip(lengths, even, strict=True) if e)
    assert found["metric_strength"][0] == pytest.approx(hand)


def test_the_likeness_of_all_other_bars_is_what_it_was():
    plain, odd = (MelodyGrids.stack([g]).melodies for g in (phrase(TUNE), with_beat(2, TRIPLET)))
    before, after = bar_similarity(bars_of(plain))[0], likeness(odd)[0][0]
    others = [n for n in range(BARS) if n != 2]
    assert np.array_equal(before[np.ix_(others, others)], after[np.ix_(others, others)])
    assert before[2, 0] == 1
    assert 0.5 < after[2, 0] < 1  # three beats of four are as they were


def test_a_triplet_is_not_its_nearest_sixteenths():
    sixteenths = [(24, 6, 62), (30, 12, 64), (42, 6, 65)]
    bars = [list(bar) for bar in TUNE]
    for bar, beat in ((2, TRIPLET), (6, sixteenths)):
        bars[bar] = sorted([n for n in bars[bar] if not 24 <= n[0] < 48] + beat)
    melodies = MelodyGrids.stack([phrase(bars)]).melodies
    assert bar_similarity(bars_of(melodies))[0, 6, 2] == 1  # on the grid they cannot be told apart
    assert likeness(melodies)[0][0, 6, 2] < 1


def test_lengths_between_the_sixteenths_are_of_their_own_kind(scorers):
    """Triplets, then sixteenths, two to two: one bit and a little more than of sixteenths alone."""
    plain = phrase([[(6 * n, 6, 60 + n % 2) for n in range(16)]])
    mixed = phrase([[(8 * n, 8, 60 + n % 2) for n in range(6)],
                    [(6 * n, 6, 60 + n % 2) for n in range(16)]])  # fmt: skip
    found = marks(scorers, plain, mixed)
    assert found["rhythm_entropy"][0] == 0
    assert found["rhythm_entropy"][1] > 1


def test_tick_by_tick_says_of_bars_on_the_grid_what_sixteenths_say():
    melodies = MelodyGrids.stack([phrase(TUNE), phrase(TUNE[::-1])]).melodies
    assert np.array_equal(
        bar_similarity(bars_of(melodies)), bar_similarity(bars_of(melodies, step=1))
    )


def test_a_note_moved_by_a_third_of_a_beat_is_heard_where_it_ought_to_be_and_only_there(scorers):
    bars = [list(bar) for bar in TUNE]
    bars[2] = [(0, 24, 60), (24, 12, 62), (36, 12, 64), (56, 16, 65), (72, 24, 67)]
    found = marks(scorers, phrase(TUNE), phrase(bars))
    changed = {name for name, (was, now) in found.items() if was != now and was == was}
    assert not changed & PITCH_PARTS
    assert {
        "motif_recurrence", "bar_recurrence", "bar_rhythm_recurrence", "form_contrast",
        "rhythm_entropy", "tonal_stability", "rest_share", "novelty", "near_copy",
        "strong_beat_chord",
    } <= changed  # fmt: skip
    assert found["motif_recurrence"][1] < found["motif_recurrence"][0]
    assert found["bar_rhythm_recurrence"][1] < found["bar_rhythm_recurrence"][0]


def test_a_rhythm_between_the_sixteenths_comes_back(scorers):
    """Two bars with the same triplet have the same rhythm; another triplet has not."""
    same = [list(bar) for bar in TUNE]
    for bar, beat in ((2, TRIPLET), (6, TRIPLET)):
        same[bar] = sorted([n for n in same[bar] if not 24 <= n[0] < 48] + beat)
    other = [list(bar) for bar in same]
    other[6] = sorted([n for n in TUNE[6] if not 24 <= n[0] < 48] + OTHER_TRIPLET)
    found = marks(scorers, phrase(same), phrase(other))
    assert found["bar_rhythm_recurrence"][0] > found["bar_rhythm_recurrence"][1]
    assert found["motif_recurrence"][0] > found["motif_recurrence"][1]


def test_where_every_beat_is_odd_sixteenths_say_nothing_and_all_else_is_judged(scorers):
    """Swung throughout: eighths two to one."""
    swung = [
        [(24 * beat + at, length, 60 + (beat * 2 + at // 16 + n) % 7)
         for beat in range(4) for at, length in ((0, 16), (16, 8))]
        for n in range(BARS)
    ]  # fmt: skip
    found = marks(scorers, phrase(swung))
    assert all(np.isnan(found[name][0]) for name in BY_SIXTEENTHS)
    assert not any(np.isnan(found[name][0]) for name in PITCH_PARTS | {"bar_recurrence", "close"})


def test_notes_of_odd_beats_weigh_nothing_in_the_features():
    melodies = MelodyGrids.stack([with_beat(2, TRIPLET), phrase(TUNE)]).melodies
    even = in_even_beats(melodies)
    assert (~even & melodies.sounding).sum(1).tolist() == [3, 0]
    assert np.isfinite(fixed_features(melodies)).all()


def test_the_marks_of_a_phrase_do_not_hang_on_its_company(scorers):
    alone = marks(scorers, with_beat(2, TRIPLET))
    together = marks(scorers, phrase(TUNE), with_beat(2, TRIPLET), phrase(TUNE[:4]))
    for name, values in alone.items():
        assert np.array_equal(values, together[name][1:2], equal_nan=True), name
