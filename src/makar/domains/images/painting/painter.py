"""The painter: strokes laid in rounds, all of them improved after each, the weakest laid anew.

Small first, then larger: what is decided on a small canvas is cheap, and only a larger one sees
thin strokes. Every number of tries and passes is fixed, so that a seed gives the same drawing on a
slow machine as on a fast one.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float

from makar.core.seeds import Seeds
from makar.domains.images.painting.greedy import Scene, lay_greedily
from makar.domains.images.painting.refinement import refine
from makar.domains.images.painting.structure import directions
from makar.domains.images.pictures.picture import Picture, scaled_size
from makar.domains.images.raster.canvas import blank, rendered
from makar.domains.images.raster.gradient import Looks, forwards, worths
from makar.domains.images.strokes.drawing import Drawing, strokes_of, together

WIDEST, THINNEST = 0.2, 0.03
"""Widths of the first strokes and the last, as shares of the canvas's side."""
ANEW = (0.02, 0.09)
"""Between which strokes are as wide that are laid anew."""
NO_COLOURS = np.zeros((0, 3))


@dataclass(frozen=True)
class Stage:
    """What is done on a canvas of one size.

    Attributes:
        side: Its side in pixels; canvases have the area of that square.
        rounds: In how many parts the strokes are laid; 0 where they are there from before.
        passes: Passes of refinement after each part.
        renewals: How often the weakest are dropped and as many added.
        share: Share of the strokes that are.
        again: Passes after each renewal.
        last: Passes at the end.
        tries: Shapes proposed a stroke.
        climbs: Changes tried of the best.
    """

    side: int
    rounds: int = 0
    passes: int = 0
    renewals: int = 0
    share: float = 0.12
    again: int = 0
    last: int = 0
    tries: int = 30
    climbs: int = 120

    @property
    def steps(self) -> int:
        """How often it tells how far it is."""
        return self.rounds + self.renewals + (self.last > 0)


PREVIEW = (Stage(128, rounds=1, passes=50, tries=25, climbs=125),)
"""In a second."""
WHOLE = (
    Stage(128, rounds=4, passes=90, renewals=5, again=60),
    Stage(256, passes=80, renewals=6, again=80, last=160),
)
"""In half a minute, for 200 strokes."""


@dataclass(frozen=True)
class Painted:
    """A drawing on the way, or done.

    Attributes:
        drawing: It, in the picture's own pixels.
        done: Steps done.
        total: Steps there are.
        error: Mean squared error where the canvas is seen now, 0..1.
    """

    drawing: Drawing
    done: int
    total: int
    error: float


def paint(
    picture: Picture,
    *,
    strokes: int = 200,
    seed: int = 0,
    below: Drawing | None = None,
    detail: Float[np.ndarray, "H W"] | None = None,
    palette: Float[np.ndarray, "P 3"] = NO_COLOURS,
    stages: tuple[Stage, ...] = WHOLE,
    stopped: Callable[[], bool] = lambda: False,
) -> Generator[Painted, None, None]:
    """Paint a picture; yields the drawing as it grows, the last one done.

    Args:
        picture: What to paint.
        strokes: How many to lay; fewer are where nothing is lacking, or no colour helps.
        seed: Fixes every random draw.
        below: Lies beneath and stays as it is; a sheet of the picture's mean colour by default.
        detail: How much each pixel of the picture counts, 0..1, in the picture's own size.
        palette: The only colours there are; none for any colour.
        stages: How.
        stopped: Asked often; True ends with what is painted.
    """
    sheet = below or Drawing(
        (float(picture.size[0]), float(picture.size[1])), ground=_ground(picture, palette)
    )
    total = sum(stage.steps for stage in stages)
    looks, width, done = _no_looks(), 0, 0
    for number, stage in enumerate(stages):
        size = scaled_size(picture.size, stage.side)
        scene = _scene(picture, size, detail, palette)
        ground = _ground_of(sheet, size)
        if width:
            looks = _scaled(looks, size[0] / width)
        width = size[0]
        random = Seeds(seed, number).generator()
        for now in _staged(stage, scene, ground, looks, strokes, random, stopped):
            looks, done = now, done + 1
            drawing = _drawn(sheet, looks, width)
            yield Painted(drawing, done, total, _error(scene, ground, looks))
            if stopped():
                return


