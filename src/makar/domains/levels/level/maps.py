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
    """

    levels: Sequence[Level]
    sources: Sequence[MapSource]

    def __len__(self) -> int:
        return len(self.levels)
