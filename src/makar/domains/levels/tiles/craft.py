"""How platform levels are kept in a ledger, shown in a report and handed out as files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import groupby
from pathlib import Path

import numpy as np
from jaxtyping import Int

from makar.core.types import Works
from makar.domains.levels.drawing.art import Art, art_of
from makar.domains.levels.drawing.game_art import art_of_game
from makar.domains.levels.level.legend import Legend
from makar.domains.levels.level.legend_file import GameLegend
from makar.domains.levels.level.level import Level, Levels
from makar.domains.levels.level.maps import MapSource
from makar.domains.levels.level.text import parse_level_text, write_level_text
from makar.domains.levels.play.analysis import Analyst
from makar.domains.levels.tiled.map_corpus import MapCorpus
from makar.domains.levels.tiles.card import card_html
from makar.domains.levels.tiles.cells import shape_cells
from makar.domains.levels.tiles.files import (
    write_into_template,
    write_picture,
    write_with_makars_tiles,
    write_words,
)
from makar.domains.levels.tiles.near_copies import WindowIndex
from makar.measures.variety import KeyRuns

NAMED_FROM = 0.7
"""Share of equal tiles from which on a source is worth naming."""


@dataclass(frozen=True)
class NearMap:
    """The map of the corpus that a level shares most with.

    Attributes:
        title: Of the map; empty where nothing worth naming is shared.
        licence: Of the map.
        length: Columns that are shared, of those that were compared.
        text: What is shared, in words.
        start: First column of the stretch in the level.
        columns: Of the stretch.
        source: Number of the map, -1 for none.
        too_near: True where the gate takes the level for a copy.
    """

    title: str = ""
    licence: str = ""
    length: int = 0
    text: str = ""
    start: int = 0
    columns: int = 0
    source: int = -1
    too_near: bool = False

    @property
    def marks(self) -> tuple[int, int]:
        """The stretch: its first column and how many there are."""
        return self.start, self.columns


@dataclass(frozen=True)
class LevelCraft:
    """Keeps, shows and hands out platform levels of one game.

    Attributes:
        legend: The game's tiles and physics.
        index: The corpus, to find near copies in; None: nothing is said of them.
        sources: Whose each map of the index is.
        game: The designer's legend; None: makar's own, whose tiles makar paints.
        maps: The designer's maps: one of them is the template of those that are written, and
            their tilesets are what tiles look like.
    """

    legend: Legend
    index: WindowIndex | None = None
    sources: Sequence[MapSource] = ()
    game: GameLegend | None = None
    maps: MapCorpus | None = None
    kind: str = "levels/platform"
    shown: str = ".png"
    original: str = "Shares no stretch with the maps it was learned from."
    analyst: Analyst = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "analyst", Analyst(self.legend))

    @property
    def formats(self) -> tuple[str, ...]:
        """What a level can be written as; a Tiled map first for a game that has such."""
        return (".txt", ".json", ".png", ".tmj") if self.game is None else (
            ".tmj", ".txt", ".json", ".png")  # fmt: skip

    @cached_property
    def art(self) -> Art:
        """What tiles look like."""
        if self.game is None or self.maps is None:
            return art_of(self.legend)
        return art_of_game(self.game, self.maps)

    def pack(self, work: Level) -> bytes:
        """The level as text."""
        return write_level_text(work, self.legend).encode()

    def unpack(self, content: bytes) -> Level:
        """The level from that text."""
        return parse_level_text(content.decode(), self.legend)

    def stack(self, works: Sequence[Level] | Works[Level]) -> Levels:
        """Single levels of one size as a batch."""
        return Levels.of(works, self.legend.names, (1, 1))

    def notation(self, work: Level) -> str:
        """Its columns from left to right, each from the ground up.

        ``X2-2S*3`` is three columns of two tiles ``X``, two empty ones and one ``S``; what is
        empty above is left out, and a column with nothing is one empty tile.
        """
        symbols = [tile.symbol for tile in self.legend.tiles]
        columns = [
            _counted("".join(symbols[tile] for tile in column[::-1]), symbols[self.legend.empty])
            for column in work.tiles.T
        ]
        runs = [(column, len(list(run))) for column, run in groupby(columns)]
        return " ".join(f"{column}*{n}" if n > 1 else column for column, n in runs)

    @property
    def variety(self) -> KeyRuns[Level]:
        """Runs of columns."""
        return KeyRuns(self.keys, self.cells)

    def named(self) -> LevelCraft:
        """The same: maps are always named."""
        return self

    def keys(self, works: Works[Level]) -> tuple[Int[np.ndarray, "B N"], Int[np.ndarray, " B"]]:
        """Columns: each kind of column has a number of its own."""
        tiles = self.stack(works).tiles
        hashed = np.full((len(tiles), tiles.shape[2]), 14695981039346656037, np.uint64)
        for row in tiles.transpose(1, 0, 2):
            hashed = (hashed ^ row) * np.uint64(1099511628211)
        return hashed.view(np.int64), np.full(len(tiles), tiles.shape[2])

    def cells(self, works: Works[Level]) -> Int[np.ndarray, " B"]:
        """Which kind of level it is: how broken its ground, how high, how full of enemies."""
        return shape_cells(self.stack(works).tiles, self.legend)

    def resemblances(self, works: Works[Level]) -> list[NearMap]:
        """For each level the likest stretch of a map."""
        if self.index is None or not len(works):
            return [NearMap() for _ in range(len(works))]
        levels = self.stack(works)
        width = min(self.index.columns, levels.tiles.shape[2])
        found = self.index.nearest(levels)
        return [
            self._near(float(share), int(source), int(start), width)
            for share, source, start in zip(found.share, found.source, found.start, strict=True)
        ]

    def _near(self, share: float, source: int, start: int, width: int) -> NearMap:
        length = round(share * width)
        if share < NAMED_FROM or source < 0 or self.index is None:
            return NearMap(length=length)
        whose = self.sources[source] if source < len(self.sources) else MapSource()
        title = whose.title or "an untitled map"
        too_near = share >= self.index.share
        text = f"{width} columns with {share:.0%} of their tiles"
        return NearMap(title, whose.licence, length, text, start, width, source, too_near)

    def export(self, work: Level, path: Path, *, title: str = "", notice: str = "") -> None:
        """Write the level in the format that the suffix names.

        Only a picture has a place for title and notice.

        Raises:
            ValueError: the suffix is none of ``formats``.
            LegendError: a tile of the level has no id in the designer's legend and maps.
        """
        suffix = path.suffix.lower()
        if suffix not in self.formats:
            raise ValueError(f"cannot write {path.name}: choose one of {', '.join(self.formats)}")
        if suffix == ".tmj":
            self._export_map(work, path)
        elif suffix == ".png":
            write_picture(work, path, legend=self.legend, art=self.art, title=title, notice=notice)
        else:
            write_words(work, path, legend=self.legend)

    def _export_map(self, work: Level, path: Path) -> None:
        """Into a copy of the designer's map, else with makar's tiles."""
        if self.game is None or self.maps is None or self.maps.template is None:
            write_with_makars_tiles(work, path, analyst=self.analyst, art=self.art)
            return
        write_into_template(
            work, path, analyst=self.analyst, game=self.game, template=self.maps.template,
            variants=self.maps.variants,
        )  # fmt: skip

    def card(self, work: Level, *, marks: Sequence[tuple[int, int, str]] = ()) -> str:
        """The level to be seen: picture, whether it can be won, and its text, as HTML.

        Args:
            work: The level.
            marks: Stretches to point out: first column, number of columns, and a label.
        """
        return card_html(work, analyst=self.analyst, art=self.art, marks=marks)


def _counted(column: str, empty: str) -> str:
    """Symbols with how often each stands there in a row, without the empty ones at the end."""
    runs = [(symbol, len(list(run))) for symbol, run in groupby(column.rstrip(empty) or empty)]
    return "".join(f"{symbol}{n}" if n > 1 else symbol for symbol, n in runs)
