"""The ``tune`` recipe: a small model learns tunes, then learns what it is rewarded for."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch

from makar.core.scoring import Scorer
from makar.domains.music.corpus.folder import pieces_in
from makar.domains.music.corpus.sources import collection_files, user_files
from makar.domains.music.corpus.tunes import load_corpus
from makar.domains.music.evaluation import evaluation_by
from makar.domains.music.melody.codec import MelodyCodec, metre_of
from makar.domains.music.melody.grid import STEP, MelodyGrid, MelodyGrids
from makar.domains.music.rewards.novelty import CopyIndex
from makar.domains.music.tune.assessment import GAUGE
from makar.domains.music.tune.config import MelodyConfig, ModelConfig
from makar.domains.music.tune.craft import MelodyCraft
from makar.domains.music.tune.habits import asked_by
from makar.domains.music.tune.phrases import (
    FEW_WINDOWS,
    METRES,
    TunePhrases,
    alike,
    check_phrases,
    joined,
    judged_in_part,
    own_phrases,
    phrases_in,
    phrases_of,
    stand_ins,
)
from makar.domains.music.tune.prompts import ask_prompt
from makar.domains.music.tune.reward import WEIGHTING, checked_rewards, melody_reward
from makar.domains.music.words import TUNE_WORDS, in_words
from makar.evaluation.gauge import baselines_by
from makar.learners.likelihood import PretrainConfig
from makar.learners.policy_gradient import frozen
from makar.measures.statistics import quantile_band
from makar.models.recurrent import Recurrent, RecurrentConfig
from makar.models.token_policy import TokenPolicy
from makar.models.transformer import Transformer, TransformerConfig
from makar.recipes.assembly import assemble, begin, placed
from makar.recipes.domain import Brought, Recipe
from makar.recipes.preparation import Prepared, Progress, pretrain

LOOKBACK = tuple(sorted({metre_of(m).bar // STEP * bars for m in METRES for bars in (1, 2, 4)}))
"""Sixteenths in one, two and four bars of each metre: how far back a tune repeats itself."""


def check(config: MelodyConfig, functions: Mapping[str, Scorer]) -> None:
    """Refuse what cannot work before anybody waits for it.

    Raises:
        ConfigError: a reward cannot be used.
        UnreadableError: a collection or folder is not there.
    """
    checked_rewards(config.reward, functions)
    for name in config.corpus.collections:
        collection_files(name)
    if config.corpus.folder is not None:
        user_files(config.corpus.folder)


def read(path: Path, config: MelodyConfig) -> list[Brought]:
    """The pieces in a file, in phrases as long as those asked for."""
    return pieces_in(path, phrases_in, config.ask.bars, told=judged_in_part)


def craft_of(config: MelodyConfig) -> MelodyCraft:
    """How the run's works are handed out as files; it knows no sources, so it is there at once."""
    nothing = CopyIndex.of(MelodyGrids.stack([]).melodies)
    return MelodyCraft(nothing, (), 0.0, program=config.ask.program, tempo=config.ask.tempo)


def build_net(
    config: ModelConfig, *, vocabulary: int, context: int, lookback: tuple[int, ...] = LOOKBACK
) -> Recurrent | Transformer:
    """The network of that kind, freshly initialised; only an LSTM is shown what was before."""
    size: dict[str, Any] = config.model_dump(exclude={"kind"})
    size |= {"vocabulary": vocabulary, "context": context}
    if config.kind == "lstm":
        return Recurrent(RecurrentConfig(**size, lookback=lookback))
    return Transformer(TransformerConfig(**size))


def prepare(
    config: MelodyConfig,
    *,
    prior: Mapping[str, torch.Tensor] | None = None,
    functions: Mapping[str, Scorer] | None = None,
) -> Generator[Progress, None, Prepared]:
    """Read the tunes, teach the model to write such, and set up what it will be rewarded for.

    See ``recipes.domain.Prepare``.

    Raises:
        CorpusTooSmallError: there is nothing to learn from.
    """
    begin(config)
    yield Progress("reading tunes")
    public = phrases_of(load_corpus(config.corpus.collections), config.ask.bars)
    own = yield from own_phrases(config)
    check_phrases(public, config)
    codec = MelodyCodec()
    asked = codec.decisions([ask_prompt(config)]).shape[1]
    longest = max(asked, public.train.tokens.shape[1], own.train.tokens.shape[1] if own else 0)
    net = build_net(config.model, vocabulary=codec.vocabulary, context=longest + 8)
    made: TokenPolicy[MelodyGrid] = TokenPolicy(net, codec)
    policy, known = placed(made, config, prior)
    if not known:
        yield from _teach(policy, public, config.pretrain, config, stage="learning tunes")
        if own is not None:
            yield from _teach(policy, own, config.tune, config, stage="learning your music")
    yield Progress("setting up the reward")
    return _set_up(config, policy, public, own, functions or {})


def _teach(
    policy: TokenPolicy[MelodyGrid],
    phrases: TunePhrases,
    lesson: PretrainConfig,
    config: MelodyConfig,
    *,
    stage: str,
) -> Iterator[Progress]:
    return pretrain(
        policy,
        policy.demonstrate(phrases.train),
        policy.demonstrate(phrases.valid),
        lesson,
        seed=config.prior_seed,
        settings=f"{config.model.model_dump_json()}|{LOOKBACK}",
        stage=stage,
    )


def _set_up(
    config: MelodyConfig,
    policy: TokenPolicy[MelodyGrid],
    public: TunePhrases,
    own: TunePhrases | None,
    functions: Mapping[str, Scorer],
) -> Prepared[MelodyGrid]:
    ask = ask_prompt(config)
    prior = frozen(policy)
    home = own if own is not None and len(own.valid) >= FEW_WINDOWS else public
    train = joined(public.train, own.train) if own else public.train
    known, judges, human = (alike(s, config) for s in (home.train, home.valid, home.heldout))
    blended = melody_reward(
        config.reward, train=train, known=known, judges=judges, prior=prior, functions=functions,
        program=config.ask.program,
    )  # fmt: skip
    parts = {component.name: component.scorer for component in blended[0].components}
    index = cast(CopyIndex, parts["near_copy"])
    asked = np.asarray(index(judges, [ask] * len(judges)))
    craft = MelodyCraft(
        index,
        (*public.sources, *(own.sources if own else ())),
        limit=quantile_band(asked)[-1],
        program=config.ask.program,
        tempo=config.ask.tempo,
        private_from=len(public.sources) if own else None,
    )
    return assemble(
        config, policy, prior=prior, blended=blended, ask=ask, asked=in_words(ask, config.ask),
        words=TUNE_WORDS, craft=craft, known=known, human=human,
        baselines=baselines_by(GAUGE, [known]),
        notes=[*public.notes, *(own.notes if own else ()), *stand_ins(home, config)],
    )  # fmt: skip


TUNE: Recipe[MelodyConfig, MelodyGrid] = Recipe(
    name="tune",
    config=MelodyConfig,
    words=TUNE_WORDS,
    bring="Bring a melody in sixteenths or longer, within three octaves",
    examples=(
        "makar train",
        "makar train --bars 16 --metre 3/4 --mode minor --form AABA",
        "makar train --corpus ~/scores --reward mine.py:swing=0.5 --weight close=3",
    ),
    following=asked_by,
    prompt=ask_prompt,
    check=check,
    prepare=prepare,
    craft=craft_of,
    read=read,
    parts=lambda config: WEIGHTING.rewarded(config.reward),
    evaluate=evaluation_by("tune"),
)
