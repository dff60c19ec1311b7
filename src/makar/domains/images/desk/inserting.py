"""Where new strokes go in a file, and how they are written there."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from itertools import count
from math import ceil, log10

from makar.domains.images.strokes.drawing import Drawing, Strokes
from makar.domains.images.svg.document import MAKAR, SVG, Document, Node
from makar.domains.images.svg.geometry.transforms import UNMOVED, Matrix, inverse
from makar.domains.images.svg.looks.paints import opacity
from makar.domains.images.svg.looks.styles import Style, style_sheet
from makar.domains.images.svg.reading import Traced
from makar.domains.images.svg.rounding import rounded
from makar.domains.images.svg.writing import paths

GROUP = "makar-anew"
"""Id of the group of new strokes, with a number behind it where it is taken."""
PLAIN = (
    "fill:none;stroke-linecap:round;stroke-linejoin:round;stroke-dasharray:none;marker:none;"
    "visibility:visible"
)
"""What the group does not inherit."""
FINENESS = 3000
"""Steps of the last decimal on the longer side of a sheet, at least."""
WINDOWS = ("switch", "svg")
"""Elements that show one of several, or only what is within their window."""
CUT = ("clip-path", "mask", "filter")


@dataclass(frozen=True)
class Place:
    """Where new strokes go.

    Attributes:
        before: The element that they are written before.
        back: From the sheet to where that element lies.
        id: Of their group; no element of the file has it.
        plain: True where the file's elements are in no namespace.
    """

    before: Node
    back: Matrix
    id: str
    plain: bool

    def written(self, strokes: Strokes, size: tuple[float, float]) -> str:
        """The strokes as a group, in ASCII."""
        decimals = decimals_for(size)
        kept = rounded(Drawing(size=size, strokes=strokes), decimals).strokes
        elements = paths(kept, decimals)
        head = f'<g id="{self.id}" style="{PLAIN}"'
        head += "" if self.plain else f' xmlns="{SVG}"'
        head += f' xmlns:makar="{MAKAR}"' if any("makar:" in one for one in elements) else ""
        if self.back != UNMOVED:
            head += f' transform="matrix({" ".join(f"{part + 0.0:.12g}" for part in self.back)})"'
        return "\n".join([head + ">", *elements, "</g>"])


def decimals_for(size: tuple[float, float]) -> int:
    """Decimals of places on a sheet: one where a unit is about a pixel."""
    return min(max(ceil(log10(FINENESS / max(size))), 0), 6)


def place_for(document: Document, traced: Traced, free: Collection[Node]) -> Place:
    """Where the lowest of the free elements is; outside of groups that would change new strokes.

    Such are half transparent, clipped, masked or filtered ones, and windows.
    """
    before = min(free, key=lambda node: node.start)
    sheet = style_sheet(document.root)
    above = before.parent
    while above is not None and above.parent is not None:
        if above.name in WINDOWS or _changes(sheet.style(above)):
            before = above
        above = above.parent
    back = None
    while back is None and before.parent is not None:
        back = inverse(traced.states[before.parent].matrix)
        before = before if back else before.parent
    names = (GROUP if number == 1 else f"{GROUP}-{number}" for number in count(1))
    group = next(name for name in names if name not in document.named)
    return Place(before, back or UNMOVED, group, document.plain)


def _changes(style: Style) -> bool:
    """Whether a group of this style looks otherwise than what is in it."""
    return opacity(style.get("opacity", "1")) < 1 or any(
        style.get(name, "none") != "none" for name in CUT
    )
