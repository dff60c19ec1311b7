"""A sheet to lay soft-edged shapes on, in units of its shorter side: scenes of any size."""

from __future__ import annotations

from copy import copy

import numpy as np
from jaxtyping import Float, UInt8


class Sheet:
    """Shapes are laid one over the other; edges are a pixel wide, whatever the size.

    Attributes:
        x: To the right of the middle, in units of the shorter side.
        y: Downwards from the middle.
        reach: Half the width and half the height, in the same units.
        light: sRGB 0..1, as laid so far.
    """

    def __init__(self, size: tuple[int, int]) -> None:
        width, height = size
        self.pixel = 1 / min(size)
        self.x, self.y = np.meshgrid(
            (np.arange(width) + 0.5 - width / 2) * self.pixel,
            (np.arange(height) + 0.5 - height / 2) * self.pixel,
        )
        self.reach = (width / 2 * self.pixel, height / 2 * self.pixel)
        self.light = np.ones((height, width, 3))

    def around(self, x: float, y: float, reach: float) -> Sheet:
        """The square part around a place: what is laid there lies on the whole sheet."""
        part = copy(self)
        corner = self.x[0, 0], self.y[0, 0]
        window = tuple(
            slice(
                max(0, int((middle - reach - begin) / self.pixel)),
                max(0, int((middle + reach - begin) / self.pixel) + 2),
            )
            for middle, begin in ((y, corner[1]), (x, corner[0]))
        )
        part.x, part.y, part.light = self.x[window], self.y[window], self.light[window]
        return part

    def lay(
        self,
        distance: Float[np.ndarray, "H W"],
        colour: Float[np.ndarray, "*any 3"],
        *,
        soft: float = 0.0,
        opacity: float = 1.0,
    ) -> None:
        """Lay a shape, given as the distance to its edge, negative inside.

        Args:
            distance: In the sheet's units.
            colour: One for all, or one for each pixel.
            soft: Width of the edge, in the sheet's units; a pixel at least.
            opacity: 0..1.
        """
        edge = max(soft, self.pixel)
        cover = opacity * np.clip(0.5 - distance / edge, 0, 1)[..., None]
        self.light += cover * (np.asarray(colour) - self.light)

    def ellipse(self, x: float, y: float, across: float, down: float) -> Float[np.ndarray, "H W"]:
        """About the distance to an ellipse with these half axes: exact at its edge."""
        a, b = (self.x - x) / across, (self.y - y) / down
        length = np.hypot(a, b)
        slope = np.hypot(a / across, b / down)
        return np.where(slope > 0, (length - 1) * length / np.maximum(slope, 1e-9), -across)

    def line(
        self, start: tuple[float, float], end: tuple[float, float], width: float
    ) -> Float[np.ndarray, "H W"]:
        """The distance to a straight stroke with round ends."""
        (x, y), (to_x, to_y) = start, end
        across, down = to_x - x, to_y - y
        squared = max(across**2 + down**2, 1e-12)
        along = np.clip(((self.x - x) * across + (self.y - y) * down) / squared, 0, 1)
        return np.hypot(self.x - x - along * across, self.y - y - along * down) - width / 2

    def rounded(
        self, x: float, y: float, across: float, down: float, light: tuple[float, float, float]
    ) -> Float[np.ndarray, "H W"]:
        """How brightly an ellipsoid at this place is lit, 0..1, by light from this direction."""
        a, b = (self.x - x) / across, (self.y - y) / down
        depth = np.sqrt(np.clip(1 - a**2 - b**2, 0, 1))
        length = float(np.linalg.norm(light))
        return np.clip((a * light[0] + b * light[1] + depth * light[2]) / length, 0, 1)

    @property
    def pixels(self) -> UInt8[np.ndarray, "H W 3"]:
        """What was laid."""
        return np.round(np.clip(self.light, 0, 1) * 255).astype(np.uint8)


def shaded(
    dark: np.ndarray, bright: np.ndarray, share: Float[np.ndarray, "H W"]
) -> Float[np.ndarray, "H W 3"]:
    """From one colour to another."""
    return dark + (bright - dark) * share[..., None]
