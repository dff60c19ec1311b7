"""``makar paint``, as a user calls it."""

from __future__ import annotations

import json
import signal
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from commands import invoke
from makar.domains.images.painting import files, painter
from makar.domains.images.painting.painter import Stage
from makar.domains.images.painting.timelapse import timelapse
from makar.domains.images.painting.wishes import colours_of
from makar.domains.images.pictures.picture import Picture
from makar.domains.images.pictures.reading import read_picture
from makar.domains.images.pictures.sources import renders
from makar.domains.images.raster.canvas import rendered
from makar.domains.images.strokes.drawing import Drawing
from makar.domains.images.svg.reading import read_svg


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(painter, "PREVIEW", (Stage(24, rounds=1, passes=5, tries=5, climbs=5),))
    whole = (Stage(32, rounds=2, passes=8, renewals=1, again=5, tries=8, climbs=12),)
    monkeypatch.setattr(painter, "WHOLE", whole)


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "photo.jpg"
    Image.fromarray(renders(1, (90, 60))[0].pixels).save(path)
    return path


def frames(film: str | Path) -> int:
    with Image.open(film) as image:
        return getattr(image, "n_frames", 1)


def test_a_photograph_becomes_strokes_beside_it(photo: Path) -> None:
    made = invoke("paint", photo, "-n", 12, "--gif", "--json")
    told = json.loads(made.output)
    svg = photo.with_name("photo-painted.svg")
    assert told["svg"] == str(svg)
    assert told["strokes"] == 12
    assert told["whole"]
    drawing = read_svg(svg).drawing
    assert len(drawing) == 12
    assert drawing.size == (90.0, 60.0)
    assert "photo.jpg" in svg.read_text()
    shown = read_picture(told["png"]).light
    assert np.abs(shown - rendered(drawing, size=shown.shape[1::-1]).light).max() < 0.01
    assert frames(told["gif"]) == 13  # the empty sheet, and each stroke


def test_the_same_seed_writes_the_same_file_and_nothing_is_written_over(photo: Path) -> None:
    first = json.loads(invoke("paint", photo, "-n", 6, "--seed", 4, "--json").output)
    again = json.loads(invoke("paint", photo, "-n", 6, "--seed", 4, "--json").output)
    other = json.loads(invoke("paint", photo, "-n", 6, "--seed", 5, "--json").output)
    one, same, third = (Path(told["svg"]).read_bytes() for told in (first, again, other))
    assert one == same != third
    names = [Path(told["svg"]).stem for told in (first, again, other)]
    assert names == ["photo-painted", "photo-painted-2", "photo-painted-3"]


def test_more_strokes_lie_above_those_there(photo: Path, tmp_path: Path) -> None:
    invoke("paint", photo, "-n", 5, "--out", tmp_path / "one.svg")
    made = invoke(
        "paint", photo, "-n", 3, "--more", tmp_path / "one.svg", "--out", tmp_path / "b.svg"
    )
    assert made.exit_code == 0, made.output
    before, after = (read_svg(tmp_path / name).drawing for name in ("one.svg", "b.svg"))
    assert len(after) == 8
    assert after.strokes.take(slice(5)) == before.strokes
    assert after.layers[-1] == "more"
    assert set(after.strokes.layer[5:]) == {len(after.layers) - 1}


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--out", "here.png"], "ends in .svg"),
        (["--out", "nowhere/here.svg"], "there is no folder"),
        (["--palette", "0"], "1 to 64"),
        (["--palette", "#10203"], "no colour"),
        (["--palette", ","], "name 1 to 64"),
        (["--palette", "²"], "no colour"),
        (["--palette", "#11223344"], "no colour"),
        (["--detail", "tall.png"], "over the picture itself"),
        (["--more", "tall.svg"], "another shape"),
        (["--more", "photo.jpg"], "photo.jpg"),
        (["--detail", "none.png"], "none.png"),
        (["--more", "house.svg"], "house.svg: strokes can stay"),
        (["--style", "contour"], "--style is for a plotter"),
        (["--speed-down", "40"], "--speed-down is for a plotter"),
        (["--out", f"{250 * 'a'}.svg"], "cannot be written there"),
    ],
)
def test_what_cannot_be_is_refused(photo: Path, monkeypatch, words: list[str], told: str) -> None:
    monkeypatch.chdir(photo.parent)
    Image.new("L", (20, 60)).save("tall.png")
    head = '<svg xmlns="http://www.w3.org/2000/svg" viewBox='
    Path("house.svg").write_text(f'{head}"0 0 90 60"><rect width="9" height="9"/></svg>')
    Path("tall.svg").write_text(f'{head}"0 0 9 60"/>')
    made = invoke("paint", "photo.jpg", *words)
    assert made.exit_code
    assert told in str(made.exception)
    assert not [*photo.parent.glob("*painted*")]


