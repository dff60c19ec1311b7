"""Levels as text: one character per tile, one line per row, as the Video Game Level Corpus does.

(Summerville, Snodgrass, Mateas & Ontañón 2016, *The VGLC: The Video Game Level Corpus*.)
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np

from makar.domains.levels.level.errors import UnreadableLevelError
from makar.domains.levels.level.legend import Legend
from makar.domains.levels.level.level import Level
from makar.domains.levels.level.reading import MAX_COLUMNS, MAX_ROWS, quoted, read_bounded, text_of

MAX_TEXT_BYTES = 4_000_000
_SHOWN_SYMBOLS = 30
FOREIGN = "\N{REPLACEMENT CHARACTER}"
"""The symbol of the tile, where a legend has one, that all symbols it does not know are read as."""
PATH = "x"
"""Marks where a player went, in copies of the corpus that show it; nothing else stands there."""


def write_level_text(level: Level, legend: Legend) -> str:
    """The level with the legend's symbols, row by row, a line end after each."""
    symbols = np.array([tile.symbol for tile in legend.tiles])
    return "".join("".join(row) + "\n" for row in symbols[level.tiles])


def read_level_text(
    path: Path | str, legend: Legend, strangers: Counter[str] | None = None
) -> Level:
    """Read a level text file; see ``parse_level_text``."""
    data = read_bounded(Path(path), MAX_TEXT_BYTES)
    return parse_level_text(text_of(data, str(path)), legend, source=str(path), strangers=strangers)


def parse_level_text(
    text: str,
    legend: Legend,
    *,
    source: str = "level text",
    strangers: Counter[str] | None = None,
) -> Level:
    """The level that a text shows; blank lines before and after it do not count.

    Args:
        text: Its lines.
        legend: What the symbols mean.
        source: Where the text is from.
        strangers: Receives the symbols that a legend with a ``FOREIGN`` tile does not know.

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
    if FOREIGN in numbers:
        unknown = Counter("".join(lines[first:]))
        for symbol in [symbol for symbol in unknown if symbol in numbers]:
            del unknown[symbol]
        for symbol in unknown:
            numbers[symbol] = legend.empty if symbol == PATH else numbers[FOREIGN]
        if strangers is not None:
            strangers.update(unknown)
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


def told_of(symbol: str) -> str:
    """What is said of a symbol that a legend does not know, and that was read all the same."""
    if symbol == PATH:
        return f"the symbol {symbol!r} is read as a player's path through nothing"
    return f"the symbol {symbol!r} is not in the legend and not understood"
