"""Platform levels by construction: the corpus that needs no files, and is ours to give away."""

from __future__ import annotations

import numpy as np
from jaxtyping import UInt8

from makar.core.seeds import Seeds
from makar.domains.levels.constructive.garnish import garnish, hang_decks, raise_tiers
from makar.domains.levels.constructive.pieces import HIGHEST, LOWEST, PIECES, roll, stairs
from makar.domains.levels.constructive.prizes import within_reach
from makar.domains.levels.constructive.trail import ROWS, Trail
from makar.domains.levels.level.legend import MARIO
from makar.domains.levels.level.level import Levels

LEAST_COLUMNS = 16
"""Columns of the shortest level: where the hero starts, something, where the level ends."""
_OPENING, _ENDING = 5, 6


def construct(count: int, columns: int = 200, *, seed: int, mended: bool = True) -> Levels:
    """Levels like Super Mario Bros in kind, each of a difficulty of its own from easy to hard.

    Every level can be won with the ``MARIO`` physics: start and goal are its left and right ends.
    With the same physics all coins can be taken, and all question blocks hit.
    The same seed gives the same levels, and the first ones of a longer batch.

    Args:
        count: Levels to make.
        columns: Their width; they are 14 rows high.
        seed: Of the corpus.
        mended: False for the levels that makar built before it looked at what is within reach:
            runs that learned from them go on with them.

    Raises:
        ValueError: fewer than 16 columns, or fewer than no levels.
    """
    if count < 0 or columns < LEAST_COLUMNS:
        raise ValueError(
            f"cannot construct {count} levels of {columns} columns: "
            f"ask for 0 levels or more, of {LEAST_COLUMNS} columns or more"
        )
    tiles = np.empty((count, ROWS, columns), np.uint8)
    for i in range(count):
        random = Seeds(seed).generator(i)
        tiles[i] = construct_one(columns, difficulty=random.random(), random=random, mended=mended)
    return Levels(tiles, MARIO.names)


def construct_one(
    columns: int, *, difficulty: float, random: np.random.Generator, mended: bool = True
) -> UInt8[np.ndarray, "H W"]:
    """The tiles of one level.

    The plan is that of rhythm groups: Smith, Whitehead, Mateas, Treanor, March & Cha 2011,
    *Launchpad: A Rhythm-Based Level Generator for 2-D Platformers*. A short run of
    challenges in one rhythm, then a rest, then the next group.

    Deviations from the paper:
        1. A group repeats one or two of our own pieces with an even number of columns between
           them; no rhythm in seconds is drawn first and turned into geometry by a grammar.
        2. Levels are not made in numbers and chosen by critics: each is right as it is built.
        3. Difficulty is asked for, and waves and climbs along the level.

    Args:
        columns: Width.
        difficulty: 0 to 1: widens gaps, spaces platforms out and adds enemies.
        random: Where chance comes from.
        mended: See ``construct``.
    """
    trail = Trail(random, difficulty, height=int(random.integers(1, 3)))
    trail.ground(min(_OPENING, columns))
    phase = random.random()
    while _room(trail, columns) > 0:
        progress = len(trail) / columns
        wave = 0.15 * np.sin(2 * np.pi * (3 * progress + phase))
        climb = 0.2 * (progress - 0.5)
        trail.hardness = float(np.clip(difficulty + wave + climb, 0, 1))
        _add_group(trail, columns)
    garnish(trail, until=columns - _ENDING)
    if mended:
        raise_tiers(trail, until=columns - _ENDING)
    hang_decks(trail, until=columns - _ENDING)
    trail.ground(columns - len(trail))
    return within_reach(trail.tiles()) if mended else trail.tiles()


def _room(trail: Trail, columns: int) -> int:
    return columns - _ENDING - len(trail)


def _add_group(trail: Trail, columns: int) -> None:
    """A few challenges in one rhythm, and a rest; what would not fit is left out."""
    weights = np.array([(1 - trail.hardness) * e + trail.hardness * h for e, h in PIECES.values()])
    motif = trail.random.choice(len(PIECES), size=2, p=weights / weights.sum())
    pieces = list(PIECES)
    beat = 1 + round(3 * (1 - trail.hardness) * trail.random.random())
    for i in range(trail.between(2, 3)):
        before, height = len(trail), trail.height
        pieces[motif[i % 2]](trail)
        roll(trail, beat)
        if _room(trail, columns) < 0:
            del trail.columns[before:]
            trail.height = height
            _finish(trail, columns)
            return
    rest = trail.between(1, 4)
    roll(trail, min(rest, max(_room(trail, columns), 0)))


def _finish(trail: Trail, columns: int) -> None:
    """Fill what room is left: stairs before the goal where they fit, else level ground."""
    before, height = len(trail), trail.height
    if height <= HIGHEST and trail.chance(0.5):
        stairs(trail)
    if _room(trail, columns) < 0:
        del trail.columns[before:]
        trail.height = max(height, LOWEST)
    roll(trail, max(_room(trail, columns), 0))
