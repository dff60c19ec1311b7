"""Levels made by editing: a random map is changed tile by tile until it is good enough."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch
from jaxtyping import Bool, Float, Int, UInt8
from torch import Tensor

from makar.core.seeds import Seeds
from makar.core.types import Prompt, Works
from makar.domains.levels.editing.edits import NO_WALK, Edits, Replay
from makar.domains.levels.editing.representations import (
    Representation,
    count_actions,
    draw_keys,
    edit_narrow,
    edit_turtle,
    edit_wide,
    look,
    look_into,
    move_cursor,
    sow,
)
from makar.domains.levels.level.level import Level, Levels
from makar.domains.levels.problems.catalogue import Problem


class Editing:
    """Edit maps until they are what the problem asks for. See ``core.process.Process``.

    What is paid is how much nearer the statistics came to what is asked, each by its weight.
    The observation is a picture of tile numbers: the surroundings of the cursor, or, where there
    is none (``wide``), the whole map. ``Prompt.given`` may be a ``Level`` to start from, or a
    ``Replay``.

    Args:
        problem: What is asked.
        representation: How maps are edited; see ``makar.domains.levels.editing.representations``.
        change: Share of the tiles that may be changed before the episode is cut off. There may
            be as many steps as there are tiles for each change allowed.
    """

    def __init__(
        self, problem: Problem, representation: Representation = "narrow", *, change: float = 0.2
    ) -> None:
        if not 0 < change <= 1:
            raise ValueError(f"change must be a share above 0 and up to 1, got {change}")
        cells = problem.height * problem.width
        self.problem, self.representation = problem, representation
        self.actions = count_actions(
            representation,
            problem.height,
            problem.width,
            len(problem.tiles),
            depth=problem.depth,
        )
        self.most_changes = max(int(change * cells), 1)
        self.most_steps = self.most_changes * cells
        wishes = problem.wishes
        chances = np.array(problem.chances)
        self._chances = chances / chances.sum() if len(chances) else chances
        self._low = np.array([w.low for w in wishes])
        self._high = np.array([w.high for w in wishes])
        self._weights = np.array([w.weight for w in wishes])
        aims = [k for k, w in enumerate(wishes) if w.goal is not None]
        self._aims = np.array(aims)
        self._goal = np.array([w.goal for w in wishes if w.goal is not None]).T
        self._gain = np.array([int(wishes[k].gain) for k in aims])

    def start(self, prompts: Sequence[Prompt], seeds: Seeds) -> Edits:
        """Random maps, or those given; the cursor anywhere."""
        return self._begin(prompts, seeds, range(len(prompts)))

    def _begin(self, prompts: Sequence[Prompt], seeds: Seeds, rows: Sequence[int]) -> Edits:
        """New works for some ``rows`` of a batch of ``prompts``."""
        B, problem = len(rows), self.problem
        keys = draw_keys(
            int(seeds.generator().integers(2**63)), seeds.first + np.array(rows, np.int64)
        )
        tiles = np.empty((B, problem.height, problem.width), np.uint8)
        sow(tiles, keys[:, 0].copy(), self._chances)
        walk = self._take_given([prompts[row].given for row in rows], tiles)
        statistics = np.zeros((B, len(problem.wishes)), np.int32)
        problem.measure(tiles, np.ones(B, bool), statistics)
        state = Edits(
            tiles=tiles,
            cursor=np.zeros((B, 2), np.int32),
            statistics=statistics,
            started=statistics,
            steps=np.zeros(B, np.int32),
            changes=np.zeros(B, np.int32),
            good=np.zeros(B, bool),
            keys=keys[:, 1].copy(),
            walk=walk,
            seen=np.zeros((B, 0, 0), np.uint8),
        )
        if self.representation != "wide":
            size = (problem.height, problem.width)
            going = np.ones(B, bool)
            move_cursor(state.cursor, state.keys, state.steps, state.walk, going, size)
        return replace(state, seen=self._look(tiles, state.cursor))

    def _take_given(
        self, given: Sequence[object], tiles: UInt8[np.ndarray, "B H W"]
    ) -> Int[np.ndarray, "B N 2"]:
        """Write the maps that were given among the random ones; the walks."""
        walks: list[Int[np.ndarray, "_ 2"]] = []
        for row, start in enumerate(given):
            if start is not None:
                tiles[row] = self._checked(start.level if isinstance(start, Replay) else start)
            walks.append(self._walk(start) if isinstance(start, Replay) else NO_WALK)
        longest = max((len(walk) for walk in walks), default=0)
        stacked = np.full((len(walks), longest, 2), -1, np.int16)
        for row, walk in enumerate(walks if longest else []):
            stacked[row, : len(walk)] = walk
        return stacked

    def _walk(self, replay: Replay) -> Int[np.ndarray, "N 2"]:
        """A walk that stays within the map."""
        beyond = np.argwhere(replay.walk >= (self.problem.width, self.problem.height))
        if len(beyond):
            step = beyond[0, 0]
            raise ValueError(
                f"step {step} of the walk is at {replay.walk[step].tolist()}, beyond the "
                f"{self.problem.width} columns and {self.problem.height} rows of the map"
            )
        return replay.walk

    def _checked(self, level: object) -> UInt8[np.ndarray, "H W"]:
        """The tiles of a level that fits the problem."""
        problem = self.problem
        if not isinstance(level, Level):
            raise TypeError(f"{problem.name} starts from a Level, got a {type(level).__name__}")
        if level.names != problem.tiles or level.tiles.shape != (problem.height, problem.width):
            raise ValueError(
                f"{problem.name} needs {problem.height} rows of {problem.width} tiles "
                f"({', '.join(problem.tiles)}), got {level.tiles.shape} of "
                f"({', '.join(level.names)})"
            )
        return level.tiles

    def observe(self, state: Edits) -> Tensor:
        """Numbers of tiles, ``(B, S, S)`` around the cursor or ``(B, H, W)``, uint8.

        Of a map of blocks, ``(B, S, S, S)`` or ``(B, D, H, W)``, the lowest layer first.
        """
        return torch.from_numpy(state.seen)

    def legal(self, state: Edits) -> Bool[Tensor, "B A"] | None:
        """All actions, always."""

    def place(self, state: Edits) -> Int[Tensor, " B"]:
        """Cell under the cursor, in reading order; 0 where there is no cursor."""
        x, y = state.cursor.T
        return torch.from_numpy((y * self.problem.width + x).astype(np.int64))

    def step(self, state: Edits, actions: Int[Tensor, " B"]) -> tuple[Edits, Float[Tensor, " B"]]:
        """One edit; see ``core.process.Process``.

        Raises:
            ValueError: there is no such action.
        """
        if len(actions) and not 0 <= actions.min() <= actions.max() < self.actions:
            raise ValueError(
                f"actions must be from 0 to {self.actions - 1}, got {actions.tolist()}"
            )
        going = ~(state.good | self._spent(state))
        tiles, cursor = state.tiles.copy(), state.cursor.copy()
        changed = self._edit(tiles, cursor, actions.numpy(), going)
        statistics = state.statistics.copy()
        if changed.any():
            self.problem.measure(tiles, changed, statistics)
        steps = state.steps + going.astype(np.int32)
        if self.representation == "narrow":
            size = (self.problem.height, self.problem.width)
            move_cursor(cursor, state.keys, steps, state.walk, going, size)
        paid = (self._away(state.statistics) - self._away(statistics)) @ self._weights
        new = replace(
            state,
            tiles=tiles,
            cursor=cursor,
            statistics=statistics,
            steps=steps,
            changes=state.changes + changed.astype(np.int32),
            good=state.good | (going & self._good(statistics, state.started)),
            seen=self._look(tiles, cursor),
        )
        return new, torch.from_numpy(paid.astype(np.float32))

    def _edit(
        self,
        tiles: UInt8[np.ndarray, "B H W"],
        cursor: Int[np.ndarray, "B 2"],
        actions: Int[np.ndarray, " B"],
        going: Bool[np.ndarray, " B"],
    ) -> Bool[np.ndarray, " B"]:
        """Apply the actions in place; True where a tile changed."""
        if self.representation == "narrow":
            return edit_narrow(tiles, cursor, actions, going)
        if self.representation == "turtle":
            return edit_turtle(tiles, cursor, actions, going, self.problem.depth)
        return edit_wide(tiles, actions, going, len(self.problem.tiles))

    def _look(
        self, tiles: UInt8[np.ndarray, "B H W"], cursor: Int[np.ndarray, "B 2"]
    ) -> UInt8[np.ndarray, " B *S"]:
        """What is observed."""
        problem = self.problem
        if self.representation == "wide":
            return tiles if problem.depth == 1 else tiles.reshape(-1, *problem.size)
        if problem.depth == 1:
            return look(tiles, cursor, problem.window, problem.border)
        return look_into(tiles, cursor, problem.window, problem.border, problem.depth)

    def _away(self, statistics: Int[np.ndarray, "B K"]) -> Int[np.ndarray, "B K"]:
        """How far each statistic is from what is asked."""
        return np.maximum(np.maximum(self._low - statistics, statistics - self._high), 0)

    def _good(
        self, statistics: Int[np.ndarray, "B K"], started: Int[np.ndarray, "B K"]
    ) -> Bool[np.ndarray, " B"]:
        """Whether every goal is reached."""
        reached = statistics[:, self._aims] - started[:, self._aims] * self._gain
        return ((reached >= self._goal[0]) & (reached <= self._goal[1])).all(1)

    def _spent(self, state: Edits) -> Bool[np.ndarray, " B"]:
        """Whether a limit is reached."""
        return (state.changes >= self.most_changes) | (state.steps >= self.most_steps)

    def terminated(self, state: Edits) -> Bool[Tensor, " B"]:
        """Levels that are good enough; in ``pcgrl2020`` also those at a limit."""
        over = state.good if self.problem.cut_off else state.good | self._spent(state)
        return torch.from_numpy(over)

    def truncated(self, state: Edits) -> Bool[Tensor, " B"]:
        """Levels at a limit of changes or steps that are not good enough."""
        cut = ~state.good & self._spent(state)
        return torch.from_numpy(cut if self.problem.cut_off else np.zeros_like(cut))

    def restart(
        self, state: Edits, rows: Bool[Tensor, " B"], prompts: Sequence[Prompt], seeds: Seeds
    ) -> Edits:
        """See ``core.process.Process``."""
        chosen = rows.numpy().nonzero()[0]
        fresh = self._begin(prompts, seeds, chosen.tolist())
        walk, fresh_walk = _padded(state.walk, fresh.walk)
        mixed = {"walk": _with(walk, chosen, fresh_walk)}
        for name in ("tiles", "cursor", "statistics", "started", "steps", "changes", "good"):
            mixed[name] = _with(getattr(state, name), chosen, getattr(fresh, name))
        mixed["keys"] = _with(state.keys, chosen, fresh.keys)
        mixed["seen"] = _with(state.seen, chosen, fresh.seen)
        return replace(state, **mixed)

    def works(self, state: Edits) -> Levels:
        """The maps as they stand."""
        return Levels(state.tiles, self.problem.tiles)

    def join(self, batches: Sequence[Works[Level]]) -> Levels:
        """See ``core.process.Process``."""
        tiles = [
            b.tiles if isinstance(b, Levels) else np.stack([w.tiles for w in b]) for b in batches
        ]
        return Levels(np.concatenate(tiles), self.problem.tiles)


def _with(array: np.ndarray, rows: np.ndarray, fresh: np.ndarray) -> np.ndarray:
    """A copy in which some rows are new."""
    array = array.copy()
    array[rows] = fresh
    return array


def _padded(*walks: Int[np.ndarray, "_ _ 2"]) -> Sequence[Int[np.ndarray, "_ N 2"]]:
    """Batches of walks made equally long."""
    longest = max(walk.shape[1] for walk in walks)
    if all(walk.shape[1] == longest for walk in walks):
        return walks
    return [
        np.pad(walk, ((0, 0), (0, longest - walk.shape[1]), (0, 0)), constant_values=-1)
        for walk in walks
    ]
