"""How far a phrase is from one genre to another: two classifiers that have nothing in common.

The one rewards. The other has learned from other tunes and counts other things; it measures, and
is never rewarded.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from jaxtyping import Bool, Float

from makar.core.types import Prompt
from makar.domains.music.blend.style import INVENTORY, SUCCESSION, inventory, succession
from makar.domains.music.corpus.genres import GenrePhrases
from makar.domains.music.melody.melody import melodies_of
from makar.measures.classifier import Logistic, balanced_accuracy

PENALTY = 0.1
"""Strong on purpose. A classifier that is as sure of two books of tunes as it can be says 0 or 1 of
all that lies between them; this one tells held-out phrases as well, and has doubts."""

Sides: TypeAlias = dict[str, tuple[GenrePhrases, GenrePhrases]]
"""By side of the split, the phrases of the first and the second genre."""


@dataclass(frozen=True)
class Judge:
    """How probably a phrase is of the second genre.

    Attributes:
        features: What it counts.
        name: Of the features, with their version.
        classifier: What it has learned from that.
        accuracy: Share of held-out phrases told rightly, both genres counting equally.
    """

    features: Callable[[object], Float[np.ndarray, "B F"]]
    name: str
    classifier: Logistic
    accuracy: float

    def __call__(self, works: object) -> Float[np.ndarray, " B"]:
        """P(second genre); NaN for a phrase of fewer than three notes."""
        chance = self.classifier(self.features(works))
        return np.where(melodies_of(works).count > 2, chance, np.nan)


@dataclass(frozen=True)
class Distance:
    """How far a judge finds each phrase from the weight that was asked for, 0 to 1."""

    judge: Judge
    names: tuple[str, str]

    def __call__(self, works: object, prompts: Sequence[Prompt], /) -> Float[np.ndarray, " B"]:
        """|P(second genre) - weight|."""
        asked = np.array([weight_of(prompt, self.names) for prompt in prompts])
        return np.abs(self.judge(works) - asked)


def weight_of(prompt: Prompt, names: tuple[str, str]) -> float:
    """The second genre's share of what was asked for."""
    first, second = (float(prompt.condition.get(name, 0.0)) for name in names)
    return second / (first + second)


def judges_of(sides: Sides) -> tuple[Judge, Judge]:
    """The judge that rewards and the judge that measures, of different tunes and features."""
    rewards = _judge(inventory, INVENTORY, sides, lambda tune: tune % 2 == 0)
    return rewards, _judge(succession, SUCCESSION, sides, lambda tune: tune % 2 == 1)


def _judge(
    features: Callable[[object], np.ndarray],
    name: str,
    sides: Sides,
    learned: Callable[[np.ndarray], np.ndarray],
) -> Judge:
    train = tuple(genre.take(np.flatnonzero(learned(genre.tune))) for genre in sides["train"])
    classifier = Logistic.fit(*_examples(features, train), penalty=PENALTY)
    x, second = _examples(features, sides["heldout"])
    return Judge(features, name, classifier, balanced_accuracy(classifier(x), second))


def _examples(
    features: Callable[[object], np.ndarray], pair: Sequence[GenrePhrases]
) -> tuple[Float[np.ndarray, "B F"], Bool[np.ndarray, " B"]]:
    rows = [features(genre.pieces) for genre in pair]
    return np.concatenate(rows), np.repeat([False, True], [len(row) for row in rows])
