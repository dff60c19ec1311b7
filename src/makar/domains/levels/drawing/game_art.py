"""A designer's own tiles, cut from the tilesets that the game's maps are drawn with."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from makar.domains.levels.drawing.art import Art, art_of, scaled
from makar.domains.levels.drawing.sheets import Pictures
from makar.domains.levels.level.legend_file import ANY_TILESET, GameLegend
from makar.domains.levels.tiled.map_corpus import MapCorpus

MAX_TILE = 64
"""Pixels across the largest tiles that are drawn as they are; others are drawn by makar."""


def art_of_game(game: GameLegend, maps: MapCorpus) -> Art:
    """The game's own pictures where its maps' tilesets can be opened, else makar's.

    A tile is drawn as the maps draw it in such surroundings (``TileVariants``); one that they
    never had, by the first id in the legend, and one that objects stand for as the first of these
    is. Images are opened only in the folders of the maps and of the legend.
    """
    template = maps.template
    size = template.tile_size[0] if template else 0
    if template is None or template.tile_size != (size, size) or size > MAX_TILE:
        return art_of(game.legend)
    pictures = Pictures(size, game.path.absolute().parent)
    tilesets = {tileset.name: tileset for tileset in template.tilesets}
    art = scaled(art_of(game.legend), size)
    tiles, rims = art.tiles.copy(), art.rims.copy()
    things = np.zeros(len(tiles), bool)
    plain = next((name for name in tilesets if pictures.shows(tilesets[name], template)), "")
    for number in range(len(tiles)):
        name, local = game.first_id(number) or (ANY_TILESET, -1)
        tileset = tilesets.get(plain if name == ANY_TILESET else name)
        cell = pictures.cell(tileset, local, 0, template) if tileset else None
        example = maps.variants.examples.get(number)
        things[number] = example is not None
        if example is not None and (owner := example.placed.thing.owner) is not None:
            fills, flips = example.placed.is_area(game), example.placed.thing.flips
            shown = pictures.cell(*owner, flips, example.tiled, fills=fills)
            cell = cell if shown is None else shown
        if cell is not None:
            tiles[number], rims[number] = cell, 0
    looks = np.zeros((len(maps.variants.looks), size, size, 4), np.uint8)
    drawn = np.zeros(len(looks), bool)
    for n, (name, local, flips) in enumerate(maps.variants.looks):
        tileset = tilesets.get(name)
        cell = looks[n] if local < 0 else None
        if tileset is not None and local >= 0:
            cell = pictures.cell(tileset, local, flips, template)
        if cell is not None:
            looks[n], drawn[n] = cell, True
    return replace(
        art, tiles=tiles, rims=rims, variants=maps.variants, looks=looks, drawn=drawn,
        things=things,
    )  # fmt: skip
