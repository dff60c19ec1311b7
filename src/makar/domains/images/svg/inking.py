"""Shapes as strokes: which are stroked, how wide and in which colour."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass

import numpy as np

from makar.domains.images.svg.collecting import Collected, Line
from makar.domains.images.svg.document import MAKAR, Document, Node
from makar.domains.images.svg.filling import OVERLAP, hatched
from makar.domains.images.svg.geometry.lengths import length, numbers
from makar.domains.images.svg.geometry.pathdata import Track, track
from makar.domains.images.svg.geometry.shapes import rectangle, shape_data
from makar.domains.images.svg.geometry.transforms import UNMOVED, grows
from makar.domains.images.svg.looks.colours import Colour
from makar.domains.images.svg.looks.paints import Paint, paint
from makar.domains.images.svg.looks.states import State
from makar.domains.images.svg.looks.styles import Sheet, Style

THIN = 1 / 400
"""Width of an outline, as a share of the sheet's side."""
ALIKE = 1e-4
"""A rectangle fills the sheet where it misses no more of it, as a share of its sides."""
NONE = ("none", "")
MOST_LINES = 200_000
"""Lines by which areas are covered; what is filled after so many is left out."""


@dataclass(frozen=True)
class Fills:
    """What becomes of filled areas.

    Attributes:
        outlines: True reads those of shapes that have no stroke as thin strokes around them.
        lines: Lines on the longer side of the sheet by which they are covered; 0 for none.
        clipped: True where clips are applied by who shows what was read.
    """

    outlines: bool = False
    lines: int = 0
    clipped: bool = False


