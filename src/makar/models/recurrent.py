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
    context: PositiveInt = 512


class Recurrent(nn.Module):
    """The network: tokens in, hidden states, logits and values out."""

    def __init__(self, config: RecurrentConfig) -> None:
        super().__init__()
        self.config = config
        self.embed = nn.Embedding(config.vocabulary, config.width)
        self.position = nn.Embedding(config.context, config.width)  # an LSTM counts bars badly
        nn.init.normal_(self.position.weight, std=0.1)
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
        return self.dropout(self.lstm(self.placed(tokens, 0))[0])

    def placed(self, tokens: Int[Tensor, "B S"], first: int) -> Float[Tensor, "B S D"]:
        """Embedded tokens, each with its place in the sequence, counted from ``first``.

        Raises:
            ValueError: the sequence is longer than the model's context.
        """
        end = first + tokens.shape[1]
        if end > self.config.context:
            raise ValueError(
                f"{end} tokens do not fit the model's context of {self.config.context}: "
                "ask for less, or train with a larger context"
            )
        return self.embed(tokens) + self.position.weight[first:end]

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
        self.model, self.at = model, 0
        self.state = (torch.zeros(shape), torch.zeros(shape))

    def __call__(self, tokens: Int[Tensor, "B S"]) -> Float[Tensor, "B V"]:
        """Logits after the given tokens."""
        placed = self.model.placed(tokens, self.at)
        self.at += tokens.shape[1]
        hidden, self.state = self.model.lstm(placed, self.state)
        return self.model.logits(hidden[:, -1])
