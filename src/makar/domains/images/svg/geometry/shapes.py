"""Lines, rectangles, circles and their like, as path data."""

from __future__ import annotations

from collections.abc import Callable

from makar.domains.images.svg.document import Node
from makar.domains.images.svg.geometry.lengths import length

Window = tuple[float, float]
"""Width and height of what percentages are shares of."""


def shape_data(node: Node, window: Window) -> str:
    """Path data of a basic shape, as the SVG specification draws it; empty where it has no size."""
    return SHAPES[node.name](node, window)


def _lengths(node: Node, window: Window, *names: str) -> list[float]:
    """Attributes in pixels, 0 where they are missing."""
    whole = {"x": window[0], "y": window[1]}
    middle = ((window[0] ** 2 + window[1] ** 2) / 2) ** 0.5
    wide = {"x", "x1", "x2", "cx", "rx", "width"}
    high = {"y", "y1", "y2", "cy", "ry", "height"}
    return [
        length(
            node.get(name),
            whole["x"] if name in wide else whole["y"] if name in high else middle,
        )
        for name in names
    ]


def rectangle(node: Node, window: Window) -> tuple[float, float, float, float]:
    """Left, top, width and height of a ``rect``."""
    x, y, wide, high = _lengths(node, window, "x", "y", "width", "height")
    return x, y, wide, high


def _line(node: Node, window: Window) -> str:
    x1, y1, x2, y2 = _lengths(node, window, "x1", "y1", "x2", "y2")
    return f"M{x1!r} {y1!r}L{x2!r} {y2!r}"


def _polyline(node: Node, window: Window) -> str:
    del window
    return "M" + node.get("points") if node.get("points").strip() else ""


def _polygon(node: Node, window: Window) -> str:
    line = _polyline(node, window)
    return line + "Z" if line else ""


def _rect(node: Node, window: Window) -> str:
    x, y, wide, high = rectangle(node, window)
    if wide <= 0 or high <= 0:
        return ""
    rx, ry = _lengths(node, window, "rx", "ry")
    rx = rx if node.get("rx") not in ("", "auto") else ry
    ry = ry if node.get("ry") not in ("", "auto") else rx
    rx, ry = min(max(rx, 0.0), wide / 2), min(max(ry, 0.0), high / 2)
    if rx == 0 or ry == 0:
        return f"M{x!r} {y!r}H{x + wide!r}V{y + high!r}H{x!r}Z"
    corner = f"A{rx!r} {ry!r} 0 0 1 "
    return (
        f"M{x + rx!r} {y!r}H{x + wide - rx!r}{corner}{x + wide!r} {y + ry!r}"
        f"V{y + high - ry!r}{corner}{x + wide - rx!r} {y + high!r}"
        f"H{x + rx!r}{corner}{x!r} {y + high - ry!r}V{y + ry!r}{corner}{x + rx!r} {y!r}Z"
    )


def _circle(node: Node, window: Window) -> str:
    x, y, radius = _lengths(node, window, "cx", "cy", "r")
    return _round(x, y, radius, radius)


def _ellipse(node: Node, window: Window) -> str:
    x, y, rx, ry = _lengths(node, window, "cx", "cy", "rx", "ry")
    rx = rx if node.get("rx") not in ("", "auto") else ry
    ry = ry if node.get("ry") not in ("", "auto") else rx
    return _round(x, y, rx, ry)


def _round(x: float, y: float, rx: float, ry: float) -> str:
    if rx <= 0 or ry <= 0:
        return ""
    half = f"A{rx!r} {ry!r} 0 0 1 "
    return f"M{x + rx!r} {y!r}{half}{x - rx!r} {y!r}{half}{x + rx!r} {y!r}Z"


SHAPES: dict[str, Callable[[Node, Window], str]] = {
    "path": lambda node, _: node.get("d"),
    "line": _line,
    "polyline": _polyline,
    "polygon": _polygon,
    "rect": _rect,
    "circle": _circle,
    "ellipse": _ellipse,
}
