"""``makar continue level.txt``: going on with a designer's own level."""

from __future__ import annotations

import json
from pathlib import Path

import typer

from makar.cli.sampling import opened_run
from makar.console.places import runs_root
from makar.core.errors import ConfigError
from makar.runs.folder import RunFolder, list_runs

SUFFIXES = (".txt", ".json", ".tmj", ".tmx")


def continue_level(
    file: Path,
    *,
    run: str | None,
    runs: Path | None,
    columns: int,
    count: int,
    challenge: float | None,
    seed: int,
    out: Path | None,
    as_json: bool,
) -> None:
    """Write levels that begin as the file's does; see ``domains.levels.platform.continuation``."""
    from makar.domains.levels.platform.config import PlatformConfig
    from makar.domains.levels.platform.continuation import continue_level as continued

    if not file.is_file():
        raise ConfigError(f"{file}: there is no such file")
    with _run_of_levels(run, runs) as folder:
        config, opened = opened_run(folder)
    if not isinstance(config, PlatformConfig):
        raise ConfigError(f"{folder.path.name} is a run of {config.recipe}, not of levels")
    levels, sheet = continued(
        file, opened, config, columns=columns, count=count, challenge=challenge, seed=seed, out=out
    )
    if as_json:
        record = [{"id": x.id, "score": x.score, "won": x.won, "path": str(x.path)} for x in levels]
        typer.echo(json.dumps({"levels": record, "picture": str(sheet)}))
        return
    if len(levels) < count:
        typer.echo(f"{len(levels)} of {count}: no more of those that were tried can be won")
    for one in levels:
        sure = "" if one.won else "  (not known whether it can be won)"
        typer.echo(f"{one.id}  {100 * one.score:5.1f}  {one.path}{sure}")
    typer.echo(f"see them one above another: {sheet}")


def _run_of_levels(run: str | None, runs: Path | None) -> RunFolder:
    """The run named, or the newest that makes levels."""
    from makar.console.places import find_run
    from makar.domains.levels.platform.config import PlatformConfig
    from makar.recipes.loading import load_config

    if run is not None:
        return find_run(run, runs)
    for folder in reversed(list_runs(runs_root(runs))):
        if isinstance(load_config(folder.path / "config.toml", environment={}), PlatformConfig):
            return folder
    raise ConfigError(
        f"{runs_root(runs)}: no run makes levels yet; train one first: makar train mario"
    )
