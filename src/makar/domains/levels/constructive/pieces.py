"""The pieces our own platform levels are made of.

Each builds on at the right end of a ``Trail`` and leaves ground there to stand on. What a piece
asks of the hero stays within a jump of four rows up and eight columns across: a gap of seven
columns on the level, six where the far side is lower or higher, less with every row up.
Enemies stand on something, and there is room before and behind them to jump.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from makar.domains.levels.constructive.trail import Trail

LOWEST, HIGHEST = 1, 4
"""Rows of ground, away from stairs."""
_BLOCKS = 3
"""Free rows under a block that the hero bumps from below and stands on from a jump."""

Piece = Callable[[Trail], None]


def _farthest(up: int) -> int:
    """Columns of a gap that may be asked for where the far side is ``up`` rows higher."""
    return 6 - max(up, 0)


def _new_height(trail: Trail, most: int = 2) -> int:
    return min(max(trail.height + trail.between(-most, most), LOWEST), HIGHEST)


def _block_row(trail: Trail, columns: int) -> str:
    """Breakable blocks with something in some of them."""
    prize = "?" if trail.chance(0.6) else "Q"
    return "".join(prize if trail.chance(0.3) else "S" for _ in range(columns))


def meadow(trail: Trail) -> None:
    """Level ground, with enemies on patrol or coins to run through."""
    columns = trail.between(6, 11)
    first = trail.ground(columns)
    if trail.chance(0.3):
        count = trail.between(3, columns - 3)
        trail.row(first + 2, trail.height + trail.between(1, 2), "o" * count)
    trail.patrol(first, first + columns - 1, trail.height)


def blocks(trail: Trail) -> None:
    """Blocks at the height of a jump, sometimes a second tier, with an enemy under or on them."""
    columns = trail.between(1, 7)
    first = trail.ground(columns + 5) + 2
    tier = trail.height + _BLOCKS
    trail.row(first, tier, _block_row(trail, columns))
    trail.patrol(first - 2, first + columns + 2, trail.height, most=1)
    if trail.chance(0.3):
        trail.row(first, tier + 1, "o" * columns)
    elif columns >= 6:
        trail.patrol(first, first + columns - 1, tier + 1, most=1)
    if columns >= 4 and tier + 5 <= 11 and trail.chance(0.4):
        trail.row(first + 1, tier + 4, _block_row(trail, columns - 2))


def ledges(trail: Trail) -> None:
    """Ledges in tiers over the ground, with enemies and coins on them."""
    count = trail.between(2, 4)
    first = trail.ground(6 * count + 4) + 2
    low = trail.height + _BLOCKS
    for i in range(count):
        columns = trail.between(3, 5)
        tier = low + (4 if i % 2 and low + 5 <= 10 and trail.chance(0.6) else 0)
        trail.row(first + 6 * i, tier, _block_row(trail, columns))
        if trail.chance(0.3):
            trail.row(first + 6 * i, tier + 1, "o" * columns)
        elif columns == 5 and trail.chance(0.5):
            trail.put(first + 6 * i + 2, tier + 1, "E")
    trail.patrol(first - 2, first + 6 * count + 1, trail.height, most=2)


def pillars(trail: Trail) -> None:
    """Pillars on the ground to hop along."""
    trail.ground(2)
    stone = trail.one_of("SX")
    for _ in range(trail.between(2, 4)):
        first = trail.ground(trail.between(1, 2))
        for altitude in range(trail.height, trail.height + trail.between(1, 3)):
            trail.row(first, altitude, stone * (len(trail) - first))
        columns = trail.between(2, 6)
        first = trail.ground(columns)
        trail.patrol(first, first + columns - 1, trail.height, most=1)
    trail.ground(2)


def tunnel(trail: Trail) -> None:
    """A way under a thick roof, with blocks in it."""
    columns = trail.between(10, 18)
    height = min(trail.height, 3)
    first = trail.ground(columns, height=height)
    for altitude in range(trail.between(height + 7, 11), 12):
        trail.row(first, altitude, "S" * columns)
    for at in range(first + 2, first + columns - 4, 5):
        if trail.chance(0.6):
            trail.row(at, height + _BLOCKS, _block_row(trail, trail.between(1, 3)))
    trail.patrol(first, first + columns - 1, height, most=2)
    trail.ground(2)


def scattered(trail: Trail) -> None:
    """Single blocks at even distances, as a beat to jump to."""
    step, count = trail.between(2, 4), trail.between(2, 4)
    columns = step * (count - 1) + 1
    first = trail.ground(columns + 5) + 2
    higher = trail.chance(0.3)
    for i in range(count):
        altitude = trail.height + _BLOCKS + (i % 2 if higher else 0)
        trail.put(first + i * step, altitude, trail.one_of("??QS"))
    trail.patrol(first - 2, first + columns + 2, trail.height, most=1)


def gap(trail: Trail) -> None:
    """A gap, on the level or to a step up or down, perhaps under an arc of coins."""
    before = trail.height
    trail.ground(2)
    after = before if trail.chance(0.5) else _new_height(trail)
    most = 7 if after == before else _farthest(after - before)
    columns = max(trail.up_to(1, most), trail.up_to(1, most))
    first = trail.gap(columns)
    if columns >= 3 and trail.chance(0.3):
        trail.arc(first, columns, max(before, after))
    trail.ground(3, height=after)


def gaps(trail: Trail) -> None:
    """Gap after gap to islands of about one size: a rhythm to hop in."""
    columns, island = trail.up_to(1, 5), 6 - trail.up_to(1, 3)
    trail.ground(2)
    for _ in range(trail.between(2, 4)):
        height = min(max(trail.height + trail.between(-1, 1), LOWEST), HIGHEST)
        first = trail.gap(min(columns, _farthest(1)))
        if trail.chance(0.25):
            trail.arc(first, columns, max(height, trail.height))
        first = trail.ground(island + trail.between(-1, 1), height=height)
        if trail.chance(0.3):
            trail.row(first, height + trail.between(0, 2), "o" * trail.between(1, 2))
    trail.ground(2)


def hill(trail: Trail) -> None:
    """A step up to a plateau, perhaps a second on it, and perhaps a step down behind it."""
    before = trail.height
    trail.ground(2)
    columns = trail.between(4, 9)
    top = min(before + trail.between(1, 3), HIGHEST + 2)
    first = trail.ground(columns, height=top)
    trail.patrol(first, first + columns - 1, top, most=2)
    if trail.chance(0.4):
        top = min(top + trail.between(1, 2), HIGHEST + 3)
        first = trail.ground(trail.between(2, 5), height=top)
        if trail.chance(0.4):
            trail.row(first, top + 1, "o" * (len(trail) - first))
    if top > HIGHEST or trail.chance(0.7):
        trail.ground(3, height=before)
    else:
        trail.ground(1)


def stairs(trail: Trail) -> None:
    """Stairs up, a plateau or a gap at the top, and stairs or a drop down."""
    before, steps = trail.height, trail.between(2, 5)
    trail.ground(2)
    for i in range(1, steps + 1):
        trail.ground(trail.between(1, 2), height=before + i)
    if trail.chance(0.2 + 0.5 * trail.hardness):
        trail.gap(trail.up_to(1, 5))
        trail.ground(2)
    else:
        first = trail.ground(trail.between(1, 4))
        if trail.chance(0.4):
            trail.row(first, trail.height + trail.between(0, 2), "o" * (len(trail) - first))
    if trail.chance(0.6):
        for i in range(steps - trail.between(1, 2), 0, -1):
            trail.ground(trail.between(1, 2), height=before + i)
    trail.ground(3, height=before)


def pipes(trail: Trail) -> None:
    """Pipes to climb over, with enemies between them."""
    trail.ground(2)
    for _ in range(trail.between(1, 3)):
        trail.pipe(trail.ground(2), trail.between(2, 3 if trail.chance(0.6) else 4))
        columns = trail.between(3, 7)
        first = trail.ground(columns)
        trail.patrol(first, first + columns - 1, trail.height, most=2)


def pipe_isles(trail: Trail) -> None:
    """Pipes on islands of their own, with gaps between."""
    trail.ground(2)
    for _ in range(trail.between(1, 3)):
        trail.gap(trail.up_to(1, 3))
        first = trail.ground(4)
        trail.pipe(first + 1, trail.between(2, 3))
    trail.gap(trail.up_to(1, 4))
    trail.ground(3)


def cannons(trail: Trail) -> None:
    """Cannons on the ground."""
    trail.ground(2)
    for _ in range(trail.up_to(1, 3)):
        trail.cannon(trail.ground(1), trail.between(2, 3))
        columns = trail.between(3, 6)
        first = trail.ground(columns)
        trail.patrol(first, first + columns - 1, trail.height, most=1)


def bridge(trail: Trail) -> None:
    """A bridge one block thick over a chasm, with holes where it is hard."""
    trail.ground(2)
    deck, stone = trail.height - 1, trail.one_of("SX")
    for i in range(trail.between(2, 3)):
        if i:
            trail.gap(trail.up_to(0, 3))
        columns = trail.between(3, 6)
        first = trail.gap(columns)
        trail.row(first, deck, stone * columns)
        trail.patrol(first, first + columns - 1, deck + 1, most=1)
    trail.ground(3)


def sky_platforms(trail: Trail) -> None:
    """Platforms over a chasm, farther apart and shorter where it is hard."""
    trail.ground(2)
    altitude, stone = trail.height, trail.one_of("SSX")
    for _ in range(trail.between(2, 5)):
        rise = trail.between(-2, 2)
        target = min(max(altitude + rise, 2), 8)
        trail.gap(trail.up_to(1, _farthest(target - altitude)))
        columns = trail.between(5, 6) - trail.up_to(0, 3)
        first = trail.gap(columns)
        trail.row(first, target - 1, stone * columns)
        if trail.chance(0.35):
            trail.row(first, target + 1, "o" * columns)
        elif columns >= 5:
            trail.patrol(first, first + columns - 1, target, most=1)
        altitude = target
    after = _new_height(trail)
    trail.gap(trail.up_to(1, min(4, _farthest(after - altitude))))
    trail.ground(3, height=after)


def valley(trail: Trail) -> None:
    """Ground that falls away and climbs again, with a way over the top on platforms."""
    before = trail.height
    trail.ground(2)
    low = max(LOWEST, before - trail.between(1, 3))
    columns = trail.between(8, 14)
    first = trail.ground(columns, height=low)
    trail.patrol(first, first + columns - 1, low, most=3)
    deck = low + _BLOCKS + trail.between(0, 1)
    for at in range(first + 2, first + columns - 5, 6):
        trail.row(at, deck, _block_row(trail, trail.between(2, 3)))
    trail.ground(3, height=min(before, low + 3))


def roll(trail: Trail, columns: int) -> None:
    """So much ground to rest on, that rises and falls by single steps."""
    while columns > 0:
        if trail.chance(0.45):
            step = 1 if trail.chance(0.5) else -1
            trail.height = min(max(trail.height + step, LOWEST), HIGHEST)
        run = min(trail.between(2, 6), columns)
        trail.ground(run)
        columns -= run


PIECES: Mapping[Piece, tuple[float, float]] = MappingProxyType(
    {
        meadow: (1.5, 1.0),
        blocks: (1.7, 1.0),
        ledges: (0.7, 0.8),
        pillars: (0.6, 0.7),
        tunnel: (0.5, 0.6),
        scattered: (0.8, 0.5),
        gap: (1.2, 1.6),
        gaps: (0.3, 1.0),
        hill: (1.0, 0.7),
        stairs: (0.8, 0.9),
        pipes: (1.2, 1.0),
        pipe_isles: (0.2, 0.8),
        cannons: (0.3, 0.9),
        bridge: (0.4, 0.8),
        sky_platforms: (0.3, 1.4),
        valley: (0.7, 0.7),
    }
)
"""How often each piece is chosen, where a level is easy and where it is hard."""
