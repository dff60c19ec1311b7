"""How pictures are kept, shown and handed out."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float
from PIL import Image

from makar.core.errors import UnreadableError
from makar.core.types import Works
from makar.measures.variety import FeatureSpread
from makar_toy.blobs.picture import SIDE, Picture, Pictures, stacked


@dataclass(frozen=True)
class Nobody:
    """A picture resembles no source: nobody's were learned from."""

    title: str = ""
    licence: str = ""
    length: int = 0
    text: str = ""
    marks: tuple[int, int] = (0, 0)
    too_near: bool = False


@dataclass(frozen=True)
class BlobCraft:
    """Keeps pictures as PNG; see ``recipes.craft.Craft``."""

    kind: str = "toy/blobs"
    formats: tuple[str, ...] = (".png", ".pgm")
    shown: str = ".png"
    original: str = "It was learned from nobody's pictures."

    @property
    def variety(self) -> FeatureSpread[Picture]:
        """How unlike pictures are, seen from afar."""
        return FeatureSpread(seen_from_afar, radius=0.4)

    def pack(self, work: Picture) -> bytes:
        """The picture as PNG."""
        file = io.BytesIO()
        Image.fromarray(work).save(file, "PNG")
        return file.getvalue()

    def unpack(self, content: bytes) -> Picture:
        """The picture from PNG."""
        return np.array(Image.open(io.BytesIO(content)))

    def stack(self, works: Sequence[Picture]) -> Pictures:
        """Single pictures as a batch."""
        return stacked(works)

    def notation(self, work: Picture) -> str:
        """The brightness of its sixteen parts, from the upper left."""
        return "".join(f"{9 * light:.0f}" for light in seen_from_afar(stacked([work]))[0])

    def resemblances(self, works: Works[Picture]) -> list[Nobody]:
        """There are no sources."""
        return [Nobody()] * len(works)

    def named(self) -> BlobCraft:
        """The same: there is nobody to name."""
        return self

    def export(self, work: Picture, path: Path, *, title: str, notice: str) -> None:
        """Write the picture; its format has no place for words."""
        Image.fromarray(work).save(path)

    def card(self, work: Picture, *, marks: Sequence[tuple[int, int, str]] = ()) -> str:
        """The picture to be seen."""
        data = base64.b64encode(self.pack(work)).decode()
        style = "width:160px;image-rendering:pixelated"
        return f'<img alt="The picture" style="{style}" src="data:image/png;base64,{data}">'


def seen_from_afar(works: Works[Picture]) -> Float[np.ndarray, "B 16"]:
    """The brightness of sixteen parts of each picture."""
    light = stacked([*works]).light
    return light.reshape(-1, 4, SIDE // 4, 4, SIDE // 4).mean((2, 4)).reshape(-1, 16)


def read_picture(path: Path) -> Picture:
    """The picture in a file of any format that Pillow knows.

    Raises:
        UnreadableError: it is no picture, or not of this size.
    """
    try:
        picture = np.array(Image.open(path).convert("L"))
    except OSError as fault:
        raise UnreadableError(str(path), f"not a picture: {fault}") from None
    if picture.shape != (SIDE, SIDE):
        raise UnreadableError(str(path), f"it is not of {SIDE} by {SIDE} pixels")
    return picture
