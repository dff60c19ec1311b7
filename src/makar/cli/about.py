"""``makar recipes`` and ``makar env``: what there is to run, and what it runs on."""

from __future__ import annotations

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
    from makar.recipes.loading import RECIPES, as_toml, load_config

    if show is not None:
        typer.echo(as_toml(load_config(show, environment={})), nl=False)
        return
    words = {name: (kind.__doc__ or "").splitlines()[0] for name, kind in RECIPES.items()}
    if as_json:
        import json

        typer.echo(json.dumps([{"recipe": name, "words": text} for name, text in words.items()]))
        return
    for name, text in words.items():
        typer.echo(f"{name:10} {text}")


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
