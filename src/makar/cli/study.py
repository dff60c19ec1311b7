"""Several runs of one recipe, and where they are."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

from makar.runs.errors import RunExistsError, RunNotFoundError


@dataclass(frozen=True)
class Study:
    """Runs ``<name>-s1``, ``<name>-s2``, ... and the folder ``<name>`` of what they come to.

    Attributes:
        root: Folder of runs.
        name: Of the study.
        seeds: How many runs.
    """

    root: Path
    name: str
    seeds: int

    @classmethod
    def begun(cls, root: Path, name: str | None, seeds: int, *, recipe: str) -> Study:
        """A new study: of that name, or of a free one after the recipe.

        Raises:
            RunExistsError: the name is taken.
        """
        if name is not None:
            study = cls(root, name, seeds)
            if study.is_there:
                raise RunExistsError(
                    f"{study.path}: there is a study or run of that name; choose another name, "
                    f"or go on with it: makar train --resume --name {name} --seeds {seeds}"
                )
            return study
        names = (recipe if n == 1 else f"{recipe}-{n}" for n in count(1))
        return next(s for s in (cls(root, free, seeds) for free in names) if not s.is_there)

    @property
    def path(self) -> Path:
        """Folder of the comparison."""
        return self.root / self.name

    @property
    def paths(self) -> list[Path]:
        """Folders of the runs."""
        return [self.root / f"{self.name}-s{number}" for number in range(1, self.seeds + 1)]

    @property
    def is_there(self) -> bool:
        """True where the name is taken."""
        return any(path.exists() for path in (self.path, *self.paths))

    def config(self) -> Any:
        """The settings it was begun with; the first run's, its seed counted back.

        Raises:
            RunNotFoundError: it was not begun.
        """
        from makar.recipes.loading import load_config

        first = self.paths[0] / "config.toml"
        if not first.is_file():
            raise RunNotFoundError(f"{first}: no such study; begin it without --resume")
        config = load_config(first, environment={})
        return config.model_copy(update={"seed": config.seed - 1})
