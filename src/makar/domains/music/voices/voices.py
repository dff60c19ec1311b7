"""``VoiceGrid``: four voices on a grid of sixteenths, as a chorale is written.

Each voice is a row of tokens: 0 ends the sounding note, 1 lets what is there go on, ``2 + k``
strikes MIDI ``LOWEST + k``. Works are kept in C major or A minor and remember the key they are
to be heard in; ``shift`` leads from the one to the other.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from jaxtyping import Bool, Int
from numba import njit

from makar.core.columnar import Columnar
from makar.domains.music.melody.grid import (
    STEP,
    OffGridError,
    home_tonic,
    notes_of_tokens,
    sounding_shift,
)
from makar.domains.music.melody.melody import Melodies, skyline
from makar.domains.music.piece.piece import Key, KeyChange, Metre, Part, Piece, Provenance, Tempo

VOICES = ("Soprano", "Alto", "Tenor", "Bass")
SOPRANO, ALTO, TENOR, BASS = range(4)
RANGES = ((57, 81), (53, 74), (48, 69), (36, 64))
"""Lowest and highest MIDI pitch of each voice *as heard*: what Bach asks of his choirs in the
403 four-part movements of the music21 corpus."""

OFF, HOLD, FIRST_PITCH, LOWEST, HIGHEST, PADDING = 0, 1, 2, 30, 86, -1
"""Bach's whole range fits the grid whatever key it is moved from, up by 5 or down by 6."""
TOKENS = FIRST_PITCH + HIGHEST - LOWEST + 1
REST = -1


@dataclass(frozen=True)
class VoiceGrid:
    """One work: ``(V, T)`` tokens, soprano first; its metre, and the key it is heard in."""

    tokens: Int[np.ndarray, "V T"]
    metre: Metre = field(default_factory=Metre)
    key: Key = field(default_factory=Key)

    def piece(
        self, *, program: int = 52, quarters_per_minute: float = 72.0, title: str = ""
    ) -> Piece:
        """The work as a piece in four parts, in the key it is to be heard in.

        Args:
            program: General MIDI program; 52 is a choir, 19 a church organ.
            quarters_per_minute: Tempo.
            title: Name of the work.
        """
        columns, count = notes_of_tokens(self.tokens, LOWEST)
        parts: list[Part] = []
        for voice, name in enumerate(VOICES[: len(self.tokens)]):
            notes = np.full((int(count[voice]), 4), 80, np.int64)
            notes[:, :3] = columns[:, voice, : count[voice]].T
            notes[:, 2] += sounding_shift(self.key)
            parts.append(Part(notes, name, program))
        return Piece(
            parts=tuple(parts),
            keys=(KeyChange(0, self.key),),
            metres=(self.metre,),
            tempos=(Tempo(0, quarters_per_minute),),
            provenance=Provenance(title=title, source="made with makar"),
        )


@dataclass(frozen=True)
class VoiceGrids(Columnar[VoiceGrid]):
    """A batch of works in four voices.

    Attributes:
        tokens: ``(B, V, T)`` int16, voices from soprano to bass, a column per sixteenth;
            ``PADDING`` beyond ``steps``.
        steps: ``(B,)`` sixteenths in each work.
        metres: ``(B,)`` time signatures; bar lines are at multiples of a bar from column 0.
        keys: ``(B,)`` the keys the works are to be heard in; the grid itself is in C or A.
    """

    tokens: Int[np.ndarray, "B V T"]
    steps: Int[np.ndarray, " B"]
    metres: tuple[Metre, ...]
    keys: tuple[Key, ...]

    @classmethod
    def stack(cls, grids: Sequence[VoiceGrid]) -> VoiceGrids:
        """Put single works into columns."""
        width = max((g.tokens.shape[1] for g in grids), default=0)
        tokens = np.full((len(grids), len(VOICES), width), PADDING, np.int16)
        for row, grid in enumerate(grids):
            tokens[row, :, : grid.tokens.shape[1]] = grid.tokens
        steps = np.array([g.tokens.shape[1] for g in grids], np.int64)
        return cls(tokens, steps, tuple(g.metre for g in grids), tuple(g.key for g in grids))

    def __len__(self) -> int:
        return len(self.steps)

    def work(self, index: int) -> VoiceGrid:
        """See ``Columnar``."""
        steps = int(self.steps[index])
        return VoiceGrid(self.tokens[index, :, :steps], self.metres[index], self.keys[index])

    def take(self, indices: Iterable[int]) -> VoiceGrids:
        """The works at ``indices``, in that order."""
        rows = np.fromiter(indices, dtype=np.int64)
        metres, keys = tuple(self.metres[i] for i in rows), tuple(self.keys[i] for i in rows)
        return VoiceGrids(self.tokens[rows], self.steps[rows], metres, keys)

    @cached_property
    def sounding(self) -> Int[np.ndarray, "B V T"]:
        """MIDI pitch that sounds at each sixteenth, in C or A as on the grid; -1 is silence.

        What is heard is ``sounding + shift[:, None, None]``.
        """
        return _sounding(self.tokens)

    @cached_property
    def struck(self) -> Bool[np.ndarray, "B V T"]:
        """True where a note begins."""
        return self.tokens >= FIRST_PITCH

    @cached_property
    def tonic(self) -> Int[np.ndarray, " B"]:
        """Pitch class of the tonic *on the grid*: 0 in major, 9 in minor."""
        return np.array([home_tonic(k) for k in self.keys], np.int64)

    @cached_property
    def minor(self) -> Bool[np.ndarray, " B"]:
        """True in a minor key."""
        return np.array([k.is_minor for k in self.keys], bool)

    @cached_property
    def shift(self) -> Int[np.ndarray, " B"]:
        """Semitones (-5..6) from the grid to what is heard; ``RANGES`` are of what is heard."""
        return np.array([sounding_shift(k) for k in self.keys], np.int64)

    @cached_property
    def melodies(self) -> Melodies:
        """The sopranos as notes, so that whatever judges melodies judges these."""
        columns, count = notes_of_tokens(self.tokens[:, SOPRANO], LOWEST)
        return Melodies(
            *columns[:, :, : int(count.max(initial=0))],
            count=count,
            length=self.steps * STEP,
            bar=np.array([m.bar for m in self.metres], np.int64),
            beat=np.array([m.beat for m in self.metres], np.int64),
            tonic=self.tonic,
            minor=self.minor,
        )


