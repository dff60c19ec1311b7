"""What an element has from those that it lies in."""

from __future__ import annotations

from dataclasses import dataclass, replace

from makar.domains.images.svg.clipping import Clips
from makar.domains.images.svg.document import Node
from makar.domains.images.svg.geometry.shapes import Window
from makar.domains.images.svg.geometry.transforms import Matrix
from makar.domains.images.svg.looks.colours import BLACK, Colour, colour
from makar.domains.images.svg.looks.paints import opacity
from makar.domains.images.svg.looks.styles import Style

WORDS = {
    "fill": "fill",
    "stroke": "stroke",
    "stroke-width": "width",
    "stroke-dasharray": "dashes",
    "fill-rule": "rule",
}
"""Properties that are kept as they are written, and where."""
SHARES = {"fill-opacity": "fill_opacity", "stroke-opacity": "stroke_opacity"}
NO_LAYER = -1


@dataclass(frozen=True)
class State:
    """What holds where an element is drawn.

    Attributes:
        matrix: Where it lies on the sheet.
        window: What percentages are shares of.
        colour: What ``currentColor`` means.
        fill: As it is written, and so the next ones.
        stroke: As above.
        width: As above.
        dashes: As above.
        rule: As above.
        fill_opacity: Of fills.
        stroke_opacity: Of strokes.
        opacity: Of all groups that it lies in, multiplied.
        visible: False where it is hidden.
        layer: Number of its layer.
        own: True in a layer that makar wrote.
        uses: What it was reached through, each of them used by the one before.
        source: The element of the drawing itself that the first of them is used by.
        clips: What of it is seen.
    """

    matrix: Matrix
    window: Window
    colour: Colour = BLACK
    fill: str = "black"
    stroke: str = "none"
    width: str = "1"
    dashes: str = "none"
    rule: str = "nonzero"
    fill_opacity: float = 1.0
    stroke_opacity: float = 1.0
    opacity: float = 1.0
    visible: bool = True
    layer: int = NO_LAYER
    own: bool = False
    uses: tuple[Node, ...] = ()
    source: Node | None = None
    clips: Clips = ()


def inherited(outer: State, style: Style) -> State | None:
    """What holds with what is said of an element itself; None where it is not drawn at all."""
    said = {name: value for name, value in style.items() if value != "inherit"}
    if said.get("display") == "none":
        return None
    changed: dict[str, object] = {WORDS[n]: v for n, v in said.items() if n in WORDS}
    changed |= {SHARES[n]: opacity(v) for n, v in said.items() if n in SHARES}
    if "opacity" in said:
        changed["opacity"] = outer.opacity * opacity(said["opacity"])
    if "visibility" in said:
        changed["visible"] = said["visibility"] == "visible"
    if "color" in said and (found := colour(said["color"])):
        changed["colour"] = found[0]
    return replace(outer, **changed) if changed else outer  # pyright: ignore[reportArgumentType]
