"""What lies in a level put where the hero gets to it: prizes are there to be taken."""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, UInt8

from makar.domains.levels.level.legend import MARIO
from makar.domains.levels.play.analysis import game_of, kinds_of, starts_of
from makar.domains.levels.play.collecting import collect_all
from makar.domains.levels.play.physics import PRIZE

_NUMBER = {tile.symbol: number for number, tile in enumerate(MARIO.tiles)}
_SKY, _COIN, _BRICK = (_NUMBER[symbol] for symbol in "-oS")
_KINDS, _GAME = kinds_of(MARIO), game_of(MARIO)


def within_reach(tiles: UInt8[np.ndarray, "H W"]) -> UInt8[np.ndarray, "H W"]:
    """The level with every coin and every question block where the hero can take it.

    A coin moves up or down in its column, together with those beside it where that is possible; a
    question block out of reach becomes a brick, and the nearest brick that can be hit takes its
    place. What finds no place is left out. Nothing that carries or stops the hero comes or goes,
    so that a level is as easy to win as before.
    """
    reach, mended = reachable_cells(tiles), tiles.copy()
    lost = MARIO.bumped[tiles] & ~reach
    for y, x in np.argwhere(lost)[np.argsort(np.nonzero(lost)[1], kind="stable")]:
        _exchange(mended, reach, int(y), int(x))
    stranded = (tiles == _COIN) & ~reach
    mended[stranded] = _SKY
    for y, first, last in _runs(stranded):
        _lay(mended, reach, y, first, last)
    return mended


def reachable_cells(tiles: UInt8[np.ndarray, "H W"]) -> Bool[np.ndarray, "H W"]:
    """Where the hero could take a coin, and which bricks and question blocks it could hit."""
    kinds = _KINDS[tiles]
    kinds[(tiles == _SKY) | (tiles == _BRICK)] |= PRIZE
    return collect_all(kinds[None], starts_of(tiles[None], MARIO), _GAME)[0]


def _exchange(
    tiles: UInt8[np.ndarray, "H W"], reach: Bool[np.ndarray, "H W"], y: int, x: int
) -> None:
    """Let the nearest brick that can be hit be the question block."""
    prize, tiles[y, x] = tiles[y, x], _BRICK
    places = np.argwhere((tiles == _BRICK) & reach)
    if len(places):
        away = np.abs(places - (y, x)) @ (2, 1)  # rather as high than as near
        tiles[tuple(places[away.argmin()])] = prize


def _runs(coins: Bool[np.ndarray, "H W"]) -> list[tuple[int, int, int]]:
    """Coins side by side: the row, the first column, and the one behind the last."""
    found: list[tuple[int, int, int]] = []
    for y in range(len(coins)):
        edges = np.flatnonzero(np.diff(np.r_[False, coins[y], False].astype(np.int8)))
        found += [(y, int(a), int(b)) for a, b in edges.reshape(-1, 2)]
    return found


def _lay(
    tiles: UInt8[np.ndarray, "H W"], reach: Bool[np.ndarray, "H W"], y: int, first: int, last: int
) -> None:
    """Lay coins in the nearest row where all can be taken, or each in its own."""
    free = (reach & (tiles == _SKY))[:, first:last]
    rows = np.flatnonzero(free.all(1))
    if len(rows):
        tiles[rows[np.abs(rows - y).argmin()], first:last] = _COIN
    elif last - first > 1:
        for x in range(first, last):
            _lay(tiles, reach, y, x, x + 1)
