"""``makar paint --plotter``, as a user calls it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image

from commands import invoke
from makar.domains.images.pictures.reading import read_picture
from makar.domains.images.pictures.sources import renders
from makar.domains.images.svg.reading import read_svg


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "photo.png"
    Image.fromarray(renders(1, (60, 40))[0].pixels).save(path)
    return path


def test_a_page_comes_with_what_it_takes(photo: Path) -> None:
    pens = "black:0.5mm,red:0.7mm"
    made = invoke(
        "paint", photo, "--plotter", "100x80mm", "--margin", 10, "--pens", pens, "--style", "hatch",
        "--json",
    )  # fmt: skip
    told = json.loads(made.output)
    read = read_svg(told["svg"])
    assert Path(told["svg"]).name == "photo-plot.svg"
    assert read.drawing.size == (100.0, 80.0)
    assert read.millimetres == pytest.approx(1)
    names = [layer["name"] for layer in told["layers"]]
    assert [name.lstrip("!") for name in read.drawing.layers] == names  # "!" pauses for the pen
    assert told["minutes"] == pytest.approx(sum(one["minutes"] for one in told["layers"]), abs=0.05)
    assert read_picture(told["png"]).size[0] > read_picture(told["png"]).size[1]


def test_the_machine_s_speeds_tell_the_minutes(photo: Path) -> None:
    def minutes(*words: str | int) -> float:
        made = invoke("paint", photo, "--plotter", "90x70mm", "--style", "hatch", "--json", *words)
        return json.loads(made.output)["minutes"]

    plain = minutes()
    assert minutes("--speed-down", 80) < plain
    assert minutes("--lift", 1) > plain
    assert minutes("--speed-up", 30) > plain
    assert minutes("--acceleration", 20) > plain


def test_the_same_seed_writes_the_same_page(photo: Path) -> None:
    def page(seed: int) -> bytes:
        words = ("--plotter", "60x50mm", "--style", "stipple", "--pens", "black:0.6mm")
        made = invoke("paint", photo, *words, "--seed", seed, "--json")
        return Path(json.loads(made.output)["svg"]).read_bytes()

    one, same, other = page(1), page(1), page(2)
    assert one == same != other


def test_it_is_told_in_a_table(photo: Path) -> None:
    made = invoke(
        "paint", photo, "--plotter", "90x70mm", "--style", "hatch", "--marks", "--split", 1
    )
    assert made.exit_code == 0
    assert "metres down" in made.output
    assert "photo-plot.svg" in made.output


def test_who_goes_on_is_told_what_is_left(photo: Path) -> None:
    words = ("--plotter", "90x70mm", "--style", "hatch", "--split", 0.5, "--json")
    whole, rest = (
        json.loads(invoke("paint", photo, *words, *more).output)
        for more in ((), ("--from-layer", 2))
    )
    assert len(whole["layers"]) > 1
    assert rest["layers"] == whole["layers"][1:]
    assert rest["minutes"] == pytest.approx(whole["minutes"] - whole["layers"][0]["minutes"], 0.02)
    names = [layer.lstrip("!") for layer in read_svg(rest["svg"]).drawing.layers]
    assert names == [layer["name"] for layer in rest["layers"]]


def test_a_picture_too_narrow_for_the_pen_is_told(tmp_path: Path) -> None:
    Image.new("L", (2000, 1)).save(tmp_path / "long.png")
    made = invoke("paint", tmp_path / "long.png", "--plotter", "a5")
    assert "on this page the picture is 179.70 × 0.09 mm large, too little" in made.output


def test_what_was_converted_is_told_with_the_file(tmp_path: Path) -> None:
    Image.new("RGBA", (30, 20), (0, 0, 0, 0)).save(tmp_path / "clear.png")
    made = invoke("paint", tmp_path / "clear.png", "--plotter", "a5")
    assert "clear.png: what shines through was laid over white" in made.output
    assert "clear.png: There is nothing to draw" in made.output


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--plotter", "a9"], "a9"),
        (["--plotter", "a4", "--pens", "black"], "black"),
        (["--plotter", "a4", "--style", "oil"], "oil"),
        (["--plotter", "a4", "--margin", "900"], "margin"),
        (["--plotter", "a4", "--palette", "3"], "--palette paints with a brush"),
        (["--plotter", "a4", "--gif"], "--gif paints with a brush"),
        (["--plotter", "90x70mm", "--style", "hatch", "--from-layer", "9"], "layer"),
        (["--plotter", "a4", "--lift", "-1"], "lift"),
        (["--plotter", "a4", "--strokes", "200"], "--strokes paints with a brush"),
        (["--plotter", "30x30mm", "--margin", "5", "--marks"], "margin: 5 mm, and 6.15 mm more"),
        (["--plotter", "1000x20mm", "--margin", "4", "--pens", "black:5mm"], "margin: 4 mm, and"),
    ],
)
def test_what_cannot_be_is_refused(photo: Path, words: list[str], told: str) -> None:
    made = invoke("paint", photo, *words)
    assert made.exit_code
    assert told in str(made.exception)
    assert not [*photo.parent.glob("*plot*")]
