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
_ROUNDS = 60


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
    wanted = ((ground - light) * root) @ taken.T
    H, W = light.shape[:2]
    found = _least_squares(gram, wanted.reshape(H * W, -1))
    found /= np.maximum(1.0, found.sum(1, keepdims=True))
    return found.T.reshape(-1, H, W).copy()


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
            if change < 1e-4:
                break
    return out
