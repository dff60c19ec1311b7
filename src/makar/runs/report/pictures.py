"""Small drawings: the run as a melody at the top of the page, and before and after on a scale."""

from __future__ import annotations

import math

import numpy as np
from jaxtyping import Float

from makar.runs.report.contents import Change
from makar.runs.report.markup import text

_NOTES = 24
_STEPS = 8
"""Staff positions from the lowest to the highest line."""
_GAP = 10
_TOP = 24
_BOTTOM = _TOP + 4 * _GAP


def melody(scores: Float[np.ndarray, " N"]) -> str:
    """The score over the run as notes on five lines: higher is better, left is the beginning."""
    known = scores[np.isfinite(scores)]
    if len(known) < 2:
        return ""
    heights = np.array([share.mean() for share in np.array_split(known, min(_NOTES, len(known)))])
    room = max(float(np.ptp(heights)), 0.02)
    places = np.rint((heights - heights.min()) / room * _STEPS).astype(int)
    lines = "".join(
        f'<line x1="0" x2="100%" y1="{_TOP + i * _GAP}" y2="{_TOP + i * _GAP}"/>' for i in range(5)
    )
    notes = "".join(_note(i, len(places), int(p)) for i, p in enumerate(places))
    told = (
        f"The run as a melody: the score begins at {100 * heights[0]:.0f} of 100 "
        f"and ends at {100 * heights[-1]:.0f}."
    )
    return (
        f'<svg class="melody" width="100%" height="{_BOTTOM + _TOP}" role="img" '
        f'aria-label="{text(told)}">{lines}{notes}{_bar("99.3%")}{_bar("99.9%", " thick")}</svg>'
    )


def _bar(across: str, kind: str = "") -> str:
    return f'<line class="bar{kind}" x1="{across}" x2="{across}" y1="{_TOP}" y2="{_BOTTOM}"/>'


def _note(index: int, count: int, place: int) -> str:
    across = 1 + 97 * (index + 0.5) / count
    down = _BOTTOM - place * _GAP / 2
    kind = " first" if index == 0 else " last" if index == count - 1 else ""
    stem = '<path d="M5 -1V-27"/>' if place < _STEPS / 2 else '<path d="M-5 1V27"/>'
    bar = _bar(f"{1 + 97 * index / count:.2f}%") if index and index % 8 == 0 else ""
    return (
        f'{bar}<svg class="note{kind}" x="{across:.2f}%" y="{down:.0f}" overflow="visible">{stem}'
        '<ellipse rx="5.6" ry="4" transform="rotate(-22)"/></svg>'
    )


def dumbbell(change: Change) -> str:
    """Before and after on a scale, with people's range shaded and their mean as a stroke."""
    low, high = change.scale
    if not high > low:
        return ""

    def at(value: float) -> float:
        return round(2 + 96 * (min(max(value, low), high) - low) / (high - low), 1)

    before, after, people = (at(p) if math.isfinite(p) else None for p in change.points)
    shapes = ['<line class="rail" x1="2%" x2="98%" y1="12" y2="12"/>']
    if change.band is not None and all(map(math.isfinite, change.band)):
        left, right = (at(end) for end in change.band)
        shapes.append(
            f'<rect class="band" x="{left}%" width="{max(right - left, 0.5):.1f}%" '
            'y="5" height="14"/>'
        )
    if people is not None:
        shapes.append(f'<line class="people" x1="{people}%" x2="{people}%" y1="3" y2="21"/>')
    shapes += [
        f'<line class="way" x1="{before}%" x2="{after}%" y1="12" y2="12"/>',
        f'<circle class="before" cx="{before}%" cy="12" r="4.5"/>',
        f'<circle class="after" cx="{after}%" cy="12" r="5"/>',
    ]
    drawn = "".join(shapes)
    return f'<svg class="dumbbell" width="100%" height="24" aria-hidden="true">{drawn}</svg>'
