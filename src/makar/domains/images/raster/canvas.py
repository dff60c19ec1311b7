"""A drawing as pixels."""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, Float
from numba import njit

from makar.domains.images.pictures.picture import Picture, scaled_size
from makar.domains.images.raster.coverage import (
    EXACT,
    FLAT,
    MOST_SEGMENTS,
    covered,
    flattened,
    stamped,
)
from makar.domains.images.strokes.drawing import Drawing, Strokes

REACH = 0.5
"""Pixels outside its edge that a stroke may touch."""


def rendered(drawing: Drawing, *, size: tuple[int, int] | None = None) -> Picture:
    """The drawing as a picture, ``size`` pixels wide and high; by default as large as it says."""
    width, height = size or scaled_size(drawing.size, (drawing.size[0] * drawing.size[1]) ** 0.5)
    canvas = blank((width, height), drawing.ground)
    draw(canvas, drawing.strokes, drawing.size)
    return as_picture(canvas)


def draw(canvas: Float[np.ndarray, "3 H W"], strokes: Strokes, sheet: tuple[float, float]) -> None:
    """Lay the strokes of a sheet of that size onto a canvas that shows all of it."""
    factor = np.array([canvas.shape[2] / sheet[0], canvas.shape[1] / sheet[1]])
    lay(
        canvas,
        np.ascontiguousarray(strokes.points * factor, np.float64),
        np.ascontiguousarray(strokes.width * factor.mean() / 2, np.float64),
        np.ascontiguousarray(strokes.colour, np.float64),
        np.ascontiguousarray(strokes.opacity, np.float64),
        strokes.joined,
    )


def as_picture(canvas: Float[np.ndarray, "3 H W"]) -> Picture:
    """A canvas in whole numbers."""
    pixels = (255 * np.clip(canvas, 0, 1)).round().astype(np.uint8).transpose(1, 2, 0)
    return Picture(np.ascontiguousarray(pixels))


def blank(size: tuple[int, int], colour: tuple[float, float, float]) -> Float[np.ndarray, "3 H W"]:
    """A canvas of one colour: planes of red, green and blue, 0..1."""
    plane = np.ones((1, size[1], size[0]), np.float32)
    return np.array(colour, np.float32)[:, None, None] * plane


@njit(cache=True, fastmath=EXACT)
def lay(
    canvas: Float[np.ndarray, "3 H W"],
    points: Float[np.ndarray, "N 4 2"],
    radius: Float[np.ndarray, "N 2"],
    colour: Float[np.ndarray, "N 3"],
    opacity: Float[np.ndarray, " N"],
    joined: Bool[np.ndarray, " N"],
) -> None:
    """Lay strokes onto a canvas, in their order.

    What is joined is one path: a pixel takes the largest coverage that any part of it has, and
    the colour and opacity of its first stroke.
    """
    rows, columns = canvas.shape[1:]
    near = np.empty((rows, columns), np.float32)
    low, high = np.empty(rows, np.int64), np.empty(rows, np.int64)
    chain = np.empty((MOST_SEGMENTS + 1, 2), np.float64)
    share = np.zeros((rows, columns), np.float32)
    begin = 0
    while begin < len(points):
        end = begin + 1
        while end < len(points) and joined[end]:
            end += 1
        if end == begin + 1:
            _cover(points[begin], radius[begin], chain, near, low, high, canvas, share,
                   colour[begin], opacity[begin], True)  # fmt: skip
        else:
            for stroke in range(begin, end):
                _cover(points[stroke], radius[stroke], chain, near, low, high, canvas, share,
                       colour[begin], opacity[begin], False)  # fmt: skip
            _pour(canvas, share, colour[begin], opacity[begin])
        begin = end


@njit(cache=True, fastmath=EXACT)
def _cover(
    points: Float[np.ndarray, "4 2"],
    radius: Float[np.ndarray, " 2"],
    chain: Float[np.ndarray, "K 2"],
    near: Float[np.ndarray, "H W"],
    low: np.ndarray,
    high: np.ndarray,
    canvas: Float[np.ndarray, "3 H W"],
    share: Float[np.ndarray, "H W"],
    colour: Float[np.ndarray, " 3"],
    opacity: float,
    alone: bool,
) -> None:
    """Lay one stroke, or only note what it covers where it is not ``alone``."""
    count = flattened(points, chain, FLAT)
    first, last = stamped(chain, count, radius[0], radius[1], REACH, near, low, high)
    thin = 2 * max(radius[0], radius[1])
    for y in range(first, last):
        for x in range(low[y], high[y]):
            part = covered(near[y, x], thin)
            if part <= 0:
                continue
            if alone:
                blend = opacity * part
                for c in range(3):
                    canvas[c, y, x] += blend * (colour[c] - canvas[c, y, x])
            else:
                share[y, x] = max(share[y, x], part)


@njit(cache=True, fastmath=EXACT)
def _pour(
    canvas: Float[np.ndarray, "3 H W"],
    share: Float[np.ndarray, "H W"],
    colour: Float[np.ndarray, " 3"],
    opacity: float,
) -> None:
    """Lay what a path of several strokes covers, and forget it."""
    rows, columns = share.shape
    for y in range(rows):
        for x in range(columns):
            if share[y, x] > 0:
                blend = opacity * share[y, x]
                for c in range(3):
                    canvas[c, y, x] += blend * (colour[c] - canvas[c, y, x])
                share[y, x] = 0
