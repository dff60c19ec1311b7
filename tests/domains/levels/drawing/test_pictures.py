import io

import numpy as np
import pytest
from PIL import Image

from makar.domains.levels.constructive.build import construct
from makar.domains.levels.drawing.art import art_of
from makar.domains.levels.drawing.expressive_range import PLOT, expressive_range_png
from makar.domains.levels.drawing.pictures import MARK, WAY, contact_sheet, level_image, png_of
from makar.domains.levels.level.legend import MARIO, Legend, Tile
from makar.domains.levels.level.level import Level
from makar.domains.levels.level.text import parse_level_text
from makar.measures.expressive_range import expressive_range

NUMBER = {tile.symbol: number for number, tile in enumerate(MARIO.tiles)}
LEVEL = parse_level_text("-----\n--o--\n-----\n--E--\nXXXXX\nXXXXX\n", MARIO)


def level_png(level, legend, **options):
    return png_of(level_image(level, legend, **options))


def pixels(png):
    with Image.open(io.BytesIO(png)) as image:
        return np.asarray(image.convert("RGB")).astype(int)


def near(pixels, colour, within=40):
    """Where a colour is, give or take what a palette does to it."""
    return np.abs(pixels - np.array(tuple(bytes.fromhex(colour[1:])))).sum(-1) <= within


def test_every_tile_has_a_picture_of_its_own_and_empty_space_none():
    art = art_of(MARIO)
    assert art.tiles.shape == (13, 16, 16, 4)
    assert not art.tiles[0].any()
    assert len({tile.tobytes() for tile in art.tiles}) == 13


def test_tiles_of_any_game_are_painted_by_their_role_and_told_apart_by_their_name():
    roles = ("solid", "hazard", "start", "goal", "enemy", "reward", "decoration")
    tiles = [Tile(f"{role} {n}", role, chr(65 + 2 * i + n)) for i, role in enumerate(roles)
             for n in range(2)]  # fmt: skip
    art = art_of(Legend((Tile("air", "empty", "-"), *tiles)))
    assert len({tile.tobytes() for tile in art.tiles}) == 15
    assert all(art.tiles[1:, ..., 3].any((1, 2)))
    shapes = {tile.tobytes() for tile in art.tiles[1:, ..., 3]}
    assert len(shapes) == 6  # start and goal are both flags


def test_a_map_is_its_tiles_side_by_side_with_turf_only_on_top():
    art = art_of(MARIO)
    painted = art.paint(LEVEL.tiles)
    assert painted.shape == (96, 80, 4)
    assert np.array_equal(painted[16:32, 32:48], art.tiles[NUMBER["o"]])
    assert np.array_equal(painted[80:, :16], art.tiles[NUMBER["X"]])
    upper = painted[64:80, :16]
    turf = art.rims[NUMBER["X"]][..., 3] > 0
    assert np.array_equal(upper[turf], art.rims[NUMBER["X"]][turf])
    assert np.array_equal(upper[~turf], art.tiles[NUMBER["X"]][~turf])
    assert not painted[:16].any()


def test_the_way_is_drawn_where_the_hero_goes_and_nowhere_else():
    way = np.array([(0, 3, 0, 7), (1, 3, 1, 7), (2, 2, 0, 7), (3, 3, 0, 7), (4, 3, 0, 7)])
    bare, drawn = (pixels(level_png(LEVEL, MARIO, way=w)) for w in (None, way))
    assert not near(bare, WAY).any()
    ys, xs = np.nonzero(near(drawn, WAY))
    assert xs.min() < 16
    assert xs.max() > 64
    assert ys.min() >= 32
    assert ys.max() < 64
    assert near(drawn, WAY)[34:46, 34:46].any()


def test_a_way_that_is_lost_ends_in_a_cross():
    way = np.array([(0, 3, 0), (1, 3, 0)])
    won, lost = (pixels(level_png(LEVEL, MARIO, way=way, won=w)) for w in (True, False))
    corner = np.s_[48:51, 16:19]  # of the last cell, out of a dot's reach
    assert not near(won, WAY)[corner].any()
    assert near(lost, WAY)[corner].any()


