"""Level editors as Gymnasium shows them: their spaces, what ``info`` tells, how they are drawn."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from jaxtyping import Int, UInt8

from makar.core.types import Prompt
from makar.domains.levels.editing.edits import Edits, Replay
from makar.domains.levels.editing.pictures import as_picture, as_text
from makar.domains.levels.editing.process import Editing
from makar.domains.levels.editing.representations import Representation
from makar.domains.levels.level.level import Level
from makar.domains.levels.problems.catalogue import Preset, Problem, maze_3d
from makar.domains.levels.problems.catalogue import problem as problem_of
from makar.interop.gymnasium import View, single, vector

if TYPE_CHECKING:
    import gymnasium

STATISTICS = {"sol-length": "solution"}
"""What gym-pcgrl calls a statistic differently when it tells it and when it pays for it."""
DERIVED = frozenset({"ratio"})
"""Paid for, but not told by gym-pcgrl."""
NO_STEP = (-1, -1, -1)
"""A place of the cursor that is not told."""
RenderMode = Literal["rgb_array", "ansi"]


def make(
    *,
    problem: str,
    representation: Representation,
    preset: Preset = "makar",
    change: float = 0.2,
    size: tuple[int, int, int] | None = None,
    flat: bool = True,
    render_mode: RenderMode | None = None,
) -> gymnasium.Env[np.ndarray, Any]:
    """One level at a time.

    Args:
        problem: What is asked of the level.
        representation: How it is edited.
        preset: See ``makar.domains.levels.problems.catalogue``.
        change: Share of the tiles that may be changed.
        size: Layers, rows and columns of a maze of blocks; other levels have one size.
        flat: Whether an observation is one row of tile numbers; else it is a picture of them.
        render_mode: What ``render`` returns: a picture or text.
    """
    process = Editing(_asked(problem, preset, size), representation, change=change)
    return single(process, view=LevelView(process, flat), render_mode=render_mode)


def make_vector(
    *,
    num_envs: int,
    problem: str,
    representation: Representation,
    preset: Preset = "makar",
    change: float = 0.2,
    size: tuple[int, int, int] | None = None,
    flat: bool = True,
    render_mode: RenderMode | None = None,
) -> gymnasium.vector.VectorEnv[np.ndarray, np.ndarray, np.ndarray]:
    """Many levels at once, in one call for all of them; see ``make``."""
    process = Editing(_asked(problem, preset, size), representation, change=change)
    return vector(process, num_envs, view=LevelView(process, flat), render_mode=render_mode)


def _asked(name: str, preset: Preset, size: tuple[int, int, int] | None) -> Problem:
    """The problem, in the size that is wished.

    Raises:
        ValueError: there is no such problem in that preset, or its size is not to be chosen.
    """
    asked = problem_of(name, preset)
    if size is None:
        return asked
    if asked.depth == 1:
        raise ValueError(f"{name} has one size, {asked.size[1:]}: leave out size")
    if len(size) != 3:
        raise ValueError(f"size must be layers, rows and columns, got {size}")
    return maze_3d(*size)


class LevelView(View[Edits]):
    """Tile numbers; places and tile for an action in ``wide``; statistics by gym-pcgrl's names."""

    render_modes = ("rgb_array", "ansi")

    def __init__(self, process: Editing, flat: bool) -> None:
        super().__init__(process)
        self.editing, self.flat = process, flat
        size = process.problem.size
        self.shape = size[1:] if process.problem.depth == 1 else size

    def observations(self) -> gymnasium.spaces.Box:
        """Tile numbers: all around the cursor, or of the whole map."""
        import gymnasium

        asked = self.editing.problem
        shape = self.shape if self.editing.representation == "wide" else self._window()
        if self.flat:
            shape = (math.prod(shape),)
        return gymnasium.spaces.Box(0, len(asked.tiles) - 1, shape, np.uint8)

    def _window(self) -> tuple[int, ...]:
        return (self.editing.problem.window,) * len(self.shape)

    def actions(self) -> gymnasium.spaces.Discrete | gymnasium.spaces.MultiDiscrete:
        """A number, or x, y (and layer) and tile."""
        import gymnasium

        if self.editing.representation == "wide":
            return gymnasium.spaces.MultiDiscrete(self._sizes())
        return gymnasium.spaces.Discrete(self.editing.actions)

    def _sizes(self) -> list[int]:
        return [*self.shape[::-1], len(self.editing.problem.tiles)]

    def see(self, state: Edits) -> UInt8[np.ndarray, " B *O"]:
        """See ``observations``."""
        return state.seen.reshape(len(state.seen), -1).copy() if self.flat else state.seen.copy()

    def act(self, actions: Int[np.ndarray, " B *A"]) -> Int[np.ndarray, " B"]:
        """The process's own action.

        Raises:
            ValueError: a number is too large, or negative.
        """
        if self.editing.representation != "wide":
            return actions
        sizes = self._sizes()
        if ((actions < 0) | (actions >= sizes)).any():
            raise ValueError(f"an action must be below {sizes}, got {actions.tolist()}")
        *place, tile = actions.T
        return self._cell(place) * sizes[-1] + tile

    def _cell(self, place: Sequence[Int[np.ndarray, " N"]]) -> Int[np.ndarray, " N"]:
        """Number of the cell at x, y (and layer) in reading order, the lowest layer first."""
        return np.ravel_multi_index(tuple(place[::-1]), self.shape)

    def tell(self, state: Edits) -> dict[str, Any]:
        """Statistics, and steps and changes so far."""
        columns = zip(self.editing.problem.wishes, state.statistics.T.copy(), strict=True)
        return {
            "stats": {
                STATISTICS.get(wish.name, wish.name): column
                for wish, column in columns
                if wish.name not in DERIVED
            },
            "iterations": state.steps.copy(),
            "changes": state.changes.copy(),
        }

    def ask(self, options: Mapping[str, Any], rows: int) -> Sequence[Prompt]:
        """Episodes that begin as told: ``map``, one or for each row, and ``positions`` likewise.

        Raises:
            ValueError: an option is unknown, or is not such an array.
        """
        if unknown := sorted(set(options) - {"map", "positions"}):
            raise ValueError(f"no option {unknown[0]!r}: there are 'map' and 'positions'")
        if "map" not in options:
            if "positions" in options:
                raise ValueError("positions are those of a recorded episode: give its map too")
            return [Prompt()] * rows
        axes = len(self.shape)
        maps = _per_row(options["map"], rows, "map", axes=axes, highest=255)
        walks = _per_row(options.get("positions", [NO_STEP[:axes]]), rows, "positions", axes=2)
        return [
            Prompt(given=Replay(self._level(tiles), self._walk(walk)))
            for tiles, walk in zip(maps, walks, strict=True)
        ]

    def _level(self, tiles: Int[np.ndarray, " *S"]) -> Level:
        """A map as the process has it: layers below one another."""
        if tiles.shape != self.shape:
            raise ValueError(f"map must have the shape {self.shape}, got {tiles.shape}")
        stacked = tiles.reshape(-1, tiles.shape[-1]).astype(np.uint8)
        return Level(stacked, self.editing.problem.tiles)

    def _walk(self, positions: Int[np.ndarray, "N M"]) -> Int[np.ndarray, "N 2"]:
        """Columns and rows of the cursor, -1 where it is not told."""
        if positions.shape[1] != len(self.shape):
            raise ValueError(
                f"positions are {len(self.shape)} numbers for each step: x, y"
                f"{' and layer' * (len(self.shape) > 2)}, got {positions.shape[1]}"
            )
        limits = self.shape[::-1]
        told = (positions >= 0).all(1)
        if (positions >= limits).any():
            raise ValueError(f"positions must be below {limits}, got {positions.max(0).tolist()}")
        walk = np.full((len(positions), 2), -1, np.int16)
        row, x = np.divmod(self._cell(list(positions[told].T)), limits[0])
        walk[told] = np.stack((x, row), 1)
        return walk

    def draw(self, state: Edits, mode: str) -> Sequence[np.ndarray | str]:
        """A picture or the text of each map."""
        draw = as_picture if mode == "rgb_array" else as_text
        depth = self.editing.problem.depth
        return [draw(level, depth) for level in self.editing.works(state)]


def _per_row(
    given: Any, rows: int, name: str, *, axes: int, highest: int = 2**15 - 1
) -> Sequence[Int[np.ndarray, " *S"]]:
    """An array for each row, from one for all or one for each."""
    array = np.asarray(given)
    if not np.issubdtype(array.dtype, np.integer) or (array > highest).any():
        raise ValueError(f"{name} must be whole numbers up to {highest}, got {array.dtype}")
    if array.ndim == axes:
        return [array] * rows
    if array.ndim != axes + 1 or len(array) != rows:
        raise ValueError(
            f"{name} must have {axes} axes, or {axes + 1} for {rows} rows, got {array.shape}"
        )
    return list(array)
