import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from makar.core.types import Prompt
from makar.domains.music.chorale.corpus import chorale_files
from makar.domains.music.chorale.files import read_chorale
from makar.domains.music.harmony import voice_leading as vl
from makar.domains.music.melody.grid import STEP
from makar.domains.music.piece.piece import Key
from makar.domains.music.voices.voices import (
    FIRST_PITCH,
    LOWEST,
    VoiceGrid,
    VoiceGrids,
    encode_voices,
)

R = "r:8"
PERFECT = ("P5", "P8", "P1")


def two(upper, lower):
    """A soprano and a bass, the others silent; a bar of 4/4 is 16 sixteenths."""
    return (upper, R, R, lower)


@pytest.mark.parametrize(
    ("upper", "lower", "count"),
    [
        ("G4:8 A4:8", "C4:8 D4:8", 1),  # fifth to fifth
        ("G5:8 A5:8", "C3:8 D3:8", 1),  # octaves aside
        ("C5:8 D5:8", "C4:8 D4:8", 1),  # octaves
        ("C4:8 D4:8", "C4:8 D4:8", 1),  # unisons
        ("A4:8 G4:8", "D4:8 C4:8", 1),  # downwards
        ("G4:8 G4:8", "C4:8 C4:8", 0),  # struck again
        ("G4:8 A4:8", "C4:16", 0),  # one voice moves
        ("G4:8 C5:8", "C4:8 F3:8", 0),  # apart, from a fifth to a twelfth
        ("E4:8 F4:8", "C4:8 D4:8", 0),  # thirds
        ("F4:8 G4:8", "B3:8 C4:8", 0),  # a diminished fifth to a perfect one
        ("G4:8 D5:8", "C4:8 D4:8", 0),  # fifth to octave, both up
        ("G4:4 r:4 A4:8", "C4:8 D4:8", 0),  # across a rest
        ("G4:4 A4:4 B4:4 A4:4", "C4:4 D4:4 E4:4 D4:4", 3),
    ],
)
def test_parallels_by_hand(chorus, judge, upper, lower, count):
    assert judge(vl.parallels, chorus(two(upper, lower))) == [count]


def test_parallels_are_counted_per_bar_and_in_every_pair(chorus, judge):
    # C E G C to D F A D: fifth, octave, and the fourth between the upper voices, which is none
    moved = ("C5:16 D5:16", "G4:16 A4:16", "E4:16 F4:16", "C4:16 D4:16")
    assert judge(vl.parallels, chorus(moved)) == [1.0]  # two in two bars


def test_a_fault_is_credited_where_it_lies(chorus):
    works = chorus(two("G4:8 A4:8 B4:16", "C4:8 D4:8 D4:16"), two("E4:16 F4:16", "C4:32"))
    found = vl.parallels(works, [Prompt()] * 2)
    assert found.credit.shape == (2, 32)
    assert np.flatnonzero(found.credit[0]).tolist() == [8]
    assert found.credit.sum(1) == pytest.approx(found.values)
    assert found.values.tolist() == [0.5, 0]


LINES = st.lists(st.lists(st.integers(48, 72), min_size=4, max_size=4), min_size=2, max_size=12)


def block(columns):
    """Four voices that all strike every quarter."""
    tokens = np.ones((4, 4 * len(columns)), np.int16)
    tokens[:, ::4] = np.array(columns, np.int16).T - LOWEST + FIRST_PITCH
    return VoiceGrids.stack([VoiceGrid(tokens)])


@settings(max_examples=25)
@given(LINES, st.integers(-5, 5))
def test_parallels_are_the_same_in_any_key(columns, shift):
    here, there = block(columns), block((np.array(columns) + shift).tolist())
    assert vl.parallels(here, [Prompt()]).values == vl.parallels(there, [Prompt()]).values


WHITE = np.array([48, 50, 52, 53, 55, 57, 59, 60, 62, 64, 65, 67, 69, 71, 72])


def test_music21_finds_the_same_parallels():
    """White keys only: they are spelled by their name."""
    from music21.note import Note

    rng = np.random.default_rng(3)
    columns = np.sort(rng.choice(WHITE, (30, 4)), axis=1)[:, ::-1]
    rows = [{t: Note(int(p)) for t, p in enumerate(voice)} for voice in columns.T]
    pairs = itertools.combinations(rows, 2)
    found = [t for one, other in pairs for t in range(1, 30) if is_parallel(one, other, t)]
    assert len(found) > 5
    ours = vl.parallels(block(columns.tolist()), [Prompt()]).credit[0, ::4] * 30 / 4
    assert ours == pytest.approx(np.bincount(found, minlength=30))


