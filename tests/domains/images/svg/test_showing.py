"""Drawings as pictures."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from makar.core.errors import UnreadableError
from makar.domains.images.painter.gallery import folder_gallery
from makar.domains.images.pictures.picture import Picture
from makar.domains.images.svg.showing import read_any, shown

HEAD = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 80 40"><title>Ball</title>'
BALL = '<circle cx="20" cy="20" r="10" fill="#c00"/>'


def wide(path: Path, inside: str = BALL) -> Path:
    path.write_text(f"{HEAD}{inside}</svg>")
    return path


def redness(picture: Picture) -> np.ndarray:
    return (picture.light[..., 0] - picture.light[..., 1]) > 0.4


def test_a_drawing_keeps_its_shape_its_fills_and_its_title(tmp_path: Path) -> None:
    picture = shown(wide(tmp_path / "ball.svg"), longest=400)
    assert picture.size == (400, 200)
    assert picture.title == "Ball"
    assert redness(picture).mean() == pytest.approx(np.pi * 100 / 3200, rel=0.05)
    rows, columns = (np.flatnonzero(redness(picture).any(axis)) for axis in (1, 0))
    assert np.ptp(rows) == pytest.approx(np.ptp(columns), abs=3)  # a circle is round


def test_what_is_left_out_is_told_and_nothing_to_show_is_refused(tmp_path: Path) -> None:
    told = shown(wide(tmp_path / "a.svg", BALL + '<text x="1" y="9">hello</text>')).notes
    assert any("text" in note for note in told)
    with pytest.raises(UnreadableError, match="nothing in it can be shown"):
        shown(wide(tmp_path / "b.svg", ""))


def test_a_picture_or_a_drawing_will_do(tmp_path: Path) -> None:
    from PIL import Image

    Image.new("RGB", (9, 5)).save(tmp_path / "a.png")
    assert read_any(tmp_path / "a.png").size == (9, 5)
    assert read_any(wide(tmp_path / "b.SVG")).size == (512, 256)


def test_a_wide_drawing_is_learned_from_as_it_is(tmp_path: Path) -> None:
    wide(tmp_path / "middle.svg", '<circle cx="40" cy="20" r="10" fill="#c00"/>')
    (picture,) = {p.pixels.tobytes(): p for p in folder_gallery(tmp_path).every.values()}.values()
    assert redness(picture).mean() == pytest.approx(np.pi * 100 / 1600, rel=0.08)
