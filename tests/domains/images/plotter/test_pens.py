"""Pens as a user writes them."""

import pytest

from makar.core.errors import ConfigError
from makar.domains.images.plotter.pens import Pen, parse_pens


def test_colours_and_widths():
    assert parse_pens("black:0.3mm, #F00:.5 ,navy:1mm") == (
        Pen("black", (0, 0, 0), 0.3),
        Pen("#f00", (1, 0, 0), 0.5),
        Pen("navy", (0, 0, 128 / 255), 1.0),
    )
    assert str(parse_pens("red:0.50mm")[0]) == "red 0.5mm"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "none"),
        (" , ", "none"),
        ("black", "a colon and a width"),
        (":0.3mm", "a colon and a width"),
        ("black:", "no width"),
        ("black:thin", "'thin' is no width"),
        ("black:-0.3mm", "no width"),
        ("black:0.3in", "no width"),
        ("black:nan", "no width"),
        ("black:0mm", "0.05 to 5 mm"),
        ("black:50mm", "0.05 to 5 mm"),
        ("blakc:0.3mm", "'blakc' is no colour"),
        ("#12:0.3mm", "'#12' is no colour"),
        ("black:0.3mm,black:0.30mm", "twice"),
        (",".join(f"black:0.{n}mm" for n in range(10, 30)), "at most 12"),
    ],
)
def test_what_is_no_pen_is_refused_with_what_is_wrong(text, fault):
    with pytest.raises(ConfigError, match=fault):
        parse_pens(text)


def test_the_fault_names_the_pen():
    with pytest.raises(ConfigError, match=r"rde:0\.5mm"):
        parse_pens("black:0.3mm,rde:0.5mm")
