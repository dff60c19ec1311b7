"""The ``tune`` recipe: a small model learns tunes, then learns what it is rewarded for."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import cast

import numpy as np
import torch

from makar.core.scoring import Scorer
from makar.core.types import Prompt
from makar.domains.music.corpus.sources import collection_files, user_files
from makar.domains.music.corpus.tunes import load_corpus
from makar.domains.music.melody.codec import MelodyCodec, metre_of
from makar.domains.music.melody.grid import STEP, MelodyGrid, MelodyGrids
from makar.domains.music.rewards.novelty import CopyIndex
from makar.domains.music.tune.config import MelodyConfig, ModelConfig
from makar.domains.music.tune.craft import MelodyCraft
from makar.domains.music.tune.phrases import (
    FEW_WINDOWS,
    METRES,
    Phrases,
    alike,
    check_phrases,
    joined,
    own_phrases,
    phrases_in,
    phrases_of,
)
from makar.domains.music.tune.reward import checked_rewards, melody_blend
from makar.learners.likelihood import PretrainConfig
from makar.learners.policy_gradient import PolicyGradient, frozen
from makar.measures.statistics import quantile_band
from makar.models.recurrent import Recurrent, RecurrentConfig
from makar.models.token_policy import TokenPolicy
from makar.models.transformer import Transformer, TransformerConfig
from makar.recipes.bonuses import bonuses_like
from makar.recipes.creator import Creator
from makar.recipes.devices import device_or_cpu
from makar.recipes.domain import Brought, music_in
from makar.recipes.preparation import Prepared, Progress, taught, tried
from makar.runs.errors import CheckpointError

BRING = "Bring a melody in sixteenths or longer, within three octaves"
LOOKBACK = tuple(sorted({metre_of(m).bar // STEP * bars for m in METRES for bars in (1, 2, 4)}))
"""Sixteenths in one, two and four bars of each metre: how far back a tune repeats itself."""


def ask_prompt(config: MelodyConfig) -> Prompt:
    """What the config asks for."""
    ask = config.ask
    condition = {"bars": ask.bars, "metre": ask.metre, "mode": ask.mode, "key": ask.key}
    return Prompt(condition=condition, form=ask.form)


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


def brought(path: Path, config: MelodyConfig) -> list[Brought]:
    """The pieces in a file, in phrases as long as those asked for."""
    return music_in(path, phrases_in, config.ask.bars)


def craft_of(config: MelodyConfig) -> MelodyCraft:
    """How the run's works are handed out as files; it knows no sources, so it is there at once."""
    nothing = CopyIndex.of(MelodyGrids.stack([]).melodies)
    return MelodyCraft(nothing, (), 0.0, program=config.ask.program, tempo=config.ask.tempo)


def build_net(config: ModelConfig, *, vocabulary: int, context: int) -> Recurrent | Transformer:
    """The network of that kind, freshly initialised."""
    if config.kind == "lstm":
        return Recurrent(
            RecurrentConfig(
                vocabulary=vocabulary,
                width=config.width,
                layers=config.layers,
                dropout=config.dropout,
                context=context,
                lookback=LOOKBACK,
            )
        )
    return Transformer(
        TransformerConfig(
            vocabulary=vocabulary,
            width=config.width,
            layers=config.layers,
            dropout=config.dropout,
            context=context,
        )
    )


