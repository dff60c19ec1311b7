"""Level editors as Gymnasium shows them: their spaces, what ``info`` tells, how they are drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from jaxtyping import Int, UInt8

from makar.core.types import Prompt
from makar.domains.levels.editing import Editing
from makar.domains.levels.edits import NO_WALK, Edits, Replay
from makar.domains.levels.level import Level
from makar.domains.levels.problems import Preset
from makar.domains.levels.problems import problem as problem_of
from makar.domains.levels.representations import Representation
from makar.interop.gymnasium import View, single, vector
from makar.recipes.level_pictures import as_picture, as_text

if TYPE_CHECKING:
    import gymnasium

STATISTICS = {"sol-length": "solution"}
"""What gym-pcgrl calls a statistic differently when it tells it and when it pays for it."""
DERIVED = frozenset({"ratio"})
"""Paid for, but not told by gym-pcgrl."""
RenderMode = Literal["rgb_array", "ansi"]


def make(
    *,
    problem: str,
    representation: Representation,
    preset: Preset = "makar",
    change: float = 0.2,
    flat: bool = True,
    render_mode: RenderMode | None = None,
) -> gymnasium.Env[np.ndarray, Any]:
    """One level at a time.

    Args:
        problem: What is asked of the level.
        representation: How it is edited.
        preset: See ``makar.domains.levels.problems``.
        change: Share of the tiles that may be changed.
        flat: Whether an observation is one row of tile numbers; else it is a picture of them.
        render_mode: What ``render`` returns: a picture or text.
    """
    process = Editing(problem_of(problem, preset), representation, change=change)
    return single(process, view=LevelView(process, flat), render_mode=render_mode)


def make_vector(
    *,
    num_envs: int,
    problem: str,
    representation: Representation,
    preset: Preset = "makar",
    change: float = 0.2,
    flat: bool = True,
    render_mode: RenderMode | None = None,
) -> gymnasium.vector.VectorEnv[np.ndarray, np.ndarray, np.ndarray]:
    """Many levels at once, in one call for all of them; see ``make``."""
    process = Editing(problem_of(problem, preset), representation, change=change)
    return vector(process, num_envs, view=LevelView(process, flat), render_mode=render_mode)


class LevelView(View[Edits]):
    """Tile numbers; three numbers for an action in ``wide``; statistics by gym-pcgrl's names."""

    render_modes = ("rgb_array", "ansi")

    def __init__(self, process: Editing, flat: bool) -> None:
        super().__init__(process)
        self.editing, self.flat = process, flat

    def observations(self) -> gymnasium.spaces.Box:
        """Tile numbers: all around the cursor, or of the whole map."""
        import gymnasium

        asked = self.editing.problem
        shape = (asked.window, asked.window)
        if self.editing.representation == "wide":
            shape = (asked.height, asked.width)
        if self.flat:
            shape = (shape[0] * shape[1],)
        return gymnasium.spaces.Box(0, len(asked.tiles) - 1, shape, np.uint8)

    def actions(self) -> gymnasium.spaces.Discrete | gymnasium.spaces.MultiDiscrete:
        """A number, or x, y and tile."""
        import gymnasium

        if self.editing.representation == "wide":
            return gymnasium.spaces.MultiDiscrete(self._sizes())
        return gymnasium.spaces.Discrete(self.editing.actions)

    def _sizes(self) -> list[int]:
        asked = self.editing.problem
        return [asked.width, asked.height, len(asked.tiles)]

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
            raise ValueError(f"x, y and tile must be below {sizes}, got {actions.tolist()}")
        x, y, tile = actions.T
        return (y * sizes[0] + x) * sizes[2] + tile

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
        maps = _per_row(options["map"], rows, "map", highest=255)
        walks = _per_row(options.get("positions", NO_WALK), rows, "positions")
        if walks[0].shape[1] != 2:
            raise ValueError(f"positions are x and y of each step, got {walks[0].shape[1]} numbers")
        names = self.editing.problem.tiles
        return [
            Prompt(given=Replay(Level(tiles.astype(np.uint8), names), walk.astype(np.int16)))
            for tiles, walk in zip(maps, walks, strict=True)
        ]

    def draw(self, state: Edits, mode: str) -> Sequence[np.ndarray | str]:
        """A picture or the text of each map."""
        draw = as_picture if mode == "rgb_array" else as_text
        return [draw(level) for level in self.editing.works(state)]


def _per_row(
    given: Any, rows: int, name: str, *, highest: int = 2**15 - 1
) -> Sequence[Int[np.ndarray, "N M"]]:
    """A table for each row, from one for all or one for each."""
    array = np.asarray(given)
    if not np.issubdtype(array.dtype, np.integer) or (array > highest).any():
        raise ValueError(f"{name} must be whole numbers up to {highest}, got {array.dtype}")
    if array.ndim == 2:
        return [array] * rows
    if array.ndim != 3 or len(array) != rows:
        raise ValueError(
            f"{name} must have two dimensions, or three for {rows} rows, got {array.shape}"
        )
    return list(array)
