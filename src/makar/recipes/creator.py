"""What a recipe puts together: everything the loop needs, the domain's own part injected."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, Protocol, TypeAlias, TypeVar

import numpy as np
from jaxtyping import Bool, Int

from makar.core.rewards import Blend
from makar.core.types import Judgement, Prompt, Works
from makar.learners.policy_gradient import PolicyGradient
from makar.models.stepwise import StepwisePolicy
from makar.models.token_policy import TokenPolicy
from makar.recipes.bonuses import Bonuses
from makar.runs.report.contents import Picture

W = TypeVar("W")
WorkPolicy: TypeAlias = TokenPolicy[W] | StepwisePolicy[Any, W]
"""What makes whole works and can be taught: by writing tokens, or by editing step by step."""


class Resemblance(Protocol):
    """The corpus work that a work shares most with."""

    @property
    def title(self) -> str:
        """Of the source; empty where nothing worth naming is shared."""
        ...

    @property
    def licence(self) -> str:
        """Of the source."""
        ...

    @property
    def length(self) -> int:
        """Units shared in one run."""
        ...

    @property
    def text(self) -> str:
        """What is shared, in the domain's words."""
        ...

    @property
    def start(self) -> int:
        """Where in the work the shared run begins, in units."""
        ...

    @property
    def too_near(self) -> bool:
        """True where the gate takes the work for a copy."""
        ...


class Craft(Protocol[W]):
    """How a domain keeps, shows and hands out its works."""

    @property
    def kind(self) -> str:
        """Name of the kind of work, such as ``music/melody-grid``."""
        ...

    @property
    def formats(self) -> tuple[str, ...]:
        """File suffixes it can export to, the one that is asked for most first."""
        ...

    @property
    def shown(self) -> str:
        """The suffix in which a work can be heard or seen at once: ``.ogg``, ``.png``."""
        ...

    @property
    def original(self) -> str:
        """What is said of a work that resembles no source."""
        ...

    def pack(self, work: W) -> bytes:
        """The work in the domain's own bytes, for the ledger."""
        ...

    def unpack(self, content: bytes) -> W:
        """The work from those bytes."""
        ...

    def stack(self, works: Sequence[W]) -> Works[W]:
        """Single works as a batch."""
        ...

    def notation(self, work: W) -> str:
        """The work in a line of shorthand."""
        ...

    def keys(self, works: Works[W]) -> tuple[Int[np.ndarray, "B N"], Int[np.ndarray, " B"]]:
        """What makes works alike or different, as integers, and how many there are in each."""
        ...

    def cells(self, works: Works[W]) -> Int[np.ndarray, " B"]:
        """Which kind of work each is, coarsely: what exploration counts."""
        ...

    def resemblances(self, works: Works[W]) -> Sequence[Resemblance]:
        """For each work the nearest source."""
        ...

    def export(self, work: W, path: Path, *, title: str, notice: str) -> None:
        """Write the work in the format that the file's suffix names."""
        ...

    def card(self, work: W, *, marks: Sequence[tuple[int, int, str]] = ()) -> str:
        """The work as a piece of HTML: to be seen, and heard or opened."""
        ...


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
        craft: How the domain keeps and shows works.
        bonuses: What training adds to the reward to keep variety up.
        human: Held-out human works, to compare with.
        human_prompts: What would ask for them.
        notes: Sentences that the user should read: what was left out, what cannot be learned.
        explanations: Each reward part in plain words.
        fit: Which works may be handed out, by their judgement; others are made in their place.
            None hands out all.
        theirs: Whose works ``human`` are, as the user is told.
        picture: Draws works by whose they are as one picture for the report, if that helps.
    """

    policy: WorkPolicy[W]
    prior: WorkPolicy[W]
    reward: Blend
    learner: PolicyGradient
    prompts: Callable[[int], Sequence[Prompt]]
    ask: Prompt
    craft: Craft[W]
    bonuses: Bonuses
    human: Works[W]
    human_prompts: Sequence[Prompt]
    notes: Sequence[str]
    explanations: Mapping[str, str]
    fit: Callable[[Judgement], Bool[np.ndarray, " B"]] | None = None
    theirs: str = "people"
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
