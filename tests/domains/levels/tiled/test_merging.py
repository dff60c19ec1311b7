"""Several tile layers make one level, and what was read and what was left out is said."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from domains.levels.tiled.building import (
    ENDS,
    EXIT,
    FLOOR,
    GAME,
    GAME_WITH_ENDS,
    LEGEND,
    SLIME,
    SPAWN,
    TILES,
    document,
    group,
    layer,
    read,
    rows,
    saved,
    things,
    told,
)
from makar.domains.levels.level.errors import LegendError, UnreadableLevelError
from makar.domains.levels.level.legend_file import parse_legend
from makar.domains.levels.tiled.map_corpus import read_map_corpus

SPIKES = [0] * 51 + [5] * 7 + [0] * 14
WALL = [2] * 72
EMPTY = "-" * 12


def spikes(**fields: Any) -> dict[str, Any]:
    return layer("Spikes", SPIKES, **fields)


@pytest.mark.parametrize(
    "layers", [[layer(), spikes()], [spikes(), layer()], [group(layer(), group(spikes()))]]
)
def test_hazards_on_a_layer_of_their_own_are_read(tmp_path: Path, layers: list[Any]) -> None:
    path = saved(tmp_path, document(*layers))
    assert rows(path) == [EMPTY] * 4 + ["---^^^^^^^--", "X" * 12]
    assert "tile layers read: 'Ground', 'Spikes'" in told(path).replace(
        "'Spikes', 'Ground'", "'Ground', 'Spikes'"
    )


ROLES = parse_legend("""
[tiles]
air = { role = "empty", symbol = "-", ids = "0" }
bush = { role = "decoration", symbol = ",", ids = "1" }
coin = { role = "reward", symbol = "o", ids = "2" }
ground = { role = "solid", symbol = "X", ids = "3, 7" }
spike = { role = "hazard", symbol = "^", ids = "4" }
slime = { role = "enemy", symbol = "e", ids = "5" }
flag = { role = "goal", symbol = "G", ids = "6" }
hero = { role = "start", symbol = "S", object = "spawn" }
""")


def test_what_matters_more_counts_whichever_layer_lies_above(tmp_path: Path) -> None:
    """Row 0: each role under the next; the layers the other way round say the same."""
    one = layer("One", [1, 2, 3, 4, 5, 6] + [0] * 66)
    two = layer("Two", [2, 3, 4, 5, 6, 7] + [0] * 66)
    for layers in ((one, two), (two, one)):
        path = saved(tmp_path, document(*layers))
        assert rows(path, ROLES)[0] == ",oX^eG------"
    layers = [layer(name, [gid] + [0] * 71) for name, gid in (("A", 4), ("B", 8))]
    reading = read(saved(tmp_path, document(*layers)), ROLES)
    assert (reading.owner[0, 0], reading.cells[0, 0]) == (1, 8), "of equals the upper one"


@pytest.mark.parametrize("hide", [{"visible": False}, None])
def test_hidden_layers_are_out_and_what_the_legend_names_on_them_is_said(
    tmp_path: Path, hide: dict[str, Any] | None
) -> None:
    hidden = spikes(**hide) if hide else group(spikes(), visible=False)
    path = saved(tmp_path, document(layer(), hidden))
    assert rows(path)[4] == EMPTY
    said = told(path)
    assert "tile layers left out: 'Spikes' (hidden)" in said
    assert "lie on layers that are left out: 7 spike on 'Spikes'" in said
    assert 'layer = ["Ground", "Spikes"]' in said
    game = parse_legend(LEGEND.replace("[map]", '[map]\nlayer = ["Ground", "Spikes"]'))
    assert rows(path, game)[4] == "---^^^^^^^--", "what is asked for by name is read"
    game = parse_legend(LEGEND.replace("[map]", '[map]\nlayer = "Ground"'))
    assert rows(path, game)[4] == EMPTY
    assert "'Spikes' (not the legend's layer)" in told(path, game)


def test_only_hidden_layers_are_no_level(tmp_path: Path) -> None:
    path = saved(tmp_path, document(layer(visible=False)))
    with pytest.raises(UnreadableLevelError, match=r"hidden ones \('Ground'\) are not read"):
        read(path)


@pytest.mark.parametrize("first", [True, False])
def test_a_wall_that_fills_its_layer_is_a_background_and_said(tmp_path: Path, first: bool) -> None:
    layers = [layer("Wallpaper", WALL), layer()]
    path = saved(tmp_path, document(*(layers if first else layers[::-1])))
    assert rows(path) == [EMPTY] * 5 + ["X" * 12]
    assert "tile layers left out: 'Wallpaper' (solid everywhere, so a background)" in told(path)
    alone = saved(tmp_path, document(layer("Wallpaper", WALL)))
    assert rows(alone) == ["X" * 12] * 6, "but alone it is what there is"


def test_a_layer_of_which_the_legend_names_nothing_does_not_win(tmp_path: Path) -> None:
    path = saved(tmp_path, document(layer("Sky", [8] * 72), layer()))
    assert rows(path) == [EMPTY] * 5 + ["X" * 12]
    assert "tile layers left out: 'Sky' (no tile that the legend names)" in told(path)


def test_a_background_of_another_tileset_does_not_win_by_its_ids(tmp_path: Path) -> None:
    """Ids without a tileset's name are the main layer's, though a sky has more such numbers."""
    back = TILES | {"firstgid": 9, "name": "back"}
    sky = layer("Sky", [9, 10, 15] * 24)
    path = saved(tmp_path, document(sky, layer(), tilesets=[TILES, back]))
    assert rows(path) == [EMPTY] * 5 + ["X" * 12]
    assert "tile layers read: 'Ground'" in told(path)
    assert "left out: 'Sky'" in told(path)


def test_unnamed_tiles_are_refused_on_the_level_and_said_on_what_decorates_it(
    tmp_path: Path,
) -> None:
    bushes = layer("Bushes", [5] + [8] * 9 + [0] * 62)
    path = saved(tmp_path, document(bushes, layer()))
    assert rows(path)[0] == "^-----------"
    assert "count as nothing: 9 tile 7 of 'tiles' on 'Bushes'" in told(path)
    broken = saved(tmp_path, document(bushes, layer(data=[*FLOOR[:-1], 8])))
    with pytest.raises(LegendError, match=r"layer 'Ground', line 6, column 12: .* tile 7"):
        read(broken)


@pytest.mark.parametrize(
    ("fields", "row", "said"),
    [
        ({"offsety": -32}, 3, ""),
        ({"offsety": 32}, None, "12 cells of tile layer 'Ground' lie outside the map"),
        ({"offsety": -20}, 4, "'Ground' is moved by 0 and -20 pixels, no whole cells"),
        ({"offsety": -25}, 3, "'Ground' is moved by 0 and -25 pixels, no whole cells"),
    ],
)
def test_an_offset_moves_a_tile_layer_by_whole_cells(
    tmp_path: Path, fields: dict[str, Any], row: int | None, said: str
) -> None:
    path = saved(tmp_path, document(layer(**fields)))
    assert [y for y, line in enumerate(rows(path)) if "X" in line] == ([] if row is None else [row])
    assert said in told(path)


@pytest.mark.parametrize("shift", [(0, -32), (0, -20), (-9, -25), (4, 0), (8, 8)])
def test_the_hero_stands_on_the_ground_wherever_both_are_moved(
    tmp_path: Path, shift: tuple[int, int]
) -> None:
    """In one group, or the layer by an offset and the objects by their places."""
    moved = dict(zip(("offsetx", "offsety"), shift, strict=True))
    by_hand = [one | {"x": one["x"] + shift[0], "y": one["y"] + shift[1]} for one in (SPAWN, EXIT)]
    for layers in ([group(layer(), things(SPAWN, EXIT), **moved)],
                   [layer(**moved), things(*by_hand)]):  # fmt: skip
        found = rows(saved(tmp_path, document(*layers)), GAME_WITH_ENDS)
        (y,) = [n for n, line in enumerate(found) if "S" in line]
        assert found[y + 1][found[y].index("S")] == "X", found
        assert "feet" not in told(tmp_path / "map.tmj", GAME_WITH_ENDS)


def test_layers_that_are_moved_differently_meet_where_they_are_drawn(tmp_path: Path) -> None:
    path = saved(tmp_path, document(layer(offsety=-32), spikes(offsetx=32, offsety=-34)))
    assert rows(path)[2:4] == ["-----^^^^^^^", "X" * 12]
    assert "'Spikes' is moved by 32 and -34 pixels, no whole cells" in told(path)


def test_it_is_said_once_for_all_maps(tmp_path: Path) -> None:
    for n in range(3):
        layers = [layer(), things(SPAWN, EXIT, *([SLIME] * (n == 1)))]
        saved(tmp_path, document(*layers, *([spikes()] * (n > 0))), f"{n}.tmj")
    game = parse_legend(ENDS + 'spike = { role = "hazard", symbol = "^", ids = "4" }')
    corpus = read_map_corpus([tmp_path / "*.tmj"], game)
    assert corpus.notes == (
        "tile layers read: 'Ground', 'Spikes' (in 2 of 3 maps)",
        "objects read: 3 hero on 'Objects', 3 exit on 'Objects', 1 slime on 'Objects'",
    )
    (tmp_path / "1.tmj").unlink()
    (tmp_path / "2.tmj").unlink()
    plain = saved(tmp_path, document(), "plain.tmj")
    assert read_map_corpus([plain], GAME).notes == (), "of one layer there is nothing to say"


def test_objects_that_the_legend_does_not_know_are_said(tmp_path: Path) -> None:
    signs = [SLIME | {"type": "sign"}, SLIME | {"type": "", "name": ""}, SLIME | {"type": "sign"}]
    path = saved(tmp_path, document(layer(), things(*signs)))
    said = "objects left out that the legend does not know: 2 sign on 'Objects', 1 without a class"
    assert said in told(path)


def test_a_legend_may_name_several_layers_but_one_at_least_must_be_there(tmp_path: Path) -> None:
    path = saved(tmp_path, document(layer(), spikes()))
    game = parse_legend(LEGEND.replace("[map]", '[map]\nlayer = ["Spikes", "Ground", "Else"]'))
    assert rows(path, game)[4] == "---^^^^^^^--"
    game = parse_legend(LEGEND.replace("[map]", '[map]\nlayer = ["Sky", "Sea"]'))
    with pytest.raises(UnreadableLevelError, match=r"no tile layer 'Sky' or 'Sea'.*'Ground'"):
        read(path, game)
    for wrong in ("[]", "[3]", "3", '""'):
        with pytest.raises(LegendError, match="is no setting"):
            parse_legend(LEGEND.replace("[map]", f"[map]\nlayer = {wrong}"))
