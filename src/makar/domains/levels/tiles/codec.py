"""Platform levels as tokens: what was asked first, then one token a tile, column by column.

The model reads what is asked, whether the map's ends are part of it, and how many columns there
are; then it writes the columns from left to right, each from the ground up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Bool, Int
from torch import Tensor

from makar.core.types import Prompt, Works
from makar.domains.levels.level.legend import Legend
from makar.domains.levels.level.level import Level, Levels
from makar.domains.levels.tiles.ends import with_ends
from makar.domains.levels.tiles.room import StartingRoom, without_ambush
from makar.domains.levels.tiles.rules import TileRules, fits

STEPS = 20
"""Steps in which a wish from 0 to 1 is told."""
BASE, DIGITS = 16, 3
"""The number of columns is told as so many digits."""
MOST_COLUMNS = BASE**DIGITS - 1
CHALLENGE, COLUMNS, ENDS = "challenge", "columns", "ends"
"""Wishes in ``Prompt.condition``: from 0 to 1; how many; ``"both"``, ``"left"``, ``"right"`` or
``"none"``: which ends of the map are part of the level."""
_ENDS = {"none": (0, 0), "left": (1, 0), "right": (0, 1), "both": (1, 1)}
FREE = -1
"""In ``Kept``: a cell that the model chooses."""


@dataclass(frozen=True, eq=False)
class Kept:
    """Cells of a level that are not the model's to choose.

    Attributes:
        tiles: ``(H, W)`` the tile of each such cell, ``FREE`` elsewhere. What lies beyond the
            columns asked for is nobody's; columns beyond these are free.
    """

    tiles: Int[np.ndarray, "H W"]


@dataclass(frozen=True)
class TileCodec:
    """Between levels of one game and tokens.

    ``Prompt.given`` may be a ``Level``: its columns come first, and the model goes on from them. Or
    it may be ``Kept``: cells anywhere that the model writes around.

    Attributes:
        legend: The game's tiles.
        rules: Which tile may stand where.
        height: Rows of a level.
        columns: Columns, where a prompt says nothing of it.
    """

    legend: Legend
    rules: TileRules
    height: int
    columns: int

    @property
    def vocabulary(self) -> int:
        """Tiles, and the numbers that a prefix is told in."""
        return max(len(self.legend.tiles), STEPS + 2, BASE)

    def prefix(self, prompts: Sequence[Prompt]) -> Int[Tensor, "B P"]:
        """What was asked, as numbers: challenge (the last step where none is), ends, columns."""
        rows: list[list[int]] = []
        for prompt in prompts:
            wish = prompt.condition.get(CHALLENGE)
            step = STEPS + 1 if wish is None else round(np.clip(float(wish), 0, 1) * STEPS)
            columns = self._columns(prompt)
            digits = [columns // BASE**k % BASE for k in reversed(range(DIGITS))]
            rows.append([step, *_ENDS[str(prompt.condition.get(ENDS, "both"))], *digits])
        return torch.tensor(rows, dtype=torch.long).reshape(len(rows), 3 + DIGITS)

    def decisions(self, prompts: Sequence[Prompt]) -> Bool[Tensor, "B T"]:
        """One decision a tile.

        Raises:
            ValueError: the prompts do not all ask for the same number of columns.
        """
        return torch.ones(len(prompts), self._width(prompts) * self.height, dtype=torch.bool)

    def legality(self, prompts: Sequence[Prompt]) -> TileLegality:
        """The rules, and what is given."""
        return TileLegality(self, prompts)

    def encode(self, works: Works[Level]) -> tuple[Int[Tensor, "B T"], list[Prompt]]:
        """Tokens of existing levels, and the prompts that would ask for such."""
        tiles = _stacked(works)
        columns = tiles[:, ::-1].transpose(0, 2, 1).reshape(len(tiles), -1)
        prompt = Prompt(condition={COLUMNS: tiles.shape[2], ENDS: "none"})
        return torch.from_numpy(columns.astype(np.int64)), [prompt] * len(tiles)

    def decode(self, actions: Int[Tensor, "B T"], prompts: Sequence[Prompt]) -> Levels:
        """Levels from tokens.

        A level that has both its ends, and was written without the start or the goal that its
        game needs, is given one at its end: few maps show a model where they belong. What enemies
        stand beside a start that was given so are taken away.
        """
        grid = actions.numpy().reshape(len(prompts), -1, self.height)
        tiles = np.ascontiguousarray(grid.transpose(0, 2, 1)[:, ::-1]).astype(np.uint8)
        whole = self.prefix(prompts)[:, 1:3].numpy().all(1)
        begun = self.legend.having("start")[tiles].any((1, 2))
        tiles[whole] = with_ends(Levels(tiles[whole], self.legend.names), self.legend).tiles
        given = whole & ~begun & np.array([prompt.given is None for prompt in prompts], bool)
        tiles[given] = without_ambush(tiles[given], self.legend, self.rules.clear)
        return Levels(tiles, self.legend.names)

    def place(self, actions: Int[Tensor, "B T"]) -> Int[Tensor, "B T"]:
        """The column that each decision belongs to."""
        return (torch.arange(actions.shape[1]) // self.height).expand(actions.shape)

    def _columns(self, prompt: Prompt) -> int:
        columns = int(prompt.condition.get(COLUMNS, self.columns))
        if not 1 <= columns <= MOST_COLUMNS:
            raise ValueError(f"a level has 1 to {MOST_COLUMNS} columns, not {columns}")
        return columns

    def _width(self, prompts: Sequence[Prompt]) -> int:
        widths = {self._columns(prompt) for prompt in prompts}
        if len(widths) > 1:
            raise ValueError(
                f"levels made at once have the same number of columns, not {sorted(widths)}: "
                "ask for them one after another"
            )
        return widths.pop() if widths else self.columns


class TileLegality:
    """Which tiles may come next, for levels in the making."""

    def __init__(self, codec: TileCodec, prompts: Sequence[Prompt]) -> None:
        B, self.codec = len(prompts), codec
        columns = codec.decisions(prompts).shape[1] // codec.height
        self.grid = np.zeros((B, columns, codec.height), np.int64)
        self.given = np.full_like(self.grid, FREE)
        for row, prompt in enumerate(prompts):
            if isinstance(prompt.given, Level):
                self._give(row, prompt.given)
            elif isinstance(prompt.given, Kept):
                kept = prompt.given.tiles[::-1, :columns].T
                self.given[row, : len(kept)] = kept
        self.ends = codec.prefix(prompts)[:, 1:3].numpy().astype(bool)
        self.had = np.zeros(B, bool)
        self.room = StartingRoom(codec.legend, codec.rules.clear, self.grid)
        self.can = np.zeros((B, codec.height, len(codec.legend.tiles)), bool)

    def _give(self, row: int, level: Level) -> None:
        height, columns = self.codec.height, self.grid.shape[1]
        if level.names != self.codec.legend.names or level.tiles.shape[0] != height:
            raise ValueError(
                f"the level given must have {height} rows of this game's tiles, got "
                f"{level.tiles.shape[0]} rows"
            )
        if level.tiles.shape[1] > columns:
            raise ValueError(
                f"{level.tiles.shape[1]} columns are given and only {columns} asked for: "
                "ask for more columns"
            )
        self.given[row, : level.tiles.shape[1]] = level.tiles[::-1].T

    def first(self) -> Bool[Tensor, "B V"]:
        """Tiles that may begin."""
        return self._allow(0)

    def after(self, step: int, tokens: Int[Tensor, " B"]) -> Bool[Tensor, "B V"]:
        """Tiles that may follow; none once the level is full."""
        height, written = self.codec.height, tokens.numpy()
        self.grid[:, step // height, step % height] = written
        self.had |= self.codec.rules.once[written]
        self.room.note(step // height, step % height, written)
        if step + 1 == self.grid.shape[1] * height:
            return torch.zeros(len(tokens), self.codec.vocabulary, dtype=torch.bool)
        return self._allow(step + 1)

    def _allow(self, step: int) -> Bool[Tensor, "B V"]:
        rules, (column, row) = self.codec.rules, divmod(step, self.codec.height)
        if row == 0:
            self._enter(column)
        tiles = len(rules.once)
        below = self.grid[:, column, row - 1] if row else np.full(len(self.grid), tiles)
        allowed = self.can[:, row] & rules.over[below] & ~(rules.once & self.had[:, None])
        self._keep_to_the_ends(column, allowed)
        self.room.keep(column, row, self.ends[:, 0], allowed)
        allowed[~allowed.any(1), rules.empty] = True
        given = self.given[:, column, row]
        rows = np.flatnonzero(given != FREE)
        allowed[rows] = False
        allowed[rows, given[rows]] = True
        beyond = self.codec.vocabulary - tiles
        return torch.from_numpy(np.pad(allowed, ((0, 0), (0, beyond))))

    def _keep_to_the_ends(self, column: int, allowed: Bool[np.ndarray, "B A"]) -> None:
        """Take away starts and goals where maps have none, if their end is part of the level."""
        legend, (left, right) = self.codec.legend, self.codec.rules.within
        if column >= left:
            allowed &= ~(self.ends[:, :1] & legend.having("start"))
        if column < self.grid.shape[1] - right:
            allowed &= ~(self.ends[:, 1:] & legend.having("goal"))

    def _enter(self, column: int) -> None:
        """Find out what can stand in the next column."""
        rules, columns = self.codec.rules, self.grid.shape[1]
        left = self.grid[:, column - 1] if column else np.full_like(self.grid[:, 0], -1)
        inner = ~self.ends
        inner[:, 1] |= column < columns - 1
        fits(left, inner, rules.over, rules.right_half, rules.left_half, rules.once, self.can)


def _stacked(works: Works[Level]) -> np.ndarray:
    if isinstance(works, Levels):
        return works.tiles
    return np.stack([works[i].tiles for i in range(len(works))])
