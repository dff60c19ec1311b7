"""Phrases of a few bars, cut from whole chorales along their bar lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Int

from makar.domains.music.melody.grid import STEP
from makar.domains.music.voices.voices import (
    FIRST_PITCH,
    HOLD,
    LOWEST,
    OFF,
    REST,
    SOPRANO,
    VoiceGrid,
    VoiceGrids,
)


@dataclass(frozen=True)
class ChoralePhrases:
    """Phrases of so many bars, each in four voices.

    Attributes:
        grids: The phrases, in C major or A minor.
        chorale: ``(B,)`` number of the chorale each is from.
        whole: ``(B,)`` True where it begins with a line of the hymn and ends with one; its last
            chord is held to the end of the bar, and the upbeats before and after are left out.
    """

    grids: VoiceGrids
    chorale: Int[np.ndarray, " B"]
    whole: Bool[np.ndarray, " B"]


def cut_phrases(
    works: VoiceGrids, lines: Int[np.ndarray, "L 2"], *, bars: int, only: Sequence[int]
) -> ChoralePhrases:
    """Phrases from every bar line on, and where lines begin and end, whole ones besides.

    A note held over the first bar line is struck on it. What occurs twice in a chorale, as in
    a repeated section, is taken once; phrases in which a voice is silent are not taken.

    Args:
        works: Whole chorales.
        lines: ``(L, 2)`` chorale and first column of each note that ends a line of the hymn.
        bars: Bars in a phrase.
        only: Numbers of the chorales to cut.
    """
    grids: list[VoiceGrid] = []
    chorale: list[int] = []
    whole: list[bool] = []
    for number in only:
        found: dict[bytes, tuple[VoiceGrid, bool]] = {}
        starts = lines[lines[:, 0] == number, 1]
        for grid, is_whole in _windows(works[number], works.sounding[number], starts, bars):
            if (grid.tokens >= FIRST_PITCH).any(1).all():
                found.setdefault(grid.tokens.tobytes(), (grid, is_whole))
        grids += [grid for grid, _ in found.values()]
        whole += [is_whole for _, is_whole in found.values()]
        chorale += [number] * len(found)
    return ChoralePhrases(
        VoiceGrids.stack(grids), np.array(chorale, np.int64), np.array(whole, bool)
    )


def _windows(
    work: VoiceGrid, sounding: np.ndarray, starts: np.ndarray, bars: int
) -> Iterator[tuple[VoiceGrid, bool]]:
    """Every window of one chorale, and whether it is whole."""
    bar, beat = work.metre.bar // STEP, work.metre.beat // STEP
    ends = np.array([_end_of_note(work.tokens[SOPRANO], int(s)) for s in starts], np.int64)
    for first in range(0, work.tokens.shape[1] - bars * bar + 1, bar):
        last = first + bars * bar
        tokens = _window(work.tokens, sounding, first, last)
        opens = first == 0 or bool(((ends >= first - beat) & (ends <= first)).any())
        closing = ends[(starts >= last - bar) & (starts < last)]
        if opens and len(closing):
            yield (
                VoiceGrid(_held(tokens, int(closing.max()) - first, beat), work.metre, work.key),
                True,
            )
        yield VoiceGrid(tokens, work.metre, work.key), False


def _window(tokens: np.ndarray, sounding: np.ndarray, first: int, last: int) -> np.ndarray:
    """The columns from ``first`` to ``last``; what sounds on from before is struck anew."""
    cut = tokens[:, first:last].copy()
    on = cut[:, 0] == HOLD
    pitch = sounding[:, first]
    struck = np.where(pitch == REST, OFF, pitch - LOWEST + FIRST_PITCH)
    cut[on, 0] = struck[on]
    return cut


def _held(tokens: np.ndarray, end: int, beat: int) -> np.ndarray:
    """The window with what sounds at its close held from column ``end`` on, a beat at least."""
    held = tokens.copy()
    held[:, min(end, tokens.shape[1] - beat) :] = HOLD
    return held


def _end_of_note(row: np.ndarray, start: int) -> int:
    """The first column after ``start`` at which something else happens in a voice."""
    after = np.flatnonzero(row[start + 1 :] != HOLD)
    return start + 1 + (int(after[0]) if len(after) else len(row) - start - 1)
