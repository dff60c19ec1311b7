"""What the measures so far have settled for a part."""

from __future__ import annotations

from dataclasses import dataclass, replace
from xml.etree.ElementTree import Element

from makar.domains.music.musicxml.numbers import whole
from makar.domains.music.musicxml.signatures import transposition_of


@dataclass(frozen=True)
class State:
    """What the measures so far have settled for a part.

    Attributes:
        divisions: Units to a quarter note.
        chromatic: Semitones from what is written to what sounds.
        staves: Staves of the part.
        number: Printed number of the last measure.
    """

    divisions: int = 1
    chromatic: int = 0
    staves: int = 1
    number: int = 0

    def after(self, measure: Element) -> State:
        """The state once this measure is over."""
        state = self
        for attributes in measure.iterfind("attributes"):
            state = state.under(attributes)
        text = (measure.get("number") or "").strip()
        return replace(state, number=int(text) if text.isdecimal() else state.number + 1)

    def under(self, attributes: Element) -> State:
        """The state with what these attributes say."""
        divisions = whole(attributes.findtext("divisions") or str(self.divisions), least=1)
        staves = whole(attributes.findtext("staves") or str(self.staves), least=1)
        transpose = attributes.find("transpose")
        chromatic = self.chromatic if transpose is None else transposition_of(transpose)
        return replace(self, divisions=divisions, staves=staves, chromatic=chromatic)
