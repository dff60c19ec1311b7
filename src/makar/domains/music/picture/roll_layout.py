"""Where everything goes on a piano roll, whatever it is painted with.

Time runs to the right and pitch upwards, as on a staff; a long piece is broken into lines of
some bars each, all with the same pitches at the same height, so that repeats can be seen.
Units are half pixels and whole numbers: a tick is ``TICK`` wide, a semitone ``ROW`` high.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from makar.domains.music.piece.piece import DURATION, ONSET, PITCH, Key, Metre, Part, Piece

TICK, ROW, DRUM_ROW = 2, 18, 14
COLOURS = 6
"""Parts are told apart by so many colours, then they begin again."""
_LEFT, _EDGE, _HEAD, _GAP, _LEGEND = 76, 16, 28, 14, 40
_FEWEST_ROWS, _ROOM = 13, 2
_NAMES_SHOWN = 6
_LETTER = 11

Box: TypeAlias = tuple[int, int, int, int]
"""Left, top, width, height."""
Mark: TypeAlias = tuple[int, int, str]
"""First tick, tick after the last, label."""


@dataclass(frozen=True)
class Layer:
    """Boxes painted alike, such as ``"beat"`` lines or the notes of ``"part0"``."""

    kind: str
    boxes: tuple[Box, ...]


@dataclass(frozen=True)
class RollWords:
    """A piece of text by its baseline; ``anchor`` is ``"start"`` or ``"end"``."""

    kind: str
    x: int
    y: int
    text: str
    anchor: str = "start"


@dataclass(frozen=True)
class Drawing:
    """A piano roll ready for painting: layers from back to front, then the words."""

    width: int
    height: int
    layers: tuple[Layer, ...]
    words: tuple[RollWords, ...]


@dataclass(frozen=True)
class _Strip:
    """One line of the roll."""

    top: int
    start: int
    end: int
    first_bar: int

    def x(self, tick: int) -> int:
        return _LEFT + TICK * (min(max(tick, self.start), self.end) - self.start)


@dataclass(frozen=True)
class _Rows:
    """Which pitch is on which row: melodic pitches above, the drums in use below."""

    low: int
    high: int
    drums: tuple[int, ...]

    @property
    def drums_top(self) -> int:
        return (self.high - self.low + 1) * ROW + (8 if self.drums else 0)

    @property
    def height(self) -> int:
        return self.drums_top + len(self.drums) * DRUM_ROW

    def of(self, pitch: int, percussion: bool) -> tuple[int, int]:
        """Top of the row, from the strip's top, and its height."""
        if percussion:
            return self.drums_top + self.drums[::-1].index(pitch) * DRUM_ROW, DRUM_ROW
        return (self.high - pitch) * ROW, ROW


def lay_out_roll(
    piece: Piece, *, marks: Sequence[Mark] = (), bars_per_line: int = 8, most_bars: int = 64
) -> Drawing:
    """Arrange a piece as a piano roll.

    Args:
        piece: What to draw.
        marks: Spans to point out, such as a passage that resembles another tune.
        bars_per_line: Bars beside one another, the pickup not counted.
        most_bars: Bars drawn; of a longer piece the rest is announced in words.
    """
    rows = _rows_of(piece)
    legend = _LEGEND if len(piece.parts) > 1 else 0
    strips, left_out = _strips_of(piece, rows, legend, bars_per_line, most_bars)
    layers = [*_ground(piece, strips, rows), *_grid(piece, strips, rows)]
    layers.append(Layer("mark", _mark_boxes(marks, strips, rows)))
    layers += [
        Layer(f"part{number % COLOURS}", boxes)
        for number, part in enumerate(piece.parts)
        if (boxes := _note_boxes(part, strips, rows))
    ]
    bottom = strips[-1].top + rows.height + _EDGE
    width = max(s.x(s.end) for s in strips) + _EDGE
    words = [
        *_names(piece, width),
        *_labels(strips, rows, piece.pickup),
        *_mark_labels(marks, strips, width),
    ]
    if left_out:
        words.append(RollWords("label", _LEFT, bottom + 18, f"and {left_out} more bars"))
        bottom += 32
    return Drawing(width, bottom, tuple(layer for layer in layers if layer.boxes), tuple(words))