def test_the_challenge_is_a_curve_under_the_map():
    challenge = np.array([0.0, 0.5, 1.0, np.nan, 2.0])
    image = pixels(level_png(LEVEL, MARIO, challenge=challenge))
    assert image.shape == (96 + 48, 80, 3)
    paper = near(image[98:], "#fbfaf4")  # below the line that ends the map
    heights = [46 - paper[:, 16 * x + 8].sum() for x in range(5)]
    assert heights[0] < heights[1] < heights[2] == heights[4]
    assert heights[3] <= 3  # the lines of the scale alone
    red = image[120:, :, 0] - image[120:, :, 1]
    assert red[-4, 40] > 100
    assert red[-4, 24] < red[-4, 40]


def test_stretches_are_pointed_out():
    image = pixels(level_png(LEVEL, MARIO, spans=[(1, 2), (4, 9), (7, 1)]))
    top = near(image[1], MARK)
    assert top[16:48].all()
    assert top[64:].all()
    assert not top[:16].any()
    assert not top[48:64].any()


def test_a_picture_is_small_enough_for_a_page():
    level = construct(1, 200, seed=0)[0]
    assert len(level_png(level, MARIO)) < 40_000


def test_a_contact_sheet_shows_every_level():
    levels = list(construct(5, 60, seed=1))
    sheet = pixels(
        contact_sheet(levels, MARIO, captions=list("abcde"), across=2, tile=4, ways=[None] * 5)
    )
    assert sheet.shape == (3 * (14 * 4 + 16 + 4) + 4, 2 * (60 * 4 + 4) + 4, 3)
    assert sheet[-30:, 260:].std((0, 1)).max() < 1  # the sixth place is empty
    assert sheet[-60:-30, :240].std((0, 1)).max() > 1
    with pytest.raises(ValueError, match="2 captions for 5 levels"):
        contact_sheet(levels, MARIO, captions=["a", "b"])
    with pytest.raises(ValueError, match="no level"):
        contact_sheet([], MARIO)


def test_maps_higher_than_a_screen_and_of_one_cell_are_drawn():
    for shape in ((1, 1), (40, 3)):
        level = Level(np.ones(shape, np.uint8), MARIO.names)
        assert pixels(level_png(level, MARIO)).shape == (16 * shape[0], 16 * shape[1], 3)


def test_an_expressive_range_has_a_colour_where_there_are_works():
    x, y = np.array([0.05, 0.05, 0.95]), np.array([0.05, 0.05, 0.95])
    one = expressive_range(x, y, x_range=(0, 1), y_range=(0, 1), bins=10)
    image = pixels(expressive_range_png({"Before": one}, x_label="x", y_label="y"))
    left, top = 74, 60 + 54 + 12
    field = image[top : top + PLOT, left : left + PLOT]
    inked = ~near(field, "#ffffff", within=12)
    cells = inked.reshape(10, PLOT // 10, 10, PLOT // 10)[:, 5:-5, :, 5:-5].any((1, 3))
    assert {tuple(cell) for cell in np.argwhere(cells).tolist()} == {(9, 0), (0, 9)}
    assert field[PLOT - 20, 20].sum() < field[20, PLOT - 20].sum()  # two works are darker


def test_expressive_ranges_over_other_bins_are_not_put_side_by_side():
    nothing = np.zeros(1)
    ranges = {
        str(high): expressive_range(nothing, nothing, x_range=(0, high), y_range=(0, 1))
        for high in (1, 2)
    }
    with pytest.raises(ValueError, match="same bins"):
        expressive_range_png(ranges, x_label="x", y_label="y")
    with pytest.raises(ValueError, match="no expressive range"):
        expressive_range_png({}, x_label="x", y_label="y")
