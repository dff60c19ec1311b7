from __future__ import annotations

import struct
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from makar.core.errors import ConfigError, UnreadableError
from makar.domains.images.pictures import sources
from makar.domains.images.pictures.emoji import code_points, draw_emoji, emoji_of
from makar.domains.images.pictures.landscape import landscape
from makar.domains.images.pictures.portrait import portrait
from makar.domains.images.pictures.sources import emoji, openclipart, photographs, renders
from makar.domains.images.pictures.still_life import still_life

README = """Image: a.jpg
Released under a creative commons license. [1]
Attribution: Some rights reserved by ann [2]

[1] https://creativecommons.org/licenses/by/2.0/
[2] https://www.flickr.com/photos/{account}/
"""


def font(*groups: tuple[int, int], form: int = 12, tables: int = 1) -> bytes:
    """A font that has a character map and nothing else."""
    rows = b"".join(struct.pack(">III", first, last, 1) for first, last in groups)
    subtable = struct.pack(">HHIII", form, 0, 16 + len(rows), 0, len(groups)) + rows
    cmap = struct.pack(">HHHHI", 0, 1, 3, 10, 12) + subtable
    table = struct.pack(">4sIII", b"cmap", 0, 28, len(cmap))
    return struct.pack(">IHHHH", 0x10000, tables, 0, 0, 0) + table + cmap


def test_drawings_that_are_large_alike_or_links_are_left_out(tmp_path: Path) -> None:
    for name, size in (
        ("animals/fox.svg", 100), ("animals/map.svg", 20_000), ("computer/icons/x/disk.svg", 50),
        ("computer/mouse.svg", 50), ("shapes/stars/star.svg", 50), ("animals/fox.txt", 50),
        ("signs_and_symbols/flags/flag.svg", 50),
    ):  # fmt: skip
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x" * size)
    (tmp_path / "animals" / "vixen.svg").symlink_to(tmp_path / "animals" / "fox.svg")
    found = [path.relative_to(tmp_path).as_posix() for path in openclipart(tmp_path)]
    assert found == ["animals/fox.svg", "computer/mouse.svg"]


def test_what_is_not_installed_says_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ConfigError, match="Get it: apt install openclipart-svg"):
        openclipart(tmp_path / "none")
    with pytest.raises(ConfigError, match="Get it: apt install fonts-noto-color-emoji"):
        emoji(font=tmp_path / "none.ttf")
    with pytest.raises(ConfigError, match="Get it: pip install scikit-learn"):
        photographs(tmp_path)
    monkeypatch.setattr(sources.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(
        ConfigError, match=r"not on this machine\. Get it: pip install scikit-learn"
    ):
        photographs()


@pytest.mark.parametrize(
    ("account", "author"),
    [("ann", "ann on Flickr"), ("bob", "bob on Flickr (ann in scikit-learn's README)")],
)
def test_a_photographs_author_is_the_readmes(tmp_path: Path, account: str, author: str) -> None:
    for name in ("a.jpg", "b.jpg"):
        Image.new("RGB", (8, 8), "red").save(tmp_path / name)
    (tmp_path / "README.txt").write_text(README.format(account=account))
    first, second = photographs(tmp_path)
    assert (first.author, first.licence, first.title) == (author, "CC-BY-2.0", "a")
    assert (second.author, second.licence) == ("", "")  # the README says nothing of it


def test_the_photographs_are_found_without_importing_their_package() -> None:
    code = (
        "import sys; from makar.domains.images.pictures.sources import photographs\n"
        "found = photographs(); assert 'sklearn' not in sys.modules\n"
        "print([(p.title, p.size, p.licence, bool(p.author)) for p in found])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == str(
        [(name, (640, 427), "CC-BY-2.0", True) for name in ("china", "flower")]
    )


def test_a_character_map_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.ttf"
    path.write_bytes(font((0x41, 0x43), (0x1F3FA, 0x1F400), (0x1F98A, 0x1F98A)))
    assert code_points(path) == [0x41, 0x42, 0x43, *range(0x1F3FA, 0x1F401), 0x1F98A]
    assert emoji_of(path) == [0x1F3FA, 0x1F400, 0x1F98A]  # no letters, no swatches of skin


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b"", "is cut off"),
        (font((1, 2))[:60], "is cut off"),
        (font((5, 4)), "claims characters from 0x5 to 0x4"),
        (font((0, 0xFFFFFFFF)), "claims characters from 0x0 to 0xffffffff"),
        (font((1, 2), form=4), "has no character map of format 12"),
        (font((1, 2)).replace(b"cmap", b"glyf"), "is not a font: it has no table"),
        (font((1, 2)).replace(struct.pack(">I", 1) + struct.pack(">I", 1), b"\xff" * 8, 1), "c"),
        (font()[:-4] + b"\xff" * 4, "claims 4,294,967,295 groups"),
    ],
)
def test_a_broken_font_is_refused(tmp_path: Path, data: bytes, fault: str) -> None:
    path = tmp_path / "a.ttf"
    path.write_bytes(data)
    with pytest.raises(UnreadableError, match=fault):
        code_points(path)


def test_a_font_without_bitmaps_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.ttf"
    path.write_bytes(font((0x1F98A, 0x1F98A)))
    with pytest.raises(UnreadableError, match="is not a font of colour bitmaps"):
        emoji(font=path)


@pytest.mark.opener
def test_emoji_are_the_bitmaps_of_debians_font() -> None:
    if not sources.EMOJI_FONT.is_file():
        pytest.skip("fonts-noto-color-emoji is not installed")
    some = emoji(5)
    assert len(some) == 5
    assert all(p.size == (136, 128) and p.licence == "OFL-1.1" and p.title for p in some)
    (fox,) = draw_emoji([0x1F98A], sources.EMOJI_FONT)
    assert fox.title == "fox face"
    red, _, blue = fox.pixels[40:90, 40:100].reshape(-1, 3).mean(0)
    assert red > blue + 40  # a fox is orange
    (dark,) = draw_emoji([0x1F98A], sources.EMOJI_FONT, ground=(0, 0, 0))
    assert (fox.pixels[0, 0].tolist(), dark.pixels[0, 0].tolist()) == ([255] * 3, [0] * 3)


@pytest.mark.opener
def test_debians_clip_art_is_found() -> None:
    if not sources.OPENCLIPART_FOLDER.is_dir():
        pytest.skip("openclipart-svg is not installed")
    assert len(openclipart()) > 2000


@pytest.mark.parametrize("render", [still_life, portrait, landscape])
def test_a_scene_is_the_same_at_any_size_and_another_for_another_seed(render: object) -> None:
    small, large = render((24, 24), 1), render((72, 72), 1)
    assert small.dtype == np.uint8
    assert np.array_equal(small, render((24, 24), 1))
    means = large.reshape(24, 3, 24, 3, 3).mean((1, 3))
    assert np.abs(small - means).mean() < 6
    assert np.abs(small.astype(int) - render((24, 24), 2)).mean() > 8
    assert render((40, 20), 1).shape == (20, 40, 3)
    assert render((1, 1), 1).shape == (1, 1, 3)


def test_renders_are_of_every_kind_and_free() -> None:
    made = renders(4, (16, 12))
    assert [p.title for p in made] == ["still life 0", "portrait 0", "landscape 0", "still life 1"]
    assert {(p.licence, p.source, p.size) for p in made} == {
        ("CC0-1.0", "rendered by makar", (16, 12))
    }
    later = renders(2, (16, 12), first=3)
    assert later[0].title == "still life 1"
    assert np.array_equal(later[0].pixels, made[3].pixels)
