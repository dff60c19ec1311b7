"""Networks that look at a whole map of tiles, and at every edit that could be made to it."""

from __future__ import annotations

from typing import cast

import torch
from jaxtyping import Float, Int, Int16, Int64
from torch import Tensor, nn
from torch.nn import functional as F

from makar.models.stepwise import StepModel

NEVER = -1e9
"""Logit of an edit that would change nothing."""
REACH = (2, 4, 1)
"""Dilation of the convolutions after the first, again and again: a map of 20 cells is seen."""
SURE = 1 - 1e-6


class MapNet(nn.Module):
    """Fully convolutional actor and critic for small maps: a logit for each edit of each cell.

    Observations are flat, int16: ``H * W`` numbers of tiles, ``numbers`` distances to an aim,
    and, with ``ahead``, the gain of each of the ``H * W * A`` edits; what follows is not looked
    at (see ``domains.levels.editing.goals``). Edits that would change nothing have no chance.

    Args:
        size: Rows and columns.
        tiles: Kinds of tiles, ``A``.
        numbers: How many distances are observed.
        width: Channels.
        depth: Convolutions of 3 x 3.
        ahead: Whether gains are observed. Their product with a sharpness, which is learned too,
            is added to the logits: the untrained policy is then greedy search, but for chance.
        sharpness: Of an untrained policy.
    """

    def __init__(
        self,
        size: tuple[int, int],
        tiles: int,
        *,
        numbers: int,
        width: int = 32,
        depth: int = 4,
        ahead: bool = True,
        sharpness: float = 2.0,
    ) -> None:
        super().__init__()
        self.size, self.tiles, self.numbers, self.ahead = size, tiles, numbers, ahead
        self.first = nn.Conv2d((1 + ahead) * tiles + 1, width, 3, padding=1)
        self.aim = nn.Linear(numbers, width)
        self.middle = nn.ModuleList(
            nn.Conv2d(width, width, 3, padding=reach, dilation=reach)
            for reach in (REACH * depth)[: depth - 1]
        )
        self.whole = nn.Linear(2 * width, width)
        self.edits = nn.Conv2d(width, tiles, 1)
        self.value = nn.Sequential(
            nn.Linear(2 * width + numbers + ahead, 64), nn.ReLU(), nn.Linear(64, 1)
        )
        self.sharpness = nn.Parameter(torch.tensor(sharpness), requires_grad=ahead)
        nn.init.orthogonal_(self.edits.weight, 0.01)
        nn.init.constant_(cast(Tensor, self.edits.bias), 0.0)

    def forward(
        self, observation: Int16[Tensor, "N O"]
    ) -> tuple[Float[Tensor, "N E"], Float[Tensor, " N"]]:
        """See ``StepModel``."""
        cells = self.size[0] * self.size[1]
        tiles = observation[:, :cells].long()
        numbers = observation[:, cells : cells + self.numbers].float() / 16
        gains = self._gains(observation) if self.ahead else None
        h = self._looked_at(tiles, numbers, gains)
        logits = self.edits(h).permute(0, 2, 3, 1).flatten(1, 2)
        seen = [h.mean((2, 3)), h.amax((2, 3)), numbers]
        if gains is not None:
            logits = logits + self.sharpness * gains
            seen.append(gains.flatten(1).amax(1, keepdim=True) / 8)
        logits = logits.scatter(2, tiles[..., None], NEVER).flatten(1)
        return logits, self.value(torch.cat(seen, 1))[:, 0]

    def _gains(self, observation: Int16[Tensor, "N O"]) -> Float[Tensor, "N C A"]:
        cells = self.size[0] * self.size[1]
        first = cells + self.numbers
        gains = observation[:, first : first + cells * self.tiles]
        return gains.float().unflatten(1, (cells, self.tiles))

    def _looked_at(
        self,
        tiles: Int64[Tensor, "N C"],
        numbers: Float[Tensor, "N K"],
        gains: Float[Tensor, "N C A"] | None,
    ) -> Float[Tensor, "N D H W"]:
        """What each cell's surroundings look like, with something of the whole map in it."""
        picture = F.one_hot(tiles, self.tiles + 1).float()
        picture[..., -1] = 1.0  # and 0 beyond the edges
        if gains is not None:
            picture = torch.cat((picture, (gains / 4).clamp(-3, 3)), 2)
        h = picture.unflatten(1, self.size).permute(0, 3, 1, 2)  # channels last: faster on a CPU
        h = F.relu(self.first(h) + self.aim(numbers)[:, :, None, None])
        for i, conv in enumerate(self.middle):
            h = h + F.relu(conv(h))
            if i == len(self.middle) // 2:
                whole = self.whole(torch.cat((h.mean((2, 3)), h.amax((2, 3))), 1))
                h = h + whole[:, :, None, None]
        return h


class AtCursor(nn.Module):
    """Reads a net that chooses among the edits of a whole map at one cell: ``narrow``.

    An editor whose cursor jumps about at random waits for the cell to come up. Left alone, a cell
    stays as it is and costs nothing, so with each edit made with ``patience`` times the chance
    that it has among all of the map, the next one *is* drawn by those chances: whoever learned to
    edit anywhere (``wide``) can edit here. Two things bend this: chances above 1 are cut, and the
    steps may run out.

    Action 0 leaves the cell, 1 + t makes it tile t. Observed is what the net sees, and then x and
    y of the cursor.

    Args:
        net: Chooses among the edits of the whole map.
        size: Rows and columns.
        patience: At 1 an edit comes, on average, once in as many steps as there are cells.
        heat: Temperature of the choice.
    """

    def __init__(
        self, net: StepModel, size: tuple[int, int], *, patience: float = 2.0, heat: float = 1.0
    ) -> None:
        super().__init__()
        self.net, self.size, self.patience, self.heat = net, size, patience, heat

    def forward(
        self, observation: Int16[Tensor, "N O"]
    ) -> tuple[Float[Tensor, "N A"], Float[Tensor, " N"]]:
        """See ``StepModel``."""
        logits, value = self.net(observation[:, :-2])
        return self.at(logits, observation[:, -2:]), value

    def at(self, logits: Float[Tensor, "N E"], cursor: Int[Tensor, "N 2"]) -> Float[Tensor, "N B"]:
        """Of the logits of all edits, those of leaving the cell and of its edits."""
        cells = self.size[0] * self.size[1]
        chances = (logits / self.heat).softmax(-1).unflatten(1, (cells, -1))
        x, y = cursor.long().T
        here = chances[torch.arange(len(chances)), y * self.size[1] + x] * self.patience
        any_edit = here.sum(1, keepdim=True)
        here = here * (SURE / any_edit.clamp(min=SURE))
        leave = 1 - here.sum(1, keepdim=True)
        return torch.cat((leave, here), 1).clamp(min=1e-30).log()
