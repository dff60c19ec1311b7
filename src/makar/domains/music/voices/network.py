"""A network for music in several voices: an LSTM from column to column, and within one by voice.

The voices take turns in one sequence of tokens (first column: voice 0, 1, 2 ..., then the second
column), as in Hadjeres et al. 2017 (*DeepBach*) and Peracha 2020 (*TonicNet*). The network is
told what each voice sounds, which it would otherwise have to remember, so that it learns from
few works; and where a voice is given beforehand, what that voice is about to do.
"""

from __future__ import annotations

import torch
from jaxtyping import Float, Int
from pydantic import BaseModel, ConfigDict, PositiveInt
from torch import Tensor, nn
from torch.nn import functional as F

AHEAD = (0, 1, 2, 4, 6, 8, 12, 16)
"""Columns after the present one at which a given voice is looked at."""


class ColumnsConfig(BaseModel):
    """Size and shape of the network.

    Attributes:
        vocabulary: Number of tokens.
        voices: Voices in a column.
        asked: Tokens of the prefix that say what is asked; a given voice follows them.
        columns: Columns at most, and tokens of the given voice in the prefix.
        metres: Values that the first token asked may have: columns mean something else in each.
        hold: The token that lets a voice go on; any other is what it does from then on.
        absent: The token that stands where nothing is given or known.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    vocabulary: PositiveInt
    voices: PositiveInt = 4
    asked: PositiveInt = 4
    columns: PositiveInt = 64
    metres: PositiveInt = 2
    hold: int = 1
    absent: PositiveInt
    width: PositiveInt = 192
    layers: PositiveInt = 1
    dropout: float = 0.0


class Columns(nn.Module):
    """The network: tokens in, hidden states, logits and values out."""

    def __init__(self, config: ColumnsConfig) -> None:
        super().__init__()
        self.config = config
        size, width, voices = config.vocabulary, config.width, config.voices
        self.asked = nn.Embedding(config.asked * size, width)
        self.ahead = nn.Embedding(len(AHEAD) * size, width)
        self.column = nn.Embedding(config.columns, width)
        self.metre = nn.Embedding(config.metres * config.columns, width)
        self.around = nn.Embedding(2 * voices * size, width)
        self.own = nn.Embedding(voices * size, width)
        self.written = nn.Embedding(voices * size, width)
        self.sounds = nn.Embedding(voices * size, width)
        self.voice = nn.Embedding(voices, width)
        self.lstm = nn.LSTM(
            width, width, config.layers, batch_first=True,
            dropout=config.dropout if config.layers > 1 else 0.0,
        )  # fmt: skip
        self.dropout = nn.Dropout(config.dropout)
        self.mix = nn.Sequential(nn.LayerNorm(width), nn.Linear(width, width), nn.GELU())
        self.back = nn.Linear(width, width)
        self.norm = nn.LayerNorm(width)
        self.head = nn.Linear(width, size)
        self.value_head = nn.Linear(width, 1)
        for module in self.modules():
            if isinstance(module, nn.Embedding):
                nn.init.normal_(module.weight, std=0.1)
        nn.init.zeros_(self.value_head.weight)
        nn.init.zeros_(self.value_head.bias)

    @property
    def vocabulary(self) -> int:
        """Number of tokens."""
        return self.config.vocabulary

    @property
    def prefix(self) -> int:
        """Tokens before the first decision."""
        return self.config.asked + self.config.columns

    def hidden(self, tokens: Int[Tensor, "B S"]) -> Float[Tensor, "B S D"]:
        """What the network makes of each position; 0 before the last one of the prefix."""
        config = self.config
        prefix, written = tokens[:, : self.prefix], tokens[:, self.prefix :]
        decisions = written.shape[1] + 1
        missing = config.voices - written.shape[1] % config.voices
        grid = F.pad(written, (0, missing), value=config.absent).unflatten(1, (-1, config.voices))
        now = _kept(grid, config.hold, config.absent)
        last, before = (F.pad(x, (0, 0, 1, 0), value=config.absent)[:, :-1] for x in (grid, now))
        context, _ = self.lstm(self.told(prefix, last, before, 0))
        hidden = self.inside(self.dropout(context), grid, before, now).flatten(1, 2)
        return F.pad(hidden[:, :decisions], (0, 0, self.prefix - 1, 0))

    def logits(self, hidden: Float[Tensor, "... D"]) -> Float[Tensor, "... A"]:
        """Scores of the next token."""
        return self.head(hidden)

    def value(self, hidden: Float[Tensor, "B S D"]) -> Float[Tensor, "B S"]:
        """Expected return from each position."""
        return self.value_head(hidden).squeeze(-1)

    def decoder(self, rows: int, length: int) -> ColumnsDecoder:
        """A decoder for ``rows`` sequences."""
        del length
        return ColumnsDecoder(self, rows)

    def told(
        self,
        prefix: Int[Tensor, "B P"],
        last: Int[Tensor, "B C V"],
        before: Int[Tensor, "B C V"],
        first: int,
    ) -> Float[Tensor, "B C D"]:
        """What the LSTM is told on entering the columns from ``first`` on.

        Args:
            prefix: What is asked and given.
            last: Tokens of the column before each.
            before: What each voice sounds on entering.
            first: Number of the first column.

        Raises:
            ValueError: there are more columns than the network has room for.
        """
        config, end = self.config, first + last.shape[1]
        if end > config.columns:
            raise ValueError(
                f"{end} columns do not fit the model's {config.columns}: "
                "ask for less, or train with more"
            )
        asked, given = prefix[:, : config.asked], prefix[:, config.asked :]
        sung = _kept(given[..., None], config.hold, config.absent)[..., 0]
        sung = F.pad(sung, (0, max(AHEAD)), value=config.absent)
        ahead = torch.stack([sung[:, first + k : end + k] for k in AHEAD], -1)
        at = torch.arange(first, end, device=prefix.device)
        place = self.column(at) + self.metre(asked[:, :1] * config.columns + at)
        around = self.around(_rows(torch.cat((last, before), -1), config.vocabulary)).sum(2)
        wish = self.asked(_rows(asked, config.vocabulary)).sum(1)[:, None]
        return place + around + wish + self.ahead(_rows(ahead, config.vocabulary)).sum(2)

    def inside(
        self,
        context: Float[Tensor, "B C D"],
        grid: Int[Tensor, "B C V"],
        before: Int[Tensor, "B C V"],
        now: Int[Tensor, "B C V"],
    ) -> Float[Tensor, "B C V D"]:
        """What is made of each decision, from its column and the voices written before it.

        Args:
            context: What the LSTM makes of the column.
            grid: Tokens of the column; those of a voice do not reach it or the ones above.
            before: What each voice sounded on entering.
            now: What each voice sounds by its token.
        """
        size = self.config.vocabulary
        others = self.written(_rows(grid, size)) + self.sounds(_rows(now, size))
        above = F.pad(others.cumsum(2), (0, 0, 1, 0))[:, :, :-1]
        total = context[:, :, None] + above + self.own(_rows(before, size)) + self.voice.weight
        return self.norm(total + self.back(self.mix(total)))


class ColumnsDecoder:
    """Feeds the prefix, then tokens one at a time; carries the LSTM from column to column."""

    def __init__(self, model: Columns, rows: int) -> None:
        config = model.config
        shape = (config.layers, rows, config.width)
        self.model = model
        still = torch.zeros(shape, device=model.head.weight.device)
        self.state = (still, still)
        nothing = torch.full((rows, 1, config.voices), config.absent)
        self.grid = nothing.to(still.device)
        self.before = self.now = self.grid
        self.column = self.voice = 0

    def __call__(self, tokens: Int[Tensor, "B S"]) -> Float[Tensor, "B A"]:
        """Logits after the given tokens: the whole prefix first, then one by one."""
        if tokens.shape[1] == self.model.prefix:
            self.asked = tokens
            self._enter(self.grid)
        else:
            self._write(tokens[:, 0])
        hidden = self.model.inside(self.context, self.grid, self.before, self.now)
        return self.model.logits(hidden[:, 0, self.voice])

    def _write(self, token: Int[Tensor, " B"]) -> None:
        """Put down one voice's token; after the last one's, go on to the next column."""
        config = self.model.config
        self.grid, self.now = self.grid.clone(), self.now.clone()
        self.grid[:, 0, self.voice] = token
        kept = token == config.hold
        self.now[:, 0, self.voice] = torch.where(kept, self.before[:, 0, self.voice], token)
        self.voice += 1
        if self.voice == config.voices:
            last, self.before, self.voice = self.grid, self.now, 0
            self.grid = torch.full_like(last, config.absent)
            self.column += 1
            self._enter(last)

    def _enter(self, last: Int[Tensor, "B 1 V"]) -> None:
        """Take the LSTM into the column after ``last``."""
        told = self.model.told(self.asked, last, self.before, self.column)
        self.context, self.state = self.model.lstm(told, self.state)


def _rows(tokens: Int[Tensor, "... N"], size: int) -> Int[Tensor, "... N"]:
    """Rows of one embedding that holds a table of ``size`` for each of the N places."""
    return tokens + size * torch.arange(tokens.shape[-1], device=tokens.device)


def _kept(grid: Int[Tensor, "B C V"], hold: int, absent: int) -> Int[Tensor, "B C V"]:
    """The last token of each voice that was not ``hold``, the column's own included."""
    column = torch.arange(grid.shape[1], device=grid.device)[:, None]
    latest = torch.where(grid != hold, column, -1).cummax(1).values
    return torch.where(latest < 0, absent, grid.gather(1, latest.clamp(min=0)))
