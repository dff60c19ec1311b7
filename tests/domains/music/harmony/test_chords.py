import numpy as np
import pytest

from makar.domains.music.harmony.chords import (
    DIMINISHED,
    MAJOR,
    MINOR,
    QUALITIES,
    SEVENTH,
    SILENCE,
    TONES,
    beat_chords,
    changes,
    pitch_class_sets,
    template_fit,
)
from makar.domains.music.piece.piece import Key
from makar.domains.music.voices.voices import FIRST_PITCH, LOWEST, VoiceGrid, VoiceGrids


def bits(*pitch_classes):
    return sum(1 << k for k in pitch_classes)


@pytest.mark.parametrize(
    ("pitch_classes", "fit"),
    [
        ((), 0),
        ((0,), 1 / 2),  # 2·1 / (1 + 3)
        ((0, 4), 4 / 5),
        ((0, 2), 4 / 6),  # root and seventh of D7
        ((0, 1), 2 / 5),
        ((0, 4, 7), 1),
        ((0, 3, 6), 1),
        ((2, 5, 7, 11), 1),  # G7
        ((0, 4, 7, 11), 6 / 7),  # a major seventh is a triad and one more
        ((0, 1, 2), 4 / 7),  # two of D7
        (tuple(range(12)), 8 / 16),
    ],
)
def test_template_fit_by_hand(pitch_classes, fit):
    assert template_fit()[bits(*pitch_classes)] == pytest.approx(fit)


def test_every_template_fits_itself_and_no_other_is_perfect():
    perfect = np.flatnonzero(template_fit() == 1)
    templates = {
        bits(*(int(k + root) % 12 for k in np.flatnonzero(tones)))
        for tones in TONES
        for root in range(12)
    }
    assert set(perfect.tolist()) == templates
    assert len(templates) == 48


def four(*columns):
    """One work; each column of pitches sounds for a quarter."""
    tokens = np.ones((4, 4 * len(columns)), np.int16)
    tokens[:, ::4] = np.array(columns, np.int16).T - LOWEST + FIRST_PITCH
    return VoiceGrids.stack([VoiceGrid(tokens)])


KINDS = {"major": MAJOR, "minor": MINOR, "diminished": DIMINISHED, "dominant-seventh": SEVENTH}
ROOTS = ("C", "D-", "D", "E-", "E", "F", "F#", "G", "A-", "A", "B-", "B")


def test_music21s_chords_are_heard_as_what_they_are():
    """Every chord of the four kinds, each tone of it in the bass, the rest above in any octave."""
    from music21.harmony import ChordSymbol

    rng = np.random.default_rng(1)
    columns, expected = [], []
    for kind, quality in KINDS.items():
        for root, name in enumerate(ROOTS):
            classes = ChordSymbol(root=name, kind=kind).pitchClasses
            for lowest in classes:
                upper = [k for k in classes if k != lowest]
                upper += [root] * (3 - len(upper))
                pitches = [60 + k + 12 * int(rng.integers(0, 2)) for k in upper]
                columns.append([*sorted(pitches, reverse=True), 36 + lowest])
                expected.append((root, quality, lowest))
    found = beat_chords(four(*columns))
    assert len(expected) == 12 * (3 + 3 + 3 + 4)
    heard = zip(
        found.root[0].tolist(), found.quality[0].tolist(), found.bass[0].tolist(), strict=True
    )
    assert list(heard) == expected


def test_a_passing_note_makes_no_other_chord(chorus):
    # C major with a D and an F that pass in eighths; then G7 without its fifth
    work = ("C5:2 D5:2 D5:4", "G4:2 F4:2 F4:4", "E4:4 B3:4", "C3:4 G2:4")
    found = beat_chords(chorus(work))
    assert found.chord[0].tolist() == [4 * 0 + MAJOR, 4 * 7 + SEVENTH]
    assert found.count.tolist() == [2]


def test_between_equals_the_bass_decides(chorus):
    upper = ("G4:4", "E4:4")  # C E G A is a sixth chord on C or a seventh chord on A
    works = chorus((*upper, "A3:4", "C3:4"), (*upper, "C4:4", "A2:4"))
    assert beat_chords(works).chord[:, 0].tolist() == [4 * 0 + MAJOR, 4 * 9 + MINOR]


def test_chords_are_counted_from_the_tonic(chorus):
    work = ("E5:4", "C5:4", "A4:4", "A2:4")
    assert beat_chords(chorus(work)).root.tolist() == [[9]]
    in_minor = beat_chords(chorus(work, key=Key(9, "minor")))
    assert (in_minor.root.tolist(), in_minor.quality.tolist()) == ([[0]], [[MINOR]])
    assert QUALITIES[MINOR] == "minor"


def test_silence_and_repeats_are_no_changes(chorus):
    upper = ("E5:4 E5:4 r:4 E5:4 F5:4", "C5:8 r:4 C5:4 C5:4", "G4:8 r:4 G4:4 A4:4")
    found = beat_chords(chorus((*upper, "C3:8 r:4 C3:4 F3:4")))
    assert found.chord[0].tolist() == [MAJOR, MAJOR, SILENCE, MAJOR, 4 * 5 + MAJOR]
    assert found.sounding[0].tolist() == [True, True, False, True, True]
    row, count = changes(found)
    assert (row[0, : count[0]].tolist(), count.tolist()) == ([MAJOR, 4 * 5 + MAJOR], [2])


def test_beats_are_the_felt_ones(chorus):
    work = ("E5:6 F5:6", "C5:12", "G4:6 A4:6", "C3:6 F3:6")
    assert beat_chords(chorus(work, metre="6/8")).root[0].tolist() == [0, 5]
    assert beat_chords(chorus(work, metre="3/4")).count.tolist() == [3]


def test_pitch_class_sets_by_hand(chorus):
    works = chorus(("C5:2 D5:2", "G4:4", "r:4", "C3:4"), ("C5:2", "G4:2", "E4:2", "r:2"))
    first, second = bits(0, 7), bits(0, 2, 7)
    assert pitch_class_sets(works)[0].tolist() == [first, first, second, second]
    assert pitch_class_sets(works)[1].tolist() == [bits(0, 4, 7)] * 2 + [0, 0]
