"""What is measured of works in four voices, and which of Bach's they are held against."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import Float, Int

from makar.core.errors import ConfigError
from makar.core.rewards import RewardTree
from makar.core.seeds import Seeds
from makar.core.types import Prompt, Works
from makar.domains.music.chorale.baselines import ChordChain, random_voices
from makar.domains.music.chorale.config import ChoraleConfig
from makar.domains.music.chorale.craft import VoicesCraft
from makar.domains.music.chorale.features import (
    VOICES_FEATURE_WORDS,
    fixed_voice_features,
    judgeable_voices,
    spread_voice_features,
    voice_features_id,
)
from makar.domains.music.chorale.learned import LearnedChorales, read_chorales
from makar.domains.music.chorale.prompts import ask_prompt, reward_config
from makar.domains.music.chorale.reward import plain_reward
from makar.domains.music.evaluation import bench_of
from makar.domains.music.harmony.catalogue import VOICES_CATALOGUE
from makar.domains.music.melody.codec import key_of, metre_of
from makar.domains.music.melody.grid import STEP
from makar.domains.music.voices.codec import METRES, VoicesCodec
from makar.domains.music.voices.voices import VoiceGrid, VoiceGrids, voices_of
from makar.evaluation.assessment import Bench
from makar.evaluation.gauge import DUPLICATES, LONGEST, NEAR, Terms
from makar.evaluation.rows import HUMAN
from makar.recipes.creator import Creator

LINE = "longest_line"
NOTES = (
    "a table of moments in four voices has mostly met each pair of them once: it copies, and its "
    "score and distance are those of copies; see near copies and the longest run",
)
WORDS: Mapping[str, str] = {name: entry.words for name, entry in VOICES_CATALOGUE.items()}
"""What each reward asks for."""
_COPIES: Mapping[str, str] = {
    NEAR: "works that share a longer run of chords, or of one voice, with a chorale of the corpus "
    "than Bach’s others do, out of 100",
    LONGEST: "chords running that a work shares with a chorale of the corpus, on average",
    f"{LONGEST}_of_all": "the same, of the work that shares most",
    LINE: "notes running that one voice shares with the same voice of a chorale, on average",
    f"{LINE}_of_all": "the same, of the work that shares most",
    DUPLICATES: "works whose harmonies are another one’s, beat for beat, out of 100",
}


class FourVoices:
    """Works in four voices; see ``assessment.Gauge``.

    Variety counts harmonies from beat to beat, as the run's own table does.
    """

    terms = Terms(
        VOICES_FEATURE_WORDS,
        _COPIES,
        voice_features_id(),
        {"chord_copy": LONGEST, "line_copy": LINE},
        {LONGEST: "chords", LINE: "notes of one voice"},
    )

    def batch(self, works: Works[VoiceGrid] | Sequence[VoiceGrid]) -> VoiceGrids:
        """Works in columns, however they come."""
        if isinstance(works, VoiceGrids):
            return works
        return VoiceGrids.stack([works[i] for i in range(len(works))])

    def judgeable(self, works: Works[VoiceGrid]) -> Int[np.ndarray, " N"]:
        """Works in which anything sounds."""
        return judgeable_voices(voices_of(works))

    def spread(self, works: Works[VoiceGrid]) -> Mapping[str, Float[np.ndarray, "B D"]]:
        """Features of the whole, and of each voice as a line."""
        return spread_voice_features(voices_of(works))

    def fixed(self, works: Works[VoiceGrid]) -> Float[np.ndarray, "B D"]:
        """The frozen vector of four voices."""
        return fixed_voice_features(voices_of(works))

    def moves(
        self, works: Works[VoiceGrid]
    ) -> tuple[Int[np.ndarray, "B N"], Int[np.ndarray, " B"]]:
        """The harmony on each beat."""
        return VoicesCraft().keys(works)

    def by_chance(self, asked: Sequence[Prompt], seeds: Seeds) -> VoiceGrids:
        """Each token drawn evenly from the legal ones, what is guaranteed included."""
        return random_voices(asked, VoicesCodec(_steps(asked)), seeds=seeds)

    def by_table(
        self, known: Sequence[Works[VoiceGrid]], asked: Sequence[Prompt], seeds: Seeds
    ) -> VoiceGrids:
        """A chain over what all voices do, each after the one before.

        It is not held to what is guaranteed. After the two before it would have met nearly each
        moment once, and copy.
        """
        theirs = self.batch([work for works in known for work in self.batch(works)])
        chain = ChordChain.of(theirs, order=1)
        metre = metre_of(str(asked[0].condition["metre"]))
        key = key_of(asked[0])
        return chain.sample(len(asked), _steps(asked), metre=metre, key=key, seeds=seeds)


GAUGE = FourVoices()


def _steps(asked: Sequence[Prompt]) -> int:
    """Sixteenths in what is asked."""
    bars, metre = (asked[0].condition[name] for name in ("bars", "metre"))
    return int(bars) * metre_of(str(metre)).bar // STEP


def bench_of_run(
    creator: Creator[VoiceGrid], config: ChoraleConfig, works: int
) -> Bench[VoiceGrid]:
    """What a run is measured with."""
    return _bench(read_chorales(config), creator.reward, config, works)


def bench_of_folder(
    config: ChoraleConfig, reward: RewardTree | None, works: int
) -> Bench[VoiceGrid]:
    """What works that were brought are measured with.

    Args:
        config: Of the recipe, asking for phrases as these are (``asked_as``).
        reward: The recipe's, where its model was taught before; None judges without a model.
        works: Works per row that is made.
    """
    learned = read_chorales(config)
    if reward is None:
        reward = plain_reward(
            reward_config(config),
            train=learned.works,
            known=learned.alike("train", config),
            judges=learned.closing("valid", config),
        )
    return _bench(learned, reward, config, works)


def _bench(
    learned: LearnedChorales, reward: RewardTree, config: ChoraleConfig, works: int
) -> Bench[VoiceGrid]:
    known, people = (learned.alike(side, config) for side in ("train", "heldout"))
    ask = ask_prompt(config)
    return bench_of(GAUGE, {"": known}, {HUMAN: people}, reward, ask, config, works)


def asked_as(works: Works[VoiceGrid], *, bars: int) -> dict[str, object]:
    """Settings that ask for phrases as these are: their commonest metre, mode and end.

    What a model could be held to by masks is not asked for: nobody asked these works.

    Raises:
        ConfigError: they are in no metre that the recipe writes.
    """
    _, prompts = VoicesCodec().encode(works)
    wishes = [prompt.condition for prompt in prompts]
    kinds = Counter((w["metre"], w["mode"], w["ends"]) for w in wishes if w["metre"] in METRES)
    if not kinds:
        met = ", ".join(sorted({str(w["metre"]) for w in wishes}))
        raise ConfigError(
            f"the works are in {met}; they are compared with Bach's chorales, which are in "
            f"{' and '.join(METRES)}"
        )
    metre, mode, ends = kinds.most_common(1)[0][0]
    return asked_for(bars) | {
        "ask.metre": metre, "ask.mode": mode, "ask.ends": ends, "ask.parallels": True,
    }  # fmt: skip


def asked_for(bars: int) -> dict[str, object]:
    """Settings that ask for so many bars."""
    return {"ask.bars": bars}
