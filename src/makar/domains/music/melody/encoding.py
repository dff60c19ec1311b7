"""A piece's top voice on the grid of sixteenths."""

from __future__ import annotations

import numpy as np
from jaxtyping import Int

from makar.domains.music.melody.grid import (
    FIRST_PITCH_TOKEN,
    HIGHEST_PITCH,
    HOLD,
    LOWEST_PITCH,
    OFF,
    STEP,
    BetweenStepsError,
    MelodyGrid,
    OffGridError,
    home_tonic,
)
from makar.domains.music.melody.melody import skyline
from makar.domains.music.piece.piece import Key, Metre, Piece


def encode_bars(piece: Piece, first_bar: int, bars: int) -> MelodyGrid:
    """Put ``bars`` full bars of a piece's top voice on the grid, moved to C major or A minor.

    The pickup is left out; a note that is held into the first bar is not heard. The octave is
    the one that brings the melody's middle nearest to the grid's.

    Raises:
        BetweenStepsError: an onset is off the sixteenth grid.
        OffGridError: the metre changes within, the range is too wide, or the bars are empty.
    """
    start, length = first_bar * piece.metre.bar, bars * piece.metre.bar
    inside = [m for m in piece.metres[1:] if m.tick - piece.pickup < start + length]
    if any((m.beats, m.unit) != (piece.metre.beats, piece.metre.unit) for m in inside):
        raise OffGridError("the metre changes within the bars")
    return encode_line(skyline(piece), start, length, metre=piece.metre, key=piece.key)


def encode_line(
    line: Int[np.ndarray, "N 3"], start: int, length: int, *, metre: Metre, key: Key
) -> MelodyGrid:
    """Put a stretch of a line on the grid; see ``encode_bars``.

    Args:
        line: Rows of (onset, duration, pitch), one note at a time; see ``melody.skyline``.
        start: Tick of the first bar line.
        length: Ticks in full bars of ``metre``.
        metre: Of the stretch.
        key: Of the piece.

    Raises:
        BetweenStepsError, OffGridError: as ``encode_bars``.
    """
    notes = moved_to_grid(line, start, length, key)
    onset, end = notes[:, 0], np.minimum(notes[:, 0] + notes[:, 1], length)
    if (onset % STEP).any() or metre.bar % STEP:
        raise BetweenStepsError("an onset is off the sixteenth grid (tuplets or thirty-seconds)")
    end = np.maximum(-(-end // STEP) * STEP, onset + STEP)  # shorten nothing below a sixteenth
    tokens = np.full(length // STEP, HOLD, np.int8)
    ends = end // STEP
    tokens[ends[ends < len(tokens)]] = OFF
    tokens[onset // STEP] = notes[:, 2] - LOWEST_PITCH + FIRST_PITCH_TOKEN
    if tokens[0] == HOLD:
        tokens[0] = OFF
    return MelodyGrid(tokens, Metre(0, metre.beats, metre.unit), key)


def moved_to_grid(
    line: Int[np.ndarray, "N 3"], start: int, length: int, key: Key
) -> Int[np.ndarray, "N 3"]:
    """The notes that begin within a stretch, from its first tick on, at the grid's pitch.

    Raises:
        OffGridError: there are none, or their range is wider than three octaves.
    """
    notes = line[(line[:, 0] >= start) & (line[:, 0] < start + length)]
    if not len(notes):
        raise OffGridError("the bars are empty")
    pitch = notes[:, 2] - key.tonic + home_tonic(key)
    middle = (LOWEST_PITCH + HIGHEST_PITCH) / 2
    pitch = pitch + 12 * round((middle - (pitch.min() + pitch.max()) / 2) / 12)
    if pitch.min() < LOWEST_PITCH or pitch.max() > HIGHEST_PITCH:
        raise OffGridError("the range is wider than three octaves")
    return np.stack([notes[:, 0] - start, notes[:, 1], pitch], axis=1)
