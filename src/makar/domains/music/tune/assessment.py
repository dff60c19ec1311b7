"""What is measured of tunes, and what they are held against."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from jaxtyping import Float, Int

from makar.core.errors import ConfigError
from makar.core.rewards import RewardTree
from makar.core.seeds import Seeds
from makar.core.types import Prompt, Works
from makar.domains.music.corpus.tunes import load_corpus, load_user_corpus
from makar.domains.music.evaluation import bench_of
from makar.domains.music.melody.codec import MelodyCodec, key_of, metre_of
from makar.domains.music.melody.grid import MelodyGrid, MelodyGrids
from makar.domains.music.melody.melody import melodies_of
from makar.domains.music.rewards.catalogue import CATALOGUE
from makar.domains.music.rewards.moves import moves_of
from makar.domains.music.tune.baselines import NoteChain, random_melodies
from makar.domains.music.tune.config import MelodyConfig, form_of
from makar.domains.music.tune.features import (
    FEATURE_WORDS,
    features_id,
    fixed_features,
    judgeable,
    spread_features,
)
from makar.domains.music.tune.phrases import FEW_WINDOWS, METRES, TunePhrases, alike, phrases_of
from makar.domains.music.tune.prompts import ask_prompt
from makar.domains.music.tune.reward import plain_reward
from makar.evaluation.assessment import Bench
from makar.evaluation.gauge import LONGEST, NEAR, Terms
from makar.evaluation.rows import HUMAN
from makar.recipes.creator import Creator

_MODES = ("major", "minor", "dorian", "mixolydian")
WORDS: Mapping[str, str] = {name: entry.words for name, entry in CATALOGUE.items()}
"""What each reward asks for."""
COPIES: Mapping[str, str] = {
    NEAR: "works that share a longer run with a tune of the corpus than people’s do, out of 100",
    LONGEST: "notes running that a work shares with a tune of the corpus, on average",
    f"{LONGEST}_of_all": "the same, of the work that shares most",
}


class Tunes:
    """Tunes on the grid, one voice each; see ``assessment.Gauge``."""

    terms = Terms(FEATURE_WORDS, COPIES, features_id(), {"near_copy": LONGEST}, {LONGEST: "notes"})

    def batch(self, works: Works[MelodyGrid] | Sequence[MelodyGrid]) -> MelodyGrids:
        """Melodies in columns, however they come."""
        if isinstance(works, MelodyGrids):
            return works
        return MelodyGrids.stack([works[i] for i in range(len(works))])

    def judgeable(self, works: Works[Any]) -> Int[np.ndarray, " N"]:
        """Melodies of three notes or more."""
        return judgeable(melodies_of(works))

    def spread(self, works: Works[Any]) -> Mapping[str, Float[np.ndarray, "B D"]]:
        """The nine features of mgeval."""
        return spread_features(melodies_of(works))

    def fixed(self, works: Works[Any]) -> Float[np.ndarray, "B D"]:
        """The frozen vector of a tune."""
        return fixed_features(melodies_of(works))

    def moves(self, works: Works[Any]) -> tuple[Int[np.ndarray, "B N"], Int[np.ndarray, " B"]]:
        """Intervals with the time to the next note."""
        moves = moves_of(melodies_of(works))
        return moves.keys, moves.count

    def by_chance(self, asked: Sequence[Prompt], seeds: Seeds) -> MelodyGrids:
        """Each token drawn evenly from the legal ones."""
        return random_melodies(len(asked), **_frame(asked), seeds=seeds)

    def by_table(
        self, known: Sequence[Works[MelodyGrid]], asked: Sequence[Prompt], seeds: Seeds
    ) -> MelodyGrids:
        """An order-2 chain over the notes."""
        chain = NoteChain.of(self.batch([work for works in known for work in self.batch(works)]))
        return chain.sample(len(asked), **_frame(asked), seeds=seeds)


GAUGE = Tunes()


def _frame(asked: Sequence[Prompt]) -> dict[str, Any]:
    """Length, metre and key of what is asked."""
    return {
        "steps": int(MelodyCodec().decisions(asked[:1]).sum()),
        "metre": metre_of(str(asked[0].condition["metre"])),
        "key": key_of(asked[0]),
    }


def bench_of_run(
    creator: Creator[MelodyGrid], config: MelodyConfig, works: int
) -> Bench[MelodyGrid]:
    """What a run is measured with."""
    known, people = {"": alike(_home(config).train, config)}, {HUMAN: GAUGE.batch(creator.human)}
    return bench_of(GAUGE, known, people, creator.reward, creator.ask, config, works)


def bench_of_folder(
    config: MelodyConfig, reward: RewardTree | None, works: int
) -> Bench[MelodyGrid]:
    """What works that were brought are measured with.

    Args:
        config: Of the recipe, asking for phrases as these are (``asked_as``).
        reward: The recipe's, where its model was taught before; None judges without a model.
        works: Works per row that is made.
    """
    public = _home(config)
    known, judges, people = (
        alike(side, config) for side in (public.train, public.valid, public.heldout)
    )
    if reward is None:
        reward = plain_reward(
            config.reward, train=public.train, known=known, judges=judges,
            program=config.ask.program,
        )  # fmt: skip
    ask = replace(ask_prompt(config), form="")  # nobody asked these works for a form
    return bench_of(GAUGE, {"": known}, {HUMAN: people}, reward, ask, config, works)


def _home(config: MelodyConfig) -> TunePhrases:
    """The phrases that stand for people's: the user's own where there are enough of them."""
    bars = config.ask.bars
    if config.corpus.folder is not None:
        own = phrases_of(load_user_corpus(config.corpus.folder), bars, private=True)
        if len(own.valid) >= FEW_WINDOWS:
            return own
    return phrases_of(load_corpus(config.corpus.collections), bars)


def asked_as(works: Works[MelodyGrid], *, bars: int) -> dict[str, object]:
    """Settings that ask for phrases as these are: their commonest metre and mode.

    Raises:
        ConfigError: they are in no metre that the recipe writes.
    """
    brought = GAUGE.batch(works)
    kinds = Counter(
        (str(metre), key.mode if key.mode in _MODES else ("minor" if key.is_minor else "major"))
        for metre, key in zip(brought.metres, brought.keys, strict=True)
        if str(metre) in METRES
    )
    if not kinds:
        met = ", ".join(sorted({str(metre) for metre in brought.metres}))
        raise ConfigError(
            f"the works are in {met}; they are compared with people's tunes, which are in "
            f"{', '.join(METRES)}"
        )
    metre, mode = kinds.most_common(1)[0][0]
    return asked_for(bars) | {"ask.metre": metre, "ask.mode": mode}


def asked_for(bars: int) -> dict[str, object]:
    """Settings that ask for so many bars."""
    return {"ask.bars": bars, "ask.form": form_of(bars)}
