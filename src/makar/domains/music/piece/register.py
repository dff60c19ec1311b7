"""Where an instrument plays: what it reaches, where tunes lie on it, and one put there.

A model writes all tunes in C or A, wherever they fit into its three octaves, so that nothing of
what it writes says how high a tune is to be heard. That is decided here, when a work is handed out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Int

from makar.domains.music.piece.piece import PITCH, Piece

AS_WRITTEN = 72
"""Where tunes lie, as MIDI pitch: the mean pitch of people's is 72.4 on average over 2,907 of those
that are learned from (standard deviation 2.2), in whatever key; 98 % are within 67 and 77."""
OCTAVE = 12
_MOST = 7
"""Octaves up or down that are looked at: enough from one end of MIDI to any home."""


@dataclass(frozen=True)
class Register:
    """An instrument's compass, in MIDI pitches as heard.

    Attributes:
        low, high: Its lowest and highest note.
        home: What the mean pitch of a tune on it should be near.
    """

    low: int = 0
    high: int = 127
    home: int = AS_WRITTEN

    def beyond(
        self, pitch: Int[np.ndarray, "B N"], there: Bool[np.ndarray, "B N"]
    ) -> Bool[np.ndarray, "B N"]:
        """Notes that the instrument does not have."""
        return there & ((pitch < self.low) | (pitch > self.high))

    def with_room_for(self, pitch: Int[np.ndarray, " N"]) -> Register:
        """The same, reaching as far as these notes: who wrote them knows who can play them."""
        if not len(pitch):
            return self
        low, high = min(self.low, int(pitch.min())), max(self.high, int(pitch.max()))
        return Register(low, high, self.home)


def octaves(
    pitch: Int[np.ndarray, "B N"], there: Bool[np.ndarray, "B N"], register: Register
) -> Int[np.ndarray, " B"]:
    """Semitones, whole octaves, by which each tune is to be moved to lie where it is played.

    As few notes as possible are left out of reach; of the octaves in which this is so, the tune
    goes where its mean is nearest home. 0 where nothing sounds.
    """
    moves = OCTAVE * np.arange(-_MOST, _MOST + 1)
    beyond = np.array([register.beyond(pitch + move, there).sum(1) for move in moves])
    count = there.sum(1)
    mean = (pitch * there).sum(1) / np.maximum(count, 1)
    away = np.abs(mean + moves[:, None] - register.home)
    return np.where(count > 0, moves[np.lexsort((away, beyond), axis=0)[0]], 0)


def placed(piece: Piece) -> Piece:
    """The piece in the octave in which its first instrument plays it; drums stay.

    The other parts go with the first, so that nobody comes to lie across anybody; none leaves MIDI.
    """
    pitched = [part for part in piece.parts if len(part.notes) and not part.percussion]
    if not pitched:
        return piece
    pitch = pitched[0].notes[None, :, PITCH].astype(np.int64)
    register = register_of(pitched[0].program)
    move = int(octaves(pitch, np.ones(pitch.shape, bool), register)[0])
    low = min(int(part.notes[:, PITCH].min()) for part in pitched)
    high = max(int(part.notes[:, PITCH].max()) for part in pitched)
    down, up = low // OCTAVE * OCTAVE, (127 - high) // OCTAVE * OCTAVE
    return piece.transposed(min(max(move, -down), up))


_KEYS, _STRINGS, _VOICES = Register(21, 108), Register(28, 100), Register(48, 81, 67)
_GUITAR, _BASS, _TRUMPET = Register(40, 84, 60), Register(28, 67, 45), Register(54, 86, 68)
_ORGAN, _BRASS, _ANY = Register(36, 96), Register(36, 96, 66), Register()
_REGISTERS: Sequence[Register] = (
    # pianos, harpsichord, clavinet
    *[_KEYS] * 6, Register(29, 89), Register(36, 96),
    # celesta, glockenspiel, music box, vibraphone, marimba, xylophone, tubular bells, dulcimer
    Register(60, 108, 84), Register(72, 108, 88), Register(60, 84), Register(53, 89),
    Register(45, 96), Register(65, 108, 84), Register(60, 77, 68), Register(55, 86),
    # organs; accordion, harmonica, bandoneon
    *[_ORGAN] * 5, Register(53, 93), Register(60, 96), Register(53, 89),
    *[_GUITAR] * 8,
    *[_BASS] * 8,
    # violin, viola, cello, double bass, tremolo, pizzicato, harp, timpani
    Register(55, 100), Register(48, 88, 65), Register(36, 76, 56), _BASS,
    _STRINGS, _STRINGS, Register(23, 104), Register(36, 57, 46),
    # string ensembles, voices, orchestra hit
    *[_STRINGS] * 4, *[_VOICES] * 3, _ANY,
    # trumpet, trombone, tuba, muted trumpet, horn, brass
    _TRUMPET, Register(40, 77, 57), Register(26, 65, 44), _TRUMPET, Register(34, 77, 58),
    *[_BRASS] * 3,
    # saxophones from soprano to baritone, oboe, English horn, bassoon, clarinet
    Register(56, 88, 71), Register(49, 81, 66), Register(44, 76, 60), Register(36, 69, 52),
    Register(58, 91), Register(52, 84, 68), Register(34, 75, 55), Register(50, 91, 70),
    # piccolo, flute, recorders, pan flute, bottle, shakuhachi, whistle, ocarina
    Register(74, 108, 86), Register(60, 96), Register(65, 98, 80), Register(60, 96),
    Register(60, 96), Register(60, 91), Register(72, 103, 85), Register(60, 89, 74),
    *[_ANY] * 24,  # synthesisers
    # sitar, banjo, shamisen, koto, kalimba, Highland pipes, fiddle, shawm
    Register(48, 84, 66), Register(48, 84, 68), Register(50, 84, 67), Register(55, 91),
    Register(60, 88), Register(67, 81, 74), Register(55, 100), Register(60, 84),
    *[_ANY] * 16,  # percussion, effects
)  # fmt: skip
"""By General MIDI program. What orchestral instruments reach is as orchestration books have it
(Adler, The Study of Orchestration); homes are where they play tunes: guitars an octave below the
written page, cellos and bassoons in the tenor, whistles and recorders an octave above it."""


def register_of(program: int) -> Register:
    """The register of a General MIDI program 0..127."""
    return _REGISTERS[program]
