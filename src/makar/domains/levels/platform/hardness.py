"""How hard the maps' levels are, and which of them are as hard as what is asked for."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from makar.domains.levels.level.level import Levels
from makar.domains.levels.platform.config import PlatformAskConfig
from makar.domains.levels.play.analysis import Analyst

ENOUGH = 40
"""Levels that are as hard as asked below which the nearest stand in for them."""
ALIKE = 0.1
"""A challenge that is no farther from the one asked for is as hard."""


def challenges(
    analyst: Analyst, levels: Levels, *, columns: int | None = None
) -> Float[np.ndarray, " B"]:
    """How hard levels are; NaN for those that cannot be won, or of which that is not known.

    Args:
        analyst: Plays them.
        levels: The levels.
        columns: Say it for levels of so many columns that go on in the same way: dangers add up.
    """
    found = analyst(levels)
    share = 1.0 if columns is None else columns / levels.tiles.shape[2]
    return np.where(found.won == 1, 1 - (1 - found.challenge) ** share, np.nan)


def as_hard(levels: Levels, analyst: Analyst, ask: PlatformAskConfig) -> tuple[Levels, list[str]]:
    """The levels about as hard as asked, which a model's are compared with; and what to say of it.

    Where fewer than ``ENOUGH`` are, those nearest in challenge stand in, and their range is named.
    """
    hard = challenges(analyst, levels, columns=ask.columns)
    away = np.nan_to_num(np.abs(hard - ask.challenge), nan=np.inf)
    alike = int((away <= ALIKE).sum())
    rows = np.sort(np.argsort(away, kind="stable")[: max(alike, min(ENOUGH, len(levels)))])
    if alike >= ENOUGH or not np.isfinite(hard[rows]).any():
        return levels.take(rows), []
    low, high = np.nanmin(hard[rows]), np.nanmax(hard[rows])
    return levels.take(rows), [
        f"few held-out levels are about as hard as asked ({ask.challenge:g}): the {len(rows)} "
        f"nearest, of {low:.2f} to {high:.2f}, stand for the maps\u2019"
    ]
