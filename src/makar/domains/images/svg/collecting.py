"""Strokes as they are found, put in columns at the end."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Bool, Float

from makar.domains.images.strokes.drawing import Strokes, as_cubic
from makar.domains.images.svg.clipping import Clips
from makar.domains.images.svg.document import Node
from makar.domains.images.svg.geometry.lengths import LARGEST
from makar.domains.images.svg.geometry.pathdata import Track
from makar.domains.images.svg.geometry.transforms import Matrix
from makar.domains.images.svg.looks.colours import Colour


@dataclass(frozen=True)
class Line:
    """How the strokes of one path look.

    Attributes:
        colour: sRGB.
        opacity: 0..1.
        width: Of all of it, on the sheet.
        widths: At both ends of each stroke where they differ; in the path's own units.
        layer: Number of the layer.
        matrix: Where it lies.
        clips: What of it is seen.
    """

    colour: Colour
    opacity: float
    width: float
    widths: Float[np.ndarray, "N 2"] | None
    layer: int
    matrix: Matrix
    clips: Clips = ()


@dataclass
class Collected:
    """Paths so far."""

    tracks: list[Track] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    owners: list[Node] = field(default_factory=list)
    count: int = 0

    def add(self, track: Track, line: Line, owner: Node) -> None:
        """One path more, and the element that draws it."""
        self.tracks.append(track)
        self.lines.append(line)
        self.owners.append(owner)
        self.count += len(track.curves)

    def strokes(self) -> tuple[Strokes, list[Node], list[Clips]]:
        """All of them that lie near a sheet, the element that draws each, what of it is seen."""
        counts = np.array([len(track.curves) for track in self.tracks], np.int64)
        of = np.repeat(np.arange(len(counts)), counts)
        matrix = np.array([line.matrix for line in self.lines]).reshape(-1, 6)[of]
        colour = np.array([line.colour for line in self.lines]).reshape(-1, 3)
        width = np.array([line.width for line in self.lines])
        strokes = Strokes(
            points=_placed(_points(self.tracks), matrix),
            width=np.repeat(width[of][:, None], 2, 1),
            colour=colour[of],
            opacity=np.array([line.opacity for line in self.lines])[of],
            layer=np.array([line.layer for line in self.lines], np.int64)[of],
            joined=~np.array([up for track in self.tracks for up in track.lifted], np.bool_),
        )
        ends = np.cumsum(counts)
        for line, count, end in zip(self.lines, counts, ends, strict=True):
            if line.widths is not None:
                strokes.width[end - count : end] = line.widths
        inside = _inside(strokes)
        strokes.joined[1:] &= inside[:-1]  # what follows a gap is lifted
        paths = of[inside].tolist()
        owners = [self.owners[path] for path in paths]
        return strokes.take(inside), owners, [self.lines[path].clips for path in paths]


def _points(tracks: list[Track]) -> Float[np.ndarray, "N 4 2"]:
    """Control points of all curves, whatever their degree."""
    curves = [curve for track in tracks for curve in track.curves]
    sizes = np.array([len(curve) for curve in curves], np.int64)
    points = np.zeros((len(curves), 4, 2))
    for size in (2, 3, 4):
        rows = np.flatnonzero(sizes == size)
        if len(rows):
            points[rows] = as_cubic(np.array([curves[row] for row in rows.tolist()], np.float64))
    return points


def _placed(
    points: Float[np.ndarray, "N 4 2"], matrix: Float[np.ndarray, "N 6"]
) -> Float[np.ndarray, "N 4 2"]:
    """On the sheet."""
    a, b, c, d, e, f = (column[:, None] for column in matrix.T)
    x, y = points[..., 0], points[..., 1]
    with np.errstate(over="ignore", invalid="ignore"):  # what overflows is left out
        return np.stack((a * x + c * y + e, b * x + d * y + f), -1)


def _inside(strokes: Strokes) -> Bool[np.ndarray, " N"]:
    """Those whose points and widths are finite and near a sheet."""
    far = np.abs(strokes.points).max((1, 2), initial=0)
    inside = (far < LARGEST) & (strokes.width.max(1, initial=0) < LARGEST)
    return inside & (strokes.width.min(1, initial=0) >= 0)
