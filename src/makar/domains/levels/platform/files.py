"""Somebody's level files, read as levels of a run's game."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from makar.domains.levels.level.errors import UnreadableLevelError
from makar.domains.levels.level.json_file import read_level_json
from makar.domains.levels.level.level import Level
from makar.domains.levels.level.text import read_level_text, told_of
from makar.domains.levels.platform.config import LevelsConfig, PlatformConfig
from makar.domains.levels.platform.corpus import legend_of
from makar.domains.levels.tiled.files.content import is_tiled_file

SUFFIXES = (".txt", ".json", ".tmj", ".tmx")


def read_level(path: Path, config: PlatformConfig, said: list[str] | None = None) -> Level:
    """The level in a file: text, makar's JSON, or a map made with Tiled, XML or JSON.

    Args:
        path: The file.
        config: Of the run whose game it is a level of.
        said: Receives sentences on what of a map of Tiled's was read and what was left out.

    Raises:
        UnreadableLevelError: it is not a level of that game, with the place and the remedy.
    """
    legend, suffix = legend_of(config), path.suffix.lower()
    if suffix == ".txt":
        strangers = Counter[str]()
        level = read_level_text(path, legend, strangers)
        if said is not None:
            said += [told_of(symbol) for symbol in strangers]
        return level
    tiled = suffix in (".tmj", ".tmx", ".ldtk") or (suffix == ".json" and is_tiled_file(path))
    if suffix == ".json" and not tiled:
        level, other = read_level_json(path)
        if other.names != legend.names:
            fault = f"its tiles are {', '.join(other.names)}; the run's {', '.join(legend.names)}"
            raise UnreadableLevelError(str(path), fault, remedy="Name a run of its game (--run)")
        return level
    if tiled and isinstance(config, LevelsConfig) and config.corpus.legend:
        from makar.domains.levels.level.legend_file import read_legend
        from makar.domains.levels.tiled.meaning import level_of
        from makar.domains.levels.tiled.read import read_tiled

        game = read_legend(config.corpus.legend)
        return level_of(read_tiled(path, game.path.absolute().parent), game, said)
    remedy = f"Bring {', '.join(SUFFIXES[:2])}; Tiled's maps need a run of the levels recipe"
    raise UnreadableLevelError(
        str(path), f"{suffix or 'no suffix'} is no level here", remedy=remedy
    )
