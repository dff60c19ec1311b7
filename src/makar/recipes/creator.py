"""What a recipe puts together, and a trained run that is open: the domain's own part injected."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeAlias, TypeVar

import numpy as np
from jaxtyping import Bool

from makar.core.rewards import RewardTree
from makar.core.seeds import Seeds
from makar.core.types import Judgement, Learner, Prompt, Trainable, Works
from makar.recipes.craft import Craft
from makar.recipes.settings import RecipeConfig
from makar.recipes.upkeep.bonuses import Bonuses
from makar.recipes.words import Asked, Words
from makar.runs.report.contents import Picture

W = TypeVar("W")
Making: TypeAlias = Callable[[Sequence[Prompt], Seeds], Works[W]]
"""Makes one work a prompt."""
HOT = 1e6
"""A temperature at which everything that is legal is as likely as anything else."""


@dataclass(frozen=True)
class Baselines(Generic[W]):
    """Makers of such works.

    Attributes:
        chance: Every choice drawn evenly from those there are.
        table: From a table of what follows what in people's works; None where there is none.
    """

    chance: Making[W]
    table: Making[W] | None = None


def chance_of(model: Trainable[W]) -> Making[W]:
    """Chance within what a model may choose, whatever it would rather choose.

    For decisions among actions; where they are numbers, a domain says itself what chance is.
    """
    return lambda asked, seeds: model.sample(asked, seeds=seeds, temperature=HOT).works


@dataclass
class Creator(Generic[W]):
    """A generator that is taught, with what judges and shows it.

    Attributes:
        policy: The policy that learns.
        prior: The policy as it was before, never changed.
        reward: What it is taught.
        learner: How it is taught.
        prompts: What to ask for, by iteration.
        ask: The one prompt that stands for the run in tables and samples.
        asked: The same in words.
        words: How its works are spoken of.
        craft: How the domain keeps and shows works.
        bonuses: What training adds to the reward to keep variety up.
        baselines: Works that nobody had to learn to make, to compare with.
        human: Held-out human works, to compare with.
        human_prompts: What would ask for them.
        notes: Sentences that the user should read: what was left out, what cannot be learned.
        explanations: Each reward part in plain words.
        fit: Which works may be handed out, by their judgement; others are made in their place.
            None hands out all.
        picture: Draws works by whose they are as one picture for the report, if that helps.
    """

    policy: Trainable[W]
    prior: Trainable[W]
    reward: RewardTree
    learner: Learner
    prompts: Callable[[int], Sequence[Prompt]]
    ask: Prompt
    asked: Asked
    words: Words
    craft: Craft[W]
    bonuses: Bonuses
    baselines: Baselines[W]
    human: Works[W]
    human_prompts: Sequence[Prompt]
    notes: Sequence[str]
    explanations: Mapping[str, str]
    fit: Callable[[Judgement], Bool[np.ndarray, " B"]] | None = None
    picture: Callable[[Mapping[str, Works[W]]], Picture] | None = None

    def state_dict(self) -> dict[str, Any]:
        """What changes while it learns."""
        return {
            "policy": self.policy.state_dict(),
            "learner": self.learner.state_dict(),
            "bonuses": self.bonuses.state_dict(),
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Take over a saved state."""
        self.policy.load_state_dict(state["policy"])
        self.learner.load_state_dict(state["learner"])
        self.bonuses.load_state_dict(state["bonuses"])


@dataclass(frozen=True)
class Opened:
    """A trained run, ready to make and judge works.

    Attributes:
        creator: With the newest weights.
        bands: People's 5-95 % range of each reward part.
        step: Iterations behind those weights.
        notices: What had to be said about damaged checkpoints.
        config: Its settings.
        log: Its metrics, a row a step; none where it was never trained.
    """

    creator: Creator[Any]
    bands: Mapping[str, tuple[float, float]]
    step: int
    notices: tuple[str, ...]
    config: RecipeConfig
    log: Sequence[Mapping[str, Any]] = ()
