"""Maps to learn from, and whose they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from makar.domains.levels.level.level import Level


@dataclass(frozen=True)
class MapSource:
    """Whose a map is.

    Attributes:
        title: What it is called where it comes from.
        licence: The terms that its source declares, in words.
    """

    title: str = ""
    licence: str = ""


@dataclass(frozen=True)
class Maps:
    """Whole maps of any width, to be cut into windows.

    Attributes:
        levels: The maps.
        sources: Whose each of them is.
        storeys: Of each that is a band of a tower, the numbers of the tower and of the storey that
            it lies in: bands of one storey share rows. None for a whole map; empty if all are.
    """

    levels: Sequence[Level]
    sources: Sequence[MapSource]
    storeys: Sequence[tuple[int, int] | None] = ()

    def __len__(self) -> int:
        return len(self.levels)

    @property
    def whole(self) -> int:
        """How many there are, with each tower counted once."""
        towers = {storey[0] for storey in self.storeys if storey}
        return len(self.levels) - sum(storey is not None for storey in self.storeys) + len(towers)

    @property
    def columns(self) -> int:
        """How wide they are together, each tower counted once."""
        widths = dict[object, int]()
        for number, level in enumerate(self.levels):
            storey = self.storeys[number] if self.storeys else None
            widths[number if storey is None else ("tower", storey[0])] = level.tiles.shape[1]
        return sum(widths.values())
