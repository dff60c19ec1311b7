"""The ``mario`` and ``levels`` recipes: a model learns maps, then to make levels to be played."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Bool
from torch import Tensor

from makar.core.errors import ConfigError
from makar.core.rewards import RewardTree
from makar.core.scoring import Scorer
from makar.core.seeds import Seeds
from makar.core.types import Judgement, Prompt, Rollout
from makar.domains.levels.level.legend_file import read_legend
from makar.domains.levels.level.level import Level, Levels
from makar.domains.levels.level.windows import Windows
from makar.domains.levels.platform.baselines import ColumnChain
from makar.domains.levels.platform.config import (
    LevelsConfig,
    MarioConfig,
    PlatformConfig,
)
from makar.domains.levels.platform.corpus import LearnedMaps, learn_from, legend_of, read_game
from makar.domains.levels.platform.files import read_level
from makar.domains.levels.platform.hardness import as_hard, challenges
from makar.domains.levels.platform.prompts import ask_prompt, asked_for
from makar.domains.levels.platform.ranges import ranges_picture
from makar.domains.levels.platform.reward import (
    NEAR_COPY,
    checked_rewards,
    platform_reward,
    rewarded_parts,
)
from makar.domains.levels.platform.telling import telling_of
from makar.domains.levels.play.analysis import Analyst
from makar.domains.levels.play.beyond import cannot_tell
from makar.domains.levels.rewards.catalogue import LEVEL_CATALOGUE, LevelCorpus
from makar.domains.levels.tiled.map_corpus import read_map_corpus
from makar.domains.levels.tiles.codec import CHALLENGE, COLUMNS, ENDS, STEPS, TileCodec
from makar.domains.levels.tiles.craft import LevelCraft
from makar.domains.levels.tiles.ends import with_ends
from makar.domains.levels.tiles.near_copies import WindowIndex
from makar.domains.levels.tiles.network import TileColumns, TileColumnsConfig
from makar.domains.levels.words import LEVEL_WORDS
from makar.learners.policy_gradient import frozen
from makar.models.token_policy import TokenPolicy
from makar.recipes.assembly import assemble, begin, placed
from makar.recipes.creator import Baselines, Opened, chance_of
from makar.recipes.domain import Brought, Evaluated, Recipe
from makar.recipes.preparation import Prepared, Progress, pretrain
from makar.recipes.words import Asked

UNASKED = 0.2
"""Share of the examples that are shown without their challenge, so that none need be asked for."""
MEASURED = 400
"""Levels of the corpus from which ranges are taken, at most."""


def check(config: PlatformConfig, functions: Mapping[str, Scorer]) -> None:
    """Refuse what cannot work before anybody waits for it.

    Raises:
        ConfigError: a reward cannot be used, or no maps or legend are named.
        UnreadableLevelError: a map or the legend is not what it should be.
    """
    checked_rewards(config.reward, functions)
    read_game(config)


def craft_of(config: PlatformConfig) -> LevelCraft:
    """How the run's works are handed out as files."""
    legend = legend_of(config)
    if not (isinstance(config, LevelsConfig) and config.corpus.legend and config.corpus.files):
        return LevelCraft(legend)
    game = read_legend(config.corpus.legend)
    maps = read_map_corpus(config.corpus.files, game)
    return LevelCraft(legend, game=game, maps=maps)


def prepare(
    config: PlatformConfig,
    *,
    prior: Mapping[str, Tensor] | None = None,
    functions: Mapping[str, Scorer] | None = None,
) -> Generator[Progress, None, Prepared[Level]]:
    """Read the maps, teach the model to write such, and set up what it will be rewarded for.

    See ``recipes.domain.Prepare``.

    Raises:
        CorpusTooSmallError: there is nothing to learn from.
    """
    begin(config)
    yield Progress("reading maps")
    learned = learn_from(read_game(config), config.ask.columns)
    telling = telling_of(learned.game.maps.levels, learned.game.legend)
    said = [telling] if telling else []
    for note in (*learned.game.notes, *said):
        yield Progress("reading maps", text=note)
    analyst = Analyst(learned.game.legend)
    policy, known = placed(build_policy(config, learned), config, prior)
    if not known:
        yield Progress("playing maps")
        examples, heldout = (
            demonstrations(policy, side, analyst, config, seed=seed)
            for seed, side in enumerate((learned.studied, learned.tested))
        )
        yield from pretrain(
            policy, examples, heldout, config.pretrain, seed=config.prior_seed,
            settings=config.model.model_dump_json(), stage="learning maps",
        )  # fmt: skip
    yield Progress("setting up the reward")
    return _set_up(config, policy, learned, analyst, functions or {}, said)


def build_policy(config: PlatformConfig, learned: LearnedMaps) -> TokenPolicy[Level]:
    """The network and the meaning of its tokens, freshly initialised."""
    rules = learned.rules if config.model.room else replace(learned.rules, clear=0)
    codec = TileCodec(learned.game.legend, rules, learned.height, config.ask.columns)
    net = TileColumns(
        TileColumnsConfig(
            vocabulary=codec.vocabulary,
            height=learned.height,
            steps=STEPS,
            width=config.model.width,
            inner=config.model.inner,
            dropout=config.model.dropout,
        )
    )
    return TokenPolicy(net, codec)


