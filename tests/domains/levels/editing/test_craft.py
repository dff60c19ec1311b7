"""How PCGRL's levels are kept and shown: nothing is lost, and one sees what it is."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from makar.domains.levels.editing.craft import PIXELS, EditedCraft
from makar.domains.levels.level.json_file import parse_level_json
from makar.domains.levels.level.level import Level, Levels
from makar.domains.levels.problems.catalogue import problem


def craft_and_levels(name: str, rows: int = 5) -> tuple[EditedCraft, Levels]:
    what = problem(name)
    tiles = np.random.default_rng(3).integers(
        len(what.tiles), size=(rows, what.height, what.width), dtype=np.uint8
    )
    return EditedCraft(what), Levels(tiles, what.tiles)


@pytest.mark.parametrize("name", ["binary", "zelda", "sokoban"])
def test_what_is_kept_is_what_was_made(name: str, tmp_path: Path) -> None:
    craft, levels = craft_and_levels(name)
    for level in levels:
        assert craft.unpack(craft.pack(level)) == level
        craft.export(level, tmp_path / "level.json")
        assert parse_level_json((tmp_path / "level.json").read_text())[0] == level
        craft.export(level, tmp_path / "level.txt")
        assert craft.unpack((tmp_path / "level.txt").read_bytes()) == level
    assert len({craft.notation(level) for level in levels}) == len(levels)
    np.testing.assert_array_equal(craft.stack(list(levels)).tiles, levels.tiles)


def test_equal_tiles_look_alike_and_different_ones_do_not(tmp_path: Path) -> None:
    craft, levels = craft_and_levels("zelda")
    craft.export(levels[0], tmp_path / "level.png")
    picture = np.asarray(Image.open(tmp_path / "level.png").convert("RGB"))
    tiles = levels.tiles[0]
    looks: dict[int, bytes] = {}
    for y, x in np.ndindex(tiles.shape):
        cell = picture[y * PIXELS : (y + 1) * PIXELS, x * PIXELS : (x + 1) * PIXELS]
        assert looks.setdefault(int(tiles[y, x]), cell.tobytes()) == cell.tobytes()
    assert len(set(looks.values())) == len(looks) == len(np.unique(tiles))


def test_the_card_tells_the_statistics() -> None:
    craft, _ = craft_and_levels("binary")
    tiles = np.ones((14, 14), np.uint8)
    tiles[0, :7] = 0
    card = craft.card(Level(tiles, craft.problem.tiles))
    assert "regions 1, path-length 6" in card
    assert 'src="data:image/png;base64,' in card
    assert craft.statistics(tiles[None]).tolist() == [[1, 6]]


def test_keys_tell_levels_apart_and_cells_their_kinds() -> None:
    craft, levels = craft_and_levels("sokoban")
    keys, lengths = craft.keys(levels)
    assert len(np.unique(keys, axis=0)) == len(levels)
    assert (lengths == 25).all()
    full = Levels(np.ones((1, 5, 5), np.uint8), levels.names)
    assert craft.cells(full)[0] != craft.cells(Levels(np.zeros_like(full.tiles), levels.names))[0]


def test_a_format_that_is_not_there_is_refused(tmp_path: Path) -> None:
    craft, levels = craft_and_levels("zelda")
    with pytest.raises(ValueError, match=r"\.txt, \.json, \.png"):
        craft.export(levels[0], tmp_path / "level.tmj")
    with pytest.raises(ValueError, match="nobody painted"):
        EditedCraft(problem("smb"))


def test_pictures_are_small_files() -> None:
    craft, levels = craft_and_levels("binary")
    picture = craft.picture(levels[0])
    assert Image.open(io.BytesIO(picture)).size == (14 * PIXELS, 14 * PIXELS)
    assert len(picture) < 20_000
