"""Which of a tile's pictures to draw where: as the designer's maps have it around the tile.

Ground is often drawn with a dozen tiles, for edges, corners and insides, that all mean ground.
A written cell takes the picture that was most frequent in the maps with the same tiles around
it; failing that, with the same tiles on four sides; failing that, the tile's most frequent one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Int, UInt8

from makar.domains.levels.level.legend_file import GameLegend
from makar.domains.levels.tiled.layers import FLIPS
from makar.domains.levels.tiled.meaning import read_meaning
from makar.domains.levels.tiled.read import TiledMap
from makar.domains.levels.tiled.things.examples import Example
from makar.domains.levels.tiled.things.placing import is_example
from makar.domains.levels.tiled.tilesets import owner_of

Look = tuple[str, int, int]
"""A tileset's name, a tile id in it, and flip bits."""
NOTHING: Look = ("", -1, 0)
"""A cell without a tile."""
_SIDES = ((-1, 0), (0, -1), (0, 1), (1, 0))
_CORNERS = ((-1, -1), (-1, 1), (1, -1), (1, 1))


@dataclass(frozen=True)
class TileVariants:
    """Looks by surroundings.

    Attributes:
        looks: The different looks.
        choices: Index of the most frequent look by surroundings, the most exact kind first:
            eight neighbours, four, none.
        homes: The name of the layer that most of a tile's cells lie on, by tile.
        examples: An object that stands for it, by tile.
    """

    looks: tuple[Look, ...]
    choices: tuple[dict[int, int], ...]
    homes: Mapping[int, str] = field(default_factory=dict[int, str])
    examples: Mapping[int, Example] = field(default_factory=dict[int, Example])

    def of(self, tiles: UInt8[np.ndarray, "H W"]) -> Int[np.ndarray, "H W"]:
        """Index of each cell's look; -1 for a tile that the maps never had."""
        found = np.full(tiles.shape, -1)
        for keys, choice in zip(_surroundings(tiles), self.choices, strict=True):
            different, index = np.unique(keys, return_inverse=True)
            chosen = np.array([choice.get(key, -1) for key in different.tolist()])
            found = np.where(found < 0, chosen[index.reshape(tiles.shape)], found)
        return found


def learn_variants(maps: Iterable[TiledMap], game: GameLegend) -> TileVariants:
    """Count which look each tile has in which surroundings, and where its kind lies."""
    looks: dict[Look, int] = {}
    counts: tuple[dict[tuple[int, int], int], ...] = ({}, {}, {})
    homes: Counter[tuple[int, str]] = Counter()
    examples: dict[int, Example] = {}
    for tiled in maps:
        reading = read_meaning(tiled, game)
        for known in reading.layers:
            for tile, cells in zip(known.tiles.tolist(), known.counts.tolist(), strict=True):
                homes[tile, known.layer.name] += cells
        for placed in reading.things:
            if is_example(placed, game):
                examples.setdefault(placed.tile, Example(placed, tiled, reading.grid))
        different, index = np.unique(reading.cells, return_inverse=True)
        numbers = np.array(
            [looks.setdefault(_look(tiled, n), len(looks)) for n in different.tolist()]
        )
        drawn = numbers[index.ravel()]
        for keys, count in zip(_surroundings(reading.level.tiles), counts, strict=True):
            pairs, frequency = np.unique(
                np.stack([keys.ravel(), drawn], axis=1), axis=0, return_counts=True
            )
            for (key, look), often in zip(pairs.tolist(), frequency.tolist(), strict=True):
                count[key, look] = count.get((key, look), 0) + often
    names = {tile: name for (tile, name), _ in reversed(homes.most_common())}
    choices = tuple(_most_frequent(count) for count in counts)
    return TileVariants(tuple(looks), choices, names, examples)


def _look(tiled: TiledMap, cell: int) -> Look:
    flips = cell & FLIPS
    owner = owner_of(tiled.tilesets, cell & ~FLIPS)
    return NOTHING if owner is None else (owner[0].name, owner[1], flips)


def _most_frequent(count: dict[tuple[int, int], int]) -> dict[int, int]:
    """By key; of equally frequent looks the first that was met."""
    best: dict[int, tuple[int, int]] = {}
    for (key, look), often in count.items():
        best[key] = max(best.get(key, (0, 0)), (often, -look))
    return {key: -look for key, (_, look) in best.items()}


def _surroundings(tiles: UInt8[np.ndarray, "H W"]) -> Sequence[Int[np.ndarray, "H W"]]:
    """The tile with a bit for each neighbour that is the same; beyond the edge all are."""
    height, width = tiles.shape
    padded = np.pad(tiles, 1, mode="edge")

    def same(neighbours: Iterable[tuple[int, int]]) -> Int[np.ndarray, "H W"]:
        bits = np.zeros(tiles.shape, np.int64)
        for dy, dx in neighbours:
            beside = padded[1 + dy : 1 + dy + height, 1 + dx : 1 + dx + width]
            bits = 2 * bits + (beside == tiles)
        return bits

    number = tiles.astype(np.int64)
    sides = same(_SIDES)
    return (number << 8) + (same(_CORNERS) << 4) + sides, (number << 8) + sides, number
