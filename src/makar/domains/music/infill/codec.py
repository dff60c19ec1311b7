"""Bars between bars as tokens: what follows first, then what precedes, then the middle.

A causal model that only reads what came before cannot arrive where a composer goes on. So the
*following* material stands in front (Donahue et al. 2020, *Enabling Language Models to Fill in
the Blanks*, put what surrounds a blank before what fills it):

``[begin, metre, mode, bars] following (120) [separator] preceding (64)``, then the middle in the
38 tokens of ``grid``. Both sides are whole bars; the preceding ones end where the middle begins,
the following ones stand as far from the beginning of their places as the middle is long, and
padding fills the rest. So what stands ``d`` sixteenths *ahead* of a step is always ``ahead(d)``
tokens back, as what stands ``d`` behind it is ``d`` tokens back: a network that looks back at
fixed distances sees both. A batch of any metre is one rectangle.

Deviations from the paper:
    1. One blank at a time, of a known number of bars, at sixteenths rather than words.
    2. The following material comes before the preceding, so that the middle goes on from the
       bar it really goes on from.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from jaxtyping import Bool, Int
from torch import Tensor

from makar.core.columnar import Columnar
from makar.core.types import Prompt, Works
from makar.domains.music.melody.codec import METRES, TONIC_OF, key_of, metre_of
from makar.domains.music.melody.grid import (
    FIRST_PITCH_TOKEN,
    OFF,
    PADDING,
    STEP,
    TOKENS,
    MelodyGrid,
    MelodyGrids,
    legal_after,
)
from makar.domains.music.melody.melody import Melodies
from makar.domains.music.piece.piece import MODES, Metre

CONTEXT, FOLLOWING = 64, 48
"""Sixteenths that are read before and after: four bars and three of 4/4, five and four of 6/8."""
MOST_BARS, LONGEST = 4, 72
"""Bars, and sixteenths, that are made at once."""
PAD, BEGIN, SEPARATOR = TOKENS, TOKENS + 1, TOKENS + 2
FIRST_METRE = SEPARATOR + 1
FIRST_MODE = FIRST_METRE + len(METRES)
FIRST_BARS = FIRST_MODE + len(MODES)
VOCABULARY = FIRST_BARS + MOST_BARS
PREFIX = 4 + LONGEST + FOLLOWING + 1 + CONTEXT
FREE, ANY_PITCH, NEW = 255, 254, 253
"""In a frame: any token may stand here; a note begins here; what sounded ends here, for another
note or for silence. Other numbers are that token."""


@dataclass(frozen=True)
class Surroundings:
    """What is there already: tokens of the grid as bytes, in C major or A minor.

    Attributes:
        before: Whole bars before the middle; empty where the tune begins with it.
        after: Whole bars after it; empty where it ends the tune.
        frame: For each step of the middle what may stand there (``FREE``, ``ANY_PITCH``,
            ``NEW``, or a token); empty for all free.
    """

    before: bytes = b""
    after: bytes = b""
    frame: bytes = b""


@dataclass(frozen=True)
class Middle:
    """Made bars and what surrounds them."""

    grid: MelodyGrid
    around: Surroundings


@dataclass(frozen=True)
class Middles(Columnar[Middle]):
    """A batch of middles; judged with what surrounds them, as a listener would.

    Attributes:
        grids: The made bars.
        around: What surrounds each.
    """

    grids: MelodyGrids
    around: tuple[Surroundings, ...]

    def __len__(self) -> int:
        return len(self.around)

    def work(self, index: int) -> Middle:
        """See ``Columnar``."""
        return Middle(self.grids[index], self.around[index])

    def take(self, indices: Iterable[int]) -> Middles:
        """The middles at ``indices``, in that order."""
        rows = [int(i) for i in indices]
        return Middles(self.grids.take(rows), tuple(self.around[i] for i in rows))

    @cached_property
    def wholes(self) -> MelodyGrids:
        """Each middle with the bars before and after it, as one melody."""
        return MelodyGrids.stack([_whole(middle) for middle in self])

    @property
    def melodies(self) -> Melodies:
        """The whole melodies as notes: what the rewards judge."""
        return self.wholes.melodies


def _whole(middle: Middle) -> MelodyGrid:
    around, grid = middle.around, middle.grid
    parts = [np.frombuffer(around.before, np.uint8), grid.tokens]
    parts.append(np.frombuffer(around.after, np.uint8))
    return MelodyGrid(np.concatenate(parts).astype(np.int8), grid.metre, grid.key)


@dataclass(frozen=True)
class InfillCodec:
    """Between ``Middles`` and tokens.

    Prompts ask by ``condition`` for ``bars`` (up to 4), ``metre``, ``mode`` and ``key`` as
    those of ``MelodyCodec`` do; ``given`` is the ``Surroundings``.

    Attributes:
        following: False for a model that never sees what comes after: plain forcing, to
            compare with.
    """

    following: bool = True
    vocabulary: int = VOCABULARY

    def prefix(self, prompts: Sequence[Prompt]) -> Int[Tensor, "B P"]:
        """What the model reads before it writes."""
        rows = np.full((len(prompts), PREFIX), PAD, np.int64)
        for row, prompt in zip(rows, prompts, strict=True):
            around = surroundings_of(prompt)
            row[0] = BEGIN
            row[1] = FIRST_METRE + METRES.index(str(prompt.condition.get("metre", "4/4")))
            row[2] = FIRST_MODE + MODES.index(key_of(prompt).mode)
            row[3] = FIRST_BARS + int(prompt.condition.get("bars", MOST_BARS)) - 1
            row[4 + LONGEST + FOLLOWING] = SEPARATOR
            if around.after and self.following:
                begin = 4 + _steps(prompt)
                row[begin : begin + len(around.after)] = np.frombuffer(around.after, np.uint8)
            if around.before:
                row[PREFIX - len(around.before) :] = np.frombuffer(around.before, np.uint8)
        return torch.from_numpy(rows)

    def decisions(self, prompts: Sequence[Prompt]) -> Bool[Tensor, "B T"]:
        """One decision for each sixteenth of the middle that is not given."""
        steps = torch.tensor([_steps(p) for p in prompts], dtype=torch.long)
        longest = int(steps.max()) if len(steps) else 0
        return torch.arange(longest) < steps[:, None]

    def legality(self, prompts: Sequence[Prompt]) -> MiddleRules:
        """Melody tokens that mean something where they stand, and that the frame allows."""
        around = [surroundings_of(p) for p in prompts]
        longest = max((_steps(p) for p in prompts), default=0)
        frame = np.full((len(around), longest), FREE, np.int64)
        for row, given in zip(frame, around, strict=True):
            row[: len(given.frame)] = np.frombuffer(given.frame, np.uint8)
        last = [given.before[-1] if given.before else _NOTHING for given in around]
        return MiddleRules(torch.tensor(last, dtype=torch.long), torch.from_numpy(frame))

    def encode(self, works: Works[Middle]) -> tuple[Int[Tensor, "B T"], list[Prompt]]:
        """Tokens of existing middles, and the prompts that would ask for such."""
        middles = [works[i] for i in range(len(works))]
        grids = MelodyGrids.stack([m.grid for m in middles])
        prompts: list[Prompt] = []
        for middle in middles:
            grid = middle.grid
            condition = {
                "bars": len(grid.tokens) * STEP // grid.metre.bar, "metre": str(grid.metre),
                "mode": grid.key.mode, "key": TONIC_OF[grid.key.tonic],
            }  # fmt: skip
            prompts.append(Prompt(condition=condition, given=middle.around))
        tokens = np.where(grids.tokens == PADDING, OFF, grids.tokens).astype(np.int64)
        return torch.from_numpy(tokens), prompts

    def decode(self, actions: Int[Tensor, "B T"], prompts: Sequence[Prompt]) -> Middles:
        """Middles from tokens, with what surrounds them."""
        steps = np.array([_steps(p) for p in prompts], np.int64)
        inside = np.arange(actions.shape[1]) < steps[:, None]
        tokens = np.where(inside, actions.numpy(), PADDING).astype(np.int8)
        metres = tuple(_metre(p) for p in prompts)
        grids = MelodyGrids(tokens, steps, metres, tuple(key_of(p) for p in prompts))
        return Middles(grids, tuple(surroundings_of(p) for p in prompts))

    def place(self, actions: Int[Tensor, "B T"]) -> Int[Tensor, "B T"]:
        """Decision t writes sixteenth t."""
        return torch.arange(actions.shape[1]).expand(actions.shape)


def ahead(distance: int) -> int:
    """Tokens back at which the model finds what stands ``distance`` sixteenths ahead."""
    return PREFIX - 4 - distance


def bars_at_once(metre: Metre) -> int:
    """Bars of a metre that are made at once: four, three of 12/8."""
    return min(MOST_BARS, LONGEST * STEP // metre.bar)


def surroundings_of(prompt: Prompt) -> Surroundings:
    """What a prompt gives; nothing around by default."""
    return prompt.given if isinstance(prompt.given, Surroundings) else Surroundings()


def _metre(prompt: Prompt) -> Metre:
    return metre_of(str(prompt.condition.get("metre", "4/4")))


def _steps(prompt: Prompt) -> int:
    return int(prompt.condition.get("bars", MOST_BARS)) * _metre(prompt).bar // STEP


_NOTHING = TOKENS
_AFTER = np.zeros((TOKENS + 1, VOCABULARY), bool)
_AFTER[:, :TOKENS] = legal_after(np.r_[np.arange(TOKENS), PADDING])
_RULES = torch.from_numpy(_AFTER)
_FRAMES = np.zeros((FREE + 1, VOCABULARY), bool)
_FRAMES[np.arange(TOKENS), np.arange(TOKENS)] = True
_FRAMES[ANY_PITCH, FIRST_PITCH_TOKEN:TOKENS] = True
_FRAMES[NEW, [OFF, *range(FIRST_PITCH_TOKEN, TOKENS)]] = True
_FRAMES[FREE, :TOKENS] = True
_ALLOWED = torch.from_numpy(_FRAMES)


@dataclass(frozen=True)
class MiddleRules:
    """What may follow what, and what the frame asks for; the frame has the last word.

    Attributes:
        last: ``(B,)`` the token before the middle.
        frame: ``(B, T)`` what each step asks for.
    """

    last: Int[Tensor, " B"]
    frame: Int[Tensor, "B T"]

    def first(self) -> Bool[Tensor, "B V"]:
        """Tokens that may begin the middle."""
        return self._at(0, self.last)

    def after(self, step: int, tokens: Int[Tensor, " B"]) -> Bool[Tensor, "B V"]:
        """Tokens that may follow."""
        return self._at(min(step + 1, self.frame.shape[1] - 1), tokens)

    def _at(self, step: int, previous: Tensor) -> Tensor:
        asked = _ALLOWED[self.frame[:, step]]
        both = asked & _RULES[previous]
        return torch.where(both.any(-1, keepdim=True), both, asked)
