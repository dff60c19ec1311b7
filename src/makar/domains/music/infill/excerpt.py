"""A few bars of a piece as a piece of its own, to be heard and seen around a hole."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from makar.domains.music.piece.piece import DURATION, ONSET, KeyChange, Metre, Part, Piece, Tempo


def excerpt(piece: Piece, start: int, end: int, *, parts: tuple[int, ...]) -> Piece:
    """What sounds from one bar line to another, the key, metre and tempo being those in force.

    Args:
        piece: The whole.
        start: Tick of the first bar line.
        end: Tick of the last.
        parts: Numbers of the parts that are wanted, in order.
    """
    keys = [KeyChange(max(k.tick - start, 0), k.key) for k in piece.keys if k.tick < end]
    metres = [Metre(max(m.tick - start, 0), m.beats, m.unit) for m in piece.metres if m.tick < end]
    tempos = [
        Tempo(max(t.tick - start, 0), t.quarters_per_minute) for t in piece.tempos if t.tick < end
    ]
    return replace(
        piece,
        parts=tuple(_cut(piece.parts[n], start, end) for n in parts),
        keys=tuple({k.tick: k for k in keys}.values()),
        metres=tuple({m.tick: m for m in metres}.values()),
        tempos=tuple({t.tick: t for t in tempos}.values()),
        pickup=max(piece.pickup - start, 0),
    )


def _cut(part: Part, start: int, end: int) -> Part:
    stop = np.minimum(part.notes[:, ONSET] + part.notes[:, DURATION], end)
    begin = np.maximum(part.notes[:, ONSET], start)
    notes = part.notes.copy()
    notes[:, ONSET], notes[:, DURATION] = begin - start, stop - begin
    return replace(part, notes=notes[stop > begin])
