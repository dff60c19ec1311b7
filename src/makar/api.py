"""Training and hearing from Python: ``makar.train``, ``makar.open_run``."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from makar.console.places import find_run
from makar.console.progress import teller
from makar.core.errors import ConfigError
from makar.core.scoring import Scorer
from makar.recipes.custom_reward import PYTHON
from makar.recipes.loading import as_toml, load_config
from makar.recipes.registry import recipe_of
from makar.recipes.trained_run import open_run as opened_run
from makar.runs.entry import Entry
from makar.runs.folder import RunFolder
from makar.runs.stop import GracefulStop
from makar.training.export import export_entry
from makar.training.sampling import make_works
from makar.training.session import check, run


@dataclass(frozen=True, repr=False)
class Work:
    """A kept work.

    Attributes:
        run: Where it is kept.
        entry: All that is known of it: parts of its score, its seed, what it resembles.
    """

    run: Run
    entry: Entry

    def __repr__(self) -> str:
        return f"<Work {self.id}: score {self.score:.3f}>"

    @property
    def id(self) -> str:
        """Its name everywhere: in the report, on the command line, in file names."""
        return self.entry.id

    @property
    def score(self) -> float:
        """What the reward gave it, 0..1; NaN = could not be judged."""
        return self.entry.total

    @property
    def notation(self) -> str:
        """The work in a line of shorthand; ABC for tunes."""
        return self.entry.notation

    def save(self, path: str | Path) -> Path:
        """Write it as the kind of file that the suffix names, such as ``.mid`` or ``.ogg``.

        Raises:
            FileExistsError: the file is there already; nothing is overwritten.
            ConfigError: no such kind.
        """
        folder = RunFolder(self.run.path)
        return export_entry(folder, self.entry, to=None, out=Path(path), named=True)[0]


@dataclass(frozen=True)
class Run:
    """A run and the works it kept.

    Attributes:
        path: Its folder.
        rewards: The rewards that were given as functions, by name.
    """

    path: Path
    rewards: Mapping[str, Scorer]

    @property
    def report(self) -> Path:
        """The page to open in a browser; it is there once the run has finished."""
        return self.path / "report.html"

    @property
    def table(self) -> list[dict[str, Any]]:
        """The comparison with people, the prior and its best; there once it has finished."""
        return json.loads((self.path / "summary.json").read_text(encoding="utf-8"))

    def best(self, count: int = 1, *, phase: str | None = "after") -> list[Work]:
        """The best of the works made after training, or in another phase; None = in any."""
        with RunFolder(self.path) as folder:
            entries = folder.ledger.query(order="best", phase=phase, limit=count)
        return [Work(self, entry) for entry in entries]

    def sample(self, count: int = 1, *, temperature: float = 1.0) -> list[Work]:
        """Make more works with the trained model; they are kept like all others."""
        with RunFolder(self.path, write=True) as folder:
            config = load_config(folder.path / "config.toml", environment={})
            opened = opened_run(folder, config, functions=self.rewards)
            made = make_works(
                folder, opened, recipe_of(config).prompt(config),
                count=count, temperature=temperature, seed=config.seed,
            )  # fmt: skip
            return [Work(self, folder.ledger.find(one.id)) for one in made]


def train(
    recipe: str | Path = "tune",
    *,
    iterations: int | None = None,
    rewards: Mapping[Scorer, float] | None = None,
    settings: Mapping[str, Any] | None = None,
    name: str | None = None,
    runs: str | Path = "runs",
    resume: bool = False,
    show: bool = True,
) -> Run:
    """Train a model, as ``makar train`` does, and return when it has finished.

    Args:
        recipe: A recipe's name or a TOML file.
        iterations: Learning steps; the recipe's own by default.
        rewards: Your own rewards: functions of works and prompts, with their weights.
        settings: Any other settings, by dotted key: ``{"ask.bars": 16}``.
        name: Name of the run; a free one by default.
        runs: Folder of the runs.
        resume: Go on with the run ``name`` (the newest by default), whose settings stay.
        show: Tell how it goes; on a terminal as a bar, elsewhere as lines of JSON.

    Raises:
        ConfigError: a setting or a reward cannot be used.
        KeyboardInterrupt: it was interrupted; everything is saved, ``resume=True`` goes on.
    """
    functions = {_name(function): function for function in rewards or {}}
    if resume:
        if settings or iterations:
            raise ConfigError("a resumed run keeps its settings: leave iterations and settings out")
        folder = find_run(name, Path(runs), write=True)
        config = load_config(folder.path / "config.toml", environment={})
    else:
        flags = dict(settings or {})
        if iterations is not None:
            flags["loop.iterations"] = iterations
        if rewards:
            flags["reward.custom"] = [f"{PYTHON}:{_name(f)}={w}" for f, w in rewards.items()]
        config = load_config(recipe, flags)
        check(config, functions)
        folder = RunFolder.create(
            Path(runs), name or config.recipe, config=as_toml(config), seed=config.seed,
            fresh=name is None,
        )  # fmt: skip
    _carry_out(folder, config, functions, resume=resume, show=show)
    return Run(folder.path, functions)


def open_run(
    name: str | None = None,
    *,
    runs: str | Path = "runs",
    rewards: Mapping[Scorer, float] | None = None,
) -> Run:
    """A run that was trained before, by name; the newest by default.

    Args:
        name: Name of the run.
        runs: Folder of the runs.
        rewards: The functions it was rewarded by, if it was; needed to make more works.
    """
    folder = find_run(name, Path(runs))
    return Run(folder.path, {_name(function): function for function in rewards or {}})


def _carry_out(
    folder: RunFolder, config: Any, functions: Mapping[str, Scorer], *, resume: bool, show: bool
) -> None:
    import sys

    told = teller(folder, as_json=not sys.stdout.isatty()) if show else nullcontext(_silence)
    with folder, GracefulStop() as stop, told as tell:
        for event in run(
            folder, config, resume=resume, functions=functions, stop=lambda: stop.requested
        ):
            tell(event)
    if stop.requested:
        raise KeyboardInterrupt


def _silence(_event: object) -> None:
    """Say nothing."""


def _name(function: Scorer) -> str:
    name = getattr(function, "__name__", type(function).__name__)
    if not name.isidentifier():
        raise ConfigError(f"a reward needs a name of its own: define {name} with def")
    return name