def test_what_is_there_is_not_written_over(photo: Path) -> None:
    taken = photo.with_name("mine.png")
    taken.write_bytes(b"mine")
    made = invoke("paint", photo, "--out", taken.with_suffix(".svg"))
    assert "already there" in str(made.exception)
    assert taken.read_bytes() == b"mine"


@pytest.mark.parametrize("ending", ["png", "gif"])
def test_what_comes_with_the_strokes_is_not_written_over_either(photo: Path, ending: str) -> None:
    taken = photo.with_name(f"photo-painted.{ending}")
    taken.write_bytes(b"mine")
    told = json.loads(invoke("paint", photo, "-n", 2, "--quick", "--gif", "--json").output)
    assert Path(told["svg"]).name == "photo-painted-2.svg"
    assert taken.read_bytes() == b"mine"


def test_a_link_to_nowhere_is_not_written_over(photo: Path) -> None:
    link = photo.with_name("mine.svg")
    link.symlink_to("gone.svg")
    assert "already there" in str(invoke("paint", photo, "--out", link).exception)
    assert link.is_symlink()


def test_where_no_stroke_is_of_use_fewer_are_laid_and_it_is_told(tmp_path: Path) -> None:
    Image.new("RGB", (30, 20), (200, 30, 30)).save(tmp_path / "red.png")
    made = invoke("paint", tmp_path / "red.png", "-n", 4)
    assert "red.png: 0 strokes: no more were found that help" in made.output
    assert read_svg(tmp_path / "red-painted.svg").drawing.ground == (200 / 255, 30 / 255, 30 / 255)


@pytest.mark.parametrize(("step", "whole"), [(1, False), (2, False), (4, True)])
def test_what_was_broken_off_says_so(
    photo: Path, monkeypatch: pytest.MonkeyPatch, step: int, whole: bool
) -> None:
    made: list[Picture] = []

    def seen(drawing: Drawing) -> Picture:
        made.append(drawn_small(drawing))
        if len(made) == step:
            signal.raise_signal(signal.SIGINT)
        return made[-1]

    drawn_small = files.drawn_small
    monkeypatch.setattr(files, "drawn_small", seen)
    stopped = invoke("paint", photo, "-n", 4, "--json")
    assert stopped.exit_code == 130
    assert json.loads(stopped.stdout)["whole"] == whole
    assert len(read_svg(photo.with_name("photo-painted.svg")).drawing) > 1


def test_a_palette_is_named_or_taken_from_the_picture() -> None:
    picture = renders(1, (40, 30))[0]
    assert colours_of("4", picture).shape == (4, 3)
    assert colours_of("#f00, 00ff00,blue", picture).tolist() == np.eye(3).tolist()


def test_a_film_of_nothing_is_an_empty_sheet(tmp_path: Path) -> None:
    drawing = read_svg(b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 6"/>').drawing
    film = tmp_path / "film.gif"
    film.write_bytes(timelapse(drawing))
    assert frames(film) == 1
