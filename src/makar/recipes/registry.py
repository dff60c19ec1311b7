"""The recipes there are. A recipe is a module with these functions, imported when it is run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol, cast

from torch import Tensor

from makar.core.scoring import Scorer
from makar.core.types import Prompt
from makar.recipes.creator import Craft
from makar.recipes.domain import Brought
from makar.recipes.preparation import Preparation
from makar.recipes.settings import RecipeConfig

MODULES = {
    "tune": "makar.domains.music.tune.recipe",
    "chorale": "makar.domains.music.chorale.recipe",
    "blend": "makar.domains.music.blend.recipe",
    "mario": "makar.domains.levels.platform.recipe",
    "levels": "makar.domains.levels.platform.recipe",
    "binary": "makar.domains.levels.editing.recipe",
    "zelda": "makar.domains.levels.editing.recipe",
    "sokoban": "makar.domains.levels.editing.recipe",
}
"""Where each recipe is, by the name that its config has in ``recipe``."""


class Recipe(Protocol):
    """What a run needs of its recipe; ``config`` is always of the recipe's own kind.

    Attributes:
        BRING: What somebody's file must be to be judged by it.
    """

    BRING: str

    def ask_prompt(self, config: Any) -> Prompt:
        """What the config asks for."""
        ...

    def check(self, config: Any, functions: Mapping[str, Scorer]) -> None:
        """Refuse a reward or a corpus that cannot be used, before anybody waits for it."""
        ...

    def prepare(
        self,
        config: Any,
        *,
        prior: Mapping[str, Tensor] | None = None,
        functions: Mapping[str, Scorer] | None = None,
    ) -> Preparation:
        """Teach the model what people do, and set up what it will be rewarded for."""
        ...

    def craft_of(self, config: Any) -> Craft[Any]:
        """How works are handed out as files; it knows no sources, so it is there at once."""
        ...

    def brought(self, path: Path, config: Any) -> Sequence[Brought]:
        """What is in somebody's file, as works that can be judged."""
        ...


def recipe_of(config: RecipeConfig) -> Recipe:
    """The recipe that a config is of."""
    return cast(Recipe, import_module(MODULES[config.recipe]))
