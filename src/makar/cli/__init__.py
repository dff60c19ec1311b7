"""The command line. Each command imports what it needs when it runs, so that all start quickly."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated

import typer

from makar.cli import plugins
from makar.cli.ablation import ablate
from makar.cli.about import env, recipes
from makar.cli.continuing import continue_file, file_meant
from makar.cli.evaluation import compare, evaluate, table
from makar.cli.faults import exit_code_of
from makar.cli.flags import Finder, Meant, Sectioned, with_flags
from makar.cli.listing import export, report, runs, works
from makar.cli.sampling import run_meant, sample, score
from makar.cli.training import recipe_meant, train
from makar.console.terminal import OutputError, plain_output

ABOUT: Mapping[str, tuple[Callable[..., None], Finder]] = {
    "train": (train, recipe_meant),
    "sample": (sample, run_meant),
    "continue": (continue_file, file_meant),
}
"""Commands whose flags depend on what their command line is about."""
PLAIN = (score, evaluate, compare, table, ablate, works, export, report, runs, recipes, env)


def assembled(args: Sequence[str]) -> typer.Typer:
    """The command line as far as these arguments need it."""
    app = typer.Typer(
        name="makar",
        help="Teach a generative model what you like.",
        epilog="A first tune: makar train    All its settings: makar recipes --show tune",
        no_args_is_help=True,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        add_completion=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_main)
    asked = next((n for n, text in enumerate(args) if not text.startswith("-")), None)
    name = "" if asked is None else args[asked]
    for title, (command, find) in ABOUT.items():
        after = args[asked + 1 :] if asked is not None and title == name else None
        made = with_flags(command, find if after is not None else _nothing_meant, after or ())
        app.command(title, cls=Sectioned)(made)
    for command in PLAIN:
        app.command()(command)
    own = {*ABOUT, *(command.__name__ for command in PLAIN)}
    if name and name not in own and name in plugins.found():
        plugins.add(app, name)
    elif name not in own:
        plugins.add_unread(app)
    return app


def _nothing_meant(_words: Sequence[str], _options: Mapping[str, str]) -> Meant:
    return Meant()


def _version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        typer.echo(f"makar {version('makar')}")
        raise typer.Exit


def _main(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    pass


def main() -> None:
    """Run the command line; leave with 0 ok, 1 failed, 2 bad input, 130 or 143 after a signal."""
    code = 0
    try:
        with plain_output():
            try:
                assembled(sys.argv[1:])()
            except OutputError:
                raise
            except Exception as fault:
                code = exit_code_of(fault)
    except OutputError as fault:
        raise SystemExit(exit_code_of(fault)) from None
    raise SystemExit(code)
