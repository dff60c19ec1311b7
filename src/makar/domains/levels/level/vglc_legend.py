"""The Video Game Level Corpus's own legends: a game's JSON file, in which words say what tiles are.

(Summerville, Snodgrass, Mateas & Ontañón 2016, *The VGLC: The Video Game Level Corpus*.) Such as
``{"tiles": {"X": ["solid", "ground"], "|": ["passable", "climbable"]}}``. The words become the
tile's name, and its role by the first rule of ``_RULES`` that one of them meets. Where the levels
begin and end it does not say: at the map's left and right edge, but for tiles that say so.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from makar.domains.levels.level.errors import LegendError
from makar.domains.levels.level.legend import Legend, Role, Tile
from makar.domains.levels.level.text import FOREIGN

_RULES: tuple[tuple[Role, str], ...] = (
    ("enemy", "enemy"),
    ("start", "start spawn"),
    ("goal", "exit goal"),
    ("solid", "cannon"),
    ("hazard", "hazard damaging"),
    ("solid", "solid solidtop wall impassable nondrivable locked null"),
    ("reward", "coin collectable pickupable powerup gold item weapon ammo health key"),
    ("empty", "empty"),
    ("decoration", "passable walkable drivable floor climbable flagpole"),
)
"""Roles, and VGLC's words for them; a cannon is built of solid tiles, whatever it shoots."""
_GROUND_TO_CROSS = ("floor", "road", "grass", "passable", "walkable", "drivable")
"""What stands for empty space in a game that has no tile for it."""
_BUMPED = "question block"
_PAIR = re.compile(r'"([^"\\]|\\.)"\s*:\s*(\[[^\[\]]*\])')
_REMEDY = 'Name the game\'s own file, with {"tiles": {"X": ["solid"], ...}}, or write a legend.toml'
VGLC_LICENCE = "MIT if of the Video Game Level Corpus, designs by the games' makers"
NOT_UNDERSTOOD = "not understood"
"""In the names of tiles of which no word is known; all of that of symbols not in the legend."""


def parse_vglc_legend(text: str, path: Path | str) -> Legend:
    """The legend in a game's JSON; a last tile stands for all symbols that are not in it.

    The corpus's own ``smb-multi-layer.json`` is no JSON, for want of a comma: of such a file the
    pairs of a symbol and its words are taken.

    Raises:
        LegendError: there are no tiles in it, or none for empty space.
    """
    words = _words(text, Path(path))
    try:
        tiles = [_tile(symbol, said) for symbol, said in words.items()]
        if not any(tile.role == "empty" for tile in tiles):
            tiles = _with_empty(tiles, list(words.values()))
        tiles.append(Tile(NOT_UNDERSTOOD, "decoration", FOREIGN))
        return Legend(tuple(_named_apart(tiles)))
    except ValueError as error:
        raise LegendError(str(path), str(error), remedy=_REMEDY) from error


def _with_empty(tiles: list[Tile], said: Sequence[Sequence[str]]) -> list[Tile]:
    """The tiles, of which the plainest that is just to be crossed counts as empty."""
    crossed = [n for n, words in enumerate(said) if set(words) & set(_GROUND_TO_CROSS)]
    crossed.sort(key=lambda n: tiles[n].symbol not in "-.")
    return [
        replace(tile, role="empty") if n in crossed[:1] else tile for n, tile in enumerate(tiles)
    ]


def _words(text: str, path: Path) -> Mapping[str, Sequence[str]]:
    """What the file says of each symbol."""
    try:
        whole: Any = json.loads(text)
    except (ValueError, RecursionError):
        whole = {"tiles": _pairs(text)} if '"tiles"' in text else {}
    tiles = whole.get("tiles") if isinstance(whole, dict) else None
    if not isinstance(tiles, dict) or not tiles:
        fault = 'has no "tiles", symbol by symbol'
        raise LegendError(str(path), fault, remedy=_REMEDY)
    for symbol, said in tiles.items():
        if not isinstance(said, list) or not all(isinstance(word, str) for word in said):
            fault = f"of the symbol {symbol!r} it does not say what it is, in a list of words"
            raise LegendError(str(path), fault[:200], remedy=_REMEDY)
    return tiles


def _pairs(text: str) -> dict[str, Any]:
    """Of a broken file the symbols and their words, the first of each symbol."""
    found: dict[str, Any] = {}
    for symbol, said in _PAIR.findall(text):
        try:
            found.setdefault(json.loads(f'"{symbol}"'), json.loads(said))
        except ValueError:
            continue
    return found


def _tile(symbol: str, said: Sequence[str]) -> Tile:
    words = {word for phrase in said for word in re.findall(r"[a-z]+", phrase.lower())}
    roles: list[Role] = [role for role, meant in _RULES if words & set(meant.split())]
    role = roles[0] if roles else "decoration"
    name = " ".join(said if roles else [*said, f"({NOT_UNDERSTOOD})"])
    return Tile(name, role, symbol, role == "solid" and _BUMPED in said)


def _named_apart(tiles: Sequence[Tile]) -> list[Tile]:
    """The tiles, with the symbol in the names of those that are called the same."""
    names = [tile.name for tile in tiles]
    return [
        Tile(f"{tile.name} {tile.symbol}", tile.role, tile.symbol, tile.bumped)
        if names.count(tile.name) > 1
        else tile
        for tile in tiles
    ]
