"""The maps that a model of platform levels learns from, read, tidied and cut into windows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from jaxtyping import Bool, Int

from makar.core.errors import ConfigError, CorpusTooSmallError
from makar.domains.levels.level.legend import MARIO, Legend
from makar.domains.levels.level.level import Level, Levels
from makar.domains.levels.level.maps import Maps, MapSource
from makar.domains.levels.level.windows import Windows, split_windows
from makar.domains.levels.platform.config import LevelsConfig, MarioConfig, PlatformConfig
from makar.domains.levels.play.towers import evened
from makar.domains.levels.tiles.ends import with_ends
from makar.domains.levels.tiles.rules import TileRules

STUDIED, STUDIED_OF_FEW = 48, 24
"""Columns of the windows that are learned from: what a jump leads to lies well within them. Few
maps show more of what is easy and what is hard in narrow ones."""
FEW_COLUMNS = 4000
"""Columns of all maps below which they are few."""
WINDOWS = 4000
"""About so many of them are cut from the maps, the more overlapping the fewer maps there are."""
WIDEST_STEP = 8
"""Columns from one such window to the next, at most."""
NOTHING_NAMED = (
    "the levels recipe learns from your own maps: name them and what their tiles mean, as in "
    "makar train levels --corpus maps/*.tmj --legend legend.toml"
)
CONSTRUCTED_COLUMNS = 200
CONSTRUCTED = MapSource("a level constructed by makar", "Apache-2.0")
FEW_LEVELS = 20
"""Held-out levels below which they may overlap, and if still too few, say little."""
OVERLAPPING = 8
"""So many of them then share a column."""


@dataclass(frozen=True)
class Game:
    """A game and its maps.

    Attributes:
        legend: Its tiles and physics.
        maps: The levels there are.
        notes: What was done to them, in words.
    """

    legend: Legend
    maps: Maps
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class LearnedMaps:
    """What the model learns from and is compared with.

    Attributes:
        game: The game and its maps, with nothing floating that may not.
        rules: What may stand where.
        studied: Narrow windows of the training side, to learn from.
        tested: The same of the validation side.
        train, valid, heldout: Windows as wide as the levels asked for, that break no rule either.
        stretches: What of the maps is on the training side, by the number of the map.
        notes: What the user should know of the corpus.
    """

    game: Game
    rules: TileRules
    studied: Windows
    tested: Windows
    train: Windows
    valid: Windows
    heldout: Windows
    stretches: Sequence[tuple[int, Level]]
    notes: tuple[str, ...]

    @property
    def height(self) -> int:
        """Rows of every level."""
        return self.train.levels.tiles.shape[1]


def read_game(config: PlatformConfig) -> Game:
    """The game that the config names.

    Raises:
        ConfigError: no legend or no maps are named.
        UnreadableLevelError: a file is not what it should be, with the remedy.
    """
    if isinstance(config, MarioConfig):
        maps = _mario_maps(config)
        return Game(MARIO, *evened(maps, [source.title for source in maps.sources], MARIO))
    if not isinstance(config, LevelsConfig):
        raise TypeError(f"no maps for a {type(config).__name__}")
    if config.corpus.legend is None or not config.corpus.files:
        raise ConfigError(NOTHING_NAMED)
    from makar.domains.levels.level.legend_file import read_legend
    from makar.domains.levels.tiled.map_corpus import read_map_corpus

    game = read_legend(config.corpus.legend)
    corpus = read_map_corpus(config.corpus.files, game)
    return Game(game.legend, corpus.maps, corpus.notes)


def legend_of(config: PlatformConfig) -> Legend:
    """The tiles and the physics of the game that the config names.

    Raises:
        ConfigError: no legend is named.
        LegendError: it is not what it should be.
    """
    if not isinstance(config, LevelsConfig):
        return MARIO
    from makar.domains.levels.level.legend_file import read_legend

    if config.corpus.legend is None:
        raise ConfigError(NOTHING_NAMED)
    return read_legend(config.corpus.legend).legend


def _mario_maps(config: MarioConfig) -> Maps:
    corpus = config.corpus
    if corpus.folder is not None:
        from makar.domains.levels.level.vglc import read_vglc

        return read_vglc(corpus.folder)
    if corpus.source == "mario-gpt":
        from makar.domains.levels.level.vglc import read_mario_gpt

        return read_mario_gpt()
    from makar.domains.levels.constructive.build import construct

    levels = construct(
        corpus.levels, CONSTRUCTED_COLUMNS, seed=config.prior_seed,
        mended=corpus.source == "constructed-2",
    )  # fmt: skip
    return Maps(list(levels), [CONSTRUCTED] * len(levels))


def learn_from(game: Game, columns: int) -> LearnedMaps:
    """Cut a game's maps into windows.

    Args:
        game: The game.
        columns: Of the levels asked for; where a map is narrower, all windows are as narrow.

    Raises:
        CorpusTooSmallError: there is nothing to learn from or to test on.
    """
    rules = TileRules.of([level.tiles for level in game.maps.levels], game.legend)
    levels = [Level(rules.settled(x.tiles), x.names) for x in game.maps.levels]
    game = replace(game, maps=replace(game.maps, levels=levels))
    storeys = game.maps.storeys
    width = min(columns, *(x.tiles.shape[1] for x in levels))
    step = int(np.clip(sum(x.tiles.shape[1] for x in levels) // WINDOWS, 1, WIDEST_STEP))
    dealt = partial(split_windows, levels, width, step=step, together=storeys)
    sides = dealt()
    if min(len(side) for side in sides[1:]) < FEW_LEVELS:
        sides = dealt(apart=max(width // OVERLAPPING, 1))
    if not all(len(side) for side in sides):
        raise CorpusTooSmallError(
            f"{game.maps.whole} maps are too few to learn from and to test on: give three or more, "
            "or one that is many times as wide as the levels asked for"
        )
    few = sum(x.tiles.shape[1] for x in levels) < FEW_COLUMNS
    studied, tested = (
        _narrow(side, rules, STUDIED_OF_FEW if few else STUDIED) for side in sides[:2]
    )
    whole = [_unbroken(_playable(side, game.legend), rules) for side in sides]
    if not all(len(side) for side in (studied, tested, *whole)):
        raise CorpusTooSmallError(
            "every window of the maps breaks a rule that the maps keep elsewhere: a thing that is "
            "two tiles wide has lost its other half. Mend the maps, or give more of them"
        )
    train, valid, heldout = whole
    return LearnedMaps(
        game, rules, studied, tested, train, valid, heldout,
        stretches=_stretches(levels, sides.train), notes=_notes(game, whole, width, columns),
    )  # fmt: skip


def _stretches(maps: Sequence[Level], train: Windows) -> list[tuple[int, Level]]:
    """Overlapping and neighbouring windows joined again."""
    found: list[tuple[int, Level]] = []
    width = train.levels.tiles.shape[2]
    order = np.lexsort((train.first, train.source))
    places = list(zip(train.source[order], train.first[order], strict=True))
    begin = 0
    for i, (source, first) in enumerate(places):
        last = i + 1 == len(places)
        if last or places[i + 1][0] != source or places[i + 1][1] > first + width:
            tiles = maps[source].tiles[:, places[begin][1] : first + width]
            found.append((int(source), Level(tiles, maps[source].names)))
            begin = i + 1
    return found


def _playable(side: Windows, legend: Legend) -> Windows:
    """The windows with a start and a goal, where the game has such tiles."""
    return replace(side, levels=with_ends(side.levels, legend))


def _unbroken(side: Windows, rules: TileRules) -> Windows:
    return _taken(side, np.flatnonzero(~rules.broken(side.levels.tiles)))


def _narrow(side: Windows, rules: TileRules, width: int) -> Windows:
    """Windows of ``width`` columns from both ends of each, once each, that break no rule."""
    width = min(width, side.levels.tiles.shape[2])
    left = _part(side, slice(0, width), 0)
    right = _part(side, slice(-width, None), side.levels.tiles.shape[2] - width)
    both = Windows(
        Levels(np.concatenate((left.levels.tiles, right.levels.tiles)), side.levels.names),
        *(
            np.concatenate((getattr(left, name), getattr(right, name)))
            for name in ("starts", "ends", "source", "first")
        ),
    )
    _, once = np.unique(np.stack((both.source, both.first)), axis=1, return_index=True)
    kept = np.sort(once)
    kept = kept[~rules.broken(both.levels.tiles[kept])]
    return _taken(both, kept)


def _part(side: Windows, columns: slice, offset: int) -> Windows:
    tiles = side.levels.tiles[:, :, columns]
    whole = tiles.shape[2] == side.levels.tiles.shape[2]
    starts: Bool[np.ndarray, " N"] = side.starts & (offset == 0)
    ends = side.ends & (whole or offset > 0)
    return Windows(Levels(tiles, side.levels.names), starts, ends, side.source, side.first + offset)


def _taken(windows: Windows, rows: Int[np.ndarray, " N"]) -> Windows:
    return Windows(
        windows.levels.take(rows), windows.starts[rows], windows.ends[rows],
        windows.source[rows], windows.first[rows],
    )  # fmt: skip


def _notes(game: Game, sides: Sequence[Windows], width: int, columns: int) -> tuple[str, ...]:
    maps, heldout = game.maps, len(sides[2])
    licences = sorted({source.licence for source in maps.sources})
    notes = [
        f"{maps.whole} maps, {maps.columns} columns ({'; '.join(licences)})",
        *game.notes,
    ]
    if game.legend.having("start", "goal").any():
        notes.append(
            "maps are compared in stretches; one that was cut from its start or its goal was given "
            "one at its end"
        )
    if width < columns:
        notes.append(
            f"the narrowest map has {width} columns: compared with levels of {columns} columns are "
            f"stretches of {width}"
        )
    if heldout < FEW_LEVELS:
        notes.append(f"only {heldout} stretches were held out: what is said of the maps is rough")
    return tuple(notes)
