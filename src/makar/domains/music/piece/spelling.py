"""Which letter a pitch is written with: B♭ in F major, A♯ in B major.

The twelve pitch classes of a key are twelve neighbours on the line of fifths
(F = -1, C = 0, G = 1, B♭ = -2 ...), so that a key's own notes and its usual chromatic
ones (♭7 ♭3 ♭6, ♯4, the leading note of minor) get the spelling a reader expects.
Compare Temperley 2001, *The Cognition of Basic Musical Structures*, ch. 5, where a
pitch takes the spelling nearest to the centre of gravity on that line.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from makar.domains.music.piece.piece import Key

STEPS = "FCGDAEB"
SEMITONES = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}


class Spelling(NamedTuple):
    """A written pitch.

    Attributes:
        step: Letter ``A``..``G``.
        alter: Semitones the letter is raised (♯ = 1) or lowered (♭ = -1); -2..2.
        octave: Octave of the *letter*, 4 from middle C up: MIDI 60 is C4, but also B♯3.
    """

    step: str
    alter: int
    octave: int

    @property
    def pitch(self) -> int:
        """MIDI number."""
        return 12 * (self.octave + 1) + SEMITONES[self.step] + self.alter


@cache
def spell(pitch: int, key: Key) -> Spelling:
    """Spell a MIDI pitch as a musician writes it in ``key``."""
    lowest = _lowest_fifth(key)
    # twelve neighbours on the line of fifths hold each pitch class once: 7 is its own inverse
    position = lowest + (pitch * 7 - lowest) % 12
    step, alter = STEPS[(position + 1) % 7], (position + 1) // 7
    octave = (pitch - alter - SEMITONES[step]) // 12 - 1
    return Spelling(step, alter, octave)


def signature_alter(step: str, key: Key) -> int:
    """Sharps (1) or flats (-1) that the key signature puts on a letter."""
    return (key.fifths - STEPS.index(step) + 6) // 7


def _lowest_fifth(key: Key) -> int:
    """Flattest spelling used: ♭6 in major-like keys (C: A♭..C♯), ♭2 in minor (A: B♭..D♯).

    The key's own seven notes are always among the twelve.
    """
    reach = 5 if key.is_minor else 4
    return min(key.spelled_tonic - reach, key.fifths - 1)
