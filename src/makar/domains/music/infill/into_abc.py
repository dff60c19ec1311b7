"""New notes in an ABC tune, with every character outside the hole as it was.

The reader says where every sign stands and when it sounds. In the hole notes, rests, tuplets and
ornaments are replaced; chord symbols, bar signs, endings, fields, overlays and lines of words stay
at their time.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from makar.core.errors import UnreadableError
from makar.domains.music.abc.encoding import Decoded, decoded
from makar.domains.music.abc.read import read_book
from makar.domains.music.abc.trace import Traced, traced
from makar.domains.music.abc.tune import FINE, TuneError
from makar.domains.music.abc.writing.words import beam_beat, beamed, words
from makar.domains.music.infill.abc.lyrics import Edit, after_words, below
from makar.domains.music.infill.abc.region import MUSIC, region
from makar.domains.music.infill.abc.repitched import repitched
from makar.domains.music.infill.abc.woven import fresh_memory, woven
from makar.domains.music.infill.asked.parts import choose_part, outer_line
from makar.domains.music.infill.errors import HoleError
from makar.domains.music.infill.hole import Fill
from makar.domains.music.musicxml.bars import Bar, bars
from makar.domains.music.piece.key_finding import KEYLESS, UNWRITTEN
from makar.domains.music.piece.piece import NoteRows, Piece
from makar.domains.music.piece.reading import sorted_notes

_LONE_RETURN = re.compile(r"\r(?!\n)")


@dataclass(frozen=True)
class AbcScore:
    """An ABC tune that is worked on.

    Attributes:
        file: The text as it is, and its encoding.
        tune: What is written where.
        bars: Its bars, counted from the first full one; every ending is there once.
        path: For messages.
        changes: What reading it had to assume.
        suffix: Of the files it gives.
        notes: What the user should know about what is kept.
        written: True: lengths are written, not played.
        split: False: a voice is a part.
    """

    file: Decoded
    tune: Traced
    bars: tuple[Bar, ...]
    path: str
    changes: Counter[str] = field(default_factory=Counter[str])
    suffix: str = ".abc"
    notes: tuple[str, ...] = ()
    written: bool = True
    split: bool = False

    @property
    def piece(self) -> Piece:
        """The music, repeats not played out."""
        return self.tune.piece

    @property
    def text(self) -> str:
        """The file, each line ending with a line feed."""
        return _LONE_RETURN.sub("\n", self.file.text)

    def chosen(
        self, parts: str | None, voice: str | None, line: str | None
    ) -> tuple[AbcScore, int]:
        """The tune and the voice that is meant: by the name after ``V:``, its label or number.

        Raises:
            HoleError: there is no such voice.
        """
        names = [v.name for v in self.tune.voices]
        if voice is not None and voice.strip() in names:
            part = names.index(voice.strip())
        else:
            part = choose_part(self.piece, parts if voice is None else voice, path=self.path)
        rows = self.piece.parts[part].notes
        if line is not None and not outer_line(rows, line).all():
            raise HoleError(
                self.path,
                f"the {line} line of {self.piece.parts[part].name} stands in chords, and in ABC "
                "a chord is changed as a whole",
                remedy="Put the line into a voice of its own (V:), or export the tune as MIDI",
            )
        return self, part

    def spliced(self, fills: Sequence[Fill]) -> bytes:
        """The tune with the holes filled.

        Raises:
            HoleError: the bars are written in a way that cannot be taken apart.
        """
        text, edits = self.text, list[Edit]()
        for fill in fills:
            edits += self._edits(fill, text)
        out, here = [], 0
        for start, end, new in sorted(edits):
            out += [self.file.text[here:start], new]
            here = end
        return self.file.encoded("".join([*out, self.file.text[here:]]))

    def _edits(self, fill: Fill, text: str) -> list[Edit]:
        hole, signs = fill.hole, self.tune.signs[fill.hole.part]
        rows = sorted_notes(np.concatenate([fill.made, fill.kept]))
        if hole.bars[0].number > self.bars[-1].number:
            return [self._added(fill, rows, text)]
        first, last = region(signs, hole, text, self.path)
        inside = signs[first:last]
        if fill.varied is not None:
            return repitched(inside, text, fill, self.tune.voices[hole.part])
        new, found = woven(inside, text, rows, hole, self.piece)
        place = (inside[0].start, inside[-1].end)
        return [(*place, new), *below(signs, (first, last), text, found)]

    def _added(self, fill: Fill, rows: NoteRows, text: str) -> Edit:
        """Bars after the voice's last line, and the words under it."""
        signs = self.tune.signs[fill.hole.part]
        state = [sign.state for sign in signs if sign.kind in MUSIC][-1]
        made: list[str] = []
        here = (self.tune.voices[fill.hole.part].time + FINE // 2) // FINE
        for bar in [*self.bars, *fill.hole.bars]:
            if bar.end <= here:  # a last bar that is written short is filled up with rests
                continue
            span = (max(bar.start, here), bar.end)
            found = words(rows, span, self.piece, fresh_memory(state), state.unit // FINE)
            made.append(beamed(found, bar.start, beam_beat(bar.metre)))
        place = after_words(text, signs[-1].start)
        line = "\r\n" if "\r\n" in text else "\n"
        line = "\r" if "\r" in self.file.text and "\n" not in self.file.text else line
        music = " | ".join(made) + " |]"
        ended = text[:place].endswith("\n")
        return (place, place, f"{music}{line}" if ended else f"{line}{music}")


def open_abc(data: bytes, path: str) -> AbcScore:
    """A tune in ABC to be worked on.

    Raises:
        UnreadableError: it is not ABC, or cannot be read.
        HoleError: it holds several tunes.
    """
    file = decoded(data)
    text = _LONE_RETURN.sub("\n", file.text)
    book = read_book(text, path, expand_repeats=False)
    count = len(book.tunes) + len(book.skipped)
    if count != 1:
        raise HoleError(path, f"holds {count} tunes", remedy="Save the one by itself")
    if not book.tunes:
        raise UnreadableError(path, book.skipped[0][1])
    try:
        tune = traced(text)
    except TuneError as fault:
        raise UnreadableError(path, str(fault)) from fault
    changes = Counter[str]({UNWRITTEN: 1} if tune.dropped[KEYLESS] else {})
    return AbcScore(file, tune, tuple(bars(tune.piece)), path, changes)
