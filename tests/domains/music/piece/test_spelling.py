from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from makar.domains.music.piece.piece import MODES, Key
from makar.domains.music.piece.spelling import signature_alter, spell

KEYS = [Key(tonic, mode) for tonic in range(12) for mode in MODES]


def name(pitch: int, key: Key) -> str:
    step, alter, octave = spell(pitch, key)
    return step + ("#" * alter if alter > 0 else "b" * -alter) + str(octave)


@pytest.mark.parametrize(
    ("key", "chromatic"),
    [
        (Key(0, "major"), "C4 C#4 D4 Eb4 E4 F4 F#4 G4 Ab4 A4 Bb4 B4"),
        (Key(9, "minor"), "C4 C#4 D4 D#4 E4 F4 F#4 G4 G#4 A4 Bb4 B4"),
        (Key(5, "major"), "C4 Db4 D4 Eb4 E4 F4 F#4 G4 Ab4 A4 Bb4 B4"),
        (Key(2, "major"), "C4 C#4 D4 D#4 E4 F4 F#4 G4 G#4 A4 Bb4 B4"),
        (Key(0, "minor"), "C4 Db4 D4 Eb4 E4 F4 F#4 G4 Ab4 A4 Bb4 B4"),
        (Key(1, "minor"), "B#3 C#4 D4 D#4 E4 E#4 F#4 F##4 G#4 A4 A#4 B4"),
        (Key(2, "dorian"), "C4 C#4 D4 Eb4 E4 F4 F#4 G4 G#4 A4 Bb4 B4"),
        (Key(7, "mixolydian"), "C4 C#4 D4 Eb4 E4 F4 F#4 G4 G#4 A4 Bb4 B4"),
    ],
)
def test_the_chromatic_scale_is_spelled_as_in_the_key(key: Key, chromatic: str) -> None:
    assert [name(60 + i, key) for i in range(12)] == chromatic.split()


def test_letters_at_the_octave_break_keep_the_letters_octave() -> None:
    assert spell(71, Key(6, "major")) == ("B", 0, 4)
    assert spell(59, Key(8, "minor")) == ("B", 0, 3)
    assert spell(60, Key(1, "minor")) == ("B", 1, 3)  # the leading note of C sharp minor


@given(st.integers(0, 127), st.sampled_from(KEYS))
def test_a_spelling_sounds_the_pitch_it_spells(pitch: int, key: Key) -> None:
    spelled = spell(pitch, key)
    assert spelled.pitch == pitch
    assert -2 <= spelled.alter <= 2


@pytest.mark.parametrize("key", KEYS, ids=str)
def test_the_keys_own_notes_need_no_accidental(key: Key) -> None:
    ionian = (key.fifths * 7) % 12
    for degree in (0, 2, 4, 5, 7, 9, 11):
        step, alter, _ = spell(60 + (ionian + degree) % 12, key)
        assert alter == signature_alter(step, key)


@pytest.mark.parametrize("key", KEYS, ids=str)
def test_the_signature_has_as_many_signs_as_music21_gives_it(key: Key) -> None:
    from music21.key import KeySignature

    theirs = {p.step: int(p.alter) for p in KeySignature(key.fifths).alteredPitches}
    assert {s: a for s in "CDEFGAB" if (a := signature_alter(s, key))} == theirs