def read(path: Path, config: PlatformConfig) -> list[Brought]:
    """The level in a file."""
    said: list[str] = []
    level, legend = read_level(path, config, said), legend_of(config)
    if Analyst(legend)(Levels(level.tiles[None], level.names)).untold[0]:
        said.append(cannot_tell(level.tiles, legend))
    return [Brought(path.stem, [level], {}, said)]


def demonstrations(
    policy: TokenPolicy[Level],
    windows: Windows,
    analyst: Analyst,
    config: PlatformConfig,
    *,
    seed: int,
) -> Rollout[Level]:
    """The windows as if they had been asked for: by their ends, and most by their challenge."""
    shown = policy.demonstrate(windows.levels)
    columns = windows.levels.tiles.shape[2]
    played = with_ends(windows.levels, analyst.legend)
    hard = challenges(analyst, played, columns=config.ask.columns)
    hard[Seeds(config.prior_seed, seed).generator().random(len(hard)) < UNASKED] = np.nan
    ends = np.array([["none", "right"], ["left", "both"]])
    kinds = ends[windows.starts.astype(int), windows.ends.astype(int)]
    prompts = [
        Prompt(condition={COLUMNS: columns, ENDS: str(kind)} | wish)
        for kind, wish in zip(
            kinds, ({CHALLENGE: float(h)} if np.isfinite(h) else {} for h in hard), strict=True
        )
    ]
    prefix = policy.codec.prefix(prompts)
    return replace(shown, prompts=prompts, context={**shown.context, "prefix": prefix})


def _set_up(
    config: PlatformConfig,
    policy: TokenPolicy[Level],
    learned: LearnedMaps,
    analyst: Analyst,
    functions: Mapping[str, Scorer],
    said: Sequence[str],
) -> Prepared[Level]:
    ask, legend = ask_prompt(config), learned.game.legend
    prior = frozen(policy)
    train = learned.train.levels
    known = train.take(np.linspace(0, len(train) - 1, min(MEASURED, len(train))).astype(int))
    corpus = LevelCorpus(known, [level for _, level in learned.stretches], legend, analyst)
    blended = platform_reward(
        config.reward, corpus, known=known, judges=learned.valid.levels, prior=prior,
        functions=functions,
    )  # fmt: skip
    people, whose = as_hard(learned.heldout.levels, analyst, config.ask)
    craft = replace(
        craft_of(config),
        index=WindowIndex.of(corpus.maps, legend),
        sources=[learned.game.maps.sources[number] for number, _ in learned.stretches],
    )
    return assemble(
        config, policy, prior=prior, blended=blended, ask=ask, asked=Asked.of(ask),
        words=LEVEL_WORDS, craft=craft, known=known, human=people,
        baselines=Baselines(chance_of(prior), ColumnChain(train, legend)),
        prompts=lambda iteration: asked_for(config, iteration), learn=config.learn,
        notes=[*learned.notes, *said, *whose, *_left_out(blended[0])], fit=can_be_handed_out,
        picture=lambda sets: ranges_picture(sets, legend),
    )  # fmt: skip


def evaluate(
    opened: Opened, config: PlatformConfig, *, works: int | None, target: Path, title: str
) -> Generator[Progress, None, Evaluated]:
    """Make a thousand levels for ten challenges, and play them; see ``recipes.domain.Evaluate``.

    Raises:
        ConfigError: another number of works is asked for.
    """
    from makar.domains.levels.platform.assessment import study

    del title  # it has no page
    if works is not None:
        raise ConfigError("--works: of a run of levels a thousand are made, for ten challenges")
    yield Progress("making levels and playing them")
    return study(opened.creator, config, target)


def can_be_handed_out(judgement: Judgement) -> Bool[np.ndarray, " B"]:
    """Levels that can be won, as far as is known, and are nobody's copy."""
    parts = judgement.parts
    return ~(parts["playable"].value < 1) & ~(parts[NEAR_COPY].value <= 0)


def _left_out(blend: RewardTree) -> list[str]:
    """Which rewards say nothing of such levels."""
    names = LEVEL_CATALOGUE.keys() - {component.name for component in blend.components}
    return [f"cannot be told of these maps: {', '.join(sorted(names))}"] if names else []


MARIO: Recipe[Any, Level] = Recipe(
    name="mario",
    config=MarioConfig,
    words=LEVEL_WORDS,
    bring="Bring a level in the alphabet or the tiles of the run's game",
    examples=(
        "makar train mario",
        "makar train mario --challenge 0.7 --columns 120",
        "makar train mario --corpus ~/levels",
    ),
    prompt=ask_prompt,
    check=check,
    prepare=prepare,
    craft=craft_of,
    read=read,
    parts=rewarded_parts,
    evaluate=evaluate,
)


LEVELS: Recipe[Any, Level] = replace(
    MARIO,
    name="levels",
    config=LevelsConfig,
    examples=(
        "makar train levels --corpus maps/*.tmj --legend legend.toml",
        "makar train levels --corpus maps/*.tmj --legend legend.toml --challenge 0.5",
    ),
)
