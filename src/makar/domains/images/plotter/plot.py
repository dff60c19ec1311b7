"""A picture for a pen plotter, from its pixels to the file, the minutes and the preview."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from makar.core.errors import ConfigError
from makar.domains.images.pictures.picture import Picture
from makar.domains.images.plotter.calibration import calibrated
from makar.domains.images.plotter.clipping import TOLERANCE, clipped, simplified
from makar.domains.images.plotter.files import GRID, drawing_of, rounded, svg_text
from makar.domains.images.plotter.inks import PAPER, shares
from makar.domains.images.plotter.joining import joined
from makar.domains.images.plotter.layers import CROSS, Layer, layers_of, registration
from makar.domains.images.plotter.ordering import ordered
from makar.domains.images.plotter.page import Page
from makar.domains.images.plotter.paths import Paths, no_paths
from makar.domains.images.plotter.pens import BLACK, Pen
from makar.domains.images.plotter.preview import coverage, mixed, painted
from makar.domains.images.plotter.styles.catalogue import Style, style_of
from makar.domains.images.plotter.timing import Machine
from makar.domains.images.plotter.tone import BLUR, Knee, Tone, blurred, tone_error
from makar.domains.images.strokes.drawing import Drawing

Progress = Callable[[float, str], None]
"""Told how much is done, 0..1, and what is done next."""
PIXELS = 4_000_000
"""Pixels of a tone, at most."""
DENSE = 4_000_000
"""Squares as wide as the pen that a page may have: above that nobody would wait for it."""
_FINEST, _COARSEST = 0.1, 0.25
"""Millimetres a pixel of a tone."""
_TURN = 30.0
"""Degrees from pen to pen: lines of two pens that nearly agree would make a pattern."""
_LIGHTER = 0.03
"""A page that is lighter than the picture by that is told of."""
_OFF = 0.015
"""A mean squared tone error of which one is told."""


@dataclass(frozen=True)
class Likeness:
    """How near one pen's tone comes to what the picture asks of it, after ``BLUR``.

    Attributes:
        squared: Mean squared error.
        absolute: Mean absolute error.
        constant: Mean squared error of the best page of one even tone.
    """

    squared: float
    absolute: float
    constant: float


@dataclass(frozen=True, eq=False)
class Plot:
    """A page that is ready to be plotted.

    Attributes:
        page: As the sheet lies.
        box: Left, top, right and bottom of the picture on it, in millimetres.
        layers: In the order of drawing.
        likeness: For each pen asked for.
        preview: The page at the true width of its pens.
        svg: The file.
        said: What the user should know.
        from_layer: Number of the first layer in the file.
    """

    page: Page
    box: tuple[float, float, float, float]
    layers: tuple[Layer, ...]
    likeness: tuple[Likeness, ...]
    preview: Picture
    svg: str
    said: tuple[str, ...]
    from_layer: int = 1

    @property
    def written(self) -> tuple[Layer, ...]:
        """The layers in the file: all, or those that are left after a mishap."""
        return self.layers[self.from_layer - 1 :]

    @property
    def minutes(self) -> float:
        """For all layers in the file."""
        return sum(layer.effort.minutes for layer in self.written)

    @property
    def drawing(self) -> Drawing:
        """The same as strokes, in millimetres."""
        return drawing_of(self.page, self.layers)


def plot(
    picture: Picture,
    *,
    page: Page | None = None,
    pens: Sequence[Pen] = (BLACK,),
    style: str = "contour",
    seed: int = 0,
    machine: Machine | None = None,
    split: float | None = None,
    marks: bool = False,
    from_layer: int = 1,
    progress: Progress | None = None,
) -> Plot:
    """Draw a picture with pens; the same page from the same seed.

    Args:
        picture: What is drawn.
        page: The sheet; A4 if not given.
        pens: In the order in which they draw.
        style: One of ``STYLES``.
        seed: Where lines and dots begin.
        machine: That draws; its speeds tell the minutes.
        split: Metres of line after which a new layer begins.
        marks: Are registration marks drawn with every layer?
        from_layer: The first layer that is written to the file.
        progress: Is told how far it is.

    Raises:
        ConfigError: an unknown style, a pen that would not be seen, too fine a pen for the page, no
            such layer.
    """
    chosen = style_of(style)
    tell = progress or (lambda _done, _what: None)
    sheet = (page or Page.parse("a4")).suited(picture.size)
    half = _half(pens)
    inner = sheet.within(half + (2 * CROSS if marks else 0.0))
    box = inner.box(picture.size)
    tones = _tones(picture, box, pens)
    drawn, likeness = list[tuple[Pen, Paths]](), list[Likeness]()
    for n, (pen, tone) in enumerate(zip(pens, tones, strict=True)):
        tell(0.9 * n / len(pens), f"drawing with {pen}")
        paths = _drawn(tone, pen, chosen, seed + n, _TURN * n)
        likeness.append(_likeness(paths, tone, pen))
        tell(0.9 * (n + 0.7) / len(pens), f"sorting {len(paths)} paths")
        drawn.append((pen, _sorted(paths.moved(box[:2]), inner.area)))
    tell(0.9, "writing")
    crosses = registration(replace(sheet, margin=sheet.margin + half).area) if marks else None
    layers = layers_of(drawn, machine or Machine(), split=split, marks=crosses)
    svg = svg_text(sheet, layers, title=picture.title, from_layer=from_layer)
    said = tuple(_said(drawn, likeness, tones, (box[2] - box[0], box[3] - box[1])))
    tell(1.0, "done")
    seen = _preview(sheet, layers)
    return Plot(sheet, box, layers, tuple(likeness), seen, svg, said, from_layer)


def _tones(picture: Picture, box: tuple[float, ...], pens: Sequence[Pen]) -> list[Tone]:
    """What each pen is to cover."""
    wide, high = box[2] - box[0], box[3] - box[1]
    thinnest = min(pen.width for pen in pens)
    if wide * high / thinnest**2 > DENSE:
        raise ConfigError(
            f"plotter pens: {thinnest:g} mm is too fine for {wide:.0f} × {high:.0f} mm. Take a pen "
            f"of {(wide * high / DENSE) ** 0.5:.2f} mm or more, or a smaller page"
        )
    pitch = float(np.clip(thinnest * 2 / 3, _FINEST, _COARSEST))
    pitch = max(pitch, (wide * high / PIXELS) ** 0.5)
    size = max(1, round(wide / pitch)), max(1, round(high / pitch))
    found = shares(picture.resized(size).light, pens)
    return [Tone(share, wide / size[0]) for share in found]


def _drawn(tone: Tone, pen: Pen, style: Style, seed: int, turn: float) -> Paths:
    """One pen's paths, from the upper left corner of the picture, their tone right."""
    if not tone.values.any():
        return no_paths()
    wanted = Tone(Knee()(tone.values), tone.pitch)
    draw = style.ready(wanted, pen.width, seed, turn)
    tolerance = min(TOLERANCE, pen.width / 6)

    def finished(asked: Tone) -> Paths:
        paths = clipped(draw(asked), (0.0, 0.0, *tone.size))
        paths = rounded(simplified(paths, tolerance) if style.curved else paths)
        return paths.no_shorter_than(pen.width)

    return calibrated(finished, wanted, width=pen.width, passes=style.passes).paths


