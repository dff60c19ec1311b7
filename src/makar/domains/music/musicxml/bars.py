"""A piece cut into bars, and each voice's bar filled with written notes and rests."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from makar.domains.music.musicxml.values import Value, bracketed, triplets, values
from makar.domains.music.musicxml.voices import Note, Span
from makar.domains.music.piece.piece import Metre, Piece


@dataclass(frozen=True)
class Bar:
    """A bar of the piece.

    Attributes:
        number: 0 for a pickup; the first full bar is 1.
        start, end: Ticks of the piece.
        metre: Its time signature.
        new_metre: True where the signature is to be shown.
        label: Number as printed, where it is another; empty where it is ``number``.
    """

    number: int
    start: int
    end: int
    metre: Metre
    new_metre: bool
    label: str = ""

    @property
    def name(self) -> str:
        """What a musician calls it: its number as printed."""
        return self.label or str(self.number)

    @property
    def origin(self) -> int:
        """Where the bar would begin if it were whole: a pickup is a bar's last part."""
        return self.end - self.metre.bar if self.number == 0 else self.start


@dataclass(frozen=True)
class Written:
    """A chord (or, without notes, a rest) as it is written; ``value`` counts from ``origin``."""

    start: int
    end: int
    value: Value
    notes: tuple[Note, ...]


def bars(piece: Piece) -> list[Bar]:
    """All bars, to the last note or the last change of key, metre or tempo."""
    last_change = max(c[-1].tick for c in (piece.keys, piece.metres, piece.tempos))
    until = max(piece.end, last_change + 1)
    found: list[Bar] = []
    start, number, shown = 0, 0 if piece.pickup else 1, None
    while start < until:
        metre = [m for m in piece.metres if m.tick <= start][-1]
        end = piece.pickup if number == 0 else start + metre.bar
        found.append(Bar(number, start, end, metre, new_metre=metre != shown))
        start, number, shown = end, number + 1, metre
    return found


def fill(bar: Bar, voice: Sequence[Span], cuts: Iterable[int] = ()) -> list[Written]:
    """One voice's bar without gaps; ``cuts`` are ticks at which a new value must begin."""
    spans = _with_rests(bar, voice, cuts)
    if bar.number and len(spans) == 1 and not spans[0].notes:  # one sign, however long the bar
        whole = Value(bar.start - bar.origin, bar.end - bar.origin, "whole", 0)
        return [Written(bar.start, bar.end, whole, ())]
    boundaries = [s.start - bar.origin for s in spans] + [bar.end - bar.origin]
    groups = triplets(boundaries, bar.metre)
    cut = [
        (span, value)
        for span in spans
        for value in values(span.start - bar.origin, span.end - bar.origin, bar.metre, groups)
    ]
    marked = bracketed([value for _, value in cut], groups)
    return [
        Written(value.start + bar.origin, value.end + bar.origin, value, span.notes)
        for (span, _), value in zip(cut, marked, strict=True)
    ]


def _with_rests(bar: Bar, voice: Sequence[Span], cuts: Iterable[int]) -> list[Span]:
    filled: list[Span] = []
    here = bar.start
    first = bisect_left(voice, bar.start, key=lambda s: s.end)
    for span in voice[first:]:
        if span.start >= bar.end:
            break
        start, end = max(span.start, bar.start), min(span.end, bar.end)
        if start > here:
            filled.append(Span(here, start, ()))
        if end > start:
            filled.append(Span(start, end, span.notes))
            here = end
    if here < bar.end:
        filled.append(Span(here, bar.end, ()))
    for cut in cuts:
        filled = [part for span in filled for part in _cut(span, cut)]
    return filled


def _cut(span: Span, tick: int) -> list[Span]:
    if span.start < tick < span.end:
        return [span._replace(end=tick), span._replace(start=tick)]
    return [span]
