"""A network for maps of tiles: an LSTM from column to column, and within one from the ground up.

Maps are written column by column, as in Summerville & Mateas 2016 (*Super Mario as a String*) and
Sudhakaran et al. 2023 (*MarioGPT*), each from its bottom tile to its top one. There, one sequence
model carries everything from tile to tile; here it takes one step a column, and a tile sees its
neighbours written so far directly. So a map of 1,600 tiles is 114 steps deep and not 1,600.
"""

from __future__ import annotations

import torch
from jaxtyping import Float, Int
from pydantic import BaseModel, ConfigDict, PositiveInt
from torch import Tensor, nn
from torch.nn import functional as F

AROUND = (*((back, up) for back in (1, 2) for up in range(-2, 3)), (3, 0), (4, 0))
"""What a tile sees of earlier columns: columns back, rows up."""
BELOW = 4
"""Tiles below, in its own column, that a tile sees one by one; the others only in sum."""
ENDS = 32
"""Columns from which the ends of a map are seen."""
LEFT_END, RIGHT_END, FIRST_DIGIT, DIGITS, BASE = 1, 2, 3, 3, 16
"""Where the prefix says whether a map begins and ends with its window, and how wide that is."""


class TileColumnsConfig(BaseModel):
    """Size and shape of the network.

    Attributes:
        vocabulary: Number of tokens.
        height: Tiles in a column.
        asked: Tokens of the prefix; the first is a wish, then as ``LEFT_END`` and so on say.
        steps: The wish is told in steps from 0 to this one; what comes after is no step.
        width: Units from column to column.
        inner: Units from tile to tile.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    vocabulary: PositiveInt
    height: PositiveInt
    asked: PositiveInt = FIRST_DIGIT + DIGITS
    steps: PositiveInt
    width: PositiveInt = 192
    inner: PositiveInt = 96
    dropout: float = 0.0


class TileColumns(nn.Module):
    """The network: tokens in, hidden states, logits and values out."""

    def __init__(self, config: TileColumnsConfig) -> None:
        super().__init__()
        self.config = config
        width, inner, height = config.width, config.inner, config.height
        self.absent = config.vocabulary
        kinds = config.vocabulary + 1
        self.wish = nn.Embedding(config.vocabulary, width)
        self.ends = nn.Embedding(2 * (ENDS + 1), width)
        self.last = nn.Embedding(height * kinds, width)
        self.lstm = nn.LSTM(width, width, batch_first=True)
        self.dropout = nn.Dropout(config.dropout)
        self.context = nn.Linear(width, inner)
        self.near = nn.Embedding((len(AROUND) + BELOW) * kinds, inner)
        self.row = nn.Embedding(height, inner)
        self.written = nn.Embedding(height * kinds, inner)
        self.mix = nn.Sequential(nn.LayerNorm(inner), nn.Linear(inner, 2 * inner), nn.ReLU())
        self.back = nn.Linear(2 * inner, inner)
        self.norm = nn.LayerNorm(inner)
        self.head = nn.Linear(inner, config.vocabulary)
        self.value_head = nn.Linear(inner, 1)
        for module in self.modules():
            if isinstance(module, nn.Embedding):
                nn.init.normal_(module.weight, std=0.1)
        nn.init.zeros_(self.wish.weight)
        nn.init.zeros_(self.value_head.weight)
        nn.init.zeros_(self.value_head.bias)

    @property
    def vocabulary(self) -> int:
        """Number of tokens."""
        return self.config.vocabulary

    def hidden(self, tokens: Int[Tensor, "B S"]) -> Float[Tensor, "B S D"]:
        """What the network makes of each position; 0 before the last one of the prefix."""
        config = self.config
        prefix, written = tokens[:, : config.asked], tokens[:, config.asked :]
        decisions = written.shape[1] + 1
        missing = config.height - written.shape[1] % config.height
        grid = F.pad(written, (0, missing), value=self.absent).unflatten(1, (-1, config.height))
        before = F.pad(grid, (0, 0, 1, 0), value=self.absent)[:, :-1]
        context, _ = self.lstm(self.told(prefix, before, 0))
        seen = self._neighbours(grid)
        hidden = self.inside(self.dropout(context), seen, self._sums(grid), slice(None))
        hidden = hidden.flatten(1, 2)[:, :decisions]
        return F.pad(hidden, (0, 0, config.asked - 1, 0))

    def logits(self, hidden: Float[Tensor, "... D"]) -> Float[Tensor, "... V"]:
        """Scores of the next token."""
        return self.head(hidden)

    def value(self, hidden: Float[Tensor, "B S D"]) -> Float[Tensor, "B S"]:
        """Expected return from each position."""
        return self.value_head(hidden).squeeze(-1)

    def decoder(self, rows: int, length: int) -> TileColumnsDecoder:
        """A decoder for ``rows`` maps of at most ``length`` tokens."""
        return TileColumnsDecoder(self, rows, length)

    def told(
        self, prefix: Int[Tensor, "B P"], before: Int[Tensor, "B C H"], first: int
    ) -> Float[Tensor, "B C D"]:
        """What the LSTM is told on entering the columns from ``first`` on.

        Args:
            prefix: What is asked.
            before: The column before each.
            first: Number of the first column.
        """
        at = torch.arange(first, first + before.shape[1], device=prefix.device)
        digits = prefix[:, FIRST_DIGIT : FIRST_DIGIT + DIGITS]
        places = BASE ** torch.arange(DIGITS - 1, -1, -1, device=prefix.device)
        whole = (digits * places).sum(1, keepdim=True)
        left = torch.where(prefix[:, LEFT_END, None] == 1, at.clamp(max=ENDS), ENDS)
        right = (whole - 1 - at).clamp(0, ENDS)
        right = torch.where(prefix[:, RIGHT_END, None] == 1, right, ENDS) + ENDS + 1
        kinds = self.absent + 1
        told = self._wished(prefix[:, :1]) + self.ends(left) + self.ends(right)
        return told + self._bag(self.last, _rows(before, kinds))

    def _wished(self, wish: Int[Tensor, "B 1"]) -> Float[Tensor, "B 1 D"]:
        """What a wish adds: each step adds to the one below.

        So a step that no example showed is taken like the next one below, and what is learned of
        a step holds for those above too.
        """
        table, ordered = self.wish.weight, self.config.steps + 1
        return F.embedding(wish, torch.cat((table[:ordered].cumsum(0), table[ordered:])))

    def inside(
        self,
        context: Float[Tensor, "B C D"],
        seen: Int[Tensor, "B C N K"],
        sums: Float[Tensor, "B C N E"],
        rows: slice,
    ) -> Float[Tensor, "B C N E"]:
        """What is made of each decision in a column.

        Args:
            context: What the LSTM makes of the column.
            seen: Rows of ``near`` for the neighbours of each tile to be decided.
            sums: The tiles below in sum.
            rows: Which rows of the column are to be decided.
        """
        total = self.context(context)[:, :, None] + self._bag(self.near, seen)
        total = total + sums + self.row.weight[rows]
        return self.norm(total + self.back(self.mix(total)))

    def neighbours(self, around: Int[Tensor, "... H 5"], row: int) -> Int[Tensor, "... K"]:
        """Rows of ``near`` for one tile; ``around`` is its column and the four before it."""
        column = F.pad(around, (0, 0, BELOW, 2), value=self.absent)
        place = row + BELOW
        found = [column[..., place + up, -1 - back] for back, up in AROUND]
        found += [column[..., place - down, -1] for down in range(1, BELOW + 1)]
        return _rows(torch.stack(found, -1), self.absent + 1)

    def _neighbours(self, grid: Int[Tensor, "B C H"]) -> Int[Tensor, "B C H K"]:
        """The same for every tile of whole maps."""
        columns, height = grid.shape[1:]
        padded = F.pad(grid, (BELOW, 2, 4, 0), value=self.absent)

        def shifted(back: int, up: int) -> Tensor:
            return padded[:, 4 - back : 4 - back + columns, BELOW + up : BELOW + up + height]

        found = [shifted(back, up) for back, up in AROUND]
        found += [shifted(0, -down) for down in range(1, BELOW + 1)]
        return _rows(torch.stack(found, -1), self.absent + 1)

    def _sums(self, grid: Int[Tensor, "B C H"]) -> Float[Tensor, "B C H E"]:
        """What lies below each tile, in sum."""
        each = self.written(_rows(grid, self.absent + 1))
        return F.pad(each.cumsum(2), (0, 0, 1, 0))[:, :, :-1]

    def _bag(self, table: nn.Embedding, rows: Int[Tensor, "*B K"]) -> Float[Tensor, "*B D"]:
        """The sum of the rows asked for."""
        flat = F.embedding_bag(rows.flatten(0, -2), table.weight, mode="sum")
        return flat.unflatten(0, rows.shape[:-1])


class TileColumnsDecoder:
    """Feeds the prefix, then tiles one at a time; carries the LSTM from column to column."""

    def __init__(self, model: TileColumns, rows: int, length: int) -> None:
        del length
        self.model = model
        device = model.head.weight.device
        still = torch.zeros(1, rows, model.config.width, device=device)
        self.state = (still, still)
        shape = (rows, model.config.height, 5)
        self.around = torch.full(shape, model.absent, device=device)
        self.sums = torch.zeros(rows, model.config.inner, device=device)
        self.column = self.row = 0

    def __call__(self, tokens: Int[Tensor, "B S"]) -> Float[Tensor, "B V"]:
        """Logits after the given tokens: the whole prefix first, then one by one."""
        if tokens.shape[1] == self.model.config.asked:
            self.asked = tokens
            self._enter()
        else:
            self._write(tokens[:, 0])
        model, row = self.model, self.row
        seen = model.neighbours(self.around, row)[:, None, None]
        sums = self.sums[:, None, None]
        hidden = model.inside(self.context, seen, sums, slice(row, row + 1))
        return model.logits(hidden[:, 0, 0])

    def _write(self, token: Int[Tensor, " B"]) -> None:
        """Put down one tile; after the top one, go on to the next column."""
        kinds = self.model.absent + 1
        self.around[:, self.row, -1] = token
        self.sums = self.sums + self.model.written(token + self.row * kinds)
        self.row += 1
        if self.row == self.model.config.height:
            self.column, self.row = self.column + 1, 0
            self._enter()
            self.around = self.around.roll(-1, 2)
            self.around[:, :, -1] = self.model.absent
            self.sums = torch.zeros_like(self.sums)

    def _enter(self) -> None:
        """Take the LSTM into the next column."""
        told = self.model.told(self.asked, self.around[:, None, :, -1], self.column)
        self.context, self.state = self.model.lstm(told, self.state)


def _rows(tokens: Int[Tensor, "... N"], size: int) -> Int[Tensor, "... N"]:
    """Rows of one embedding that holds a table of ``size`` for each of the N places."""
    return tokens + size * torch.arange(tokens.shape[-1], device=tokens.device)
