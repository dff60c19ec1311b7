"""What a run of platform levels asks its model for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np

from makar.core.seeds import Seeds
from makar.core.types import Prompt
from makar.domains.levels.level.legend_file import read_legend
from makar.domains.levels.platform.config import LevelsConfig, PlatformConfig
from makar.domains.levels.rewards.play import SURE
from makar.domains.levels.tiled.map_corpus import read_map_corpus
from makar.domains.levels.tiled.write import locked_tiles
from makar.domains.levels.tiles.codec import CHALLENGE, COLUMNS, ENDS, Kept

TARGETS = 8
"""Different challenges that are asked for in one step."""
HARDEST = 0.9
"""No harder levels are asked for: only one that nobody can win has a challenge of 1."""


def ask_prompt(config: PlatformConfig) -> Prompt:
    """What the config asks for."""
    return _prompt(config, config.ask.challenge)


def _prompt(config: PlatformConfig, challenge: float) -> Prompt:
    wishes: dict[str, float | str] = {
        COLUMNS: config.ask.columns, CHALLENGE: challenge, ENDS: config.ends,
    }  # fmt: skip
    text = f"Levels of {config.ask.columns} columns"
    return Prompt(text=text, condition=wishes, given=kept_cells(config))


def kept_cells(config: PlatformConfig) -> Kept | None:
    """What the designer has locked in the map that levels are written into."""
    if not isinstance(config, LevelsConfig) or config.corpus.legend is None:
        return None
    return _locked(config.corpus.files, config.corpus.legend, config.ask.columns)


@cache
def _locked(files: Sequence[Path], legend: Path, columns: int) -> Kept | None:
    if not files:
        return None
    game = read_legend(legend)
    maps = read_map_corpus(files, game)
    if maps.template is None or maps.template.locked is None:
        return None
    return Kept(locked_tiles(maps.template, game, (len(maps.maps.levels[0].tiles), columns)))


def asked_for(config: PlatformConfig, iteration: int) -> Sequence[Prompt]:
    """What is asked for in one step: levels of several challenges, from easy to hard."""
    if not config.ask.spread:
        return [_sure(ask_prompt(config))] * config.loop.works
    random = Seeds(config.seed, iteration).generator(1)
    targets = HARDEST * (np.arange(TARGETS) + random.random(TARGETS)) / TARGETS
    steps = np.round(targets * 20) / 20
    return [
        _sure(_prompt(config, float(steps[work * TARGETS // config.loop.works])))
        for work in range(config.loop.works)
    ]


def _sure(prompt: Prompt) -> Prompt:
    """What is asked for in training: levels that makar knows can be won."""
    return replace(prompt, condition={**prompt.condition, SURE: 1.0})
