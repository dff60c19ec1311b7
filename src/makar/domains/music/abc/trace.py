"""A tune in ABC with the place of every sign in its text: what it is worked on with."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import NamedTuple

from makar.domains.music.abc.body import TOKEN, BodyReader
from makar.domains.music.abc.repeats import printed_order
from makar.domains.music.abc.tune import FINE, Dropped, TuneError
from makar.domains.music.abc.voice import State, Voice
from makar.domains.music.abc.walk import put_together, walk_tune
from makar.domains.music.piece.piece import Piece, Provenance

_START = re.compile(r"^X:", re.MULTILINE)


class Sign(NamedTuple):
    """One sign of the music: a note, a bar sign, a chord symbol, a slur.

    Attributes:
        kind: As in ``body.TOKEN``; ``slur`` for a bracket of one.
        start, end: Its place in the text.
        tick: Time at which it stands, in ticks of the piece.
        first, last: Numbers of its first note, and of the one after its last, in its voice.
        state: Key, metre and unit in force.
    """

    kind: str
    start: int
    end: int
    tick: int
    first: int
    last: int
    state: State


@dataclass(frozen=True)
class Traced:
    """A tune as it stands on the page, repeats not played out and every ending heard once.

    Attributes:
        piece: The music, one part a voice.
        voices: The voice of each part.
        signs: The signs of each part, in the order of the text.
        dropped: What is not in the piece.
    """

    piece: Piece
    voices: tuple[Voice, ...]
    signs: tuple[tuple[Sign, ...], ...]
    dropped: Dropped


class _Tracer(BodyReader):
    """Reads a body and remembers where everything stands."""

    def __init__(self, state: State, dropped: Dropped) -> None:
        super().__init__(state, dropped)
        self.found: list[tuple[Voice, int, Sign]] = []
        """Voice, line of the body, and the sign with its place in the line."""

    def line(self, text: str) -> None:
        """Read one line of music, sign by sign."""
        for match in TOKEN.finditer(text):
            kind, token = match.lastgroup or "other", match.group()
            if kind == "skip":
                self._slurs(match)
                continue
            voice = self.voice
            time, first = voice.time, len(voice.onset)
            if kind == "note":
                super().line(token)
            elif handler := self.handlers.get(kind):
                handler(token)
            if kind == "field":
                voice = self.voice  # what follows [V:2] is another's, and so is the field
                time, first = voice.time, len(voice.onset)
            self._keep(voice, kind, match.span(), time, first)

    def _slurs(self, match: re.Match[str]) -> None:
        voice = self.voice
        for place, char in enumerate(match.group(), match.start()):
            if char in "()":
                self._keep(voice, "slur", (place, place + 1), voice.time, len(voice.onset))

    def _keep(self, voice: Voice, kind: str, span: tuple[int, int], time: int, first: int) -> None:
        tick = (time + FINE // 2) // FINE
        sign = Sign(kind, *span, tick, first, len(voice.onset), voice.state)
        self.found.append((voice, self.row, sign))


def traced(text: str) -> Traced:
    """The only tune of a text, with the place of every sign.

    Args:
        text: Its lines end with a line feed; a carriage return before that counts as a blank.

    Raises:
        TuneError: it has no notes, or cannot be read.
    """
    match = _START.search(text)
    start = match.start() if match else 0
    dropped: Dropped = Counter()
    header, reader = walk_tune(text[start:], dropped, _Tracer)
    if dropped["marks of e-mail (repaired)"]:
        raise TuneError("e-mail has left its marks in it (=3D): take them out first")
    piece, _ = put_together(header, reader, printed_order, Provenance(), dropped)
    voices = tuple(v for v in reader.voices.values() or [reader.voice] if v.onset)
    assert isinstance(reader, _Tracer)
    places = _places(text[start:], start)
    behind = len(places) - len(header.body)  # the body is the end of the text
    signs = tuple(
        tuple(
            sign._replace(
                start=places[behind + row] + sign.start, end=places[behind + row] + sign.end
            )
            for owner, row, sign in reader.found
            if owner is voice
        )
        for voice in voices
    )
    return Traced(piece, voices, signs, dropped)


def _places(text: str, start: int) -> list[int]:
    """Where each line begins."""
    places = [start]
    for line in text.split("\n"):
        places.append(places[-1] + len(line) + 1)
    return places[:-1]
