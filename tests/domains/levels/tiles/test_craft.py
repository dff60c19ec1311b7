import base64
import io
import json
import os
import re
import subprocess
from html.parser import HTMLParser

import numpy as np
import pytest
from PIL import Image

from makar.domains.levels.constructive.build import construct
from makar.domains.levels.drawing.game_art import art_of_game
from makar.domains.levels.level.json_file import read_level_json
from makar.domains.levels.level.legend import MARIO, Legend, Tile
from makar.domains.levels.level.legend_file import read_legend
from makar.domains.levels.level.level import Level, Levels
from makar.domains.levels.level.maps import MapSource
from makar.domains.levels.level.text import parse_level_text, read_level_text
from makar.domains.levels.tiled.map_corpus import read_map_corpus
from makar.domains.levels.tiled.meaning import level_layer, level_of
from makar.domains.levels.tiled.read import read_tiled
from makar.domains.levels.tiles.card import challenge_curve
from makar.domains.levels.tiles.craft import LevelCraft
from makar.domains.levels.tiles.near_copies import WindowIndex
from makar.recipes.craft import resembles

LEVELS = construct(4, 60, seed=5)
MAPS = list(construct(3, 120, seed=6))
CRAFT = LevelCraft(
    MARIO,
    WindowIndex.of(MAPS, MARIO),
    [MapSource(f"map {n}", "Apache-2.0") for n in range(3)],
)
UNWINNABLE = parse_level_text("-" * 30 + "\n" + "XXXXX" + "-" * 20 + "XXXXX\n", MARIO)


@pytest.fixture
def game(pytestconfig):
    folder = pytestconfig.rootpath / "examples" / "game"
    legend = read_legend(folder / "legend.toml")
    return legend, read_map_corpus([folder / "hollow-0*.tmj"], legend)


def test_a_level_comes_back_from_its_bytes():
    for level in LEVELS:
        assert CRAFT.unpack(CRAFT.pack(level)) == level
    gap = Legend((Tile("air", "empty", " "), Tile("wall", "solid", "#")))
    level = Level(np.array([[0, 0], [0, 1], [0, 0]], np.uint8), gap.names)
    assert LevelCraft(gap).unpack(LevelCraft(gap).pack(level)) == level


def test_single_levels_make_a_batch():
    assert np.array_equal(CRAFT.stack(list(LEVELS)).tiles, LEVELS.tiles)
    assert len(CRAFT.stack([])) == 0


def test_the_notation_by_hand():
    level = parse_level_text("---S-\n----E\nX-X-X\nX-X-X\n", MARIO)
    assert CRAFT.notation(level) == "X2 - X2 -3S X2E"
    flat = parse_level_text("----\nXXXX\n", MARIO)
    assert CRAFT.notation(flat) == "X*4"


def test_the_notation_leaves_nothing_out():
    numbers = {tile.symbol: number for number, tile in enumerate(MARIO.tiles)}
    for level in LEVELS:
        columns = []
        for word in CRAFT.notation(level).split(" "):
            column, _, times = word.partition("*")
            runs = re.findall(r"(\D)(\d*)", column)
            tiles = [numbers[s] for s, n in runs for _ in range(int(n or 1))]
            columns += [tiles + [0] * (14 - len(tiles))] * int(times or 1)
        assert np.array_equal(np.array(columns).T[::-1], level.tiles)


def test_equal_columns_and_only_they_share_a_key():
    keys, counts = CRAFT.keys(LEVELS)
    assert keys.shape == (4, 60)
    assert counts.tolist() == [60] * 4
    columns = [column.tobytes() for level in LEVELS for column in level.tiles.T]
    by_key = {}
    for key, column in zip(keys.ravel().tolist(), columns, strict=True):
        assert by_key.setdefault(key, column) == column
    assert len(by_key) == len(set(columns))


def test_cells_tell_flat_broken_hilly_and_crowded_levels_apart():
    flat = np.zeros((14, 50), np.uint8)
    flat[-2:] = 1
    broken, hilly, crowded = flat.copy(), flat.copy(), flat.copy()
    broken[:, 5:9] = broken[:, 20:24] = 0
    hilly[-6:, ::10] = hilly[-6:, 1::10] = hilly[-6:, 2::10] = 1
    crowded[-3, ::12] = MARIO.having("enemy").argmax()
    cells = CRAFT.cells(Levels(np.stack([flat, broken, hilly, crowded, flat]), MARIO.names))
    assert len(set(cells.tolist())) == 4
    assert cells[0] == cells[4]
    assert len(set(CRAFT.cells(construct(200, 100, seed=0)).tolist())) > 25


