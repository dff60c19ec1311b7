"""What the tiles of a game mean, and how its hero moves."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal, get_args

import numpy as np
from jaxtyping import Bool

Role = Literal["empty", "solid", "hazard", "start", "goal", "enemy", "reward", "decoration"]
ROLES: tuple[Role, ...] = get_args(Role)


@dataclass(frozen=True)
class Tile:
    """One kind of tile.

    Attributes:
        name: Its name in the game.
        role: What it does to the player. ``empty``, ``decoration``, ``reward``, ``start`` and
            ``goal`` let the player through; ``solid`` carries and stops; ``hazard`` kills who
            touches it; ``enemy`` kills who touches it other than from above.
        symbol: The one character it has in level text.
        bumped: True for a solid tile that gives something to whoever bumps it from below.
    """

    name: str
    role: Role
    symbol: str
    bumped: bool = False

    def __post_init__(self) -> None:
        if self.role not in ROLES:
            raise ValueError(f"tile {self.name!r}: no role {self.role!r}: use {', '.join(ROLES)}")
        if len(self.symbol) != 1 or not self.symbol.isprintable():
            raise ValueError(
                f"tile {self.name!r}: a symbol is one printable character, got {self.symbol!r}"
            )
        if self.bumped and self.role != "solid":
            raise ValueError(f"tile {self.name!r}: only a solid tile is bumped, not {self.role}")


@dataclass(frozen=True)
class Physics:
    """How the hero moves, in tiles.

    Attributes:
        jump_height: How high a full jump rises.
        jump_reach: How far a full jump leads, back to the height it began at.
        double_jump: Whether a second jump may begin in the air.
        body: Columns and rows that the hero fills.
        gravity: How much harder it pulls on the way down than on the way up.
    """

    jump_height: int = 4
    jump_reach: int = 8
    double_jump: bool = False
    body: tuple[int, int] = (1, 1)
    gravity: float = 1.0

    def __post_init__(self) -> None:
        whole = {"jump_height": self.jump_height, "jump_reach": self.jump_reach}
        whole |= {"body columns": self.body[0], "body rows": self.body[1]}
        for name, value in whole.items():
            if not 1 <= value <= 32:
                raise ValueError(f"physics: {name} must be from 1 to 32 tiles, got {value}")
        if not 0.25 <= self.gravity <= 8:
            raise ValueError(f"physics: gravity must be from 0.25 to 8, got {self.gravity}")


@dataclass(frozen=True)
class Legend:
    """The tiles of a game, by number, and its physics.

    Attributes:
        tiles: Tile number ``n`` is ``tiles[n]``; the first ``empty`` one fills what is cut open.
        physics: How the hero moves.
    """

    tiles: tuple[Tile, ...]
    physics: Physics = field(default_factory=Physics)

    def __post_init__(self) -> None:
        for kind in ("name", "symbol"):
            seen: set[str] = set()
            for tile in self.tiles:
                value = getattr(tile, kind)
                if value in seen:
                    raise ValueError(f"two tiles have the {kind} {value!r}: give each its own")
                seen.add(value)
        if not 2 <= len(self.tiles) <= 255:
            raise ValueError(f"a legend has 2 to 255 tiles, got {len(self.tiles)}")
        if not self.having("empty").any():
            raise ValueError("the legend has no empty tile: give one the role 'empty'")

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The tiles' names, as a ``Level`` has them."""
        return tuple(tile.name for tile in self.tiles)

    @cached_property
    def empty(self) -> int:
        """Number of the tile for empty space."""
        return int(self.having("empty").argmax())

    def having(self, *roles: Role) -> Bool[np.ndarray, " A"]:
        """True for the tiles that have one of the roles."""
        return np.array([tile.role in roles for tile in self.tiles])

    @cached_property
    def bumped(self) -> Bool[np.ndarray, " A"]:
        """True for the tiles that give something to whoever bumps them from below."""
        return np.array([tile.bumped for tile in self.tiles])


MARIO = Legend(
    tiles=(
        Tile("sky", "empty", "-"),
        Tile("ground", "solid", "X"),
        Tile("breakable", "solid", "S"),
        Tile("question", "solid", "?", bumped=True),
        Tile("used question", "solid", "Q", bumped=True),
        Tile("enemy", "enemy", "E"),
        Tile("tube top left", "solid", "<"),
        Tile("tube top right", "solid", ">"),
        Tile("tube left", "solid", "["),
        Tile("tube right", "solid", "]"),
        Tile("coin", "reward", "o"),
        Tile("cannon", "solid", "B"),
        Tile("cannon stand", "solid", "b"),
    ),
)
"""Super Mario Bros in the alphabet of the Video Game Level Corpus; start and exit are its ends.

Both question blocks are bumped: it writes ``Q`` where a coin is in one, ``?`` where more is.
"""