def _likeness(paths: Paths, tone: Tone, pen: Pen) -> Likeness:
    seen = coverage(paths, pen.width, tone.values.shape, tone.pitch)
    squared, absolute = tone_error(seen, tone.values, tone.pitch)
    return Likeness(squared, absolute, float(blurred(tone.values, BLUR / tone.pitch).var()))


def _half(pens: Sequence[Pen]) -> float:
    """Millimetres from the margin to the middle of a line whose ink touches it."""
    if not pens:
        raise ConfigError("plotter pens: none. Name at least one")
    return float(np.ceil(max(pen.width for pen in pens) * GRID / 2) / GRID)


def _sorted(paths: Paths, area: tuple[float, float, float, float]) -> Paths:
    """Inside this area, joined, in order."""
    # Rounding may have moved a point over the edge by half a step of the file's grid.
    low, high = np.ceil(np.array(area[:2]) * GRID), np.floor(np.array(area[2:]) * GRID)
    inside = Paths(np.clip(paths.points, low / GRID, high / GRID), paths.start)
    return ordered(joined(rounded(inside)))


def _preview(page: Page, layers: Sequence[Layer]) -> Picture:
    """The whole page, each layer at the width of its pen."""
    pitch = max(_FINEST, (page.width * page.height / (2 * PIXELS)) ** 0.5)
    shape = round(page.height / pitch), round(page.width / pitch)
    seen = [painted(layer.paths, layer.pen.width, shape, pitch) for layer in layers]
    inks = [layer.pen.colour for layer in layers]
    blank = np.zeros(shape, np.uint8)
    return Picture(mixed([blank, *seen], [PAPER, *inks], PAPER), title="preview")


def _said(
    drawn: Sequence[tuple[Pen, Paths]],
    likeness: Sequence[Likeness],
    tones: Sequence[Tone],
    size: tuple[float, float],
) -> list[str]:
    """What the user should know: what is not drawn, or not as dark."""
    if not any(len(paths) for _, paths in drawn):
        if any(tone.values.any() for tone in tones):
            return [
                f"There is nothing to draw: on this page the picture is "
                f"{size[0]:.2f} × {size[1]:.2f} mm large, too little for lines of these pens."
            ]
        return ["There is nothing to draw: the picture has no tone that these pens could show."]
    said = list[str]()
    for (pen, paths), near, tone in zip(drawn, likeness, tones, strict=True):
        if not len(paths):
            said.append(f"{pen}: nothing in the picture asks for it; it has no layer.")
            continue
        lost = float((tone.values - Knee()(tone.values)).mean())
        if lost > _LIGHTER:
            said.append(
                f"{pen}: the darkest places are drawn lighter, so that they do not fill in."
            )
        if near.squared > lost**2 + _OFF:
            said.append(
                f"{pen}: its tone is off by {near.squared:.3f} (mean square after 1 mm of blur). A "
                "wider pen or a smaller page comes nearer."
            )
    return said
