"""Editing towards an aim: how far each statistic still is from it is seen, and paid for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, cast

import numpy as np
import torch
from jaxtyping import Bool, Float, Int, Int16, UInt8
from torch import Tensor

from makar.core.seeds import Seeds
from makar.core.types import Prompt
from makar.domains.levels.editing.edits import Edits
from makar.domains.levels.editing.process import Editing
from makar.domains.levels.editing.representations import Representation
from makar.domains.levels.problems.catalogue import Problem

MOST = 99
"""Distances and gains are seen up to here."""


@dataclass(frozen=True)
class Aimed(Edits):
    """State of ``B`` maps that are edited towards an aim.

    Attributes:
        low: ``(B, K)`` where each statistic should lie: from here
        high: to here.
        asked: ``(B, K)`` whether it must, for the level to be good enough.
        gains: ``(B, H * W * A)`` how much nearer each edit would bring the map to its aim, by
            the problem's weights, 0 where it changes nothing; without ``ahead`` ``(B, 0)``.
    """

    low: Int[np.ndarray, "B K"]
    high: Int[np.ndarray, "B K"]
    asked: Bool[np.ndarray, "B K"]
    gains: Int16[np.ndarray, "B N"]


class Aiming(Editing):
    """Edit maps until every statistic is where the problem, or the prompt, asks for it.

    ``Prompt.condition`` may name statistics and the value each is to have, such as
    ``{"path-length": 30}``, over the problem's own goal (controllable generation: Earle et al.
    2021, *Learning Controllable Content Generators*, IEEE CoG, arXiv 2105.02993).

    It differs from ``Editing`` in five ways:

    1. Observed is the whole map, then how far each statistic is below the least and above the
       most that is asked (less than 0: it is not), then, with ``ahead``, the gain of each edit,
       then, where there is one, x and y of the cursor: ``(B, H * W + 2 * K [+ N] [+ 2])``, int16.
    2. ``ahead`` is one step of search: what each edit of each cell would bring at once.
    3. Paid is how much nearer the statistics came to the aim. What lies beyond a goal is worth
       nothing; in ``Editing`` a long path pays more than the goal, and reaching it is put off.
    4. In ``wide`` only edits that change something are legal.
    5. Reaching the aim pays ``bonus`` once; all that is paid is multiplied by ``scale``.

    Args:
        problem: What is asked.
        representation: How maps are edited.
        change: See ``Editing``.
        ahead: Whether to look one step ahead.
        bonus: Paid for a level that is good enough, in the problem's weights.
        scale: Of all that is paid.
    """

    def __init__(
        self,
        problem: Problem,
        representation: Representation = "narrow",
        *,
        change: float = 0.2,
        ahead: bool = True,
        bonus: float = 20.0,
        scale: float = 0.1,
    ) -> None:
        super().__init__(problem, representation, change=change)
        self.ahead, self.bonus, self.scale = ahead, bonus, scale
        bounds = [w.goal or _within(w.low, w.high) for w in problem.wishes]
        self._least, self._most = np.array(bounds).T
        self._from_start = np.array([int(w.gain) for w in problem.wishes])
        self._names = [w.name for w in problem.wishes]

    def start(self, prompts: Sequence[Prompt], seeds: Seeds) -> Aimed:
        """Random maps, or those given; the cursor anywhere.

        Raises:
            ValueError: a prompt asks for what no map can have.
        """
        state = super().start(prompts, seeds)
        known: dict[str, Any] = {f.name: getattr(state, f.name) for f in fields(Edits)}
        low, high, asked = self._bounds(state.started, prompts)
        gains = self._look_ahead(state.tiles, state.statistics, low, high)
        return Aimed(**known, low=low, high=high, asked=asked, gains=gains)

    def restart(
        self, state: Edits, rows: Bool[Tensor, " B"], prompts: Sequence[Prompt], seeds: Seeds
    ) -> Aimed:
        """See ``core.process.Process``."""
        mixed = cast(Aimed, super().restart(state, rows, prompts, seeds))
        new = rows.numpy().nonzero()[0]
        aims = self._bounds(mixed.started[new], [prompts[i] for i in new.tolist()])
        fresh = (*aims, self._look_ahead(mixed.tiles[new], mixed.statistics[new], *aims[:2]))
        kept = (mixed.low, mixed.high, mixed.asked, mixed.gains)
        low, high, asked, gains = (_with(k, new, f) for k, f in zip(kept, fresh, strict=True))
        return replace(mixed, low=low, high=high, asked=asked, gains=gains)

    def _bounds(
        self, started: Int[np.ndarray, "B K"], prompts: Sequence[Prompt]
    ) -> tuple[Int[np.ndarray, "B K"], Int[np.ndarray, "B K"], Bool[np.ndarray, "B K"]]:
        """From where to where each statistic should lie, and whether it must."""
        low = self._least + started * self._from_start
        high = np.broadcast_to(self._most, low.shape).copy()
        asked = np.zeros(low.shape, bool)
        asked[:, self._goals] = True
        for row, prompt in enumerate(prompts):
            for name, value in prompt.condition.items():
                k = self._index(name, value)
                low[row, k] = high[row, k] = int(value)
                asked[row, k] = True
        return low, high, asked

    @property
    def _goals(self) -> list[int]:
        return [k for k, wish in enumerate(self.problem.wishes) if wish.goal is not None]

    def _index(self, name: str, value: float | str) -> int:
        """Which statistic may be asked to have that value."""
        name_of_problem, most = self.problem.name, self.problem.height * self.problem.width
        if name not in self._names:
            raise ValueError(
                f"{name_of_problem} has no statistic {name!r} to ask for: "
                f"choose from {', '.join(self._names)}"
            )
        if isinstance(value, str) or not 0 <= value <= most or value != int(value):
            raise ValueError(
                f"{name} of {name_of_problem} cannot be {value!r}: ask for a whole number from "
                f"0 to {most}, the cells of the map"
            )
        return self._names.index(name)

    def _look_ahead(
        self,
        tiles: UInt8[np.ndarray, "B H W"],
        statistics: Int[np.ndarray, "B K"],
        low: Int[np.ndarray, "B K"],
        high: Int[np.ndarray, "B K"],
    ) -> Int16[np.ndarray, "B N"]:
        """The gain of each edit; see ``Aimed``."""
        B, H, W = tiles.shape
        if not self.ahead:
            return np.zeros((B, 0), np.int16)
        edits = np.arange(H * W * len(self.problem.tiles))
        cell, tile = np.divmod(edits, len(self.problem.tiles))
        flat = tiles.reshape(B, -1)
        tried = np.repeat(flat[:, None], len(edits), 1)
        tried[:, edits, cell] = tile
        changed = flat[:, cell] != tile
        found = np.repeat(statistics[:, None], len(edits), 1)
        self.problem.measure(
            tried.reshape(-1, H, W), changed.reshape(-1), found.reshape(-1, statistics.shape[1])
        )
        now = _away(statistics, low, high) @ self._weights
        then = _away(found, low[:, None], high[:, None]) @ self._weights
        return np.clip(now[:, None] - then, -MOST, MOST).astype(np.int16)

    def measured(
        self, tiles: UInt8[np.ndarray, "B H W"], prompts: Sequence[Prompt]
    ) -> tuple[Int[np.ndarray, "B K"], Float[np.ndarray, " B"], Float[np.ndarray, " B"]]:
        """Of finished maps the statistics, the distance from the aim, and 1 for good enough.

        What is to be gained over the start counts from 0: a finished map does not show its start.
        """
        statistics = np.zeros((len(tiles), len(self._names)), np.int32)
        self.problem.measure(np.ascontiguousarray(tiles), np.ones(len(tiles), bool), statistics)
        low, high, asked = self._bounds(np.zeros_like(statistics), prompts)
        away = _away(statistics, low, high)
        good = ((away == 0) | ~asked).all(1)
        return statistics, (away @ self._weights).astype(np.float64), good.astype(np.float64)

    def observe(self, state: Edits) -> Int16[Tensor, "B N"]:
        """The map, the distances, the gains and the cursor; see the class."""
        aimed = cast(Aimed, state)
        now = aimed.statistics
        short = np.concatenate((aimed.low - now, now - aimed.high), 1).clip(-MOST, MOST)
        seen = [state.tiles.reshape(len(now), -1), short, aimed.gains]
        if self.representation != "wide":
            seen.append(state.cursor)
        return torch.from_numpy(np.concatenate(seen, 1, dtype=np.int16, casting="unsafe"))

    def legal(self, state: Edits) -> Bool[Tensor, "B A"] | None:
        """In ``wide`` the edits that change something; with a cursor all actions."""
        if self.representation != "wide":
            return None
        tiles = state.tiles.reshape(len(state.tiles), -1, 1)
        changing = tiles != np.arange(len(self.problem.tiles), dtype=np.uint8)
        return torch.from_numpy(changing.reshape(len(tiles), -1))

    def step(self, state: Edits, actions: Int[Tensor, " B"]) -> tuple[Edits, Float[Tensor, " B"]]:
        """See ``Editing.step``."""
        before, new = cast(Aimed, state), cast(Aimed, super().step(state, actions)[0])
        was, now = (_away(s.statistics, s.low, s.high) for s in (before, new))
        going = ~(state.good | self._spent(state))
        good = state.good | (going & ((now == 0) | ~new.asked).all(1))
        paid = ((was - now) @ self._weights + self.bonus * (good & ~state.good)) * self.scale
        gains, rows = before.gains, (new.changes > state.changes).nonzero()[0]
        if len(rows):
            ahead = (new.tiles, new.statistics, new.low, new.high)
            gains = _with(gains, rows, self._look_ahead(*(a[rows] for a in ahead)))
        after = replace(new, good=good, gains=gains)
        return after, torch.from_numpy(paid.astype(np.float32))


def _within(low: int, high: int) -> tuple[int, int]:
    """Bounds for statistics that are never below 0: as few as can be is none."""
    return (0, 0) if high < 0 else (low, high)


def _away(
    statistics: Int[np.ndarray, "*B K"], low: Int[np.ndarray, "*B K"], high: Int[np.ndarray, "*B K"]
) -> Int[np.ndarray, "*B K"]:
    """How far each statistic is from where it should lie."""
    return np.maximum(np.maximum(low - statistics, statistics - high), 0)


def _with(array: np.ndarray, rows: np.ndarray, fresh: np.ndarray) -> np.ndarray:
    """A copy in which some rows are new."""
    array = array.copy()
    array[rows] = fresh
    return array
