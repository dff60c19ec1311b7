"""``makar train --plan``: what a training would take, said before it."""

from __future__ import annotations

import json
from typing import Any

import typer


def say_plan(config: Any, *, as_json: bool) -> int:
    """Try a few steps of the run, and say what all of them would take.

    Raises:
        ConfigError: the run could not begin.
    """
    from makar.console.waiting import line
    from makar.recipes.registry import recipe_of
    from makar.training.plan import in_words, plan
    from makar.training.session import check

    check(config)
    with line() as say:
        work = plan(config)
        while True:
            try:
                say(next(work))
            except StopIteration as end:
                found = end.value
                break
    if as_json:
        typer.echo(json.dumps(found.as_json()))
    else:
        typer.echo("\n".join(in_words(found, recipe_of(config).words.pieces)))
    return 0
