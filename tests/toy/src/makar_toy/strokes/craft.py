"""How drawings are kept, shown and handed out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from jaxtyping import Int

from makar.core.types import Works
from makar.measures.variety import KeyRuns
from makar_toy.strokes.drawing import ENDS, FREE, NAMES, SIDE, Drawing, Drawings, stacked
from makar_toy.strokes.files import as_text

Marks = Sequence[tuple[int, int, str]]
YOURS = "one of your own"
NAMED_FROM = 4
"""Strokes in common from which on a source is named."""


@dataclass(frozen=True)
class Kin:
    """What a drawing shares with one by hand; see ``recipes.craft.Resemblance``."""

    title: str = ""
    licence: str = ""
    length: int = 0
    too_near: bool = False
    marks: tuple[int, int] = (0, 0)

    @property
    def text(self) -> str:
        """How many strokes they share."""
        return f"{self.length} strokes" if self.title else ""


@dataclass(frozen=True)
class StrokeCraft:
    """Keeps drawings as text and shows them as SVG; see ``recipes.craft.Craft``.

    Attributes:
        known: Drawings by hand, by title, which others may resemble.
        private: Their titles are the user's own.
    """

    known: Mapping[str, Drawing] = field(default_factory=dict)
    private: bool = False
    kind: str = "toy/strokes"
    formats: tuple[str, ...] = (".strokes", ".svg")
    shown: str = ".svg"
    original: str = "It resembles no drawing by hand."

    @property
    def variety(self) -> KeyRuns[Drawing]:
        """Runs of strokes, in whatever order they were drawn."""
        return KeyRuns(keys, lambda works: _drawings(works).steps.sum(1))

    def pack(self, work: Drawing) -> bytes:
        """The drawing as text."""
        return as_text(work).encode()

    def unpack(self, content: bytes) -> Drawing:
        """The drawing from that text."""
        return tuple(NAMES.index(line) for line in content.decode().split())

    def stack(self, works: Sequence[Drawing]) -> Drawings:
        """Single drawings as a batch."""
        return stacked(works)

    def notation(self, work: Drawing) -> str:
        """Its strokes."""
        return " ".join(NAMES[stroke] for stroke in work)

    def resemblances(self, works: Works[Drawing]) -> list[Kin]:
        """For each the drawing by hand that it shares most strokes with."""
        return [self._nearest(set(works[i])) for i in range(len(works))]

    def _nearest(self, strokes: set[int]) -> Kin:
        shared = {title: len(strokes & set(other)) for title, other in self.known.items()}
        title = max(shared, key=shared.__getitem__, default="")
        if shared.get(title, 0) < NAMED_FROM:
            return Kin(length=shared.get(title, 0))
        every = shared[title] == len(set(self.known[title]))
        return Kin(YOURS if self.private else title, "CC0", shared[title], too_near=every)

    def named(self) -> StrokeCraft:
        """The same, with the titles of the user's own drawings."""
        return replace(self, private=False)

    def export(self, work: Drawing, path: Path, *, title: str, notice: str) -> None:
        """Write the drawing in the format that the suffix names."""
        made = {".strokes": as_text(work, title=title), ".svg": svg([work], title=notice or title)}
        path.write_text(made[path.suffix.lower()], encoding="utf-8")

    def card(self, work: Drawing, *, marks: Marks = ()) -> str:
        """The drawing to be seen."""
        return svg([work], title=self.notation(work))


def keys(works: Works[Drawing]) -> tuple[Int[np.ndarray, "B N"], Int[np.ndarray, " B"]]:
    """The strokes of each drawing in the order of the lattice, and how many."""
    drawings = _drawings(works)
    behind = np.where(drawings.strokes == FREE, len(NAMES), drawings.strokes)
    return np.sort(behind, axis=1), drawings.count


def _drawings(works: Works[Drawing]) -> Drawings:
    return works if isinstance(works, Drawings) else stacked([*works])


def svg(drawings: Sequence[Drawing], *, title: str = "") -> str:
    """Drawings side by side as a picture."""
    lines = [
        f"M{x + SIDE * n} {SIDE - y}L{u + SIDE * n} {SIDE - v}"
        for n, drawing in enumerate(drawings)
        for x, y, u, v in ENDS[list(drawing)]
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="-0.5 0.5 {SIDE * len(drawings)} {SIDE}" '
        f'width="{160 * len(drawings)}" role="img"><title>{title}</title><path d="{"".join(lines)}"'
        ' fill="none" stroke="currentColor" stroke-width="0.12" stroke-linecap="round"/></svg>'
    )
