"""The ``chorale`` recipe: a small model learns Bach's chorales, then what makes good harmony."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch
from torch import Tensor

from makar.core.errors import CorpusTooSmallError
from makar.core.scoring import Scorer
from makar.core.types import Prompt, Rollout
from makar.domains.music.chorale.config import ChoraleConfig
from makar.domains.music.chorale.corpus import Chorales, chorale_files, load_chorales
from makar.domains.music.chorale.craft import VoicesCraft
from makar.domains.music.chorale.files import key_by_ear
from makar.domains.music.chorale.phrases import Phrases
from makar.domains.music.chorale.reward import WEIGHTING, checked_rewards, chorale_blend
from makar.domains.music.corpus.folder import pieces_in
from makar.domains.music.corpus.groups import SIDES, Side
from makar.domains.music.harmony.copies import ChordCopies, LineCopies
from makar.domains.music.melody.grid import OffGridError
from makar.domains.music.piece.piece import Piece, Provenance
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
from makar.learners.policy_gradient import frozen
from makar.models.token_policy import TokenPolicy
from makar.recipes.assembly import assemble, begin, placed
from makar.recipes.domain import Brought, Evaluated, Recipe
from makar.recipes.preparation import Prepared, Progress, pretrain
from makar.recipes.settings import RewardConfig
from makar.recipes.trained_run import Opened

FEW_PHRASES = 40
"""With fewer phrases of the kind asked for, people's ranges are taken from all kinds."""
MOVING: Mapping[str, float] = {
    "harmonic_rhythm": 1.0,
    "line_steps": 1.0,
    "contrary_motion": 0.5,
    "awkward_moves": 0.5,
    "chord_novelty": 0.0,
}
"""Weights besides ``reward``'s. Without them the model learned to stand still: repeated
chords break no rule. And no model copies Bach five chords running, so that novelty says nothing.
"""
_SIXTEENTHS = 16
"""Columns of a bar of 4/4, the longest there is."""


@dataclass(frozen=True)
class Learned:
    """Phrases by side of the split, and the whole chorales that were learned from."""

    train: Phrases
    valid: Phrases
    heldout: Phrases
    works: VoiceGrids
    chorales: Chorales

    @property
    def sources(self) -> list[Provenance]:
        """Where each of ``works`` is from."""
        rows = np.flatnonzero(self.chorales.side == SIDES.index("train"))
        return [self.chorales.provenance[row] for row in rows]

    @classmethod
    def of(cls, chorales: Chorales, bars: int) -> Learned:
        """Cut the chorales into phrases of so many bars."""
        cut = {side: chorales.phrases(bars, METRES, side=side) for side in SIDES}
        rows = np.flatnonzero(chorales.side == SIDES.index("train"))
        return cls(**cut, works=chorales.works.take(rows), chorales=chorales)

    def closing(self, side: Side, config: ChoraleConfig) -> VoiceGrids:
        """The phrases that end as asked for, in any metre and mode."""
        phrases: Phrases = getattr(self, side)
        as_asked = phrases.whole if config.ask.ends == "close" else ~phrases.whole
        return phrases.grids.take(np.flatnonzero(as_asked))

    def alike(self, side: Side, config: ChoraleConfig) -> VoiceGrids:
        """The phrases of the kind asked for; of any metre and mode where there are too few."""
        grids = self.closing(side, config)
        wanted = (config.ask.metre, config.ask.mode == "minor")
        kinds = zip(grids.metres, grids.keys, strict=True)
        asked = np.array([(str(m), k.is_minor) == wanted for m, k in kinds], bool)
        return grids.take(np.flatnonzero(asked)) if asked.sum() >= FEW_PHRASES else grids

    def notes(self) -> list[str]:
        """What the user should know of what was learned from."""
        chorales, bars = self.chorales, self.train.grids
        said = [
            f"{len(chorales)} chorales by Bach (licence unverified), {len(self.works)} of them to "
            f"learn from in {len(bars)} overlapping phrases"
        ]
        return said + [f"left out: {count} ({why})" for why, count in chorales.left_out.items()]


