"""The file that goes to the plotter: an SVG in millimetres, a layer for each pen.

What others read in it:

* ``width`` and ``height`` in mm and a ``viewBox`` of the same numbers: one unit is one millimetre.
* Groups with Inkscape's ``groupmode`` and ``label``: its layers. A label begins with the number by
  which an AxiDraw plots single layers and vpype numbers them: ``1-black 0.3mm``.
* ``!`` before a label lets an AxiDraw pause before the layer (AxiDraw Layer Control, Evil Mad
  Scientist: "if the first non-whitespace character of the layer name is an exclamation point, it
  forces a pause"): ``!2-red 0.5mm``. The first layer has none: its pen is in the holder already.
* Centre lines as wide as the pen, round ends, no fill, no opacity. Coordinates are relative, in
  hundredths of a millimetre, and do not drift: they are differences of rounded places.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import numpy as np

from makar.core.errors import ConfigError
from makar.domains.images.plotter.layers import Layer
from makar.domains.images.plotter.page import Page
from makar.domains.images.plotter.paths import Paths
from makar.domains.images.strokes.drawing import Drawing, strokes_of, together

GRID = 100
"""Steps a millimetre to which places are rounded."""
_SHORT = 5000
"""Steps up to which the text of a number is looked up."""


def rounded(paths: Paths) -> Paths:
    """To the places that the file can tell, without points that are the same as the one before."""
    grid = np.rint(paths.points * GRID)
    keep = np.ones(len(grid), bool)
    keep[1:] = (grid[1:] != grid[:-1]).any(1) | ~paths.inside
    counts = np.r_[np.int64(0), np.cumsum(keep)]
    return Paths(grid[keep] / GRID, counts[paths.start])


def svg_text(page: Page, layers: Sequence[Layer], *, title: str = "", from_layer: int = 1) -> str:
    """The whole file.

    Args:
        page: As the sheet lies.
        layers: In the order of drawing.
        title: Of the picture.
        from_layer: Number of the first layer that is written: to go on where a plot was broken off.

    Raises:
        ConfigError: there is no such layer.
    """
    if from_layer != 1 and not 1 <= from_layer <= len(layers):
        raise ConfigError(
            f"plotter from-layer {from_layer}: there are layers 1 to {len(layers)}"
            if layers
            else f"plotter from-layer {from_layer}: there is nothing to draw"
        )
    wide, high = _number(page.width), _number(page.height)
    head = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<svg xmlns="http://www.w3.org/2000/svg" '
        'xmlns:inkscape="http://www.inkscape.org/namespaces/inkscape" '
        f'width="{wide}mm" height="{high}mm" viewBox="0 0 {wide} {high}">\n'
    )
    named = f"<title>{escape(title)}</title>\n" if title else ""
    groups = [_group(layer, layer.number > from_layer) for layer in layers[from_layer - 1 :]]
    return head + named + "".join(groups) + "</svg>\n"


def _group(layer: Layer, pause: bool) -> str:
    """A layer of Inkscape's with a path for each path."""
    label = escape(("!" if pause else "") + layer.name)
    red, green, blue = (round(255 * part) for part in layer.pen.colour)
    lines = "".join(f'<path d="{text}"/>\n' for text in _texts(layer.paths))
    return (
        f'<g id="layer{layer.number}" inkscape:groupmode="layer" inkscape:label="{label}" '
        f'fill="none" stroke="#{red:02x}{green:02x}{blue:02x}" '
        f'stroke-width="{_number(layer.pen.width)}" stroke-linecap="round" '
        f'stroke-linejoin="round">\n{lines}</g>\n'
    )


def _texts(paths: Paths) -> list[str]:
    """The ``d`` of each path: where it begins, then step after step."""
    grid = np.rint(paths.points * GRID).astype(np.int64)
    steps = grid.copy()
    steps[1:] -= grid[:-1]
    steps[paths.start[:-1]] = grid[paths.start[:-1]]
    short = [_spaced(k) for k in range(-_SHORT, _SHORT + 1)]
    words = [
        short[k + _SHORT] if -_SHORT <= k <= _SHORT else _spaced(k) for k in steps.ravel().tolist()
    ]
    return [
        "m" + "".join(words[2 * a : 2 * b]).lstrip()
        for a, b in zip(paths.start[:-1].tolist(), paths.start[1:].tolist(), strict=True)
    ]


def _spaced(steps: int) -> str:
    """A number of the file, with the space that parts it from the one before where it needs one."""
    text = _number(steps / GRID)
    return text if text.startswith("-") else " " + text


def _number(value: float) -> str:
    """With two decimals at most, and nothing that says nothing."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    if text.startswith("0."):
        return text[1:]
    return "-" + text[2:] if text.startswith("-0.") else text


def drawing_of(page: Page, layers: Sequence[Layer]) -> Drawing:
    """The same as strokes, in millimetres."""
    parts = [
        strokes_of(
            layer.paths.segments,
            width=layer.pen.width,
            colour=layer.pen.colour,
            layer=layer.number - 1,
            joined=_goes_on(layer.paths),
        )
        for layer in layers
    ]
    names = tuple(layer.name for layer in layers) or ("",)
    return Drawing((page.width, page.height), together(parts), layers=names)


def _goes_on(paths: Paths) -> np.ndarray:
    """For each straight piece: does it go on from the one before?"""
    sizes = np.diff(paths.start) - 1
    joined = np.ones(int(sizes.sum()), bool)
    joined[np.r_[np.int64(0), np.cumsum(sizes)][:-1][sizes > 0]] = False
    return joined
