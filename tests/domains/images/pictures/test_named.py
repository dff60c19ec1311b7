import pytest

from makar.domains.images.painter.config import PainterConfig
from makar.domains.images.painter.recipe import palette_of
from makar.domains.images.pictures.named import colour_named
from makar.domains.images.plotter.pens import parse_pens


@pytest.mark.parametrize("text", ["#336699", "336699", "#369", "369", " #336699 "])
def test_digits_with_or_without_the_sign(text):
    assert colour_named(text) == (0.2, 0.4, 0.6)


def test_names():
    assert colour_named("Tomato") == (1, 99 / 255, 71 / 255)


@pytest.mark.parametrize("text", ["", "#", "#ff", "#12345", "#33669980", "no colour"])
def test_what_is_no_colour_is_refused(text):
    with pytest.raises(ValueError, match="is no colour: write it as #rrggbb"):
        colour_named(text)


def test_a_pen_and_a_palette_take_no_half_of_a_colour():
    with pytest.raises(ValueError, match="no colour"):
        parse_pens("#33669980:0.3mm")  # its opacity was dropped without a word
    with pytest.raises(ValueError, match="no colour"):
        palette_of(PainterConfig(palette=("#ff",)))  # it was taken for grey
    assert palette_of(PainterConfig(palette=("blue",))).tolist() == [[0, 0, 1]]