def _rows_of(piece: Piece) -> _Rows:
    melodic = [p.notes[:, PITCH] for p in piece.parts if len(p.notes) and not p.percussion]
    beaten = [p.notes[:, PITCH] for p in piece.parts if len(p.notes) and p.percussion]
    drums = tuple(np.unique(np.concatenate(beaten)).tolist()) if beaten else ()
    if not melodic:
        return _Rows(60, 59, drums) if drums else _Rows(60, 60 + _FEWEST_ROWS - 1, ())
    pitches = np.concatenate(melodic)
    low, high = int(pitches.min()) - _ROOM, int(pitches.max()) + _ROOM
    missing = max(_FEWEST_ROWS - (high - low + 1), 0)
    return _Rows(low - missing // 2, high + (missing + 1) // 2, drums)


def _strips_of(
    piece: Piece, rows: _Rows, legend: int, bars_per_line: int, most_bars: int
) -> tuple[list[_Strip], int]:
    """The lines, of nearly the same number of bars each, and how many bars are not drawn."""
    starts = piece.bar_lines()
    edges = [*starts, starts[-1] + _metre_at(piece, starts[-1]).bar]
    pickup = 1 if piece.pickup and len(starts) > 1 else 0
    bars = len(starts) - pickup
    drawn = max(min(bars, most_bars), 1)
    lines = -(-drawn // max(bars_per_line, 1))
    each = -(-drawn // lines)
    strips: list[_Strip] = []
    for line, bar in enumerate(range(0, drawn, each)):
        first = bar + pickup if line else 0
        last = min(bar + each, drawn) + pickup
        top = legend + _HEAD + line * (rows.height + _HEAD + _GAP)
        strips.append(_Strip(top, edges[first], edges[last], bar + 1))
    return strips, bars - drawn


def _metre_at(piece: Piece, tick: int) -> Metre:
    return max((m for m in piece.metres if m.tick <= tick), key=lambda m: m.tick)


def _ground(piece: Piece, strips: Sequence[_Strip], rows: _Rows) -> list[Layer]:
    """Rows outside the key are shaded and the tonic's rows tinted, key by key."""
    changes = sorted(piece.keys, key=lambda change: change.tick)
    ends = [change.tick for change in changes[1:]] + [piece.end + 10**6]
    outside: list[Box] = []
    tonic: list[Box] = []
    for strip in strips:
        for change, end in zip(changes, ends, strict=True):
            left, right = strip.x(change.tick), strip.x(end)
            if right <= left:
                continue
            for pitch in range(rows.low, rows.high + 1):
                box = (left, strip.top + rows.of(pitch, False)[0], right - left, ROW)
                if pitch % 12 == change.key.tonic:
                    tonic.append(box)
                elif pitch % 12 not in _scale(change.key):
                    outside.append(box)
    return [Layer("outside", tuple(outside)), Layer("tonic", tuple(tonic))]


def _scale(key: Key) -> set[int]:
    """Pitch classes of the key signature."""
    return {(7 * (key.fifths + step)) % 12 for step in range(-1, 6)}


def _grid(piece: Piece, strips: Sequence[_Strip], rows: _Rows) -> list[Layer]:
    beats: list[Box] = []
    bars: list[Box] = []
    octaves: list[Box] = []
    starts = piece.bar_lines()
    for strip in strips:
        for bar in (t for t in starts if strip.start <= t < strip.end):
            metre = _metre_at(piece, bar)
            bars.append((strip.x(bar) - 1, strip.top, 2, rows.height))
            following = next((t for t in starts if t > bar), strip.end)
            # A pickup's beats are counted back from the first full bar.
            offset = (following - bar) % metre.beat if bar < piece.pickup else 0
            first = bar + (offset or metre.beat)
            beats += [
                (strip.x(t) - 1, strip.top, 1, rows.height)
                for t in range(first, min(following, strip.end), metre.beat)
            ]
        bars.append((strip.x(strip.end) - 1, strip.top, 2, rows.height))
        across = strip.x(strip.end) - _LEFT
        octaves += [
            (_LEFT, strip.top + rows.of(pitch, False)[0] + ROW - 1, across, 1)
            for pitch in range(rows.low, rows.high + 1)
            if pitch % 12 == 0
        ]
    return [Layer("beat", tuple(beats)), Layer("octave", tuple(octaves)), Layer("bar", tuple(bars))]


def _note_boxes(part: Part, strips: Sequence[_Strip], rows: _Rows) -> tuple[Box, ...]:
    boxes: list[Box] = []
    notes = part.notes[:, [ONSET, DURATION, PITCH]]
    for strip in strips:
        inside = (notes[:, 0] < strip.end) & (notes[:, 0] + notes[:, 1] > strip.start)
        for onset, duration, pitch in notes[inside].tolist():
            top, height = rows.of(pitch, part.percussion)
            length = min(duration, 9) if part.percussion else duration
            left, right = strip.x(onset), strip.x(onset + length)
            if right > left:
                boxes.append((left + 1, strip.top + top + 1, max(right - left - 2, 2), height - 2))
    return tuple(boxes)


def _mark_boxes(marks: Sequence[Mark], strips: Sequence[_Strip], rows: _Rows) -> tuple[Box, ...]:
    return tuple(
        (strip.x(start), strip.top, strip.x(end) - strip.x(start), rows.height)
        for strip in strips
        for start, end, _ in marks
        if strip.x(end) > strip.x(start)
    )


def _mark_labels(marks: Sequence[Mark], strips: Sequence[_Strip], width: int) -> list[RollWords]:
    """Each mark's label, once, above the line where it begins; never over the one before it."""
    words: list[RollWords] = []
    for strip in strips:
        free = strip.x(strip.start) + 5 * _LETTER
        for start, end, label in sorted(marks):
            begins = max(start, strips[0].start)
            if not (strip.start <= begins < strip.end and end > begins) or not label:
                continue
            # A label that would leave the picture on the right is moved to the left.
            at = max(min(strip.x(start), width - _EDGE - len(label) * _LETTER), free)
            room = (width - at) // _LETTER
            if room < 3:
                continue
            text = label if len(label) <= room else label[: room - 1] + "…"
            words.append(RollWords("marked", at, strip.top - 8, text))
            free = at + (len(text) + 1) * _LETTER
    return words


def _labels(strips: Sequence[_Strip], rows: _Rows, pickup: int) -> list[RollWords]:
    words: list[RollWords] = []
    for strip in strips:
        words.append(
            RollWords(
                "label", strip.x(max(strip.start, pickup)), strip.top - 8, str(strip.first_bar)
            )
        )
        for pitch in range(rows.low, rows.high + 1):
            if pitch % 12 == 0:
                y = strip.top + rows.of(pitch, False)[0] + ROW - 3
                words.append(RollWords("label", _LEFT - 10, y, f"C{pitch // 12 - 1}", "end"))
        if rows.drums:
            y = strip.top + rows.drums_top + len(rows.drums) * DRUM_ROW // 2 + 7
            words.append(RollWords("label", _LEFT - 10, y, "drums", "end"))
    return words


def _names(piece: Piece, width: int) -> list[RollWords]:
    """Names of the parts in their colours, as far as they fit; none for a single part."""
    if len(piece.parts) < 2:
        return []
    words: list[RollWords] = []
    at = _LEFT
    for number, part in enumerate(piece.parts):
        name = part.name or f"Part {number + 1}"
        name = name if len(name) <= 24 else name[:23] + "…"
        left = len(piece.parts) - number
        fits = at + (len(name) + 12) * _LETTER < width or (left == 1 and number == 0)
        if number >= _NAMES_SHOWN or not fits:
            words.append(RollWords("label", at, 30, f"and {left} more"))
            break
        words.append(RollWords(f"part{number % COLOURS}", at, 30, f"■ {name}"))
        at += (len(name) + 4) * _LETTER
    return words
