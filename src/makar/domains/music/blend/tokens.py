"""Which number stands for which event, for the pieces that a codec is made for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Int

from makar.domains.music.blend.table import (
    HEIGHT,
    LENGTH,
    PART,
    TIME,
    Frame,
    UnencodableError,
)
from makar.domains.music.piece.piece import MODES

END, BEGIN, BAR, FIRST = 0, 1, 2, 3
STEPS = 8
"""A genre's weight is told in so many steps from nothing to all."""
FAMILIES = 16
"""General MIDI's families of eight programs each; one more stands for "no such part"."""


@dataclass(frozen=True)
class EventTokens:
    """The tokens: end, begin, bar line, then a block for each attribute, in this order.

    Attributes:
        genres: Names; each has ``STEPS + 1`` tokens for its weight.
        metres: Such as ``"6/8"``.
        places: Ticks from the bar line at which notes begin, rising.
        lengths: Ticks that notes last, rising.
        low, high: Lowest and highest pitch in C major or A minor, MIDI numbers.
        parts: Parts at most; a note has a token for each part and pitch.
    """

    genres: tuple[str, ...]
    metres: tuple[str, ...]
    places: tuple[int, ...]
    lengths: tuple[int, ...]
    low: int
    high: int
    parts: int = 1

    @property
    def heights(self) -> int:
        """Pitches there are tokens for."""
        return self.high - self.low + 1

    @cached_property
    def first(self) -> Mapping[str, int]:
        """First token of each block, and the number of all under ``""``."""
        sizes = {
            "genre": len(self.genres) * (STEPS + 1),
            "mode": len(MODES),
            "metre": len(self.metres),
            "family": FAMILIES + 1,
            "place": len(self.places),
            "length": len(self.lengths),
            "note": self.parts * self.heights,
            "": 0,
        }
        begins = np.cumsum([FIRST, *sizes.values()])
        return dict(zip(sizes, begins.tolist(), strict=False))

    def prefix(self, frame: Frame, weights: Sequence[float]) -> list[int]:
        """What the model reads before it begins.

        Args:
            frame: What is asked for.
            weights: Of each genre, adding up to 1.

        Raises:
            UnencodableError: there is no token for it.
        """
        first = self.first
        if str(frame.metre) not in self.metres:
            known = ", ".join(self.metres)
            raise UnencodableError("metre", f"{frame.metre} is not one of {known}")
        if len(frame.programs) > self.parts:
            raise UnencodableError("programs", f"there are at most {self.parts} parts")
        families = [program // 8 for program in frame.programs]
        families += [FAMILIES] * (self.parts - len(families))
        return [
            BEGIN,
            *(first["genre"] + g * (STEPS + 1) + round(w * STEPS) for g, w in enumerate(weights)),
            first["mode"] + MODES.index(frame.key.mode),
            first["metre"] + self.metres.index(str(frame.metre)),
            *(first["family"] + family for family in families),
            BAR,
        ]

    def write(self, table: Int[np.ndarray, "N 4"], frame: Frame) -> list[int]:
        """The events of a piece, the first bar line left out, the end included.

        Raises:
            UnencodableError: there is no token for something in it.
        """
        written: list[int] = []
        bar, before = 0, -1
        for time, part, height, length in table.tolist():
            while bar < time // frame.metre.bar:
                written.append(BAR)
                bar += 1
            if time != before:
                written.append(self._number("place", self.places, time % frame.metre.bar))
                before = time
            if not (self.low <= height <= self.high and part < self.parts):
                raise UnencodableError("a note", f"no token for pitch {height} in part {part + 1}")
            written.append(self.first["note"] + part * self.heights + height - self.low)
            written.append(self._number("length", self.lengths, length))
        return [*written, *[BAR] * (frame.bars - 1 - bar), END]

    def read(self, actions: Sequence[int], frame: Frame) -> Int[np.ndarray, "N 4"]:
        """The notes of the events, up to the first end."""
        first, rows = self.first, list[tuple[int, int, int, int]]()
        time, bar, note = 0, 0, 0
        for action in actions:
            if action == END:
                break
            if action == BAR:
                bar += frame.metre.bar
            elif action >= first["note"]:
                note = action - first["note"]
            elif action >= first["length"]:
                part, height = divmod(note, self.heights)
                rows.append((time, part, height + self.low, self.lengths[action - first["length"]]))
            else:
                time = bar + self.places[action - first["place"]]
        table = np.zeros((len(rows), 4), np.int64)
        table[:, [TIME, PART, HEIGHT, LENGTH]] = np.array(rows, np.int64).reshape(-1, 4)
        return table

    def _number(self, block: str, values: Sequence[int], value: int) -> int:
        if value not in values:
            raise UnencodableError(f"a note's {block}", f"there is no token for {value} ticks")
        return self.first[block] + values.index(value)
