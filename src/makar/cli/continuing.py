"""``makar continue``: working on a user's own file, at the desk that opens it."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from makar.cli.flags import Meant
from makar.console.places import Json, Runs, find_run, opened_run, runs_root
from makar.console.telling import Teller, telling
from makar.console.trusting import TrustCode, trust
from makar.console.waiting import Told
from makar.core.errors import ConfigError
from makar.runs.folder import RunFolder, list_runs

if TYPE_CHECKING:
    from makar.recipes.domain import Delivered, Desk, Sheet


def file_meant(words: Sequence[str], _options: Mapping[str, str]) -> Meant:
    """The desk that opens the file named."""
    from makar.recipes import registry

    if not words:
        kinds = "; ".join(f"{one.words} ({', '.join(s for s in one.suffixes if s)})"
                          for one in registry.desks())  # fmt: skip
        told = f"Each kind of file has flags of its own: makar continue FILE --help. {kinds}."
        return Meant(told=told)
    desk = registry.desk_for(Path(words[0]).suffix)
    return Meant(desk.config, examples=desk.examples)


def continue_file(
    file: Annotated[Path, typer.Argument(help="Your own file: music, a level, a drawing.")],
    variations: Annotated[int, typer.Option(min=1, max=64, help="How many.")] = 8,
    run: Annotated[
        str | None, typer.Option("--run", help="Run that makes such works; the newest by default.")
    ] = None,
    runs: Runs = None,
    seed: Annotated[int, typer.Option(min=0, help="Fixes every random draw.")] = 0,
    out: Annotated[
        Path | None, typer.Option(help="New folder to write to; beside the file by default.")
    ] = None,
    trust_code: TrustCode = False,
    as_json: Json = False,
    wishes: dict[str, Any] | None = None,
) -> None:
    """Fill bars of your own piece, go on with it, or vary it; or go on with your own level.

    What is to stay stays as it is, byte for byte; the rest is made in several versions. Bars
    have their printed numbers; where none are printed, an upbeat is bar 0.

    Examples:
      makar continue theme.mid --keep 1-4,9-12 --parts violin --variations 8

      makar continue theme.musicxml --vary 5-8

      makar continue level.txt --columns 80 --variations 8
    """
    from pydantic import ValidationError

    from makar.recipes import registry

    if not file.is_file():
        raise ConfigError(f"{file}: there is no such file")
    desk = registry.desk_for(file.suffix)
    try:
        config = desk.config.model_validate(dict(wishes or {}))
    except ValidationError as error:
        faults = (f"--{'.'.join(str(p) for p in e['loc'])}: {e['msg']}" for e in error.errors())
        raise ConfigError("; ".join(faults)) from None
    opened = None
    if desk.recipes:
        from makar.recipes.loading import settings_of_run

        with _run_for(desk, run, runs) as folder:
            trust(settings_of_run(folder), asked=trust_code)
            _, opened = opened_run(folder)
    if out is not None:
        _require_free(out)
    sheet = desk.open(file, config, opened)
    delivered = _worked(sheet, file.name, variations, seed=seed, out=out)
    if as_json:
        typer.echo(json.dumps(dict(delivered.record), ensure_ascii=False))
        return
    for line in [*sheet.notes, *delivered.lines]:
        typer.echo(line)
    typer.echo(f"this is --seed {seed}; --seed {seed + 1} gives others")


def _worked(sheet: Sheet[Any], name: str, count: int, *, seed: int, out: Path | None) -> Delivered:
    """Have it written, told on standard error; a first draft before the model is ready.

    A draft is written where a preparation says, by its ``policy``, that there is something to
    hear already.
    """

    def written(teller: Teller, folder: Path | None, stage: str) -> Delivered:
        teller.say(Told(stage))
        candidates = sheet.candidates(count, seed=seed)
        return sheet.deliver(candidates, out=folder, seed=seed, asked=count)

    with telling() as teller:
        teller.say(Told(f"reading {name}"))
        for progress in sheet.prepare():
            if progress.policy is None:
                teller.say(progress)
                continue
            early = None if out is None else out.with_name(f"{out.name}-first-draft")
            lines = written(teller, early, "writing a first draft").lines
            sys.stderr.write("".join(f"{line}\n" for line in lines))
            teller.resume(progress)
        return written(teller, out, "writing and choosing")


def _require_free(out: Path) -> None:
    """Refuse a folder that is there before anything is learned.

    Raises:
        FileExistsError: something has that name.
    """
    if os.path.lexists(out):
        raise FileExistsError(f"{out}: already there, and nothing is overwritten; name another")


def _run_for(desk: Desk[Any, Any], run: str | None, runs: Path | None) -> RunFolder:
    """The run named, or the newest that the desk works with.

    Raises:
        ConfigError: there is none, or the one named is of another recipe.
    """
    from makar.recipes.loading import settings_of_run

    if run is not None:
        folder = find_run(run, runs)
        recipe = settings_of_run(folder).recipe
        if recipe not in desk.recipes:
            wanted = " or ".join(desk.recipes)
            raise ConfigError(f"{folder.path.name} is a run of {recipe}, not of {wanted}")
        return folder
    for folder in reversed(list_runs(runs_root(runs))):
        if settings_of_run(folder).recipe in desk.recipes:
            return folder
    raise ConfigError(
        f"{runs_root(runs)}: no run of {' or '.join(desk.recipes)} yet; train one first: "
        f"makar train {desk.recipes[0]}"
    )
