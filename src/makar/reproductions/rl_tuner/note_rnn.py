"""The Note RNN: what every model of the table starts from, and is held near to.

As published it is an LSTM of 100 units that reads one token at a time. Deviations: (1) it learns
from two-bar windows of makar's default corpus, in C major or A minor, instead of 30,000 MIDI
songs; (2) AdamW until the held-out loss stops falling, instead of 30,000 steps of Adam; (3) tokens
are embedded and their place in the two bars is added, since works always begin on a bar line here;
(4) nothing primes it: before the first decision it reads a single note-off.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Bool, Int
from torch import Tensor

from makar.core.types import Prompt, Works
from makar.domains.music.corpus.groups import Side
from makar.domains.music.corpus.tunes import load_corpus
from makar.domains.music.melody.grid import OFF, TOKENS, MelodyGrid, MelodyGrids
from makar.domains.music.piece.piece import Key, Metre
from makar.learners.likelihood import PretrainConfig, Pretraining
from makar.models.recurrent import Recurrent, RecurrentConfig
from makar.models.token_policy import TokenPolicy
from makar.reproductions.rl_tuner.rules import tokens_of

STEPS = 32
"""Sixteenths in a composition: two bars of 4/4."""
WIDTH = 100
SHARD = 250
PRETRAINING = PretrainConfig(updates=1500, batch=128, learning_rate=4e-3, evaluate_every=150)


def compositions(tokens: Int[np.ndarray, "B T"]) -> MelodyGrids:
    """Rows of tokens as works in C major."""
    rows = len(tokens)
    steps = np.full(rows, tokens.shape[1], np.int64)
    return MelodyGrids(tokens.astype(np.int8), steps, (Metre(),) * rows, (Key(),) * rows)


@dataclass(frozen=True)
class TunerCodec:
    """The paper's 38 tokens and nothing else: no prompt, and any token may follow any."""

    vocabulary: int = TOKENS

    def prefix(self, prompts: Sequence[Prompt]) -> Int[Tensor, "B P"]:
        """Silence before the piece."""
        return torch.full((len(prompts), 1), OFF)

    def decisions(self, prompts: Sequence[Prompt]) -> Bool[Tensor, "B T"]:
        """Two bars for everyone."""
        return torch.ones(len(prompts), STEPS, dtype=torch.bool)

    def legality(self, prompts: Sequence[Prompt]) -> Anything:
        """No rules."""
        return Anything(len(prompts))

    def encode(self, works: Works[MelodyGrid]) -> tuple[Int[Tensor, "B T"], list[Prompt]]:
        """Tokens of existing works of two bars."""
        tokens = torch.from_numpy(tokens_of(works))
        return tokens, [Prompt()] * len(tokens)

    def decode(self, actions: Int[Tensor, "B T"], prompts: Sequence[Prompt]) -> MelodyGrids:
        """Works from tokens."""
        del prompts
        return compositions(actions.numpy())

    def place(self, actions: Int[Tensor, "B T"]) -> Int[Tensor, "B T"]:
        """Decision t writes step t."""
        return torch.arange(actions.shape[1]).expand(actions.shape)


@dataclass(frozen=True)
class Anything:
    """Every token may come at any time, for ``rows`` works: sampling is never masked."""

    rows: int

    def first(self) -> Bool[Tensor, "B V"]:
        """All tokens."""
        return torch.ones(self.rows, TOKENS, dtype=torch.bool)

    def after(self, step: int, tokens: Int[Tensor, " B"]) -> Bool[Tensor, "B V"]:
        """All tokens."""
        del step, tokens
        return self.first()


def untaught(*, seed: int, width: int = WIDTH) -> TokenPolicy[MelodyGrid]:
    """A Note RNN that knows nothing yet."""
    torch.manual_seed(seed)
    net = Recurrent(RecurrentConfig(vocabulary=TOKENS, width=width, context=STEPS))
    return TokenPolicy(net, TunerCodec(), shard=SHARD)


def human(side: Side) -> MelodyGrids:
    """People's tunes: two-bar windows in 4/4 of the default corpus, moved to C major or A minor."""
    return load_corpus().windows(2, ("4/4",), side=side).grids


def taught(
    examples: MelodyGrids,
    tested_on: MelodyGrids,
    *,
    seed: int,
    config: PretrainConfig = PRETRAINING,
    width: int = WIDTH,
) -> tuple[TokenPolicy[MelodyGrid], float]:
    """A Note RNN that learned by example, and its loss on other tunes in nats per step."""
    policy = untaught(seed=seed, width=width)
    training = Pretraining(
        policy, policy.demonstrate(examples), policy.demonstrate(tested_on), config, seed=seed
    )
    for _ in training.run():
        pass
    return policy, training.best
