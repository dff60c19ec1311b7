"""How the small levels of PCGRL's problems are kept, shown and handed out."""

from __future__ import annotations

import base64
import html
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
from jaxtyping import Int, UInt8

from makar.core.types import Works
from makar.domains.levels.drawing.art import Art, png_bytes
from makar.domains.levels.level.json_file import write_level_json
from makar.domains.levels.level.legend import Legend, Role, Tile
from makar.domains.levels.level.level import Level, Levels
from makar.domains.levels.level.text import parse_level_text, write_level_text
from makar.domains.levels.problems.catalogue import Problem
from makar.measures.variety import KeyRuns
from makar.recipes.craft import NoSource

PIXELS = 32
"""A tile's width and height in a picture."""
_LOOKS: dict[str, tuple[str, Role, str]] = {
    "empty": (".", "empty", "#e9e4d4"),
    "solid": ("#", "solid", "#4a4e69"),
    "player": ("@", "start", "#2a9d8f"),
    "key": ("k", "reward", "#e9c46a"),
    "door": ("+", "goal", "#8d5b3e"),
    "bat": ("b", "enemy", "#b5179e"),
    "scorpion": ("s", "enemy", "#d62828"),
    "spider": ("p", "enemy", "#6a040f"),
    "crate": ("$", "solid", "#b08968"),
    "target": ("o", "goal", "#f77f00"),
}
"""Symbol, role and colour of each tile; sokoban's symbols are those of its level files, nearly."""


def legend_of_problem(problem: Problem) -> Legend:
    """The problem's tiles as a legend, for text and JSON; nobody jumps here.

    Raises:
        ValueError: a tile has no look: the problem has a craft of its own.
    """
    unknown = [name for name in problem.tiles if name not in _LOOKS]
    if unknown:
        raise ValueError(f"{problem.name}: nobody painted {', '.join(unknown)}; add it to _LOOKS")
    return Legend(tuple(Tile(n, _LOOKS[n][1], _LOOKS[n][0]) for n in problem.tiles))


