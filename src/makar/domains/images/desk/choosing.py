"""Which elements of a drawing stay and which are painted anew, by the names that a user knows."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from makar.core.errors import ConfigError
from makar.domains.images.pictures.picture import Picture
from makar.domains.images.pictures.reading import read_picture
from makar.domains.images.svg.document import INKSCAPE, Document, Node
from makar.domains.images.svg.geometry.shapes import SHAPES
from makar.domains.images.svg.reading import Traced

UNREAD = {"text", "flowRoot", "image", "foreignObject"}
"""Elements that the painter does not see: removed, they would be lost."""
DRAWN = {*SHAPES, "use", *UNREAD}
"""Elements that are seen by themselves."""
NUMBERS = re.compile(r"(\d{1,9})(?:-(\d{1,9}))?")
REFERENCE = re.compile(r"#([^\s\"')]+)")
LIGHT = 128
"""Of 255: where a mask is light."""
SAME_SHAPE = 0.02
"""By which a mask may be wider or narrower than the sheet."""
TOLD = 12
"""Names that an error lists."""


@dataclass(frozen=True)
class Chosen:
    """The elements of a drawing, parted.

    Attributes:
        elements: All that are seen, in the order of the file: they are numbered from 1.
        free: Those that are painted anew.
        referred: How many stay only because others refer to them.
        unread: How many stay only because they are no strokes: texts, pictures.
    """

    elements: Sequence[Node]
    free: Collection[Node]
    referred: int
    unread: int


def choose(
    document: Document,
    traced: Traced,
    path: Path,
    *,
    keep: Sequence[str],
    free: Sequence[str],
    masked: Picture | None = None,
) -> Chosen:
    """Part a drawing's elements.

    A name is an element's, a group's or a layer's: its id, or what Inkscape calls it. A number, or
    two with a hyphen, are those of elements. What is hidden stays, and so does the ground unless it
    is named itself, texts and pictures, and whatever others refer to.

    Args:
        document: The file's elements.
        traced: What they draw.
        path: The file, for errors.
        keep: Names of what stays; all else is free, or all else of what ``free`` names.
        free: Names of what is free; all that is not kept where there are none.
        masked: The sheet in light and dark: of those, only elements whose middle is light are free.

    Raises:
        ConfigError: no such name, nothing is said, or nothing would be free.
    """
    elements = [node for node in document.root.walk() if node in traced.states and _is_drawn(node)]
    if not keep and not free and masked is None:
        raise ConfigError(
            f"{path}: say what stays (--keep NAME) or what is painted anew (--free NAME); "
            f"the drawing has {_known(elements)}"
        )
    kept = _named(keep, elements, path)
    freed = _named(free, elements, path) if free else set(elements) - {traced.ground}
    if masked is not None:
        freed &= _lit(traced, masked)
    wanted = [node for node in elements if node in freed and node not in kept]
    strokes = [node for node in wanted if not _is_unread(document, node)]
    referred = _references(document, strokes)
    left = {node for node in strokes if not referred & set(_ids(node))}
    if not left:
        raise ConfigError(
            f"{path}: nothing is left to be painted anew; the drawing has {_known(elements)}"
        )
    return Chosen(elements, left, len(strokes) - len(left), len(wanted) - len(strokes))


def mask_of(path: Path, sheet: tuple[float, float]) -> Picture:
    """A mask for a sheet of this size.

    Raises:
        UnreadableError: it is no picture.
        ConfigError: its shape is another.
    """
    mask = read_picture(path)
    if abs(mask.size[0] * sheet[1] / (mask.size[1] * sheet[0]) - 1) > SAME_SHAPE:
        raise ConfigError(
            f"--mask {path}: the mask is {mask.size[0]} × {mask.size[1]} and the sheet "
            f"{sheet[0]:g} × {sheet[1]:g}: paint the mask over a picture of the drawing"
        )
    return mask


def _lit(traced: Traced, masked: Picture) -> set[Node]:
    """Elements whose middle lies where a mask is light; those that draw nothing have none."""
    drawing = traced.read.drawing
    rows: dict[Node, list[int]] = {}
    for row, owner in enumerate(traced.owners):
        rows.setdefault(owner, []).append(row)
    size = np.array(masked.size)
    found: set[Node] = set()
    for owner, own in rows.items():
        points = drawing.strokes.points[own].reshape(-1, 2)
        middle = (points.min(0) + points.max(0)) / 2 / np.array(drawing.size)
        x, y = np.floor(middle * size).astype(np.int64).tolist()
        if 0 <= x < size[0] and 0 <= y < size[1] and masked.pixels[y, x].mean() >= LIGHT:
            found.add(owner)
    return found


def _is_drawn(node: Node) -> bool:
    return node.name in DRAWN


def _is_unread(document: Document, node: Node) -> bool:
    """Is it a text or a picture, or does it show one, or what no one knows, from elsewhere?"""
    waiting, met = [node], set[Node]()
    while waiting:
        one = waiting.pop()
        if one.name in UNREAD:
            return True
        met.add(one)
        shown = list(one.children)
        if one.name == "use":
            target = document.linked(one.link)
            if target is None:
                return True
            shown.append(target)
        waiting += [other for other in shown if other not in met]
    return False


def _named(names: Sequence[str], elements: Sequence[Node], path: Path) -> set[Node]:
    """The elements that names mean."""
    found: set[Node] = set()
    for name in names:
        meant = {node for node in elements if name in _names(node)}
        if not meant and (numbers := NUMBERS.fullmatch(name)):
            first = int(numbers[1])
            meant = set(elements[max(first - 1, 0) : int(numbers[2] or first)])
        if not meant:
            raise ConfigError(
                f"{path}: nothing that is seen is called {name!r}; "
                f"the drawing has {_known(elements)}"
            )
        found |= meant
    return found


def _names(node: Node) -> Iterator[str]:
    """Names of an element and of all that it lies in."""
    there: Node | None = node
    while there is not None:
        yield from filter(None, (there.id, there.get(f"{INKSCAPE} label")))
        there = there.parent


def _ids(node: Node) -> Iterator[str]:
    return (inner.id for inner in node.walk() if inner.id)


def _references(document: Document, leaving: Collection[Node]) -> set[str]:
    """Ids that are referred to by what does not leave."""
    referred: set[str] = set()
    gone, waiting = set(leaving), [document.root]
    while waiting:
        node = waiting.pop()
        if node not in gone:
            for value in (*node.attributes.values(), node.text):
                if "#" in value:
                    referred.update(REFERENCE.findall(value))
            waiting += node.children
    return referred


def _known(elements: Sequence[Node]) -> str:
    """What can be named, for an error: groups first, then single elements."""
    if not elements:
        return "nothing that is seen"
    names: dict[str, None] = {}
    for node in elements:
        parent = node.parent
        while parent is not None and parent.parent is not None:
            name = parent.get(f"{INKSCAPE} label") or parent.id
            names |= {name: None} if name else {}
            parent = parent.parent
    own = (node.get(f"{INKSCAPE} label") or node.id for node in elements)
    names |= dict.fromkeys(filter(None, own))
    listed = [f"“{name}”" for name in names]
    more = ["…"] * (len(listed) > TOLD)
    return ", ".join([f"elements 1 to {len(elements)}", *listed[:TOLD], *more])
