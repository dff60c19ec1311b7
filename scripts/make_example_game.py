"""Make Lantern Hollow, the example game: its tileset and twenty maps for Tiled.

Maps are put together from pieces, from easy to hard, with a fixed seed: running this again gives
the same files. Tiles are drawn in flat colours. All of it is our own.

    python scripts/make_example_game.py [FOLDER]
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

from example_game_tiles import COLUMNS, COUNT, PIXELS, picture

ROWS, MAPS, SEED = 16, 20, 7
AIR = "-"
LOW, HIGH = 2, 7
"""Rows of ground at least and at most."""
IDS = {"#": 16, "c": 17, "^": 18, "~": 19, "S": 24, "G": 25, "e": 26, "v": 27, "o": 28, ",": 12}
BELOW_LAVA, OTHER_BUSH = 20, 13

Grid = list[list[str]]
"""Columns of a map, each from the ground up."""


class Builder:
    """A map in the making, from left to right."""

    def __init__(self, random: Random, hardness: float) -> None:
        self.random, self.hardness = random, hardness
        self.columns: Grid = []
        self.ground = random.randint(3, 5)

    def column(self, ground: int, above: str = "") -> None:
        """Add one column: so much ground, and what stands on it, from the bottom up."""
        cells = ["X"] * ground + list(above)
        self.columns.append((cells + [AIR] * ROWS)[:ROWS])

    def put(self, back: int, height: int, tile: str) -> None:
        """Set a cell of a column that is there, counted from the last one."""
        self.columns[-back][height] = tile

    def flat(self, length: int) -> None:
        """Ground to run on, with something to look at."""
        for _ in range(length):
            self.column(self.ground, "," if self.random.random() < 0.15 else "")

    def harder(self, easy: int, hard: int) -> int:
        """A number from ``easy`` to ``hard``, larger in harder maps."""
        top = easy + self.hardness * (hard - easy)
        return self.random.randint(round((easy + top) / 2), round(top))


def slimes(b: Builder) -> None:
    """Enemies on level ground."""
    for _ in range(b.harder(1, 4)):
        b.flat(b.random.randint(2, 4))
        b.put(1, b.ground, "e")
    b.flat(2)


def gems(b: Builder) -> None:
    """An arc of gems over a run."""
    b.flat(5)
    for back, height in ((5, 2), (4, 3), (3, 3), (2, 3), (1, 2)):
        b.put(back, b.ground + height, "o")


def step(b: Builder) -> None:
    """Up or down; the highest steps need both jumps."""
    b.flat(1)
    b.ground += b.random.choice((-1, 1)) * b.harder(1, 5)
    b.ground = min(max(b.ground, LOW), HIGH)
    b.flat(2)


def gap(b: Builder) -> None:
    """A gap; the widest need both jumps."""
    b.flat(2)
    for _ in range(b.harder(2, 9)):
        b.column(0)
    b.flat(2)


def pit(b: Builder) -> None:
    """Lava or spikes below the level of the ground."""
    tile = b.random.choice("~^")
    b.flat(2)
    for _ in range(b.harder(2, 6)):
        b.column(b.ground - 2, tile * 2 if tile == "~" else tile)
    b.flat(2)


def stepping_stones(b: Builder) -> None:
    """Platforms over lava."""
    b.flat(2)
    height = b.ground
    for _ in range(b.random.randint(2, 4)):
        for _ in range(b.harder(2, 4)):
            b.column(1, "~")
        height = min(max(height + b.random.randint(-2, 2), 4), 9)
        for _ in range(b.random.randint(2, 4)):
            b.column(1, "~")
            b.put(1, height, "=")
        if b.random.random() < 0.5:
            b.put(1, height + 2, "o")
    for _ in range(b.harder(1, 3)):
        b.column(1, "~")
    b.ground = min(max(height, LOW), HIGH)
    b.flat(2)


def tunnel(b: Builder) -> None:
    """A low roof of stone, and spikes or a slime below it."""
    b.flat(2)
    room = b.random.choice((3, 4))
    for n in range(b.random.randint(7, 11)):
        b.column(b.ground, AIR * room + "#" * 2)
        if n % 4 == 3:
            b.put(1, b.ground, b.random.choice("^eo"))
    b.flat(2)


def pillars(b: Builder) -> None:
    """Pillars of stone among spikes."""
    b.flat(2)
    height = 0
    for _ in range(b.random.randint(2, 4)):
        for _ in range(b.harder(1, 4)):
            b.column(b.ground - 1, "^")
        height = min(max(height + b.random.randint(-1, 2), 1), 4)
        for _ in range(b.random.randint(1, 2)):
            b.column(b.ground - 1, "#" * (height + 1))
    b.column(b.ground - 1, "^")
    b.flat(2)


def crates(b: Builder) -> None:
    """Crates to climb, with a gem on top."""
    b.flat(2)
    heights = [b.random.randint(1, 3) for _ in range(b.random.randint(1, 3))]
    for height in heights:
        b.column(b.ground, "c" * height)
    b.put(1, b.ground + heights[-1] + 1, "o")
    b.flat(2)


def bats(b: Builder) -> None:
    """Bats over a run, low enough to be met when jumping."""
    length = b.random.randint(6, 9)
    b.flat(length)
    for back in b.random.sample(range(2, length), b.harder(1, 4)):
        b.put(back, b.ground + b.random.randint(2, 4), "v")


def wall(b: Builder) -> None:
    """A wall of stone; the highest need both jumps."""
    b.flat(2)
    height = b.harder(2, 6)
    for _ in range(b.random.randint(1, 3)):
        b.column(b.ground, "#" * height)
    if b.random.random() < 0.5:
        b.put(1, b.ground + height, "o")
    b.flat(2)


def high_road(b: Builder) -> None:
    """Two ways: spikes below, platforms with gems above."""
    b.flat(3)
    spikes = b.harder(1, 3)
    for n in range(9):
        b.column(b.ground, "^" if 3 <= n < 3 + spikes else "")
        if 1 <= n <= 7:
            b.put(1, b.ground + 4, "=")
        if n in (3, 5):
            b.put(1, b.ground + 5, "o")
    b.flat(2)


PIECES: tuple[Callable[[Builder], None], ...] = (
    slimes, gems, step, gap, pit, stepping_stones, tunnel, pillars, crates, bats, high_road, wall,
    slimes, step, gap, crates,
)  # fmt: skip


def build(random: Random, hardness: float, width: int) -> Grid:
    """A map of about ``width`` columns; a column is listed from the ground up."""
    b = Builder(random, hardness)
    b.flat(4)
    b.put(3, b.ground, "S")
    last: Callable[[Builder], None] | None = None
    while len(b.columns) < width - 6:
        piece = random.choice([piece for piece in PIECES if piece is not last])
        piece(b)
        last = piece
    b.flat(6)
    b.put(3, b.ground, "G")
    return b.columns


def tile_id(columns: Grid, x: int, y: int, random: Random) -> int:
    """The tile to draw: ground and platforms by what is beside and above them."""
    symbol = columns[x][y]

    def same(dx: int, dy: int) -> bool:
        if not 0 <= x + dx < len(columns) or y + dy < 0:
            return True
        return y + dy < ROWS and columns[x + dx][y + dy] == symbol

    if symbol in "X=":
        side = {(False, True): 0, (True, True): 1, (True, False): 2, (False, False): 3}
        first = 4 if symbol == "=" else 8 if same(0, 1) else 0
        return first + side[same(-1, 0), same(1, 0)]
    if symbol == "~" and same(0, 1):
        return BELOW_LAVA
    if symbol == "," and random.random() < 0.5:
        return OTHER_BUSH
    return IDS[symbol]


def tiled_map(columns: Grid, random: Random) -> dict[str, Any]:
    """The map as Tiled's JSON: hills behind the level, and the camera's bounds."""
    width = len(columns)
    level = [
        0 if columns[x][y] == AIR else 1 + tile_id(columns, x, y, random)
        for y in reversed(range(ROWS))
        for x in range(width)
    ]
    tops = [random.randint(3, 6) for _ in range(width // 6 + 2)]
    hills = [
        1 + (21 if y == tops[x // 6] else 22) if y <= tops[x // 6] else 0
        for y in reversed(range(ROWS))
        for x in range(width)
    ]
    camera = {
        "height": ROWS * PIXELS, "id": 1, "name": "camera", "rotation": 0, "type": "bounds",
        "visible": True, "width": width * PIXELS, "x": 0, "y": 0,
    }  # fmt: skip
    return {
        "backgroundcolor": "#1d2733", "compressionlevel": -1, "height": ROWS, "infinite": False,
        "layers": [
            tile_layer(1, "hills", hills, width),
            tile_layer(2, "level", level, width),
            {"draworder": "topdown", "id": 3, "name": "camera", "objects": [camera], "opacity": 1,
             "type": "objectgroup", "visible": True, "x": 0, "y": 0},
        ],
        "nextlayerid": 4, "nextobjectid": 2, "orientation": "orthogonal",
        "renderorder": "right-down", "tiledversion": "1.8.2", "tileheight": PIXELS,
        "tilesets": [{"firstgid": 1, "source": "hollow.tsj"}], "tilewidth": PIXELS,
        "type": "map", "version": "1.8", "width": width,
    }  # fmt: skip


def tile_layer(number: int, name: str, data: list[int], width: int) -> dict[str, Any]:
    """A tile layer as Tiled's JSON."""
    return {
        "data": data, "height": ROWS, "id": number, "name": name, "opacity": 1,
        "type": "tilelayer", "visible": True, "width": width, "x": 0, "y": 0,
    }  # fmt: skip


