"""Curves as inline SVG, without a library and without scripts.

The drawing is stretched to the page's width and its lines keep their thickness; all words are
HTML around it, so that they are as large on a phone as on a wide screen.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float

from makar.measures.statistics import finite_mean
from makar.runs.report.contents import Chart, Line
from makar.runs.report.glossary import linked
from makar.runs.report.markup import compact, number, text
from makar.runs.report.series import axis, smoothed, spread, thinned
from makar.runs.report.words import Words

WIDE, HIGH = 1000, 300
_TIPS = 24
_STACK_INKS = ("stack0", "stack1", "stack2", "stack3", "stack4")


@dataclass(frozen=True)
class _Frame:
    """From numbers to the drawing's coordinates."""

    left: float
    right: float
    ticks: Sequence[float]

    def across(self, iteration: float) -> float:
        return WIDE * (iteration - self.left) / max(self.right - self.left, 1e-9)

    def down(self, value: float) -> float:
        share = (value - self.ticks[0]) / (self.ticks[-1] - self.ticks[0])
        return HIGH * (1 - min(max(share, -0.02), 1.02))


def chart_figure(chart: Chart, words: Words, *, small: bool = False) -> str:
    """The chart with its title, legend and axes, as a ``<figure>``; nothing without a number."""
    if not any(np.isfinite(line.values).any() for line in chart.lines):
        return ""
    drawn = _scaled(chart)
    curves = _stacked(drawn.lines) if chart.stacked else [line.values for line in drawn.lines]
    frame = _frame(drawn, curves, scale=chart.scale, ticks=2 if small else 4)
    shapes = _areas(drawn, curves, frame) if chart.stacked else _curves(drawn, frame)
    lead = f"<p>{linked(chart.words, words)}</p>" if chart.words else ""
    return (
        f'<figure class="chart{" small" if small else ""}">'
        f"<figcaption><h4>{text(chart.title)}</h4>{lead}{_legend(drawn)}</figcaption>"
        f'<div class="plot"><div class="ys" aria-hidden="true">{_y_labels(frame)}</div>'
        f'<svg viewBox="0 0 {WIDE} {HIGH}" preserveAspectRatio="none" role="img" '
        f'aria-label="{text(_told(drawn))}">{_grid(frame)}{shapes}{_marks(drawn, frame)}'
        f"{_tips(drawn)}</svg></div>"
        f'<div class="xs" aria-hidden="true">{_x_labels(frame)}</div></figure>'
    )


def _scaled(chart: Chart) -> Chart:
    """The same chart in the numbers that are shown."""
    scale = chart.scale
    band = chart.band
    return replace(
        chart,
        lines=[replace(line, values=line.values * scale) for line in chart.lines],
        levels=[
            replace(level, value=level.value * scale)
            for level in chart.levels
            if math.isfinite(level.value)
        ],
        band=(band[0] * scale, band[1] * scale) if band and all(map(math.isfinite, band)) else None,
        scale=1.0,
    )


def _frame(
    chart: Chart, curves: Sequence[Float[np.ndarray, " N"]], *, scale: float, ticks: int
) -> _Frame:
    low, high = spread([*curves, *(smoothed(c) for c in curves)])
    ends = [low, high, *(level.value for level in chart.levels), *(chart.band or ())]
    if chart.from_zero or chart.stacked:
        ends.append(0.0)
    if chart.whole:
        ends = [0.0, scale]
    left, right = float(chart.iterations[0]), float(chart.iterations[-1])
    return _Frame(left, max(right, left + 1), axis(min(ends), max(ends), ticks=ticks))


def _stacked(lines: Sequence[Line]) -> list[Float[np.ndarray, " N"]]:
    return list(np.cumsum([np.nan_to_num(line.values) for line in lines], axis=0))


def _curves(chart: Chart, frame: _Frame) -> str:
    shapes: list[str] = []
    if chart.band is not None:
        low, high = (frame.down(end) for end in chart.band)
        shapes.append(
            f'<rect class="band" x="0" y="{high:.1f}" width="{WIDE}" height="{low - high:.1f}"/>'
        )
    shapes += [
        f'<path class="level {level.ink}" d="M0 {frame.down(level.value):.1f}H{WIDE}"/>'
        for level in chart.levels
    ]
    for line in chart.lines:
        smooth = smoothed(line.values)
        if not np.array_equal(smooth, line.values, equal_nan=True):
            shapes.append(_path(chart, line.values, frame, f"raw {line.ink}"))
        shapes.append(_path(chart, smooth, frame, f"curve {line.ink}"))
    return "".join(shapes)


def _path(chart: Chart, values: Float[np.ndarray, " N"], frame: _Frame, kind: str) -> str:
    """A line that is broken where nothing is known; a single point is drawn as a dash."""
    data: list[str] = []
    pen = "M"
    for x, y in zip(*thinned(chart.iterations, values), strict=True):
        if not math.isfinite(y):
            pen = "M"
            continue
        data.append(f"{pen}{frame.across(x):.0f} {frame.down(y):.1f}")
        pen = "L"
    if len(data) == 1:
        data.append("h12")
    return f'<path class="{kind}" d="{"".join(data)}"/>'


