"""Does the instrument have these notes? What is watched of a tune as it is handed out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from makar.core.types import Prompt
from makar.domains.music.melody.grid import MelodyGrids, sounding_shift
from makar.domains.music.melody.melody import melodies_of
from makar.domains.music.piece.register import octaves, register_of


@dataclass(frozen=True)
class OutOfReach:
    """Share of a tune's notes that the instrument does not have, in the key it is heard in.

    The tune is judged in the octave in which it is handed out: the one with the fewest such notes.
    So only a tune that is too wide for the instrument, or lies badly on it in its key, has any.
    Melodies that remember no key are judged as they are.

    Attributes:
        program: General MIDI program that plays; 73 is a flute.
    """

    program: int = 73

    def __call__(self, works: object, _prompts: Sequence[Prompt], /) -> Float[np.ndarray, " B"]:
        """The share, 0..1; NaN for no notes."""
        melodies, register = melodies_of(works), register_of(self.program)
        pitch, there = melodies.pitch, melodies.sounding
        if isinstance(works, MelodyGrids):
            heard = [sounding_shift(key) for key in works.keys]
            pitch = pitch + np.array(heard, np.int64).reshape(-1, 1)
        pitch = pitch + octaves(pitch, there, register)[:, None]
        count = melodies.count
        share = register.beyond(pitch, there).sum(1) / np.maximum(count, 1)
        return np.where(count > 0, share, np.nan)
