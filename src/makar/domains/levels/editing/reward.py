"""The reward of levels made by editing: is it what was asked for, and how near does it come?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from jaxtyping import Float, Int

from makar.core.errors import UnknownRewardError
from makar.core.rewards import Component, RewardTree
from makar.core.scoring import Scorer
from makar.core.types import Prompt
from makar.domains.levels.editing.goals import Aiming
from makar.domains.levels.level.level import Levels
from makar.recipes.own_rewards.loading import load_reward
from makar.recipes.settings import RewardConfig

WEIGHTS: Mapping[str, float] = {"good": 2.0, "near": 1.0}
WORDS: Mapping[str, str] = {
    "good": "has everything that was asked for",
    "near": "comes near to it: half marks where twenty points are missing",
}
HALF = 20.0
"""Distance, in the problem's weights, at which a level has half the marks for coming near."""


@dataclass
class Measured:
    """Statistics and distances of the last batch: many parts look at the same levels.

    Args:
        process: What was asked, and how distance is counted.
    """

    process: Aiming
    _last: tuple[bytes, tuple[str, ...]] | None = field(default=None, repr=False)
    _found: tuple[np.ndarray, np.ndarray, np.ndarray] | None = field(default=None, repr=False)

    def __call__(
        self, works: Levels, prompts: Sequence[Prompt]
    ) -> tuple[Int[np.ndarray, "B K"], Float[np.ndarray, " B"], Float[np.ndarray, " B"]]:
        """Statistics, distance from what was asked, and 1 for levels that have all of it."""
        key = (works.tiles.tobytes(), tuple(prompt.key for prompt in prompts))
        if self._found is None or key != self._last:
            self._found, self._last = self.process.measured(works.tiles, prompts), key
        return self._found


def check_reward(config: RewardConfig, process: Aiming, functions: Mapping[str, Scorer]) -> None:
    """Refuse rewards that cannot be used.

    Raises:
        UnknownRewardError: a name is unknown or taken, or nothing is left to be rewarded.
        CustomRewardError: a user's own reward cannot be loaded.
    """
    editing_reward(config, process, functions)


def editing_reward(
    config: RewardConfig, process: Aiming, functions: Mapping[str, Scorer]
) -> tuple[RewardTree, dict[str, str]]:
    """The reward, and each part in plain words; see ``check_reward`` for what it refuses."""
    measured = Measured(process)
    names = [wish.name for wish in process.problem.wishes]
    if unknown := [name for name in config.weights if name not in WEIGHTS]:
        raise UnknownRewardError(
            f"reward.weights names {', '.join(unknown)}; there are: {', '.join(WEIGHTS)}"
        )
    custom = [
        replace(load_reward(spec, functions), seconds=config.seconds) for spec in config.custom
    ]
    taken = Counter([*WEIGHTS, *names, *(c.name for c in custom)])
    if twice := [name for name, count in taken.items() if count > 1]:
        raise UnknownRewardError(
            f"reward.custom: the name {', '.join(twice)} is taken; rename your function"
        )
    weights = dict(WEIGHTS) | config.weights
    parts = [
        Component("good", lambda works, prompts: measured(works, prompts)[2], seconds=None),
        Component(
            "near", lambda works, prompts: HALF / (HALF + measured(works, prompts)[1]), seconds=None
        ),
    ]
    parts = [
        replace(part, weight=weights[part.name], role="score" if weights[part.name] else "watch")
        for part in parts
    ]
    if not any(part.weight for part in [*parts, *custom]):
        raise UnknownRewardError("reward.weights: every part is 0; give one a weight above 0")
    watches = [
        Component(name, _statistic(measured, k), role="watch", seconds=None)
        for k, name in enumerate(names)
    ]
    told = {name: f"has much {name}, as PCGRL counts it" for name in names}
    return RewardTree([*parts, *custom, *watches]), dict(WORDS) | told


def rewarded_parts(config: RewardConfig, process: Aiming) -> list[str]:
    """Names of the parts that the total is made of."""
    blend, _ = editing_reward(config, process, {})
    return [c.name for c in blend.components if c.role == "score" and c.weight > 0]


def _statistic(measured: Measured, k: int) -> Callable[[Levels, Sequence[Prompt]], np.ndarray]:
    return lambda works, prompts: measured(works, prompts)[0][:, k].astype(np.float64)
