from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from makar.domains.levels.level.errors import UnreadableLevelError
from makar.domains.levels.level.json_file import write_level_json
from makar.domains.levels.level.legend import Legend, Tile
from makar.domains.levels.level.legend_file import GameLegend, parse_legend, read_legend
from makar.domains.levels.level.level import Level
from makar.domains.levels.level.text import write_level_text
from makar.domains.levels.play.analysis import Analyst
from makar.domains.levels.tiled.map_corpus import read_map_corpus
from makar.domains.levels.tiled.meaning import level_layer, level_of
from makar.domains.levels.tiled.read import read_tiled
from makar.domains.levels.tiled.write import write_into_map

ROOT = Path(__file__).parents[4]
EXAMPLE = ROOT / "examples" / "game"
TEXTS = """
[tiles]
air = { role = "empty", symbol = "-" }
ground = { role = "solid", symbol = "X", ids = "0" }
hero = { role = "start", symbol = "S", ids = "1" }
flag = { role = "goal", symbol = "G", ids = "2" }
"""


@pytest.fixture
def game(tmp_path: Path) -> GameLegend:
    return parse_legend('[map]\nlicence = "CC0-1.0"\n' + TEXTS, tmp_path / "legend.toml")


def test_maps_of_every_kind_become_one_corpus_of_one_height(
    tmp_path: Path, game: GameLegend
) -> None:
    (tmp_path / "b.txt").write_text("S-G\nXXX\n")
    high = Level(np.array([[0, 0], [0, 0], [2, 3], [1, 1]], np.uint8), game.legend.names)
    (tmp_path / "a.json").write_text(write_level_json(high, game.legend))
    whole = {
        "orientation": "orthogonal", "width": 2, "height": 2, "tilewidth": 8, "tileheight": 8,
        "layers": [{"type": "tilelayer", "width": 2, "height": 2, "data": [2, 3, 1, 1]}],
        "tilesets": [{"firstgid": 1, "name": "t", "tilecount": 3}],
    }  # fmt: skip
    (tmp_path / "c.tmj").write_text(json.dumps(whole))
    corpus = read_map_corpus([tmp_path / "*.*", tmp_path / "b.txt"], game)
    assert [write_level_text(level, game.legend) for level in corpus.maps.levels] == [
        "--\n--\nSG\nXX\n", "---\n---\nS-G\nXXX\n", "--\n--\nSG\nXX\n",
    ]  # fmt: skip
    assert [(s.title, s.licence) for s in corpus.maps.sources] == [(n, "CC0-1.0") for n in "abc"]
    assert corpus.notes == (
        "b.txt: 2 empty rows added on top", "c.tmj: 2 empty rows added on top",
    )  # fmt: skip
    assert [template is not None for template in corpus.templates] == [False, False, True]
    assert corpus.template is corpus.templates[2]


def test_the_template_is_a_map_that_was_not_padded(tmp_path: Path) -> None:
    for name in ("hollow-01.tmj", "hollow-02.tmj", "hollow.tsj", "legend.toml"):
        (tmp_path / name).write_bytes((EXAMPLE / name).read_bytes())
    low = json.loads((tmp_path / "hollow-01.tmj").read_text())
    for layer in low["layers"][:2]:
        layer["data"] = layer["data"][layer["width"] :]
        layer["height"] -= 1
    low["height"] -= 1
    (tmp_path / "hollow-01.tmj").write_text(json.dumps(low))
    corpus = read_map_corpus([tmp_path / "*.tmj"], read_legend(tmp_path / "legend.toml"))
    assert corpus.template is corpus.templates[1]


@pytest.mark.parametrize(
    ("name", "text", "fault"),
    [
        ("a.txt", "--G\nXXX\n", r"a.txt: has no start \(hero\). Add one"),
        ("a.txt", "S--\nXXX\n", r"has no goal \(flag\)"),
        ("a.txt", "S-G\nXZX\n", "line 2, column 2"),
        ("a.tmx", "<map/>", "tilewidth must be"),
        ("a.tmj", "{}", "orientation"),
        ("a.png", "x", "is not JSON"),
    ],
)
def test_a_map_that_cannot_be_learned_from_is_named(
    tmp_path: Path, game: GameLegend, name: str, text: str, fault: str
) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(UnreadableLevelError, match=fault):
        read_map_corpus([str(tmp_path / name)], game)


