"""``makar evaluate``, ``compare``, ``table`` and ``ablate``: how good it is, and why."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from makar.console.places import Json, Runs, find_run, runs_root
from makar.console.trusting import TrustCode, trust
from makar.console.waiting import carried_out
from makar.core.errors import ConfigError
from makar.runs.errors import RunNotFoundError
from makar.runs.folder import ABOUT, RunFolder, list_runs

if TYPE_CHECKING:
    from makar.recipes.domain import Evaluated
    from makar.recipes.settings import RecipeConfig

Out = Annotated[
    Path | None, typer.Option("--out", help="New folder to write into; a free name by default.")
]


def evaluate(
    what: Annotated[
        str | None,
        typer.Argument(metavar="[RUN | FOLDER]", help="A run, or a folder of works of any tool."),
    ] = None,
    works: Annotated[
        int | None, typer.Option(min=20, help="Works in each row that is made.")
    ] = None,
    bars: Annotated[
        int | None,
        typer.Option(min=4, help="For a folder: bars in a phrase; 8, in four voices 4."),
    ] = None,
    recipe: Annotated[
        str | None,
        typer.Option(
            "--as", help="For a folder: tune, or chorale as where most pieces are in four parts."
        ),
    ] = None,
    out: Out = None,
    runs: Runs = None,
    trust_code: TrustCode = False,
    as_json: Json = False,
) -> None:
    """Measure a run, or a folder of works that any tool has made, beside people's works.

    Beside them stand people's held-out works, works by chance and by a table, and for a run the
    model before and its best of n at equal cost. A folder holds MIDI, MusicXML or ABC files: tunes,
    or pieces in four parts. Of a run of platform levels 1,000 are made, for ten challenges, and
    played.

    Examples:
      makar evaluate my-run

      makar evaluate from-another-tool/ --bars 4

      makar evaluate hymns/ --as chorale

      makar evaluate my-run --works 200 --json
    """
    from makar.console.shown import PlainConsole
    from makar.recipes.loading import settings_of_run

    place = Path(what) if what is not None else None
    if what is None or _is_run(what, runs) or place is None:
        folder = find_run(what, runs)
        target = _free(out or folder.path / "evaluation", given=out is not None)
        title = f"The run {folder.path.name}, evaluated"
        if bars is not None or recipe is not None:
            raise ConfigError("--bars and --as are for folders of works; a run has its own")
        config = settings_of_run(folder)
        trust(config, asked=trust_code)
        found = _evaluated_run(folder, config, works, target, title)
    elif place.exists():
        from makar.recipes.registry import folder_evaluation

        target = _free(out or Path("evaluation"), given=out is not None)
        title = f"The works in {place.name or place.resolve().name}, evaluated"
        measure = folder_evaluation(place)
        found = carried_out(
            measure(place, kind=recipe, bars=bars, works=works, target=target, title=title)
        )
    else:
        names = ", ".join(run.path.name for run in list_runs(runs_root(runs))) or "none"
        raise RunNotFoundError(
            f"{what}: neither a run nor a folder of works; there are these runs: {names}"
        )
    if as_json:
        typer.echo(json.dumps(found.as_json(), ensure_ascii=False, allow_nan=False))
        return
    console = PlainConsole()
    for part in found.shown():
        console.print(part)


def _evaluated_run(
    folder: RunFolder, config: RecipeConfig, works: int | None, target: Path, title: str
) -> Evaluated:
    from makar.recipes.registry import recipe_of
    from makar.recipes.trained_run import open_run

    evaluate_run = recipe_of(config).evaluate
    if evaluate_run is None:
        raise ConfigError(
            f"runs of {config.recipe} are not measured so; the table of its own is in its "
            "report.html"
        )
    opened = open_run(folder, config)
    for notice in opened.notices:
        sys.stderr.write(f"makar: {notice}\n")
    return carried_out(evaluate_run(opened, config, works=works, target=target, title=title))


def compare(
    names: Annotated[list[str], typer.Argument(metavar="RUN RUN...", help="Runs to compare.")],
    out: Out = None,
    runs: Runs = None,
    as_json: Json = False,
) -> None:
    """Put finished runs side by side: settings that differ, results that differ, learning curves.

    The first run is what the others are held against. Where two runs share their prior and ask
    for the same, their works come from the same draws and are compared in pairs.

    Examples:
      makar compare tune tune-2

      makar compare calm wild wilder --json
    """
    from makar.cli.evaluation_words import say_comparison
    from makar.reporting.comparison import compared, write_comparison

    if len(set(names)) < 2:
        raise ConfigError("compare: name two different runs or more")
    found = compared([find_run(name, runs).path for name in names])
    target = _free(out or runs_root(runs) / "comparison", given=out is not None)
    page = write_comparison(found, target)
    say_comparison(found, page, as_json=as_json)


def table(
    names: Annotated[
        list[str], typer.Argument(metavar="RUNS...", help="Runs, studies (their name), or globs.")
    ],
    csv: Annotated[bool, typer.Option("--csv", help="As CSV: one line a number.")] = False,
    latex: Annotated[bool, typer.Option("--latex", help="As a LaTeX tabular.")] = False,
    curves: Annotated[
        bool, typer.Option("--curves", help="Learning curves instead: CSV, one line a step.")
    ] = False,
    evaluation: Annotated[
        bool, typer.Option("--evaluation", help="The numbers of makar evaluate, not the run's own.")
    ] = False,
    measures: Annotated[
        list[str] | None, typer.Option("--measure", help="Only this measure; may be repeated.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="File, or its name without .csv and .tex for both.")
    ] = None,
    runs: Runs = None,
    as_json: Json = False,
) -> None:
    """One table over runs: those that differ in their seed only are one row, with intervals.

    Examples:
      makar table tune --csv --out results.csv

      makar table "figures-s*" --latex --measure score --measure distinct-4

      makar table figures --evaluation --csv --latex --out figures

      makar table tune tune-2 --curves --out curves.csv
    """
    from makar.cli.evaluation_words import write_or_say_curves, write_or_say_table
    from makar.reporting.tabulation import tabulated

    paths = _named(names, runs_root(runs))
    if curves:
        write_or_say_curves(paths, out)
        return
    found = tabulated(paths, evaluation=evaluation, only=measures or ())
    write_or_say_table(found, csv=csv, latex=latex, out=out, as_json=as_json)


def _named(names: list[str], root: Path) -> list[Path]:
    """Folders of the runs meant: by name or path, a study's by its name, or by a pattern."""
    paths: list[Path] = []
    for name in names:
        if any(sign in name for sign in "*?["):
            found = sorted(path.parent for path in root.glob(f"{name}/{ABOUT}"))
            if not found:
                raise RunNotFoundError(f"{root / name}: no run is called so")
            paths += found
            continue
        study = sorted(path.parent for path in root.glob(f"{name}-s[0-9]*/{ABOUT}"))
        is_run = any((p / ABOUT).is_file() for p in (root / name, Path(name)))
        paths += study if study and not is_run else [RunFolder.find(root, name).path]
    return list(dict.fromkeys(paths))


def _is_run(what: str, runs: Path | None) -> bool:
    return any((path / ABOUT).is_file() for path in (runs_root(runs) / what, Path(what)))


def _free(path: Path, *, given: bool) -> Path:
    """A folder that is not there yet: the one given, or the first free name.

    Raises:
        FileExistsError: the one that was given is there already.
    """
    from makar.runs.free_names import free_name

    if given and path.exists():
        raise FileExistsError(f"{path}: already there, and nothing is overwritten; name another")
    return free_name(path)
