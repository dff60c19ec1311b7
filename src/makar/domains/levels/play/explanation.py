"""Why a level cannot be won: where the hero gets no further, what is there, what would help."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Bool, Int, UInt8

from makar.domains.levels.level.legend import Legend, Physics
from makar.domains.levels.level.level import Level, Levels
from makar.domains.levels.play.analysis import LIMIT, NOWHERE, Analysis, Analyst
from makar.domains.levels.play.beyond import cannot_tell
from makar.domains.levels.play.physics import (
    BLOCKED,
    DEADLY,
    ENEMY,
    GOAL,
    HAZARD,
    World,
    phases,
    terrain,
    unpacked,
)
from makar.domains.levels.play.reach import START_COLUMNS, sources, steps_left
from makar.domains.levels.play.solver import solve

RELAXED = 8
"""How much higher and farther jumps are tried."""
RELAXED_LIMIT = 200_000
"""Moments looked at for each of them."""


@dataclass(frozen=True)
class Verdict:
    """Whether a level can be won, and if not, why.

    Attributes:
        won: 1 yes, 0 no, -1 not known.
        line: Where the hero gets no further, from 1; 0 where no place is to blame.
        column: The same.
        reason: What is there, in words; empty if it can be won.
        hints: Single changes with each of which the level can be won, found by playing it so.
    """

    won: int
    line: int = 0
    column: int = 0
    reason: str = ""
    hints: tuple[str, ...] = ()

    def __str__(self) -> str:
        if self.won == 1:
            return "playable"
        place = f"line {self.line}, column {self.column}: " if self.line else ""
        hints = f"; playable {' or '.join(self.hints)}" if self.hints else ""
        return f"{place}{self.reason}{hints}"


def explain(level: Level, legend: Legend, *, limit: int = LIMIT) -> Verdict:
    """Say whether a level can be won and, if not, where and why.

    Args:
        level: Made of the legend's tiles.
        legend: The game.
        limit: Moments that the search looks at before it says that it does not know.
    """
    levels = Levels(level.tiles[None], level.names)
    found = Analyst(legend, limit=limit)(levels)
    if found.won[0] == 1:
        return Verdict(1)
    if found.untold[0]:
        return Verdict(-1, reason=cannot_tell(level.tiles, legend))
    if found.won[0] < 0:
        return Verdict(-1, reason="not known: the search gave up on so large a level")
    missing = _missing(found, legend)
    if missing:
        return missing
    hints = _hints(levels, legend)
    places = terrain(found.kinds[0], found.game.body, found.game.sky, found.game.ends)
    if not found.game.ends and not _meet(found, places):
        y, x = np.argwhere(found.kinds[0] & GOAL)[0]
        return Verdict(0, int(y) + 1, int(x) + 1, "the goal is walled in", hints)
    return _stuck(found, places, legend.physics, hints)


def _missing(found: Analysis, legend: Legend) -> Verdict | None:
    """What is wrong at the start, or that there is no goal."""
    y, x = (int(value) for value in found.starts[0])
    if y == NOWHERE:
        names = [t.name for t in legend.tiles if t.role == "start"]
        return Verdict(0, reason=f"no start: the level has no tile {' or '.join(names)}")
    if found.furthest[0] < 0 and y >= 0:
        return Verdict(0, y + 1, x + 1, "the hero does not fit or is not safe at the start")
    if found.furthest[0] < 0:
        return Verdict(0, reason=f"no start: nowhere to stand in the first {START_COLUMNS} columns")
    if not found.game.ends and not (found.kinds[0] & GOAL).any():
        names = [t.name for t in legend.tiles if t.role == "goal"]
        return Verdict(0, reason=f"no goal: the level has no tile {' or '.join(names)}")
    return None


def _hints(levels: Levels, legend: Legend) -> tuple[str, ...]:
    """Single changes with which a level can be won: the least of each kind that helps."""

    def wins(physics: Physics, *, enemies: bool = True) -> bool:
        changed = Analyst(replace(legend, physics=physics), enemies=enemies, limit=RELAXED_LIMIT)
        return changed(levels).won[0] == 1

    own = legend.physics
    hints: list[str] = []
    for height in range(own.jump_height + 1, min(own.jump_height + RELAXED, 32) + 1):
        if wins(replace(own, jump_height=height)):
            hints.append(f"with jump_height {height}")
            break
    for reach in range(own.jump_reach + 1, min(own.jump_reach + RELAXED, 32) + 1):
        if wins(replace(own, jump_reach=reach)):
            hints.append(f"with jump_reach {reach}")
            break
    if not own.double_jump and wins(replace(own, double_jump=True)):
        hints.append("with double_jump")
    if own.body != (1, 1) and wins(replace(own, body=(1, 1))):
        hints.append("with a body of 1 by 1")
    if wins(own, enemies=False):
        hints.append("without enemies")
    return tuple(hints)


def _meet(found: Analysis, places: UInt8[np.ndarray, "Y X"]) -> bool:
    """Whether one who could fly would come from the start to the goal."""
    free = (places & (BLOCKED | DEADLY)) == 0
    reached = np.zeros_like(free)
    reached.ravel()[_first(found, places)] = True
    size = 0
    while reached.sum() > size:
        size = int(reached.sum())
        for axis in (0, 1):
            for _ in range(2):
                reached = _swept(reached, free, axis)[::-1, ::-1]
                free = free[::-1, ::-1]
    return bool((steps_left(places).reshape(places.shape)[reached] == 0).any())


def _swept(
    reached: Bool[np.ndarray, "Y X"], free: Bool[np.ndarray, "Y X"], axis: int
) -> Bool[np.ndarray, "Y X"]:
    """All free places after a reached one along an axis, with nothing between."""
    moved = np.moveaxis(reached, axis, 0).copy()
    open_to = np.moveaxis(free, axis, 0)
    for i in range(1, len(moved)):
        moved[i] |= moved[i - 1] & open_to[i]
    return np.moveaxis(moved, 0, axis)


def _first(found: Analysis, places: UInt8[np.ndarray, "Y X"]) -> Int[np.ndarray, " N"]:
    """The places where the hero may start."""
    return sources(places, found.kinds[0], found.starts[0], found.game.body, found.game.sky)


def _stuck(
    found: Analysis,
    places: UInt8[np.ndarray, "Y X"],
    physics: Physics,
    hints: tuple[str, ...],
) -> Verdict:
    """What is beyond the last place to stand."""
    sky = found.game.sky
    x, y, towards = _frontier(found, places)
    if climb := _climb(found, places, x, y, physics):
        return Verdict(0, max(y - sky, 0) + 1, x, climb, hints)
    ahead = x + towards
    front = ahead + (found.game.body[0] - 1 if towards > 0 else 0)
    place = (max(y - sky, 0) + 1, front)  # columns of ``places`` are from 1, as a reader's are
    if towards == 0:
        reason = f"the goal is out of reach from here (jump_height {physics.jump_height})"
        return Verdict(0, max(y - sky, 0) + 1, x, reason, hints)
    enemy = _enemy_ahead(found, place[0] - 1, front - 1, towards)
    if enemy and "without enemies" in hints:
        return Verdict(0, *enemy, "an enemy that cannot be passed", hints)
    if places[y, ahead] & BLOCKED:
        rows = places[: y + 1, ahead][::-1] & BLOCKED
        height = int((rows == 0).argmax()) if (rows == 0).any() else len(rows)
        high = "to the top of the map" if y + 1 - height <= sky else f"{height} high"
        reason = f"a wall {high} (jump_height {physics.jump_height})"
        return Verdict(0, *place, reason, hints)
    return Verdict(0, *place, _gap(found, places, x, y, towards, physics), hints)


def _climb(
    found: Analysis, places: UInt8[np.ndarray, "Y X"], x: int, y: int, physics: Physics
) -> str:
    """What keeps the hero from climbing, where the goal lies more above a place than beside it."""
    if found.game.ends:
        return ""
    goals = np.argwhere(steps_left(places).reshape(places.shape) == 0)
    up, beside = (y - goals[:, 0], np.abs(goals[:, 1] - x))
    nearest = int((np.abs(up) + beside).argmin())
    high = physics.jump_height * (2 if physics.double_jump else 1)
    if up[nearest] <= high or up[nearest] < beside[nearest]:
        return ""
    lands = (places[:-1] & (BLOCKED | DEADLY) == 0) & (places[1:] & BLOCKED > 0)
    ledges = np.flatnonzero(lands[goals[nearest, 0] : y].any(1)) + goals[nearest, 0]
    step = y - int(ledges.max(initial=goals[nearest, 0]))
    if step <= high:
        return f"no way up from here that a jump can make (jump_height {physics.jump_height})"
    what = "next place above" if len(ledges) else "goal"
    return f"the {what} is {step} rows up, higher than a jump rises ({high})"


def _frontier(found: Analysis, places: UInt8[np.ndarray, "Y X"]) -> tuple[int, int, int]:
    """Column and row in ``places`` of the last place to stand, and the side the goal is on."""
    game = found.game
    world = World(places.ravel(), places.shape[1], game.rise, game.fall, game.double)
    graph = solve(world, _first(found, places), LIMIT)
    stands = [
        at
        for at in np.unique(graph.moments // phases(world)).tolist()
        if world.places[at + world.width] & BLOCKED
    ]
    left = steps_left(places)
    if not stands:
        stands = [unpacked(world, int(graph.moments[0]))[0]]
    if game.ends:
        at = max(stands, key=lambda one: (one % world.width, -one))
        return at % world.width, at // world.width, 1
    at = min(stands, key=lambda one: (left[one], one))
    x, y = at % world.width, at // world.width
    goals = np.flatnonzero((left.reshape(places.shape) == 0).any(0))
    nearest = int(goals[np.abs(goals - x).argmin()])
    return x, y, int(np.sign(nearest - x))


def _enemy_ahead(found: Analysis, y: int, x: int, towards: int) -> tuple[int, int] | None:
    """Line and column of the nearest enemy beyond a place, at most one jump away."""
    game = found.game
    spots = np.argwhere(found.kinds[0] & ENEMY)
    near = len(game.rise) + len(game.fall)
    beyond = [(int(b), int(a)) for a, b in spots if 0 <= (b - x) * towards <= near]
    if not beyond:
        return None
    column, line = min(beyond, key=lambda spot: (abs(spot[0] - x), abs(spot[1] - y)))
    return line + 1, column + 1


def _gap(
    found: Analysis,
    places: UInt8[np.ndarray, "Y X"],
    x: int,
    y: int,
    towards: int,
    physics: Physics,
) -> str:
    """The gap beyond a place: as far as the next column with somewhere to land."""
    lands = (places[:-1] & (BLOCKED | DEADLY) == 0) & (places[1:] & BLOCKED > 0)
    top = max(y - physics.jump_height * (2 if physics.double_jump else 1), 0)
    columns = np.arange(x + towards, places.shape[1] - 1 if towards > 0 else 0, towards)
    within = lands[top:, columns].any(0)
    wide = int(within.argmax()) if within.any() else len(columns)
    crossed = columns[: max(wide, 1)] - 1
    spiked = (found.kinds[0][max(y - found.game.sky, 0) :][:, crossed] & HAZARD).any()
    what = "a pit of hazards" if spiked else "a gap"
    if not within.any():
        return f"{what} of {len(columns)} columns to the end of the map, with nowhere to land"
    if wide == 0:
        return "no way on from here that a jump can make"
    if wide > physics.jump_reach:
        return f"{what} of {wide} columns, wider than a jump reaches ({physics.jump_reach})"
    landing = top + int(lands[top:, columns[wide]].argmax())
    rise = "higher" if landing < y else "lower"
    level = f", {abs(landing - y)} {rise}" if landing != y else ""
    return (
        f"{what} of {wide} columns{level}, too far for a jump "
        f"(height {physics.jump_height}, reach {physics.jump_reach})"
    )
