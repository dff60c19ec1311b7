"""A painting as bytes: an SVG file, and after it in a comment the picture it was painted from."""

from __future__ import annotations

import base64
import io
import re

import numpy as np

from makar.core.errors import UnreadableError
from makar.domains.images.painter.works import Painting
from makar.domains.images.pictures.picture import Picture
from makar.domains.images.svg.reading import read_svg
from makar.domains.images.svg.writing import as_svg

DECIMALS = 2
"""Of places, on a canvas of 64 pixels."""
_TARGET = re.compile(rb"<!-- painted from (?P<png>[A-Za-z0-9+/=]*) -->\s*\Z")


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
