"""The way through a file's elements, from the lowest drawn to the highest."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import NoReturn

from makar.core.errors import UnreadableError
from makar.domains.images.svg.clipping import Clipping
from makar.domains.images.svg.document import INKSCAPE, MAKAR, Document, Node
from makar.domains.images.svg.geometry.lengths import length
from makar.domains.images.svg.geometry.pathdata import MOST_CURVES
from makar.domains.images.svg.geometry.shapes import SHAPES, Window
from makar.domains.images.svg.geometry.transforms import (
    Matrix,
    after,
    fitted,
    transform,
    view_box,
)
from makar.domains.images.svg.inking import Fills, Ink
from makar.domains.images.svg.looks.states import NO_LAYER, State, inherited
from makar.domains.images.svg.looks.styles import Style, style_sheet

MOST_USED = 50_000
"""Elements that are drawn through a ``use``, each time that they are."""
MOST_USED_TEXT = 2**25
"""Characters of their attributes."""
MOST_LAYERS = 10_000
MOST_USES = 16
"""Symbols within symbols."""
GROUPS = {"g", "a", "svg", "switch", "use"}
TOLD = {
    "text": "text",
    "flowRoot": "text",
    "image": "image",
    "foreignObject": "foreign",
    "script": "script",
    "animate": "animation",
    "animateTransform": "animation",
    "animateMotion": "animation",
    "animateColor": "animation",
    "set": "animation",
}
"""Elements that are not drawn, and what is told of them."""
CUT = ("mask", "filter")


class Walk:
    """A walk through a file.

    Attributes:
        ink: What draws.
        clipping: What reads clips.
        layers: Their names.
        states: What holds where each element is drawn, those of symbols left aside.
    """

    def __init__(
        self, document: Document, name: str, size: tuple[float, float] | None, fills: Fills
    ) -> None:
        self.document = document
        self.name = name
        self.sheet = style_sheet(document.root)
        self.ink = Ink(document, self.sheet, size, fills)
        self.clipping = Clipping(document, self.sheet)
        self.layers: list[str] = []
        self.states: dict[Node, State] = {}
        self._numbers: dict[Node | None, int] = {}
        self._said: dict[int, str] = {}
        self.told["rules"] = self.sheet.left_out

    @property
    def told(self) -> Counter[str]:
        """What was met that is not drawn as it is meant, by kind."""
        return self.ink.told

    def run(self, matrix: Matrix, window: Window) -> None:
        """Draw all.

        Args:
            matrix: How the content lies on the sheet.
            window: What percentages are shares of.

        Raises:
            UnreadableError: there is more than can be drawn.
        """
        root = self.document.root
        state = inherited(State(matrix, window), self.sheet.style(root))
        waiting = [(child, state) for child in reversed(root.children)] if state else []
        if state:
            self.states[root] = state
        used = text = 0
        while waiting:
            node, state = waiting.pop()
            if state.uses:
                used += 1
                text += sum(map(len, node.attributes.values()))
            if used > MOST_USED or text > MOST_USED_TEXT:
                self._refuse(f"draws more than {MOST_USED:,} elements through others that use them")
            waiting += reversed(self._met(node, state))
            if self.ink.collected.count > MOST_CURVES:
                self._refuse(f"draws more than {MOST_CURVES:,} strokes")

    def _refuse(self, fault: str) -> NoReturn:
        raise UnreadableError(self.name, fault, remedy="Save it in parts")

    def _met(self, node: Node, outer: State) -> list[tuple[Node, State]]:
        """Draw an element; what is to be drawn next is returned."""
        if node.name in TOLD:
            self.told[TOLD[node.name]] += 1
        if node.name not in SHAPES and node.name not in GROUPS and node.name not in TOLD:
            return []
        style = self.sheet.style(node)
        state = inherited(outer, style)
        if state is None:
            self.told["hidden"] += 1
            return []
        state = self._clipped(node, self._moved(state, style), style)
        if not state.uses:
            self.states[node] = state
        if node.name in TOLD:
            return []
        if node.name in SHAPES:
            if state.layer == NO_LAYER:
                state = replace(state, layer=self._number(None, ""))
            self.ink.draw(node, state, style)
            return []
        return self._within(node, state)

    def _moved(self, state: State, style: Style) -> State:
        """With an element's own transform; what is not applied is told."""
        if "transform" not in style:
            return state
        matrix = transform(style["transform"])
        self.told["transform"] += matrix is None
        return replace(state, matrix=after(state.matrix, matrix)) if matrix else state

    def _clipped(self, node: Node, state: State, style: Style) -> State:
        """With an element's own clip, where those are applied; what is not is told."""
        self.told["clip"] += any(style.get(name, "none") != "none" for name in CUT)
        said = style.get("clip-path", "none")
        if said == "none":
            return state
        matrix = _shifted(state, node) if node.name == "use" else state.matrix
        clips = self.clipping.of(said, matrix, state.window) if self.ink.fills.clipped else None
        if clips is None:
            self.told["clip"] += 1
            return state
        return replace(state, clips=(*state.clips, *clips))

    def _within(self, node: Node, state: State) -> list[tuple[Node, State]]:
        """What lies in a group, with what it has from it."""
        if node.name == "use":
            return self._used(node, state)
        if node.name == "svg":
            state = _windowed(state, node, node)
        if node.get(f"{INKSCAPE} groupmode") == "layer":
            layer = self._layer(node)
            state = replace(state, layer=layer, own=f"{MAKAR} layer" in node.attributes)
        children = node.children
        if node.name == "switch":
            known = (child for child in children if child.name in SHAPES or child.name in GROUPS)
            children = [child for child in known if not child.get("requiredExtensions")][:1]
        return [(child, state) for child in children]

    def _used(self, node: Node, state: State) -> list[tuple[Node, State]]:
        """What a ``use`` refers to."""
        target = self.document.linked(node.link)
        if target is None:
            self.told["missing" if node.link.strip().startswith("#") else "external"] += 1
            return []
        if target in state.uses or len(state.uses) >= MOST_USES or _lies_in(node, target):
            self.told["recursion"] += 1
            return []
        state = replace(state, uses=(*state.uses, target), source=state.source or node)
        if target.name != "symbol":
            return [(target, replace(state, matrix=_shifted(state, node)))]
        inner = inherited(state, self.sheet.style(target))
        inner = _windowed(inner, target, node) if inner else None
        return [(child, inner) for child in target.children] if inner else []

    def _layer(self, node: Node) -> int:
        """Number of the layer that a group is."""
        label = node.get(f"{INKSCAPE} label")
        said = node.get(f"{MAKAR} layer")
        if said.isdecimal() and len(said) <= len(str(MOST_LAYERS)) and int(said) < MOST_LAYERS:
            number = int(said)
            known = self._said.get(number)
            if known in (None, label):
                self._said[number] = label
                self.layers += [""] * (number + 1 - len(self.layers))
                self.layers[number] = label
                return number
        return self._number(node, label)

    def _number(self, key: Node | None, name: str) -> int:
        """Number of a layer that was met before, or the next."""
        if key not in self._numbers:
            if len(self.layers) >= MOST_LAYERS:
                return MOST_LAYERS - 1
            self._numbers[key] = len(self.layers)
            self.layers.append(name)
        return self._numbers[key]


def _lies_in(node: Node, other: Node) -> bool:
    """Whether ``other`` is one of those that ``node`` lies in."""
    above = node.parent
    while above is not None and above is not other:
        above = above.parent
    return above is not None


def _shifted(state: State, node: Node) -> Matrix:
    """Moved by an element's ``x`` and ``y``."""
    x, y = (length(node.get(n), whole) for n, whole in zip("xy", state.window, strict=True))
    return after(state.matrix, (1.0, 0.0, 0.0, 1.0, x, y))


def _windowed(state: State, node: Node, placed: Node) -> State:
    """In the window of an inner drawing or a symbol, which lies and is sized as ``placed`` says."""
    said = [placed.get(name) or node.get(name) or "100%" for name in ("width", "height")]
    wide, high = (
        length(text, whole, whole) for text, whole in zip(said, state.window, strict=True)
    )
    matrix, box = _shifted(state, placed), view_box(node.get("viewBox"))
    if box is None or wide <= 0 or high <= 0:
        return replace(state, matrix=matrix, window=(max(wide, 0.0), max(high, 0.0)))
    inner = fitted(box, (wide, high), node.get("preserveAspectRatio"))
    return replace(state, matrix=after(matrix, inner), window=(box[2], box[3]))
