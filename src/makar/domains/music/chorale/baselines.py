"""Four voices by chance and by a table: what a model of chorales has to be better than."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Int

from makar.core.seeds import Seeds
from makar.core.types import Prompt
from makar.domains.music.melody.event_chain import EventChain
from makar.domains.music.piece.piece import Key, Metre
from makar.domains.music.voices.codec import VoicesCodec
from makar.domains.music.voices.voices import (
    FIRST_PITCH,
    HOLD,
    LOWEST,
    OFF,
    REST,
    VOICES,
    VoiceGrid,
    VoiceGrids,
)


def random_voices(prompts: Sequence[Prompt], codec: VoicesCodec, *, seeds: Seeds) -> VoiceGrids:
    """Every token drawn evenly from those that are legal, what was guaranteed included.

    Args:
        prompts: What is asked of each work.
        codec: Knows what is legal.
        seeds: Fixes the draw; work i has its own.
    """
    steps = codec.decisions(prompts).shape[1]
    uniforms = torch.from_numpy(seeds.uniforms(len(prompts), steps))
    rules = codec.legality(prompts)
    actions = torch.zeros((len(prompts), steps), dtype=torch.long)
    legal = rules.first()
    for step in range(steps):
        ladder = legal.cumsum(1)
        drawn = (uniforms[:, step] * ladder[:, -1]).long()
        actions[:, step] = (ladder > drawn[:, None]).long().argmax(1)
        if step + 1 < steps:
            legal = rules.after(step, actions[:, step])
    return codec.decode(actions, prompts)


Moment = tuple[tuple[int, ...], tuple[bool, ...], int]
"""What sounds in each voice, which of them strike, and the sixteenths until the next moment."""


@dataclass(frozen=True)
class ChordChain:
    """A Markov chain over moments: what all voices do, and how long, after the two before.

    A moment is a sixteenth in which some voice strikes or ends. The table knows no rule of
    voice leading beyond what two moments in a row have shown it.

    Attributes:
        events: What follows what.
        moments: What each event is.
    """

    events: EventChain
    moments: Sequence[Moment]

    @classmethod
    def of(cls, grids: VoiceGrids, *, order: int = 2) -> ChordChain:
        """Count the moments of a corpus.

        Raises:
            ValueError: there is no work to learn from.
        """
        numbers: dict[Moment, int] = {}
        works = [
            [numbers.setdefault(moment, len(numbers)) for moment in _moments(work, sounding)]
            for work, sounding in zip(grids, grids.sounding, strict=True)
        ]
        return cls(EventChain.of(works, order=order), list(numbers))

    def sample(self, count: int, steps: int, *, metre: Metre, key: Key, seeds: Seeds) -> VoiceGrids:
        """Works drawn from the chain, the last moment cut where the work ends.

        Args:
            count: How many.
            steps: Sixteenths in each.
            metre: Their time signature.
            key: The key they are heard in.
            seeds: Fixes the draw; work i has its own.
        """
        uniforms = seeds.uniforms(count, (self.events.order + 1) * steps)
        tokens = [self._one(row, steps) for row in uniforms]
        return VoiceGrids.stack([VoiceGrid(one, metre, key) for one in tokens])

    def _one(self, uniforms: np.ndarray, steps: int) -> Int[np.ndarray, "V T"]:
        tokens = np.full((len(VOICES), steps), HOLD, np.int16)
        at, before = 0, (REST,) * len(VOICES)
        for event in self.events.walk(uniforms):
            pitches, strikes, length = self.moments[event]
            for voice, (pitch, struck) in enumerate(zip(pitches, strikes, strict=True)):
                if pitch == REST:
                    # silence after silence is kept by holding
                    tokens[voice, at] = OFF if before[voice] != REST or not at else HOLD
                elif struck or pitch != before[voice]:
                    tokens[voice, at] = pitch - LOWEST + FIRST_PITCH
            at, before = at + length, pitches
            if at >= steps:
                break
        return tokens


def _moments(work: VoiceGrid, sounding: np.ndarray) -> list[Moment]:
    tokens = work.tokens
    begins = np.flatnonzero((tokens != HOLD).any(0))
    lengths = np.diff(np.r_[begins, tokens.shape[1]])
    return [
        (
            tuple(sounding[:, at].tolist()),
            tuple((tokens[:, at] >= FIRST_PITCH).tolist()),
            int(length),
        )
        for at, length in zip(begins, lengths, strict=True)
    ]
