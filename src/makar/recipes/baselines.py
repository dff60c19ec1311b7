"""Works that nobody had to learn to make: what every score is to be read against."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeAlias, TypeVar

from makar.core.seeds import Seeds
from makar.core.types import Prompt, Trainable, Works

W = TypeVar("W")
Making: TypeAlias = Callable[[Sequence[Prompt], Seeds], Works[W]]
"""Makes one work a prompt."""
HOT = 1e6
"""A temperature at which everything that is legal is as likely as anything else."""


@dataclass(frozen=True)
class Baselines(Generic[W]):
    """Makers of such works.

    Attributes:
        chance: Every choice drawn evenly from those there are.
        table: From a table of what follows what in people's works; None where there is none.
    """

    chance: Making[W]
    table: Making[W] | None = None


def chance_of(model: Trainable[W]) -> Making[W]:
    """Chance within what a model may choose, whatever it would rather choose.

    For decisions among actions; where they are numbers, a domain says itself what chance is.
    """
    return lambda asked, seeds: model.sample(asked, seeds=seeds, temperature=HOT).works
