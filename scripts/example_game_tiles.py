"""What Lantern Hollow looks like: its tiles, drawn in flat colours."""

from __future__ import annotations

from PIL import Image, ImageDraw

PIXELS, COLUMNS, COUNT = 16, 8, 32
Colour = tuple[int, int, int]
GRASS, EARTH, DARK = (104, 159, 56), (121, 85, 72), (93, 64, 55)
STONE, EDGE, WOOD, PLANK = (120, 130, 140), (84, 92, 102), (161, 112, 63), (124, 82, 44)
STEEL, LAVA, GLOW = (200, 205, 215), (214, 80, 30), (255, 193, 64)
SLIME, BAT, GEM, BUSH = (64, 150, 160), (96, 70, 140), (80, 200, 220), (60, 120, 60)


def picture() -> Image.Image:
    """The tiles, eight in a row."""
    image = Image.new("RGBA", (COLUMNS * PIXELS, COUNT // COLUMNS * PIXELS))
    draw = ImageDraw.Draw(image)

    def box(tile: int, x0: int, y0: int, x1: int, y1: int, colour: Colour) -> None:
        left, top = tile % COLUMNS * PIXELS, tile // COLUMNS * PIXELS
        draw.rectangle((left + x0, top + y0, left + x1, top + y1), fill=(*colour, 255))

    def shape(tile: int, points: list[tuple[int, int]], colour: Colour) -> None:
        left, top = tile % COLUMNS * PIXELS, tile // COLUMNS * PIXELS
        draw.polygon([(left + x, top + y) for x, y in points], fill=(*colour, 255))

    for side in range(4):
        for first in (0, 8):
            box(first + side, 0, 0, 15, 15, EARTH)
            box(first + side, 4, 9, 6, 11, DARK)
            box(first + side, 11, 6, 12, 7, DARK)
        box(side, 0, 0, 15, 4, GRASS)
        box(4 + side, 0, 0, 15, 5, WOOD)
        box(4 + side, 0, 4, 15, 5, PLANK)
        for first, colour in ((0, DARK), (8, DARK), (4, PLANK)):
            bottom = 5 if first == 4 else 15
            if side in (0, 3):
                box(first + side, 0, 0, 0, bottom, colour)
            if side in (2, 3):
                box(first + side, 15, 0, 15, bottom, colour)
    for tile, colour, rim in ((16, STONE, EDGE), (17, WOOD, PLANK)):
        box(tile, 0, 0, 15, 15, rim)
        box(tile, 1, 1, 14, 14, colour)
    shape(17, [(2, 2), (4, 2), (13, 12), (13, 13), (11, 13), (2, 4)], PLANK)
    for x in (0, 5, 10):
        shape(18, [(x, 15), (x + 2, 5), (x + 5, 15)], STEEL)
    box(19, 0, 4, 15, 15, LAVA)
    box(19, 0, 3, 15, 4, GLOW)
    box(20, 0, 0, 15, 15, LAVA)
    shape(21, [(0, 15), (7, 6), (15, 15)], (38, 50, 62))
    box(22, 0, 0, 15, 15, (38, 50, 62))
    box(24, 3, 1, 12, 15, PLANK)
    box(24, 9, 8, 10, 9, GLOW)
    box(25, 7, 6, 8, 15, EDGE)
    box(25, 5, 1, 10, 7, GLOW)
    shape(26, [(1, 15), (3, 7), (12, 7), (14, 15)], SLIME)
    shape(27, [(0, 5), (5, 8), (8, 6), (10, 8), (15, 5), (11, 12), (4, 12)], BAT)
    shape(28, [(8, 2), (13, 8), (8, 14), (3, 8)], GEM)
    shape(12, [(1, 15), (3, 9), (8, 7), (12, 9), (14, 15)], BUSH)
    shape(13, [(3, 15), (8, 4), (12, 15)], BUSH)
    return image
