"""An LSTM that writes tokens: the Note RNN's shape, small and quick to train.

What stood a bar or a phrase ago is forgotten by an LSTM's state, and is what a tune comes back
to. So the network may be shown it, as in Magenta's Lookback RNN (Waite 2016, *Generating
long-term structure in songs and stories*).
"""

from __future__ import annotations

import torch
from jaxtyping import Float, Int
from pydantic import BaseModel, ConfigDict, Field, PositiveInt
from torch import Tensor, nn
from torch.nn import functional as F


class RecurrentConfig(BaseModel):
    """Size and shape of the network."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    vocabulary: PositiveInt
    width: PositiveInt = 128
    layers: PositiveInt = 1
    dropout: float = 0.0
    context: PositiveInt = 512
    lookback: tuple[PositiveInt, ...] = Field(
        default=(), description="tokens back from the one to be written, each of which it is shown"
    )


class Recurrent(nn.Module):
    """The network: tokens in, hidden states, logits and values out."""

    def __init__(self, config: RecurrentConfig) -> None:
        super().__init__()
        self.config = config
        self.embed = nn.Embedding(config.vocabulary, config.width)
        self.position = nn.Embedding(config.context, config.width)  # an LSTM counts bars badly
        nn.init.normal_(self.position.weight, std=0.1)
        if config.lookback:  # a table for each distance, and a last row for what never was
            self.past = nn.Embedding(len(config.lookback) * config.vocabulary + 1, config.width)
            nn.init.normal_(self.past.weight, std=0.1)
        self.lstm = nn.LSTM(
            config.width,
            config.width,
            config.layers,
            batch_first=True,
            dropout=config.dropout if config.layers > 1 else 0.0,
        )
        self.dropout = nn.Dropout(config.dropout)
        self.head = nn.Linear(config.width, config.vocabulary)
        self.value_head = nn.Linear(config.width, 1)
        nn.init.zeros_(self.value_head.weight)
        nn.init.zeros_(self.value_head.bias)

    @property
    def vocabulary(self) -> int:
        """Number of tokens."""
        return self.config.vocabulary

    def hidden(self, tokens: Int[Tensor, "B S"]) -> Float[Tensor, "B S D"]:
        """What the network makes of each position, having seen the ones before."""
        return self.dropout(self.lstm(self.seen(tokens, 0))[0])

    def seen(self, tokens: Int[Tensor, "B S"], first: int) -> Float[Tensor, "B N D"]:
        """What the LSTM is shown at each of the tokens from ``first`` on.

        A token, its place in the sequence, and what stood ``lookback`` tokens before the next.

        Raises:
            ValueError: the sequence is longer than the model's context.
        """
        end = tokens.shape[1]
        if end > self.config.context:
            raise ValueError(
                f"{end} tokens do not fit the model's context of {self.config.context}: "
                "ask for less, or train with a larger context"
            )
        shown = self.embed(tokens[:, first:]) + self.position.weight[first:end]
        return shown + self._past(tokens, first) if self.config.lookback else shown

    def _past(self, tokens: Int[Tensor, "B S"], first: int) -> Float[Tensor, "B N D"]:
        """The sum of what is looked back to, for what follows each token from ``first`` on."""
        rows, end = tokens.shape
        distances = torch.tensor(self.config.lookback, device=tokens.device)
        back = torch.arange(first + 1, end + 1, device=tokens.device)[:, None] - distances
        table = torch.arange(len(distances), device=tokens.device) * self.config.vocabulary
        nothing = self.past.num_embeddings - 1
        found = torch.where(back >= 0, tokens[:, back.clamp(min=0)] + table, nothing)
        width = self.config.width
        summed = F.embedding_bag(
            found.flatten(0, 1), self.past.weight, mode="sum", padding_idx=nothing
        )
        return summed.view(rows, end - first, width)

    def logits(self, hidden: Float[Tensor, "... D"]) -> Float[Tensor, "... V"]:
        """Scores of the next token."""
        return self.head(hidden)

    def value(self, hidden: Float[Tensor, "B S D"]) -> Float[Tensor, "B S"]:
        """Expected return from each position."""
        return self.value_head(hidden).squeeze(-1)

    def decoder(self, rows: int, length: int) -> StateDecoder:
        """A decoder for ``rows`` sequences of at most ``length`` tokens."""
        return StateDecoder(self, rows, length)


class StateDecoder:
    """Feeds tokens one step at a time and carries the LSTM's state."""

    def __init__(self, model: Recurrent, rows: int, length: int) -> None:
        shape = (model.config.layers, rows, model.config.width)
        self.model, self.at = model, 0
        still = torch.zeros(shape, device=model.embed.weight.device)
        self.state = (still, still)
        self.written = torch.zeros(rows, length, dtype=torch.long, device=still.device)

    def __call__(self, tokens: Int[Tensor, "B S"]) -> Float[Tensor, "B V"]:
        """Logits after the given tokens."""
        first, self.at = self.at, self.at + tokens.shape[1]
        self.written[:, first : self.at] = tokens
        seen = self.model.seen(self.written[:, : self.at], first)
        hidden, self.state = self.model.lstm(seen, self.state)
        return self.model.logits(hidden[:, -1])
