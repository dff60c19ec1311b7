"""What may follow what, so that whatever is written is a piece of the kind asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Bool, Int
from torch import Tensor

from makar.domains.music.blend.table import Frame
from makar.domains.music.blend.tokens import BAR, END, EventTokens

OPEN, PLACED, STRUCK, SOUNDED, ENDED = range(5)
"""What came last: a bar line, a place, a note, its length, the end."""
ONE_NOTE = 3
"""Decisions that a note takes which begins at a place of its own."""


@dataclass
class EventRules:
    """The state of a batch of pieces in the making.

    Places rise within a bar; notes that begin together come part by part, the lowest first; a
    part begins nothing before its last note is over (or, with ``chords``, before that pitch is);
    pitches are MIDI's in the key asked for; something sounds in the last bar, and nothing beyond
    it; and there the end comes, for which enough decisions are always kept back.

    Attributes:
        tokens: Their numbers.
        chords: True lets a part sound several notes.
        longest: Decisions in a work, at most.
        bars, width, lead, parts, shift: ``(B,)`` bars asked for, ticks in each, ticks that an
            upbeat leaves silent, parts, semitones up to the key asked for.
        bar, place, last, phase, reach: ``(B,)`` where each piece stands; ``last`` is the note
            last struck at this place, -1 for none, and ``reach`` the tick up to which it sounds.
        until: ``(B, parts, heights)`` tick from which each pitch may be struck again.
    """

    tokens: EventTokens
    chords: bool
    longest: int
    bars: Int[np.ndarray, " B"]
    width: Int[np.ndarray, " B"]
    lead: Int[np.ndarray, " B"]
    parts: Int[np.ndarray, " B"]
    shift: Int[np.ndarray, " B"]

    def __post_init__(self) -> None:
        B, never = len(self.bars), np.iinfo(np.int64).max
        self.bar, self.phase, self.reach = (np.zeros(B, np.int64) for _ in range(3))
        self.place, self.last = (np.full(B, -1, np.int64) for _ in range(2))
        self.until = np.zeros((B, self.tokens.parts, self.tokens.heights), np.int64)
        self.until[np.arange(self.tokens.parts) >= self.parts[:, None]] = never
        heard = np.arange(self.tokens.low, self.tokens.high + 1) + self.shift[:, None]
        self.until[((heard < 0) | (heard > 127))[:, None].repeat(self.tokens.parts, 1)] = never
        self.places = np.array(self.tokens.places, np.int64)
        self.lengths = np.array(self.tokens.lengths, np.int64)

    @classmethod
    def of(
        cls, tokens: EventTokens, frames: Sequence[Frame], *, chords: bool, longest: int
    ) -> EventRules:
        """The rules for new pieces in those frames."""
        columns = [
            np.array(column, np.int64)
            for column in (
                [f.bars for f in frames],
                [f.metre.bar for f in frames],
                [f.lead for f in frames],
                [len(f.programs) for f in frames],
                [f.shift for f in frames],
            )
        ]
        return cls(tokens, chords, longest, *columns)

    def first(self) -> Bool[Tensor, "B V"]:
        """Tokens that may begin."""
        return self._legal(0)

    def after(self, step: int, tokens: Int[Tensor, " B"]) -> Bool[Tensor, "B V"]:
        """Tokens that may follow; none once a piece has ended."""
        self._take(tokens.numpy())
        return self._legal(step + 1)

    @property
    def _now(self) -> Int[np.ndarray, " B"]:
        return self.bar * self.width + self.place

    def _take(self, token: Int[np.ndarray, " B"]) -> None:
        """Move each piece on by its token."""
        first, going = self.tokens.first, self.phase != ENDED
        is_bar = going & (token == BAR)
        placed = going & (token >= first["place"]) & (token < first["length"])
        sounded = going & (token >= first["length"]) & (token < first["note"])
        struck = going & (token >= first["note"])
        self.bar[is_bar] += 1
        self.place[is_bar] = -1
        self.place[placed] = self.places[token[placed] - first["place"]]
        self.last[is_bar | placed] = -1
        self.last[struck] = token[struck] - first["note"]
        rows = np.flatnonzero(sounded)
        end = self._now[rows] + self.lengths[token[rows] - first["length"]]
        self.reach[rows] = np.maximum(self.reach[rows], end)
        part, height = np.divmod(self.last[rows], self.tokens.heights)
        if self.chords:
            self.until[rows, part, height] = end
        else:
            self.until[rows, part] = np.maximum(self.until[rows, part], end[:, None])
        for phase, rows in ((OPEN, is_bar), (PLACED, placed), (STRUCK, struck), (SOUNDED, sounded)):
            self.phase[rows] = phase
        self.phase[going & (token == END)] = ENDED

    def _legal(self, step: int) -> Bool[Tensor, "B V"]:
        first, B = self.tokens.first, len(self.bars)
        legal = np.zeros((B, self.tokens.first[""]), bool)
        end = (self.bars * self.width)[:, None]
        left = self.longest - step - 1  # decisions after this one
        closing = self.bars - self.bar  # bar lines and the end that are still to come
        between = (self.phase == OPEN) | (self.phase == SOUNDED)
        last_bar = self.bar == self.bars - 1
        short = self.reach <= (self.bars - 1) * self.width  # a note is still to come there
        kept = closing + np.where(short & ~last_bar, ONE_NOTE, 0)

        legal[:, END] = between & last_bar & ~short
        legal[:, BAR] = between & ~last_bar & (closing - 1 + ONE_NOTE * short <= left)
        at = (self.bar * self.width)[:, None] + self.places
        opens = (self.places > self.place[:, None]) & (self.places < self.width[:, None])
        opens &= (self.bar[:, None] > 0) | (self.places >= self.lead[:, None])
        opens &= at + self.lengths[0] <= end
        opens &= self.until.min(axis=(1, 2))[:, None] <= at
        room = between & (kept + 2 <= left)
        legal[:, first["place"] : first["length"]] = opens & room[:, None]

        now = self._now[:, None]
        lasts = (now + self.lengths <= end) & (self.phase == STRUCK)[:, None]
        legal[:, first["length"] : first["note"]] = lasts
        strikes = (self.phase == PLACED) | ((self.phase == SOUNDED) & (kept + 1 <= left))
        free = self.until.reshape(B, -1) <= now
        free &= np.arange(free.shape[1]) > self.last[:, None]
        legal[:, first["note"] :] = free & strikes[:, None]
        return torch.from_numpy(legal)