def test_a_copy_is_traced_to_its_map_and_a_stranger_is_not():
    copied = LEVELS.tiles.copy()
    kinds = [len(set(map(bytes, MAPS[2].tiles.T[x : x + 28]))) for x in range(80)]
    first = int(np.argmax(kinds))
    copied[1, :, 10:50] = MAPS[2].tiles[:, first : first + 40]
    near = CRAFT.resemblances(Levels(copied, MARIO.names))
    assert near[1].too_near
    assert (near[1].title, near[1].licence, near[1].length) == ("map 2", "Apache-2.0", 28)
    assert 10 <= near[1].start <= 22
    assert resembles(near[1]) == "28 columns with 100% of their tiles as in “map 2”: too near"
    assert near[1].marks == (near[1].start, 28), "the very stretch is framed"
    flat = np.zeros((1, 14, 60), np.uint8)
    stranger = CRAFT.resemblances(Levels(flat + 5, MARIO.names))[0]
    assert (stranger.title, stranger.text, stranger.too_near) == ("", "", False)
    assert not LevelCraft(MARIO).resemblances(LEVELS)[0].too_near
    assert CRAFT.resemblances(LEVELS.take([])) == []


def test_every_format_holds_the_level(tmp_path):
    level = LEVELS[2]
    assert CRAFT.formats[0] == ".txt"
    for suffix in CRAFT.formats:
        CRAFT.export(level, tmp_path / f"made{suffix}", title="Åse", notice="from map 1")
    assert read_level_text(tmp_path / "made.txt", MARIO) == level
    assert read_level_json(tmp_path / "made.json") == (level, MARIO)
    with Image.open(tmp_path / "made.png") as image:
        assert image.size == (960, 224)
        assert image.info["Title"] == "Åse"
        assert image.info["Copyright"] == "from map 1"
    tiled = read_tiled(tmp_path / "made.tmj")
    cells = tiled.layers[0].cells.astype(int)
    assert np.array_equal(np.where(cells > 0, cells - 1, 0), level.tiles)
    with Image.open(tmp_path / "makar-tiles.png") as sheet:
        assert sheet.size == (13 * 16, 16)
    with pytest.raises(ValueError, match=r"cannot write made\.gif: choose one of"):
        CRAFT.export(level, tmp_path / "made.gif")


def test_a_designers_level_is_written_with_the_games_own_tiles(tmp_path, game, pytestconfig):
    legend, maps = game
    craft = LevelCraft(legend.legend, game=legend, maps=maps)
    level = maps.maps.levels[1]
    assert craft.formats[0] == ".tmj"
    craft.export(level, tmp_path / "new.tmj")
    root = pytestconfig.rootpath / "examples" / "game"
    assert not (tmp_path / "makar-tiles.tsj").exists()
    assert level_of(read_tiled(tmp_path / "new.tmj", root), legend) == level


def test_a_designers_level_is_drawn_with_the_games_own_pictures(game, pytestconfig):
    legend, maps = game
    art = art_of_game(legend, maps)
    with Image.open(pytestconfig.rootpath / "examples/game/hollow.png") as image:
        sheet = np.asarray(image.convert("RGBA"))
    cells = level_layer(maps.templates[0], legend).cells
    painted = art.paint(maps.maps.levels[0].tiles)
    hits = total = 0
    for y, x in np.argwhere(cells > 0):
        row, column = divmod(int(cells[y, x]) - 1, 8)
        expected = sheet[16 * row : 16 * row + 16, 16 * column : 16 * column + 16]
        hits += np.array_equal(painted[16 * y : 16 * y + 16, 16 * x : 16 * x + 16], expected)
        total += 1
    assert hits > 0.9 * total > 100