def voices_of(works: object) -> VoiceGrids:
    """The four voices of a batch of works; raises TypeError for works in one voice."""
    if isinstance(works, VoiceGrids):
        return works
    raise TypeError(f"{type(works).__name__} has no four voices: pass VoiceGrids")


def encode_voices(piece: Piece, first_bar: int, bars: int, *, key: Key | None = None) -> VoiceGrid:
    """Put ``bars`` full bars of a piece in four parts on the grid, moved to C major or A minor.

    A note that is held over the first bar line is struck on it. Octaves stay as they are.

    Args:
        piece: Parts from soprano to bass, each one voice.
        first_bar: Bars after the pickup at which to begin.
        bars: How many.
        key: The key the piece is in, where its signature is not to be trusted.

    Raises:
        OffGridError: there are not four parts, the metre changes within, a note begins off the
            sixteenth grid, a pitch is out of reach, or a voice is silent throughout.
    """
    key = key or piece.key
    start, length = first_bar * piece.metre.bar, bars * piece.metre.bar
    if len(piece.parts) != len(VOICES):
        raise OffGridError(f"{len(piece.parts)} parts, not soprano, alto, tenor and bass")
    _check_metre(piece, start + length)
    shift = -sounding_shift(key)
    rows = [_row(replace(piece, parts=(part,)), start, length, shift) for part in piece.parts]
    metre = Metre(0, piece.metre.beats, piece.metre.unit)
    return VoiceGrid(np.stack(rows), metre, key)


def encode_soprano(piece: Piece, first_bar: int, bars: int, *, key: Key | None = None) -> VoiceGrid:
    """Put ``bars`` full bars of a piece's top voice on the grid, to be harmonised.

    It is moved by octaves, as a whole, only where it lies outside a soprano's range.

    Args:
        piece: Its tune is the highest note of the first part.
        first_bar: Bars after the pickup at which to begin.
        bars: How many.
        key: The key the piece is in, where its signature is not to be trusted.

    Raises:
        OffGridError: the tune does not fit any octave of a soprano's range, or as for
            ``encode_voices``.
    """
    key = key or piece.key
    start, length = first_bar * piece.metre.bar, bars * piece.metre.bar
    _check_metre(piece, start + length)
    tune = skyline(piece)
    if not len(tune):
        raise OffGridError("there is no tune")
    low, high = RANGES[SOPRANO]
    octaves = [o for o in (0, -12, 12, -24, 24) if tune[:, 2].min() + o >= low]
    octaves = [o for o in octaves if tune[:, 2].max() + o <= high]
    if not octaves:
        raise OffGridError("the tune is wider than a soprano's range")
    tokens = _row(piece, start, length, octaves[0] - sounding_shift(key))
    return VoiceGrid(tokens[None], Metre(0, piece.metre.beats, piece.metre.unit), key)


def _check_metre(piece: Piece, until: int) -> None:
    """Refuse bars without sixteenths, and a change of metre up to ``until`` (no pickup counted)."""
    changes = [
        m
        for m in piece.metres[1:]
        if (m.beats, m.unit) != (piece.metre.beats, piece.metre.unit)
        and m.tick - piece.pickup < until
    ]
    if changes or piece.metre.bar % STEP:
        raise OffGridError("the metre changes within the bars, or has no sixteenths")


def _row(voice: Piece, start: int, length: int, shift: int) -> Int[np.ndarray, " T"]:
    """One voice's tokens over ``length`` ticks, moved by ``shift`` semitones."""
    notes = skyline(voice)
    onset, end = notes[:, 0] - start, notes[:, 0] + notes[:, 1] - start
    inside = (end > 0) & (onset < length)
    onset, end = np.maximum(onset[inside], 0), np.minimum(end[inside], length)
    pitch = notes[inside, 2] + shift
    if not len(onset):
        raise OffGridError("a voice is silent throughout")
    if (onset % STEP).any():
        raise OffGridError("a note begins off the sixteenth grid (tuplets or thirty-seconds)")
    if pitch.min() < LOWEST or pitch.max() > HIGHEST:
        raise OffGridError("a pitch is outside a choir's range")
    tokens = np.full(length // STEP, HOLD, np.int16)
    ends = -(-end // STEP)  # shorten nothing below a sixteenth
    tokens[ends[ends < len(tokens)]] = OFF
    tokens[onset // STEP] = pitch - LOWEST + FIRST_PITCH
    if tokens[0] == HOLD:
        tokens[0] = OFF
    return tokens


@njit(cache=True)
def _sounding(tokens: np.ndarray) -> np.ndarray:
    """Pitch at each sixteenth ``(B, V, T)``, ``REST`` in silence and beyond the end."""
    B, V, T = tokens.shape
    sounding = np.full((B, V, T), REST, np.int16)
    for b in range(B):
        for v in range(V):
            pitch = REST
            for t in range(T):
                token = tokens[b, v, t]
                if token == PADDING:
                    break
                if token >= FIRST_PITCH:
                    pitch = token - FIRST_PITCH + LOWEST
                elif token == OFF:
                    pitch = REST
                sounding[b, v, t] = pitch
    return sounding
