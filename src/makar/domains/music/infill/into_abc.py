"""New notes in an ABC tune, with every character outside the hole as it was.

The text of the bars is replaced between their bar signs. That is safe where the signs count the
very bars that the reader counts; where they do not (endings, sections that share a bar, several
voices) the tune is refused rather than guessed at.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from makar.core.errors import UnreadableError
from makar.domains.music.abc.fields import default_unit, parse_fraction
from makar.domains.music.abc.read import read_book
from makar.domains.music.abc.write import bar_text
from makar.domains.music.infill.errors import HoleError
from makar.domains.music.infill.hole import Fill, Hole
from makar.domains.music.musicxml.bars import Bar, bars
from makar.domains.music.piece.piece import TICKS_PER_QUARTER, Piece
from makar.domains.music.piece.reading import sorted_notes

_REMEDY = "Save it as MusicXML or MIDI, where any bar can be replaced"
_TOKEN = re.compile(
    r'(?P<skip>%[^\n]*|"[^"\n]*"|![^!\n]*!|\[[A-Za-z]:[^\]\n]*\]|(?:(?<=\n)|^)[A-Za-z+]:[^\n]*)'
    r"|(?P<bar>:*\|[|\]:]*|::+|\[\||\|?\[[1-9])"
    r"|(?P<music>[A-Ga-gxzZX])",
)
_UNIT = re.compile(r"^L:[ \t]*([\d/]+)|\[L:[ \t]*([\d/]+)\]", re.MULTILINE)
_WHOLE = 4 * TICKS_PER_QUARTER


@dataclass(frozen=True)
class AbcScore:
    """An ABC tune that is worked on.

    Attributes:
        text: The file.
        piece: The music, repeats not played out.
        bars: Its bars.
        spans: Where the music of each bar stands in the text.
        path: For messages.
    """

    text: str
    piece: Piece
    bars: tuple[Bar, ...]
    spans: tuple[tuple[int, int], ...]
    path: str
    changes: Counter[str] = field(default_factory=Counter[str])
    suffix: str = ".abc"
    notes: tuple[str, ...] = ()

    def spliced(self, fills: Sequence[Fill]) -> bytes:
        """The tune with the holes filled.

        Raises:
            HoleError: a hole lies after the end.
        """
        made: list[tuple[int, int, str]] = []
        for fill in fills:
            made += self._filled(fill.hole, fill)
        out, here = [], 0
        for start, end, text in sorted(made):
            out += [self.text[here:start], text]
            here = end
        return "".join([*out, self.text[here:]]).encode()

    def _filled(self, hole: Hole, fill: Fill) -> list[tuple[int, int, str]]:
        rows = sorted_notes(np.concatenate([fill.made, fill.kept]))
        numbers = [bar.number for bar in self.bars]
        made: list[tuple[int, int, str]] = []
        texts = [
            bar_text(self.piece, rows, start=b.start, end=b.end, unit=self._unit(hole))
            for b in hole.bars
        ]
        if hole.first not in numbers:
            end = self.spans[-1][1]
            sign = re.match(r"\s*[:|\]\[]+", self.text[end:])
            end += sign.end() if sign else 0
            return [(end, end, "\n" + " | ".join(texts) + " |]")]
        for bar, text in zip(hole.bars, texts, strict=True):
            start, end = self.spans[numbers.index(bar.number)]
            made.append((start, end, text))
        return made

    def _unit(self, hole: Hole) -> int:
        """Ticks of the unit note length in force at the hole."""
        place = next((b.start for b in self.bars if b.start == hole.start), None)
        index = next((n for n, b in enumerate(self.bars) if b.start == place), len(self.bars) - 1)
        before = self.text[: self.spans[index][0]]
        found = [m[1] or m[2] for m in _UNIT.finditer(before)]
        metre = self.piece.metre
        stated = parse_fraction(found[-1]) if found else None
        return int((stated or default_unit(metre.beats, metre.unit)) * _WHOLE)


def open_abc(data: bytes, path: str) -> AbcScore:
    """A tune in ABC to be worked on.

    Raises:
        UnreadableError: it is not ABC, or cannot be read.
        HoleError: it holds several tunes or voices, or its bars cannot be told apart.
    """
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise UnreadableError(path, "is neither music nor text in UTF-8") from error
    book = read_book(text, path, expand_repeats=False)
    if len(book.tunes) + len(book.skipped) != 1:
        count = len(book.tunes) + len(book.skipped)
        raise HoleError(path, f"holds {count} tunes", remedy="Save the one by itself")
    if not book.tunes:
        raise UnreadableError(path, book.skipped[0][1])
    piece = book.tunes[0].piece
    key = re.search(r"^K:[^\n]*\n", text, re.MULTILINE)
    found = tuple(_spans(text, key.end() if key else 0))
    counted = tuple(bars(piece))
    if len(found) != len(counted) or len(piece.parts) != 1:
        raise HoleError(
            path,
            f"its bar signs part it into {len(found)} bars and it sounds as {len(counted)} "
            f"in {len(piece.parts)} voices: endings, shared bars and voices are not taken apart",
            remedy=_REMEDY,
        )
    return AbcScore(text, piece, counted, found, path)


def _spans(text: str, start: int) -> Iterator[tuple[int, int]]:
    """From the first note to the last sign before the next bar line, bar after bar."""
    first: int | None = None
    for match in _TOKEN.finditer(text, start):
        if match["music"] and first is None:
            first = _from(text, match.start())
        elif match["bar"] and first is not None:
            yield first, _until(text, match.start())
            first = None
    if first is not None:
        yield first, _until(text, len(text))


def _from(text: str, place: int) -> int:
    """Accidentals, chord brackets, tuplets and grace notes belong to the note they precede."""
    while place and text[place - 1] not in " \t\n|]:":
        place -= 1
    return place


def _until(text: str, place: int) -> int:
    while place and text[place - 1].isspace():
        place -= 1
    return place
