"""The game's own pictures: of one sheet, of an image for each tile, of things that are objects."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from domains.levels.tiled.building import EXIT, SPAWN, document, layer, saved, things
from makar.domains.levels.drawing.art import Art
from makar.domains.levels.drawing.game_art import art_of_game
from makar.domains.levels.drawing.sheets import fitted
from makar.domains.levels.level.legend_file import parse_legend
from makar.domains.levels.tiled.map_corpus import MapCorpus, read_map_corpus

LEGEND = """
[tiles]
air = { role = "empty", symbol = "-" }
ground = { role = "solid", symbol = "X", ids = { parts = "7, 9" } }
hero = { role = "start", symbol = "S", object = "spawn" }
exit = { role = "goal", symbol = "G", object = "exit" }
slime = { role = "enemy", symbol = "e", object = "slime" }
crate = { role = "solid", symbol = "c", object = "crate" }
"""
RED, GREEN, BLUE = (200, 10, 10), (10, 200, 10), (10, 10, 200)


def image(path: Path, colour: tuple[int, ...], size: tuple[int, int] = (16, 16)) -> dict[str, Any]:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", size, colour).save(path)
    return {"imagewidth": size[0], "imageheight": size[1]}


def collection(folder: Path) -> dict[str, Any]:
    """A tileset with an image for each tile, of several sizes."""
    tiles = [
        {"id": 7, "image": "art/red.png"} | image(folder / "art/red.png", RED),
        {"id": 9, "image": "art\\green.png"} | image(folder / "art/green.png", GREEN, (32, 64)),
        {"id": 3, "image": "art/blue.png", "type": "slime"}
        | image(folder / "art/blue.png", BLUE, (40, 20)),
        {"id": 4, "image": "art/gone.png", "imagewidth": 16, "imageheight": 16},
    ]
    return {"firstgid": 1, "name": "parts", "columns": 0, "tilecount": 4, "tilewidth": 40,
            "tileheight": 64, "tiles": tiles}  # fmt: skip


def drawn(folder: Path, *items: dict[str, Any], data: list[int]) -> tuple[Art, MapCorpus]:
    whole = document(layer(data=data), things(SPAWN, EXIT, *items), tilesets=[collection(folder)])
    game = parse_legend(LEGEND, folder / "legend.toml")
    corpus = read_map_corpus([saved(folder, whole)], game)
    return art_of_game(game, corpus), corpus


def test_tiles_with_images_of_their_own_are_drawn(tmp_path: Path) -> None:
    art, corpus = drawn(tmp_path, data=[0] * 60 + [8] * 10 + [0, 10])
    painted = art.paint(corpus.maps.levels[0].tiles)
    assert painted.shape == (96, 192, 4)
    assert (painted[80:96, :160, :3] == RED).all()
    last = painted[80:96, 176:]
    assert (last[:, 4:12, :3] == GREEN).all(), "twice as high as wide: it keeps its proportions"
    assert (last[:, :4, 3] == 0).all()


def test_a_thing_that_shows_a_tile_is_drawn_as_it(tmp_path: Path) -> None:
    slime = {"id": 3, "x": 64, "y": 80, "width": 40, "height": 20, "gid": 4, "type": ""}
    crate = {"id": 4, "x": 112, "y": 80, "width": 16, "height": 16, "gid": 4, "type": "crate"}
    art, corpus = drawn(tmp_path, slime, crate, data=[0] * 60 + [8] * 12)
    painted = art.paint(corpus.maps.levels[0].tiles)
    x = 16 * int(np.argwhere(corpus.maps.levels[0].tiles == 4)[0, 1])
    assert (painted[72:80, x : x + 16, :3] == BLUE).all(), "on the floor of its cell, half as high"
    assert (painted[64:72, x : x + 16, 3] == 0).all()
    assert (painted[64:80, 112:128, :3] == BLUE).all(), "what is solid fills its cell"


def test_an_image_outside_of_the_games_folders_is_not_opened(tmp_path: Path) -> None:
    image(tmp_path / "secret.png", RED)
    folder = tmp_path / "game"
    image(folder / "link.png", GREEN)
    (folder / "link.png").unlink()
    (folder / "link.png").symlink_to(tmp_path / "secret.png")
    for source in ("../secret.png", "link.png", str(tmp_path / "secret.png"), "..\\secret.png"):
        sheet = collection(folder)
        sheet["tiles"][0]["image"] = source
        whole = document(layer(data=[0] * 60 + [8] * 12), things(SPAWN, EXIT), tilesets=[sheet])
        game = parse_legend(LEGEND, folder / "legend.toml")
        corpus = read_map_corpus([saved(folder, whole)], game)
        painted = art_of_game(game, corpus).paint(corpus.maps.levels[0].tiles)
        assert not (painted[80:96, :, :3] == RED).all(), source


@pytest.mark.parametrize(
    ("size", "covered"), [((16, 16), 256), ((8, 8), 256), ((64, 32), 128), ((1, 900), 16)]
)
def test_a_picture_fits_its_cell(size: tuple[int, int], covered: int) -> None:
    picture = np.full((size[1], size[0], 4), 255, np.uint8)
    found = fitted(picture, 16)
    assert found.shape == (16, 16, 4)
    assert (found[..., 3] > 0).sum() == covered
    assert found[15].any(), "on the floor"
