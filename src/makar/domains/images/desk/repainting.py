"""What is painted anew: toward what, between what stays, and how well that came out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float

from makar.domains.images.painting.painter import Painted, Stage, paint
from makar.domains.images.pictures.picture import Picture, scaled_size
from makar.domains.images.raster.canvas import rendered
from makar.domains.images.strokes.drawing import Drawing, Strokes, together

SIDE = 384
"""Pictures that are painted toward have the area of a square of so many pixels."""
STAGES = (
    Stage(128, rounds=3, passes=60, renewals=2, again=40),
    Stage(256, passes=60, last=60),
)
"""How the search paints here: several versions are wanted, none of them for a wall."""
SAME = 0.98
"""A share of a picture that is as good as all of it."""
BLACK = (0.0, 0.0, 0.0)


@dataclass(frozen=True, eq=False)
class Scene:
    """A sheet on which something is to be painted.

    Attributes:
        below: What stays and lies under it.
        above: What stays and covers it.
        target: What all of it together should look like.
    """

    below: Drawing
    above: Strokes
    target: Picture

    def whole(self, anew: Strokes) -> Drawing:
        """All of it."""
        return self.below.with_strokes(together((self.below.strokes, anew, self.above)))

    @property
    def uncovered(self) -> Float[np.ndarray, "H W"]:
        """How much of what is painted can be seen, at each pixel."""
        white = replace(self.above, colour=np.ones_like(self.above.colour))
        cover = replace(self.below, strokes=white, ground=BLACK)
        return 1 - rendered(cover, size=self.target.size).light[:, :, 0]

    def score(self, anew: Strokes) -> float:
        """The share of the squared error that is gone, 0..1; NaN where there was none."""
        without, after = (
            float(((rendered(one, size=self.target.size).light - self.target.light) ** 2).mean())
            for one in (self.whole(anew.take(slice(0, 0))), self.whole(anew))
        )
        return max(0.0, 1 - after / without) if without > 0 else float("nan")


def painted(
    scene: Scene, *, strokes: int, seed: int, told: Callable[[Painted], None] = lambda _step: None
) -> Strokes:
    """Strokes found by search, in the sheet's own units; ``told`` hears of each step."""
    factor = scene.target.size[0] / scene.below.size[0]
    below = scene.below.scaled(factor)
    detail = scene.uncovered if len(scene.above) else None
    whole = below
    for step in paint(
        scene.target, strokes=strokes, seed=seed, below=below, detail=detail, stages=STAGES
    ):
        whole = step.drawing
        told(step)
    anew = whole.scaled(1 / factor).strokes
    return anew.take(slice(len(below), None))


def look(drawing: Drawing, side: int = SIDE) -> Picture:
    """A drawing as a picture to paint toward."""
    return rendered(drawing, size=scaled_size(drawing.size, side))


def fitted(picture: Picture, size: tuple[float, float]) -> Picture:
    """The middle of a picture, in the shape of a sheet; a note tells what is left out."""
    wide, high = picture.size
    scale = min(wide / size[0], high / size[1])
    across, down = (
        min(s, max(1, round(scale * side))) for s, side in zip(picture.size, size, strict=True)
    )
    cut = picture.cropped((wide - across) // 2, (high - down) // 2, across, down)
    made = cut.resized(scaled_size(size, SIDE))
    if across * down >= SAME * wide * high:
        return made
    note = f"of the picture to paint toward, the middle: {across:,} × {down:,} of its pixels"
    return replace(made, notes=(*made.notes, note))
