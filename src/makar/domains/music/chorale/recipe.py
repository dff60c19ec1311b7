"""The ``chorale`` recipe: a small model learns Bach's chorales, then what makes good harmony."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import Any, cast

import torch
from torch import Tensor

from makar.core.scoring import Scorer
from makar.core.types import Rollout
from makar.domains.music.chorale.assessment import GAUGE
from makar.domains.music.chorale.config import ChoraleConfig
from makar.domains.music.chorale.corpus import chorale_files
from makar.domains.music.chorale.craft import VoicesCraft
from makar.domains.music.chorale.files import key_by_ear
from makar.domains.music.chorale.learned import LEARNING, LearnedChorales, learned_from
from makar.domains.music.chorale.prompts import ask_prompt, reward_config
from makar.domains.music.chorale.reward import WEIGHTING, checked_rewards, chorale_reward
from makar.domains.music.corpus.folder import pieces_in
from makar.domains.music.evaluation import evaluation_by
from makar.domains.music.harmony.copies import ChordCopies, LineCopies
from makar.domains.music.piece.piece import Piece
from makar.domains.music.piece.stretches import beginning_at
from makar.domains.music.tune.phrases import cut
from makar.domains.music.voices.codec import (
    ASKED,
    METRES,
    NOT_GIVEN,
    VOCABULARY,
    VoicesCodec,
)
from makar.domains.music.voices.network import Columns, ColumnsConfig
from makar.domains.music.voices.voices import VOICES, VoiceGrid, VoiceGrids, encode_voices
from makar.domains.music.words import TUNE_WORDS, in_words
from makar.evaluation.gauge import baselines_by
from makar.learners.policy_gradient import frozen
from makar.models.token_policy import TokenPolicy
from makar.recipes.assembly import assemble, begin, placed
from makar.recipes.domain import Brought, Recipe
from makar.recipes.preparation import Prepared, Progress, pretrain

_SIXTEENTHS = 16
"""Columns of a bar of 4/4, the longest there is."""


def check(config: ChoraleConfig, functions: Mapping[str, Scorer]) -> None:
    """Refuse rewards that cannot be used, or a corpus that is not there."""
    checked_rewards(reward_config(config), functions)
    chorale_files()


def build_policy(config: ChoraleConfig) -> TokenPolicy[VoiceGrid]:
    """The network and the meaning of its tokens, freshly initialised."""
    columns = config.ask.bars * _SIXTEENTHS
    net = Columns(
        ColumnsConfig(
            vocabulary=VOCABULARY,
            absent=NOT_GIVEN,
            asked=ASKED,
            metres=len(METRES),
            columns=columns,
            width=config.model.width,
            layers=config.model.layers,
            dropout=config.model.dropout,
        )
    )
    return TokenPolicy(net, VoicesCodec(columns))


def prepare(
    config: ChoraleConfig,
    *,
    prior: Mapping[str, Tensor] | None = None,
    functions: Mapping[str, Scorer] | None = None,
) -> Generator[Progress, None, Prepared[VoiceGrid]]:
    """Read the chorales, teach the model to write such, and set up what it will be rewarded for.

    See ``recipes.domain.Prepare``.

    Raises:
        CorpusTooSmallError: there is nothing to learn from.
    """
    begin(config)
    learned = yield from learned_from(config)
    policy, known = placed(build_policy(config), config, prior)
    if not known:
        yield from pretrain(
            policy,
            demonstrations(policy, learned.train.grids),
            demonstrations(policy, learned.valid.grids),
            config.pretrain,
            seed=config.prior_seed,
            settings=config.model.model_dump_json(),
            stage=LEARNING,
        )
    yield Progress("setting up the reward")
    return _set_up(config, policy, learned, functions or {})


def demonstrations(policy: TokenPolicy[VoiceGrid], works: VoiceGrids) -> Rollout[VoiceGrid]:
    """Each work twice: written freely, and with its soprano given to be harmonised."""
    codec = cast(VoicesCodec, policy.codec)
    harmonising = TokenPolicy(policy.net, replace(codec, harmonising=True))
    free, given = policy.demonstrate(works), harmonising.demonstrate(works)
    tensors: dict[str, Any] = {
        f.name: torch.cat((one, getattr(given, f.name)))
        for f in fields(free)
        if isinstance(one := getattr(free, f.name), Tensor)
    }
    return replace(
        free,
        works=works.take([*range(len(works))] * 2),
        prompts=[*free.prompts, *given.prompts],
        context={
            name: torch.cat((free.context[name], given.context[name])) for name in free.context
        },
        **tensors,
    )


def _set_up(
    config: ChoraleConfig,
    policy: TokenPolicy[VoiceGrid],
    learned: LearnedChorales,
    functions: Mapping[str, Scorer],
) -> Prepared[VoiceGrid]:
    ask = ask_prompt(config)
    prior = frozen(policy)
    known, human = learned.alike("train", config), learned.alike("heldout", config)
    judges = learned.closing("valid", config)
    blended = chorale_reward(
        reward_config(config),
        train=learned.works,
        known=known,
        judges=judges,
        prior=prior,
        functions=functions,
    )
    blend, bands, _ = blended
    scorers = {component.name: component.scorer for component in blend.components}
    craft = replace(
        craft_of(config),
        chords=cast(ChordCopies, scorers["chord_copy"]),
        lines=cast(LineCopies, scorers["line_copy"]),
        sources=learned.sources,
        limits=(bands["chord_copy"][1], bands["line_copy"][1]),
    )
    return assemble(
        config, policy, prior=prior, blended=blended, ask=ask, asked=in_words(ask, config.ask),
        words=TUNE_WORDS, craft=craft, known=known, human=human, notes=learned.notes(),
        baselines=baselines_by(GAUGE, [known]),
    )  # fmt: skip


def craft_of(config: ChoraleConfig) -> VoicesCraft:
    """How the run's works are handed out as files; it knows no sources, so it is there at once."""
    return VoicesCraft(program=config.ask.program, tempo=config.ask.tempo)


def read(path: Path, config: ChoraleConfig) -> list[Brought]:
    """The pieces in a file, in phrases as long as those asked for."""
    return pieces_in(path, phrases_in, config.ask.bars)


def phrases_in(piece: Piece, bars: int) -> tuple[list[VoiceGrid], dict[str, int]]:
    """A piece in four parts in phrases of so many bars; what cannot be judged, by reason."""
    key = key_by_ear(piece) if len(piece.parts) == len(VOICES) else None
    return cut(piece, bars, lambda s: encode_voices(beginning_at(piece, s), 0, s.bars, key=key))


CHORALE: Recipe[ChoraleConfig, VoiceGrid] = Recipe(
    name="chorale",
    config=ChoraleConfig,
    words=TUNE_WORDS,
    bring="Bring four parts, soprano first, in sixteenths or longer, within a choir's range",
    examples=(
        "makar train chorale",
        "makar train chorale --mode minor --key A",
        "makar train chorale --bars 8 --set ask.crossing=false",
    ),
    prompt=ask_prompt,
    check=check,
    prepare=prepare,
    craft=craft_of,
    read=read,
    parts=lambda config: WEIGHTING.rewarded(reward_config(config)),
    evaluate=evaluation_by("chorale"),
)
