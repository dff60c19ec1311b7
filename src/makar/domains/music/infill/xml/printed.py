"""The measures of a score as bars that are numbered as printed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from xml.etree.ElementTree import Element

from makar.domains.music.musicxml.bars import Bar
from makar.domains.music.musicxml.measures import PartWalk, resolution_of
from makar.domains.music.musicxml.timeline import Timeline
from makar.domains.music.piece.piece import TICKS_PER_QUARTER, Piece


@dataclass(frozen=True)
class Printed:
    """Measures and bars of a score.

    A bar is one measure, or several where a bar is split by a repeat sign or a double bar: the
    second half is a measure that is not counted.

    Attributes:
        bars: The first full one has number 1; ``label`` is what is printed.
        measures: Each measure as a bar of its own, with the number of the bar it belongs to.
    """

    bars: tuple[Bar, ...]
    measures: tuple[Bar, ...]

    def measure(self, number: int) -> Bar:
        """Measure ``number``, from 0."""
        return self.measures[number]


def unfolded(root: Element) -> Element:
    """The tree without repeats and endings: measures in the order in which they are printed."""
    for line in root.iter("barline"):
        for sign in [*line.findall("repeat"), *line.findall("ending")]:
            line.remove(sign)
    return root


def printed_of(root: Element, piece: Piece) -> tuple[Printed, tuple[str, ...]]:
    """The bars of a score that is ``unfolded``, and what is to be said of their numbers."""
    resolution = resolution_of(root)
    walks = [PartWalk(e, resolution, {}, Counter()) for e in root.findall("part")]
    timeline = Timeline(walks, resolution, Counter())
    scale = TICKS_PER_QUARTER / resolution
    edges = [*(round(s * scale) for s in timeline.starts), timeline.end_tick]
    part = next((p for p in root.findall("part") if p.find("measure") is not None), root)
    elements = part.findall("measure")
    groups = _groups(elements, edges, piece)
    first = 0 if timeline.pickup else 1
    bars: list[Bar] = []
    measures: list[Bar] = []
    for number, (begin, stop) in enumerate(groups, first):
        metre = [m for m in piece.metres if m.tick <= edges[begin]][-1]
        label = (elements[begin].get("number") or "").strip()
        bar = Bar(number, edges[begin], edges[stop], metre, new_metre=False, label=label)
        bars.append(bar)
        measures += [
            replace(bar, start=a, end=b) for a, b in pairwise(edges[begin : stop + 1])
        ]  # fmt: skip
    labels = [int(bar.label) for bar in bars if bar.label.isdecimal()]
    if not labels:
        return Printed(_unlabelled(bars), _unlabelled(measures)), ()
    if any(b <= a for a, b in pairwise(labels)):
        told = "its printed bar numbers are not in order: bars count from the first full one"
        return Printed(_unlabelled(bars), _unlabelled(measures)), (told,)
    return Printed(tuple(bars), tuple(measures)), ()


def _unlabelled(bars: Sequence[Bar]) -> tuple[Bar, ...]:
    return tuple(replace(bar, label="") for bar in bars)


def _groups(
    elements: Sequence[Element], edges: Sequence[int], piece: Piece
) -> list[tuple[int, int]]:
    """First measure of each bar and the one after its last."""
    groups: list[tuple[int, int]] = []
    here = 0
    while here < len(elements):
        metre = [m for m in piece.metres if m.tick <= edges[here]][-1]
        stop = here + 1
        while (
            stop < len(elements)
            and _uncounted(elements[stop])
            and edges[stop] - edges[here] < metre.bar
        ):
            stop += 1
        whole = edges[stop] - edges[here] == metre.bar
        groups.append((here, stop if whole else here + 1))
        here = groups[-1][1]
    return groups


def _uncounted(measure: Element) -> bool:
    number = (measure.get("number") or "").strip()
    return measure.get("implicit") == "yes" or bool(number and not number.isdecimal())
