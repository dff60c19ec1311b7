"""How a page will look: every path at the true width of its pen, and how far the tone is off."""

from __future__ import annotations

from collections.abc import Sequence
from typing import no_type_check

import numpy as np
from jaxtyping import Float, UInt8
from numba import njit

from makar.domains.images.plotter.paths import Paths

FINE = 3
"""Pixels a side that are painted for each pixel of a tone: what a line covers is seen well."""


def painted(
    paths: Paths, width: float, shape: tuple[int, int], pitch: float
) -> UInt8[np.ndarray, "H W"]:
    """What a pen of this width covers, 255 where a pixel is full of ink; ends are round.

    Where paths of one pen cross, ink lies twice but covers once.

    Args:
        paths: In millimetres from the upper left corner of the image.
        width: Of the pen, in millimetres.
        shape: Rows and columns.
        pitch: Millimetres a pixel.
    """
    canvas = np.zeros(shape, np.uint8)
    _paint(canvas, paths.points / pitch, paths.start, width / pitch / 2)
    return canvas


def coverage(
    paths: Paths, width: float, shape: tuple[int, int], pitch: float
) -> Float[np.ndarray, "H W"]:
    """The share of each pixel that is under ink, 0..1."""
    H, W = shape
    fine = painted(paths, width, (H * FINE, W * FINE), pitch / FINE)
    return fine.reshape(H, FINE, W, FINE).mean((1, 3), dtype=np.float32).astype(np.float64) / 255


def mixed(
    layers: Sequence[UInt8[np.ndarray, "H W"]],
    inks: Sequence[tuple[float, float, float]],
    paper: tuple[float, float, float],
) -> UInt8[np.ndarray, "H W 3"]:
    """The page in sRGB: each ink takes from the paper's light what it covers, one after another."""
    light = np.empty((*layers[0].shape, 3), np.float32)
    light[:] = np.asarray(paper, np.float32)
    for layer, ink in zip(layers, inks, strict=True):
        share = np.asarray(ink, np.float32) / np.maximum(np.asarray(paper, np.float32), 1e-3)
        cover = layer.astype(np.float32)[..., None] / 255
        light *= 1 - cover * (1 - np.minimum(share, 1))
    return np.rint(light * 255).astype(np.uint8)


@njit(cache=True)
@no_type_check
def _paint(canvas: np.ndarray, points: np.ndarray, start: np.ndarray, radius: float) -> None:
    """Lays every path on the canvas, points and radius in pixels."""
    for n in range(len(start) - 1):
        begin, end = start[n], start[n + 1]
        if end - begin == 1:
            _paint_segment(canvas, points[begin], points[begin], radius)
        for k in range(begin, end - 1):
            _paint_segment(canvas, points[k], points[k + 1], radius)


@njit(cache=True)
@no_type_check
def _paint_segment(canvas: np.ndarray, a: np.ndarray, b: np.ndarray, radius: float) -> None:
    """One straight piece; a pixel at the edge is covered by how far it reaches in."""
    H, W = canvas.shape
    ax, ay = a[0], a[1]
    dx, dy = b[0] - ax, b[1] - ay
    square = dx * dx + dy * dy
    outer = radius + 0.5
    low, high = min(ay, b[1]) - outer, max(ay, b[1]) + outer
    # Along a row, a slanting piece covers only what is this near to it.
    slant = abs(dx / dy) if abs(dy) > 1e-9 else 1e9
    reach = outer * np.sqrt(1 + slant * slant) if slant < 1e6 else 1e9
    for row in range(max(0, int(low)), min(H, int(high) + 1)):
        y = row + 0.5
        left, right = min(ax, b[0]) - outer, max(ax, b[0]) + outer
        if reach < 1e8:
            middle = ax + (y - ay) / dy * dx
            left, right = max(left, middle - reach), min(right, middle + reach)
        for column in range(max(0, int(left)), min(W, int(right) + 1)):
            x = column + 0.5
            t = ((x - ax) * dx + (y - ay) * dy) / square if square > 0 else 0.0
            t = min(1.0, max(0.0, t))
            ox, oy = x - ax - t * dx, y - ay - t * dy
            cover = outer - np.sqrt(ox * ox + oy * oy)
            if cover > 0:
                value = np.uint8(255 * min(1.0, cover))
                if value > canvas[row, column]:
                    canvas[row, column] = value