class Ink:
    """Draws shapes.

    Attributes:
        collected: Strokes so far.
        told: What was not drawn as it is meant, by kind.
        ground: Colour of the sheet, where a rectangle says it.
        sheet_node: That rectangle.
    """

    def __init__(
        self,
        document: Document,
        sheet: Sheet,
        size: tuple[float, float] | None,
        fills: Fills,
    ) -> None:
        self.document = document
        self.sheet = sheet
        self.size = size
        self.fills = fills
        self.lines = 0
        self.collected = Collected()
        self.told: Counter[str] = Counter()
        self.ground: Colour | None = None
        self.sheet_node: Node | None = None
        self._first = True
        self._paints: dict[tuple[str, Colour], Paint | None] = {}

    def draw(self, node: Node, state: State, style: Style) -> None:
        """Draw a shape, or tell what it is instead."""
        first, self._first = self._first, False
        if not state.visible:
            self.told["hidden"] += 1
            return
        fill = None if node.name == "line" else self._paint(state.fill, state)
        if first and fill and self._is_ground(node, state, fill):
            self.ground, self.sheet_node = fill.colour, node
            return
        if fill and fill.opacity * state.fill_opacity * state.opacity <= 0 and not state.own:
            fill = None
        if fill and f"{MAKAR} line" in node.attributes and self._tapered(node, state, fill):
            return
        covered = fill is not None and self._covered(node, state, fill)
        stroked = self._stroked(node, state, style)
        if fill is None or covered or (stroked and stroked.flat):
            return
        if stroked:
            self.told["fill"] += 1
        else:
            self._filled(node, state, fill)
        self.told["gradient fill"] += fill.mixed

    def _covered(self, node: Node, state: State, fill: Paint) -> bool:
        """Cover what a shape encloses, if that is wanted."""
        if not self.fills.lines or self.size is None or self.lines > MOST_LINES:
            return False
        shape = track(shape_data(node, state.window))
        if not shape.curves or shape.flat:
            return True
        pitch = max(self.size) / self.fills.lines
        rows, even_odd = math.ceil(self.size[1] / pitch), state.rule == "evenodd"
        made = hatched(shape, state.matrix, pitch, rows=rows, even_odd=even_odd)
        if made is None:
            return False
        self.lines += len(made.curves)
        opacity = fill.opacity * state.fill_opacity * state.opacity
        line = Line(fill.colour, opacity, pitch * OVERLAP, None, state.layer, UNMOVED, state.clips)
        self.collected.add(made, line, state.source or node)
        self.told["gradient"] += fill.mixed
        return True

    def _stroked(self, node: Node, state: State, style: Style) -> Track | None:
        """Draw a shape's stroke, if it has one that is seen."""
        ink = self._paint(state.stroke, state)
        if ink is None:
            return None
        middle = ((state.window[0] ** 2 + state.window[1] ** 2) / 2) ** 0.5
        width = length(state.width, middle, 1.0)
        if style.get("vector-effect") != "non-scaling-stroke":
            width *= grows(state.matrix)
        opacity = ink.opacity * state.stroke_opacity * state.opacity
        if not state.own and (width <= 0 or opacity <= 0):
            return None
        made = self._track(node, state)
        if made.curves:
            self.told["gradient"] += ink.mixed
            self.told["dashes"] += state.dashes.strip().lower() not in ("none", "", "0")
            self.told["markers"] += any(
                name.startswith("marker") and style[name] != "none" for name in style
            )
            line = Line(ink.colour, opacity, width, None, state.layer, state.matrix, state.clips)
            self.collected.add(made, line, state.source or node)
        return made

    def _filled(self, node: Node, state: State, fill: Paint) -> None:
        """Draw the outline of a shape that is filled alone, or tell of it."""
        if not self.fills.outlines:
            self.told["filled"] += 1
            return
        made = self._track(node, state)
        if made.curves:
            self.told["outlined"] += 1
            self.told["gradient"] += fill.mixed
            side = (self.size[0] * self.size[1]) ** 0.5 if self.size else 1 / THIN
            opacity = fill.opacity * state.fill_opacity * state.opacity
            line = Line(
                fill.colour, opacity, side * THIN, None, state.layer, state.matrix, state.clips
            )
            self.collected.add(made, line, state.source or node)

    def _tapered(self, node: Node, state: State, fill: Paint) -> bool:
        """Draw a stroke of changing width from what makar noted of it, if that is whole."""
        made = track(node.get(f"{MAKAR} line"))
        widths = np.array(numbers(node.get(f"{MAKAR} width")))
        if made.fault or not made.curves or len(widths) != 2 * len(made.curves):
            return False
        opacity = fill.opacity * state.fill_opacity * state.opacity
        widths = widths.reshape(-1, 2) * grows(state.matrix)
        line = Line(fill.colour, opacity, 0.0, widths, state.layer, state.matrix, state.clips)
        self.collected.add(made, line, state.source or node)
        return True

    def _track(self, node: Node, state: State) -> Track:
        made = track(shape_data(node, state.window))
        self.told["malformed"] += made.fault
        return made

    def _paint(self, said: str, state: State) -> Paint | None:
        if said.strip() in NONE:
            return None
        key = (said, state.colour)
        if key not in self._paints:
            self._paints[key] = paint(said, state.colour, self.document, self.sheet)
        found = self._paints[key]
        self.told["unknown paint"] += found is None
        return found

    def _is_ground(self, node: Node, state: State, fill: Paint) -> bool:
        """Whether it is a plain rectangle that fills the sheet."""
        if node.name != "rect" or self.size is None or state.stroke.strip() not in NONE:
            return False
        if state.clips:
            return False
        if fill.mixed or fill.opacity * state.fill_opacity * state.opacity < 1 or node.get("rx"):
            return False
        a, b, c, d, e, f = state.matrix
        x, y, wide, high = rectangle(node, state.window)
        near = ALIKE * max(self.size)
        ends = sorted((a * x + e, a * (x + wide) + e)), sorted((d * y + f, d * (y + high) + f))
        return b == c == 0 and all(
            low <= near and high >= side - near
            for (low, high), side in zip(ends, self.size, strict=True)
        )
