"""A structured two-dimensional memory, read as a whole and written at the cursor."""

from __future__ import annotations

from typing import cast

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F


class NeuralMap(nn.Module):
    """Actor and critic that see a small window, and remember a map.

    Parisotto & Salakhutdinov 2017, *Neural Map: Structured Memory for Deep Reinforcement
    Learning*, arXiv 1702.08360: a global read r of the memory by convolutions, a context read c
    by attention (q = W[s, r], c = Σ softmax(q·M) M), a local write w = f(s, r, c, M[x, y]), and a
    policy on [r, c, w]. Deviations:

    1. Actor and critic see s and the place too; the memory is then all that sets it apart from
       its twin without one (``remembers=False``: r, c and w are 0).
    2. The memory is part of the process's state (``domains.levels.editing.partial_view``): it is
       observed as it was written, and what is written learns from its use in the same step alone.
    3. w replaces what was there, and is squashed by tanh; the paper's best version writes by
       a gated unit.

    Observations: ``(B, S * S + C * H * W + 1)``, float32: tiles, memory, cell.

    Args:
        size: Rows and columns of the map.
        window: Cells in a row of what is seen.
        tiles: Kinds of tiles.
        actions: Number of actions.
        channels: Numbers remembered of each cell.
        width: Units of the hidden layers.
        remembers: False gives the twin without memory.
    """

    def __init__(
        self,
        size: tuple[int, int],
        window: int,
        tiles: int,
        actions: int,
        *,
        channels: int = 8,
        width: int = 64,
        remembers: bool = True,
    ) -> None:
        super().__init__()
        self.size, self.window, self.tiles = size, window, tiles
        self.channels, self.remembers = channels, remembers
        cells = size[0] * size[1]
        self.see = nn.Sequential(
            nn.Linear(window * window * tiles + cells, width), nn.ReLU(), nn.Linear(width, width)
        )
        self.reading = nn.Sequential(
            nn.Conv2d(channels, 16, 3, padding=1), nn.ReLU(), nn.Flatten(),
            nn.Linear(16 * cells, channels),
        )  # fmt: skip
        self.query = nn.Linear(width + channels, channels)
        self.writing = nn.Sequential(
            nn.Linear(width + 3 * channels, width), nn.ReLU(), nn.Linear(width, channels), nn.Tanh()
        )
        inputs = width + 3 * channels
        self.actor = nn.Sequential(nn.Linear(inputs, width), nn.ReLU(), nn.Linear(width, actions))
        self.critic = nn.Sequential(nn.Linear(inputs, width), nn.ReLU(), nn.Linear(width, 1))
        nn.init.orthogonal_(cast(nn.Linear, self.actor[-1]).weight, 0.01)

    def forward(
        self, observation: Float[Tensor, "B O"]
    ) -> tuple[Float[Tensor, "B A"], Float[Tensor, " B"]]:
        """See ``StepModel``."""
        known = self._known(observation)
        return self.actor(known), self.critic(known)[:, 0]

    def write(self, observation: Float[Tensor, "B O"]) -> Float[Tensor, "B C"]:
        """What is written at the cursor."""
        return self._known(observation)[:, -self.channels :]

    def _known(self, observation: Float[Tensor, "B O"]) -> Float[Tensor, "B N"]:
        """What is seen, read and written: s, r, c, w."""
        C, cells, seen = self.channels, self.size[0] * self.size[1], self.window**2
        around = F.one_hot(observation[:, :seen].long(), self.tiles).float().flatten(1)
        here = observation[:, -1].long()
        s = F.relu(self.see(torch.cat((around, F.one_hot(here, cells).float()), 1)))
        if not self.remembers:
            return torch.cat((s, s.new_zeros(len(s), 3 * C)), 1)
        memory = observation[:, seen:-1].unflatten(1, (C, cells))
        r = self.reading(memory.unflatten(2, self.size))
        q = self.query(torch.cat((s, r), 1))
        attention = torch.einsum("bc,bcn->bn", q, memory).softmax(1)
        c = torch.einsum("bn,bcn->bc", attention, memory)
        old = memory.gather(2, here[:, None, None].expand(-1, C, 1))[:, :, 0]
        w = self.writing(torch.cat((s, r, c, old), 1))
        return torch.cat((s, r, c, w), 1)
