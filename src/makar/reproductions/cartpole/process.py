"""CartPole as a batched process: the "work" is a pole kept upright.

The physics are those of Barto, Sutton & Anderson 1983, *Neuronlike Adaptive Elements That Can
Solve Difficult Learning Control Problems*, appendix, without friction, in the constants and the
Euler steps of Gymnasium's ``CartPole-v1``: 1 paid a step, at most 500 steps.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from makar.core.columnar import Columnar
from makar.core.seeds import Seeds
from makar.core.types import Judgement, Prompt, Works

GRAVITY = 9.8  # m/s²
CART, POLE = 1.0, 0.1  # kg
HALF_LENGTH = 0.5  # m
FORCE = 10.0  # N
TICK = 0.02  # s
FARTHEST = 2.4  # m from the middle
STEEPEST = math.radians(12)
LONGEST = 500  # steps
SPREAD = 0.05  # every number of the first state lies within ±SPREAD


@dataclass(frozen=True)
class Balances(Columnar[int]):
    """Works of a balancing act: for each the number of steps the pole stayed up, ``(B,)``."""

    steps: Int[np.ndarray, " B"]

    def __len__(self) -> int:
        return len(self.steps)

    def work(self, index: int) -> int:
        """See ``Columnar``."""
        return int(self.steps[index])

    def take(self, indices: Iterable[int]) -> Balances:
        """See ``core.types.Works``."""
        return Balances(self.steps[np.fromiter(indices, int)])


@dataclass(frozen=True)
class Carts:
    """State of ``B`` carts.

    Attributes:
        physics: ``(B, 4)`` place (m), speed (m/s), angle (rad) and angular speed (rad/s).
        steps: ``(B,)`` steps so far.
    """

    physics: Float[Tensor, "B 4"]
    steps: Int[Tensor, " B"]


class CartPole:
    """Push a cart left (0) or right (1) so that the pole on it does not fall."""

    actions = 2

    def start(self, prompts: Sequence[Prompt], seeds: Seeds) -> Carts:
        """Carts near the middle, poles nearly upright."""
        draws = torch.from_numpy(seeds.uniforms(len(prompts), 4))
        return Carts((2 * draws - 1) * SPREAD, torch.zeros(len(prompts), dtype=torch.long))

    def observe(self, state: Carts) -> Float[Tensor, "B 4"]:
        """The physics, in single precision as Gymnasium shows them."""
        return state.physics.float()

    def legal(self, state: Carts) -> None:
        """Both pushes, always."""

    def place(self, state: Carts) -> Int[Tensor, " B"]:
        """The number of the step."""
        return state.steps

    def step(self, state: Carts, actions: Int[Tensor, " B"]) -> tuple[Carts, Float[Tensor, " B"]]:
        """One push, 20 ms."""
        _, speed, angle, turn = state.physics.unbind(1)
        sine, cosine = angle.sin(), angle.cos()
        mass, moment = CART + POLE, POLE * HALF_LENGTH
        push = (FORCE * (2 * actions - 1) + moment * turn.square() * sine) / mass
        turning = (GRAVITY * sine - cosine * push) / (
            HALF_LENGTH * (4 / 3 - POLE * cosine.square() / mass)
        )
        speeding = push - moment * turning * cosine / mass
        rates = torch.stack((speed, speeding, turn, turning), 1)
        going = ~(self.terminated(state) | self.truncated(state))
        physics = state.physics + TICK * rates * going[:, None]
        return Carts(physics, state.steps + going), going.float()

    def terminated(self, state: Carts) -> Bool[Tensor, " B"]:
        """The cart left the track or the pole leans too far."""
        return (state.physics[:, 0].abs() > FARTHEST) | (state.physics[:, 2].abs() > STEEPEST)

    def truncated(self, state: Carts) -> Bool[Tensor, " B"]:
        """500 steps are enough."""
        return state.steps >= LONGEST

    def restart(
        self, state: Carts, rows: Bool[Tensor, " B"], prompts: Sequence[Prompt], seeds: Seeds
    ) -> Carts:
        """See ``core.process.Process``."""
        physics, steps = state.physics.clone(), torch.where(rows, 0, state.steps)
        for row in rows.nonzero()[:, 0].tolist():
            physics[row] = self.start(prompts[row : row + 1], seeds.shifted(row)).physics[0]
        return Carts(physics, steps)

    def works(self, state: Carts) -> Balances:
        """How long each pole has stayed up."""
        return Balances(state.steps.numpy())

    def join(self, batches: Sequence[Works[int]]) -> Balances:
        """See ``core.process.Process``."""
        return Balances(np.array([b[i] for b in batches for i in range(len(b))], dtype=np.int64))


def staying_up(works: Works[int], _prompts: Sequence[Prompt], /) -> Judgement:
    """Steps the pole stayed up as a share of the 500: for the log, as the process itself pays."""
    return Judgement(np.array([works[i] / LONGEST for i in range(len(works))]))