def test_without_its_image_a_game_is_drawn_by_makar(tmp_path, pytestconfig):
    for path in (pytestconfig.rootpath / "examples" / "game").iterdir():
        if path.suffix != ".png":
            (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "hollow.png").write_text("no picture")
    legend = read_legend(tmp_path / "legend.toml")
    maps = read_map_corpus([tmp_path / "hollow-01.tmj"], legend)
    art = art_of_game(legend, maps)
    ground = legend.legend.names.index("ground")
    own = LevelCraft(legend.legend).art
    assert np.array_equal(art.tiles[ground], own.tiles[ground])
    assert not np.array_equal(art.paint(maps.maps.levels[0].tiles)[..., 3], 0)


@pytest.mark.opener
@pytest.mark.parametrize("flips", [0, 0x8, 0x4, 0x2, 0xA, 0xE])
def test_turned_tiles_are_drawn_as_tiled_draws_them(tmp_path, pytestconfig, flips):
    for path in (pytestconfig.rootpath / "examples" / "game").iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    place = tmp_path / "hollow-01.tmj"
    document = json.loads(place.read_text())
    layer = next(layer for layer in document["layers"] if layer["name"] == "level")
    layer["data"] = [cell and cell | flips << 28 for cell in layer["data"]]
    place.write_text(json.dumps(document | {"layers": [layer]}))
    subprocess.run(
        ["tmxrasterizer", place, tmp_path / "seen.png"], check=True, capture_output=True,
        env={**os.environ, "HOME": str(tmp_path), "QT_QPA_PLATFORM": "offscreen"}, timeout=120,
    )  # fmt: skip
    with Image.open(tmp_path / "seen.png") as image:
        seen = np.asarray(image.convert("RGBA"))
    legend = read_legend(tmp_path / "legend.toml")
    maps = read_map_corpus([place], legend)
    painted = art_of_game(legend, maps).paint(maps.maps.levels[0].tiles)
    assert painted.shape == seen.shape
    blocks = (painted == seen).reshape(seen.shape[0] // 16, 16, -1, 16, 4).all((1, 3, 4))
    assert blocks.mean() > 0.97  # a look may be rarer than another in the same surroundings


class Page(HTMLParser):
    def __init__(self, page):
        super().__init__()
        self.images, self.words, self.open = [], [], []
        self.feed(page)
        self.close()
        assert not self.open

    def handle_starttag(self, tag, attrs):
        if tag == "img":
            self.images.append(dict(attrs))
        else:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words.append(data)


def test_a_card_shows_the_level_and_says_whether_it_can_be_won():
    legend = Legend((Tile("air", "empty", "<"), Tile("wall", "solid", "&")))
    level = parse_level_text("<" * 20 + "\n" + "&" * 20 + "\n", legend)
    craft = LevelCraft(legend)
    page = Page(craft.card(level, marks=[(3, 4, "as in <b>“map”</b>")]))
    text = " ".join(page.words)
    assert "Can be won: the quickest way takes 0 jumps, and a clumsy player fails about 0%" in text
    assert "as in <b>“map”</b>" in text
    assert "<" * 20 + "\n" + "&" * 20 in text
    assert len(page.images) == 2
    for image in page.images:
        assert image["src"].startswith("data:image/png;base64,")
        assert image["alt"]


def test_the_curve_is_the_challenge_of_a_level_that_is_all_alike():
    alike = np.full(50, 0.02)
    assert np.allclose(challenge_curve(alike), 1 - 0.98**50)
    one = np.zeros(100)
    one[40] = 0.05
    curve = challenge_curve(one)
    assert curve.argmax() == 40
    assert (curve > 0).sum() == 17
    assert np.isfinite(challenge_curve(np.eye(1, 30, 12)[0])).all()
    assert np.isnan(challenge_curve(np.full(30, np.nan))).all()
    assert challenge_curve(np.full(5, 0.1)).shape == (5,)


def test_a_card_says_where_the_hero_gets_no_further():
    text = " ".join(Page(LevelCraft(MARIO).card(UNWINNABLE)).words)
    assert "Cannot be won: line 1, column 6: a gap of 20 columns" in text


def test_a_picture_opens_as_one():
    level = LEVELS[0]
    card = Page(CRAFT.card(level))
    for image in card.images:
        data = base64.b64decode(image["src"].split(",")[1])
        assert Image.open(io.BytesIO(data)).format == "PNG"
