"""How long a plotter takes: a stated model of its motion.

Along a path the pen speeds up and slows down evenly (trapezoidal velocity). It begins and ends each
path at rest; at a corner it keeps the speed at which a curve through it that strays ``corner``
millimetres would ask for the allowed acceleration sideways:
``v² = acceleration · corner · sin(θ/2) / (1 - sin(θ/2))``, θ the angle between the two pieces (180°
is straight on). With the pen up it goes straight to the next path, from rest to rest. Raising the
pen after a path and lowering it before takes ``lift`` seconds together.

Worked by hand (the tests' numbers too), with 40 and 120 mm/s, 1000 and 1500 mm/s², .2 s:

* A line of 200 mm: speeding up takes 40/1000 = .04 s and .8 mm, slowing down the same; 198.4 mm at
  40 mm/s are 4.96 s: 5.04 s, with one lift 5.24 s.
* A square of 50 mm, corners of 90°: ``v² = 1000 · .05 · .7071 / .2929 = 120.7``, v = 10.99 mm/s.
  From rest to 40: .8 mm, .04 s. From 40 down to 10.99: .7396 mm, .0290 s. The first and the last
  side: .04 + .0290 + 48.460/40 = 1.2805 s each, the two between: 2 · .0290 + 48.521/40 = 1.2710 s
  each: 5.103 s, with one lift 5.303 s.
* 100 dots in a row, each a stroke of .3 mm and 1.7 mm of way to the next: a stroke never gets to
  full speed: 2 · √(.3/1000) = .03464 s; a way 2 · √(1.7/1500) = .06733 s: with the lifts
  100 · .23464 + 99 · .06733 = 30.13 s, and from home to the first and back.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import no_type_check

import numpy as np
from jaxtyping import Float
from numba import njit

from makar.core.errors import ConfigError
from makar.domains.images.plotter.paths import Paths

FILM = 0.002
"""Millimetres of ink that a pen leaves: an assumption, that of a gel pen (.7 ml last about 900 m of
.4 mm)."""


@dataclass(frozen=True)
class Machine:
    """How a plotter moves.

    Attributes:
        speed_down: Millimetres a second with the pen down, at most.
        speed_up: The same with the pen up.
        acceleration: Millimetres per second squared with the pen down; an AxiDraw's is 1016.
        acceleration_up: The same with the pen up; an AxiDraw's is 1524.
        lift: Seconds that it takes to raise and to lower the pen, together.
        corner: Millimetres by which the speed at corners is judged.
    """

    speed_down: float = 40.0
    speed_up: float = 120.0
    acceleration: float = 1000.0
    acceleration_up: float = 1500.0
    lift: float = 0.2
    corner: float = 0.05

    def __post_init__(self) -> None:
        for name in ("speed_down", "speed_up", "acceleration", "acceleration_up", "corner"):
            if not 0 < getattr(self, name) < 1e6:
                raise ConfigError(f"plotter {name}: {getattr(self, name):g}: it is above 0")
        if not 0 <= self.lift < 60:
            raise ConfigError(f"plotter lift: {self.lift:g} seconds: it is 0 or more, below 60")

    def seconds_down(self, paths: Paths) -> Float[np.ndarray, " N"]:
        """With the pen on the paper, for each path."""
        return _seconds(paths.points, paths.start, self.speed_down, self.acceleration, self.corner)

    def seconds_up(self, ways: Float[np.ndarray, " W"]) -> Float[np.ndarray, " W"]:
        """For each way of so many millimetres with the pen up, from rest to rest."""
        long = ways > self.speed_up**2 / self.acceleration_up
        cruise = ways / self.speed_up + self.speed_up / self.acceleration_up
        hop = 2 * np.sqrt(ways / self.acceleration_up)
        return np.where(long, cruise, hop)


@dataclass(frozen=True)
class Effort:
    """What a layer costs.

    Attributes:
        paths: How many.
        metres_down: Drawn.
        metres_up: From path to path with the pen up, without the way from home and back.
        minutes: All of it, from home and back, with the pen's ups and downs.
        ink: Microlitres, if the pen leaves a film of ``FILM``.
    """

    paths: int
    metres_down: float
    metres_up: float
    minutes: float
    ink: float


def effort(paths: Paths, width: float, machine: Machine) -> Effort:
    """What it costs to draw these paths with a pen of this width, from home (0, 0) and back."""
    if not len(paths):
        return Effort(0, 0.0, 0.0, 0.0, 0.0)
    begins, ends = paths.points[paths.start[:-1]], paths.points[paths.start[1:] - 1]
    home = np.zeros((1, 2))
    ways = np.linalg.norm(np.r_[begins, home] - np.r_[home, ends], axis=1)
    moved = machine.seconds_down(paths).sum() + machine.seconds_up(ways).sum()
    seconds, down = float(moved) + machine.lift * len(paths), paths.down
    return Effort(
        len(paths), down / 1000, float(ways[1:-1].sum()) / 1000, seconds / 60, down * width * FILM
    )


@njit(cache=True)
@no_type_check
def _seconds(points, start, speed, acceleration, corner):
    """Along each path: corners limit, then speeding up and slowing down do, then time adds up."""
    total = np.zeros(len(start) - 1)
    limit = np.empty(len(points))
    for line in range(len(start) - 1):
        first, last = start[line], start[line + 1] - 1
        limit[first], limit[last] = 0.0, 0.0
        for p in range(first + 1, last):
            limit[p] = min(speed, _corner_speed(points, p, acceleration, corner))
        for p in range(first + 1, last + 1):
            far = np.sqrt(((points[p] - points[p - 1]) ** 2).sum())
            limit[p] = min(limit[p], np.sqrt(limit[p - 1] ** 2 + 2 * acceleration * far))
        for p in range(last - 1, first - 1, -1):
            far = np.sqrt(((points[p] - points[p + 1]) ** 2).sum())
            limit[p] = min(limit[p], np.sqrt(limit[p + 1] ** 2 + 2 * acceleration * far))
        for p in range(first, last):
            far = np.sqrt(((points[p] - points[p + 1]) ** 2).sum())
            total[line] += _piece(far, limit[p], limit[p + 1], speed, acceleration)
    return total


@njit(cache=True)
@no_type_check
def _corner_speed(points, p, acceleration, corner):
    """The speed that is kept where two pieces meet; none where there is no piece."""
    ax, ay = points[p - 1, 0] - points[p, 0], points[p - 1, 1] - points[p, 1]
    bx, by = points[p + 1, 0] - points[p, 0], points[p + 1, 1] - points[p, 1]
    size = np.sqrt((ax * ax + ay * ay) * (bx * bx + by * by))
    if size < 1e-12:
        return np.inf
    cosine = min(1.0, max(-1.0, (ax * bx + ay * by) / size))
    sine = np.sqrt((1 - cosine) / 2)
    return np.inf if sine > 0.999999 else np.sqrt(acceleration * corner * sine / (1 - sine))


@njit(cache=True)
@no_type_check
def _piece(far, begin, end, speed, acceleration):
    """Seconds for one straight piece from a speed to another."""
    peak = np.sqrt(acceleration * far + (begin * begin + end * end) / 2)
    if peak <= speed:
        return max(0.0, 2 * peak - begin - end) / acceleration
    slow = (2 * speed * speed - begin * begin - end * end) / (2 * acceleration)
    return (2 * speed - begin - end) / acceleration + max(0.0, far - slow) / speed
