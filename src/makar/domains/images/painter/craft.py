"""How paintings are kept, shown and handed out."""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

import numpy as np
from jaxtyping import Float

from makar.core.errors import UnreadableError
from makar.core.types import Works
from makar.domains.images.features.simple import simple_features
from makar.domains.images.painter.canvas.works import SIDE, Painting, Paintings, paintings, stacked
from makar.domains.images.painter.reward import COPIED, drawings_of
from makar.domains.images.painting.timelapse import timelapse
from makar.domains.images.pictures.picture import Picture
from makar.domains.images.raster.canvas import rendered
from makar.domains.images.rewards.copies import LEAST_RUN, StrokeIndex
from makar.domains.images.strokes.drawing import Drawing
from makar.domains.images.svg.reading import read_svg
from makar.domains.images.svg.writing import as_svg
from makar.measures.variety import FeatureSpread

Marks = Sequence[tuple[int, int, str]]
YOURS = "one of your own"
ALIKE = 1.0
"""Distance of simple features within which paintings are of one kind."""
LARGE = 512
"""Pixels of the sheet of what is handed out."""
CARD = 220
DECIMALS = 2
"""Of places, on a canvas of 64 pixels."""
_TARGET = re.compile(rb"<!-- painted from (?P<png>[A-Za-z0-9+/=]*) -->\s*\Z")


@dataclass(frozen=True)
class Kin:
    """What a painting shares with a known drawing; see ``recipes.craft.Resemblance``."""

    title: str = ""
    licence: str = ""
    length: int = 0
    too_near: bool = False
    marks: tuple[int, int] = (0, 0)

    @property
    def text(self) -> str:
        """How much they share."""
        return f"{self.length} strokes one after the other" if self.title else ""


@dataclass(frozen=True)
class PaintingCraft:
    """Keeps paintings as SVG; see ``recipes.craft.Craft``.

    Attributes:
        known: Drawings that paintings may resemble, by title.
        private: Their titles are the user's own.
    """

    known: Mapping[str, Drawing] = field(default_factory=dict)
    private: bool = False
    kind: str = "images/painting"
    formats: tuple[str, ...] = (".svg", ".png", ".gif")
    shown: str = ".png"

    @property
    def original(self) -> str:
        """What is said of a painting that resembles no drawing."""
        if self.known:
            return "It shares no run of strokes with a drawing that it learned from."
        return "Its strokes were learned from nobody's drawings."

    @property
    def variety(self) -> FeatureSpread[Painting]:
        """How unlike paintings look."""
        return FeatureSpread(looks, radius=ALIKE)

    @cached_property
    def index(self) -> StrokeIndex:
        """The strokes of the known drawings."""
        return StrokeIndex.of([*self.known.values()], [*self.known])

    def pack(self, work: Painting) -> bytes:
        """An SVG file, and after it in a comment the picture it was painted from."""
        return packed(work)

    def unpack(self, content: bytes) -> Painting:
        """The painting from those bytes."""
        return unpacked(content)

    def stack(self, works: Sequence[Painting]) -> Paintings:
        """Single paintings as a batch."""
        return stacked(works)

    def notation(self, work: Painting) -> str:
        """How many strokes, and their colours from the lowest on."""
        colours = (255 * work.drawing.strokes.colour[:8]).round().astype(int)
        told = " ".join(f"#{r:02x}{g:02x}{b:02x}" for r, g, b in colours)
        return f"{len(work)} strokes: {told}" + (" …" if len(work) > len(colours) else "")

    def resemblances(self, works: Works[Painting]) -> list[Kin]:
        """For each the known drawing with which it shares the longest run of strokes."""
        if not self.known:
            return [Kin()] * len(works)
        found = self.index.shared(drawings_of(works))
        return [
            self._kin(int(length), int(source), int(start), share=float(share))
            for share, length, source, start in zip(
                found.share, found.length, found.source, found.start, strict=True
            )
        ]

    def _kin(self, length: int, source: int, start: int, *, share: float) -> Kin:
        if length < LEAST_RUN:
            return Kin(length=length)
        title = YOURS if self.private else self.index.titles[source]
        return Kin(title, length=length, too_near=share > COPIED, marks=(start, length))

    def named(self) -> PaintingCraft:
        """The same, with the titles of the user's own drawings."""
        return replace(self, private=False)

    def export(self, work: Painting, path: Path, *, title: str, notice: str) -> None:
        """Write the painting in the format that the suffix names: 512 pixels wide."""
        large = work.drawing.scaled(LARGE / work.drawing.size[0])
        size = (LARGE, max(1, round(large.size[1])))
        suffix = path.suffix.lower()
        if suffix == ".svg":
            path.write_text(as_svg(large, title=title, notice=notice), encoding="utf-8")
        elif suffix == ".png":
            path.write_bytes(rendered(large, size=size).as_png())
        elif suffix == ".gif":
            path.write_bytes(timelapse(large, side=LARGE))
        else:
            raise ValueError(f"cannot write {path.name}: choose one of {', '.join(self.formats)}")

    def card(self, work: Painting, *, marks: Marks = ()) -> str:
        """The painting beside the picture it was painted from."""
        del marks  # a stroke that others lie upon cannot be pointed at
        style = f"width:{CARD}px;max-width:48%;vertical-align:top"
        drawing = as_svg(work.drawing, decimals=1).encode()
        shown = _image("svg+xml", drawing, "The painting", style)
        if work.target is None:
            return shown
        beside = _image("png", work.target.as_png(), "What was painted", style)
        return f"{shown} {beside}"


def _image(kind: str, content: bytes, alt: str, style: str) -> str:
    data = base64.b64encode(content).decode()
    return f'<img alt="{alt}" style="{style}" src="data:image/{kind};base64,{data}">'


def looks(works: Works[Painting]) -> Float[np.ndarray, "B D"]:
    """What paintings look like from afar."""
    pixels = paintings(works).pixels.transpose(0, 2, 3, 1).clip(0, 1)
    return simple_features(pixels if len(pixels) else np.zeros((0, SIDE, SIDE, 3)))


def packed(work: Painting) -> bytes:
    """The painting as it is kept: what is read back is the drawing ``rounded``."""
    text = as_svg(work.drawing, decimals=DECIMALS)
    if work.target is None:
        return text.encode()
    return f"{text}<!-- painted from {_encoded(work.target)} -->\n".encode()


def unpacked(content: bytes) -> Painting:
    """The painting from those bytes.

    Raises:
        UnreadableError: they are something else.
    """
    found = _TARGET.search(content)
    drawing = read_svg(content[: found.start()] if found else content).drawing
    return Painting(drawing, _decoded(found["png"]) if found else None)


def _encoded(picture: Picture) -> str:
    from PIL import Image

    file = io.BytesIO()
    Image.fromarray(picture.pixels).save(file, "PNG", optimize=True)
    return base64.b64encode(file.getvalue()).decode()


def _decoded(text: bytes) -> Picture:
    from PIL import Image

    try:
        image = Image.open(io.BytesIO(base64.b64decode(text)), formats=["PNG"])
        return Picture(np.array(image.convert("RGB")))
    except (OSError, ValueError) as fault:
        raise UnreadableError("a painting", f"its picture is broken: {fault}") from None
