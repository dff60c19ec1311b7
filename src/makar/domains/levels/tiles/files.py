"""Levels as files: text, JSON, a picture, a Tiled map."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

from makar.domains.levels.drawing.pictures import level_png
from makar.domains.levels.level.json_file import write_level_json
from makar.domains.levels.level.level import Level
from makar.domains.levels.level.text import write_level_text

if TYPE_CHECKING:
    from makar.domains.levels.tiles.craft import LevelCraft

TILESET = "makar-tiles"
"""Name of the tileset that is written beside a Tiled map of a game without one."""


def write_any(craft: LevelCraft, level: Level, path: Path, *, title: str, notice: str) -> None:
    """Write the level by the file's suffix.

    Raises:
        ValueError: no such format.
        LegendError: a tile of the level has no id in the designer's legend and maps.
    """
    suffix = path.suffix.lower()
    if suffix == ".txt":
        path.write_text(write_level_text(level, craft.legend), encoding="utf-8")
    elif suffix == ".json":
        path.write_text(write_level_json(level, craft.legend), encoding="utf-8")
    elif suffix == ".png":
        path.write_bytes(_named(_picture(craft, level), title, notice))
    elif suffix == ".tmj":
        _write_tiled(craft, level, path)
    else:
        raise ValueError(f"cannot write {path.name}: choose one of {', '.join(craft.formats)}")


def _picture(craft: LevelCraft, level: Level) -> bytes:
    """The level alone, without what was found out about it."""
    return level_png(level, craft.legend, art=craft.art)


def _named(png: bytes, title: str, notice: str) -> bytes:
    """The picture with its title and whose it is written into it."""
    from PIL import Image
    from PIL.PngImagePlugin import PngInfo

    words = PngInfo()
    for key, value in (("Title", title), ("Copyright", notice)):
        if value:
            words.add_itxt(key, value)
    buffer = io.BytesIO()
    with Image.open(io.BytesIO(png)) as image:
        image.save(buffer, format="PNG", pnginfo=words, optimize=True)
    return buffer.getvalue()


def _write_tiled(craft: LevelCraft, level: Level, path: Path) -> None:
    """Into a copy of the designer's map, else with makar's tiles; with the way drawn in."""
    from makar.domains.levels.tiled.tilesets import TilesetReference
    from makar.domains.levels.tiled.write import with_locked, write_into_map, write_with_tileset

    template = craft.maps.template if craft.maps else None
    if craft.game is not None and template is not None:
        level = with_locked(level, template, craft.game)
    analysis = craft.analyst(craft.stack([level]))
    way = analysis.way(0) if analysis.won[0] == 1 else analysis.way(0)[:0]
    route = [(float(column), float(row)) for column, row in way[:, :2]]
    if craft.game is not None and craft.maps is not None and template is not None:
        write_into_map(
            path, level, game=craft.game, template=template, variants=craft.maps.variants,
            route=route,
        )  # fmt: skip
        return
    path.with_name(f"{TILESET}.png").write_bytes(craft.art.sheet())
    kinds = len(craft.legend.tiles)
    drawn = {n: n for n, tile in enumerate(craft.legend.tiles) if tile.role != "empty"}
    tileset = TilesetReference(
        path.with_name(f"{TILESET}.tsj"), f"{TILESET}.png", kinds, craft.art.size, kinds, drawn
    )
    write_with_tileset(path, level, legend=craft.legend, tileset=tileset, route=route)
