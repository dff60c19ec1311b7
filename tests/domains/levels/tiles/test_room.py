"""No enemy stands beside the start of a made level."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from makar.core.seeds import Seeds
from makar.core.types import Prompt
from makar.domains.levels.level.legend import MARIO, Legend, Tile
from makar.domains.levels.level.level import Level, Levels
from makar.domains.levels.level.text import parse_level_text, write_level_text
from makar.domains.levels.tiles.codec import FREE, STEPS, Kept, TileCodec
from makar.domains.levels.tiles.network import TileColumns, TileColumnsConfig
from makar.domains.levels.tiles.room import StartingRoom, without_ambush
from makar.domains.levels.tiles.rules import APART, BESIDE, TileRules
from makar.models.token_policy import TokenPolicy

GAME = Legend(
    (
        Tile("air", "empty", "-"),
        Tile("rock", "solid", "X"),
        Tile("bat", "enemy", "e"),
        Tile("hero", "start", "@"),
        Tile("door", "goal", "G"),
    )
)
MAP = ["-" * 24] * 4 + ["--@-----e---e--------G--", "X" * 24]


def tiles(rows: list[str], legend: Legend = GAME) -> np.ndarray:
    return parse_level_text("\n".join(rows), legend).tiles


def made(codec: TileCodec, prompt: Prompt, count: int = 48) -> Levels:
    torch.manual_seed(0)
    net = TileColumns(
        TileColumnsConfig(vocabulary=codec.vocabulary, height=codec.height, steps=STEPS)
    )
    works = TokenPolicy(net, codec).sample([prompt] * count, seeds=Seeds(3)).works
    assert isinstance(works, Levels)
    return works


@pytest.mark.parametrize(("away", "clear"), [(6, 6), (1, BESIDE), (20, APART)])
def test_enemies_keep_as_far_away_as_in_the_maps_within_bounds(away: int, clear: int) -> None:
    row = ["-"] * 30
    row[0], row[away], row[29] = "@", "e", "G"
    assert TileRules.of([tiles(["".join(row), "X" * 30])], GAME).clear == clear
    up = [["-"] * 6 for _ in range(away + 1)]
    up[-1][0], up[0][2], up[-1][5] = "@", "e", "G"
    high = TileRules.of([tiles(["".join(line) for line in up])], GAME)
    assert high.clear == min(max(away, 2, BESIDE), APART)


def test_where_no_tile_is_the_start_its_columns_are() -> None:
    row = "-" * 7 + "E" + "-" * 22
    assert TileRules.of([tiles([row, "X" * 30], MARIO)], MARIO).clear == 5


def test_a_model_writes_no_enemy_beside_the_start() -> None:
    codec = TileCodec(GAME, TileRules.of([tiles(MAP)], GAME), 6, 24)
    assert codec.rules.clear == 6
    levels = made(codec, Prompt()).tiles
    assert (levels == 2).sum() > 100
    for level in levels:
        for y, x in np.argwhere(level == 3):
            enemies = np.argwhere(level == 2)
            assert np.abs(enemies - (y, x)).max(1).min(initial=99) >= 6
    elsewhere = made(codec, Prompt(condition={"ends": "right"})).tiles
    assert any(  # of a stretch from the middle nothing is asked
        np.abs(np.argwhere(level == 2) - at).max(1).min(initial=99) < 6
        for level in elsewhere
        for at in np.argwhere(level == 3)
    )


def test_nor_in_the_columns_where_the_hero_starts() -> None:
    rules = TileRules.of([tiles(["-" * 20, "-" * 9 + "E" + "-" * 10, "X" * 20], MARIO)], MARIO)
    levels = made(TileCodec(MARIO, rules, 6, 20), Prompt()).tiles
    enemy = MARIO.names.index("enemy")
    assert rules.clear == 7
    assert not (levels[:, :, :9] == enemy).any()
    assert (levels[:, :, 9:] == enemy).any()


def test_what_is_given_or_locked_stays() -> None:
    codec = TileCodec(GAME, TileRules.of([tiles(MAP)], GAME), 6, 24)
    given = Level(tiles(["-" * 3] * 4 + ["-@e", "XXX"]), GAME.names)
    for level in made(codec, Prompt(given=given), 4):
        assert np.array_equal(level.tiles[:, :3], given.tiles)
    kept = np.full((6, 24), FREE)
    kept[4, 1], kept[5] = 2, 1
    for level in made(codec, Prompt(given=Kept(kept)), 4):
        assert level.tiles[4, 1] == 2


def test_enemies_beside_a_start_that_was_put_in_later_are_taken_away() -> None:
    level = tiles(["e----", "-----", "-@-e-", "XXXXX"])
    assert write_level_text(Level(without_ambush(level[None], GAME, 3)[0], GAME.names), GAME) == (
        "-----\n-----\n-@---\nXXXXX\n"
    )
    assert without_ambush(level[None], GAME, 2)[0].tolist() == level.tolist()


def test_a_start_is_not_written_beside_an_enemy() -> None:
    grid = np.zeros((1, 6, 4), np.int64)
    grid[0, 1, 1] = 2
    room, begins = StartingRoom(GAME, 3, grid), np.array([True])

    def allowed(column: int, row: int) -> list[bool]:
        found = np.ones((1, 5), bool)
        room.keep(column, row, begins, found)
        return found[0, [2, 3]].tolist()

    assert allowed(3, 1) == [True, False]
    assert allowed(4, 1) == [True, True]
    assert allowed(1, 3) == [True, False]
    room.note(4, 1, np.array([3]))
    assert allowed(5, 2) == [False, True]
    assert allowed(5, 3) == [False, True]
