"""Levels as JSON: the tiles as numbers, with the legend that says what the numbers mean."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any, cast

import numpy as np
from jaxtyping import UInt8

from makar.domains.levels.level.errors import UnreadableLevelError
from makar.domains.levels.level.legend import Legend, Physics, Role, Tile
from makar.domains.levels.level.level import Level
from makar.domains.levels.level.reading import (
    MAX_COLUMNS,
    MAX_ROWS,
    objects,
    parse_object,
    quoted,
    read_bounded,
    word,
)

FORMAT = "makar level 1"
_REMEDY = "Write it with makar again, or change it as docs/levels-legend.md says"


def write_level_json(level: Level, legend: Legend) -> str:
    """The level and its legend; ``parse_level_json`` gives back both, equal."""
    rows = ",\n  ".join(json.dumps(row, separators=(",", ":")) for row in level.tiles.tolist())
    head = {
        "format": FORMAT,
        "columns": level.tiles.shape[1],
        "rows": level.tiles.shape[0],
        "legend": [_written(tile) for tile in legend.tiles],
        "physics": asdict(legend.physics),
    }
    text = json.dumps(head, indent=1, ensure_ascii=False)
    return f'{text[:-2]},\n "tiles": [\n  {rows}\n ]\n}}\n'


def read_level_json(path: Path | str) -> tuple[Level, Legend]:
    """Read a level and its legend; see ``parse_level_json``."""
    return parse_level_json(read_bounded(Path(path)), source=str(path))


def parse_level_json(data: bytes | str, *, source: str = "level JSON") -> tuple[Level, Legend]:
    """The level and its legend.

    Raises:
        UnreadableLevelError: not JSON, another format, too large, ragged, or a tile without
            a name.
    """
    whole = parse_object(data.encode() if isinstance(data, str) else data, source)
    if whole.get("format") != FORMAT:
        fault = f'"format" is {quoted(whole.get("format"))}, not {FORMAT!r}'
        raise UnreadableLevelError(source, fault, remedy=_REMEDY)
    try:
        legend = Legend(
            tuple(_tile(tile, source) for tile in objects(whole, "legend", source)),
            _physics(whole.get("physics"), source),
        )
        return Level(_tiles(whole.get("tiles"), source), legend.names), legend
    except UnreadableLevelError:
        raise
    except ValueError as error:
        raise UnreadableLevelError(source, str(error), remedy=_REMEDY) from error


def _written(tile: Tile) -> dict[str, Any]:
    """All that is said of a tile; that it is not bumped goes without saying."""
    return {key: value for key, value in asdict(tile).items() if key != "bumped" or value}


def _tile(given: dict[str, Any], source: str) -> Tile:
    role, bumped = cast(Role, word(given, "role", source)), given.get("bumped", False)
    if not isinstance(bumped, bool):
        fault = f'"bumped" is {quoted(bumped)}, neither true nor false'
        raise UnreadableLevelError(source, fault, remedy=_REMEDY)
    return Tile(word(given, "name", source), role, word(given, "symbol", source), bumped)


def _physics(given: Any, source: str) -> Physics:
    default = asdict(Physics())
    if not isinstance(given, dict) or set(given) != set(default):
        raise UnreadableLevelError(source, f'"physics" needs {", ".join(default)}', remedy=_REMEDY)
    body = given["body"]
    kinds = [type(given[key]) for key in ("jump_height", "jump_reach", "double_jump", "gravity")]
    if kinds[:3] != [int, int, bool] or kinds[3] not in (int, float):
        raise UnreadableLevelError(source, f'"physics" is {quoted(given)}', remedy=_REMEDY)
    if not isinstance(body, list) or [type(size) for size in body] != [int, int]:
        raise UnreadableLevelError(source, f'"body" is {quoted(body)}', remedy=_REMEDY)
    return Physics(
        jump_height=given["jump_height"],
        jump_reach=given["jump_reach"],
        double_jump=given["double_jump"],
        body=(body[0], body[1]),
        gravity=given["gravity"],
    )


def _tiles(rows: Any, source: str) -> UInt8[np.ndarray, "H W"]:
    if not isinstance(rows, list) or not rows or not isinstance(rows[0], list) or not rows[0]:
        raise UnreadableLevelError(source, '"tiles" is not a list of rows', remedy=_REMEDY)
    if len(rows) > MAX_ROWS or len(rows[0]) > MAX_COLUMNS:
        fault = f"has more than {MAX_COLUMNS:,} columns or {MAX_ROWS:,} rows"
        raise UnreadableLevelError(source, fault, remedy="Split the level")
    for y, row in enumerate(rows):
        if not isinstance(row, list) or len(row) != len(rows[0]):
            fault = f"row {y + 1} is not a list of {len(rows[0])} tiles like the first"
            raise UnreadableLevelError(source, fault, remedy="Make all rows equally long")
        for x, tile in enumerate(row):
            if type(tile) is not int or not 0 <= tile <= 255:
                fault = f"row {y + 1}, column {x + 1}: {quoted(tile)} is no tile's number"
                raise UnreadableLevelError(source, fault, remedy=_REMEDY)
    return np.array(rows, np.uint8)
