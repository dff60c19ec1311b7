"""A picture for a plotter, from end to end."""

import io

import numpy as np
import pytest
import vpype

from makar.core.errors import ConfigError
from makar.domains.images.pictures.picture import Picture
from makar.domains.images.plotter.page import Page
from makar.domains.images.plotter.paths import Paths
from makar.domains.images.plotter.pens import parse_pens
from makar.domains.images.plotter.plot import plot
from makar.domains.images.plotter.styles.catalogue import STYLES, Style
from makar.domains.images.plotter.timing import Machine
from makar.domains.images.plotter.tone import Knee

PAGE = Page.parse("56x48mm", margin=5)
PIXEL = 25.4 / 96
BLACK, RED = parse_pens("black:0.3mm,red:0.5mm")


def ball(tint: tuple[float, float, float] = (1, 1, 1)) -> Picture:
    """A lit ball before a sky."""
    y, x = np.mgrid[:100, :120] / 100
    sky = 0.95 - 0.3 * y
    dx, dy = (x - 0.6) / 0.35, (y - 0.55) / 0.35
    height = np.sqrt(np.clip(1 - dx**2 - dy**2, 0, 1))
    lit = np.clip(0.6 * height - 0.5 * dx - 0.6 * dy, 0, 1) * 0.85 + 0.08
    inside = (dx**2 + dy**2 < 1)[..., None]
    colour = np.where(inside, lit[..., None] * tint, sky[..., None])
    return Picture(np.rint(colour * 255).astype(np.uint8), title="a ball")


def flat(value: int, size: tuple[int, int] = (6, 4)) -> Picture:
    return Picture(np.full((size[1], size[0], 3), value, np.uint8))


@pytest.mark.parametrize("style", STYLES)
def test_every_style_has_the_tone_of_the_picture_and_stays_inside_the_margins(style):
    page = plot(ball(), page=PAGE, style=style)
    near = page.likeness[0]
    assert near.squared <= 0.015
    assert near.squared <= 0.2 * near.constant
    (layer,) = page.layers
    assert layer.paths.points.min() >= 5 + 0.15
    assert (layer.paths.points.max(0) <= (56 - 5 - 0.15, 48 - 5 - 0.15)).all()
    assert layer.paths.lengths.min() >= 0.3
    seen = vpype.read_multilayer_svg(io.StringIO(page.svg), quantization=0.1).layers[1]
    assert seen.length() * PIXEL / 1000 == pytest.approx(layer.effort.metres_down, rel=0.001)
    assert len(seen) == layer.effort.paths
    assert (len(seen) == 1) == (style == "line")


def test_the_same_seed_draws_the_same_page_and_another_seed_another():
    one, same, other = (plot(ball(), page=PAGE, style="hatch", seed=s).svg for s in (3, 3, 4))
    assert one == same
    assert one != other


def test_the_preview_shows_the_page():
    page = plot(ball(), page=PAGE, style="hatch")
    height, width = page.preview.pixels.shape[:2]
    assert width / height == pytest.approx(56 / 48)
    dark = 1 - page.preview.pixels / 255
    left, top, right, bottom = (round(edge / 56 * width) for edge in page.box)
    assert dark[:, : left - 2].max() == 0
    assert dark[: top - 2].max() == 0
    inside = dark[top:bottom, left:right].mean()
    assert inside == pytest.approx(1 - ball().light.mean(), abs=0.04)


def test_two_pens_are_two_layers_of_their_colours():
    page = plot(ball((1.0, 0.1, 0.1)), page=PAGE, style="hatch", pens=(BLACK, RED))
    assert [layer.name for layer in page.layers] == ["1-black 0.3mm", "2-red 0.5mm"]
    ball_part, sky_part = (np.s_[18:30, 24:32], np.s_[6:10, 8:48])
    light = np.asarray(page.preview.resized((56, 48)).light)
    red, other = light[ball_part][..., 0].mean(), light[ball_part][..., 1].mean()
    assert red > other + 0.15
    assert np.ptp(light[sky_part].mean((0, 1))) < 0.05
    assert page.drawing.layers == ("1-black 0.3mm", "2-red 0.5mm")


def test_a_pen_that_nothing_asks_for_has_no_layer_and_that_is_said():
    page = plot(flat(128), page=PAGE, style="hatch", pens=(BLACK, RED))
    assert [layer.name for layer in page.layers] == ["1-black 0.3mm"]
    assert any("red 0.5mm" in sentence for sentence in page.said)