def _areas(chart: Chart, curves: Sequence[Float[np.ndarray, " N"]], frame: _Frame) -> str:
    """Stacked areas, the last line on top."""
    shapes: list[str] = []
    below = np.zeros(len(chart.iterations))
    for ink, curve in zip(_STACK_INKS, curves, strict=False):
        x, upper = thinned(chart.iterations, smoothed(curve))
        _, lower = thinned(chart.iterations, smoothed(below))
        there = [
            f"{frame.across(a):.0f} {frame.down(b):.1f}" for a, b in zip(x, upper, strict=True)
        ]
        back = [f"{frame.across(a):.0f} {frame.down(b):.1f}" for a, b in zip(x, lower, strict=True)]
        shapes.append(f'<path class="area {ink}" d="M{"L".join(there + back[::-1])}z"/>')
        below = curve
    return "".join(shapes)


def _grid(frame: _Frame) -> str:
    data = "".join(f"M0 {frame.down(tick):.1f}H{WIDE}" for tick in frame.ticks)
    return f'<path class="grid" d="{data}"/>'


def _marks(chart: Chart, frame: _Frame) -> str:
    return "".join(
        f'<path class="happened" d="M{frame.across(mark):.0f} 0V{HIGH}"/>' for mark in chart.marks
    )


def _tips(chart: Chart) -> str:
    """Strips that say, when pointed at, what the curves are there."""
    pieces = np.array_split(np.arange(len(chart.iterations)), min(_TIPS, len(chart.iterations)))
    tips: list[str] = []
    width = WIDE / len(pieces)
    for place, rows in enumerate(pieces):
        first, last = int(chart.iterations[rows[0]]), int(chart.iterations[rows[-1]])
        when = f"iteration {first}" if first == last else f"iterations {first} to {last}"
        told = "; ".join(
            f"{line.name} {compact(finite_mean(line.values[rows]))}{chart.unit}"
            for line in chart.lines
        )
        tips.append(
            f'<rect class="tip" x="{place * width:.0f}" y="0" width="{width:.0f}" '
            f'height="{HIGH}"><title>{text(f"{when}: {told}")}</title></rect>'
        )
    return "".join(tips)


def _y_labels(frame: _Frame) -> str:
    step = frame.ticks[1] - frame.ticks[0]
    digits = max(0, -math.floor(math.log10(step) + 1e-9))
    if abs(step * 10**digits - round(step * 10**digits)) > 1e-6:
        digits += 1
    return "".join(
        f'<span style="top:{100 * frame.down(tick) / HIGH:.1f}%">{number(tick, digits)}</span>'
        for tick in frame.ticks
    )


def _x_labels(frame: _Frame) -> str:
    return "".join(f"<span>{number(end, 0)}</span>" for end in (frame.left, frame.right))


def _legend(chart: Chart) -> str:
    """Every line by its look, its name and its first and last value."""
    entries: list[str] = []
    for place, line in enumerate(chart.lines):
        known = smoothed(line.values)
        known = known[np.isfinite(known)]
        if not len(known):
            continue
        ink = f"area {_STACK_INKS[place]}" if chart.stacked else f"curve {line.ink}"
        shown = f"{compact(float(known[0]))} → {compact(float(known[-1]))}"
        if chart.stacked:
            shown = compact(finite_mean(line.values))
        entries.append(_key(ink, line.name, shown + chart.unit))
    entries += [
        _key(f"level {level.ink}", level.name, compact(level.value) + chart.unit)
        for level in chart.levels
    ]
    if chart.band is not None:
        low, high = (compact(end) for end in chart.band)
        entries.append(_key("band", "90 % of those held out", f"{low} to {high}{chart.unit}"))
    return f'<ul class="legend">{"".join(entries)}</ul>'


def _key(ink: str, name: str, shown: str) -> str:
    is_surface = ink.startswith(("area", "band"))
    shape = f'<rect y="3" width="22" height="9" class="{ink}"/>'
    if not is_surface:
        shape = f'<path d="M0 7H22" class="{ink}"/>'
    return (
        f'<li><svg viewBox="0 0 22 14" width="22" height="14" aria-hidden="true">{shape}</svg>'
        f"{text(name)} <b>{text(shown)}</b></li>"
    )


def _told(chart: Chart) -> str:
    """The chart in a sentence, for those who cannot see it."""
    told: list[str] = []
    for line in chart.lines:
        known = np.flatnonzero(np.isfinite(line.values))
        if len(known):
            first, last = (chart.iterations[known[i]] for i in (0, -1))
            smooth = smoothed(line.values)
            told.append(
                f"{line.name} from {compact(float(smooth[known[0]]))} at iteration {first} "
                f"to {compact(float(smooth[known[-1]]))}{chart.unit} at iteration {last}"
            )
    told += [f"{level.name} {compact(level.value)}{chart.unit}" for level in chart.levels]
    return f"{chart.title}: {'; '.join(told)}."
