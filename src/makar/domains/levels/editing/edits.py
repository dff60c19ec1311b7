"""The state of maps in the making, and how an episode begins that is to be made again."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Bool, Int, UInt8, UInt64

from makar.domains.levels.level.level import Level

NO_WALK = np.zeros((0, 2), np.int16)


@dataclass(frozen=True, eq=False)
class Replay:
    """How an episode begins, for ``Prompt.given``: to make one again that was recorded.

    Attributes:
        level: Map to start from.
        walk: ``(N, 2)`` x and y of the cursor at the start and after each step; where it ends,
            and where a number is negative, the process goes on as it would have.
    """

    level: Level
    walk: Int[np.ndarray, "N 2"] = field(default_factory=lambda: NO_WALK)


@dataclass(frozen=True)
class Edits:
    """State of ``B`` maps in the making, of ``H`` rows and ``W`` columns, with ``K`` statistics.

    Attributes:
        tiles: ``(B, H, W)`` the maps.
        cursor: ``(B, 2)`` x and y.
        statistics: ``(B, K)`` as the maps stand.
        started: ``(B, K)`` as they stood at the start.
        steps: ``(B,)`` steps so far.
        changes: ``(B,)`` tiles changed so far.
        good: ``(B,)`` whether the level is good enough.
        keys: ``(B,)`` source of the cursor's walk.
        walk: ``(B, N, 2)`` what the cursor does instead; see ``Replay``.
        seen: ``(B, *S)`` tiles around the cursor, or the whole map; see ``Editing.observe``.
    """

    tiles: UInt8[np.ndarray, "B H W"]
    cursor: Int[np.ndarray, "B 2"]
    statistics: Int[np.ndarray, "B K"]
    started: Int[np.ndarray, "B K"]
    steps: Int[np.ndarray, " B"]
    changes: Int[np.ndarray, " B"]
    good: Bool[np.ndarray, " B"]
    keys: UInt64[np.ndarray, " B"]
    walk: Int[np.ndarray, "B N 2"]
    seen: UInt8[np.ndarray, " B *S"]
