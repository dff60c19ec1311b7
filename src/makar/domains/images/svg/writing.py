"""A drawing as an SVG file: one path for what is drawn without lifting the pen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from html import escape
from itertools import pairwise

import numpy as np

from makar.domains.images.strokes.drawing import WHITE, Drawing, Strokes
from makar.domains.images.svg.document import INKSCAPE, MAKAR, SVG
from makar.domains.images.svg.numbers import number, spaced
from makar.domains.images.svg.outline import outline
from makar.domains.images.svg.rounding import (
    CUBIC,
    LEVELS,
    LINE,
    OPACITY_DECIMALS,
    QUADRATIC,
    SIZE_DECIMALS,
    UNWRITABLE,
    degrees,
    rounded,
)

GROUND = "ground"
"""Id of the rectangle that is the sheet's colour."""
COMMANDS = {LINE: "L", QUADRATIC: "Q", CUBIC: "C"}

Looks = dict[str, str]


def as_svg(
    drawing: Drawing, *, title: str = "", notice: str = "", unit: str = "", decimals: int = 1
) -> str:
    """The drawing as the text of an SVG file, always the same for the same drawing.

    What is written is ``rounded(drawing, decimals)``, and it is read back exactly. Strokes lie in
    their layers' groups, in the order in which they are drawn: a layer that is drawn upon after
    another has several groups, of the same name. A stroke that is tapered is a filled outline that
    carries its centre line and widths.

    Args:
        drawing: In pixels, or in ``unit``.
        title: What it is called.
        notice: Who made it, and how it may be used.
        unit: Such as ``mm``; the sheet then is paper, and white paper is not drawn: a plotter's
            program would draw round it.
        decimals: Of places.

    Raises:
        ValueError: the drawing holds numbers that cannot be written.
    """
    kept = rounded(drawing, decimals)
    size = [number(side, SIZE_DECIMALS) for side in kept.size]
    lines = [
        f'<svg xmlns="{SVG}" xmlns:inkscape="{INKSCAPE}" xmlns:makar="{MAKAR}" '
        f'width="{size[0]}{unit}" height="{size[1]}{unit}" viewBox="0 0 {size[0]} {size[1]}" '
        'fill="none" stroke-linecap="round" stroke-linejoin="round">'
    ]
    lines += [f"<title>{_plain(title)}</title>"] * bool(title)
    lines += [f"<desc>{_plain(notice)}</desc>"] * bool(notice)
    if not unit or kept.ground != WHITE:
        fill = colour_name(kept.ground)
        lines.append(f'<rect id="{GROUND}" width="{size[0]}" height="{size[1]}" fill="{fill}"/>')
    return "\n".join([*lines, *_groups(kept, decimals), "</svg>\n"])


def colour_name(colour: tuple[float, float, float] | np.ndarray) -> str:
    """As ``#rrggbb``."""
    return "#" + "".join(f"{round(float(channel) * LEVELS):02x}" for channel in colour)


def paths(strokes: Strokes, decimals: int = 1) -> list[str]:
    """Rounded strokes as path elements, for any other file.

    Their looks are in their ``style``, so that no style sheet of that file changes them.
    """
    elements: list[str] = []
    for data, looks in _written(strokes, decimals):
        style = ";".join(f"{key}:{value}" for key, value in looks.items() if ":" not in key)
        own = {key: value for key, value in looks.items() if ":" in key}
        elements.append(_element("path", {"d": data, "style": style} | own))
    return elements


def _groups(kept: Drawing, decimals: int) -> Iterator[str]:
    """Group after group of strokes in the same layer; those without any are empty."""
    layer = kept.strokes.layer
    cuts = np.flatnonzero(np.diff(layer)) + 1
    for rows in np.split(np.arange(len(layer)), cuts):
        if len(rows):
            yield from _group(kept, int(layer[rows[0]]), kept.strokes.take(rows), decimals)
    for empty in sorted(set(range(len(kept.layers))) - set(layer.tolist())):
        yield from _group(kept, empty, kept.strokes.take(slice(0, 0)), decimals)


def _group(kept: Drawing, layer: int, strokes: Strokes, decimals: int) -> Iterator[str]:
    """One group; what all of its paths share is said once."""
    name = kept.layers[layer]
    looks = {"inkscape:groupmode": "layer"}
    looks |= {"inkscape:label": name} if name else {}
    looks |= {"makar:layer": str(layer)}
    made = list(_written(strokes, decimals))
    shared = dict(made[0][1]) if made and not any("makar:line" in own for _, own in made) else {}
    for _, own in made:
        shared = {key: value for key, value in shared.items() if own.get(key) == value}
    yield _element("g", looks | shared)[:-2] + ">"
    for data, own in made:
        yield _element("path", {"d": data} | {k: v for k, v in own.items() if k not in shared})
    yield "</g>"


def _written(strokes: Strokes, decimals: int) -> Iterator[tuple[str, Looks]]:
    """Path data and looks of each path."""
    width = partial(number, decimals=decimals + 1)
    lines = _lines(strokes, decimals)
    cuts = [*np.flatnonzero(~strokes.joined).tolist(), len(strokes)]
    for first, end in pairwise(cuts):
        line = "".join(lines[first:end])
        colour = colour_name(strokes.colour[first])
        opacity = number(strokes.opacity[first], OPACITY_DECIMALS)
        widths = strokes.width[first:end]
        if (widths == widths[0, 0]).all():
            looks = {"stroke": colour, "stroke-width": width(widths[0, 0])}
            yield line, looks | ({"stroke-opacity": opacity} if opacity != "1" else {})
        else:
            yield (
                _shape(strokes, slice(first, end), decimals),
                {
                    "fill": colour,
                    **({"fill-opacity": opacity} if opacity != "1" else {}),
                    "makar:line": line,
                    "makar:width": spaced(widths.ravel(), width),
                },
            )


def _lines(strokes: Strokes, decimals: int) -> list[str]:
    """What each stroke adds to its path's data: a start where it has one, then its curve."""
    write = partial(number, decimals=decimals)
    degree, bend = degrees(strokes.points, decimals)
    words: list[str] = []
    for row, kind in enumerate(degree.tolist()):
        points = strokes.points[row]
        on = strokes.joined[row]
        start = "" if on else "M" + spaced(points[0].tolist(), write)
        handles = {LINE: (), QUADRATIC: (bend[row],), CUBIC: (points[1], points[2])}[kind]
        rest = spaced(np.concatenate((*handles, points[3])).tolist(), write)
        again = on and kind == degree[row - 1]
        command = ("" if rest.startswith("-") else " ") if again else COMMANDS[kind]
        words.append(start + command + rest)
    return words


def _shape(strokes: Strokes, rows: slice, decimals: int) -> str:
    """Outlines of strokes, which cover what they share once."""
    write = partial(number, decimals=decimals)
    return "".join(
        outline(points, (float(width[0]), float(width[1])), write)
        for points, width in zip(strokes.points[rows], strokes.width[rows], strict=True)
    )


def _element(name: str, attributes: Mapping[str, str]) -> str:
    said = "".join(f' {key}="{_quoted(value)}"' for key, value in attributes.items())
    return f"<{name}{said}/>"


def _plain(text: str) -> str:
    return escape(UNWRITABLE.sub("\ufffd", text), quote=False)


def _quoted(text: str) -> str:
    """For an attribute, where a bare line break would be read as a space."""
    said = escape(UNWRITABLE.sub("\ufffd", text))
    return said.replace("\n", "&#10;").replace("\r", "&#13;").replace("\t", "&#9;")
