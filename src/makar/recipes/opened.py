"""A trained run that is open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from makar.recipes.creator import Creator
from makar.recipes.settings import RecipeConfig


@dataclass(frozen=True)
class Opened:
    """A trained run, ready to make and judge works.

    Attributes:
        creator: With the newest weights.
        bands: People's 5-95 % range of each reward part.
        step: Iterations behind those weights.
        notices: What had to be said about damaged checkpoints.
        config: Its settings.
    """

    creator: Creator[Any]
    bands: Mapping[str, tuple[float, float]]
    step: int
    notices: tuple[str, ...]
    config: RecipeConfig
