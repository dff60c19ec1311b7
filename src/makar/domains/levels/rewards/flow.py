"""A level as hard as asked, and the flow channel: neither too hard nor too easy, nor monotonous."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from makar.core.types import Prompt, Works
from makar.domains.levels.level.level import Level
from makar.domains.levels.play.analysis import Analyst

WINDOW = 14
TOLERANCE = 0.5
WAVE = 0.1
SURE = 1 - 1e-12
"""Of a challenge of 1, whose logarithm there would not be."""


def flow(
    curve: Float[np.ndarray, "B W"], skill: Float[np.ndarray, " B"]
) -> Float[np.ndarray, " B"]:
    """How well a level keeps a player in flow, from 0 to 1, as this model has it.

    The level is cut into windows of about 14 columns, half a screen each. With c(w) the challenge
    that the whole level would have if all of it were like window w, and s the player's skill, both
    from 0 to 1::

        fit  = mean of max(0, 1 - |c(w) - s| / 0.5) over the windows
        wave = min(1, mean of |c(w) - c(w - 1)| / 0.1)
        flow = fit · (1 + wave) / 2

    so that boredom (below the skill), anxiety (above it) and monotony all cost. That challenge and
    skill must meet is the idea of Csikszentmihalyi 1990, *Flow: The Psychology of Optimal
    Experience*; the formula and its three numbers are ours. It is a *model* of enjoyment, and not
    enjoyment: nobody has played these levels and said how they liked them.

    Args:
        curve: Challenge of each column, from 0 to 1 (``Analysis.challenge_map``).
        skill: Of each level's player.

    Returns:
        The flow; NaN where a level's challenge or the skill is not known.
    """
    B, W = curve.shape
    count = max(W // WINDOW, 1)
    ends = np.arange(count + 1) * W // count
    survived = np.log1p(-np.minimum(curve, SURE)).cumsum(1)  # of independent dangers
    before = np.concatenate([np.zeros((B, 1)), survived], axis=1)
    windows = 1 - np.exp(np.diff(before[:, ends], axis=1) * W / np.diff(ends))
    fit = np.clip(1 - np.abs(windows - skill[:, None]) / TOLERANCE, 0, 1).mean(1)
    steps = np.abs(np.diff(windows, axis=1))
    wave = np.minimum(steps.sum(1) / max(count - 1, 1) / WAVE, 1)
    return fit * (1 + wave) / 2


@dataclass(frozen=True)
class Flow:
    """Flow for the player that the prompt names, as a model of enjoyment.

    The skill is the prompt's ``"skill"``, from 0 to 1; where it has none, its ``"challenge"``: who
    asks for hard levels is taken to be good. NaN where neither is asked.
    """

    analyst: Analyst

    def __call__(
        self, works: Works[Level], prompts: Sequence[Prompt], /
    ) -> Float[np.ndarray, " B"]:
        """Judge each level."""
        return flow(self.analyst(works).challenge_map, wishes(prompts, "skill", "challenge"))


@dataclass(frozen=True)
class ChallengeMissed:
    """How far a level's challenge lies from the one that its prompt asks for; 0 is as asked.

    The challenge is a structural one (``challenge.challenge_of``): what a level forgives of a
    player's errors, found without anybody playing. NaN where none is asked or it is not known.
    """

    analyst: Analyst

    def __call__(
        self, works: Works[Level], prompts: Sequence[Prompt], /
    ) -> Float[np.ndarray, " B"]:
        """Judge each level."""
        return np.abs(self.analyst(works).challenge - wishes(prompts, "challenge"))


def wishes(prompts: Sequence[Prompt], *names: str) -> Float[np.ndarray, " B"]:
    """The number that each prompt asks for under the first of the names it has; NaN for none."""
    found = [next((p.condition[n] for n in names if n in p.condition), np.nan) for p in prompts]
    return np.array([float(wish) for wish in found])