def ask_prompt(config: ChoraleConfig) -> Prompt:
    """What the config asks for."""
    ask = config.ask
    condition: dict[str, float | str] = {
        "bars": ask.bars, "metre": ask.metre, "mode": ask.mode, "key": ask.key, "ends": ask.ends,
    }  # fmt: skip
    if ask.in_key:
        condition["in_key"] = "yes"
    if not ask.crossing:
        condition["crossing"] = "no"
    if not ask.parallels:
        condition["parallels"] = "no"
    return Prompt(condition=condition)


def reward_config(config: ChoraleConfig) -> RewardConfig:
    """What is rewarded: ``MOVING``, nothing for what is guaranteed, and then the user's weights."""
    sure = {"parallels": config.ask.parallels, "crossing": config.ask.crossing}
    weights = {**MOVING} | {name: 0.0 for name, possible in sure.items() if not possible}
    return config.reward.model_copy(update={"weights": weights | config.reward.weights})


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

    Args:
        config: What to do.
        prior: Weights of a model that was taught before; None teaches one, or finds it kept.
        functions: Rewards given as Python functions, by name.

    Yields:
        How far it is.

    Raises:
        CorpusTooSmallError: there is nothing to learn from.
    """
    begin(config)
    yield Progress("reading chorales")
    learned = read_chorales(config)
    policy, known = placed(build_policy(config), config, prior)
    if not known:
        yield from pretrain(
            policy,
            demonstrations(policy, learned.train.grids),
            demonstrations(policy, learned.valid.grids),
            config.pretrain,
            seed=config.prior_seed,
            settings=config.model.model_dump_json(),
            stage="learning chorales",
        )
    yield Progress("setting up the reward")
    return _set_up(config, policy, learned, functions or {})


def read_chorales(config: ChoraleConfig) -> Learned:
    """The chorales in phrases of as many bars as are asked for.

    Raises:
        CorpusTooSmallError: there is nothing to learn from.
    """
    learned = Learned.of(load_chorales(), config.ask.bars)
    if not all(len(p.grids) for p in (learned.train, learned.valid, learned.heldout)):
        raise CorpusTooSmallError(
            f"no phrases of {config.ask.bars} bars are left to learn from and to test on; "
            "install music21 with its corpus, or ask for fewer bars"
        )
    return learned


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
    learned: Learned,
    functions: Mapping[str, Scorer],
) -> Prepared[VoiceGrid]:
    ask = ask_prompt(config)
    prior = cast(TokenPolicy[VoiceGrid], frozen(policy))
    known, human = learned.alike("train", config), learned.alike("heldout", config)
    judges = learned.closing("valid", config)
    blended = chorale_blend(
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
    )  # fmt: skip


def evaluate(
    opened: Opened, config: ChoraleConfig, *, works: int | None, target: Path, title: str
) -> Generator[Progress, None, Evaluated]:
    """Measure a run; see ``recipes.domain.Evaluate``."""
    from makar.domains.music.chorale.assessment import NOTES, bench_of_run
    from makar.evaluation.sources import evaluate_run

    return evaluate_run(
        opened, config, bench_of_run, works=works, target=target, title=title, notes=NOTES
    )


def craft_of(config: ChoraleConfig) -> VoicesCraft:
    """How the run's works are handed out as files; it knows no sources, so it is there at once."""
    return VoicesCraft(program=config.ask.program, tempo=config.ask.tempo)


def read(path: Path, config: ChoraleConfig) -> list[Brought]:
    """The pieces in a file, in phrases as long as those asked for."""
    return pieces_in(path, phrases_in, config.ask.bars)


def phrases_in(piece: Piece, bars: int) -> tuple[list[VoiceGrid], dict[str, int]]:
    """A piece in four parts in phrases of so many bars; what cannot be judged, by reason."""
    whole = max(-(-(piece.end - piece.pickup) // piece.metre.bar), 1)  # it may end with a rest
    length = min(bars, whole)
    key = key_by_ear(piece) if len(piece.parts) == len(VOICES) else None
    found: list[VoiceGrid] = []
    left_out: dict[str, int] = {}
    for first in range(0, whole - length + 1, length):
        try:
            found.append(encode_voices(piece, first, length, key=key))
        except OffGridError as fault:
            left_out[str(fault)] = left_out.get(str(fault), 0) + 1
    return found, left_out


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
    evaluate=evaluate,
)
