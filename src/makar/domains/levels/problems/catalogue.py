"""What is asked of a level: its statistics, where they should lie, and when it is good enough.

After Khalifa et al. 2020, *PCGRL: Procedural Content Generation via Reinforcement Learning*,
AIIDE, arXiv 2001.09212, §"Problems", with the numbers of its program gym-pcgrl. Presets:

- ``pcgrl2020``: that program's behaviour, held against recorded episodes of it.
- ``makar``: the same tasks, mended:

  1. An episode cut off by a limit is not one that ended: its value goes on.
  2. sokoban: crates are told apart no longer, and the shortest solution is searched until it is
     found or excluded, so that its length does not depend on the order of the search.
  3. smb: who falls below the map is lost. A level is good when it can be won, *needs* enough
     jumps, has enough enemies, all on firm ground, enough air and only whole tubes. In the
     program it was done as soon as it could be won, as most random maps can be.
  4. smb: jumps are the fewest that win, not those of the first path found. 14 are asked for
     where the program asked for 20: random maps have 13.5 of the one and 19.4 of the other.
  5. smb: tubes are broken unless they are two tiles wide (there, two tiles wide was the fault),
     and enemies may stand on them.
  6. zelda: enemies come over keys.

A maze of blocks, ``maze3d``, is in ``makar`` only: after Jiang et al. 2022, *Learning Controllable
3D Level Generators*, CoG, arXiv 2206.13623, with the weights and targets of its program. There
are no recorded episodes to hold it against, and it deviates:

1. There, an episode ends at a limit only. Here a maze is good when its way is longer by two
   sides of the map than at the start and asks for the jumps that are paid for.
2. There, maps are air at the start. Here the share of air is drawn, as in binary.
3. There, 5 jumps are asked for; here as many as there are floors of three tiles, 5 of 15.
4. Its walker: see ``makar.domains.levels.problems.voxel_walker``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal

import numpy as np

from makar.domains.levels.problems import binary, maze3d, smb, sokoban, zelda

Preset = Literal["makar", "pcgrl2020"]
PRESETS: tuple[Preset, ...] = ("makar", "pcgrl2020")
FAR = 10**9
"""Stands for no bound at all: statistics and rewards stay whole numbers."""
Measure = Callable[[np.ndarray, np.ndarray, np.ndarray], None]


@dataclass(frozen=True)
class Wish:
    """What is asked of one statistic.

    Attributes:
        name: Its name in gym-pcgrl.
        weight: Paid for each unit by which it comes nearer to what is asked.
        low: From here
        high: to here is as asked. ``FAR`` and ``FAR`` ask for as much as there can be.
        goal: What it must reach for the level to be good enough; None: anything.
        gain: Whether ``goal`` counts from where the statistic stood at the start.
    """

    name: str
    weight: int
    low: int
    high: int
    goal: tuple[int, int] | None = None
    gain: bool = False


@dataclass(frozen=True)
class Problem:
    """One kind of level, and what is asked of it.

    Attributes:
        name: Its name.
        tiles: Names of the tiles, by number.
        height: Rows; of a map of blocks, those of all layers, which lie below one another.
        width: Columns.
        chances: How likely each tile is in a random map; empty: the share of the first is drawn.
        border: Tile that stands for everything outside the map.
        window: Cells in a row of what an editor with a cursor sees.
        wishes: One for each statistic, in the order in which ``measure`` writes them.
        measure: Takes maps ``(B, H, W)``, which of them to look at ``(B,)``, and the statistics
            ``(B, K)`` to write into.
        cut_off: Whether an episode that reached a limit was cut off, not ended.
        depth: Layers, the lowest first; 1 for a flat map.
    """

    name: str
    tiles: tuple[str, ...]
    height: int
    width: int
    chances: tuple[float, ...]
    border: int
    window: int
    wishes: tuple[Wish, ...]
    measure: Measure
    cut_off: bool = True
    depth: int = 1

    @property
    def size(self) -> tuple[int, int, int]:
        """Layers, rows of each, and columns."""
        return self.depth, self.height // self.depth, self.width


BINARY = Problem(
    name="binary",
    tiles=("empty", "solid"),
    height=14,
    width=14,
    chances=(),
    border=1,
    window=28,
    wishes=(
        Wish("regions", 5, 1, 1, goal=(1, 1)),
        Wish("path-length", 1, FAR, FAR, goal=(20, FAR), gain=True),
    ),
    measure=binary.measure,
)
ZELDA = Problem(
    name="zelda",
    tiles=zelda.TILES,
    height=7,
    width=11,
    chances=(0.58, 0.3, 0.02, 0.02, 0.02, 0.02, 0.02, 0.02),
    border=1,
    window=22,
    wishes=(
        Wish("player", 3, 1, 1),
        Wish("key", 3, 1, 1),
        Wish("door", 3, 1, 1),
        Wish("enemies", 1, 2, 5),
        Wish("regions", 5, 1, 1),
        Wish("nearest-enemy", 2, 4, FAR, goal=(4, FAR)),
        Wish("path-length", 1, FAR, FAR, goal=(16, FAR)),
    ),
    measure=zelda.measure,
)
SOKOBAN = Problem(
    name="sokoban",
    tiles=sokoban.TILES,
    height=5,
    width=5,
    chances=(0.45, 0.4, 0.05, 0.05, 0.05),
    border=1,
    window=10,
    wishes=(
        Wish("player", 3, 1, 1),
        Wish("crate", 2, 1, 3),
        Wish("target", 2, 1, 3),
        Wish("regions", 5, 1, 1),
        Wish("ratio", 2, -FAR, -FAR),
        Wish("dist-win", 0, -FAR, -FAR),
        Wish("sol-length", 1, FAR, FAR, goal=(18, FAR)),
    ),
    measure=sokoban.measure,
)
SMB = Problem(
    name="smb",
    tiles=smb.TILES,
    height=14,
    width=114,
    chances=(0.75, 0.1, 0.01, 0.04, 0.01, 0.02, 0.02),
    border=0,
    window=28,
    wishes=(
        Wish("dist-floor", 2, 0, 0, goal=(0, 0)),
        Wish("disjoint-tubes", 1, 0, 0, goal=(0, 0)),
        Wish("enemies", 1, 10, 30, goal=(10, 30)),
        Wish("empty", 1, 900, FAR, goal=(900, FAR)),
        Wish("noise", 4, 0, 0),
        Wish("jumps", 2, 14, FAR, goal=(14, FAR)),
        Wish("jumps-dist", 2, 0, 0),
        Wish("dist-win", 5, 0, 0, goal=(0, 0)),
    ),
    measure=smb.measure,
)


SIDES = (2, 64)
"""Least and most layers, rows and columns of a maze: who walks in it is two tiles high."""


def maze_3d(depth: int = 15, height: int = 15, width: int = 15) -> Problem:
    """A maze of ``depth`` layers of ``height`` rows and ``width`` columns; see the module.

    Raises:
        ValueError: a side is shorter than a walker, or too long.
    """
    sides = (depth, height, width)
    if not all(SIDES[0] <= side <= SIDES[1] for side in sides):
        raise ValueError(f"sides of a maze must be from {SIDES[0]} to {SIDES[1]}, got {sides}")
    jumps = max(depth // 3, 1)
    return Problem(
        name="maze3d",
        tiles=maze3d.TILES,
        height=depth * height,
        width=width,
        chances=(),
        border=1,
        window=2 * max(sides),
        wishes=(
            Wish("regions", 0, 1, 1),
            Wish("path-length", 100, FAR, FAR, goal=(height + width, FAR), gain=True),
            Wish("n_jump", 100, jumps, jumps, goal=(jumps, FAR)),
        ),
        measure=partial(maze3d.measure, depth),
        depth=depth,
    )


def _smb_2020(wishes: tuple[Wish, ...]) -> tuple[Wish, ...]:
    """Only the last wish is a goal, and jumps are counted as gym-pcgrl does."""
    early = (replace(wish, goal=None) for wish in wishes[:-1])
    return (*(replace(w, low=20) if w.name == "jumps" else w for w in early), wishes[-1])


_PROBLEMS = {
    "makar": (BINARY, ZELDA, SOKOBAN, SMB, maze_3d()),
    "pcgrl2020": (
        replace(BINARY, cut_off=False),
        replace(ZELDA, cut_off=False, measure=zelda.measure_2020),
        replace(SOKOBAN, cut_off=False, measure=sokoban.measure_2020),
        replace(SMB, cut_off=False, measure=smb.measure_2020, wishes=_smb_2020(SMB.wishes)),
    ),
}


def problem(name: str, preset: Preset = "makar") -> Problem:
    """The problem of that name.

    Raises:
        ValueError: there is none.
    """
    if preset not in _PROBLEMS:
        raise ValueError(f"no preset {preset!r}: choose one of {', '.join(PRESETS)}")
    known = {p.name: p for p in _PROBLEMS[preset]}
    if name not in known:
        raise ValueError(f"no problem {name!r}: choose one of {', '.join(known)}")
    return known[name]
