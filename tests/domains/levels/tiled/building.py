"""Small maps made by hand, for tests of how Tiled's files are read. Not a test file."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from makar.domains.levels.level.legend_file import GameLegend, parse_legend
from makar.domains.levels.level.text import write_level_text
from makar.domains.levels.tiled.meaning import Reading, read_meaning
from makar.domains.levels.tiled.read import read_tiled
from makar.domains.levels.tiled.remarks import sentences

SIDE = 16
"""Pixels across a cell."""
WIDE, HIGH = 12, 6
FLOOR = [0] * WIDE * (HIGH - 1) + [1] * WIDE
TILES = {
    "firstgid": 1, "name": "tiles", "tilewidth": SIDE, "tileheight": SIDE, "tilecount": 8,
    "columns": 8, "image": "t.png", "imagewidth": 128, "imageheight": SIDE, "margin": 0,
    "spacing": 0,
}  # fmt: skip
LEGEND = """
[map]
start = "left"
goal = "right"
[tiles]
air = { role = "empty", symbol = "-" }
ground = { role = "solid", symbol = "X", ids = "0-3" }
spike = { role = "hazard", symbol = "^", ids = "4" }
slime = { role = "enemy", symbol = "e", object = "slime" }
"""
ENDS = """
[tiles]
air = { role = "empty", symbol = "-" }
ground = { role = "solid", symbol = "X", ids = "0-3" }
hero = { role = "start", symbol = "S", object = "spawn" }
exit = { role = "goal", symbol = "G", object = "exit" }
slime = { role = "enemy", symbol = "e", object = "slime" }
"""
GAME, GAME_WITH_ENDS = parse_legend(LEGEND), parse_legend(ENDS)
SPAWN = {"id": 1, "name": "", "type": "spawn", "x": 16, "y": 64, "width": 16, "height": 16}
EXIT = {"id": 2, "name": "", "type": "exit", "x": 160, "y": 64, "width": 16, "height": 16}
SLIME = {"id": 3, "name": "", "type": "slime", "x": 64, "y": 64, "width": 16, "height": 16}


def layer(name: str = "Ground", data: list[int] | None = None, **fields: Any) -> dict[str, Any]:
    """A tile layer; without data a floor."""
    return {
        "type": "tilelayer", "name": name, "width": WIDE, "height": HIGH, "opacity": 1,
        "visible": True, "data": FLOOR if data is None else data,
    } | fields  # fmt: skip


def things(*items: dict[str, Any], name: str = "Objects", **fields: Any) -> dict[str, Any]:
    """A layer of objects."""
    return {
        "type": "objectgroup", "name": name, "opacity": 1, "visible": True,
        "draworder": "topdown", "objects": list(items),
    } | fields  # fmt: skip


def group(*layers: dict[str, Any], name: str = "Group", **fields: Any) -> dict[str, Any]:
    """Layers in a group."""
    found = {"type": "group", "name": name, "opacity": 1, "visible": True, "layers": list(layers)}
    return found | fields


def document(*layers: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """A map of these layers, without any of a floor."""
    return {
        "type": "map", "version": "1.10", "tiledversion": "1.11.2", "orientation": "orthogonal",
        "renderorder": "right-down", "infinite": False, "width": WIDE, "height": HIGH,
        "tilewidth": SIDE, "tileheight": SIDE, "nextlayerid": 20, "nextobjectid": 50,
        "layers": list(layers) or [layer()], "tilesets": [TILES],
    } | fields  # fmt: skip


def saved(folder: Path, whole: dict[str, Any], name: str = "map.tmj") -> Path:
    """The map in a file."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(whole))
    return path


def read(path: Path, game: GameLegend = GAME) -> Reading:
    """What a file means; its tilesets may lie in its folder."""
    return read_meaning(read_tiled(path), game)


def rows(path: Path, game: GameLegend = GAME) -> list[str]:
    """The level of a file, as text."""
    return write_level_text(read(path, game).level, game.legend).split()


def told(path: Path, game: GameLegend = GAME) -> str:
    """What is said of a file."""
    return "\n".join(sentences([read(path, game).remarks]))


def places(path: Path, symbol: str, game: GameLegend) -> list[tuple[int, int]]:
    """Column and row of each cell with a symbol."""
    found = rows(path, game)
    return [(x, y) for y, row in enumerate(found) for x, s in enumerate(row) if s == symbol]


def program(*command: str | Path, home: Path) -> None:
    """Run one of Tiled's programs without a screen."""
    if shutil.which(str(command[0])) is None:
        pytest.skip(f"{command[0]} is not installed: apt install tiled")
    subprocess.run(
        command, check=True, capture_output=True, timeout=120,
        env={**os.environ, "HOME": str(home), "XDG_RUNTIME_DIR": str(home),
             "QT_QPA_PLATFORM": "offscreen"},
    )  # fmt: skip
