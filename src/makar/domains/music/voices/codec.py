"""Four voices as tokens: soprano, alto, tenor, bass of one sixteenth, then of the next.

The model first reads what is asked: metre, mode, how the phrase ends, the key it is heard in,
and the soprano where one is given to be harmonised. Then it writes one token for each voice
and sixteenth; what no choir sings is not among its choices.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from jaxtyping import Bool, Int
from torch import Tensor

from makar.core.types import Prompt, Works
from makar.domains.music.melody.codec import TONIC_OF, key_of, metre_of
from makar.domains.music.melody.grid import STEP, sounding_shift
from makar.domains.music.piece.piece import Metre
from makar.domains.music.voices.rules import VoiceRules
from makar.domains.music.voices.voices import (
    HOLD,
    OFF,
    PADDING,
    SOPRANO,
    TOKENS,
    VOICES,
    VoiceGrid,
    VoiceGrids,
)

METRES = ("4/4", "3/4")
ENDS = ("open", "close")
NOT_GIVEN = TOKENS
VOCABULARY = TOKENS + 1
"""What is asked is said in the same numbers as the music: its place says what it means."""
ASKED = 4
"""Tokens before the given soprano: metre, mode, end, key."""
WAYS = {
    "ends": ENDS, "in_key": ("no", "yes"), "crossing": ("yes", "no"), "parallels": ("yes", "no"),
}  # fmt: skip
"""What a prompt may say of these; the first of each is what holds where it says nothing."""


@dataclass(frozen=True)
class VoicesCodec:
    """Between ``VoiceGrids`` and tokens.

    Prompts ask by ``condition``: ``bars`` (4), ``metre`` ("4/4" or "3/4"), ``mode`` ("major" or
    "minor"), ``key`` ("C"), ``ends`` ("close": nothing is struck in the last beat; "open"),
    ``in_key`` ("yes": only the scale's pitches, in minor with both sixths and sevenths),
    ``crossing`` ("no": no voice sounds above the one over it) and ``parallels`` ("no": no
    parallel fifths, octaves or unisons). ``given`` is a soprano, a ``VoiceGrid`` of one voice,
    that is kept as it is.

    Attributes:
        columns: Sixteenths that there is room for.
        harmonising: True to encode works as if their sopranos had been given.
    """

    columns: int = 64
    harmonising: bool = False
    vocabulary: int = VOCABULARY

    def prefix(self, prompts: Sequence[Prompt]) -> Int[Tensor, "B P"]:
        """What was asked, as tokens: ``ASKED`` of them, and the soprano."""
        rows = np.full((len(prompts), ASKED + self.columns), NOT_GIVEN, np.int64)
        for row, prompt in zip(rows, prompts, strict=True):
            key = key_of(prompt)
            row[:ASKED] = (
                METRES.index(str(self._metre(prompt))),
                int(key.is_minor),
                ENDS.index(way(prompt, "ends")),
                sounding_shift(key) + 5,
            )
            if (soprano := self._given(prompt)) is not None:
                row[ASKED : ASKED + len(soprano)] = soprano
        return torch.from_numpy(rows)

    def decisions(self, prompts: Sequence[Prompt]) -> Bool[Tensor, "B T"]:
        """One decision for each voice and sixteenth of the bars asked for."""
        steps = torch.tensor([self._steps(p) for p in prompts], dtype=torch.long)
        longest = int(steps.max()) if len(steps) else 0
        return torch.arange(len(VOICES) * longest) < len(VOICES) * steps[:, None]

    def legality(self, prompts: Sequence[Prompt]) -> VoiceRules:
        """What a choir can sing, and what was asked."""
        rows = len(prompts)
        given = np.full((rows, self.columns), NOT_GIVEN, np.int64)
        for row, prompt in zip(given, prompts, strict=True):
            if (soprano := self._given(prompt)) is not None:
                row[: len(soprano)] = soprano
        keys = [key_of(p) for p in prompts]
        closing = [way(p, "ends") == "close" for p in prompts]
        beats = [self._metre(p).beat // STEP for p in prompts]
        steps = np.array([self._steps(p) for p in prompts], np.int64)
        return VoiceRules.of(
            shift=np.array([sounding_shift(k) for k in keys], np.int64),
            minor=np.array([k.is_minor for k in keys], bool),
            in_key=np.array([way(p, "in_key") == "yes" for p in prompts], bool),
            ordered=np.array([way(p, "crossing") == "no" for p in prompts], bool),
            separate=np.array([way(p, "parallels") == "no" for p in prompts], bool),
            rest_from=np.where(closing, steps - np.array(beats, np.int64), self.columns),
            given=given,
            vocabulary=VOCABULARY,
        )

    def encode(self, works: Works[VoiceGrid]) -> tuple[Int[Tensor, "B T"], list[Prompt]]:
        """Tokens of existing works, and the prompts that would ask for such.

        Raises:
            ValueError: a work does not fill its last bar.
        """
        if not isinstance(works, VoiceGrids):
            works = VoiceGrids.stack([works[i] for i in range(len(works))])
        tokens = works.tokens[:, :, : int(works.steps.max(initial=0))]
        tokens = np.where(tokens == PADDING, OFF, tokens).astype(np.int64)
        prompts = [self._prompt(work) for work in works]
        return torch.from_numpy(tokens.swapaxes(1, 2).reshape(len(works), -1)), prompts

    def decode(self, actions: Int[Tensor, "B T"], prompts: Sequence[Prompt]) -> VoiceGrids:
        """Works from tokens, to be heard in the key that was asked for."""
        steps = np.array([self._steps(p) for p in prompts], np.int64)
        tokens = actions.numpy().reshape(len(prompts), -1, len(VOICES)).swapaxes(1, 2)
        inside = np.arange(tokens.shape[2]) < steps[:, None, None]
        tokens = np.where(inside, tokens, PADDING).astype(np.int16)
        metres = tuple(self._metre(p) for p in prompts)
        return VoiceGrids(tokens, steps, metres, tuple(key_of(p) for p in prompts))

    def place(self, actions: Int[Tensor, "B T"]) -> Int[Tensor, "B T"]:
        """The four decisions of a sixteenth are one unit."""
        return (torch.arange(actions.shape[1]) // len(VOICES)).expand(actions.shape)

    def _prompt(self, work: VoiceGrid) -> Prompt:
        steps = work.tokens.shape[1]
        bars, rest = divmod(steps * STEP, work.metre.bar)
        if rest:
            raise ValueError(
                f"a work of {steps} sixteenths does not fill its last bar of {work.metre}: "
                "end it with rests"
            )
        closes = (work.tokens[:, -(work.metre.beat // STEP) :] == HOLD).all()
        wishes: dict[str, float | str] = {
            "bars": bars,
            "metre": str(work.metre),
            "mode": "minor" if work.key.is_minor else "major",
            "key": TONIC_OF[work.key.tonic],
            "ends": "close" if closes else "open",
        }
        soprano = replace(work, tokens=work.tokens[:1]) if self.harmonising else None
        return Prompt(condition=wishes, given=soprano)

    def _metre(self, prompt: Prompt) -> Metre:
        metre = metre_of(str(prompt.condition.get("metre", "4/4")))
        if str(metre) not in METRES:
            raise ValueError(f"four voices are written in {' or '.join(METRES)}, not in {metre}")
        return metre

    def _steps(self, prompt: Prompt) -> int:
        steps = int(prompt.condition.get("bars", 4)) * self._metre(prompt).bar // STEP
        if steps > self.columns:
            raise ValueError(
                f"{steps} sixteenths are asked for, and the model has room for {self.columns}: "
                "ask for fewer bars, or train with more"
            )
        return steps

    def _given(self, prompt: Prompt) -> Int[np.ndarray, " S"] | None:
        """The soprano's tokens, where one is given."""
        if prompt.given is None:
            return None
        if not isinstance(prompt.given, VoiceGrid):
            raise TypeError(f"given is a {type(prompt.given).__name__}, not a VoiceGrid")
        soprano = prompt.given.tokens[SOPRANO].astype(np.int64)
        if len(soprano) != self._steps(prompt):
            raise ValueError(
                f"the soprano given has {len(soprano)} sixteenths, and the bars asked for have "
                f"{self._steps(prompt)}: ask for as many bars as it has"
            )
        return soprano


def way(prompt: Prompt, name: str) -> str:
    """What a prompt says of one of ``WAYS``; raises ValueError for what it may not say."""
    said = str(prompt.condition.get(name, WAYS[name][0]))
    if said not in WAYS[name]:
        raise ValueError(f"{name} {said!r} is not one of {', '.join(WAYS[name])}")
    return said
