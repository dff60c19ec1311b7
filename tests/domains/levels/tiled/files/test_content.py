"""Files are told apart by content; old ones are brought to today's form, others refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from domains.levels.tiled.building import (
    EXIT,
    GAME,
    GAME_WITH_ENDS,
    LEGEND,
    SPAWN,
    TILES,
    document,
    layer,
    rows,
    saved,
    things,
)
from makar.domains.levels.level.errors import UnreadableLevelError
from makar.domains.levels.level.json_file import write_level_json
from makar.domains.levels.level.legend_file import parse_legend
from makar.domains.levels.level.text import parse_level_text
from makar.domains.levels.platform.config import LevelsConfig
from makar.domains.levels.platform.continuation import _suffix
from makar.domains.levels.platform.files import read_level
from makar.domains.levels.tiled.files.content import is_tiled_file
from makar.domains.levels.tiled.map_corpus import read_map_corpus
from makar.domains.levels.tiled.read import read_tiled

FLAT = ["-" * 12] * 5 + ["X" * 12]


@pytest.mark.parametrize("name", ["level1.json", "level1.tmj", "LEVEL1.JSON", "level1", "a.tmx"])
def test_tileds_json_is_tileds_json_whatever_its_suffix(tmp_path: Path, name: str) -> None:
    path = saved(tmp_path, document(), name)
    assert rows(path) == FLAT
    assert len(read_map_corpus([path], GAME).maps.levels) == 1
    assert is_tiled_file(path)


def test_makars_json_is_still_makars(tmp_path: Path) -> None:
    level = parse_level_text("--\nXX\n", GAME.legend)
    (tmp_path / "a.json").write_text(write_level_json(level, GAME.legend))
    assert not is_tiled_file(tmp_path / "a.json")
    assert read_map_corpus([tmp_path / "a.json"], GAME).maps.levels[0] == level


def test_a_level_that_is_brought_is_told_by_content_too(tmp_path: Path) -> None:
    (tmp_path / "legend.toml").write_text(LEGEND)
    config = LevelsConfig.model_validate({"corpus": {"legend": tmp_path / "legend.toml"}})
    said: list[str] = []
    whole = document(layer(), layer("Sky", [8] * 72))
    assert read_level(saved(tmp_path, whole, "a.json"), config, said).tiles.shape == (6, 12)
    assert said == [
        "a.json: tile layers read: 'Ground'",
        "a.json: tile layers left out: 'Sky' (no tile that the legend names)",
    ]
    with pytest.raises(UnreadableLevelError, match="project of LDtk"):
        read_level(saved(tmp_path, LDTK, "a.ldtk"), config)


def test_a_map_in_json_goes_on_as_a_map(tmp_path: Path) -> None:
    level = parse_level_text("--\nXX\n", GAME.legend)
    (tmp_path / "own.json").write_text(write_level_json(level, GAME.legend))
    names = {saved(tmp_path, document(), "a.json"): ".tmj", tmp_path / "own.json": ".json"}
    names |= {tmp_path / "b.tmx": ".tmj", tmp_path / "c.TXT": ".txt"}
    assert {file: _suffix(file) for file in names} == names


LDTK = {
    "__header__": {"fileType": "LDtk Project JSON", "app": "LDtk", "appVersion": "1.5.3"},
    "iid": "x", "jsonVersion": "1.5.3", "levels": [], "defs": {},
}  # fmt: skip


@pytest.mark.parametrize(
    ("whole", "fault"),
    [
        (LDTK, r"is a project of LDtk.*tick 'Export Tiled TMX' in the project settings"),
        ({"iid": "x", "layerInstances": [], "identifier": "Level_0"}, "is a project of LDtk"),
        (document(orientation="isometric"), "orientation is 'isometric'. makar reads orthogonal"),
        (document(orientation="hexagonal"), "orientation is 'hexagonal'. makar reads orthogonal"),
        (document(orientation="staggered"), "orientation is 'staggered'"),
        ({"name": "game", "version": "1.0.0"}, "is JSON, but no Tiled map"),
        ({"type": "tileset", **TILES}, "is no Tiled map, but 'tileset'. Give a map"),
        ({"type": "world", "maps": []}, "is no Tiled map, but 'world'. Give a map"),
    ],
)
@pytest.mark.parametrize("name", ["a.ldtk", "a.json", "a.tmj"])
def test_what_is_no_map_is_refused_with_what_to_do(
    tmp_path: Path, whole: dict[str, Any], fault: str, name: str
) -> None:
    path = saved(tmp_path, whole, name)
    with pytest.raises(UnreadableLevelError, match=fault):
        read_tiled(path)
    if name == "a.json" and "orientation" not in fault and "LDtk" not in fault:
        return  # it might have been meant for makar's own JSON
    with pytest.raises(UnreadableLevelError, match=fault):
        read_map_corpus([path], GAME)


@pytest.mark.parametrize(
    ("tiles", "kind"),
    [
        ({"tiles": {"5": {"type": "slime"}, "4": {"animation": []}}}, "slime"),
        ({"tiles": {"5": {"type": "slime"}}, "tileproperties": {"4": {"deadly": True}}}, "slime"),
        ({"tileproperties": {"5": {"hp": 3}}, "tilepropertytypes": {"5": {"hp": "int"}}}, ""),
        ({"tiles": [{"id": 5, "type": "slime"}], "tileproperties": {"5": {"hp": 3}}}, "slime"),
    ],
)
def test_tiles_as_an_object_are_read_as_tiled_before_1_2_meant_them(
    tmp_path: Path, tiles: dict[str, Any], kind: str
) -> None:
    item = {"id": 3, "x": 64, "y": 80, "width": 16, "height": 16, "gid": 6}
    whole = document(
        layer(), things(SPAWN, EXIT, item), tilesets=[TILES | tiles], version=1,
        tiledversion="1.0.3",
    )  # fmt: skip
    path = saved(tmp_path, whole)
    assert rows(path, GAME_WITH_ENDS)[4] == ("-S--e-----G-" if kind else "-S--------G-")
    tileset = read_tiled(path).document["tilesets"][0]
    assert set(tileset) & {"tileproperties", "tilepropertytypes"} == set()
    if "tileproperties" in tiles:
        held = {one["id"]: one.get("properties") for one in tileset["tiles"]}
        assert any(held.values())


@pytest.mark.parametrize(
    "tiles",
    [
        {"tiles": {"x": {}}},
        {"tiles": {"1": 3}},
        {"tiles": {"-1": {}}},
        {"tileproperties": {"²": {}}},
        {"tiles": {"1": {}}, "tileproperties": {"1": 3}},
        {"tiles": {}, "tilepropertytypes": 3},
    ],
)
def test_what_tiled_never_saved_is_to_be_saved_again(tmp_path: Path, tiles: Any) -> None:
    path = saved(tmp_path, document(tilesets=[TILES | tiles]))
    with pytest.raises(UnreadableLevelError, match=r"Tiled 1\.2 or later and save it again"):
        read_tiled(path)


@pytest.mark.parametrize("name", ["art/tiles.tsj", "art/tiles.tsx", "art/tiles.json"])
def test_paths_of_windows_lead_to_the_same_tileset(tmp_path: Path, name: str) -> None:
    (tmp_path / "art").mkdir()
    own = {key: value for key, value in TILES.items() if key != "firstgid"}
    text = json.dumps(own)
    if name.endswith("tsx"):
        text = (
            '<tileset name="tiles" tilewidth="16" tileheight="16" tilecount="8" columns="8">'
            '<image source="t.png" width="128" height="16"/></tileset>'
        )
    (tmp_path / name).write_text(text)
    whole = document(tilesets=[{"firstgid": 1, "source": f"..\\{name}".replace("/", "\\")}])
    path = saved(tmp_path, whole, "maps/map.tmj")
    assert read_tiled(path, tmp_path).tilesets[0].source == tmp_path / name
    with pytest.raises(UnreadableLevelError, match="outside of its folder"):
        read_tiled(path)


@pytest.mark.parametrize("source", ["C:\\t.tsx", "\\\\server\\t.tsx", "\\t.tsx", "..\\..\\t.tsx"])
def test_paths_of_windows_lead_no_further_than_others(tmp_path: Path, source: str) -> None:
    whole = document(tilesets=[{"firstgid": 1, "source": source}])
    with pytest.raises(UnreadableLevelError, match="Keep tilesets in the map's folder"):
        read_tiled(saved(tmp_path, whole))


def test_a_folder_is_read_whatever_its_maps_are(tmp_path: Path) -> None:
    game = parse_legend(LEGEND, tmp_path / "legend.toml")

    def titles(folder: str) -> list[str]:
        return [source.title for source in read_map_corpus([tmp_path / folder], game).maps.sources]

    for n in range(2):
        (tmp_path / "words").mkdir(exist_ok=True)
        (tmp_path / "words" / f"{n}.txt").write_text("---\nX^X\n")
        saved(tmp_path, document(), f"json/{n}.json")
    saved(tmp_path, {"name": "game"}, "json/package.json")
    saved(tmp_path, {"type": "tileset", **TILES}, "json/tiles.json")
    assert titles("words") == titles("json") == ["0", "1"]
    saved(tmp_path, document(), "both/one.tmj")
    saved(tmp_path, {"name": "game"}, "both/one.tmx")
    saved(tmp_path, document(), "both/two.tmx")
    saved(tmp_path, document(), "both/three.json")
    assert titles("both") == ["one", "two"], "exported beside drawn; other kinds not mixed in"
