"""Levels as files: text, JSON, a picture, a Tiled map."""

from __future__ import annotations

import io
from pathlib import Path

from makar.domains.levels.drawing.art import Art
from makar.domains.levels.drawing.pictures import level_image, png_of
from makar.domains.levels.level.json_file import write_level_json
from makar.domains.levels.level.legend import Legend
from makar.domains.levels.level.legend_file import GameLegend
from makar.domains.levels.level.level import Level, Levels
from makar.domains.levels.level.text import write_level_text
from makar.domains.levels.play.analysis import Analyst
from makar.domains.levels.tiled.objects import Route
from makar.domains.levels.tiled.read import TiledMap
from makar.domains.levels.tiled.tilesets import TilesetReference
from makar.domains.levels.tiled.variants import TileVariants
from makar.domains.levels.tiled.write import with_locked, write_into_map, write_with_tileset

TILESET = "makar-tiles"
"""Name of the tileset that is written beside a Tiled map of a game without one."""


def write_words(level: Level, path: Path, *, legend: Legend) -> None:
    """Write the level as text, or as JSON where the file is called so."""
    write = write_level_json if path.suffix.lower() == ".json" else write_level_text
    path.write_text(write(level, legend), encoding="utf-8")


def write_picture(
    level: Level, path: Path, *, legend: Legend, art: Art, title: str, notice: str
) -> None:
    """Write a picture of the level alone, without what was found out about it.

    Args:
        level: The level.
        path: The file.
        legend: Its tiles.
        art: What they look like.
        title: What the level is called, for the picture's own information.
        notice: Whose it is, likewise.
    """
    path.write_bytes(_named(png_of(level_image(level, legend, art=art)), title, notice))


def write_into_template(
    level: Level,
    path: Path,
    *,
    analyst: Analyst,
    game: GameLegend,
    template: TiledMap,
    variants: TileVariants,
) -> None:
    """Write a copy of the designer's map with the level in it, and the way drawn in.

    Raises:
        LegendError: a tile of the level has no id in the designer's legend and maps.
    """
    level = with_locked(level, template, game)
    route = _route(level, analyst)
    write_into_map(path, level, game=game, template=template, variants=variants, route=route)


def write_with_makars_tiles(level: Level, path: Path, *, analyst: Analyst, art: Art) -> None:
    """Write a map and, beside it, the tiles that makar paints, with the way drawn in."""
    legend = analyst.legend
    path.with_name(f"{TILESET}.png").write_bytes(art.sheet())
    kinds = len(legend.tiles)
    drawn = {n: n for n, tile in enumerate(legend.tiles) if tile.role != "empty"}
    tileset = TilesetReference(
        path.with_name(f"{TILESET}.tsj"), f"{TILESET}.png", kinds, art.size, kinds, drawn
    )
    route = _route(level, analyst)
    write_with_tileset(path, level, legend=legend, tileset=tileset, route=route)


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


def _route(level: Level, analyst: Analyst) -> Route:
    """The quickest way through the level; nothing where it cannot be won."""
    analysis = analyst(Levels(level.tiles[None], level.names))
    way = analysis.way(0) if analysis.won[0] == 1 else analysis.way(0)[:0]
    return [(float(column), float(row)) for column, row in way[:, :2]]
