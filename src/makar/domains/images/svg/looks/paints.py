"""Paints: what a stroke or a shape is filled with."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from makar.domains.images.svg.document import Document, Node
from makar.domains.images.svg.geometry.lengths import length
from makar.domains.images.svg.looks.colours import BLACK, Colour, colour
from makar.domains.images.svg.looks.styles import Sheet

LINKS = 8
"""Gradients that may borrow their colours from each other in a row."""
MOST_STOPS = 256
"""Colours of a gradient that are looked at."""


@dataclass(frozen=True)
class Paint:
    """One colour.

    Attributes:
        colour: It.
        opacity: Its own.
        mixed: True where it stands for a gradient's: the mean of its stops.
    """

    colour: Colour
    opacity: float = 1.0
    mixed: bool = False


def paint(text: str, current: Colour, document: Document, sheet: Sheet) -> Paint | None:
    """What ``fill`` or ``stroke`` says; None for none, or none that is known."""
    said = text.strip()
    if said.lower() == "currentcolor":
        return Paint(current)
    if not said.startswith("url("):
        found = colour(said)
        return Paint(*found) if found else None
    link, _, instead = said.partition(")")
    node = document.linked(link + ")")
    stops = _stops(node, document) if node else []
    if stops:
        return _mean(stops, current, sheet)
    return paint(instead, current, document, sheet) if instead.strip() else None


def _stops(node: Node, document: Document) -> list[Node]:
    """A gradient's stops, its own or those of the one that it refers to."""
    there: Node | None = node
    for _ in range(LINKS):
        if there is None or there.name not in ("linearGradient", "radialGradient"):
            return []
        if stops := [child for child in there.children if child.name == "stop"]:
            return stops[:MOST_STOPS]
        there = document.linked(there.link)
    return []


def _mean(stops: list[Node], current: Colour, sheet: Sheet) -> Paint:
    colours: list[Colour] = []
    opacities: list[float] = []
    for stop in stops:
        style = sheet.style(stop)
        said = style.get("stop-color", "black")
        own = (current, 1.0) if said.lower() == "currentcolor" else colour(said) or (BLACK, 1.0)
        colours.append(own[0])
        opacities.append(own[1] * opacity(style.get("stop-opacity", "1")))
    red, green, blue = np.mean(colours, axis=0).tolist()
    return Paint((red, green, blue), float(np.mean(opacities)), len(set(colours)) > 1)


def opacity(text: str) -> float:
    """A number or a percentage, 0..1; what is neither is opaque."""
    return min(max(length(text, 1.0, 1.0), 0.0), 1.0)
