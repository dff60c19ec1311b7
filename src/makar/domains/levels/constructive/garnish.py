"""What is set where a level's ground would be bare: no two stretches should look alike."""

from __future__ import annotations

from makar.domains.levels.constructive.trail import BLOCKS, COIN, ROWS, SKY, Trail

_APART = 3
"""Bare columns kept before and behind: room to jump to and from what the pieces have built."""
_DECK = 10
"""Lowest altitude of what hangs over the pieces: above the jumps that they ask for."""
_TIER = 4
"""Rows from a row of blocks to the next, which the hero bumps from the one and gets up to."""


def garnish(trail: Trail, *, until: int) -> None:
    """Set small things on and over bare ground from the opening to column ``until``."""
    bare = [_bare_height(column) for column in trail.columns]
    x = _APART
    while x < until - _APART:
        room = _room(bare, x, until)
        if room >= 2 * _APART + 1 and trail.chance(0.85):
            columns = trail.between(1, min(room - 2 * _APART, 5))
            _place(trail, x + _APART, columns, bare[x + _APART])
            x += _APART + columns + trail.between(0, 2)
        else:
            x += max(room, 1)


def raise_tiers(trail: Trail, *, until: int) -> None:
    """Hang blocks a jump above rows of blocks, so that a way leads up to what is high."""
    x = _APART
    while x < until - _APART:
        columns, altitude = _tier(trail, x, until - _APART), _top(trail.columns[x])
        if columns < 3 or not trail.chance(0.85):
            x += max(columns, 1)
            continue
        first = x + trail.between(0, 1)  # a third may be hung over this one
        over = trail.between(2, x + columns - first - 1)
        trail.row(first, altitude + _TIER, _planks(trail, over))
        if trail.chance(0.8):
            trail.row(first, altitude + _TIER + 1, "o" * over)


def _tier(trail: Trail, first: int, until: int) -> int:
    """Columns of a row of blocks over ground from ``first`` on that another may hang over.

    Over a chasm none may: a jump across needs the sky.
    """
    altitude, columns = _top(trail.columns[first]), 0
    for column in trail.columns[first:until]:
        if column[0] == SKY or _top(column) != altitude or column[altitude] not in BLOCKS:
            break
        columns += 1
    return columns if altitude + _TIER + 1 < ROWS else 0


def _top(column: list[int]) -> int:
    """Altitude of the highest tile that is no coin; 0 of an empty column."""
    return max((at for at, tile in enumerate(column) if tile not in (SKY, COIN)), default=0)


def hang_decks(trail: Trail, *, until: int) -> None:
    """Hang rows of blocks high over the level, with coins on some."""
    x = trail.between(4, 30)
    while x < until - 10:
        columns, altitude = trail.between(2, 8), trail.between(_DECK, _DECK + 2)
        if all(trail.columns[x + i][_DECK - 3 :] == [SKY] * (ROWS - _DECK + 3)
               for i in range(columns)):  # fmt: skip
            trail.row(x, altitude, _planks(trail, columns))
            if trail.chance(0.4):
                trail.row(x, altitude + 1, "o" * columns)
        x += columns + trail.between(2, 28)


def _planks(trail: Trail, columns: int) -> str:
    """A row of blocks, perhaps with a hole, perhaps with prizes."""
    hole = trail.between(1, columns - 1) if columns > 3 and trail.chance(0.4) else -1
    return "".join(
        "-" if i == hole else trail.one_of("SSSSS?Q") for i in range(columns)
    )  # fmt: skip


def _bare_height(column: list[int]) -> int:
    """Rows of ground of a column that has nothing else below the decks; 0 of others."""
    height = column.index(SKY) if SKY in column else 0
    bare = all(tile == SKY for tile in column[height:_DECK])
    return height if bare and height <= 5 else 0


def _room(bare: list[int], first: int, until: int) -> int:
    """Bare columns of one height from ``first`` on."""
    last = first
    while last < until and bare[last] and bare[last] == bare[first]:
        last += 1
    return last - first


def _place(trail: Trail, column: int, columns: int, height: int) -> None:
    what = trail.between(0, 9)
    if what <= 3:
        trail.row(column, height + 3, _planks(trail, columns))
        if columns > 2 and trail.chance(0.3):
            trail.row(column, height + 4, "o" * columns)
    elif what <= 5:
        trail.row(column, height + trail.between(0, 3), "o" * columns)
    elif what == 6:
        stone = trail.one_of("SX")
        for i in range(min(columns, 3)):
            for altitude in range(height, height + trail.between(1, 2)):
                trail.put(column + i, altitude, stone)
    elif trail.chance(0.3 + 0.7 * trail.hardness):
        trail.row(column, height, "E" * min(columns, trail.up_to(1, 3)))
