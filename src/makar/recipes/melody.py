"""The ``tune`` recipe: a small model learns tunes, then learns what it is rewarded for."""

from __future__ import annotations

import math
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from typing import cast, get_args

import numpy as np
import torch

from makar.core.scoring import Scorer
from makar.core.seeds import Seeds
from makar.core.types import Judgement, Prompt
from makar.domains.music.codec import MelodyCodec, metre_of
from makar.domains.music.corpus import Corpus, load_corpus, load_user_corpus
from makar.domains.music.craft import MelodyCraft
from makar.domains.music.grid import STEP, MelodyGrid, MelodyGrids
from makar.domains.music.piece import Provenance
from makar.domains.music.rewards.catalogue import CATALOGUE
from makar.domains.music.rewards.novelty import CopyIndex
from makar.learners.likelihood import PretrainConfig
from makar.learners.policy_gradient import PolicyGradient, frozen
from makar.measures.diversity import distinct_share
from makar.measures.statistics import quantile_band
from makar.models.recurrent import Recurrent, RecurrentConfig
from makar.models.token_policy import TokenPolicy
from makar.models.transformer import Transformer, TransformerConfig
from makar.recipes.bonuses import RUN, Bonuses
from makar.recipes.creator import Creator
from makar.recipes.errors import CorpusTooSmallError
from makar.recipes.melody_config import MelodyConfig, Metres, ModelConfig
from makar.recipes.melody_reward import melody_blend
from makar.recipes.pretrained import pretrained
from makar.runs.errors import CheckpointError

