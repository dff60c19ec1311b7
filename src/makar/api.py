"""Training and hearing from Python: ``makar.train``, ``makar.open_run``."""

from __future__ import annotations

import json
import sys
import warnings
from collections.abc import Callable, Iterable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

from makar.console.places import find_run
from makar.console.progress import teller
from makar.core.errors import ConfigError
from makar.core.scoring import Scorer
from makar.recipes.loading import load_config, new_run, settings_of_run
from makar.recipes.own_rewards.loading import allow, refuse_absent
from makar.recipes.own_rewards.spec import PYTHON
from makar.recipes.registry import recipe_name, recipe_of
from makar.recipes.trained_run import open_run as opened_run
from makar.reporting.learning_curves import learning_curves
from makar.runs.entry import Entry
from makar.runs.folder import RunFolder
from makar.runs.stop import GracefulStop
from makar.training.caller import left_as_it_was
from makar.training.export import export_entry
from makar.training.loop import Step
from makar.training.sampling import make_works
from makar.training.session import check, run

STOP = "stop"
"""What ``on_step`` returns to end a run; everything is saved."""


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

    @property
    def curves(self) -> list[dict[str, float]]:
        """How learning went: for each step its score, every part, seconds and what was learned."""
        return learning_curves(self.path)

    def best(self, count: int = 1, *, phase: str | None = "after") -> list[Work]:
        """The best of the works made after training, or in another phase; None = in any."""
        with RunFolder(self.path) as folder:
            entries = folder.ledger.query(order="best", phase=phase, limit=count)
        return [Work(self, entry) for entry in entries]

    def sample(self, count: int = 1, *, temperature: float = 1.0) -> list[Work]:
        """Make more works with the trained model; they are kept like all others."""
        with left_as_it_was(), RunFolder(self.path, write=True) as folder:
            config = settings_of_run(folder)
            given = [spec for spec in config.reward.custom if spec.startswith(f"{PYTHON}:")]
            refuse_absent(given, self.rewards)
            opened = opened_run(folder, config, functions=self.rewards)
            for notice in opened.notices:
                warnings.warn(notice, stacklevel=2)
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
    trust_code: bool = False,
    show: bool = True,
    on_step: Callable[[Step], object] | None = None,
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
        trust_code: Run the code of rewards that a TOML file or the resumed run names. What
            ``settings`` name is run anyway.
        show: Tell how it goes; on a terminal as a bar, elsewhere as lines of JSON.
        on_step: Called after each step with its ``iteration``, ``metrics`` and ``events``: log
            them, or return ``STOP`` to save everything and end the run there; ``resume=True``
            goes on.

    Raises:
        ConfigError: a setting or a reward cannot be used.
        KeyboardInterrupt: it was interrupted; everything is saved, ``resume=True`` goes on.
    """
    functions = named(rewards or {})
    weights = dict(zip(functions, (rewards or {}).values(), strict=True))
    if resume:
        if settings or iterations:
            raise ConfigError("a resumed run keeps its settings: leave iterations and settings out")
        folder = find_run(name, Path(runs), write=True)
        config = settings_of_run(folder)
        _trust(config, trust_code)
    else:
        flags = dict(settings or {})
        if iterations is not None:
            flags["loop.iterations"] = iterations
        if rewards:
            flags["reward.custom"] = [f"{PYTHON}:{n}={w}" for n, w in weights.items()]
        config = load_config(recipe, flags)
        _trust(config, trust_code or "reward.custom" in flags or bool(recipe_name(str(recipe))))
        check(config, functions)
        folder = new_run(Path(runs), name or config.recipe, config, fresh=name is None)
    _carry_out(folder, config, functions, resume=resume, show=show, on_step=on_step)
    return Run(folder.path, functions)


def open_run(
    name: str | None = None,
    *,
    runs: str | Path = "runs",
    rewards: Mapping[Scorer, float] | None = None,
    trust_code: bool = False,
) -> Run:
    """A run that was trained before, by name; the newest by default.

    Rewards in files that this user has not trusted are left out where works are made: they have
    no score then, only its other parts.

    Args:
        name: Name of the run.
        runs: Folder of the runs.
        rewards: The functions it was rewarded by, if it was; needed to make more works.
        trust_code: Run the code of rewards that the run names, as their files are now.
    """
    folder = find_run(name, Path(runs))
    if trust_code:
        _trust(settings_of_run(folder), trust_code)
    return Run(folder.path, named(rewards or {}))


def _trust(config: Any, asked: bool) -> None:
    for hindered in allow(config.reward.custom)[1] if asked else ():
        warnings.warn(hindered, stacklevel=3)


def _carry_out(
    folder: RunFolder,
    config: Any,
    functions: Mapping[str, Scorer],
    *,
    resume: bool,
    show: bool,
    on_step: Callable[[Step], object] | None,
) -> None:
    told = teller(folder, as_json=not sys.stdout.isatty()) if show else nullcontext(_silence)
    enough: list[Step] = []
    with left_as_it_was(), folder, GracefulStop() as stop, told as tell:
        for event in run(
            folder, config, resume=resume, functions=functions,
            stop=lambda: stop.requested or bool(enough),
        ):  # fmt: skip
            if on_step is not None and isinstance(event, Step) and on_step(event) == STOP:
                enough.append(event)
            tell(event)
    if stop.requested:
        raise KeyboardInterrupt


def _silence(_event: object) -> None:
    """Say nothing."""


def named(rewards: Iterable[Scorer]) -> dict[str, Scorer]:
    """The functions by their names; a second object of one class is ``Name_2``, and so on.

    Raises:
        ConfigError: one has no name, or two functions have the same.
    """
    found: dict[str, Scorer] = {}
    for function in rewards:
        own = getattr(function, "__name__", None)
        name = own or type(function).__name__
        if not name.isidentifier():
            raise ConfigError(f"a reward needs a name of its own: define {name} with def")
        if own in found:
            raise ConfigError(f"two rewards are called {name}: rename one of the functions")
        names = (name if number == 1 else f"{name}_{number}" for number in count(1))
        found[next(free for free in names if free not in found)] = function
    return found
