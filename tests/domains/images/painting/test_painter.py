"""Painting by search, in small."""

from __future__ import annotations

from dataclasses import replace
from types import ModuleType

import numpy as np
import pytest
from numba.core.dispatcher import Dispatcher

from makar.domains.images.painter.canvas import eye, hand, kernel
from makar.domains.images.painting import greedy
from makar.domains.images.painting.painter import PREVIEW, WHOLE, Painted, Stage, paint
from makar.domains.images.painting.structure import directions
from makar.domains.images.pictures.picture import Picture
from makar.domains.images.pictures.sources import renders
from makar.domains.images.raster import canvas, coverage, gain, gradient
from makar.domains.images.raster.canvas import rendered
from makar.domains.images.raster.coverage import EXACT
from makar.domains.images.strokes.drawing import Drawing, polyline

SMALL = (
    Stage(32, rounds=2, passes=15, renewals=2, again=10, tries=10, climbs=20),
    Stage(48, passes=10, renewals=1, again=10, last=10, tries=10, climbs=20),
)
STROKES = 24


@pytest.fixture(scope="module")
def picture() -> Picture:
    return renders(3, (96, 64))[2]


def done(picture: Picture, **wishes) -> Painted:
    *_, last = paint(picture, **{"strokes": STROKES, "stages": SMALL} | wishes)
    return last


def off(drawing: Drawing, picture: Picture) -> np.ndarray:
    return ((rendered(drawing, size=picture.size).light - picture.light) ** 2).mean(2)


def test_the_drawing_comes_near_the_picture_step_by_step(picture: Picture) -> None:
    grown = [*paint(picture, strokes=STROKES, stages=SMALL)]
    assert [one.done for one in grown] == [*range(1, 7)]
    assert {one.total for one in grown} == {6}
    assert len(grown[0].drawing) == STROKES // 2
    assert len(grown[-1].drawing) == STROKES
    assert grown[-1].drawing.size == (96.0, 64.0)
    blank = off(Drawing((96.0, 64.0), ground=grown[-1].drawing.ground), picture).mean()
    assert off(grown[-1].drawing, picture).mean() < 0.15 * blank
    assert off(grown[-1].drawing, picture).mean() < 0.9 * off(grown[1].drawing, picture).mean()


def test_the_same_seed_gives_the_same_strokes(picture: Picture) -> None:
    one, same, other = (done(picture, seed=seed).drawing.strokes for seed in (1, 1, 2))
    assert one == same
    assert one != other


@pytest.mark.parametrize("module", [coverage, canvas, gain, gradient, greedy, eye, hand, kernel])
def test_no_compiler_may_change_the_order_of_sums(module: ModuleType) -> None:
    compiled = [one for one in vars(module).values() if isinstance(one, Dispatcher)]
    assert compiled
    for function in compiled:
        assert set(function.targetoptions.get("fastmath", ())) <= EXACT, function


def test_refinement_and_trying_pay(picture: Picture) -> None:
    first, second = SMALL

    def error(stages: tuple[Stage, ...]) -> float:
        return sum(done(picture, stages=stages, seed=seed).error for seed in (0, 1, 2))

    whole = error(SMALL)
    for less in (
        (replace(first, passes=0, again=0), replace(second, passes=0, again=0, last=0)),
        (replace(first, tries=1, climbs=0),),
    ):
        assert error(less) > whole


def test_what_lies_beneath_stays_as_it_is(picture: Picture) -> None:
    below = Drawing((96.0, 64.0), polyline([[0, 0], [96, 64]], width=5), layers=("mine", "more"))
    drawing = done(picture, below=below).drawing
    assert drawing.strokes.take(slice(1)) == below.strokes
    assert len(drawing) == 1 + STROKES
    assert drawing.ground == below.ground
    assert set(drawing.strokes.layer[1:]) == {1}


def test_with_a_palette_there_are_no_other_colours(picture: Picture) -> None:
    palette = np.array([[0.1, 0.2, 0.3], [0.9, 0.8, 0.3]])
    drawing = done(picture, palette=palette).drawing
    assert {tuple(c) for c in drawing.strokes.colour} <= {tuple(c) for c in palette}
    assert (drawing.strokes.opacity == 1).all()
    assert np.abs(palette - drawing.ground).max(1).min() <= 1 / 255


def test_strokes_go_where_detail_is_asked_for(picture: Picture) -> None:
    left = np.full((64, 96), 0.02)
    left[:, :48] = 1
    plain, asked = done(picture).drawing, done(picture, detail=left).drawing
    assert off(asked, picture)[:, :48].mean() < 0.9 * off(plain, picture)[:, :48].mean()
    assert off(asked, picture)[:, 48:].mean() > 1.1 * off(plain, picture)[:, 48:].mean()


def test_who_stops_keeps_what_is_painted(picture: Picture) -> None:
    grown = [*paint(picture, strokes=STROKES, stages=SMALL, stopped=lambda: True)]
    assert len(grown) == 1
    assert len(grown[0].drawing) == STROKES // 2


@pytest.mark.parametrize("size", [(1, 1), (3, 200)])
def test_a_picture_of_any_shape_is_painted(size: tuple[int, int]) -> None:
    picture = Picture(np.full((*size[::-1], 3), 90, np.uint8))
    drawing = done(picture, strokes=3).drawing
    assert np.isfinite(drawing.strokes.points).all()
    assert off(drawing, picture).mean() < 0.01


def test_a_picture_runs_along_its_edges() -> None:
    ramp = np.tile(np.linspace(0, 1, 30), (3, 20, 1))
    angle, coherence = directions(ramp)
    assert np.abs(np.cos(angle)).max() < 1e-6
    assert coherence.min() > 0.99
    assert directions(np.ones((3, 20, 30)))[1].max() < 1e-6


def test_the_plans_are_what_the_command_says() -> None:
    assert sum(stage.rounds for stage in PREVIEW) == 1
    assert [stage.side for stage in WHOLE] == [128, 256]
