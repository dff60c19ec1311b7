"""The expressive range as a picture: which levels a generator makes often, seldom and never."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float, UInt8

from makar.domains.levels.drawing.art import png_bytes
from makar.domains.levels.drawing.pictures import FAINT, INK, PAPER
from makar.measures.expressive_range import ExpressiveRange

if TYPE_CHECKING:
    from PIL import Image, ImageDraw

PLOT = 400
"""Pixels across the field of a panel."""
_SIDE, _LEFT, _TOP, _GAP, _FOOT = 54, 74, 60, 12, 78
_RAMP = ("#dceadf", "#9fd0b4", "#4f9d69", "#2f7f86", "#2c4f84", "#32255c")
"""Colours from one work in a field to the most."""


def expressive_range_png(
    ranges: Mapping[str, ExpressiveRange], *, x_label: str, y_label: str
) -> bytes:
    """Histograms over two statistics side by side, as a PNG.

    Each panel has the sums of its columns above and those of its rows at its right; colours mean
    the same shares of works in every panel.

    Args:
        ranges: By title; all over the same bins.
        x_label: The first statistic, in words.
        y_label: The second.

    Raises:
        ValueError: nothing to show, or other bins than the first's.
    """
    from PIL import Image

    if not ranges:
        raise ValueError("no expressive range to show: give one or more")
    first = next(iter(ranges.values()))
    for other in ranges.values():
        other.shared(first)
    shares = {title: _shares(found) for title, found in ranges.items()}
    most = max(float(share.max()) for share in shares.values()) or 1.0
    panels = [
        _panel(title, ranges[title], share, most, x_label, y_label)
        for title, share in shares.items()
    ]
    page = Image.new("RGB", (sum(p.width for p in panels), panels[0].height), PAPER)
    for i, panel in enumerate(panels):
        page.paste(panel, (i * panel.width, 0))
    return png_bytes(page.quantize(128))


def _shares(found: ExpressiveRange) -> Float[np.ndarray, "X Y"]:
    return found.counts / max(int(found.counts.sum()), 1)


def _panel(
    title: str,
    found: ExpressiveRange,
    share: Float[np.ndarray, "X Y"],
    most: float,
    x_label: str,
    y_label: str,
) -> Image.Image:
    from PIL import Image, ImageDraw, ImageFont

    width, height = _LEFT + PLOT + _GAP + _SIDE + 26, _TOP + _SIDE + _GAP + PLOT + _FOOT
    image = Image.new("RGB", (width, height), PAPER)
    brush = ImageDraw.Draw(image)
    left, top = _LEFT, _TOP + _SIDE + _GAP
    brush.text((left, 12), title, fill=INK, font=ImageFont.load_default(22))
    _note(brush, (left, 40), f"{int(found.counts.sum())} levels reach {found.coverage:.0%}", "ls")
    image.paste(Image.fromarray(_field(share, most), "RGB"), (left, top))
    brush.rectangle((left - 1, top - 1, left + PLOT, top + PLOT), outline=FAINT)
    _margins(brush, share, left, top)
    for part in (0.0, 0.5, 1.0):
        x = left + part * PLOT
        y = top + (1 - part) * PLOT
        _note(brush, (x, top + PLOT + 20), _value(found.x_range, part), "ms")
        _note(brush, (left - 8, y + 5), _value(found.y_range, part), "rs")
    _note(brush, (left + PLOT / 2, top + PLOT + 44), x_label, "ms")
    _sideways(image, (12, top + PLOT // 2), y_label)
    return image


def _field(share: Float[np.ndarray, "X Y"], most: float) -> UInt8[np.ndarray, "Y X 3"]:
    """The histogram in colours, the second statistic upwards; a field with nothing is paper.

    Colours follow the square root of the share, so that a single work can be seen.
    """
    ramp = np.array([tuple(bytes.fromhex(colour[1:])) for colour in _RAMP], float)
    at = np.sqrt(share.T[::-1] / most) * (len(ramp) - 1)
    colours = np.stack(
        [np.interp(at, np.arange(len(ramp)), ramp[:, channel]) for channel in range(3)], -1
    )
    colours[share.T[::-1] == 0] = (255, 255, 255)
    rows, columns = (np.arange(PLOT) * n // PLOT for n in colours.shape[:2])
    return colours[rows][:, columns].round().astype(np.uint8)


def _margins(
    brush: ImageDraw.ImageDraw, share: Float[np.ndarray, "X Y"], left: int, top: int
) -> None:
    """Sums over columns above the field, over rows at its right."""
    across, up = share.sum(1), share.sum(0)
    for i, part in enumerate(across / max(float(across.max()), 1e-12)):
        x0, x1 = left + i * PLOT // len(across), left + (i + 1) * PLOT // len(across) - 2
        if part > 0:
            brush.rectangle((x0, top - _GAP - part * _SIDE, x1, top - _GAP), fill=_RAMP[2])
    for i, part in enumerate(up / max(float(up.max()), 1e-12)):
        y1 = top + PLOT - i * PLOT // len(up)
        y0 = top + PLOT - (i + 1) * PLOT // len(up) + 2
        if part > 0:
            edge = left + PLOT + _GAP
            brush.rectangle((edge, y0, edge + part * _SIDE, y1), fill=_RAMP[2])


def _value(limits: tuple[float, float], part: float) -> str:
    return f"{limits[0] + part * (limits[1] - limits[0]):.3g}"


def _note(brush: ImageDraw.ImageDraw, at: tuple[float, float], text: str, anchor: str) -> None:
    from PIL import ImageFont

    y = at[1] + (14 if anchor == "ls" else 0)
    brush.text((at[0], y), text, fill=INK, font=ImageFont.load_default(15), anchor=anchor)


def _sideways(image: Image.Image, middle: tuple[int, int], text: str) -> None:
    """Words along the left edge, read upwards."""
    from PIL import Image, ImageDraw, ImageFont

    font = ImageFont.load_default(15)
    long = round(font.getlength(text)) + 4
    words = Image.new("RGB", (long, 22), PAPER)
    ImageDraw.Draw(words).text((2, 16), text, fill=INK, font=font, anchor="ls")
    turned = words.transpose(Image.Transpose.ROTATE_90)
    image.paste(turned, (middle[0], max(middle[1] - long // 2, 0)))
