"""Measures as scorers: they look at drawings, lay out their strokes and pixels once, and judge.

A picture is asked for by ``Prompt(given=Picture)``, colours by
``Prompt(condition={"palette": "#cc0000 #ffcc00"})``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeAlias

import numpy as np
from jaxtyping import Float

from makar.core.scoring import Statistic
from makar.core.types import Prompt, Works
from makar.domains.images.pictures.named import colour_named
from makar.domains.images.pictures.picture import Picture, scaled_size
from makar.domains.images.raster.canvas import rendered
from makar.domains.images.rewards.columns import Columns, columns_of
from makar.domains.images.rewards.composition import visual_mass
from makar.domains.images.rewards.copies import StrokeIndex
from makar.domains.images.rewards.palette import palette_distance
from makar.domains.images.rewards.style import folder_distance
from makar.domains.images.strokes.drawing import Drawing

SIDE = 128
"""Pixels at whose area drawings are looked at."""

Batch: TypeAlias = Works[Drawing] | Sequence[Drawing]
OfColumns: TypeAlias = Callable[[Columns], Float[np.ndarray, " B"] | Statistic]
OfPixels: TypeAlias = Callable[[Float[np.ndarray, "H W 3"], Float[np.ndarray, "H W"]], float]
"""Of a drawing's pixels and their visual mass."""
OfPair: TypeAlias = Callable[[Float[np.ndarray, "H W 3"], Float[np.ndarray, "H W 3"]], float]


class Look:
    """What was seen of one batch.

    Args:
        works: The batch.
        side: Pixels at whose area its drawings are looked at.
    """

    def __init__(self, works: Batch, side: int) -> None:
        self.works = works
        self._side = side

    @cached_property
    def columns(self) -> Columns:
        """The strokes of all."""
        return columns_of(drawings_of(self.works))

    @cached_property
    def pictures(self) -> list[Picture]:
        """Each as it looks."""
        return [rendered(d, size=scaled_size(d.size, self._side)) for d in drawings_of(self.works)]


@dataclass
class Easel:
    """Lays out and renders a batch once for all measures that look at it.

    Attributes:
        side: Pixels at whose area drawings are looked at.
        remembers: How many batches are not looked at again.
    """

    side: int = SIDE
    remembers: int = 2
    _looks: list[Look] = field(default_factory=list[Look], repr=False)

    def look(self, works: Batch) -> Look:
        """What is seen of these works; the same batch, not an equal one, is seen once."""
        for number, look in enumerate(self._looks):
            if look.works is works:
                self._looks.append(self._looks.pop(number))
                return look
        self._looks = [*self._looks[-self.remembers + 1 :], Look(works, self.side)]
        return self._looks[-1]


@dataclass(frozen=True)
class OfStrokes:
    """A measure of strokes, as a scorer."""

    measure: OfColumns
    easel: Easel

    def __call__(
        self, works: Batch, _prompts: Sequence[Prompt], /
    ) -> Float[np.ndarray, " B"] | Statistic:
        """Judge each drawing."""
        return self.measure(self.easel.look(works).columns)


@dataclass(frozen=True)
class OfPicture:
    """A measure of pixels, as a scorer."""

    measure: OfPixels
    easel: Easel

    def __call__(self, works: Batch, _prompts: Sequence[Prompt], /) -> Float[np.ndarray, " B"]:
        """Judge each drawing."""
        pairs = zip(self.easel.look(works).pictures, drawings_of(works), strict=True)
        judged = [self.measure(p.light, visual_mass(p.light, np.array(d.ground))) for p, d in pairs]
        return np.array(judged, np.float64)


@dataclass(frozen=True)
class Likeness:
    """How like each drawing is to the picture that was asked for; NaN where none was."""

    measure: OfPair
    easel: Easel

    def __call__(self, works: Batch, prompts: Sequence[Prompt], /) -> Float[np.ndarray, " B"]:
        """Judge each drawing at the size that it is rendered in."""
        pairs = zip(self.easel.look(works).pictures, prompts, strict=True)
        judged = [
            self.measure(p.light, ask.given.resized(p.size).light)
            if isinstance(ask.given, Picture)
            else np.nan
            for p, ask in pairs
        ]
        return np.array(judged, np.float64)


@dataclass(frozen=True)
class PaletteMissed:
    """How far the strokes' colours are from those asked for, by ink; NaN where none were."""

    easel: Easel

    def __call__(self, works: Batch, prompts: Sequence[Prompt], /) -> Float[np.ndarray, " B"]:
        """Judge each drawing."""
        columns = self.easel.look(works).columns
        ink = columns.length * columns.strokes.width.mean(1) * columns.strokes.opacity
        judged = np.full(len(works), np.nan)
        for number, ask in enumerate(prompts):
            palette = colours_of(str(ask.condition.get("palette", "")))
            rows = slice(*np.searchsorted(columns.drawing, [number, number + 1]))
            if len(palette):
                colours = columns.strokes.colour[rows]
                judged[number] = palette_distance(colours, palette, weights=ink[rows])
        return judged


@dataclass(frozen=True)
class NearCopy:
    """Share of the strokes that lie in a run taken from a known drawing."""

    index: StrokeIndex

    def __call__(self, works: Batch, _prompts: Sequence[Prompt], /) -> Float[np.ndarray, " B"]:
        """Judge each drawing."""
        return self.index.shared(drawings_of(works)).share


Seen: TypeAlias = Callable[[Float[np.ndarray, "B H W 3"]], Float[np.ndarray, "B D"]]
"""Features of pictures."""


@dataclass(frozen=True)
class Nearness:
    """How far each drawing is, in some features, from the nearest known one.

    Attributes:
        seen: The features.
        known: Those of the known drawings.
        easel: Renders the drawings.
    """

    seen: Seen
    known: Float[np.ndarray, "N D"]
    easel: Easel

    @classmethod
    def to(cls, drawings: Sequence[Drawing], seen: Seen, easel: Easel) -> Nearness:
        """To these drawings."""
        return cls(seen, _seen(easel.look(drawings).pictures, seen), easel)

    def __call__(self, works: Batch, _prompts: Sequence[Prompt], /) -> Float[np.ndarray, " B"]:
        """Judge each drawing."""
        if not len(works):
            return np.zeros(0)
        return folder_distance(_seen(self.easel.look(works).pictures, self.seen), self.known)


def _seen(pictures: Sequence[Picture], seen: Seen) -> np.ndarray:
    """Features of pictures of all sizes: those of one size are looked at together."""
    shapes = np.array([p.size for p in pictures])
    _, number = np.unique(shapes, axis=0, return_inverse=True)
    rows: dict[int, np.ndarray] = {}
    for kind in range(int(number.max()) + 1):
        of_kind = np.flatnonzero(number.ravel() == kind).tolist()
        features = seen(np.stack([pictures[i].pixels for i in of_kind]))
        rows.update(zip(of_kind, features, strict=True))
    return np.stack([rows[i] for i in range(len(pictures))])


def drawings_of(works: Batch) -> list[Drawing]:
    """Each of them."""
    return [works[number] for number in range(len(works))]


def colours_of(text: str) -> Float[np.ndarray, "K 3"]:
    """Colours as they are asked for, names or ``#rrggbb``, with blanks or commas between.

    Raises:
        ValueError: a word is no colour.
    """
    words = text.replace(",", " ").split()
    return np.array([colour_named(word) for word in words], np.float64).reshape(-1, 3)
