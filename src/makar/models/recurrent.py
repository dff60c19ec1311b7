"""An LSTM that writes tokens: the Note RNN's shape, small and quick to train."""

from __future__ import annotations

import torch
from jaxtyping import Float, Int
from pydantic import BaseModel, ConfigDict, PositiveInt
from torch import Tensor, nn


class RecurrentConfig(BaseModel):
    """Size and shape of the network."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    vocabulary: PositiveInt
    width: PositiveInt = 128
    layers: PositiveInt = 1
    dropout: float = 0.0


class Recurrent(nn.Module):
    """The network: tokens in, hidden states, logits and values out."""

    def __init__(self, config: RecurrentConfig) -> None:
        super().__init__()
        self.config = config
        self.embed = nn.Embedding(config.vocabulary, config.width)
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
        return self.dropout(self.lstm(self.embed(tokens))[0])

    def logits(self, hidden: Float[Tensor, "... D"]) -> Float[Tensor, "... V"]:
        """Scores of the next token."""
        return self.head(hidden)

    def value(self, hidden: Float[Tensor, "B S D"]) -> Float[Tensor, "B S"]:
        """Expected return from each position."""
        return self.value_head(hidden).squeeze(-1)

    def decoder(self, rows: int, length: int) -> StateDecoder:
        """A decoder for ``rows`` sequences; an LSTM does not mind their length."""
        del length
        return StateDecoder(self, rows)


class StateDecoder:
    """Feeds tokens one step at a time and carries the LSTM's state."""

    def __init__(self, model: Recurrent, rows: int) -> None:
        shape = (model.config.layers, rows, model.config.width)
        self.model = model
        self.state = (torch.zeros(shape), torch.zeros(shape))

    def __call__(self, tokens: Int[Tensor, "B S"]) -> Float[Tensor, "B V"]:
        """Logits after the given tokens."""
        hidden, self.state = self.model.lstm(self.model.embed(tokens), self.state)
        return self.model.logits(hidden[:, -1])
