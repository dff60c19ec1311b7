"""Melodies as tokens: what was asked first, then one token per sixteenth.

The model reads ``[begin, metre, mode]`` and then writes the 38 tokens of ``grid``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Annotated

import numpy as np
import torch
from jaxtyping import Bool, Int
from pydantic import AfterValidator
from torch import Tensor

from makar.core.types import Prompt, Works
from makar.domains.music.melody.grid import (
    OFF,
    PADDING,
    STEP,
    TOKENS,
    MelodyGrid,
    MelodyGrids,
    legal_after,
)
from makar.domains.music.piece.piece import MODES, Key, Metre

METRES = ("4/4", "2/4", "3/4", "6/8", "9/8", "12/8", "3/2")
BEGIN = TOKENS
FIRST_METRE = BEGIN + 1
FIRST_MODE = FIRST_METRE + len(METRES)
VOCABULARY = FIRST_MODE + len(MODES)
TONICS = {
    "C": 0, "C#": 1, "Db": 1, "D": 2, "D#": 3, "Eb": 3, "E": 4, "F": 5, "F#": 6, "Gb": 6,
    "G": 7, "G#": 8, "Ab": 8, "A": 9, "A#": 10, "Bb": 10, "B": 11,
}  # fmt: skip


def _known(tonic: str) -> str:
    if tonic not in TONICS:
        raise ValueError(f"the tonic must be one of {', '.join(TONICS)}")
    return tonic


Tonic = Annotated[str, AfterValidator(_known)]
"""A tonic's name in the settings."""
TONIC_OF = {tonic: name for name, tonic in reversed(TONICS.items())}
"""A name for each pitch class, as prompts have it."""


@cache
def metre_of(name: str) -> Metre:
    """``"6/8"`` as a metre; raises ValueError for one that the codec has no token for."""
    if name not in METRES:
        raise ValueError(f"metre {name!r} is not one of {', '.join(METRES)}")
    beats, unit = name.split("/")
    return Metre(0, int(beats), int(unit))


def key_of(prompt: Prompt) -> Key:
    """The key asked for: ``condition["key"]`` (C major's or A minor's tonic by default)."""
    mode = str(prompt.condition.get("mode", "major"))
    if mode not in MODES:
        raise ValueError(f"mode {mode!r} is not one of {', '.join(MODES)}")
    tonic = str(prompt.condition.get("key", "A" if Key(0, mode).is_minor else "C"))
    if tonic not in TONICS:
        raise ValueError(f"key {tonic!r} is not one of {', '.join(TONICS)}")
    return Key(TONICS[tonic], mode)


@dataclass(frozen=True)
class MelodyCodec:
    """Between ``MelodyGrids`` and tokens.

    Prompts ask by ``condition``: ``bars`` (8), ``metre`` ("4/4"), ``mode`` ("major") and
    ``key`` ("C"), the last for hearing only, since the grid keeps all tunes in C or A.
    """

    vocabulary: int = VOCABULARY

    def prefix(self, prompts: Sequence[Prompt]) -> Int[Tensor, "B P"]:
        """What was asked, as tokens."""
        rows = [
            (BEGIN, FIRST_METRE + METRES.index(str(metre)), FIRST_MODE + MODES.index(key.mode))
            for metre, key in ((self._metre(p), key_of(p)) for p in prompts)
        ]
        return torch.tensor(rows, dtype=torch.long).reshape(len(rows), 3)

    def decisions(self, prompts: Sequence[Prompt]) -> Bool[Tensor, "B T"]:
        """One decision for each sixteenth of the bars asked for."""
        steps = torch.tensor([self._steps(p) for p in prompts], dtype=torch.long)
        longest = int(steps.max()) if len(steps) else 0
        return torch.arange(longest) < steps[:, None]

    def legality(self, prompts: Sequence[Prompt]) -> MelodyRules:
        """Melody tokens only, and those that mean something where they stand."""
        return MelodyRules(len(prompts))

    def encode(self, works: Works[MelodyGrid]) -> tuple[Int[Tensor, "B T"], list[Prompt]]:
        """Tokens of existing melodies, and the prompts that would ask for such.

        Raises:
            ValueError: a melody does not fill its last bar.
        """
        if not isinstance(works, MelodyGrids):
            works = MelodyGrids.stack([works[i] for i in range(len(works))])
        tokens = works.tokens[:, : int(works.steps.max(initial=0))]
        tokens = np.where(tokens == PADDING, OFF, tokens)
        prompts: list[Prompt] = []
        for steps, metre, key in zip(works.steps, works.metres, works.keys, strict=True):
            bars, rest = divmod(int(steps) * STEP, metre.bar)
            if rest:
                raise ValueError(
                    f"a melody of {steps} sixteenths does not fill its last bar of {metre}: "
                    "end it with rests"
                )
            asked = {
                "bars": bars,
                "metre": str(metre),
                "mode": key.mode,
                "key": TONIC_OF[key.tonic],
            }
            prompts.append(Prompt(condition=asked))
        return torch.from_numpy(tokens.astype(np.int64)), prompts

    def decode(self, actions: Int[Tensor, "B T"], prompts: Sequence[Prompt]) -> MelodyGrids:
        """Melodies from tokens, to be heard in the key that was asked for."""
        steps = np.array([self._steps(p) for p in prompts], np.int64)
        columns = np.arange(actions.shape[1])
        tokens = np.where(columns < steps[:, None], actions.numpy(), PADDING).astype(np.int8)
        metres = tuple(self._metre(p) for p in prompts)
        return MelodyGrids(tokens, steps, metres, tuple(key_of(p) for p in prompts))

    def place(self, actions: Int[Tensor, "B T"]) -> Int[Tensor, "B T"]:
        """Decision t writes sixteenth t."""
        return torch.arange(actions.shape[1]).expand(actions.shape)

    def _metre(self, prompt: Prompt) -> Metre:
        return metre_of(str(prompt.condition.get("metre", "4/4")))

    def _steps(self, prompt: Prompt) -> int:
        return int(prompt.condition.get("bars", 8)) * self._metre(prompt).bar // STEP


_AFTER = np.zeros((TOKENS + 1, VOCABULARY), bool)
_AFTER[:, :TOKENS] = legal_after(np.r_[np.arange(TOKENS), PADDING])
_RULES = torch.from_numpy(_AFTER)


@dataclass(frozen=True)
class MelodyRules:
    """What may follow what on the grid, for ``rows`` melodies."""

    rows: int

    def first(self) -> Bool[Tensor, "B V"]:
        """Tokens that may begin."""
        return _RULES[-1].expand(self.rows, -1)

    def after(self, step: int, tokens: Int[Tensor, " B"]) -> Bool[Tensor, "B V"]:
        """Tokens that may follow."""
        del step
        return _RULES[tokens]
