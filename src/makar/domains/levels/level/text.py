"""Levels as text: one character per tile, one line per row, as the Video Game Level Corpus does.

(Summerville, Snodgrass, Mateas & Ontañón 2016, *The VGLC: The Video Game Level Corpus*.)
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from makar.domains.levels.level.errors import UnreadableLevelError
from makar.domains.levels.level.legend import Legend
from makar.domains.levels.level.level import Level
from makar.domains.levels.level.reading import MAX_COLUMNS, MAX_ROWS, quoted, read_bounded, text_of

MAX_TEXT_BYTES = 4_000_000
_SHOWN_SYMBOLS = 30


def write_level_text(level: Level, legend: Legend) -> str:
    """The level with the legend's symbols, row by row, a line end after each."""
    symbols = np.array([tile.symbol for tile in legend.tiles])
    return "".join("".join(row) + "\n" for row in symbols[level.tiles])


def read_level_text(path: Path | str, legend: Legend) -> Level:
    """Read a level text file; see ``parse_level_text``."""
    data = read_bounded(Path(path), MAX_TEXT_BYTES)
    return parse_level_text(text_of(data, str(path)), legend, source=str(path))


def parse_level_text(text: str, legend: Legend, *, source: str = "level text") -> Level:
    """The level that a text shows; blank lines before and after it do not count.

    Raises:
        UnreadableLevelError: empty, ragged, too large, or with a symbol that the legend does
            not know, by line and column.
    """
    if len(text) > MAX_TEXT_BYTES:
        fault = f"is longer than {MAX_TEXT_BYTES / 1e6:g} million characters"
        raise UnreadableLevelError(source, fault, remedy="Split the level")
    lines = text.split("\n", MAX_ROWS + 1_000)
    lines = [line.removesuffix("\r") for line in lines]
    first = next((n for n, line in enumerate(lines) if line), None)
    if first is None:
        raise UnreadableLevelError(source, "is empty", remedy="Give one line of tiles per row")
    while not lines[-1]:
        lines.pop()
    _refuse_sizes(lines, first, source)
    numbers = {tile.symbol: number for number, tile in enumerate(legend.tiles)}
    rows = [
        [_number(numbers, symbol, y, x, source) for x, symbol in enumerate(lines[y])]
        for y in range(first, len(lines))
    ]
    return Level(np.array(rows, np.uint8), legend.names)


def _refuse_sizes(lines: list[str], first: int, source: str) -> None:
    width = len(lines[first])
    if width > MAX_COLUMNS or len(lines) - first > MAX_ROWS:
        fault = f"has more than {MAX_COLUMNS:,} columns or {MAX_ROWS:,} rows"
        raise UnreadableLevelError(source, fault, remedy="Split the level")
    for y in range(first, len(lines)):
        if len(lines[y]) != width:
            fault = f"line {y + 1} has {len(lines[y])} columns, line {first + 1} has {width}"
            raise UnreadableLevelError(source, fault, remedy="Make all lines equally long")


def _number(numbers: dict[str, int], symbol: str, y: int, x: int, source: str) -> int:
    number = numbers.get(symbol)
    if number is None:
        known = " ".join(numbers)
        known = known if len(known) <= 2 * _SHOWN_SYMBOLS else f"{known[: 2 * _SHOWN_SYMBOLS]}…"
        fault = f"line {y + 1}, column {x + 1}: no tile has the symbol {quoted(symbol)}"
        raise UnreadableLevelError(source, fault, remedy=f"Use {known} or add it to the legend")
    return number
