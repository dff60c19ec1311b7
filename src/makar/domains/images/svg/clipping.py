"""Clips: the shapes outside which nothing of an element is seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from jaxtyping import Float

from makar.domains.images.strokes.drawing import Drawing, Strokes, strokes_of, together
from makar.domains.images.svg.document import Document, Node
from makar.domains.images.svg.filling import OVERLAP, hatched
from makar.domains.images.svg.geometry.lengths import length
from makar.domains.images.svg.geometry.pathdata import Track, track
from makar.domains.images.svg.geometry.shapes import SHAPES, Window, shape_data
from makar.domains.images.svg.geometry.transforms import Matrix, after, transform
from makar.domains.images.svg.looks.styles import Sheet, Style

DEEPEST = 8
"""Clips of clips."""
MOST_TEXT = 2**22
"""Characters of the shapes of all clips, each time that they are used anew."""
MOST_LINES = 200_000
"""Lines by which all masks are made."""
SILENT = {"title", "desc", "metadata", "style", "script"}
"""Elements that draw nothing."""
BLACK, WHITE = (0.0, 0.0, 0.0), (1.0, 1.0, 1.0)
KEPT = 64
"""Masks that are kept to be used again."""


@dataclass(frozen=True, eq=False)
class Area:
    """One shape of a clip.

    Attributes:
        track: Its outline.
        matrix: Where it lies on the sheet.
        even_odd: The rule by which it encloses.
    """

    track: Track
    matrix: Matrix
    even_odd: bool


@dataclass(frozen=True, eq=False)
class Clip:
    """What is seen: all that lies in one of these shapes."""

    areas: tuple[Area, ...]


Clips = tuple[Clip, ...]
"""Only what lies in each of them is seen."""


class Clipping:
    """Reads the clips of a file, each once for each place that it is used in.

    Args:
        document: The file's elements.
        sheet: Its style rules.
    """

    def __init__(self, document: Document, sheet: Sheet) -> None:
        self._document = document
        self._sheet = sheet
        self._known: dict[tuple[str, Matrix, Window], Clips | None] = {}
        self._text = 0

    def of(self, said: str, matrix: Matrix, window: Window) -> Clips | None:
        """What ``clip-path`` says; None where that is not understood.

        Args:
            said: As it is written.
            matrix: Where the element that says it lies on the sheet.
            window: What its percentages are shares of.
        """
        key = (said, matrix, window)
        if key not in self._known:
            self._known[key] = self._read(said, matrix, window, DEEPEST)
        return self._known[key]

    def _read(self, said: str, matrix: Matrix, window: Window, left: int) -> Clips | None:
        """As ``of``, through so many clips of clips."""
        node = self._document.linked(said) if said.startswith("url(") else None
        if left == 0 or node is None or node.name != "clipPath":
            return None
        if node.get("clipPathUnits") not in ("", "userSpaceOnUse"):
            return None
        style = self._sheet.style(node)
        placed = _moved(matrix, style)
        own = style.get("clip-path", "none")
        outer = () if own == "none" else self._read(own, matrix, window, left - 1)
        areas = self._areas(node, placed, window) if placed else None
        return None if outer is None or areas is None else (*outer, Clip(tuple(areas)))

    def _areas(self, clip: Node, matrix: Matrix, window: Window) -> list[Area] | None:
        """The shapes that it is made of; None where one of them is something else."""
        areas: list[Area] = []
        for child in clip.children:
            if child.name in SILENT or " " in child.name:
                continue
            style = self._sheet.style(child)
            if style.get("display") == "none" or style.get("visibility") == "hidden":
                continue
            node, placed = self._shape(child, _moved(matrix, style), window)
            if node is None or placed is None:
                return None
            data = shape_data(node, window)
            self._text += len(data) + 1
            if self._text > MOST_TEXT:
                return None
            made = track(data)
            if not made.flat:
                areas.append(Area(made, placed, self._rule(node) == "evenodd"))
        return areas

    def _shape(
        self, node: Node, matrix: Matrix | None, window: Window
    ) -> tuple[Node | None, Matrix | None]:
        """A shape, or the one that a ``use`` means, and where it lies."""
        if self._sheet.style(node).get("clip-path", "none") != "none":
            return None, None
        if node.name != "use" or matrix is None:
            return (node, matrix) if node.name in SHAPES else (None, None)
        target = self._document.linked(node.link)
        if target is None or target.name not in SHAPES:
            return None, None
        x, y = (length(node.get(n), whole) for n, whole in zip("xy", window, strict=True))
        shifted = after(matrix, (1.0, 0.0, 0.0, 1.0, x, y))
        return self._shape(target, _moved(shifted, self._sheet.style(target)), window)

    def _rule(self, node: Node | None) -> str:
        """By which a shape encloses: what it or one that it lies in says."""
        while node is not None:
            if said := self._sheet.style(node).get("clip-rule"):
                return said
            node = node.parent
        return "nonzero"


def _moved(matrix: Matrix, style: Style) -> Matrix | None:
    """With an element's own transform; None where that is malformed."""
    if "transform" not in style:
        return matrix
    own = transform(style["transform"])
    return after(matrix, own) if own else None


class Masks:
    """Clips as pixels.

    Args:
        sheet: Width and height of the sheet.
        size: The same in pixels.
    """

    def __init__(self, sheet: tuple[float, float], size: tuple[int, int]) -> None:
        self._sheet = sheet
        self._size = size
        self._lines = 0
        self._one = lru_cache(KEPT)(self._made)

    def of(self, clips: Sequence[Clip]) -> Float[np.ndarray, "H W"] | None:
        """How much of each pixel is seen; None where a clip is too much to be made out."""
        seen = np.ones(self._size[::-1], np.float32)
        for clip in clips:
            one = self._one(clip)
            if one is None:
                return None
            seen *= one
        return seen

    def _made(self, clip: Clip) -> Float[np.ndarray, "H W"] | None:
        """White where it is, on black."""
        from makar.domains.images.raster.canvas import rendered

        pitch = max(self._sheet) / max(self._size)
        rows = int(np.ceil(self._sheet[1] / pitch))
        parts: list[Strokes] = []
        for area in clip.areas:
            lines = hatched(area.track, area.matrix, pitch, rows=rows, even_odd=area.even_odd)
            if lines is None or self._lines > MOST_LINES:
                return None
            self._lines += len(lines.curves)
            if lines.curves:
                joined = ~np.array(lines.lifted, np.bool_)
                at = np.array(lines.curves, np.float64)
                parts.append(strokes_of(at, width=pitch * OVERLAP, colour=WHITE, joined=joined))
        mask = rendered(Drawing(self._sheet, together(parts), ground=BLACK), size=self._size)
        return mask.light[..., 0].astype(np.float32)
