"""Anybody's SVG file as a drawing: its strokes, with what else is in it told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from makar.domains.images.strokes.drawing import WHITE, Drawing, Strokes
from makar.domains.images.svg.clipping import Clips
from makar.domains.images.svg.document import Document, Node, content_of, read_document
from makar.domains.images.svg.geometry.lengths import MILLIMETRES_PER_PIXEL
from makar.domains.images.svg.geometry.transforms import sheet, view_box
from makar.domains.images.svg.inking import Fills
from makar.domains.images.svg.looks.states import State
from makar.domains.images.svg.notes import sentences
from makar.domains.images.svg.walking import Walk

NO_FILLS = Fills()
LEAST = 1e-3
"""A sheet's sides are no smaller."""


@dataclass(frozen=True)
class Read:
    """What is in an SVG file.

    Attributes:
        drawing: Its strokes, in the units of its view box.
        notes: What was left out, or read otherwise than it is meant; in sentences.
        millimetres: Length of a unit.
    """

    drawing: Drawing
    notes: tuple[str, ...]
    millimetres: float


def read_svg(source: Path | str | bytes, *, outlines: bool = False, lines: int = 0) -> Read:
    """Read a drawing.

    Paths and shapes that are stroked become strokes, in the order in which they are painted: with
    transforms, groups, symbols, style sheets, units and Inkscape's layers. What is drawn by
    ``as_svg`` is read back exactly. A rectangle below all else that fills the sheet is the ground.
    Nothing outside the file is looked at. All ends and joints are taken to be round, dashes to be
    drawn through.

    Args:
        source: A file, or what is in one.
        outlines: True reads the outlines of shapes that are filled, not stroked, as thin strokes of
            the fill's colour.
        lines: So many on the longer side of the sheet cover what is filled, so that a picture of as
            many pixels or more shows it; 0 leaves fills out.

    Raises:
        UnreadableError: the file is no SVG, too large, too deep, or declares entities; see there.
    """
    content, name = content_of(source)
    return trace(read_document(content, name), name, Fills(outlines, lines)).read


@dataclass(frozen=True)
class Traced:
    """A drawing with the elements that draw it.

    Attributes:
        read: The drawing.
        owners: The element that each stroke is drawn by; a ``use`` for all that it shows.
        clips: What is seen of each, where ``Fills.clipped`` asks for it.
        states: What holds where each element is drawn, of those that are.
        ground: The rectangle that is the ground.
    """

    read: Read
    owners: Sequence[Node]
    clips: Sequence[Clips]
    states: Mapping[Node, State]
    ground: Node | None


def trace(document: Document, name: str, fills: Fills = NO_FILLS) -> Traced:
    """The same from a file's elements, with which of them draws what.

    Raises:
        UnreadableError: it draws more than can be read.
    """
    root = document.root
    box = view_box(root.get("viewBox"))
    size, matrix, pixels = sheet(
        root.get("width"), root.get("height"), box, root.get("preserveAspectRatio")
    )
    walk = Walk(document, name, size, fills)
    walk.run(matrix, box[2:] if box else size or (100.0, 100.0))
    strokes, owners, clips = walk.ink.collected.strokes()
    told = walk.told + Counter({"beyond": walk.ink.collected.count - len(strokes)})
    if size is None:
        size = _reach(strokes)
        told["unsized"] += 1
    if root.get("viewBox") and box is None:
        told["view box"] += 1
    layers = tuple(walk.layers) or ("",)
    drawing = Drawing(size=size, strokes=strokes, ground=walk.ink.ground or WHITE, layers=layers)
    read = Read(drawing, sentences(told), pixels * MILLIMETRES_PER_PIXEL)
    return Traced(read, owners, clips, walk.states, walk.ink.sheet_node)


def _reach(strokes: Strokes) -> tuple[float, float]:
    """A sheet that holds the strokes."""
    ends = (strokes.points + strokes.width.max(1, initial=0)[:, None, None] / 2).max(
        (0, 1), initial=LEAST
    )
    return float(ends[0]), float(ends[1])
