"""Signs that a reader needs and some engravers do not work out by themselves."""

from __future__ import annotations

from collections.abc import Sequence

from makar.domains.music.musicxml.bars import Bar, Written
from makar.domains.music.piece.piece import Key
from makar.domains.music.piece.spelling import Spelling, signature_alter

ACCIDENTALS = {-2: "flat-flat", -1: "flat", 0: "natural", 1: "sharp", 2: "double-sharp"}
_BEAMS = {"eighth": 1, "16th": 2, "32nd": 3, "64th": 4}


class Accidentals:
    """What is in force in one bar; ask in order of time."""

    def __init__(self) -> None:
        self._in_force: dict[tuple[str, int], int] = {}

    def needed(self, spelled: Spelling, key: Key, *, held: bool) -> str:
        """The accidental to print, or ""; a note held over a tie needs none."""
        place = spelled.step, spelled.octave
        if held:
            return ""
        expected = self._in_force.get(place, signature_alter(spelled.step, key))
        self._in_force[place] = spelled.alter
        return "" if expected == spelled.alter else ACCIDENTALS[spelled.alter]


def beams(bar: Bar, written: Sequence[Written]) -> list[list[str]]:
    """For each value its beams, the outermost first: begin, continue, end, or a hook."""
    levels = [_BEAMS.get(w.value.type, 0) if w.notes else 0 for w in written]
    beats = [w.value.start // bar.metre.beat for w in written]
    found: list[list[str]] = []
    for i, level in enumerate(levels):
        before = levels[i - 1] if i and beats[i - 1] == beats[i] else 0
        after = levels[i + 1] if i + 1 < len(levels) and beats[i + 1] == beats[i] else 0
        alone = not before and not after
        found.append([] if alone else [_beam(n, before, after) for n in range(1, level + 1)])
    return found


def _beam(level: int, before: int, after: int) -> str:
    if before >= level and after >= level:
        return "continue"
    if before >= level:
        return "end"
    if after >= level:
        return "begin"
    return "backward hook" if before else "forward hook"
