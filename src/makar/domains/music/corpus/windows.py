"""Phrases for learning: windows of whole bars, cut where sections begin and end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Int
from numba import njit

from makar.domains.music.corpus.columns import Columns
from makar.domains.music.melody.grid import (
    FIRST_PITCH_TOKEN,
    HIGHEST_PITCH,
    HOLD,
    LOWEST_PITCH,
    OFF,
    PADDING,
    STEP,
    MelodyGrids,
    home_tonic,
)
from makar.domains.music.piece.piece import MODES, TICKS_PER_QUARTER, Key, Metre

_REASONS = (
    "bars in another metre",
    "bars over at the end of a section",
    "bars of irregular length",
    "windows with a change of key",
    "windows off the sixteenth grid (tuplets, thirty-seconds)",
    "windows wider than three octaves",
    "windows without a note",
)
_METRE, _OVER, _IRREGULAR, _KEY, _OFF_GRID, _RANGE, _EMPTY = range(len(_REASONS))
_TICKS_IN_WHOLE = 4 * TICKS_PER_QUARTER
_STEPS_IN_WHOLE = _TICKS_IN_WHOLE // STEP
_UNITS = (1, 2, 4, 8, 16, 32)
_BAR_START, _BAR_LENGTH, _BEATS, _UNIT, _HEARD, _OPENS = range(1, 7)


@dataclass(frozen=True)
class Windows:
    """Phrases on the sixteenth grid.

    Attributes:
        grids: One melody per window, in C major or A minor.
        piece: ``(B,)`` number of the piece each window is from.
        bar: ``(B,)`` number of its first bar in the piece, counted from 0, upbeat left out.
        left_out: What is in no window, and why, by reason.
    """

    grids: MelodyGrids
    piece: Int[np.ndarray, " B"]
    bar: Int[np.ndarray, " B"]
    left_out: Mapping[str, int]


def cut_windows(
    columns: Columns,
    *,
    bars: int = 8,
    metres: Sequence[str] = ("4/4",),
    only: Int[np.ndarray, " m"] | None = None,
) -> Windows:
    """Cut pieces into windows of ``bars`` bars from the beginning of each section on.

    A window never crosses into a section that begins within it, unless it also ends with a
    section (two sections of four bars). A last bar that is short because the upbeat completes
    it is filled up with a rest, and the upbeat of a section after the window is not heard.
    2/2 (``C|``) counts as 4/4: its bars are as long.

    Args:
        columns: The pieces.
        bars: Bars in a window.
        metres: Time signatures to take, such as ``("4/4", "6/8")``.
        only: Numbers of the pieces to cut, or None for all.

    Raises:
        ValueError: a metre is not written as beats/unit, or ``bars`` is below 1.
    """
    if bars < 1:
        raise ValueError(f"windows of {bars} bars: ask for at least one")
    table, melody = columns.bars, columns.melody
    target = _targets(table, metres)
    pieces = np.arange(len(columns)) if only is None else np.asarray(only, np.int64)
    first, counts = _choose(table, columns.first("bars"), pieces, target, bars)
    keys = _Keys.at(columns, table, first, bars)
    tokens, fault = _encode(table, melody, columns.first("melody"), first, bars, target, keys.shift)
    fault = np.where(keys.changes, _KEY, fault)
    kept = fault < 0
    counts = counts + [np.count_nonzero(fault == reason) for reason in range(len(_REASONS))]
    piece = table[first, 0].astype(np.int64)
    beats, unit = target[first[kept]].T
    steps = _STEPS_IN_WHOLE * beats * bars // unit
    grids = MelodyGrids(
        tokens[kept, : int(steps.max(initial=0))],
        steps,
        tuple(Metre(0, int(b), int(u)) for b, u in zip(beats, unit, strict=True)),
        keys.names(kept),
    )
    left_out = Counter({_REASONS[r]: int(c) for r, c in enumerate(counts) if c})
    number = first - columns.first("bars")[piece]
    return Windows(grids, piece[kept], number[kept], left_out)


def _targets(table: Int[np.ndarray, "R 7"], metres: Sequence[str]) -> Int[np.ndarray, "R 2"]:
    """For each bar the metre (beats, unit) it goes into, 0 beats for none."""
    written = table[:, [_BEATS, _UNIT]].astype(np.int64)
    target = np.zeros_like(written)
    for name in metres:
        beats, _, unit = name.partition("/")
        if not (beats.isdigit() and unit.isdigit() and int(beats) and int(unit) in _UNITS):
            raise ValueError(f"the metre {name!r} is not written as beats/unit, such as 6/8")
        wanted = (int(beats), int(unit))
        same = (written == wanted).all(1)
        if wanted == (4, 4):
            same |= (written == (2, 2)).all(1)
        target[same] = wanted
    return target


@dataclass(frozen=True)
class _Keys:
    """The key in force where each window begins."""

    tonic: Int[np.ndarray, " B"]
    mode: Int[np.ndarray, " B"]
    changes: Bool[np.ndarray, " B"]

    @classmethod
    def at(
        cls, columns: Columns, table: np.ndarray, first: Int[np.ndarray, " B"], bars: int
    ) -> _Keys:
        span = int(columns.keys[:, 1].max(initial=0)) + int(table[:, 1].max(initial=0)) + 1
        place = columns.keys[:, 0].astype(np.int64) * span + columns.keys[:, 1]
        base = table[first, 0].astype(np.int64) * span
        begin = np.searchsorted(place, base + table[first, 1], side="right") - 1
        end = np.searchsorted(place, base + table[first + bars - 1, 1], side="right") - 1
        _, _, tonic, mode = columns.keys[begin].T
        return cls(tonic.astype(np.int64), mode.astype(np.int64), begin != end)

    @property
    def shift(self) -> Int[np.ndarray, " B"]:
        """Semitones from the key's tonic to C, or to A in minor-like modes."""
        home = np.array([home_tonic(Key(0, mode)) for mode in MODES])
        return home[self.mode] - self.tonic

    def names(self, kept: Bool[np.ndarray, " B"]) -> tuple[Key, ...]:
        """Keys of the windows that are kept."""
        pairs = zip(self.tonic[kept], self.mode[kept], strict=True)
        return tuple(Key(int(tonic), MODES[mode]) for tonic, mode in pairs)


