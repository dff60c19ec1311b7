"""Phrases as they are written: tuplets, thirty-seconds and playing by hand, beside the grid.

What is said of pitch, key, form and motifs is said of such a phrase as it is, to the tick. Where
the sixteenth itself is the unit, beats in which a note begins between the sixteenths (*odd* beats)
are left out.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Int

from makar.domains.music.melody.encoding import encode_line, moved_to_grid
from makar.domains.music.melody.grid import (
    FIRST_PITCH_TOKEN,
    HOLD,
    LOWEST_PITCH,
    OFF,
    STEP,
    BetweenStepsError,
    MelodyGrid,
    MelodyGrids,
    OffGridError,
    WrittenRows,
)
from makar.domains.music.melody.melody import odd_beats
from makar.domains.music.piece.piece import Key, Metre


def encode_written(
    line: Int[np.ndarray, "N 3"], start: int, length: int, *, metre: Metre, key: Key
) -> MelodyGrid:
    """A stretch of a line on the grid, or as it is written where it is not on it.

    Args and errors are those of ``encode_line``; a bar must have whole sixteenths.
    """
    try:
        return encode_line(line, start, length, metre=metre, key=key)
    except BetweenStepsError as fault:
        if metre.bar % STEP:
            raise OffGridError(f"bars of {metre} have no whole sixteenths") from fault
    notes = moved_to_grid(line, start, length, key)
    rows = _as_heard(notes, length, metre.beat)
    return MelodyGrid(_nearest(rows, length // STEP), Metre(0, metre.beats, metre.unit), key, rows)


def count_odd(phrases: Sequence[MelodyGrid]) -> tuple[int, int]:
    """Odd beats of some phrases, and all their beats."""
    grids = MelodyGrids.stack(phrases)
    beat = np.array([metre.beat for metre in grids.metres], np.int64)
    odd, every = grids.unsaid.sum(1) * STEP // beat, grids.steps * STEP // beat
    return int(odd.sum()), int(every.sum())


def _as_heard(notes: WrittenRows, length: int, beat: int) -> WrittenRows:
    """The notes one at a time, each to the next at most.

    In beats that are on the grid a note lasts to the end of its last sixteenth, as on the grid, so
    that an odd beat changes nothing in the others.
    """
    rows = notes.copy()
    onset = rows[:, 0]
    until = np.r_[onset[1:], length]
    exact = onset + np.maximum(rows[:, 1], 1)
    odd = odd_beats(onset, length, beat)[onset // beat]
    end = np.where(odd, exact, np.maximum(-(-exact // STEP) * STEP, onset + STEP))
    rows[:, 1] = np.minimum(end, until) - onset
    return rows


def _nearest(rows: WrittenRows, steps: int) -> Int[np.ndarray, " T"]:
    """Tokens of the nearest sixteenths; of notes that meet on one the last is there."""
    at = np.minimum((rows[:, 0] + STEP // 2) // STEP, steps - 1)
    last = np.r_[at[1:] != at[:-1], True]
    rows, at = rows[last], at[last]
    end = np.maximum(-(-(rows[:, 0] + rows[:, 1]) // STEP), at + 1)
    rests = end < np.r_[at[1:], steps]
    tokens = np.full(steps, HOLD, np.int8)
    tokens[end[rests]] = OFF
    tokens[at] = rows[:, 2] - LOWEST_PITCH + FIRST_PITCH_TOKEN
    if tokens[0] == HOLD:
        tokens[0] = OFF
    return tokens
