"""``makar train``: from flags to a run that is shown, stopped politely, and gone on with."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from makar.cli.flags import Meant
from makar.cli.study import Study
from makar.cli.sweep import cases, free_name, swept
from makar.console.options import pairs
from makar.console.places import Json, Runs, find_run, runs_root
from makar.console.trusting import TrustCode, trust, trust_named
from makar.core.errors import ConfigError
from makar.runs.folder import ABOUT, RunFolder

DEFAULT = "tune"
"""The recipe where none is named."""
FLAGS = {
    "seed": "seed", "device": "device", "algorithm": "learn.algorithm",
    "iterations": "loop.iterations", "works": "loop.works",
}  # fmt: skip
"""The setting behind each flag that every recipe has."""


@dataclass(frozen=True)
class How:
    """How a run is told and begun.

    Attributes:
        as_json: As lines of JSON.
        with_sources: Naming the user's own works.
        tensorboard: To TensorBoard as well.
        trusting: Running the code of rewards that a file or a run names.
    """

    as_json: bool
    with_sources: bool
    tensorboard: bool = False
    trusting: bool = False


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
    from makar.core.disk.toml import read_toml
    from makar.recipes.registry import recipe_name

    try:
        text = str(read_toml(path, follow=True).get("recipe", DEFAULT))
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
    plan: Annotated[
        bool, typer.Option("--plan", help="Only say what training would take, from a few steps.")
    ] = False,
    with_sources: Annotated[
        bool, typer.Option("--with-sources", help="Name your own tunes in the report.")
    ] = False,
    tensorboard: Annotated[
        bool, typer.Option("--tensorboard", help="Log to TensorBoard too, in the run's folder.")
    ] = False,
    trust_code: TrustCode = False,
    as_json: Json = False,
    wishes: dict[str, Any] | None = None,
) -> None:
    """Teach a model to make what is rewarded.

    Examples:
      makar train

      makar train tune --bars 16 --metre 3/4 --mode minor --form AABA

      makar train mine.toml --seeds 5 --name study

      makar train tune --set learn.learning_rate=5e-4,1e-3,2e-3 --seeds 2

      makar train --plan

      makar train --resume
    """
    common = {"seed": seed, "device": device, "algorithm": algorithm,
              "iterations": iterations, "works": works}  # fmt: skip
    flags = {FLAGS[n]: value for n, value in common.items() if value is not None}
    flags |= _with_files(dict(wishes or {}), more or [])
    plain, several = swept(settings or [])
    flags |= pairs(plain, "--set", "")
    flags |= pairs(weight or [], "--weight", "reward.weights.")
    if reward:
        flags["reward.custom"] = list(reward)
    how = How(as_json or not sys.stdout.isatty(), with_sources, tensorboard, trust_code)
    if tensorboard:
        from makar.interop.tensorboard import check_installed

        check_installed()
    if resume and (flags or several):
        raise ConfigError("a resumed run keeps its settings: leave the other flags out")
    if resume and seeds == 1:
        raise typer.Exit(_go_on(recipe or name, runs, how))
    if resume:
        study = Study(runs_root(runs), recipe or name or DEFAULT, seeds)
        config = study.config()
        trust(config, asked=how.trusting)
        raise typer.Exit(_several(study, config, how, resume=True))
    from makar.recipes.loading import load_config

    if several:
        raise typer.Exit(_sweep(recipe or DEFAULT, flags, several, name, runs, seeds, how))
    config = load_config(recipe or DEFAULT, flags)
    trust_named(config, flags, recipe or DEFAULT, asked=how.trusting)
    if plan:
        from makar.cli.planning import say_plan

        raise typer.Exit(say_plan(config, as_json=how.as_json))
    if seeds > 1:
        study = Study.begun(runs_root(runs), name, seeds, recipe=config.recipe)
        raise typer.Exit(_several(study, config, how, resume=False))
    raise typer.Exit(_begin(config, name, runs, how))


def _with_files(flags: dict[str, Any], more: Sequence[Path]) -> dict[str, Any]:
    """The shell spreads ``--corpus maps/*.tmj`` over several words: they belong together."""
    several = next((key for key, value in flags.items() if isinstance(value, list)), None)
    if more and several is None:
        raise ConfigError(f"{more[0]}: this recipe takes no further files")
    if several is not None:
        flags[several] = [*flags[several], *(str(path) for path in more)]
    return flags


def _several(study: Study, config: Any, how: How, *, resume: bool) -> int:
    """Train with each seed that is still to be done, then compare."""
    from makar.console.outcome import say_table
    from makar.reporting.study_report import REPORT, write_study

    for number, path in enumerate(study.paths, 1):
        if resume and (path / "summary.json").is_file():
            continue
        if resume and (path / "run.json").is_file():
            code = _go_on(path.name, study.root, how)
        else:
            one = config.model_copy(update={"seed": config.seed + number})
            code = _begin(one, path.name, study.root, how)
        if code:
            return code
    table = write_study(study.paths, study.path)
    say_table(table, study.path / "summary.json", study.path / REPORT, as_json=how.as_json)
    return 0


def _sweep(
    recipe: str,
    flags: Mapping[str, Any],
    several: Mapping[str, list[Any]],
    name: str | None,
    runs: Path | None,
    seeds: int,
    how: How,
) -> int:
    """Train with every value, and say how they compare; what has finished is not run again."""
    from makar.cli.evaluation_words import write_or_say_table
    from makar.recipes.loading import load_config, settings_of_run
    from makar.reporting.tabulation import tabulated

    root = runs_root(runs)
    configs = [load_config(recipe, {**flags, **case.flags}) for case in cases("", several, seeds)]
    for one in configs:
        trust_named(one, {**flags, **several}, recipe, asked=how.trusting)
    configs = [
        one.model_copy(update={"seed": one.seed + number % seeds})
        for number, one in enumerate(configs)
    ]
    sweep = cases(name or free_name(root, configs[0].recipe, several, seeds), several, seeds)
    begun = [(root / case.name / ABOUT).is_file() for case in sweep]
    for case, config, there in zip(sweep, configs, begun, strict=True):
        if there and settings_of_run(RunFolder(root / case.name)) != config:
            raise ConfigError(
                f"{root / case.name}: a run with other settings has this name; give the sweep "
                "another (--name)"
            )
    for case, config, there in zip(sweep, configs, begun, strict=True):
        if (root / case.name / "summary.json").is_file():
            continue
        code = _go_on(case.name, root, how) if there else _begin(config, case.name, root, how)
        if code:
            return code
    found = tabulated([root / case.name for case in sweep], evaluation=False, only=())
    write_or_say_table(found, csv=False, latex=False, out=None, as_json=how.as_json)
    return 0


def _begin(config: Any, name: str | None, runs: Path | None, how: How) -> int:
    from makar.recipes.loading import new_run
    from makar.training.session import check

    check(config)
    folder = new_run(runs_root(runs), name or config.recipe, config, fresh=name is None)
    return _carry_out(folder, config, how, resume=False)


def _go_on(name: str | None, runs: Path | None, how: How) -> int:
    from makar.recipes.loading import settings_of_run
    from makar.training.session import check

    folder = find_run(name, runs, write=True)
    with folder:
        config = settings_of_run(folder)
        trust(config, asked=how.trusting)
        check(config)
        return _carry_out(folder, config, how, resume=True)


def _carry_out(folder: RunFolder, config: Any, how: How, *, resume: bool) -> int:
    from makar.console.progress import teller
    from makar.interop.tensorboard import log, summary_writer
    from makar.runs.metrics import numbers
    from makar.runs.stop import GracefulStop
    from makar.training.loop import Step
    from makar.training.session import run

    board = summary_writer(folder.path / "tensorboard") if how.tensorboard else nullcontext(None)
    with folder, GracefulStop() as stop, teller(folder, as_json=how.as_json) as tell, board as to:
        for event in run(
            folder,
            config,
            resume=resume,
            with_sources=how.with_sources,
            stop=lambda: stop.requested,
        ):
            tell(event)
            if to is not None and isinstance(event, Step):
                log(to, event.iteration, numbers(event.metrics))
    return stop.exit_code
