"""A designer's own tiles, cut from the tilesets that the game's maps are drawn with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import UInt8

from makar.domains.levels.drawing.art import Art, art_of, opened, scaled
from makar.domains.levels.level.errors import UnreadableLevelError
from makar.domains.levels.level.legend_file import ANY_TILESET, GameLegend
from makar.domains.levels.level.reading import (
    MAX_BYTES,
    objects,
    parse_object,
    read_bounded,
    whole,
    word,
)
from makar.domains.levels.tiled.map_corpus import MapCorpus
from makar.domains.levels.tiled.read import TiledMap
from makar.domains.levels.tiled.variants import Look
from makar.domains.levels.tiled.xml_tree import parse_xml

_ACROSS, _DOWN, _TURNED = 0x8000_0000, 0x4000_0000, 0x2000_0000
"""Tiled's flip bits: mirrored left and right, top and bottom, along the diagonal."""
MAX_TILE = 64
"""Pixels across the largest tiles that are drawn as they are; others are drawn by makar."""


@dataclass(frozen=True)
class _Sheet:
    """A tileset's image and how tiles lie on it, in pixels."""

    pixels: UInt8[np.ndarray, "Y X 4"]
    tile: int
    margin: int
    spacing: int

    def cell(self, local: int, flips: int) -> UInt8[np.ndarray, "S S 4"] | None:
        """One tile as it is drawn; None for one that is not on the image."""
        pitch = self.tile + self.spacing
        columns = max((self.pixels.shape[1] - 2 * self.margin + self.spacing) // pitch, 1)
        y, x = (self.margin + n * pitch for n in divmod(local, columns))
        cell = self.pixels[y : y + self.tile, x : x + self.tile]
        if local < 0 or cell.shape[:2] != (self.tile, self.tile):
            return None
        cell = cell.transpose(1, 0, 2) if flips & _TURNED else cell
        cell = cell[:, ::-1] if flips & _ACROSS else cell
        return cell[::-1] if flips & _DOWN else cell


def art_of_game(game: GameLegend, maps: MapCorpus) -> Art:
    """The game's own pictures where its maps' tilesets can be opened, else makar's.

    A tile is drawn as the maps draw it in such surroundings (``TileVariants``); one that they
    never had, by the first id in the legend. Images are opened only in the folders of the maps
    and of the legend.
    """
    template = maps.template
    size = template.tile_size[0] if template else 0
    if template is None or template.tile_size != (size, size) or size > MAX_TILE:
        return art_of(game.legend)
    sheets = _sheets(template, game.path.absolute().parent, size)
    art = scaled(art_of(game.legend), size)
    tiles, rims = art.tiles.copy(), art.rims.copy()
    plain = next(iter(sheets), ANY_TILESET)
    for number in range(len(tiles)):
        name, local = game.first_id(number) or (ANY_TILESET, -1)
        sheet = sheets.get(plain if name == ANY_TILESET else name)
        cell = sheet.cell(local, 0) if sheet else None
        if cell is not None:
            tiles[number], rims[number] = cell, 0
    looks = np.zeros((len(maps.variants.looks), size, size, 4), np.uint8)
    drawn = np.zeros(len(looks), bool)
    for n, look in enumerate(maps.variants.looks):
        if (cell := _cell(look, sheets, size)) is not None:
            looks[n], drawn[n] = cell, True
    return replace(art, tiles=tiles, rims=rims, variants=maps.variants, looks=looks, drawn=drawn)


def _cell(look: Look, sheets: Mapping[str, _Sheet], size: int) -> UInt8[np.ndarray, "S S 4"] | None:
    name, local, flips = look
    if local < 0:
        return np.zeros((size, size, 4), np.uint8)
    sheet = sheets.get(name)
    return sheet.cell(local, flips) if sheet else None


def _sheets(template: TiledMap, root: Path, size: int) -> dict[str, _Sheet]:
    """The images that can be opened, by their tileset's name."""
    entries = objects(template.document, "tilesets", str(template.path))
    found: dict[str, _Sheet] = {}
    for tileset, entry in zip(template.tilesets, _by_first(entries), strict=False):
        path = tileset.source or template.path
        try:
            sheet = _sheet(_described(tileset.source) or entry, path, root)
        except UnreadableLevelError:
            continue  # a picture is no reason to refuse a game
        if sheet.tile == size:
            found[tileset.name] = sheet
    return found


def _by_first(entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(entries, key=lambda entry: entry.get("firstgid", 0))


def _described(source: Path | None) -> dict[str, Any] | None:
    """What a tileset's own file says of its image."""
    if source is None:
        return None
    data = read_bounded(source, MAX_BYTES)
    if source.suffix.lower() != ".tsx":
        return parse_object(data, str(source))
    root = parse_xml(data, str(source))
    image = root.find("image")
    numbers = {
        key: int(value)
        for key in ("tilewidth", "tileheight", "margin", "spacing")
        if (value := root.get(key, "")).isascii() and value.isdigit() and len(value) < 6
    }
    return {**numbers, "image": "" if image is None else image.get("source", "")}


def _sheet(entry: Mapping[str, Any], path: Path, root: Path) -> _Sheet:
    where = str(path)
    image = word(entry, "image", where)
    sizes = [
        whole(entry, key, where, low=low, high=4096, default=low)
        for key, low in (("tilewidth", 1), ("tileheight", 1), ("margin", 0), ("spacing", 0))
    ]
    if sizes[0] != sizes[1]:
        raise UnreadableLevelError(where, "its tiles are not square")
    try:
        file = (path.parent / image).resolve()
        allowed = any(file.is_relative_to(folder.resolve()) for folder in (path.parent, root))
    except (OSError, ValueError, RuntimeError) as error:
        raise UnreadableLevelError(where, f"its image cannot be found ({error})") from error
    if not image or not allowed or not file.is_file():
        raise UnreadableLevelError(where, "it has no image in its folder or the legend's")
    return _Sheet(opened(file), sizes[0], sizes[2], sizes[3])
