"""``makar train``: from flags to a run that is shown, stopped politely, and gone on with."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from makar.cli.study import Study
from makar.console.places import Json, Runs, find_run, runs_root
from makar.core.errors import ConfigError
from makar.runs.folder import RunFolder

_OTHER_NAMES = {"music": "tune"}
_FLAGS = {
    "seed": "seed", "device": "device", "corpus": "corpus.folder", "bars": "ask.bars",
    "metre": "ask.metre", "mode": "ask.mode", "key": "ask.key", "form": "ask.form",
    "tempo": "ask.tempo", "model": "model.kind", "algorithm": "learn.algorithm",
    "iterations": "loop.iterations", "works": "loop.works", "first": "corpus.first",
    "second": "corpus.second", "blend": "ask.blend", "legend": "corpus.legend",
    "columns": "ask.columns", "challenge": "ask.challenge",
}  # fmt: skip
"""The setting behind each flag."""


def train(
    recipe: Annotated[
        str, typer.Argument(help="A recipe or a TOML file; with --resume, the run.")
    ] = "",
    more: Annotated[
        list[Path] | None,
        typer.Argument(metavar="", help="levels: further maps, as --corpus maps/*.tmj gives."),
    ] = None,
    name: Annotated[str | None, typer.Option(help="Name of the run.")] = None,
    runs: Runs = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with a run: the one named, or the newest.")
    ] = False,
    seed: Annotated[int | None, typer.Option(help="Fixes every random draw.")] = None,
    seeds: Annotated[int, typer.Option(min=1, help="Train with so many seeds and compare.")] = 1,
    corpus: Annotated[
        Path | None,
        typer.Option("--corpus", "--and-folder", help="Your own music, or your game's maps."),
    ] = None,
    legend: Annotated[
        Path | None, typer.Option(help="levels: what the tiles of your game mean.")
    ] = None,
    columns: Annotated[int | None, typer.Option(help="Columns in a level.")] = None,
    challenge: Annotated[
        float | None, typer.Option(help="Of a level, from 0 to 1: about the chance to fail.")
    ] = None,
    first: Annotated[
        str | None, typer.Option("--from", help="blend: irish, american, scots, chorale or essen.")
    ] = None,
    second: Annotated[
        str | None, typer.Option("--and", help="blend: the genre to blend it with.")
    ] = None,
    blend: Annotated[
        float | None, typer.Option(help="blend: 0 is all the first genre, 1 all the second.")
    ] = None,
    bars: Annotated[int | None, typer.Option(help="Bars in a tune.")] = None,
    metre: Annotated[str | None, typer.Option(help="4/4, 2/4, 3/4, 6/8 or 9/8.")] = None,
    mode: Annotated[str | None, typer.Option(help="major, minor, dorian or mixolydian.")] = None,
    key: Annotated[str | None, typer.Option(help="Tonic: C, F#, Bb ...")] = None,
    form: Annotated[str | None, typer.Option(help="Letters spread over the bars: AABA.")] = None,
    tempo: Annotated[float | None, typer.Option(help="Beats per minute.")] = None,
    model: Annotated[str | None, typer.Option(help="lstm or transformer.")] = None,
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
) -> None:
    """Teach a model to make what is rewarded.

    Examples:
      makar train

      makar train --bars 16 --metre 3/4 --mode minor --form AABA

      makar train chorale --mode minor --key A

      makar train --corpus ~/scores --reward mine.py:swing=0.5 --weight close=3

      makar train blend --from irish --and chorale --blend 0.5

      makar train levels --corpus maps/*.tmj --legend legend.toml --challenge 0.5

      makar train mine.toml --seeds 5 --name study

      makar train --resume
    """
    given = {n: v for n, v in locals().items() if n in _FLAGS and v is not None}
    flags = {_FLAGS[n]: str(v) if isinstance(v, Path) else v for n, v in given.items()}
    if recipe == "levels":  # the shell spreads maps/*.tmj over several words
        maps = [str(path) for path in (corpus, *(more or ())) if path is not None]
        flags |= {"corpus.files": maps} if maps else {}
        flags.pop("corpus.folder", None)
    elif more:
        raise ConfigError(f"{more[0]}: only the levels recipe takes further files")
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
        study = Study(runs_root(runs), recipe or name or "tune", seeds)
        config = study.config()
        raise typer.Exit(_several(study, config, as_json, with_sources, resume=True))
    from makar.recipes.loading import load_config

    recipe = _OTHER_NAMES.get(recipe, recipe) or "tune"
    config = load_config(recipe, flags)
    if seeds > 1:
        study = Study.begun(runs_root(runs), name, seeds, recipe=config.recipe)
        raise typer.Exit(_several(study, config, as_json, with_sources, resume=False))
    raise typer.Exit(_begin(config, name, runs, as_json, with_sources))


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


def pairs(texts: list[str], option: str, before: str) -> dict[str, Any]:
    """``name=value`` as settings, the value as TOML would read it."""
    from makar.recipes.loading import value_of

    found: dict[str, Any] = {}
    for text in texts:
        name, sign, value = text.partition("=")
        if not (name and sign and value):
            raise ConfigError(f"{option} {text!r}: write it as NAME=VALUE")
        found[before + name] = value_of(value)
    return found
