"""Places all over a picture, as dense as told and evenly apart.

Places are first counted out along a Hilbert curve through the pixels, which keeps every
neighbourhood's count right, and then each is moved to the middle of what is nearer to it than to
any other (Lloyd 1982; weighted: Secord 2002), a few times over. Which place is nearest is handed
from pixel to pixel in two sweeps (Danielsson 1980): its time does not depend on how many there are.
"""

from __future__ import annotations

import math
from typing import no_type_check

import numpy as np
from jaxtyping import Float
from numba import njit

MOST = 400_000
"""Places at most."""


def scattered(
    density: Float[np.ndarray, "H W"], pitch: float, *, seed: int, rounds: int
) -> Float[np.ndarray, "N 2"]:
    """Places in millimetres from the upper left corner, in the order of a Hilbert curve.

    Args:
        density: Places a square millimetre.
        pitch: Millimetres a pixel.
        seed: Where in a pixel a place begins.
        rounds: How often they are moved.
    """
    H, W = density.shape
    share = density * pitch**2
    share *= min(1.0, MOST / max(share.sum(), 1e-9))
    order = math.ceil(math.log2(max(H, W, 2)))
    rng = np.random.default_rng(seed)
    places = _counted(share, order, rng.random((int(share.sum()) + 2, 2)), rng.random())
    # Lloyd's places come to lie as densely as the root of the weight (in the plane).
    weight = np.maximum(density, 1e-4 * max(float(density.max()), 1e-12)) ** 2
    nearest = np.empty((H, W), np.int32)
    for _ in range(rounds):
        _hand_on(places, nearest)
        places = _centred(places, nearest, weight)
    return places * pitch


@njit(cache=True)
@no_type_check
def _counted(share, order, jitter, begin):
    """Walks the curve and sets a place whenever the density met since the last adds up to one."""
    H, W = share.shape
    side = 1 << order
    places = np.empty_like(jitter)
    count, total = 0, begin
    for d in range(side * side):
        x, y, t, s = 0, 0, d, 1
        while s < side:
            rx = 1 & (t // 2)
            ry = 1 & (t ^ rx)
            if ry == 0:
                if rx == 1:
                    x, y = s - 1 - x, s - 1 - y
                x, y = y, x
            x, y, t, s = x + s * rx, y + s * ry, t // 4, 2 * s
        if x >= W or y >= H:
            continue
        total += share[y, x]
        while total >= 1 and count < len(places):
            places[count, 0] = x + jitter[count, 0]
            places[count, 1] = y + jitter[count, 1]
            count += 1
            total -= 1
    return places[:count].copy()


@njit(cache=True)
@no_type_check
def _hand_on(places, nearest):
    """For each pixel the nearest place, from pixel to pixel: down and up, right and left."""
    H, W = nearest.shape
    nearest[:] = -1
    for n in range(len(places)):
        nearest[min(H - 1, int(places[n, 1])), min(W - 1, int(places[n, 0]))] = n
    for sweep in range(2):
        way = 1 - 2 * sweep
        for i in range(H):
            row = i if way == 1 else H - 1 - i
            behind = row - way
            for j in range(W):
                low, high = max(0, j - 1), min(W, j + 2)
                if 0 <= behind < H:
                    _take_over(places, nearest, row, j, nearest[behind, low:high])
                if j > 0:
                    _take_over(places, nearest, row, j, nearest[row, low:j])
            for j in range(W - 2, -1, -1):
                _take_over(places, nearest, row, j, nearest[row, j + 1 : j + 2])


@njit(cache=True)
@no_type_check
def _take_over(places, nearest, row, column, offered):
    """Takes over the place of a neighbour if it is nearer; most have the same one."""
    own = nearest[row, column]
    far = -1.0
    x, y = column + 0.5, row + 0.5
    for k in range(len(offered)):
        new = offered[k]
        if new == own or new < 0:
            continue
        if far < 0:
            far = np.inf
            if own >= 0:
                far = (places[own, 0] - x) ** 2 + (places[own, 1] - y) ** 2
        there = (places[new, 0] - x) ** 2 + (places[new, 1] - y) ** 2
        if there < far:
            own, far = new, there
    nearest[row, column] = own


@njit(cache=True)
@no_type_check
def _centred(places, nearest, weight):
    """Each place in the weighted middle of its pixels; without any it stays."""
    H, W = nearest.shape
    total = np.zeros((len(places), 3))
    for row in range(H):
        for column in range(W):
            n = nearest[row, column]
            if n >= 0:
                w = weight[row, column]
                total[n, 0] += w * (column + 0.5)
                total[n, 1] += w * (row + 0.5)
                total[n, 2] += w
    out = places.copy()
    for n in range(len(places)):
        if total[n, 2] > 0:
            out[n, 0] = total[n, 0] / total[n, 2]
            out[n, 1] = total[n, 1] / total[n, 2]
    return out
