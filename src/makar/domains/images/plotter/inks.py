"""A picture in inks: how much of each pen's ink every place needs.

The model: paper that is covered by a share ``t`` of an ink looks like the mean of the two, in sRGB
values. (Light spreads in paper, which darkens what lies between lines; Yule and Nielsen 1951 put
it as the root of the reflected light, and sRGB values are near to that root.) Several inks take
away from the paper one beside the other. For each place the shares ``0 <= t <= 1`` are sought that
come nearest to the picture, colours weighed as they make luminance (Rec. 709); one black pen comes
out as luminance. Where the shares add up to more than the whole paper they are all cut down alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import no_type_check

import numpy as np
from jaxtyping import Float
from numba import njit

from makar.core.errors import ConfigError
from makar.domains.images.plotter.pens import Pen

LUMINANCE = (0.2126, 0.7152, 0.0722)
PAPER = (1.0, 1.0, 1.0)
_SHY = 1e-5
"""What a share costs by itself: where two inks do alike, both are used."""
_ROUNDS = 400
_NODES = 33
"""Colours along each side of the table; shares are nearly straight in between."""


def shares(
    light: Float[np.ndarray, "H W 3"],
    pens: Sequence[Pen],
    paper: tuple[float, float, float] = PAPER,
) -> Float[np.ndarray, "K H W"]:
    """The share of the paper that each pen's ink is to cover, 0..1.

    Args:
        light: sRGB, 0..1.
        pens: In the order of the answer.
        paper: Its colour.

    Raises:
        ConfigError: a pen has the colour of the paper.
    """
    root = np.sqrt(np.asarray(LUMINANCE))
    ground = np.asarray(paper)
    taken = np.array([(ground - np.asarray(pen.colour)) * root for pen in pens])
    for pen, ink in zip(pens, taken, strict=True):
        if float(ink @ ink) < 1e-3:
            raise ConfigError(
                f"plotter pen {pen}: its ink would not be seen on this paper. Choose another colour"
            )
    gram = taken @ taken.T + _SHY * np.eye(len(pens))
    steps = np.arange(_NODES) / (_NODES - 1)
    colours = np.stack(np.meshgrid(steps, steps, steps, indexing="ij"), -1).reshape(-1, 3)
    table = _least_squares(gram, ((ground - colours) * root) @ taken.T)
    table /= np.maximum(1.0, table.sum(1, keepdims=True))
    table = table.reshape(_NODES, _NODES, _NODES, -1)
    return _looked_up(table, np.ascontiguousarray(light, np.float64))


@njit(cache=True)
@no_type_check
def _least_squares(gram: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """``0 <= t <= 1`` with the least ``t G t / 2 - w t``, share after share, in rounds."""
    K = len(gram)
    out = np.zeros((len(wanted), K))
    for n in range(len(wanted)):
        for _ in range(_ROUNDS if K > 1 else 1):
            change = 0.0
            for i in range(K):
                rest = wanted[n, i]
                for j in range(K):
                    if j != i:
                        rest -= gram[i, j] * out[n, j]
                share = min(1.0, max(0.0, rest / gram[i, i]))
                change = max(change, abs(share - out[n, i]))
                out[n, i] = share
            if change < 1e-6:
                break
    return out


@njit(cache=True)
@no_type_check
def _looked_up(table: np.ndarray, light: np.ndarray) -> np.ndarray:
    """The shares of every pixel, between the eight colours of the table that are around it."""
    H, W = light.shape[:2]
    top, K = table.shape[0] - 1, table.shape[3]
    out = np.zeros((K, H, W))
    for row in range(H):
        for column in range(W):
            place = np.minimum(np.maximum(light[row, column], 0.0), 1.0) * top
            low = np.minimum(place, top - 1.0).astype(np.int64)
            for corner in range(8):
                i, j, k = corner >> 2, (corner >> 1) & 1, corner & 1
                r, g, b = place - low
                weight = (r if i else 1 - r) * (g if j else 1 - g) * (b if k else 1 - b)
                for pen in range(K):
                    share = table[low[0] + i, low[1] + j, low[2] + k, pen]
                    out[pen, row, column] += weight * share
    return out
