"""The elements of a measure with their places in its text and in time."""

from __future__ import annotations

from dataclasses import dataclass
from xml.etree.ElementTree import Element

from makar.domains.music.infill.xml.text import child_spans
from makar.domains.music.musicxml.numbers import whole


@dataclass(frozen=True)
class Child:
    """An element of a measure: where its text stands, and its time in divisions."""

    element: Element
    start: int
    end: int
    time: int

    @property
    def tag(self) -> str:
        """Its name."""
        return self.element.tag

    @property
    def length(self) -> int:
        """How far it moves the time on, in divisions."""
        duration = self.element.findtext("duration")
        if duration is None or self.element.find("chord") is not None:
            return 0
        return (-1 if self.tag == "backup" else 1) * whole(duration, least=0)

    @property
    def voice(self) -> str:
        """The voice it belongs to."""
        return self.element.findtext("voice", "1").strip()

    @property
    def sounds(self) -> bool:
        """True for a note of the music: no rest, no grace note, no cue."""
        return self.tag == "note" and not any(
            self.element.find(other) is not None for other in ("rest", "grace", "cue")
        )


def children_of(text: bytes, measure: Element) -> list[Child]:
    """The measure's children with their places in the text and in time (in divisions)."""
    found: list[Child] = []
    cursor = 0
    for element, (start, end) in zip(measure, child_spans(text), strict=True):
        found.append(Child(element, start, end, cursor))
        cursor += found[-1].length
    return found
