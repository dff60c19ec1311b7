"""``makar recipes`` and ``makar env``: what there is to run, and what it runs on."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from makar.console.places import Json


def recipes(
    show: Annotated[
        str | None, typer.Option("--show", help="Print all settings of this recipe as TOML.")
    ] = None,
    as_json: Json = False,
) -> None:
    """List the recipes, or print one's settings.

    Example: makar recipes --show tune > mine.toml
    """
    from makar.recipes import registry

    if show is not None:
        from makar.recipes.loading import as_toml, load_config

        typer.echo(as_toml(load_config(show, environment={})), nl=False)
        return
    for fault in registry.faults():
        sys.stderr.write(f"makar: {fault}\n")
    listed = registry.listed()
    if as_json:
        import json

        records = [
            {"recipe": name, "words": one.words, "aliases": list(one.aliases)}
            for name, one in listed.items()
        ]
        typer.echo(json.dumps(records))
        return
    for name, one in listed.items():
        also = f" (also: {', '.join(one.aliases)})" if one.aliases else ""
        typer.echo(f"{name:10} {one.words}{also}")
        for alias in one.aliases:
            typer.echo(f"{alias:10} the same as {name}: makar train {alias}")


def env(as_json: Json = False) -> None:
    """Say what makar runs on: versions, optional programs, cache, devices.

    Example: makar env --json
    """
    import json

    from makar.cli.machine import describe

    facts = describe()
    if as_json:
        typer.echo(json.dumps(facts, indent=2))
        return
    for name, value in facts.items():
        if isinstance(value, dict):
            value = ", ".join(f"{key} {text or 'not found'}" for key, text in value.items())
        typer.echo(f"{name:18} {value}")