@pytest.mark.slow
@pytest.mark.parametrize("name", ["bwv268", "bwv301", "bwv347", "bwv353"])
def test_music21_finds_the_parallels_of_chorales(name):
    """Notes, spelling and repeats from music21's own reader, all pairs at every sixteenth."""
    from music21 import corpus

    path = next(p for p in chorale_files() if p.stem == name)
    piece = read_chorale(path).piece
    bars = (piece.end - piece.pickup) // piece.metre.bar
    works = VoiceGrids.stack([encode_voices(piece, 0, bars)])
    rows = []
    for part in corpus.parse(f"bach/{name}").expandRepeats().parts[:4]:
        row = {}
        for note in part.flatten().notes:
            first = round(float(note.offset) * 4) - piece.pickup // STEP
            row |= dict.fromkeys(range(first, first + round(float(note.quarterLength) * 4)), note)
        rows.append(row)
    steps = range(1, bars * piece.metre.bar // STEP)
    pairs = itertools.combinations(rows, 2)
    found = [t for one, other in pairs for t in steps if is_parallel(one, other, t)]
    ours = vl.parallels(works, [Prompt()]).credit[0] * bars
    assert found
    assert ours.tolist() == np.bincount(found, minlength=works.tokens.shape[2]).tolist()


def is_parallel(one, other, t):
    from music21.voiceLeading import VoiceLeadingQuartet

    four = (one.get(t - 1), one.get(t), other.get(t - 1), other.get(t))
    if None in four or four[0] is four[1] or four[2] is four[3]:
        return False
    quartet = VoiceLeadingQuartet(*four)
    return any(
        quartet.parallelMotion(requiredInterval=kind, allowOctaveDisplacement=True)
        for kind in PERFECT
    )


def test_direct_by_hand(chorus, judge):
    leap_in = two("D4:8 G4:8", "A3:8 C4:8")  # up a fourth and a third into a fifth
    step_in = two("F4:8 G4:8", "A3:8 C4:8")
    apart = two("D4:8 G4:8", "E4:8 C4:8")
    parallel = two("D4:8 G4:8", "G3:8 C4:8")
    assert judge(vl.direct, chorus(leap_in, step_in, apart, parallel)).tolist() == [1, 0, 0, 0]


def test_crossing_by_hand(chorus, judge):
    crossed = ("C5:16", "G4:12 D5:4", "E4:16", "C3:16")
    lower = ("C5:16", "G4:16", "E3:8 E4:8", "C4:16")
    fine = ("C5:16", "C5:16", "E4:16", "C3:16")  # a unison does not cross
    assert judge(vl.crossing, chorus(crossed, lower, fine)).tolist() == [0.25, 0.5, 0]
    found = vl.crossing(chorus(crossed), [Prompt()])
    assert found.credit[0].tolist() == [0] * 12 + [1 / 16] * 4


def test_overlap_by_hand(chorus, judge):
    # the alto was on G4; the soprano falls below it
    falls = ("C5:8 F4:8", "G4:8 D4:8", "C4:16", "C3:16")
    # the bass rises above where the tenor was
    rises = ("C5:16", "G4:16", "C4:8 G4:8", "C3:8 E4:8")
    fine = ("C5:8 G4:8", "G4:8 D4:8", "C4:16", "C3:16")  # onto the note is not past it
    stays = ("F4:8 F4:8", "C5:8 F4:8", "C4:16", "C3:16")  # crossed before; it does not move
    assert judge(vl.overlap, chorus(falls, rises, fine, stays)).tolist() == [1, 1, 0, 0]


def test_spacing_by_hand(chorus, judge):
    wide = ("C6:16", "B4:16", "G4:16", "C3:16")
    octave = ("C6:16", "C5:16", "C4:16", "C2:16")  # the bass may be far away
    tenor = ("C5:16", "G4:16", "F3:4 G3:12", "C3:16")
    assert judge(vl.spacing, chorus(wide, octave, tenor)).tolist() == [1, 0, 0.25]


def test_ranges_are_those_of_what_is_heard(chorus, judge):
    work = ("A5:8 A5:8", "G4:16", "E4:16", "C3:16")
    assert judge(vl.range_faults, chorus(work)).tolist() == [0]
    in_d = chorus(work, key=Key(2))  # B5, twice
    assert judge(vl.range_faults, in_d).tolist() == [2]
    assert np.flatnonzero(vl.range_faults(in_d, [Prompt()]).credit[0]).tolist() == [0, 8]


def test_contrary_motion_by_hand(chorus, judge):
    apart = two("E4:8 F4:8", "C4:8 B3:8")
    along = two("E4:8 F4:8", "C4:8 D4:8")
    three = ("C5:8 D5:8", "G4:8 A4:8", "E4:16", "C4:8 B3:8")  # two up, one down: 2 of 3 pairs
    still = two("E4:8 F4:8", "C4:16")
    values = judge(vl.contrary_motion, chorus(apart, along, three, still))
    assert values[:3] == pytest.approx([1, 0, 2 / 3])
    assert np.isnan(values[3])


def test_struck_together_by_hand(chorus, judge):
    together = ("C5:8 D5:8", "G4:8 A4:8", "E4:8 F4:8", "C4:8 D4:8")
    mixed = ("C5:8 D5:8", "G4:16", "E4:16", "C4:16")  # 4 of 4, then 1 of 4
    assert judge(vl.struck_together, chorus(together, mixed)) == pytest.approx([1, 5 / 8])


def test_silent_voices_by_hand(chorus, judge):
    assert judge(vl.silent_voices, chorus(("C5:16", "r:16", "E4:8 r:8", "C3:16"))) == [3 / 8]


@pytest.mark.parametrize(
    "reward", [vl.parallels, vl.crossing, vl.overlap, vl.spacing, vl.direct, vl.range_faults]
)
def test_silence_has_no_faults_and_no_marks(chorus, reward):
    found = reward(chorus(("r:16", "r:16", "r:16", "r:16")), [Prompt()])
    assert np.isnan(found.values).all()
    assert not found.credit.any()