def test_nothing_to_draw_is_said():
    page = plot(flat(255), page=PAGE)
    assert page.layers == ()
    assert "nothing to draw" in page.said[0]
    assert page.minutes == 0
    assert page.preview.pixels.min() == 255
    assert "<path" not in page.svg
    assert len(page.drawing) == 0


@pytest.mark.parametrize("style", STYLES)
def test_black_is_dark_but_not_filled_in_and_that_is_said(style):
    page = plot(flat(0), page=Page.parse("30x30mm", margin=5), style=style)
    left, top, right, bottom = (round(edge * 10) for edge in page.box)
    covered = 1 - page.preview.pixels[top:bottom, left:right].mean() / 255
    assert 0.78 < covered < 0.93
    assert any("darkest" in sentence for sentence in page.said)


def test_the_darkest_tones_are_bent_under_a_ceiling():
    page = plot(flat(20), page=Page.parse("30x30mm", margin=5), style="line")
    left, top, right, bottom = (round(edge * 10) for edge in page.box)
    covered = 1 - page.preview.pixels[top + 10 : bottom - 10, left + 10 : right - 10].mean() / 255
    assert covered == pytest.approx(Knee()(np.array([1 - 20 / 255]))[0], abs=0.03)


def test_lines_of_a_second_pen_run_another_way():
    page = plot(ball((1.0, 0.1, 0.1)), page=PAGE, style="hatch", pens=(BLACK, RED))
    step = [np.diff(layer.paths.segments, axis=1)[:, 0] for layer in page.layers]
    angles = [set(np.rint(np.rad2deg(np.arctan2(s[:, 1], s[:, 0])) % 180 / 5) * 5) for s in step]
    assert {45.0, 135.0} <= angles[0]
    assert {75.0, 165.0} <= angles[1]


def test_what_a_style_draws_too_short_or_outside_is_left_out(monkeypatch):
    lines = ([(1, 1), (1.2, 1)], [(2, 2), (8, 2)], [(5, 5), (500, 5)], [(-9, -9), (-1, -1)])
    scrawl = Style("scrawl", lambda *_: lambda _: Paths.of(lines), passes=1)
    monkeypatch.setitem(STYLES, "scrawl", scrawl)
    (layer,) = plot(flat(99, (10, 10)), page=Page.parse("30x30mm", margin=5), style="scrawl").layers
    assert sorted(layer.paths.lengths.round(2).tolist()) == [6.0, 14.7]


@pytest.mark.parametrize("style", STYLES)
def test_one_pixel_is_an_even_tone(style):
    page = plot(flat(128, (1, 1)), page=Page.parse("30x30mm", margin=5), style=style)
    assert page.likeness[0].squared < 0.015
    assert page.layers[0].effort.paths > 0


def test_a_line_of_pixels_is_drawn():
    assert plot(flat(90, (300, 1)), page=PAGE).page.width == 56
    assert len(plot(flat(90, (1, 300)), page=PAGE, style="hatch").layers) <= 1


def test_marks_ink_minutes_and_layers_are_as_asked():
    slow = Machine(speed_down=10)
    plain = plot(ball(), page=PAGE, style="hatch")
    page = plot(ball(), page=PAGE, style="hatch", machine=slow, split=0.3, marks=True, from_layer=2)
    assert len(page.layers) > 2
    assert all(layer.paths.points.min() == pytest.approx(5.15) for layer in page.layers)
    assert "part 1 of" not in page.svg
    assert "2-black 0.3mm part 2 of" in page.svg
    assert sum(layer.effort.minutes for layer in page.layers) > 1.5 * plain.minutes
    assert page.minutes == sum(layer.effort.minutes for layer in page.layers[1:])
    assert page.box[0] > plain.box[0]


def test_progress_is_told_and_ends():
    told = []
    plot(ball(), page=PAGE, style="hatch", progress=lambda done, what: told.append((done, what)))
    shares = [done for done, _ in told]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert "black 0.3mm" in told[0][1]


@pytest.mark.parametrize(
    ("settings", "fault"),
    [
        ({"style": "oil"}, "contour, hatch, stipple, line"),
        ({"pens": ()}, "Name at least one"),
        ({"pens": parse_pens("white:0.3mm")}, "would not be seen"),
        ({"pens": parse_pens("black:0.05mm"), "page": Page.parse("a3")}, "too fine"),
        ({"from_layer": 7, "style": "hatch"}, "layers 1 to 1"),
        ({"split": 0.0, "style": "hatch"}, "above 0"),
    ],
)
def test_what_cannot_be_plotted_is_refused(settings, fault):
    with pytest.raises(ConfigError, match=fault):
        plot(ball(), **{"page": PAGE, **settings})
