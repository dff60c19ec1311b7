"""A picture: pixels, with a title, an author and a licence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float, UInt8

from makar.core.errors import ConfigError
from makar.domains.images.pictures.colour import encoded, luminance
from makar.domains.images.strokes.drawing import WHITE


@dataclass(frozen=True, eq=False)
class Picture:
    """A picture, upright, in sRGB, without transparency.

    Attributes:
        pixels: Rows from the top.
        title: What it is called.
        author: Who made it; empty where that is not known.
        licence: How it may be used; empty where that is not known.
        source: The file or the package that it is from.
        notes: What was changed or lost when it was read, in words.
    """

    pixels: UInt8[np.ndarray, "H W 3"]
    title: str = ""
    author: str = ""
    licence: str = ""
    source: str = ""
    notes: tuple[str, ...] = ()

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self.pixels.shape[1], self.pixels.shape[0]

    @property
    def light(self) -> Float[np.ndarray, "H W 3"]:
        """The pixels as 0..1."""
        return self.pixels / 255.0

    @property
    def luminance(self) -> Float[np.ndarray, "H W"]:
        """The share of white's light that each pixel sends out, 0..1."""
        return luminance(self.light)

    @property
    def tone(self) -> Float[np.ndarray, "H W"]:
        """How light each pixel looks, 0..1: the sRGB grey that has the luminance of its colour."""
        return np.clip(encoded(self.luminance), 0.0, 1.0)

    def as_png(self) -> bytes:
        """The pixels as the bytes of a PNG."""
        import io

        from PIL import Image

        file = io.BytesIO()
        Image.fromarray(self.pixels).save(file, "PNG")
        return file.getvalue()

    def resized(self, size: tuple[int, int]) -> Picture:
        """As large as that, each pixel the mean of what it covers."""
        from PIL import Image

        if size == self.size:
            return self
        box = Image.Resampling.BOX if size[0] < self.size[0] else Image.Resampling.BICUBIC
        return replace(self, pixels=np.array(Image.fromarray(self.pixels).resize(size, box)))

    def of_side(self, side: int) -> Picture:
        """Scaled to an area of ``side * side``, its shape kept."""
        return self.resized(scaled_size(self.size, side))

    def within(self, longest: int) -> Picture:
        """Made smaller, where it must be, so that no side is longer than that."""
        return self.resized(size_within(self.size, longest))

    def cropped(self, left: int, top: int, width: int, height: int) -> Picture:
        """A rectangle of it, in pixels.

        Raises:
            ConfigError: the rectangle is empty or does not lie in the picture.
        """
        across, down = self.size
        inside = 0 <= left < left + width <= across and 0 <= top < top + height <= down
        if not inside:
            raise ConfigError(
                f"the crop {width} × {height} at ({left}, {top}) does not lie in the picture of "
                f"{across} × {down} pixels. Name left, top, width and height within it"
            )
        return replace(self, pixels=self.pixels[top : top + height, left : left + width].copy())

    def cut_square(self) -> Picture:
        """The square in its middle, as large as the shorter side."""
        across, down = self.size
        side = min(across, down)
        return self.cropped((across - side) // 2, (down - side) // 2, side, side)

    def padded_square(self, ground: Sequence[float] = WHITE) -> Picture:
        """In the middle of a square as large as the longer side; ``ground`` is sRGB 0..1."""
        across, down = self.size
        side = max(across, down)
        sheet = np.empty((side, side, 3), np.uint8)
        sheet[:] = np.round(np.asarray(ground) * 255)
        left, top = (side - across) // 2, (side - down) // 2
        sheet[top : top + down, left : left + across] = self.pixels
        return replace(self, pixels=sheet)


def scaled_size(size: tuple[float, float], side: float) -> tuple[int, int]:
    """Width and height of the same shape whose area is that of a square of this side."""
    factor = side / (size[0] * size[1]) ** 0.5
    return max(1, round(size[0] * factor)), max(1, round(size[1] * factor))


def size_within(size: tuple[int, int], longest: int) -> tuple[int, int]:
    """Width and height of the same shape with no side longer than that; a smaller size stays."""
    if max(size) <= longest:
        return size
    factor = longest / max(size)
    return max(1, round(size[0] * factor)), max(1, round(size[1] * factor))
