"""How works are spoken of, and what was asked for in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from makar.core.types import Prompt
from makar.runs.report.words import Words

__all__ = ["Asked", "Words"]


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
