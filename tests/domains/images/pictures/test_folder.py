from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from makar.core.errors import ConfigError, CorpusTooSmallError, UnreadableError
from makar.domains.images.pictures import folder as folders
from makar.domains.images.pictures.folder import read_pictures
from makar.domains.images.pictures.picture import Picture


def put(path: Path, shade: int = 0, size: tuple[int, int] = (4, 3)) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", size, (shade, 100, 200)).save(path)
    return path


def names(pictures: folders.Pictures) -> list[str]:
    return [Path(picture.source).name for picture in pictures]


def test_folders_within_are_read_by_name_and_the_rest_is_told(tmp_path: Path) -> None:
    for number, name in enumerate(("b.png", "a.JPG", "sub/c.webp", ".hidden/x.png", "sub/.y.png")):
        put(tmp_path / name, number)
    (tmp_path / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    (tmp_path / "empty.gif").touch()
    (tmp_path / "film.mp4").write_bytes(b"film")
    (tmp_path / "note.txt").write_text("about these")
    (tmp_path / "icon.svg").write_text("<svg/>")
    found = read_pictures(tmp_path)
    assert names(found) == ["a.JPG", "b.png", "c.webp"]
    assert [picture.title for picture in found] == ["a", "b", "c"]
    assert [picture.source for picture in found] == ["a.JPG", "b.png", "sub/c.webp"]
    assert found.reasons == {
        "cannot be read": ("broken.png", "empty.gif"),
        "not named as a picture is": ("film.mp4",),
        "a drawing": ("icon.svg",),
    }
    assert found.left_out[1].detail == "is empty (0 bytes)"
    assert found.describe().splitlines()[0] == (
        "2 left out: cannot be read (broken.png, empty.gif)"
    )
    assert len(found) == 3
    assert found[0].size == (4, 3)


def test_links_are_followed_within_the_folder_and_each_file_is_read_once(tmp_path: Path) -> None:
    outside = put(tmp_path / "outside" / "secret.png", 9)
    inside = put(tmp_path / "in" / "a.png", 1)
    hidden = put(tmp_path / "in" / ".store" / "b.png", 2)
    (tmp_path / "in" / "file.png").symlink_to(outside)
    (tmp_path / "in" / "again.png").symlink_to(inside)
    (tmp_path / "in" / "linked.png").symlink_to(hidden)
    (tmp_path / "in" / "dangling.png").symlink_to(tmp_path / "nowhere")
    (tmp_path / "in" / "folder").symlink_to(tmp_path / "outside")
    (tmp_path / "in" / "loop").symlink_to(tmp_path / "in")
    (tmp_path / "elsewhere").symlink_to(tmp_path / "in")
    for place in ("in", "elsewhere"):
        found = read_pictures(tmp_path / place)
        assert names(found) == ["a.png", "linked.png"]
        assert found.reasons == {
            "a link that leads nowhere (No such file or directory)": ("dangling.png",),
            "a link that leads out of the folder: not followed": ("file.png", "folder"),
        }


def test_one_picture_is_a_corpus_and_so_is_a_single_file(tmp_path: Path) -> None:
    path = put(tmp_path / "one.png")
    assert len(read_pictures(tmp_path)) == 1
    assert names(read_pictures(path)) == ["one.png"]


def test_a_thousand_sizes_are_a_corpus(tmp_path: Path) -> None:
    for number in range(1000):
        size = (1 + number % 37, 1 + number % 41)
        put(tmp_path / f"{number:04}.bmp", number % 256, size)
    found = read_pictures(tmp_path, longest=20)
    assert len({picture.size for picture in found}) > 250
    assert max(max(picture.size) for picture in found) == 20
    assert len(found) + len(found.left_out) == 1000
    assert set(found.reasons) <= {"the same picture as another file"}


def test_of_too_many_those_taken_are_spread_over_the_names(tmp_path: Path) -> None:
    for number in range(40):
        put(tmp_path / f"{'abcd'[number // 10]}/{number:02}.bmp", number)
    (tmp_path / "a" / "05.bmp").write_bytes(b"broken")
    found = read_pictures(tmp_path, most=12)
    taken = names(found)
    assert len(taken) == 12
    assert taken == sorted(taken)
    folders_taken = [int(name[:2]) // 10 for name in taken]
    assert all(2 <= folders_taken.count(number) <= 4 for number in range(4))
    assert len(found.reasons["more than 12 pictures"]) >= 27
    assert names(read_pictures(tmp_path, most=12)) == taken


def test_the_same_pixels_are_one_picture(tmp_path: Path) -> None:
    put(tmp_path / "a.png", 5)
    put(tmp_path / "b.bmp", 5)
    put(tmp_path / "c.png", 5, (3, 4))  # as many bytes, another shape
    found = read_pictures(tmp_path)
    assert len(found) == 2
    (twin,) = found.left_out
    assert twin.reason == "the same picture as another file"
    assert {twin.name, twin.detail} == {"a.png", "b.bmp"}


def test_a_licence_is_looked_for_from_near_to_far(tmp_path: Path) -> None:
    for number, name in enumerate(("noted.png", "plain.png", "sub/deep.png", "sub/own/own.png")):
        put(tmp_path / name, number)
    exif = Image.Exif()
    exif[0x8298] = "(c) Ann"
    Image.new("RGB", (2, 2)).save(tmp_path / "record.png", exif=exif)
    Image.new("RGB", (2, 3)).save(tmp_path / "both.png", exif=exif)
    (tmp_path / "noted.txt").write_text("title: Noted\nlicence: MIT\n")
    (tmp_path / "both.txt").write_text("CC0")
    (tmp_path / "plain.txt").write_text("a plain picture")
    (tmp_path / "LICENSE").write_text("author: The folder\nlicense: CC BY 4.0\n")
    (tmp_path / "sub" / "own" / "LICENCE.txt").write_text(
        "Creative Commons Legal Code\n\nCC0 1.0 Universal\n\n    CREATIVE COMMONS CORPORATION\n"
    )
    licences = {Path(p.source).name: p.licence for p in read_pictures(tmp_path)}
    assert licences == {
        "noted.png": "MIT", "plain.png": "CC BY 4.0", "deep.png": "CC BY 4.0",
        "own.png": "CC0 1.0 Universal", "record.png": "(c) Ann", "both.png": "CC0",
    }  # fmt: skip
    first = next(p for p in read_pictures(tmp_path) if p.source.endswith("noted.png"))
    assert (first.title, first.author) == ("Noted", "The folder")


def test_a_licence_around_the_folder_is_not_the_folders(tmp_path: Path) -> None:
    put(tmp_path / "in" / "a.png")
    (tmp_path / "LICENSE").write_text("CC0")
    assert read_pictures(tmp_path / "in")[0].licence == ""


def test_drawings_are_pictures_where_somebody_renders_them(tmp_path: Path) -> None:
    put(tmp_path / "a.png")
    (tmp_path / "b.svg").write_text("<svg/>")
    (tmp_path / "c.svg").write_text("<svg><!-- bad --></svg>")
    (tmp_path / "LICENSE").write_text("CC0")

    def rendered(path: Path) -> Picture:
        if "bad" in path.read_text():
            raise UnreadableError(str(path), "is bad")
        return Picture(np.zeros((900, 1800, 3), np.uint8), title="of its own", author="Ann")

    found = read_pictures(tmp_path, rendered=rendered, longest=600)
    assert found[1].size == (600, 300)
    assert (found[1].title, found[1].author, found[1].licence) == ("of its own", "Ann", "CC0")
    assert found.left_out == (folders.LeftOut("c.svg", "cannot be read", "is bad"),)


def test_no_picture_at_all_says_what_was_there(tmp_path: Path) -> None:
    with pytest.raises(CorpusTooSmallError, match="Put at least one picture there"):
        read_pictures(tmp_path)
    (tmp_path / "a.png").write_bytes(b"")
    (tmp_path / "b.mp4").write_bytes(b"film")
    with pytest.raises(CorpusTooSmallError) as caught:
        read_pictures(tmp_path)
    assert "a.png: is empty (0 bytes)" in str(caught.value)
    assert "1 left out: not named as a picture is (b.mp4)" in str(caught.value)


def test_what_cannot_be_asked_for_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(UnreadableError, match="there is no such folder"):
        read_pictures(tmp_path / "none")
    with pytest.raises(ConfigError, match="at least 1 picture, not 0"):
        read_pictures(tmp_path, most=0)
    monkeypatch.setattr(folders, "MOST_FILES", 3)
    for number in range(4):
        put(tmp_path / f"{number}.bmp", number)
    with pytest.raises(ConfigError, match="holds more than 3 files"):
        read_pictures(tmp_path)


def test_a_credit_is_kept_with_the_picture(tmp_path: Path) -> None:
    put(tmp_path / "a.png")
    picture = read_pictures(tmp_path)[0]
    assert replace(picture, licence="CC0").resized((2, 2)).licence == "CC0"
