"""Made notes woven into what stays of a tune's text."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from makar.domains.music.abc.fields import signature_of
from makar.domains.music.abc.trace import Sign
from makar.domains.music.abc.tune import FINE
from makar.domains.music.abc.voice import State
from makar.domains.music.abc.writing.words import (
    Memory,
    Word,
    beam_beat,
    hang_together,
    words,
)
from makar.domains.music.infill.abc.region import kept
from makar.domains.music.infill.hole import Hole
from makar.domains.music.piece.piece import DURATION, ONSET, NoteRows, Piece

_GRID = 6
"""Ticks to which a chord symbol's place is rounded, so that notes are cut at sixteenths."""


class Item(NamedTuple):
    """What stays, and when: a sign, or what stands between two signs."""

    tick: int
    text: str
    bar: bool
    inline: bool


def woven(
    signs: Sequence[Sign], text: str, rows: NoteRows, hole: Hole, piece: Piece
) -> tuple[str, list[Word]]:
    """The text from the first to the last of these signs with other notes in it, and its words.

    Args:
        signs: All signs of the voice in the hole.
        text: The file.
        rows: What is to be heard there.
        hole: The bars.
        piece: For its keys.
    """
    items = _items(signs, text)
    lines = sorted({hole.start, *(i.tick for i in items if i.bar), *(b.start for b in hole.bars)})
    lines = [tick for tick in lines if hole.start <= tick < hole.end]
    cuts = _cuts(items, rows)
    found: list[Word] = []
    for start, end in pairwise([*lines, hole.end]):
        inside = [cut for cut in cuts if start < cut < end]
        rows_here = _cut_at_repeats(rows, items, start, end)
        state = [s.state for s in signs if s.tick <= start][-1:] or [signs[0].state]
        memory = fresh_memory(state[0])
        unit = signs[0].state.unit // FINE
        found += words(rows_here, (start, end), piece, memory, unit, cuts=inside)
    return _joined(found, items, hole), found


def _cut_at_repeats(rows: NoteRows, items: Sequence[Item], start: int, end: int) -> NoteRows:
    """What sounds on over a repeat sign within a bar is struck again after it."""
    repeats = {i.tick for i in items if i.bar and ":" in i.text}
    rows = rows.copy()
    stop = rows[:, ONSET] + rows[:, DURATION]
    if end in repeats:
        stop = np.where(rows[:, ONSET] < end, np.minimum(stop, end), stop)
    if start in repeats:
        rows[:, ONSET] = np.where(stop > start, np.maximum(rows[:, ONSET], start), rows[:, ONSET])
    rows[:, DURATION] = stop - rows[:, ONSET]
    return rows[rows[:, DURATION] > 0]


def fresh_memory(state: State) -> Memory:
    """What is in force where a bar begins: the key, which may have signs of its own."""
    plain = state.key.signature == signature_of(state.key.key)
    return Memory(state.key.key, sure=plain)


def _cuts(items: Sequence[Item], rows: NoteRows) -> list[int]:
    """Where a note is cut and tied because a chord symbol or a field stands there."""
    struck = set(rows[:, ONSET].tolist())
    return [i.tick if i.tick in struck else -(-i.tick // _GRID) * _GRID for i in items if not i.bar]


def _items(signs: Sequence[Sign], text: str) -> list[Item]:
    """What stays, in the order of the text."""
    stays = set(kept(signs, text))
    found: list[Item] = []
    for before, sign in zip([None, *signs[:-1]], signs, strict=True):
        if before is not None:
            between = text[before.end : sign.start]
            beside = {"bar", "field"} & {before.kind, sign.kind}
            if between.strip(" \t`") or "\n" in between or (beside and between):
                tick = before.tick if before.kind == "bar" else sign.tick
                found.append(Item(tick, between, False, False))
        if sign in stays:
            words_ = text[sign.start : sign.end]
            found.append(Item(sign.tick, words_, sign.kind == "bar", sign.kind != "bar"))
    return found


def _joined(found: Sequence[Word], items: Sequence[Item], hole: Hole) -> str:
    """Words and what stays, by their time; notes within a beat hang together."""
    out: list[str] = []
    waiting = list(found)
    before: Word | None = None
    beat = beam_beat(hole.bars[0].metre)
    spaced = True

    def put(until: int) -> None:
        nonlocal before, spaced
        while waiting and waiting[0].tick < until:
            word = waiting.pop(0)
            if not spaced and not (before and hang_together(before, word, hole.start, beat)):
                out.append(" ")
            out.append(word.text)
            before, spaced = word, False

    for item in items:
        put(item.tick)
        if item.inline:
            following = waiting[0] if waiting else None
            opens = item.text != ")"
            if (
                opens
                and not spaced
                and not (
                    before and following and hang_together(before, following, hole.start, beat)
                )
            ):
                out.append(" ")
            out.append(item.text)
            spaced = opens
        else:
            out.append(item.text)
            before, spaced = None, True
    put(hole.end)
    return "".join(out)
