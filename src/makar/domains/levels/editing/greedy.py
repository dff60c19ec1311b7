"""Greedy search: every edit of the whole map is tried, and the one that helps most is made."""

from __future__ import annotations

import torch
from jaxtyping import Float, Int16
from torch import Tensor

from makar.domains.levels.problems.catalogue import Problem

SURE = 1e4
"""Makes gains into logits so steep that only the best edits, each as likely, are ever drawn."""
NEVER = -1e9


class Greedy:
    """Makes the edit that helps most at once, however little; a ``StepModel`` for ``Aiming``.

    Of several equally good ones any may be made. Where none helps, the one that harms least is:
    search that stops there reaches less.

    Args:
        problem: What is edited, in ``wide``, with ``ahead``.
    """

    def __init__(self, problem: Problem) -> None:
        self.cells, self.numbers = problem.height * problem.width, 2 * len(problem.wishes)

    def __call__(self, observation: Int16[Tensor, "N O"]) -> tuple[Float[Tensor, "N A"], Tensor]:
        """Logits of all edits, and no value; edits that change nothing are never drawn."""
        tiles = observation[:, : self.cells].long()
        gains = observation[:, self.cells + self.numbers :].float().unflatten(1, (self.cells, -1))
        logits = (gains * SURE).scatter(2, tiles[..., None], NEVER)
        return logits.flatten(1), torch.zeros(len(observation))
