"""A piece as a piano roll in PNG, for where SVG is not shown."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from makar.domains.music.picture.roll import DARK, LIGHT, MARK_OPACITY
from makar.domains.music.picture.roll_layout import Box, Mark, lay_out_roll
from makar.domains.music.piece.piece import Piece

_FONT_PIXELS = 20


def roll_png(
    piece: Piece,
    path: str | Path,
    *,
    marks: Sequence[Mark] = (),
    dark: bool = False,
    bars_per_line: int = 8,
    most_bars: int = 64,
) -> None:
    """Write the piano roll of ``roll_svg`` as a PNG, two pixels to each of the SVG's.

    Args:
        piece: What to draw.
        path: The file to write.
        marks: ``(first tick, tick after the last, label)`` of spans to point out.
        dark: Paint on dark paper.
        bars_per_line: Bars beside one another, the pickup not counted.
        most_bars: Bars drawn; of a longer piece the rest is announced in words.

    Raises:
        OSError: the file cannot be written.
    """
    from PIL import Image, ImageDraw, ImageFont

    colours = DARK if dark else LIGHT
    drawing = lay_out_roll(piece, marks=marks, bars_per_line=bars_per_line, most_bars=most_bars)
    image = Image.new("RGB", (drawing.width, drawing.height), colours["paper"])
    brush = ImageDraw.Draw(image)
    for layer in drawing.layers:
        if layer.kind == "mark":
            _tint(image, layer.boxes, colours["mark"])
            continue
        radius = 3 if layer.kind.startswith("part") else 0
        for x, y, width, height in layer.boxes:
            corners = (x, y, x + width - 1, y + height - 1)
            brush.rounded_rectangle(corners, radius, fill=colours[layer.kind])
    font = ImageFont.load_default(_FONT_PIXELS)
    for word in drawing.words:
        at, text = (word.x, word.y), word.text
        if text.startswith("■ "):  # Pillow's own font has no square
            brush.rectangle((at[0], at[1] - 13, at[0] + 12, at[1] - 1), fill=colours[word.kind])
            at, text = (at[0] + 20, at[1]), text[2:]
        anchor = "rs" if word.anchor == "end" else "ls"
        brush.text(at, text, fill=colours[word.kind], font=font, anchor=anchor)
    image.save(path, format="PNG", optimize=True)


def _tint(image: Any, boxes: Sequence[Box], colour: str) -> None:
    """Lay a transparent colour over the boxes."""
    from PIL import Image

    for x, y, width, height in boxes:
        under = image.crop((x, y, x + width, y + height))
        over = Image.new("RGB", under.size, colour)
        image.paste(Image.blend(under, over, MARK_OPACITY), (x, y))
