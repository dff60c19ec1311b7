"""``makar train``: from flags to a run that is shown, stopped politely, and gone on with."""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from makar.cli.flags import Meant
from makar.cli.study import Study
from makar.console.options import pairs
from makar.console.places import Json, Runs, find_run, runs_root
from makar.core.errors import ConfigError
from makar.runs.folder import RunFolder

DEFAULT = "tune"
"""The recipe where none is named."""
FLAGS = {
    "seed": "seed", "device": "device", "algorithm": "learn.algorithm",
    "iterations": "loop.iterations", "works": "loop.works",
}  # fmt: skip
"""The setting behind each flag that every recipe has."""


def recipe_meant(words: Sequence[str], options: Mapping[str, str]) -> Meant:
    """The recipe that a command line names: by name, by an alias, or in a TOML file.

    Raises:
        ConfigError: it names none.
    """
    from makar.recipes import registry

    helping = options.keys() & {"-h", "--help"}
    if "--resume" in options or (helping and not words):
        names = ", ".join(registry.listed())
        told = f"Each recipe has flags of its own: makar train RECIPE --help, of {names}."
        return Meant(told=told)
    if not words:
        name = DEFAULT
    else:
        name = registry.recipe_name(words[0]) or _named_in(Path(words[0]))
    found = registry.recipe(name)
    return Meant(found.config, examples=found.examples)


def _named_in(path: Path) -> str:
    """The recipe in a TOML file; loading it says what is wrong with it otherwise."""
    from makar.recipes.registry import recipe_name

    try:
        text = str(tomllib.loads(path.read_text(encoding="utf-8")).get("recipe", DEFAULT))
    except (OSError, ValueError):
        return DEFAULT
    return recipe_name(text) or DEFAULT


def train(
    recipe: Annotated[
        str, typer.Argument(help="A recipe or a TOML file; with --resume, the run.")
    ] = "",
    more: Annotated[
        list[Path] | None,
        typer.Argument(metavar="", help="Further files, as --corpus maps/*.tmj gives."),
    ] = None,
    name: Annotated[str | None, typer.Option(help="Name of the run.")] = None,
    runs: Runs = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with a run: the one named, or the newest.")
    ] = False,
    seed: Annotated[int | None, typer.Option(help="Fixes every random draw.")] = None,
    seeds: Annotated[int, typer.Option(min=1, help="Train with so many seeds and compare.")] = 1,
    algorithm: Annotated[
        str | None, typer.Option(help="reinforce, rloo, grpo, a2c or ppo.")
    ] = None,
    iterations: Annotated[int | None, typer.Option(help="Learning steps.")] = None,
    works: Annotated[int | None, typer.Option(help="Works made and judged per step.")] = None,
    reward: Annotated[
        list[str] | None, typer.Option(help="Your own reward: mine.py:swing=0.5; repeatable.")
    ] = None,
    weight: Annotated[
        list[str] | None, typer.Option(help="Weight of a part: close=2; repeatable.")
    ] = None,
    settings: Annotated[
        list[str] | None, typer.Option("--set", help="Any setting: loop.works=64; repeatable.")
    ] = None,
    device: Annotated[str | None, typer.Option(help="cpu, or cuda: a graphics card.")] = None,
    with_sources: Annotated[
        bool, typer.Option("--with-sources", help="Name your own tunes in the report.")
    ] = False,
    as_json: Json = False,
    wishes: dict[str, Any] | None = None,
) -> None:
    """Teach a model to make what is rewarded.

    Examples:
      makar train

      makar train tune --bars 16 --metre 3/4 --mode minor --form AABA

      makar train mine.toml --seeds 5 --name study

      makar train --resume
    """
    common = {"seed": seed, "device": device, "algorithm": algorithm,
              "iterations": iterations, "works": works}  # fmt: skip
    flags = {FLAGS[n]: value for n, value in common.items() if value is not None}
    flags |= _with_files(dict(wishes or {}), more or [])
    flags |= pairs(settings or [], "--set", "")
    flags |= pairs(weight or [], "--weight", "reward.weights.")
    if reward:
        flags["reward.custom"] = list(reward)
    as_json = as_json or not sys.stdout.isatty()
    if resume and flags:
        raise ConfigError("a resumed run keeps its settings: leave the other flags out")
    if resume and seeds == 1:
        raise typer.Exit(_go_on(recipe or name, runs, as_json, with_sources))
    if resume:
        study = Study(runs_root(runs), recipe or name or DEFAULT, seeds)
        config = study.config()
        raise typer.Exit(_several(study, config, as_json, with_sources, resume=True))
    from makar.recipes.loading import load_config

    config = load_config(recipe or DEFAULT, flags)
    if seeds > 1:
        study = Study.begun(runs_root(runs), name, seeds, recipe=config.recipe)
        raise typer.Exit(_several(study, config, as_json, with_sources, resume=False))
    raise typer.Exit(_begin(config, name, runs, as_json, with_sources))


def _with_files(flags: dict[str, Any], more: Sequence[Path]) -> dict[str, Any]:
    """The shell spreads ``--corpus maps/*.tmj`` over several words: they belong together."""
    several = next((key for key, value in flags.items() if isinstance(value, list)), None)
    if more and several is None:
        raise ConfigError(f"{more[0]}: this recipe takes no further files")
    if several is not None:
        flags[several] = [*flags[several], *(str(path) for path in more)]
    return flags


def _several(study: Study, config: Any, as_json: bool, with_sources: bool, *, resume: bool) -> int:
    """Train with each seed that is still to be done, then compare."""
    from makar.console.progress import say_table
    from makar.reporting.study_report import REPORT, write_study

    for number, path in enumerate(study.paths, 1):
        if resume and (path / "summary.json").is_file():
            continue
        if resume and (path / "run.json").is_file():
            code = _go_on(path.name, study.root, as_json, with_sources)
        else:
            one = config.model_copy(update={"seed": config.seed + number})
            code = _begin(one, path.name, study.root, as_json, with_sources)
        if code:
            return code
    table = write_study(study.paths, study.path)
    say_table(table, study.path / "summary.json", study.path / REPORT, as_json=as_json)
    return 0


def _begin(
    config: Any, name: str | None, runs: Path | None, as_json: bool, with_sources: bool
) -> int:
    from makar.recipes.loading import as_toml
    from makar.training.session import check

    check(config)
    folder = RunFolder.create(
        runs_root(runs), name or config.recipe, config=as_toml(config), seed=config.seed,
        fresh=name is None,
    )  # fmt: skip
    return _carry_out(folder, config, as_json, with_sources, resume=False)


def _go_on(name: str | None, runs: Path | None, as_json: bool, with_sources: bool) -> int:
    from makar.recipes.loading import load_config
    from makar.training.session import check

    folder = find_run(name, runs, write=True)
    with folder:
        config = load_config(folder.path / "config.toml", environment={})
        check(config)
        return _carry_out(folder, config, as_json, with_sources, resume=True)


def _carry_out(
    folder: RunFolder, config: Any, as_json: bool, with_sources: bool, *, resume: bool
) -> int:
    from makar.console.progress import teller
    from makar.runs.stop import GracefulStop
    from makar.training.session import run

    with folder, GracefulStop() as stop, teller(folder, as_json=as_json) as tell:
        for event in run(
            folder, config, resume=resume, with_sources=with_sources, stop=lambda: stop.requested
        ):
            tell(event)
    return stop.exit_code