def _staged(
    stage: Stage,
    scene: Scene,
    ground: Float[np.ndarray, "3 H W"],
    looks: Looks,
    strokes: int,
    random: np.random.Generator,
    stopped: Callable[[], bool],
) -> Generator[Looks, None, None]:
    """The strokes after each step of a stage."""
    side = stage.side
    widths = side * np.geomspace(WIDEST, THINNEST, strokes)

    def laid_on(looks: Looks, widths: Float[np.ndarray, " S"]) -> Looks:
        canvas = forwards(ground, looks, soft=1.0).canvas
        more = lay_greedily(
            scene, canvas, widths, tries=stage.tries, climbs=stage.climbs, random=random
        )
        return _joined(looks, _seen(more))

    for part in np.array_split(widths, stage.rounds) if stage.rounds else ():
        looks = laid_on(looks, part)
        looks = refine(scene, ground, looks, passes=stage.passes, stopped=stopped)
        yield looks
    if not stage.rounds and stage.passes:
        looks = refine(scene, ground, looks, passes=stage.passes, stopped=stopped)
    for _ in range(stage.renewals):
        looks = _without_weakest(scene, ground, looks, round(stage.share * strokes))
        low, high = np.log(ANEW)
        fresh = side * np.exp(random.uniform(low, high, strokes - len(looks[0])))
        looks = laid_on(looks, np.sort(fresh)[::-1])
        looks = refine(scene, ground, looks, passes=stage.again, stopped=stopped)
        yield looks
    if stage.last:
        yield refine(scene, ground, looks, passes=stage.last, stopped=stopped)


def _without_weakest(
    scene: Scene, ground: Float[np.ndarray, "3 H W"], looks: Looks, count: int
) -> Looks:
    """All but the strokes that would be missed least."""
    laid = forwards(ground, looks, soft=1.0)
    missed = worths(laid, looks, scene.target, scene.weight)
    stay = np.sort(np.argsort(missed, kind="stable")[count:])
    return tuple(one[stay] for one in looks)  # pyright: ignore[reportReturnType]


def _scene(
    picture: Picture,
    size: tuple[int, int],
    detail: Float[np.ndarray, "H W"] | None,
    palette: Float[np.ndarray, "P 3"],
) -> Scene:
    target = _planes(picture.resized(size))
    angle, coherence = directions(target)
    weight = np.ones(target.shape[1:], np.float32)
    if detail is not None:
        mask = Picture((255 * np.repeat(detail[:, :, None], 3, 2)).round().astype(np.uint8))
        weight = mask.resized(size).light[:, :, 0].astype(np.float32)
        weight /= max(float(weight.mean()), 1e-6)
    return Scene(target, weight, angle, coherence, np.asarray(palette, np.float64))


def _planes(picture: Picture) -> Float[np.ndarray, "3 H W"]:
    return np.ascontiguousarray(picture.light.transpose(2, 0, 1), np.float32)


def _ground(picture: Picture, palette: Float[np.ndarray, "P 3"]) -> tuple[float, float, float]:
    """The colour of the sheet: the mean, or the palette's nearest to it."""
    mean = picture.light.mean((0, 1))
    if len(palette):
        mean = palette[((palette - mean) ** 2).sum(1).argmin()]
    red, green, blue = (round(255 * float(value)) / 255 for value in mean)
    return red, green, blue


def _ground_of(sheet: Drawing, size: tuple[int, int]) -> Float[np.ndarray, "3 H W"]:
    if not len(sheet):
        return blank(size, sheet.ground)
    return _planes(rendered(sheet, size=size))


def _error(scene: Scene, ground: Float[np.ndarray, "3 H W"], looks: Looks) -> float:
    canvas = forwards(ground, looks, soft=1.0).canvas
    return float((scene.weight * (canvas - scene.target) ** 2).mean())


def _drawn(sheet: Drawing, looks: Looks, width: int) -> Drawing:
    """The strokes on their sheet, in its own units."""
    points, radius, colour, opacity = _scaled(looks, sheet.size[0] / width)
    layer = len(sheet.layers) - 1
    new = strokes_of(points, width=2 * radius, colour=colour, opacity=opacity, layer=layer)
    return replace(sheet, strokes=together((sheet.strokes, new)))


def _scaled(looks: Looks, factor: float) -> Looks:
    return looks[0] * factor, looks[1] * factor, looks[2], looks[3]


def _joined(looks: Looks, more: Looks) -> Looks:
    return tuple(np.concatenate(pair) for pair in zip(looks, more, strict=True))  # pyright: ignore[reportReturnType]


def _seen(looks: Looks) -> Looks:
    """Without strokes that nobody sees."""
    return tuple(one[looks[3] > 0] for one in looks)  # pyright: ignore[reportReturnType]


def _no_looks() -> Looks:
    return np.zeros((0, 4, 2)), np.zeros((0, 2)), np.zeros((0, 3)), np.zeros(0)
