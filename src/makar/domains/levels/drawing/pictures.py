"""Levels as pictures: the map, the way through it, and how hard it is along the way."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float, Int, UInt8

from makar.domains.levels.drawing.art import Art, art_of, png_bytes
from makar.domains.levels.level.legend import Legend
from makar.domains.levels.level.level import Level

if TYPE_CHECKING:
    from PIL import Image

SKY = ("#a9d9ee", "#b7e0ef", "#c6e7ef", "#d6eeee", "#e5f4ea", "#f3f7e2")
"""Bands of sky, from the top."""
HILLS = ("#c5e3d9", "#aed6c5")
MIST = 3
"""Rows at the foot in which the hills are lost."""
WAY, WAY_EDGE = "#f0326e", "#ffffff"
MARK = "#6a3fb5"
PAPER, INK, FAINT = "#fbfaf4", "#3b3847", "#cfcabd"
CALM, HARD = (79, 157, 105), (226, 87, 76)
"""Colours of a challenge of 0 and of 1."""
CURVE_HEIGHT = 3
"""Height of the challenge curve, in tiles."""


def level_image(
    level: Level,
    legend: Legend,
    *,
    art: Art | None = None,
    way: Int[np.ndarray, "T C"] | None = None,
    won: bool = True,
    challenge: Float[np.ndarray, " W"] | None = None,
    spans: Sequence[tuple[int, int]] = (),
) -> Image.Image:
    """A level as a picture.

    Args:
        level: The level.
        legend: Its tiles.
        art: What they look like; None: makar's own art.
        way: Column and row of the hero's feet at each tick, then 1 where a jump begins
            (``Analysis.way``), to be drawn in; None: none.
        won: Whether the way leads to the goal; where it does not, a cross ends it.
        challenge: How hard each column is, from 0 to 1, as a curve under the map; NaN: not known.
        spans: First column and number of columns of stretches to point out.
    """
    from PIL import Image

    art = art or art_of(legend)
    image = Image.fromarray(_scene(art.paint(level.tiles), art.size), "RGB")
    for first, columns in spans:
        _point_out(image, first * art.size, (first + columns) * art.size, art.size)
    if way is not None and len(way):
        _draw_way(image, way, art.size, won=won)
    if challenge is None:
        return image
    curve = _curve(challenge, art.size, image.width)
    whole = Image.new("RGB", (image.width, image.height + curve.height), PAPER)
    whole.paste(image, (0, 0))
    whole.paste(curve, (0, image.height))
    return whole


def png_of(image: Image.Image) -> bytes:
    """A picture as a PNG of few colours."""
    return png_bytes(image.quantize(128))


def small_image(
    level: Level,
    legend: Legend,
    *,
    tile: int,
    art: Art | None = None,
    way: Int[np.ndarray, "T C"] | None = None,
    won: bool = True,
) -> Image.Image:
    """The whole level with ``tile`` pixels to a tile."""
    from PIL import Image

    rows, columns = level.tiles.shape
    image = level_image(level, legend, art=art, way=way, won=won)
    return image.resize((columns * tile, rows * tile), Image.Resampling.BOX)


def _rgb(colour: str) -> tuple[int, int, int]:
    red, green, blue = bytes.fromhex(colour[1:])
    return red, green, blue


def _scene(painted: UInt8[np.ndarray, "Y X 4"], size: int) -> UInt8[np.ndarray, "Y X 3"]:
    """Sky and distant hills, with the painted tiles before them."""
    height, width = painted.shape[:2]
    y, x = np.arange(height)[:, None], np.arange(width)[None]
    bands = np.array([_rgb(colour) for colour in SKY], np.uint8)
    scene = np.repeat(bands[(y * len(SKY) // height).ravel()][:, None], width, axis=1)
    for n, colour in enumerate(HILLS):
        length, rise = (23 - 9 * n) * size, (0.36 - 0.12 * n) * height
        wave = np.abs(np.sin(np.pi * (x / length + 0.37 * n))) * 0.55 + 0.45
        scene[y >= height - rise * np.round(wave * 24) / 24] = _rgb(colour)
    for n in range(MIST):  # hills fade before the lowest rows, so that a gap is not taken for one
        share, rows = (n + 1) / MIST, y.ravel() >= height - (MIST - n) * size
        scene[rows] = np.round(scene[rows] * (1 - share) + np.array(_rgb(SKY[-1])) * share)
    cover = painted[..., 3:].astype(np.uint16)
    mixed = painted[..., :3] * cover + scene * (255 - cover)
    return (mixed // 255).astype(np.uint8)


def _point_out(image: Image.Image, left: int, right: int, size: int) -> None:
    """Lay a veil over a stretch, and a bracket on top of it."""
    from PIL import Image, ImageDraw

    left, right = max(left, 0), min(right, image.width)
    if left >= right:
        return
    under = image.crop((left, 0, right, image.height))
    image.paste(Image.blend(under, Image.new("RGB", under.size, MARK), 0.25), (left, 0))
    brush = ImageDraw.Draw(image)
    brush.rectangle((left, 0, right - 1, size // 4), fill=MARK)
    for x in (left, right - size // 4):
        brush.rectangle((x, 0, x + size // 4 - 1, size - 1), fill=MARK)


def _draw_way(image: Image.Image, way: Int[np.ndarray, "T C"], size: int, *, won: bool) -> None:
    from PIL import ImageDraw

    brush = ImageDraw.Draw(image)
    middle = (way[:, :2] + 0.5) * size
    places = [(float(x), float(y)) for x, y in middle]
    thick = max(size // 5, 1)
    if len(places) > 1:
        brush.line(places, fill=WAY_EDGE, width=thick + 2, joint="curve")
        brush.line(places, fill=WAY, width=thick, joint="curve")
    for x, y in middle[way[:, 2] == 1]:
        _dot(brush, float(x), float(y), size / 4)
    _dot(brush, *places[0], size / 3)
    if won:
        _dot(brush, *places[-1], size / 3)
    else:
        _cross(brush, *places[-1], size / 2)


def _dot(brush: object, x: float, y: float, radius: float) -> None:
    from PIL import ImageDraw

    assert isinstance(brush, ImageDraw.ImageDraw)
    box = (x - radius, y - radius, x + radius, y + radius)
    brush.ellipse(box, fill=WAY_EDGE, outline=WAY, width=max(int(radius / 2), 1))


def _cross(brush: object, x: float, y: float, reach: float) -> None:
    from PIL import ImageDraw

    assert isinstance(brush, ImageDraw.ImageDraw)
    for width, colour in ((reach * 0.9, WAY_EDGE), (reach * 0.5, WAY)):
        for slope in (1, -1):
            ends = (x - reach, y - slope * reach, x + reach, y + slope * reach)
            brush.line(ends, fill=colour, width=max(round(width), 1))


def _curve(challenge: Float[np.ndarray, " W"], size: int, width: int) -> Image.Image:
    """The challenge of each column as a bar, the harder the higher and the redder."""
    from PIL import Image, ImageDraw

    height = CURVE_HEIGHT * size
    image = Image.new("RGB", (width, height), PAPER)
    brush = ImageDraw.Draw(image)
    inner = height - size // 2
    for share in (0.0, 0.5, 1.0):
        y = height - 1 - round(share * (inner - 1))
        brush.line((0, y, width, y), fill=FAINT)
    for x, value in enumerate(np.clip(challenge, 0, 1)):
        if np.isfinite(value):
            top = height - 1 - round(float(value) * (inner - 1))
            ink = tuple(round(c + (h - c) * float(value)) for c, h in zip(CALM, HARD, strict=True))
            brush.rectangle((x * size, top, (x + 1) * size - 1, height - 1), fill=ink)
    brush.line((0, 0, width, 0), fill=INK, width=max(size // 8, 1))
    return image


def contact_sheet(
    levels: Sequence[Level],
    legend: Legend,
    *,
    captions: Sequence[str] = (),
    ways: Sequence[Int[np.ndarray, "T C"] | None] = (),
    art: Art | None = None,
    across: int = 1,
    tile: int = 8,
) -> bytes:
    """Many levels on one page, as a PNG.

    Args:
        levels: In reading order; of any sizes.
        legend: Their tiles.
        captions: A line under each; empty: none.
        ways: The way through each, or None; empty: none.
        art: What tiles look like; None: makar's own art.
        across: Levels beside one another.
        tile: Pixels across a tile on the page.

    Raises:
        ValueError: no level, or captions or ways for another number of levels.
    """
    from PIL import Image, ImageDraw, ImageFont

    for what, given in (("captions", captions), ("ways", ways)):
        if len(given) not in (0, len(levels)):
            raise ValueError(f"{len(given)} {what} for {len(levels)} levels: give one for each")
    if not levels:
        raise ValueError("no level to show: give one or more")
    small = [
        small_image(level, legend, tile=tile, art=art, way=ways[i] if ways else None)
        for i, level in enumerate(levels)
    ]
    font = ImageFont.load_default(max(tile * 3 // 2, 11))
    line = max(tile * 2, 16) if captions else 0
    margin = tile
    wide, high = max(p.width for p in small), max(p.height for p in small) + line
    rows = -(-len(small) // across)
    page = Image.new(
        "RGB", (across * (wide + margin) + margin, rows * (high + margin) + margin), PAPER
    )
    brush = ImageDraw.Draw(page)
    for i, picture in enumerate(small):
        x, y = margin + i % across * (wide + margin), margin + i // across * (high + margin)
        page.paste(picture, (x, y))
        if captions:
            brush.text((x, y + picture.height + 1), captions[i], fill=INK, font=font)
    return png_bytes(page.quantize(200))
