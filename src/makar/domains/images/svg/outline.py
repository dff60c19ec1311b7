"""The outline of a stroke whose width changes: SVG has no such strokes, it fills shapes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from makar.domains.images.svg.numbers import spaced

TURN = np.pi / 5
"""A side bends by so much at most within one cubic."""
EVEN = TURN / 12
"""Turning that counts for a probe where there is none."""
MOST = 8
"""Cubics of a side."""
PROBES = 24
"""Places at which a side is looked at."""
LINES = 20
"""Straight pieces of a side that curves do not follow."""
FEWEST, DISCS = 4, 32
"""Discs along a stroke that turns too sharply for sides."""
SMALL = 1e-9
LOOSE = 0.05
"""Share of the radius by which a shape may miss the discs."""


@dataclass(frozen=True)
class _Brush:
    """A stroke as discs that move along it: radius and speed change evenly with the parameter."""

    points: Float[np.ndarray, "4 2"]
    radius: tuple[float, float]

    def middle(self, t: Float[np.ndarray, " K"]) -> Float[np.ndarray, "K 2"]:
        """Where a disc is."""
        s = 1 - t
        weights = np.stack((s**3, 3 * s * s * t, 3 * s * t * t, t**3), 1)
        return weights @ self.points

    def way(self, t: Float[np.ndarray, " K"]) -> Float[np.ndarray, "K 2"]:
        """Where it goes, a unit of the parameter long."""
        s = 1 - t
        weights = np.stack((s * s, 2 * s * t, t * t), 1)
        return 3 * weights @ np.diff(self.points, axis=0)

    def radii(self, t: Float[np.ndarray, " K"]) -> Float[np.ndarray, " K"]:
        """How large a disc is."""
        return self.radius[0] + (self.radius[1] - self.radius[0]) * t

    @property
    def turns(self) -> Float[np.ndarray, " P"]:
        """By how much it turns from probe to probe, in radians."""
        way = self.way(np.linspace(0, 1, PROBES + 1))
        return np.abs(np.diff(np.unwrap(np.arctan2(way[:, 1], way[:, 0]))))

    def knots(self, pieces: int) -> Float[np.ndarray, " K"]:
        """Places between which it turns about as much."""
        gone = np.concatenate(([0], np.cumsum(self.turns + EVEN)))
        parts = np.linspace(0, gone[-1], pieces + 1)
        return np.interp(parts, gone, np.linspace(0, 1, PROBES + 1))

    def side(self, t: Float[np.ndarray, " K"], hand: int) -> Float[np.ndarray, "K 2"] | None:
        """Where the discs touch their outline; None where one swallows its neighbours."""
        way, radius = self.way(t), self.radii(t)
        speed = np.hypot(way[:, 0], way[:, 1])
        grows = self.radius[1] - self.radius[0]
        if (speed <= abs(grows) * 1.01 + SMALL).any():
            return None
        along = way / speed[:, None]
        across = hand * np.stack((-along[:, 1], along[:, 0]), 1)
        back = (grows / speed)[:, None]
        return self.middle(t) + radius[:, None] * (np.sqrt(1 - back**2) * across - back * along)


def outline(
    points: Float[np.ndarray, "4 2"], width: tuple[float, float], number: Callable[[float], str]
) -> str:
    """Path data of the shape that a round brush covers; to be filled by the non-zero rule.

    Args:
        points: Control points of the stroke.
        width: At its start and its end.
        number: How a number is written.
    """
    brush = _Brush(points, (width[0] / 2, width[1] / 2))
    curved = _sides(brush, _curved, 3)
    sides = curved or _sides(brush, _straight, 1)
    if sides is None:
        return _discs(brush, number)
    command = "C" if curved else "L"
    there, back = sides
    back = back[::-1]
    first, last = brush.radius
    words = [
        "M" + spaced(there[0], number),
        command + spaced(there[1:].ravel(), number),
        _arc(last, back[0], last > first, number),
        command + spaced(back[1:].ravel(), number),
        _arc(first, there[0], first > last, number),
    ]
    return "".join(words) + "Z"


def _sides(
    brush: _Brush, side: Callable[[_Brush, int], Float[np.ndarray, "P 2"] | None], step: int
) -> tuple[Float[np.ndarray, "P 2"], Float[np.ndarray, "P 2"]] | None:
    """Both sides, if they enclose what the discs cover; ``step`` is their curves' degree."""
    one, other = side(brush, 1), side(brush, -1)
    if one is None or other is None or not _is_sound(brush, one, other, step):
        return None
    return one, other


def _curved(brush: _Brush, hand: int) -> Float[np.ndarray, "P 2"] | None:
    """One side in cubics that share their ends; None where a disc swallows its neighbours."""
    turns = brush.turns
    pieces = int(np.clip(np.ceil(turns.sum() / TURN), 1, MOST))
    knots, small = brush.knots(pieces), 1e-4
    at, before, after = (brush.side(knots + shift, hand) for shift in (0, -small, small))
    if at is None or before is None or after is None:
        return None
    way = (after - before) / (2 * small) / 3
    span = np.diff(knots)[:, None]
    between = np.stack((at[:-1] + span * way[:-1], at[1:] - span * way[1:], at[1:]), 1)
    return np.concatenate((at[:1], between.reshape(-1, 2)))


