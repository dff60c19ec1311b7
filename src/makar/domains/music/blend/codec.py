"""Pieces as events: what was asked first, then bars, places, notes and their lengths.

The model reads ``[begin, genres, mode, metre, instruments, bar]`` and then writes
``place note length note length place ... bar place ... end``, where a note says part and pitch in
one token. One voice or many, with chords or without; whatever it writes is a piece.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Bool, Int
from torch import Tensor

from makar.core.types import Prompt, Works
from makar.domains.music.blend.rules import ONE_NOTE, EventRules
from makar.domains.music.blend.table import (
    HEIGHT,
    LENGTH,
    TIME,
    UnencodableError,
    frame_of,
    has_chords,
    has_unisons,
    piece_of,
    prompt_of,
    table_of,
)
from makar.domains.music.blend.tokens import BAR, EventTokens
from makar.domains.music.piece.piece import Piece, Pieces


@dataclass(frozen=True)
class EventCodec:
    """Between ``Pieces`` and event tokens, with all music moved to C major or A minor.

    Prompts ask by ``condition``: ``bars`` (8), ``metre`` ("4/4"), ``mode`` ("major"), ``key``
    ("C"), ``pickup`` (0 ticks), ``programs`` ("73": General MIDI numbers with commas, one a part),
    and a weight for each genre by its name; genres that are not spoken of weigh nothing, and all
    weigh the same where none is. Velocities, tempo and the names of parts are not written.

    Attributes:
        tokens: What there are tokens for.
        chords: True lets a part strike several notes at once, and new ones over held ones.
        longest: Decisions in a work, at most; the rules keep three back for a last bar's note.
    """

    tokens: EventTokens
    chords: bool = False
    longest: int = 400

    @classmethod
    def of(cls, pieces: Sequence[Piece], *, genres: Sequence[str] = ()) -> EventCodec:
        """The smallest codec in which these pieces fit, and which can always fill a bar.

        Raises:
            UnencodableError: there is none, and why.
        """
        tables = [table_of(piece) for piece in pieces]
        rows = np.concatenate([table for table, _ in tables])
        width = np.concatenate([np.full(len(t), frame.metre.bar) for t, frame in tables])
        tokens = EventTokens(
            genres=tuple(genres),
            metres=tuple(dict.fromkeys(str(frame.metre) for _, frame in tables)),
            places=tuple(np.unique(np.r_[0, rows[:, TIME] % width]).tolist()),
            lengths=tuple(np.unique(np.r_[width.min(), rows[:, LENGTH]]).tolist()),
            low=int(rows[:, HEIGHT].min()),
            high=int(rows[:, HEIGHT].max()),
            parts=max(len(frame.programs) for _, frame in tables),
        )
        longest = max(len(tokens.write(table, frame)) for table, frame in tables)
        return cls(tokens, any(has_chords(table) for table, _ in tables), longest + ONE_NOTE)

    @property
    def vocabulary(self) -> int:
        """Number of tokens, those of the prefix included."""
        return self.tokens.first[""]

    def prefix(self, prompts: Sequence[Prompt]) -> Int[Tensor, "B P"]:
        """What was asked, as tokens, and the first bar line."""
        rows = [self.tokens.prefix(frame_of(p), self.weights(p)) for p in prompts]
        width = 4 + len(self.tokens.genres) + self.tokens.parts
        return torch.tensor(rows, dtype=torch.long).reshape(len(rows), width)

    def weights(self, prompt: Prompt) -> list[float]:
        """Of each genre, adding up to 1.

        Raises:
            UnencodableError: a weight is below 0, or all are 0.
        """
        genres, wish = self.tokens.genres, prompt.condition
        if not any(name in wish for name in genres):
            return [1 / max(len(genres), 1)] * len(genres)
        weights = [float(wish.get(name, 0.0)) for name in genres]
        if min(weights) < 0 or sum(weights) == 0:
            raise UnencodableError("genres", f"weights {weights} cannot be blended")
        return [weight / sum(weights) for weight in weights]

    def decisions(self, prompts: Sequence[Prompt]) -> Bool[Tensor, "B T"]:
        """As many as there may be; a work that ends earlier has fewer."""
        return torch.ones(len(prompts), self.longest, dtype=torch.bool)

    def legality(self, prompts: Sequence[Prompt]) -> EventRules:
        """What keeps a piece a piece.

        Raises:
            UnencodableError: more bars are asked for than there are decisions for.
        """
        frames = [frame_of(prompt) for prompt in prompts]
        if (most := max((frame.bars for frame in frames), default=0)) + ONE_NOTE > self.longest:
            raise UnencodableError("bars", f"{most} do not fit into {self.longest} decisions")
        return EventRules.of(self.tokens, frames, chords=self.chords, longest=self.longest)

    def encode(self, works: Works[Piece]) -> tuple[Int[Tensor, "B T"], list[Prompt]]:
        """Tokens of pieces, 0 beyond their end, and the prompts that would ask for such.

        Raises:
            UnencodableError: a piece does not fit, and why.
        """
        actions = torch.zeros(len(works), self.longest, dtype=torch.long)
        prompts: list[Prompt] = []
        for row in range(len(works)):
            piece = works[row]
            table, frame = table_of(piece)
            title = piece.provenance.title
            if has_unisons(table) or (has_chords(table) and not self.chords):
                raise UnencodableError(title, "a part strikes a note over one it still sounds")
            written = self.tokens.write(table, frame)
            if len(written) > self.longest:
                raise UnencodableError(title, f"{len(written)} events; {self.longest} are allowed")
            actions[row, : len(written)] = torch.tensor(written)
            prompts.append(prompt_of(frame))
        return actions, prompts

    def decode(self, actions: Int[Tensor, "B T"], prompts: Sequence[Prompt]) -> Pieces:
        """Pieces from tokens, to be heard in the key that was asked for."""
        pieces: list[Piece] = []
        for row, prompt in zip(actions.tolist(), prompts, strict=True):
            frame = frame_of(prompt)
            pieces.append(piece_of(self.tokens.read(row, frame), frame))
        return Pieces(tuple(pieces))

    def place(self, actions: Int[Tensor, "B T"]) -> Int[Tensor, "B T"]:
        """The bar each decision belongs to; a bar line belongs to the bar it opens."""
        return (actions == BAR).cumsum(1)
