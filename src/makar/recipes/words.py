"""How works are spoken of: what a recipe's works are called, and whose they are compared with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from makar.core.types import Prompt


@dataclass(frozen=True)
class Words:
    """The nouns of a recipe; every sentence of reports and commands is made with them.

    Attributes:
        piece, pieces: What one work is called: tune, level.
        unit, units: What works are counted in: note, column.
        stretch, stretches: What somebody's file is cut into to be judged: phrase, level.
        whose: Whose works are compared with.
        sense: How a work is taken in.
        moves: What runs of variety are made of: moves from note to note, columns.
        heading: What is drawn at the top of a report: the run as a melody, or nothing.
    """

    piece: str = "work"
    pieces: str = "works"
    unit: str = "unit"
    units: str = "units"
    stretch: str = "work"
    stretches: str = "works"
    whose: str = "people"
    sense: Literal["hear", "see", "read"] = "see"
    moves: str = "units"
    heading: Literal["melody", ""] = ""

    def whose_own(self, sign: str = "’") -> str:
        """People’s, the maps’: ``whose`` as a possessive."""
        return f"{self.whose}{sign}" if self.whose.endswith("s") else f"{self.whose}{sign}s"

    def count(self, number: int) -> str:
        """``1 phrase``, ``3 phrases``."""
        return f"{number} {self.stretch if number == 1 else self.stretches}"


@dataclass(frozen=True)
class Asked:
    """What was asked for, in words.

    Attributes:
        title: As a heading: "Eight bars in 6/8, D major".
        wishes: Further phrases.
    """

    title: str
    wishes: Sequence[str] = ()

    @classmethod
    def of(cls, prompt: Prompt) -> Asked:
        """The prompt's own text, its form, and each wish by its name."""
        wishes = [f"form {prompt.form}"] if prompt.form else []
        wishes += [f"{name.replace('_', ' ')} {wish}" for name, wish in prompt.condition.items()]
        return cls(prompt.text or "Before and after training", wishes)