@njit(cache=True)
def _choose(
    table: np.ndarray, first_bar: np.ndarray, pieces: np.ndarray, target: np.ndarray, bars: int
) -> tuple[np.ndarray, np.ndarray]:
    """Number of the first bar of every window, and what is left out by reason."""
    chosen = np.empty(len(table), np.int64)
    counts = np.zeros(len(_REASONS), np.int64)
    count = 0
    for piece in pieces:
        here, last = int(first_bar[piece]), int(first_bar[piece + 1])
        while here < last:
            reason, used = _look(table, target, here, last, bars)
            if reason < 0:
                chosen[count] = here
                count += 1
            else:
                counts[reason] += used
            here += used
    return chosen[:count], counts


@njit(cache=True)
def _look(
    table: np.ndarray, target: np.ndarray, here: int, last: int, bars: int
) -> tuple[int, int]:
    """Why no window begins at this bar (-1: one does), and how many bars that uses up."""
    section = 0  # bars to the latest beginning of a section within the window
    for k in range(bars):
        if here + k >= last:
            return _OVER, last - here
        bar = table[here + k]
        if k and bar[_OPENS]:
            section = k
        if target[here + k, 0] == 0:
            return (_OVER, k) if k else (_METRE, 1)
        if target[here + k, 0] != target[here, 0] or target[here + k, 1] != target[here, 1]:
            return _OVER, k
        closes = here + k + 1 == last or table[here + k + 1, _OPENS]
        full = _TICKS_IN_WHOLE * bar[_BEATS] // bar[_UNIT]
        if not (bar[_BAR_LENGTH] == full or (closes and bar[_BAR_LENGTH] < full)):
            return _IRREGULAR, k + 1
    if section and here + bars < last and not table[here + bars, _OPENS]:
        return _OVER, section
    return -1, bars


@njit(cache=True)
def _encode(
    table: np.ndarray, melody: np.ndarray, first_note: np.ndarray, first: np.ndarray, bars: int,
    target: np.ndarray, shift: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:  # fmt: skip
    """Tokens ``(B, T)`` of every window, and its fault or -1. The rules are ``encode_bars``'s."""
    longest = 0
    for bar in first:
        longest = max(longest, _STEPS_IN_WHOLE * target[bar, 0] * bars // target[bar, 1])
    tokens = np.full((len(first), longest), PADDING, np.int8)
    fault = np.full(len(first), -1, np.int64)
    for row, bar in enumerate(first):
        steps = _STEPS_IN_WHOLE * target[bar, 0] // target[bar, 1]
        piece = table[bar, 0]
        notes = melody[first_note[piece] : first_note[piece + 1]]
        window = tokens[row, : steps * bars]
        fault[row] = _encode_window(table[bar : bar + bars], notes, steps, shift[row], window)
    return tokens, fault


@njit(cache=True)
def _encode_window(
    bars: np.ndarray, notes: np.ndarray, steps: int, shift: int, tokens: np.ndarray
) -> int:
    tokens[:] = HOLD
    begin = np.searchsorted(notes[:, 1], bars[0, _BAR_START])
    end = np.searchsorted(notes[:, 1], bars[-1, _BAR_START] + bars[-1, _HEARD])
    if begin == end:
        return _EMPTY
    heard = notes[begin:end]
    # the octave that brings the middle of the melody nearest to the middle of the grid
    low, high = heard[:, 3].min() + shift, heard[:, 3].max() + shift
    move = shift + 12 * round(((LOWEST_PITCH + HIGHEST_PITCH) / 2 - (low + high) / 2) / 12)
    if heard[:, 3].min() + move < LOWEST_PITCH or heard[:, 3].max() + move > HIGHEST_PITCH:
        return _RANGE
    bar = 0
    for note in heard:
        while bar + 1 < len(bars) and note[1] >= bars[bar + 1, _BAR_START]:
            bar += 1
        offset = note[1] - bars[bar, _BAR_START]
        if offset % STEP:
            return _OFF_GRID
        at = bar * steps + offset // STEP
        until = max(at + 1, bar * steps - (-(offset + note[2]) // STEP))
        if until < len(tokens):
            tokens[until] = OFF
        tokens[at] = note[3] + move - LOWEST_PITCH + FIRST_PITCH_TOKEN
    if tokens[0] == HOLD:
        tokens[0] = OFF
    return -1
