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
from xml.etree import ElementTree

import numpy as np

from makar.domains.music.infill.asked.parts import choose_part
from makar.domains.music.infill.errors import HoleError
from makar.domains.music.infill.hole import Fill, Hole
from makar.domains.music.infill.xml.measure import rest_measure, rewritten
from makar.domains.music.infill.xml.printed import Printed, printed_of, unfolded
from makar.domains.music.infill.xml.repitched import repitched
from makar.domains.music.infill.xml.state import State
from makar.domains.music.infill.xml.text import Encoding, Span, measure_spans, utf8_of
from makar.domains.music.infill.xml.voices import ornaments, outer_voice, split_voice
from makar.domains.music.musicxml import parse_musicxml
from makar.domains.music.musicxml.bars import Bar
from makar.domains.music.musicxml.document import parse_score, score_name
from makar.domains.music.piece.piece import NoteRows, Piece
from makar.domains.music.piece.reading import sorted_notes


@dataclass(frozen=True)
class MusicXmlScore:
    """A score that is worked on.

    Attributes:
        data: The file, zipped or not.
        text: The score in it, as UTF-8.
        encoding: How it was written.
        piece: As it is written: repeats are not played out.
        printed: Its measures and bars.
        changes: What reading it had to assume.
        spans: For each part where its measures stand in the text.
        path: For messages.
        suffix: ``.musicxml`` or ``.mxl``.
        notes: What the user should know about what is kept.
        voice: The voice that is worked on; None where the part has one only.
        written: True: lengths and loudness are written, not played.
    """

    data: bytes
    text: bytes
    encoding: Encoding
    piece: Piece
    printed: Printed
    changes: Counter[str]
    spans: tuple[tuple[Span, ...], ...]
    path: str
    suffix: str
    notes: tuple[str, ...] = ()
    voice: str | None = None
    written: bool = True

    @property
    def bars(self) -> tuple[Bar, ...]:
        """Its bars, numbered as they are printed."""
        return self.printed.bars

    @property
    def split(self) -> bool:
        """True where one voice of several is worked on."""
        return self.voice is not None

    def chosen(
        self, parts: str | None, voice: str | None, line: str | None
    ) -> tuple[MusicXmlScore, int]:
        """The score and the part that is meant, which is one voice of it where asked for.

        Raises:
            HoleError: there is no such part or voice.
        """
        part = choose_part(self.piece, parts, path=self.path)
        found = ornaments(self.text, self.spans[part])
        score = replace(self, notes=(*self.notes, *found))
        if voice is None and line is not None:
            voice = outer_voice(self.text, self.piece, part, line, self.path)
        if voice is None:
            return score, part
        piece = split_voice(self.text, self.piece, part, voice, self.path)
        return replace(score, piece=piece, voice=voice), part

    def spliced(self, fills: Sequence[Fill]) -> bytes:
        """The file with the holes filled.

        Raises:
            HoleError: a measure is written in a way that cannot be taken apart safely.
        """
        made: list[tuple[int, int, bytes]] = []
        for fill in fills:
            made += self._filled(fill)
        out, here = [], 0
        for start, end, text in sorted(made):
            out += [self.text[here:start], text]
            here = end
        return self._packed(self.encoding.back(b"".join([*out, self.text[here:]])))

    def _filled(self, fill: Fill) -> list[tuple[int, int, bytes]]:
        """Places in the text and what is to stand there."""
        hole, spans = fill.hole, self.spans[fill.hole.part]
        rows = sorted_notes(np.concatenate([fill.made, fill.kept]))
        state, made, added = State(), list[tuple[int, int, bytes]](), b""
        inside = {bar.number: bar for bar in hole.bars}
        for number, (start, end) in enumerate(spans):
            element = ElementTree.fromstring(self.text[start:end])
            bar = self.printed.measure(number)
            if bar.number not in inside:
                state = state.after(element)
                continue
            text, state = self._measure(self.text[start:end], bar, fill, rows, state)
            made.append((start, end, text))
        for bar in hole.bars:
            if bar.number > self.bars[-1].number:
                empty = rest_measure(bar, state)
                text, state = self._measure(empty, bar, fill, rows, state)
                added += self._line_end + text
        if added:
            made.append((spans[-1][1], spans[-1][1], added))
            made += self._rests(hole)
        return made

    def _measure(
        self, text: bytes, bar: Bar, fill: Fill, rows: NoteRows, state: State
    ) -> tuple[bytes, State]:
        element = ElementTree.fromstring(text)
        if fill.varied is not None:
            return repitched(text, element, bar, fill, state, self.piece, self.voice)
        new = bar.number > self.bars[-1].number  # a measure of rests has a voice of its own
        voice = None if new else self.voice
        return rewritten(text, element, bar, rows, state, self.piece, self.path, voice)

    @property
    def _line_end(self) -> bytes:
        return b"\r\n" if b"\r\n" in self.text[:1000] else b"\n"

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
                text += self._line_end + rest_measure(bar, replace(state, number=number))
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
    text, encoding = utf8_of(raw, path)
    root = unfolded(parse_score(text, path))
    reading = parse_musicxml(ElementTree.tostring(root, "utf-8"), path)
    piece = reading.pieces[0]
    spans = measure_spans(text)
    if len({len(s) for s in spans}) > 1 or len(spans) != len(piece.parts):
        raise HoleError(
            path, "its parts have different numbers of measures", remedy="Export it again"
        )
    printed, said = printed_of(root, piece)
    suffix = ".mxl" if zipped else ".musicxml"
    return MusicXmlScore(
        data, text, encoding, piece, printed, reading.changes, spans, path, suffix, said
    )
