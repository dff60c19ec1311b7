"""The command line. Each command imports what it needs when it runs, so that all start quickly."""

from __future__ import annotations

from typing import Annotated

import typer

from makar.cli.ablation import ablate
from makar.cli.about import env, recipes
from makar.cli.evaluation import compare, evaluate, table
from makar.cli.faults import exit_code_of
from makar.cli.listing import export, report, runs, works
from makar.cli.sampling import sample, score
from makar.cli.training import train
from makar.domains.music.chorale.harmonise_command import harmonise
from makar.domains.music.continuing.command import continue_piece
from makar.reproductions.command import reproduce

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


def _version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        typer.echo(f"makar {version('makar')}")
        raise typer.Exit


@app.callback()
def _main(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    pass


for command in (
    train,
    sample,
    score,
    harmonise,
    evaluate,
    compare,
    table,
    ablate,
    works,
    export,
    report,
    runs,
    recipes,
    env,
):
    app.command()(command)
app.command("continue")(continue_piece)
app.add_typer(reproduce, name="reproduce")


def main() -> None:
    """Run the command line; leave with 0 ok, 1 failed, 2 bad input, 130 or 143 after a signal."""
    try:
        app()
    except Exception as fault:
        raise SystemExit(exit_code_of(fault)) from None
