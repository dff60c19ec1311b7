"""New notes in a MusicXML score, with every byte outside the hole as it was.

The file's text is cut at the chosen part's measures, and only these are put together anew: their
attributes, directions, bar lines and other signs stay at their time; the notes of the melody's
voice are replaced. Nothing is read into a score and written back, so nothing can get lost.
"""

from __future__ import annotations

import io
import zipfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import numpy as np

from makar.domains.music.infill.errors import HoleError
from makar.domains.music.infill.hole import Fill, Hole
from makar.domains.music.infill.measure import State, rest_measure, rewritten
from makar.domains.music.infill.xml_text import Span, measure_spans, utf8_of
from makar.domains.music.musicxml import parse_musicxml
from makar.domains.music.musicxml.bars import Bar
from makar.domains.music.musicxml.document import parse_score, score_name
from makar.domains.music.musicxml.measures import PartWalk, resolution_of
from makar.domains.music.musicxml.timeline import Timeline
from makar.domains.music.piece.piece import TICKS_PER_QUARTER, NoteRows, Piece
from makar.domains.music.piece.reading import sorted_notes


@dataclass(frozen=True)
class MusicXmlScore:
    """A score that is worked on.

    Attributes:
        data: The file, zipped or not.
        text: The score in it, as UTF-8.
        piece: As it is written: repeats are not played out.
        bars: Its measures, the first full one being bar 1.
        changes: What reading it had to assume.
        spans: For each part where its measures stand in the text.
        path: For messages.
        suffix: ``.musicxml`` or ``.mxl``.
    """

    data: bytes
    text: bytes
    piece: Piece
    bars: tuple[Bar, ...]
    changes: Counter[str]
    spans: tuple[tuple[Span, ...], ...]
    path: str
    suffix: str
    notes: tuple[str, ...] = ()

    def spliced(self, fills: Sequence[Fill]) -> bytes:
        """The file with the holes filled.

        Raises:
            HoleError: a measure is written in a way that cannot be taken apart safely.
        """
        made: list[tuple[int, int, bytes]] = []
        for fill in fills:
            rows = np.concatenate([fill.made, fill.kept])
            made += self._filled(fill.hole, sorted_notes(rows))
        out, here = [], 0
        for start, end, text in sorted(made):
            out += [self.text[here:start], text]
            here = end
        return self._packed(b"".join([*out, self.text[here:]]))

    def _filled(self, hole: Hole, rows: NoteRows) -> list[tuple[int, int, bytes]]:
        """Places in the text and what is to stand there."""
        spans, offset = self.spans[hole.part], self.bars[0].number
        state, made, added = State(), [], b""
        inside = {bar.number: bar for bar in hole.bars}
        for number, (start, end) in enumerate(spans, offset):
            element = ElementTree.fromstring(self.text[start:end])
            bar = inside.get(number)
            if bar is None:
                state = state.after(element)
                continue
            text, state = rewritten(
                self.text[start:end], element, bar, rows, state, self.piece, self.path
            )
            made.append((start, end, text))
        for bar in hole.bars:
            if bar.number >= offset + len(spans):
                empty = rest_measure(bar, state)
                text, state = rewritten(
                    empty, ElementTree.fromstring(empty), bar, rows, state, self.piece, self.path
                )
                added += b"\n" + text
        if added:
            made.append((spans[-1][1], spans[-1][1], added))
            made += self._rests(hole)
        return made

    def _rests(self, hole: Hole) -> list[tuple[int, int, bytes]]:
        """Empty measures for the other parts, where the piece goes on after its end."""
        made: list[tuple[int, int, bytes]] = []
        for part, spans in enumerate(self.spans):
            if part == hole.part or not spans:
                continue
            state = State()
            for start, end in spans:
                state = state.after(ElementTree.fromstring(self.text[start:end]))
            text = b""
            for number, bar in enumerate(hole.bars, state.number):
                text += b"\n" + rest_measure(bar, replace(state, number=number))
            made.append((spans[-1][1], spans[-1][1], text))
        return made

    def _packed(self, text: bytes) -> bytes:
        """The score in its file; of a zipped one all other members are kept."""
        if self.data[:2] != b"PK":
            return text
        out = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(self.data)) as old, zipfile.ZipFile(out, "w") as new:
            name = score_name(old, self.path)
            for info in old.infolist():
                new.writestr(info, text if info.filename == name else old.read(info))
        return out.getvalue()


def open_musicxml(data: bytes, path: str) -> MusicXmlScore:
    """A score to be worked on, its repeats not played out.

    Raises:
        UnreadableError: it is no such score, is broken or hostile, or has no notes.
        HoleError: its parts have measures in different number.
    """
    parse_musicxml(data, path)  # refuses whatever must not be looked at more closely
    zipped = data[:2] == b"PK"
    raw = data
    if zipped:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            raw = archive.read(score_name(archive, path))
    text = utf8_of(raw, path)
    root = _unfolded(parse_score(text, path))
    reading = parse_musicxml(ElementTree.tostring(root, "utf-8"), path)
    piece = reading.pieces[0]
    spans = measure_spans(text)
    if len({len(s) for s in spans}) > 1 or len(spans) != len(piece.parts):
        raise HoleError(
            path, "its parts have different numbers of measures", remedy="Export it again"
        )
    bars = _bars(root, piece)
    suffix = ".mxl" if zipped else ".musicxml"
    return MusicXmlScore(data, text, piece, bars, reading.changes, spans, path, suffix)


def _unfolded(root: Element) -> Element:
    """The tree without repeats and endings: measures in the order in which they are printed."""
    for line in root.iter("barline"):
        for sign in [*line.findall("repeat"), *line.findall("ending")]:
            line.remove(sign)
    return root


def _bars(root: Element, piece: Piece) -> tuple[Bar, ...]:
    """Every measure as a bar, as long as it is written."""
    resolution = resolution_of(root)
    walks = [PartWalk(e, resolution, {}, Counter()) for e in root.findall("part")]
    timeline = Timeline(walks, resolution, Counter())
    scale = TICKS_PER_QUARTER / resolution
    edges = [*(round(s * scale) for s in timeline.starts), timeline.end_tick]
    first = 0 if timeline.pickup else 1
    found: list[Bar] = []
    for number, (start, end) in enumerate(pairwise(edges), first):
        metre = [m for m in piece.metres if m.tick <= start][-1]
        found.append(Bar(number, start, end, metre, new_metre=False))
    return tuple(found)
