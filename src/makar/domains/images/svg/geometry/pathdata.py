"""Path data: the ``d`` of a path, as curves."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from makar.domains.images.svg.geometry.arcs import Point, arc
from makar.domains.images.svg.geometry.lengths import LARGEST, NUMBER, scan

COMMAND = re.compile(r"([MmZzLlHhVvCcSsQqTtAa])([^MmZzLlHhVvCcSsQqTtAa]*)")
ARC = re.compile(
    rf" ?,? ?({NUMBER}) ?,? ?({NUMBER}) ?,? ?({NUMBER})"
    rf" ?,? ?([01]) ?,? ?([01]) ?,? ?({NUMBER}) ?,? ?({NUMBER})"
)
TAKES = {"M": 2, "L": 2, "H": 1, "V": 1, "C": 6, "S": 4, "Q": 4, "T": 2, "A": 7, "Z": 0}
"""Numbers of each command."""
MOST_CURVES = 500_000
BEYOND = 1e15
"""No number of a path is as large: what is made of it would be none, or endless."""
LONGEST = 8 * 2**20
"""Characters of a path's data; what is beyond them counts as malformed."""


@dataclass(slots=True)
class Track:
    """What the pen has drawn.

    Attributes:
        curves: Two, three or four control points of each.
        lifted: True where the pen was lifted before it.
        fault: True where the data is malformed: it is drawn as far as it is not.
    """

    curves: list[tuple[Point, ...]] = field(default_factory=list)
    lifted: list[bool] = field(default_factory=list)
    fault: bool = False
    at: Point = (0.0, 0.0)
    start: Point = (0.0, 0.0)
    handle: Point | None = None
    bend: Point | None = None
    up: bool = True

    @property
    def flat(self) -> bool:
        """Whether it is a straight line at most, which nothing can fill."""
        return not self.curves or (len(self.curves) == 1 and len(self.curves[0]) == 2)

    def draw(self, *points: Point) -> None:
        """Go on along a curve with these points."""
        self.curves.append((self.at, *points))
        self.lifted.append(self.up)
        self.at, self.up = points[-1], False

    def move(self, to: Point) -> None:
        """Lift the pen."""
        self.at = self.start = to
        self.up = True

    def close(self) -> None:
        """Go back to where it was set down, in a straight line."""
        if self.at != self.start and not self.up:
            self.draw(self.start)
        self.move(self.start)


def track(data: str) -> Track:
    """The curves of path data; what is malformed ends it, as in browsers."""
    made = Track(fault=len(data) > LONGEST)
    data, place = data[:LONGEST], 0
    for match in COMMAND.finditer(data):
        if data[place : match.start()].strip() or (place == 0 and match[1] not in "Mm"):
            break
        if not _command(made, match[1], match[2]) or len(made.curves) > MOST_CURVES:
            made.fault = True
            return made
        place = match.end()
    made.fault |= bool(data[place:].strip())
    return made


def _command(made: Track, letter: str, written: str) -> bool:
    """Whether a command was understood whole; what was understood of it is drawn."""
    kind = letter.upper()
    if kind == "Z":
        made.close()
        made.handle = made.bend = None
        return not written.strip()
    values, whole = _arcs(written) if kind == "A" else scan(written)
    takes, draw, relative = TAKES[kind], DRAWN[kind], letter.islower()
    for first in range(0, len(values) - takes + 1, takes):
        base = made.at if relative else (0.0, 0.0)
        if kind == "M" and first:
            draw = _line
        taken = values[first : first + takes]
        if not all(abs(value) < BEYOND for value in taken):
            return False
        draw(made, taken, base)
        if not (abs(made.at[0]) < LARGEST and abs(made.at[1]) < LARGEST):
            _undo(made, kind)
            return False
    return whole and len(values) >= takes and len(values) % takes == 0


def _undo(made: Track, kind: str) -> None:
    """Take back a curve that leaves every sheet."""
    if kind != "M" and made.curves:
        made.curves.pop()
        made.lifted.pop()


def _arcs(written: str) -> tuple[list[float], bool]:
    """The same for arcs, whose two flags may stand without a space."""
    written = " ".join(written.split())
    values: list[float] = []
    place = 0
    while match := ARC.match(written, place):
        values += [float(word) for word in match.groups()]
        place = match.end()
    return values, place == len(written)


def _point(values: list[float], base: Point, first: int = 0) -> Point:
    return (base[0] + values[first], base[1] + values[first + 1])


def _move(made: Track, values: list[float], base: Point) -> None:
    made.move(_point(values, base))
    made.handle = made.bend = None


def _line(made: Track, values: list[float], base: Point) -> None:
    made.draw(_point(values, base))
    made.handle = made.bend = None


def _across(made: Track, values: list[float], base: Point) -> None:
    made.draw((base[0] + values[0], made.at[1]))
    made.handle = made.bend = None


def _down(made: Track, values: list[float], base: Point) -> None:
    made.draw((made.at[0], base[1] + values[0]))
    made.handle = made.bend = None


def _cubic(made: Track, values: list[float], base: Point) -> None:
    second = _point(values, base, 2)
    made.draw(_point(values, base), second, _point(values, base, 4))
    made.handle, made.bend = second, None


def _smooth_cubic(made: Track, values: list[float], base: Point) -> None:
    first = _mirrored(made.handle, made.at)
    second = _point(values, base)
    made.draw(first, second, _point(values, base, 2))
    made.handle, made.bend = second, None


def _quadratic(made: Track, values: list[float], base: Point) -> None:
    bend = _point(values, base)
    made.draw(bend, _point(values, base, 2))
    made.handle, made.bend = None, bend


def _smooth_quadratic(made: Track, values: list[float], base: Point) -> None:
    bend = _mirrored(made.bend, made.at)
    made.draw(bend, _point(values, base))
    made.handle, made.bend = None, bend


def _arc(made: Track, values: list[float], base: Point) -> None:
    rx, ry, tilt, large, sweep = values[:5]
    end = _point(values, base, 5)
    for curve in arc(made.at, (rx, ry), tilt, bool(large), bool(sweep), end):
        made.draw(*curve)
    made.handle = made.bend = None


def _mirrored(handle: Point | None, at: Point) -> Point:
    """The handle of a curve that goes on smoothly."""
    return at if handle is None else (2 * at[0] - handle[0], 2 * at[1] - handle[1])


DRAWN: dict[str, Callable[[Track, list[float], Point], None]] = {
    "M": _move,
    "L": _line,
    "H": _across,
    "V": _down,
    "C": _cubic,
    "S": _smooth_cubic,
    "Q": _quadratic,
    "T": _smooth_quadratic,
    "A": _arc,
}
