"""What may be written next in four voices: ranges, key, order and rest as guarantees.

The rules are masks on the model's choices, so that no work ever breaks them.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import torch
from jaxtyping import Bool, Int
from torch import Tensor

from makar.domains.music.voices.voices import (
    FIRST_PITCH,
    HOLD,
    LOWEST,
    OFF,
    RANGES,
    SOPRANO,
    TOKENS,
    VOICES,
)

MAJOR_SCALE = (0, 2, 4, 5, 7, 9, 11)
MINOR_SCALE = (9, 11, 0, 2, 4, 5, 6, 7, 8)
"""Pitch classes on the grid, in C major and in A minor with its raised sixth and seventh."""
_PITCH = np.arange(TOKENS - FIRST_PITCH) + LOWEST


@dataclass
class VoiceRules:
    """The rules for a batch of works in the making, and how far they have come.

    Attributes:
        allowed: ``(B, V, vocabulary)`` what each voice may strike: its range, and its key where
            asked; holding and ending a note besides.
        ordered: ``(B,)`` True where voices must not cross.
        separate: ``(B,)`` True where no two voices may move in parallel fifths, octaves or unisons.
        rest_from: ``(B,)`` column from which on all is held.
        given: ``(B, columns)`` soprano that must be written; what is no token of music is free.
        last: ``(B, V)`` the last token of each voice that was not a hold.
        before: ``(B, V)`` the same as it was when the column began.
    """

    allowed: Bool[Tensor, "B V A"]
    ordered: Bool[Tensor, " B"]
    separate: Bool[Tensor, " B"]
    rest_from: Int[Tensor, " B"]
    given: Int[Tensor, "B C"]
    last: Int[Tensor, "B V"] = field(init=False)
    before: Int[Tensor, "B V"] = field(init=False)

    def __post_init__(self) -> None:
        self.last = torch.full(self.allowed.shape[:2], OFF)
        self.before = self.last.clone()

    @classmethod
    def of(
        cls,
        *,
        shift: Int[np.ndarray, " B"],
        minor: Bool[np.ndarray, " B"],
        in_key: Bool[np.ndarray, " B"],
        ordered: Bool[np.ndarray, " B"],
        separate: Bool[np.ndarray, " B"],
        rest_from: Int[np.ndarray, " B"],
        given: Int[np.ndarray, "B C"],
        vocabulary: int,
    ) -> VoiceRules:
        """The rules for works that are heard ``shift`` semitones above the grid."""
        heard = _PITCH + shift[:, None, None]
        low, high = np.array(RANGES).T[:, :, None]
        scale = np.where(
            minor[:, None], np.isin(_PITCH % 12, MINOR_SCALE), np.isin(_PITCH % 12, MAJOR_SCALE)
        )
        fits = (heard >= low) & (heard <= high) & (scale | ~in_key[:, None])[:, None]
        allowed = np.zeros((len(shift), len(VOICES), vocabulary), bool)
        allowed[:, :, FIRST_PITCH:TOKENS] = fits
        allowed[:, :, [OFF, HOLD]] = True
        rules = (allowed, ordered, separate, rest_from, given)
        return cls(*(torch.from_numpy(rule) for rule in rules))

    def first(self) -> Bool[Tensor, "B A"]:
        """What the soprano may begin with."""
        return self._next(0)

    def after(self, step: int, tokens: Int[Tensor, " B"]) -> Bool[Tensor, "B A"]:
        """What may follow once ``tokens`` were written at ``step``."""
        voice = step % len(VOICES)
        if voice == 0:
            self.before = self.last.clone()
        self.last[:, voice] = torch.where(tokens == HOLD, self.last[:, voice], tokens)
        return self._next(step + 1)

    def _next(self, step: int) -> Bool[Tensor, "B A"]:
        column, voice = divmod(step, len(VOICES))
        legal = self.allowed[:, voice].clone()
        mine = self.last[:, voice]
        if column == 0:
            legal[:, HOLD] = False  # nothing sounds yet
        else:
            legal[:, OFF] &= mine != OFF  # silence is kept by holding
        if voice and bool(self.ordered.any()):
            self._keep_under(legal, self.last[:, voice - 1], mine)
        if voice and bool(self.separate.any()):
            self._keep_separate(legal, voice)
        resting = column >= self.rest_from
        legal[resting] = False
        legal[resting, HOLD] = True
        if voice == SOPRANO and column < self.given.shape[1]:
            self._keep_given(legal, self.given[:, column])
        return legal

    def _keep_under(self, legal: Tensor, above: Tensor, mine: Tensor) -> None:
        """No higher than the voice above sounds; a note held must not be left on top either."""
        bound = self.ordered & (above != OFF)
        higher = torch.arange(legal.shape[1]) > above[:, None]
        legal &= ~(higher & bound[:, None])
        legal[:, HOLD] &= ~(bound & (mine > above))

    def _keep_separate(self, legal: Tensor, voice: int) -> None:
        """No pitch to which this voice and a higher one go in parallel (``voice_leading``)."""
        mine = self.before[:, voice, None]
        upper, now = self.before[:, :voice, None], self.last[:, :voice, None]
        tokens = torch.arange(legal.shape[1])
        interval = (upper - mine[:, None]).abs() % 12
        perfect = (interval == 0) | (interval == 7)
        sung = (upper != OFF) & (now != OFF) & (now != upper) & (mine[:, None] != OFF)
        alike = torch.sign(tokens - mine)[:, None] == torch.sign(now - upper)
        same = (now - tokens).abs() % 12 == interval
        banned = (perfect & sung & alike & same & self.separate[:, None, None]).any(1)
        banned[:, :FIRST_PITCH] = False  # who rests or stays does not move
        legal &= ~banned

    def _keep_given(self, legal: Tensor, given: Tensor) -> None:
        """The one token that is given."""
        rows = (given < TOKENS).nonzero()[:, 0]
        legal[rows] = False
        legal[rows, given[rows]] = True
