import numpy as np
import pytest

from makar.domains.music.piece.piece import Key
from makar.domains.music.voices.voices import FIRST_PITCH, HOLD, OFF
from spoiled_chorales import (
    SCRAMBLES,
    copied,
    mixed,
    shuffled,
    steps_apart,
    walks,
)

WORKS = (
    ("C5:4 D5:4 E5:8", "G4:8 A4:4 r:4", "E4:16", "C3:4 F3:2 G3:2 C3:8"),
    ("G4:2 A4:6 B4:8", "D4:12 F4:4", "B3:8 A3:8", "G3:8 D3:8"),
    ("E5:16", "C5:4 B4:4 A4:8", "G4:4 G4:12", "C3:12 A2:4"),
    ("C5:4", "G4:4", "E4:4", "C3:4"),
)


def pieces(row, steps):
    """The notes and rests of a voice as (token, length)."""
    starts = np.flatnonzero(np.r_[True, row[1:steps] != HOLD])
    ends = np.r_[starts[1:], steps]
    return sorted((int(row[s]), int(e - s)) for s, e in zip(starts, ends, strict=True))


@pytest.fixture(params=list(SCRAMBLES))
def scramble(request):
    return SCRAMBLES[request.param]


def test_a_scramble_keeps_the_frame_and_the_original(scramble, chorus):
    works = chorus(*WORKS)
    before = works.tokens.copy()
    spoiled = scramble(works, np.random.default_rng(0))
    assert np.array_equal(works.tokens, before)
    assert spoiled.tokens.shape == works.tokens.shape
    assert ((spoiled.tokens < 0) == (works.tokens < 0)).all()
    assert (spoiled.tokens[:2] != before[:2]).any((1, 2)).all()
    again = scramble(works, np.random.default_rng(0))
    assert np.array_equal(again.tokens, spoiled.tokens)


def test_shuffling_keeps_every_voices_notes(chorus):
    works = chorus(*WORKS)
    spoiled = shuffled(works, np.random.default_rng(0))
    for b, steps in enumerate(works.steps):
        for voice in range(4):
            ours = pieces(spoiled.tokens[b, voice], steps)
            assert ours == pieces(works.tokens[b, voice], steps)


def test_voices_come_from_different_works_of_a_kind(chorus):
    works = chorus(*WORKS)
    spoiled = mixed(works, np.random.default_rng(0))
    assert np.array_equal(spoiled.tokens[:, 0], works.tokens[:, 0])
    for b in range(3):
        for voice in range(1, 4):
            others = [i for i in range(3) if i != b]
            assert any(
                np.array_equal(spoiled.tokens[b, voice], works.tokens[i, voice]) for i in others
            )
    assert np.array_equal(spoiled.tokens[3], works.tokens[3])  # no other is as short
    alone = chorus(WORKS[0], WORKS[1], key=Key())
    minor = chorus(WORKS[2], key=Key(9, "minor"))
    assert np.array_equal(mixed(minor, np.random.default_rng(0)).tokens, minor.tokens)
    assert not np.array_equal(mixed(alone, np.random.default_rng(0)).tokens, alone.tokens)


def test_voices_move_apart_as_wholes(chorus):
    works = chorus(*WORKS)
    spoiled = steps_apart(works, np.random.default_rng(0))
    note = works.tokens >= FIRST_PITCH
    assert np.array_equal(spoiled.tokens[~note], works.tokens[~note])
    for b in range(4):
        shifts = []
        for voice in range(4):
            here = note[b, voice]
            by = spoiled.tokens[b, voice][here] - works.tokens[b, voice][here]
            assert len(set(by.tolist())) == 1
            assert abs(by[0]) <= 2
            shifts.append(int(by[0]))
        assert len(set(shifts)) > 1


def test_some_voice_always_moves_against_the_others(chorus):
    works = chorus(*[WORKS[0]] * 500)
    first = np.array(works.tokens[0, :, 0])
    apart = steps_apart(works, np.random.default_rng(0)).tokens[:, :, 0] - first
    assert (apart.max(1) > apart.min(1)).all()


def test_walks_keep_rhythm_compass_and_key(chorus):
    works = chorus(*WORKS)
    spoiled = walks(works, np.random.default_rng(0))
    note = works.tokens >= FIRST_PITCH
    assert np.array_equal(spoiled.tokens >= FIRST_PITCH, note)
    assert np.array_equal(spoiled.tokens[~note], works.tokens[~note])
    pitch = spoiled.sounding[spoiled.struck] % 12
    assert set(pitch.tolist()) <= {0, 2, 4, 5, 7, 9, 11}
    for b in range(4):
        for voice in range(4):
            own, walk = (x.tokens[b, voice][note[b, voice]] for x in (works, spoiled))
            assert own.min() <= walk.min() <= walk.max() <= own.max()


def test_copies_move_the_share_asked_for(chorus):
    works = chorus(*WORKS)
    rng = np.random.default_rng(0)
    assert np.array_equal(copied(works, rng, share=0.0).tokens, works.tokens)
    all_moved = copied(works, rng, share=1.0)
    difference = np.abs(all_moved.tokens - works.tokens)[works.tokens >= FIRST_PITCH]
    assert set(difference.tolist()) == {1, 2}
    assert (all_moved.tokens[works.tokens <= HOLD] == works.tokens[works.tokens <= HOLD]).all()
    assert OFF in works.tokens
