"""The outline of a stroke whose width changes: SVG has no such strokes, it fills shapes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from makar.domains.images.svg.numbers import spaced

TURN = np.pi / 5
"""A side bends by so much at most within one cubic."""
MOST = 8
"""Cubics of a side."""
PROBES = 24
"""Places at which a side is looked at."""
DISCS = 20
"""Discs along a stroke that turns too sharply for sides."""
SMALL = 1e-9


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
    sides = [_side(brush, hand) for hand in (1, -1)]
    if sides[0] is None or sides[1] is None:
        return _discs(brush, number)
    there, back = sides[0], sides[1][::-1]
    first, last = brush.radius
    words = [
        "M" + spaced(there[0], number),
        "C" + spaced(there[1:].ravel(), number),
        _arc(last, back[0], last > first, number),
        "C" + spaced(back[1:].ravel(), number),
        _arc(first, there[0], first > last, number),
    ]
    return "".join(words) + "Z"


def _side(brush: _Brush, hand: int) -> Float[np.ndarray, "P 2"] | None:
    """One side in cubics that share their ends; None where it would turn back upon itself."""
    probes = np.linspace(0, 1, PROBES + 1)
    seen = brush.side(probes, hand)
    if seen is None:
        return None
    steps, way = np.diff(seen, axis=0), np.diff(brush.middle(probes), axis=0)
    if ((steps * way).sum(1) <= 0).any():
        return None
    angles = np.unwrap(np.arctan2(steps[:, 1], steps[:, 0]))
    pieces = int(np.clip(np.ceil(np.abs(np.diff(angles)).sum() / TURN), 1, MOST))
    knots, small = np.linspace(0, 1, pieces + 1), 1e-4
    at, before, after = (
        brush.side(np.clip(knots + shift, -small, 1 + small), hand) for shift in (0, -small, small)
    )
    if at is None or before is None or after is None:
        return None
    handle = (after - before) / (2 * small) / (3 * pieces)
    between = np.stack((at[:-1] + handle[:-1], at[1:] - handle[1:], at[1:]), 1)
    return np.concatenate((at[:1], between.reshape(-1, 2)))


def _discs(brush: _Brush, number: Callable[[float], str]) -> str:
    """The hull of every two discs that follow each other, all turning the same way."""
    t = np.linspace(0, 1, DISCS + 1)
    middles, radii = brush.middle(t), brush.radii(t)
    if np.hypot(*np.ptp(middles, axis=0)) <= abs(radii[0] - radii[-1]):
        largest = int(radii.argmax())
        return _disc(middles[largest], float(radii[largest]), number)
    words: list[str] = []
    for a in range(DISCS):
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