def prepare(
    config: MelodyConfig,
    *,
    prior: Mapping[str, torch.Tensor] | None = None,
    functions: Mapping[str, Scorer] | None = None,
) -> Generator[Progress, None, Prepared]:
    """Read the tunes, teach the model to write such, and set up what it will be rewarded for.

    Args:
        config: What to do.
        prior: Weights of a model that was taught before; None teaches one, or finds it kept.
        functions: Rewards given as Python functions, by name.

    Yields:
        How far it is.

    Raises:
        CorpusTooSmallError: there is nothing to learn from.
        CheckpointError: ``prior`` is of another version's model.
    """
    torch.set_num_threads(config.threads)
    torch.manual_seed(config.prior_seed)
    yield Progress("reading tunes")
    public = phrases_of(load_corpus(config.corpus.collections), config.ask.bars)
    own = yield from own_phrases(config)
    check_phrases(public, config)
    codec = MelodyCodec()
    asked = codec.decisions([ask_prompt(config)]).shape[1]
    longest = max(asked, public.train.tokens.shape[1], own.train.tokens.shape[1] if own else 0)
    net = build_net(config.model, vocabulary=codec.vocabulary, context=longest + 8)
    policy: TokenPolicy[MelodyGrid] = TokenPolicy(net, codec)
    policy.to(device_or_cpu(config.device))  # for training, session.check has refused others
    if prior is not None:
        _take_over(policy, prior)
    else:
        yield from _teach(policy, public, config.pretrain, config, stage="learning tunes")
        if own is not None:
            yield from _teach(policy, own, config.tune, config, stage="learning your music")
    yield Progress("setting up the reward")
    return _set_up(config, policy, public, own, functions or {})


def _take_over(policy: TokenPolicy[MelodyGrid], weights: Mapping[str, torch.Tensor]) -> None:
    try:
        policy.load_state_dict(weights)
    except RuntimeError as fault:
        raise CheckpointError(
            "the run's weights do not fit this version's model: train it again, or open it with "
            "the version of makar that its run.json names"
        ) from fault


def _teach(
    policy: TokenPolicy[MelodyGrid],
    phrases: Phrases,
    pretrain: PretrainConfig,
    config: MelodyConfig,
    *,
    stage: str,
) -> Iterator[Progress]:
    return taught(
        policy,
        policy.demonstrate(phrases.train),
        policy.demonstrate(phrases.valid),
        pretrain,
        seed=config.prior_seed,
        settings=f"{config.model.model_dump_json()}|{LOOKBACK}",
        stage=stage,
    )


def _set_up(
    config: MelodyConfig,
    policy: TokenPolicy[MelodyGrid],
    public: Phrases,
    own: Phrases | None,
    functions: Mapping[str, Scorer],
) -> Prepared:
    ask = ask_prompt(config)
    prior = cast(TokenPolicy[MelodyGrid], frozen(policy))
    home = own if own is not None and len(own.valid) >= FEW_WINDOWS else public
    train = joined(public.train, own.train) if own else public.train
    known, judges, human = (alike(s, config) for s in (home.train, home.valid, home.heldout))
    blend, bands, words = melody_blend(
        config.reward, train=train, known=known, judges=judges, prior=prior, functions=functions
    )
    blend, start = tried(
        blend, prior, ask, seed=config.prior_seed, scaled=config.reward.scale_parts
    )
    index = cast(CopyIndex, next(c.scorer for c in blend.components if c.name == "near_copy"))
    asked = np.asarray(index(judges, [ask] * len(judges)))
    craft = MelodyCraft(
        index,
        (*public.sources, *(own.sources if own else ())),
        limit=quantile_band(asked)[-1],
        program=config.ask.program,
        tempo=config.ask.tempo,
        private_from=len(public.sources) if own else None,
    )
    creator = Creator(
        policy=policy,
        prior=prior,
        reward=blend,
        learner=PolicyGradient(policy, config.learn, prior=prior, seed=config.seed),
        prompts=lambda _iteration: [ask] * config.loop.works,
        ask=ask,
        craft=craft,
        bonuses=bonuses_like(
            known,
            craft.keys,
            works=config.loop.works,
            exploration=config.loop.exploration,
            variety=config.loop.variety,
        ),
        human=human,
        human_prompts=[replace(ask)] * len(human),
        notes=[*public.notes, *(own.notes if own else ())],
        explanations=words,
    )
    return Prepared(creator, bands, start)
