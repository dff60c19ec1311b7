from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image, PngImagePlugin

from makar.domains.images.pictures.credits import Credit, noted_credit, parse_credit, tidied
from makar.domains.images.pictures.reading import read_picture


def credit_of(path: Path) -> Credit:
    picture = read_picture(path)
    return Credit(picture.title, picture.author, picture.licence)


def test_a_cameras_record_says_whose_a_photograph_is(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x010E], exif[0x013B], exif[0x8298] = "A bridge", "Jane Doe", "(c) Jane\0Ed Itor"
    Image.new("RGB", (8, 8)).save(tmp_path / "a.jpg", exif=exif)
    credit = credit_of(tmp_path / "a.jpg")
    assert (credit.title, credit.author) == ("A bridge", "Jane Doe")
    assert credit.licence == "(c) Jane; Ed Itor"


def test_the_texts_of_a_png_go_before_its_record(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x010E], exif[0x013B] = "from the record", "Jane Doe"
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Title", "Brücke")
    texts.add_itxt("License", "CC0-1.0")
    texts.add_text("Copyright", "none")
    Image.new("RGB", (8, 8)).save(tmp_path / "a.png", exif=exif, pnginfo=texts)
    assert credit_of(tmp_path / "a.png") == Credit("Brücke", "Jane Doe", "CC0-1.0")


def test_a_broken_record_costs_the_record_only(tmp_path: Path) -> None:
    Image.new("RGB", (8, 8)).save(tmp_path / "a.png", exif=b"Exif\0\0rubbish that is no TIFF")
    picture = read_picture(tmp_path / "a.png")
    assert picture.size == (8, 8)
    assert picture.notes == ("its EXIF record is broken: left out",)


@pytest.mark.parametrize(
    ("text", "credit"),
    [
        ("Title: A fox\nAuthor: Ann\nLicence: CC BY 4.0\n", Credit("A fox", "Ann", "CC BY 4.0")),
        ("artist = Bob\nLICENSE: CC0", Credit("", "Bob", "CC0")),
        ("\n# CC BY-SA 3.0, by Cid\nmore", Credit(licence="CC BY-SA 3.0, by Cid")),
        ("© 2020 Dora", Credit(licence="© 2020 Dora")),
        ("A fox that sits on a hill, oil on canvas", Credit()),
        ("", Credit()),
        ("word\n" * 50 + "licence: too far down to be a heading", Credit()),
    ],
)
def test_a_text_beside_a_picture_is_a_licence_or_a_description(text: str, credit: Credit) -> None:
    assert parse_credit(text) == credit


def test_a_text_beside_a_picture_is_read_within_bounds(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"licence: " + b"x" * 1_000_000)
    assert len(noted_credit(tmp_path / "a.png").licence) == 200
    (tmp_path / "b.txt").write_bytes(b"\xff\xfe\x00licence: CC0\nauthor: \xff\n")
    assert noted_credit(tmp_path / "b.png").author == "\N{REPLACEMENT CHARACTER}"
    (tmp_path / "c.txt").symlink_to(tmp_path / "a.txt")
    assert noted_credit(tmp_path / "c.png") == Credit()
    (tmp_path / "d.txt").mkdir()
    assert noted_credit(tmp_path / "d.png") == Credit()


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("  a \n b ", "a b"), (b"bytes\0", "bytes"), (7, ""), (None, ""), ("BrÃ¼cke", "Brücke"),
        ("me\0them\0", "me; them"), ("bell\x07", "bell"), ("y" * 300, "y" * 199 + "…"),
    ],
)  # fmt: skip
def test_what_a_file_says_becomes_one_line(value: object, text: str) -> None:
    assert tidied(value) == text
