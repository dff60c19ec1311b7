"""A picture: pixels, with a title, an author and a licence."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float, UInt8


@dataclass(frozen=True, eq=False)
class Picture:
    """A picture, upright, in sRGB, without transparency.

    Attributes:
        pixels: Rows from the top.
        title: What it is called.
        author: Who made it; empty where that is not known.
        licence: How it may be used; empty where that is not known.
        source: The file or the package that it is from.
    """

    pixels: UInt8[np.ndarray, "H W 3"]
    title: str = ""
    author: str = ""
    licence: str = ""
    source: str = ""

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self.pixels.shape[1], self.pixels.shape[0]

    @property
    def light(self) -> Float[np.ndarray, "H W 3"]:
        """The pixels as 0..1."""
        return self.pixels / 255.0

    def resized(self, size: tuple[int, int]) -> Picture:
        """As large as that, each pixel the mean of what it covers."""
        from PIL import Image

        if size == self.size:
            return self
        box = Image.Resampling.BOX if size[0] < self.size[0] else Image.Resampling.BICUBIC
        return replace(self, pixels=np.asarray(Image.fromarray(self.pixels).resize(size, box)))

    def of_side(self, side: int) -> Picture:
        """Scaled to an area of ``side * side``, its shape kept."""
        return self.resized(scaled_size(self.size, side))


def scaled_size(size: tuple[float, float], side: float) -> tuple[int, int]:
    """Width and height of the same shape whose area is that of a square of this side."""
    factor = side / (size[0] * size[1]) ** 0.5
    return max(1, round(size[0] * factor)), max(1, round(size[1] * factor))
