"""Who paints: a policy over the canvas, which learns from the judgement of whole paintings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import cast

from makar.core.seeds import Seeds
from makar.core.types import Prompt, Rollout
from makar.domains.images.painter.canvas.process import Canvas, Canvases
from makar.domains.images.painter.canvas.works import Painting
from makar.models.stepwise import StepwisePolicy


class Painter(StepwisePolicy[Canvases, Painting]):
    """Paints whole pictures; what it learns from is the judgement of them, stroke by stroke."""

    @property
    def canvas(self) -> Canvas:
        """What it paints on."""
        return cast(Canvas, self.process)

    def sample(
        self, prompts: Sequence[Prompt], *, seeds: Seeds, temperature: float = 1.0
    ) -> Rollout[Painting]:
        """See ``core.types.Generator``; what the process pays on the way is left out."""
        made = super().sample(prompts, seeds=seeds, temperature=temperature)
        return replace(made, step_reward=None, terminated=None, truncated=None, bootstrap=None)
