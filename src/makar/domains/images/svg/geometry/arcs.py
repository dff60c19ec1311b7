"""Arcs of ellipses as cubic Bézier curves."""

from __future__ import annotations

import math

Point = tuple[float, float]
Curve = tuple[Point, Point, Point]
"""Two handles and an end."""
QUARTER = math.pi / 2
NO_RADIUS = 1e-12
"""Radii below are none: a distance over them may be beyond all numbers."""


def arc(
    start: Point, radii: tuple[float, float], tilt: float, large: bool, sweep: bool, end: Point
) -> list[Curve]:
    """An arc of SVG's path data as cubics, of a quarter each at most.

    Follows the SVG 1.1 specification, appendix F.6: an arc whose radii are too small has them
    scaled up, and one without radii is a straight line.

    Args:
        start: Where the pen is.
        radii: Of the ellipse.
        tilt: Of its first axis, in degrees.
        large: Take the long way round.
        sweep: Take the way on which angles grow.
        end: Where it goes.
    """
    rx, ry = abs(radii[0]), abs(radii[1])
    if start == end:
        return []
    if rx < NO_RADIUS or ry < NO_RADIUS:
        third = ((2 * start[0] + end[0]) / 3, (2 * start[1] + end[1]) / 3)
        return [(third, ((start[0] + 2 * end[0]) / 3, (start[1] + 2 * end[1]) / 3), end)]
    sine, cosine = math.sin(math.radians(tilt)), math.cos(math.radians(tilt))
    dx, dy = (start[0] - end[0]) / 2, (start[1] - end[1]) / 2
    x, y = (cosine * dx + sine * dy) / rx, (cosine * dy - sine * dx) / ry
    size = math.hypot(x, y)
    if size > 1:
        rx, ry, x, y = rx * size, ry * size, x / size, y / size
    away = math.sqrt(max(0.0, 1 / max(x * x + y * y, 1e-300) - 1)) * (1 if large != sweep else -1)
    middle = (away * y, -away * x)
    first = math.atan2(y - middle[1], x - middle[0])
    turn = (math.atan2(-y - middle[1], -x - middle[0]) - first) % (2 * math.pi)
    turn -= 0 if sweep else 2 * math.pi
    centre = ((start[0] + end[0]) / 2, (start[1] + end[1]) / 2)

    def placed(u: float, v: float) -> Point:
        u, v = rx * (u + middle[0]), ry * (v + middle[1])
        return (centre[0] + cosine * u - sine * v, centre[1] + sine * u + cosine * v)

    pieces = max(1, math.ceil(abs(turn) / QUARTER - 1e-9))
    step = turn / pieces
    handle = 4 / 3 * math.tan(step / 4)
    curves: list[Curve] = []
    for piece in range(pieces):
        a, b = first + piece * step, first + (piece + 1) * step
        one = placed(math.cos(a) - handle * math.sin(a), math.sin(a) + handle * math.cos(a))
        two = placed(math.cos(b) + handle * math.sin(b), math.sin(b) - handle * math.cos(b))
        curves.append((one, two, placed(math.cos(b), math.sin(b))))
    curves[-1] = (*curves[-1][:2], end)
    return curves