def tileset() -> dict[str, Any]:
    """The tileset as Tiled's JSON."""
    return {
        "columns": COLUMNS, "image": "hollow.png", "imageheight": COUNT // COLUMNS * PIXELS,
        "imagewidth": COLUMNS * PIXELS, "margin": 0, "name": "hollow", "spacing": 0,
        "tilecount": COUNT, "tiledversion": "1.8.2", "tileheight": PIXELS, "tilewidth": PIXELS,
        "type": "tileset", "version": "1.8",
    }  # fmt: skip


def main(folder: Path) -> None:
    """Write the game's files."""
    folder.mkdir(parents=True, exist_ok=True)
    picture().save(folder / "hollow.png")
    write(folder / "hollow.tsj", tileset())
    for n in range(MAPS):
        random = Random(SEED * 1_000 + n)
        columns = build(random, n / (MAPS - 1), random.randint(90, 130))
        write(folder / f"hollow-{n + 1:02}.tmj", tiled_map(columns, random))


def write(path: Path, whole: dict[str, Any]) -> None:
    """One line per field: small files that still show what changed."""
    fields = (f"{json.dumps(key)}:{json.dumps(whole[key], separators=(',', ':'))}" for key in whole)
    path.write_text("{" + ",\n ".join(fields) + "}\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parents[1] / "examples/game"))
