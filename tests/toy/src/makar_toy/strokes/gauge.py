"""What is measured of drawings, and what they are held against; see ``evaluation.gauge``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast

import numpy as np
import torch
from jaxtyping import Float, Int

from makar.core.seeds import Seeds
from makar.core.types import Prompt, Works
from makar.evaluation.assessment import Bench
from makar.evaluation.gauge import Terms
from makar.evaluation.rows import EVALUATION, HUMAN
from makar.models.stepwise import StepwisePolicy
from makar.recipes.creator import Creator
from makar_toy.strokes.config import StrokesConfig
from makar_toy.strokes.craft import StrokeCraft, keys
from makar_toy.strokes.drawing import MOST, NAMES, Drawing, Drawings, stacked
from makar_toy.strokes.process import Pen
from makar_toy.strokes.reward import joined, mirrored


class Strokes:
    """Drawings, measured."""

    terms = Terms({}, {}, "strokes-1", {}, {})

    def batch(self, works: Works[Drawing] | Sequence[Drawing]) -> Drawings:
        """Drawings in columns, however they come."""
        return works if isinstance(works, Drawings) else stacked([*works])

    def judgeable(self, works: Works[Drawing]) -> Int[np.ndarray, " N"]:
        """All of them."""
        return np.arange(len(works))

    def spread(self, works: Works[Drawing]) -> Mapping[str, Float[np.ndarray, "B D"]]:
        """Nothing is compared by its spread."""
        return {}

    def fixed(self, works: Works[Drawing]) -> Float[np.ndarray, "B D"]:
        """Ink, symmetry, and how much hangs together."""
        drawings = self.batch(works)
        return np.stack(
            [drawings.steps.mean(1), mirrored(drawings, ()), joined(drawings, ())], axis=1
        )

    def moves(self, works: Works[Drawing]) -> tuple[Int[np.ndarray, "B N"], Int[np.ndarray, " B"]]:
        """The strokes."""
        return keys(works)

    def by_chance(self, asked: Sequence[Prompt], seeds: Seeds) -> Works[Drawing]:
        """Any stroke that covers something."""
        return self._drawn(np.ones(len(NAMES)), asked, seeds)

    def by_table(
        self, known: Sequence[Works[Drawing]], asked: Sequence[Prompt], seeds: Seeds
    ) -> Works[Drawing]:
        """Strokes as often as they are drawn by hand; others next to never."""
        drawn = np.concatenate([keys(works)[0].ravel() for works in known])
        often = np.bincount(drawn, minlength=len(NAMES) + 1)[:-1]
        return self._drawn(often + 1e-3, asked, seeds)

    def _drawn(
        self, often: Float[np.ndarray, " S"], asked: Sequence[Prompt], seeds: Seeds
    ) -> Works[Drawing]:
        logits = torch.from_numpy(np.log(often)).float()
        net = lambda seen: (logits.expand(len(seen), -1), torch.zeros(len(seen)))  # noqa: E731
        return StepwisePolicy(Pen(), net, steps=MOST).sample(asked, seeds=seeds).works


def bench_of(creator: Creator[Drawing], config: StrokesConfig, works: int) -> Bench[Drawing]:
    """What a run is measured with."""
    craft = cast(StrokeCraft, creator.craft)
    return Bench(
        Strokes(),
        known={"": stacked([*craft.known.values()])},
        people={HUMAN: creator.human},
        reward=creator.reward,
        ask=creator.ask,
        seed=config.prior_seed + EVALUATION,
        works=works,
        kind="drawings of straight strokes",
        words=creator.words,
    )