@dataclass(frozen=True)
class EditedCraft:
    """Keeps, shows and hands out the levels of one problem.

    Attributes:
        problem: Whose tiles, and statistics to tell.
    """

    problem: Problem
    formats: tuple[str, ...] = (".txt", ".json", ".png")
    shown: str = ".png"
    original: str = "Made by editing a random map: it was learned from nobody's levels."
    legend: Legend = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "legend", legend_of_problem(self.problem))

    @property
    def kind(self) -> str:
        """Name of the kind of work."""
        return f"levels/{self.problem.name}"

    def pack(self, work: Level) -> bytes:
        """The level as text."""
        return write_level_text(work, self.legend).encode()

    def unpack(self, content: bytes) -> Level:
        """The level from that text."""
        return parse_level_text(content.decode(), self.legend)

    def stack(self, works: Sequence[Level] | Works[Level]) -> Levels:
        """Single levels as a batch."""
        size = (self.problem.height, self.problem.width)
        return Levels.of(works, self.problem.tiles, size)

    def notation(self, work: Level) -> str:
        """Its rows from the top, a symbol a tile."""
        return "/".join(write_level_text(work, self.legend).split())

    @property
    def variety(self) -> KeyRuns[Level]:
        """Runs of tiles in reading order."""
        return KeyRuns(self.keys, self.cells)

    def named(self) -> EditedCraft:
        """The same: there is nobody to name."""
        return self

    def keys(self, works: Works[Level]) -> tuple[Int[np.ndarray, "B N"], Int[np.ndarray, " B"]]:
        """Tiles in reading order."""
        tiles = self.stack(works).tiles.astype(np.int64)
        flat = tiles.reshape(len(tiles), -1)
        return flat, np.full(len(flat), flat.shape[1])

    def cells(self, works: Works[Level]) -> Int[np.ndarray, " B"]:
        """Which kind of level it is, coarsely: how much of it is solid, and how long its path."""
        tiles = self.stack(works).tiles
        solid = (tiles == self.problem.tiles.index("solid")).mean((1, 2))
        longest = self.statistics(tiles)[:, -1].clip(0)
        return (solid * 10).astype(np.int64) * 100 + np.minimum(longest // 5, 99)

    def statistics(self, tiles: UInt8[np.ndarray, "B H W"]) -> Int[np.ndarray, "B K"]:
        """The problem's statistics of some maps."""
        found = np.zeros((len(tiles), len(self.problem.wishes)), np.int32)
        self.problem.measure(np.ascontiguousarray(tiles), np.ones(len(tiles), bool), found)
        return found

    def resemblances(self, works: Works[Level]) -> list[NoSource]:
        """There are no sources."""
        return [NoSource() for _ in range(len(works))]

    @cached_property
    def art(self) -> Art:
        """Tiles in flat colours, each with a mark of its own shape."""
        size = (len(self.problem.tiles), PIXELS, PIXELS, 4)
        tiles = np.stack([_tile(name) for name in self.problem.tiles])
        return Art(tiles, np.zeros(size, np.uint8))

    def export(self, work: Level, path: Path, *, title: str = "", notice: str = "") -> None:
        """Write the level in the format that the suffix names.

        Raises:
            ValueError: the suffix is none of ``formats``.
        """
        del title, notice  # these formats have no place for them
        suffix = path.suffix.lower()
        if suffix == ".txt":
            path.write_text(write_level_text(work, self.legend), encoding="utf-8")
        elif suffix == ".json":
            path.write_text(write_level_json(work, self.legend), encoding="utf-8")
        elif suffix == ".png":
            path.write_bytes(self.picture(work))
        else:
            raise ValueError(f"cannot write {path.name}: choose one of {', '.join(self.formats)}")

    def picture(self, work: Level) -> bytes:
        """The level as a PNG."""
        from PIL import Image

        painted = self.art.tiles[work.tiles]
        H, W = work.tiles.shape
        flat = painted.transpose(0, 2, 1, 3, 4).reshape(H * PIXELS, W * PIXELS, 4)
        return png_bytes(Image.fromarray(flat[..., :3].copy(), "RGB").quantize(32))

    def card(self, work: Level, *, marks: Sequence[tuple[int, int, str]] = ()) -> str:
        """The level to be seen, with its statistics and its text, as HTML."""
        del marks  # nothing of it is anybody's
        data = base64.b64encode(self.picture(work)).decode()
        found = self.statistics(work.tiles[None])[0]
        wishes = self.problem.wishes
        told = ", ".join(f"{w.name} {int(n)}" for w, n in zip(wishes, found, strict=True))
        text = html.escape(write_level_text(work, self.legend))
        return (
            f'<img src="data:image/png;base64,{data}" alt="The level" '
            f'style="image-rendering:pixelated;width:{24 * work.tiles.shape[1]}px;max-width:100%">'
            f"<p>{html.escape(told)}</p><details><summary>Level text</summary>"
            f'<pre style="overflow-x:auto;line-height:1">{text}</pre></details>'
        )


def _tile(name: str) -> UInt8[np.ndarray, "S S 4"]:
    """One tile: a flat ground, and on it what stands there."""
    _, role, colour = _LOOKS[name]
    ground = _rgba(_LOOKS["empty"][2])
    tile = np.tile(ground, (PIXELS, PIXELS, 1))
    y, x = (np.mgrid[:PIXELS, :PIXELS] + 0.5) * 16 / PIXELS - 8  # in sixteenths of a tile
    shapes = {
        "solid": np.maximum(abs(x), abs(y)) < (8 if name == "solid" else 6),
        "start": x**2 + y**2 < 36,
        "goal": (abs(x) < 4) | (abs(y) > 6) if name == "door" else (x**2 + y**2 < 12),
        "reward": abs(x) + abs(y) < 6,
        "enemy": (y < 6) & (y > 2 * abs(x) - 7),
        "empty": np.zeros_like(x, bool),
    }
    tile[shapes[role]] = _rgba(colour)
    return tile


def _rgba(colour: str) -> UInt8[np.ndarray, " 4"]:
    return np.array([*bytes.fromhex(colour[1:]), 255], np.uint8)