def test_a_pattern_without_a_map_and_another_games_level_are_refused(
    tmp_path: Path, game: GameLegend
) -> None:
    with pytest.raises(UnreadableLevelError, match=r"maps/\*\.tmj: there is no such map"):
        read_map_corpus(["maps/*.tmj"], game)
    with pytest.raises(UnreadableLevelError, match="there is no such map"):
        read_map_corpus([tmp_path], game)
    with pytest.raises(UnreadableLevelError, match="names 0 maps"):
        read_map_corpus([], game)
    for n in range(2):
        with (tmp_path / f"{n}.txt").open("wb") as file:
            file.truncate(50_000_001)
    with pytest.raises(UnreadableLevelError, match="larger than 100 MB"):
        read_map_corpus([tmp_path / "*.txt"], game)
    other = Legend((Tile("air", "empty", "."), Tile("rock", "solid", "#")))
    level = Level(np.zeros((2, 2), np.uint8), other.names)
    (tmp_path / "a.json").write_text(write_level_json(level, other))
    with pytest.raises(UnreadableLevelError, match=r"another legend than legend\.toml"):
        read_map_corpus([tmp_path / "a.json"], game)


@pytest.fixture(scope="module")
def lantern_hollow() -> GameLegend:
    return read_legend(EXAMPLE / "legend.toml")


def test_a_map_beside_what_it_was_exported_to_does_no_harm(
    tmp_path: Path, lantern_hollow: GameLegend
) -> None:
    shutil.copytree(EXAMPLE, tmp_path / "game")
    (tmp_path / "game" / "hollow-01.tmx").write_text("<map/>")
    assert len(read_map_corpus([tmp_path / "game"], lantern_hollow).maps) == 20


def test_every_map_of_the_example_game_can_be_won(lantern_hollow: GameLegend) -> None:
    corpus = read_map_corpus([EXAMPLE], lantern_hollow)
    assert corpus.maps == read_map_corpus([EXAMPLE / "*.tmj"], lantern_hollow).maps
    analyst = Analyst(lantern_hollow.legend)
    assert len(corpus.maps) == 20
    assert [int(analyst([level]).won[0]) for level in corpus.maps.levels] == [1] * 20
    assert {level.tiles.shape[0] for level in corpus.maps.levels} == {16}
    used = np.bincount(np.concatenate([m.tiles.ravel() for m in corpus.maps.levels]))
    assert (used > 10).all()
    assert len(used) == len(lantern_hollow.legend.tiles)


def test_the_example_game_needs_its_double_jump(lantern_hollow: GameLegend) -> None:
    from dataclasses import replace

    legend = lantern_hollow.legend
    single = replace(legend, physics=replace(legend.physics, double_jump=False))
    corpus = read_map_corpus([EXAMPLE / "*.tmj"], lantern_hollow)
    won = [Analyst(single)([level]).won[0] for level in corpus.maps.levels]
    assert sum(won) <= 15


def test_the_example_game_is_what_its_script_makes(tmp_path: Path) -> None:
    script = ROOT / "scripts" / "make_example_game.py"
    subprocess.run([sys.executable, script, tmp_path], check=True, timeout=60)
    made = sorted(path.name for path in tmp_path.iterdir())
    assert len(made) == 22
    for name in made:
        if name != "hollow.png":
            assert (tmp_path / name).read_bytes() == (EXAMPLE / name).read_bytes(), name
    # how a picture is compressed is the library's own affair
    pictures = [Image.open(folder / "hollow.png") for folder in (tmp_path, EXAMPLE)]
    assert pictures[0].tobytes() == pictures[1].tobytes()
    for picture in pictures:
        picture.close()


def test_a_map_of_the_example_written_into_another_comes_back(
    tmp_path: Path, lantern_hollow: GameLegend
) -> None:
    corpus = read_map_corpus([EXAMPLE / "*.tmj"], lantern_hollow)
    for n, level in enumerate(corpus.maps.levels):
        assert corpus.template is not None
        path = tmp_path / f"{n}.tmj"
        write_into_map(
            path, level, game=lantern_hollow, template=corpus.template, variants=corpus.variants
        )
        assert level_of(read_tiled(path, EXAMPLE), lantern_hollow) == level
        drawn = level_layer(read_tiled(path, EXAMPLE), lantern_hollow).cells
        own = level_layer(corpus.templates[n], lantern_hollow).cells
        assert (drawn == own).mean() > 0.97  # bushes are drawn as chance wants