METRES = get_args(Metres)
LOOKBACK = tuple(sorted({metre_of(m).bar // STEP * bars for m in METRES for bars in (1, 2, 4)}))
"""Sixteenths in one, two and four bars of each metre: how far back a tune repeats itself."""
FEW_WINDOWS = 60
"""Below so many phrases of the asked kind, people's ranges are taken from all phrases."""


@dataclass(frozen=True)
class Progress:
    """How far the preparation is.

    Attributes:
        stage: What is being done, for the user.
        done, total: Steps done, and to do at most.
        text: What there is to say about it.
        creator: Usable as it is so far, once the model can write at all.
    """

    stage: str
    done: int = 0
    total: int = 0
    text: str = ""
    policy: TokenPolicy[MelodyGrid] | None = None


@dataclass(frozen=True)
class Phrases:
    """Phrases of one corpus, by side of the split, with the tune each is from."""

    train: MelodyGrids
    valid: MelodyGrids
    heldout: MelodyGrids
    sources: tuple[Provenance, ...]
    notes: tuple[str, ...]
    private: bool = False


def ask_prompt(config: MelodyConfig) -> Prompt:
    """What the config asks for."""
    ask = config.ask
    condition = {"bars": ask.bars, "metre": ask.metre, "mode": ask.mode, "key": ask.key}
    return Prompt(condition=condition, form=ask.form)


def phrases_of(corpus: Corpus, bars: int, *, private: bool = False) -> Phrases:
    """Cut a corpus into phrases of ``bars`` bars in every metre the codec knows."""
    train = corpus.windows(bars, METRES, side="train")
    valid = corpus.windows(bars, METRES, side="valid")
    heldout = corpus.windows(bars, METRES, side="heldout")
    notes = [f"{len(corpus)} tunes, {len(train.grids)} phrases of {bars} bars to learn from"]
    notes += [f"left out: {count} {reason}" for reason, count in train.left_out.items()]
    notes += [f"not read: {count} {what}" for what, count in corpus.dropped.items()]
    if private:
        notes += [f"skipped {name}: {reason}" for name, reason in corpus.skipped]
        notes += corpus.shortcomings()
    sources = tuple(corpus.provenance[i] for i in train.piece)
    return Phrases(train.grids, valid.grids, heldout.grids, sources, tuple(notes), private)


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


@dataclass(frozen=True)
class Prepared:
    """What is ready to be taught.

    Attributes:
        creator: Model, reward, learner and craft.
        bands: People's 5-95 % range of each reward part.
        start: What is said of works of the untrained model.
    """

    creator: Creator[MelodyGrid]
    bands: dict[str, tuple[float, float]]
    start: Judgement


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
    own = yield from _own_phrases(config)
    _check(public, config)
    codec = MelodyCodec()
    asked = codec.decisions([ask_prompt(config)]).shape[1]
    longest = max(asked, public.train.tokens.shape[1], own.train.tokens.shape[1] if own else 0)
    net = build_net(config.model, vocabulary=codec.vocabulary, context=longest + 8)
    policy: TokenPolicy[MelodyGrid] = TokenPolicy(net, codec)
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


def _own_phrases(config: MelodyConfig) -> Generator[Progress, None, Phrases | None]:
    """The user's own music as phrases, with what is amiss said; None where there is none to use.

    Raises:
        CorpusTooSmallError: not one file could be read as music.
    """
    folder = config.corpus.folder
    if folder is None:
        return None
    stage = "reading your own music"
    yield Progress(stage, text=str(folder))
    corpus = load_user_corpus(folder)
    for name, reason in corpus.skipped:
        yield Progress(stage, text=f"skipped {name}: {reason}")
    if not len(corpus):
        raise CorpusTooSmallError(
            f"{folder}: no file there could be read as music; put MIDI, MusicXML or ABC files "
            "into it, or leave --corpus out"
        )
    for sentence in corpus.shortcomings():
        yield Progress(stage, text=sentence)
    own = phrases_of(corpus, config.ask.bars, private=True)
    if len(own.train) and len(own.valid):
        return own
    yield Progress(
        stage,
        text=f"{len(own.train)} phrases of {config.ask.bars} bars to learn from and "
        f"{len(own.valid)} to test on: nothing is learned from your music; add more of it, or "
        "ask for fewer bars",
    )
    return None


def _check(phrases: Phrases, config: MelodyConfig) -> None:
    if not (len(phrases.train) and len(phrases.valid) and len(phrases.heldout)):
        raise CorpusTooSmallError(
            f"no phrases of {config.ask.bars} bars are left to learn from and to test on; "
            "ask for fewer bars (--bars 8), or name more collections"
        )


def _teach(
    policy: TokenPolicy[MelodyGrid],
    phrases: Phrases,
    pretrain: PretrainConfig,
    config: MelodyConfig,
    *,
    stage: str,
) -> Iterator[Progress]:
    work = pretrained(
        policy,
        policy.demonstrate(phrases.train),
        policy.demonstrate(phrases.valid),
        pretrain,
        seed=config.prior_seed,
        settings=f"{config.model.model_dump_json()}|{LOOKBACK}",
    )
    with closing(work):  # asked to stop, it keeps what it has learned
        for report in work:
            if report is None:
                yield Progress(stage, text="another process is at it; waiting for what it learns")
                continue
            text = f"loss {report.nll:.3f}"
            if math.isfinite(report.best):
                text += f", on tunes held out {report.best:.3f} nats a step"
            yield Progress(stage, report.update + 1, pretrain.updates, text, policy)


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
    train = _joined(public.train, own.train) if own else public.train
    known, judges, human = (_alike(s, config) for s in (home.train, home.valid, home.heldout))
    blend, bands, words = melody_blend(
        config.reward, train=train, known=known, judges=judges, prior=prior, functions=functions
    )
    trial = prior.sample([ask] * 256, seeds=Seeds(config.prior_seed, 2**41))
    start = blend.lean(trial.works, trial.prompts)
    if config.reward.scale_parts:
        blend = blend.scaled(start)
        start = blend.lean(trial.works, trial.prompts)
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
        bonuses=_bonuses(config, craft, known),
        human=human,
        human_prompts=[replace(ask)] * len(human),
        notes=[*public.notes, *(own.notes if own else ())],
        explanations=words,
    )
    return Prepared(creator, bands, start)


def _bonuses(config: MelodyConfig, craft: MelodyCraft, known: MelodyGrids) -> Bonuses:
    """Exploration, and as much variety as people's tunes have in sets of a batch's size.

    The sets are phrases in a row, whole tunes with their variants, as held-out tunes are:
    phrases picked from everywhere would be more unlike one another than any book of tunes.
    """
    target, loop = None, config.loop
    if loop.variety is not None:
        size = min(loop.works, len(known))
        firsts = Seeds(0).generator().integers(len(known) - size + 1, size=16)
        sets = [craft.keys(known.take(range(first, first + size))) for first in firsts]
        target = loop.variety * float(np.mean([distinct_share(*s, n=RUN) for s in sets]))
    return Bonuses(exploration=loop.exploration, target=target)


def _alike(grids: MelodyGrids, config: MelodyConfig) -> MelodyGrids:
    """The phrases of the kind asked for; all of them where there are too few."""
    wanted = (config.ask.metre, config.ask.mode)
    rows = [
        i
        for i, (metre, key) in enumerate(zip(grids.metres, grids.keys, strict=True))
        if (str(metre), key.mode) == wanted
    ]
    return grids.take(rows) if len(rows) >= FEW_WINDOWS else grids


def _joined(first: MelodyGrids, second: MelodyGrids) -> MelodyGrids:
    return MelodyGrids.stack([*first, *second])


def reward_names() -> Sequence[str]:
    """Names of the rewards that a config may weigh."""
    return tuple(CATALOGUE)
