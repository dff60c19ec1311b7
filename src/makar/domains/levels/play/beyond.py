"""What a game has that makar does not know how to use: ladders, lifts, one-way floors, locks.

They are known by the names of their tiles. A level that has such tiles and is not won without them
may well be won with them: of it nothing is said, where "it cannot be won" might be false.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, UInt8

from makar.domains.levels.level.legend import Legend, Tile

_USED = ("start", "goal", "enemy", "hazard")
"""Roles that say all there is to say: an exit called a door is a goal."""
_WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_TOGETHER = 3
"""Words of a name that may be one: "pass through platform"."""
_NEVER_TWO = frozenset({"solidtop"})
"""Words that mean another thing if they are two: a "solid top left pipe" is just solid."""


@dataclass(frozen=True)
class Mechanism:
    """Something in games that makar's hero cannot do.

    Attributes:
        what: What games have, in the plural.
        use: What a hero does with it.
        words: What tiles of the kind are called, each as one word of small letters.
    """

    what: str
    use: str
    words: frozenset[str]


def _mechanism(what: str, use: str, words: str) -> Mechanism:
    return Mechanism(what, use, frozenset(words.split()))


MECHANISMS = (
    _mechanism(
        "one-way floors", "to jump up through",
        "oneway onewayplatform platformthrough throughplatform jumpthrough jumpthru passthrough "
        "passthru dropthrough semisolid solidtop passablefrombelow",
    ),
    _mechanism(
        "ladders", "to climb",
        "ladder vine rope climb climbable climbing beanstalk liana trellis",
    ),
    _mechanism(
        "moving platforms", "to ride",
        "mover moving lift elevator conveyor ferry",
    ),
    _mechanism(
        "keys and locks", "to open",
        "key keyhole door lock locked gate openable",
    ),
    _mechanism(
        "springs", "to bounce on",
        "spring springboard trampoline bouncer bouncepad jumppad",
    ),
    _mechanism(
        "portals", "to go through",
        "portal teleport teleporter warp",
    ),
    _mechanism(
        "switches and what they change", "to work",
        "switch lever button diggable",
    ),
    _mechanism(
        "tiles of which it is not known what they are", "to use",
        "notunderstood",
    ),
)  # fmt: skip
"""Names are compared word by word, whatever their capitals, and with or without an s at the end."""


def mechanism_of(tile: Tile) -> Mechanism | None:
    """What a tile is a part of that makar does not know; None: it is known by its role alone."""
    if tile.role in _USED:
        return None
    words = [word.lower() for word in _WORDS.findall(tile.name)]
    said = {
        "".join(words[first:last])
        for first in range(len(words))
        for last in range(first + 1, min(first + _TOGETHER, len(words)) + 1)
    }
    said -= _NEVER_TWO - set(words)
    said |= {word.removesuffix("s") for word in said}
    return next((one for one in MECHANISMS if said & one.words), None)


def beyond(legend: Legend) -> Bool[np.ndarray, " A"]:
    """True for the tiles that are part of something makar does not know how to use."""
    return np.array([mechanism_of(tile) is not None for tile in legend.tiles])


def cannot_tell(
    tiles: UInt8[np.ndarray, "*S"], legend: Legend, *, whose: str = "this level"
) -> str:
    """Why nothing is said of whether levels with these tiles can be won.

    Args:
        tiles: Of a level, or of several.
        legend: The game.
        whose: Who has them.
    """
    there = np.bincount(tiles.ravel(), minlength=len(legend.tiles)) > 0
    found: dict[Mechanism, list[str]] = {}
    for tile, is_there in zip(legend.tiles, there, strict=True):
        if is_there and (mechanism := mechanism_of(tile)):
            found.setdefault(mechanism, []).append(repr(tile.name))
    parts = [
        f"{one.what} (tile{'s' * (len(names) > 1)} {', '.join(names)}), which makar does not know "
        f"how {one.use}"
        for one, names in found.items()
    ]
    has = "has" if whose.startswith("this") else "have"
    return f"cannot tell: {whose} {has} {', and '.join(parts)}"
