"""Several drawings side by side, to choose one."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from math import ceil

from PIL import Image, ImageDraw, ImageFont

from makar.domains.images.pictures.picture import Picture

PAPER, INK = "#fbfaf4", "#3b3847"
EDGE = 280
"""Pixels of the longer side of each."""
GAP, LINE = 16, 22
ACROSS = 4


def contact_sheet(pictures: Sequence[Picture], captions: Sequence[str]) -> bytes:
    """Pictures of one size in rows, a caption under each, as a PNG."""
    small = [picture.within(EDGE) for picture in pictures]
    wide, high = small[0].size
    columns = min(ACROSS, len(small))
    rows = ceil(len(small) / columns)
    sheet = Image.new(
        "RGB", (columns * (wide + GAP) + GAP, rows * (high + LINE + GAP) + GAP), PAPER
    )
    pen, font = ImageDraw.Draw(sheet), ImageFont.load_default(13)
    for number, (picture, caption) in enumerate(zip(small, captions, strict=True)):
        left = GAP + number % columns * (wide + GAP)
        top = GAP + number // columns * (high + LINE + GAP)
        sheet.paste(Image.fromarray(picture.pixels), (left, top))
        pen.text((left, top + high + 4), caption, INK, font)
    kept = BytesIO()
    sheet.save(kept, "PNG")
    return kept.getvalue()
