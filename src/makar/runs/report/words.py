"""How works are spoken of: what a recipe calls them, and whose they are compared with.

It stands here because every page is written with it; recipes take it from ``recipes.words``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

PEOPLE = "people"
_SOUGHT = {"hear": "listened for", "see": "looked for", "read": "looked for"}


@dataclass(frozen=True)
class Words:
    """The nouns of a recipe; every sentence of reports and commands is made with them.

    Attributes:
        piece, pieces: What one work is called: tune, level.
        unit, units: What works are counted in: note, column.
        stretch, stretches: What somebody's file is cut into to be judged: phrase, level.
        whose: Whose works are compared with.
        by: How works are said to be theirs: works by people, works of the maps.
        wrote: What they did to have them: phrases that people wrote, levels that the maps hold.
        yours: What is learned from where it is the user's own: your own music, your own maps.
        sense: How a work is taken in.
        moves: What runs of variety are made of: moves from note to note, columns.
        varied: What "distinct-4" says of them, where it does not count runs.
        heading: What is drawn at the top of a report: the run as a melody, or nothing.
    """

    piece: str = "work"
    pieces: str = "works"
    unit: str = "unit"
    units: str = "units"
    stretch: str = "work"
    stretches: str = "works"
    whose: str = PEOPLE
    by: str = "by"
    wrote: str = "wrote"
    yours: str = "your own works"
    sense: Literal["hear", "see", "read"] = "see"
    moves: str = "units"
    varied: str = ""
    heading: Literal["melody", ""] = ""

    def whose_own(self, sign: str = "’") -> str:
        """People’s, the maps’: ``whose`` as a possessive."""
        return f"{self.whose}{sign}" if self.whose.endswith("s") else f"{self.whose}{sign}s"

    @property
    def by_whom(self) -> str:
        """By people, of the maps: what follows on works that are theirs."""
        return f"{self.by} {self.whose}"

    @property
    def sought(self) -> str:
        """Listened for, looked for: what a reward does."""
        return _SOUGHT[self.sense]

    def count(self, number: int) -> str:
        """``1 phrase``, ``3 phrases``."""
        return f"{number} {self.stretch if number == 1 else self.stretches}"

    def different_runs(self, length: int | str) -> str:
        """What counting runs says: different runs of four moves among all of them."""
        return f"different runs of {length} {self.moves} among all of them"

    @property
    def distinct(self) -> str:
        """What distinct-4 says of a set of works, where a craft measures its variety."""
        return self.varied or self.different_runs("four")

    @property
    def variety(self) -> str:
        """What distinct-4 says of a set of works, as the beginning of a sentence."""
        if self.varied:
            return f"{self.varied[:1].upper()}{self.varied[1:]}"
        return f"Of all runs of four {self.moves} in a set of works, the share that are different"