def _straight(brush: _Brush, hand: int) -> Float[np.ndarray, "P 2"] | None:
    """One side in straight lines: no more than it is where it runs back upon itself."""
    return brush.side(brush.knots(LINES), hand)


def _is_sound(
    brush: _Brush, one: Float[np.ndarray, "P 2"], other: Float[np.ndarray, "Q 2"], step: int
) -> bool:
    """Whether what two sides enclose is what the discs cover.

    The inner side of a sharp turn runs back upon itself, which is no harm inside a stroke, but may
    undo what is covered. So points of the discs are looked up in the shape, and points of the
    sides in the discs.
    """
    t = np.linspace(0, 1, PROBES + 1)
    middle, radius = brush.middle(t), brush.radii(t)
    if step > 1:
        one, other = _sampled(one), _sampled(other)
    edge = np.concatenate((one, other[::-1]))
    far = np.hypot(*(edge[:, None] - middle[None]).transpose(2, 0, 1)) - radius
    if far.min(1).max() > LOOSE * radius.max() + SMALL:
        return False
    angle = np.linspace(0, 2 * np.pi, 12, endpoint=False)
    around = np.stack((np.cos(angle), np.sin(angle)), 1)
    inner = middle[1:-1, None] + (1 - 2 * LOOSE) * radius[1:-1, None, None] * around
    points = np.concatenate((middle[1:-1], inner.reshape(-1, 2)))
    in_caps = np.zeros(len(points), np.bool_)
    for end in (0, -1):  # the round ends cover these, and are no part of the sides
        in_caps |= np.hypot(*(points - middle[end]).T) <= radius[end]
    return bool((_winding(edge, points[~in_caps]) != 0).all())


def _sampled(side: Float[np.ndarray, "P 2"]) -> Float[np.ndarray, "Q 2"]:
    """Points of cubics that share their ends."""
    t = np.linspace(0, 1, 6)[:, None, None]
    a, b, c, d = (side[shift : len(side) - 3 + shift : 3] for shift in range(4))
    on = (1 - t) ** 3 * a + 3 * (1 - t) ** 2 * t * b + 3 * (1 - t) * t * t * c + t**3 * d
    return on.transpose(1, 0, 2).reshape(-1, 2)


def _winding(
    edge: Float[np.ndarray, "E 2"], points: Float[np.ndarray, "P 2"]
) -> Int[np.ndarray, " P"]:
    """How often a closed line goes round each point."""
    start, end = edge, np.roll(edge, -1, axis=0)
    way = end - start
    off = points[:, None] - start[None]
    left = way[:, 0] * off[..., 1] - way[:, 1] * off[..., 0]
    high = points[:, None, 1]
    up = (start[:, 1] <= high) & (end[:, 1] > high) & (left > 0)
    down = (start[:, 1] > high) & (end[:, 1] <= high) & (left < 0)
    return up.sum(1) - down.sum(1)


def _discs(brush: _Brush, number: Callable[[float], str]) -> str:
    """The hull of every two discs that follow each other, all turning the same way."""
    bend = 6 * np.abs(np.diff(brush.points, 2, axis=0)).max()  # of the second derivative
    apart = bend / (8 * LOOSE * max(*brush.radius, SMALL))
    count = int(np.clip(np.ceil(apart**0.5), FEWEST, DISCS))
    t = np.linspace(0, 1, count + 1)
    middles, radii = brush.middle(t), brush.radii(t)
    if np.hypot(*np.ptp(middles, axis=0)) <= abs(radii[0] - radii[-1]):
        largest = int(radii.argmax())
        return _disc(middles[largest], float(radii[largest]), number)
    words: list[str] = []
    for a in range(count):
        hull = _hull(middles[a], middles[a + 1], float(radii[a]), float(radii[a + 1]), number)
        words.append(hull)
    return "".join(words)


def _hull(
    a: Float[np.ndarray, " 2"],
    b: Float[np.ndarray, " 2"],
    first: float,
    last: float,
    number: Callable[[float], str],
) -> str:
    line = _Brush(np.linspace(a, b, 4), (first, last))
    ends = np.array([0.0, 1.0])
    one, other = line.side(ends, 1), line.side(ends, -1)
    if one is None or other is None:
        return _disc(a, first, number) if first > last else _disc(b, last, number)
    return (
        f"M{spaced(one.ravel(), number)}{_arc(last, other[1], last > first, number)}"
        f"L{spaced(other[0], number)}{_arc(first, one[0], first > last, number)}Z"
    )


def _arc(
    radius: float, to: Float[np.ndarray, " 2"], large: bool, number: Callable[[float], str]
) -> str:
    """The round end, the short way or the long one."""
    size = number(radius)
    return f"A{size} {size} 0 {int(large)} 0 {spaced(to, number)}"


def _disc(middle: Float[np.ndarray, " 2"], radius: float, number: Callable[[float], str]) -> str:
    aside = np.array((radius, 0.0))
    left, right = middle - aside, middle + aside
    return (
        f"M{spaced(left, number)}{_arc(radius, right, True, number)}"
        f"{_arc(radius, left, True, number)}Z"
    )
