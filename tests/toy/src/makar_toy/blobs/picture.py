"""A picture: twelve by twelve pixels, dark where no light falls."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from jaxtyping import Float, UInt8

Picture: TypeAlias = UInt8[np.ndarray, "H W"]
SIDE, BLOBS, NUMBERS = 12, 3, 3
"""Pixels of a side; blobs; what is decided of each: where it lies and how wide it is."""


@dataclass(frozen=True)
class Pictures:
    """Pictures as one block; see ``core.types.Works``."""

    pixels: UInt8[np.ndarray, "B H W"]

    def __len__(self) -> int:
        return len(self.pixels)

    def __getitem__(self, index: Any) -> Any:
        return self.pixels[index]

    def take(self, indices: Iterable[int]) -> Pictures:
        """These pictures, in that order."""
        return Pictures(self.pixels[np.fromiter(indices, np.int64)])

    @property
    def light(self) -> Float[np.ndarray, "B H W"]:
        """0 for dark, 1 for bright."""
        return self.pixels / 255


def painted(latents: Float[np.ndarray, "B 3 3"]) -> Pictures:
    """What three blobs look like whose place and width are any numbers at all."""
    x, y, width = np.moveaxis(1 / (1 + np.exp(-latents)), 2, 0)[..., None, None]
    across = (np.arange(SIDE) + 0.5) / SIDE
    far = (across - x) ** 2 + (across[:, None] - y) ** 2
    light = np.exp(-far / (2 * (0.05 + 0.25 * width) ** 2)).sum(1)
    return Pictures((255 * np.minimum(light, 1)).round().astype(np.uint8))


def stacked(pictures: Sequence[Picture]) -> Pictures:
    """Single pictures as a batch."""
    return Pictures(np.array(pictures, np.uint8).reshape(len(pictures), SIDE, SIDE))
