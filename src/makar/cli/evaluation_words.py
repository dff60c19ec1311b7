"""Assessments, comparisons and tables as they are printed."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer
from rich.markup import escape
from rich.table import Table

from makar.console.shown import PlainConsole
from makar.core.errors import ConfigError
from makar.evaluation.study_page import around
from makar.runs.atomic import write_text

if TYPE_CHECKING:
    from makar.reporting.comparison import Comparison
    from makar.reporting.tabulation import Tabulated


def say_comparison(found: Comparison, page: Path, *, as_json: bool) -> None:
    """Print a comparison: settings that differ, then results, the significant ones marked."""
    if as_json:
        typer.echo(json.dumps(found.as_json() | {"page": str(page)}, ensure_ascii=False))
        return
    console = PlainConsole()
    settings = Table(title="settings that differ", title_justify="left", box=None)
    results = Table(title="results of the trained models", title_justify="left", box=None)
    for shown in (settings, results):
        shown.add_column("")
        for name in found.names:
            shown.add_column(escape(name), justify="right")
    for key, values in found.settings.items():
        settings.add_row(escape(key), *map(escape, values))
    console.print(settings if found.settings else "all settings are the same")
    for measure in found.measures:
        marks = ["", *(found.mark(measure, name) for name in found.names[1:])]
        cells = (
            around(e.mean, e.low, e.high, 1) + mark
            for e, mark in zip(found.results[measure], marks, strict=True)
        )
        results.add_row(measure.replace("_", " "), *cells)
    console.print(results)
    console.print(found.note, markup=False)
    console.print(f"the page: [bold]{escape(str(page))}[/bold]")


def write_or_say_table(
    found: Tabulated, *, csv: bool, latex: bool, out: Path | None, as_json: bool
) -> None:
    """Write a table as CSV and LaTeX, or print it.

    Raises:
        ConfigError: two formats and no file to put them in.
        FileExistsError: a file is there already; nothing is overwritten.
    """
    from makar.reporting.tabulation import as_csv, as_latex

    chosen = {".csv": as_csv} if csv else {}
    chosen |= {".tex": as_latex} if latex else {}
    if len(chosen) + as_json > 1 and out is None:
        raise ConfigError("two formats at once need --out NAME, for NAME.csv and NAME.tex")
    if out is not None and not chosen:
        raise ConfigError("--out: say in which format, --csv or --latex")
    if as_json:
        typer.echo(json.dumps(found.as_json(), ensure_ascii=False))
    texts = {suffix: write(found) for suffix, write in chosen.items()}
    if out is None and texts:
        typer.echo(next(iter(texts.values())), nl=False)
    elif out is not None:
        _write(texts, out)
    elif not as_json:
        _print(found)


def write_or_say_curves(runs: Sequence[Path], out: Path | None) -> None:
    """Write learning curves as CSV, or print them.

    Raises:
        FileExistsError: the file is there already; nothing is overwritten.
    """
    from makar.reporting.learning_curves import curves_csv, learning_curves

    text = curves_csv({run.name: learning_curves(run) for run in runs})
    if out is None:
        typer.echo(text, nl=False)
    else:
        _write({".csv": text}, out)


def _write(texts: Mapping[str, str], out: Path) -> None:
    bare = out.with_suffix("") if out.suffix in (".csv", ".tex") else out
    paths = {suffix: Path(f"{bare}{suffix}") for suffix in texts}
    if len(texts) == 1:
        paths = {suffix: out if out.suffix else path for suffix, path in paths.items()}
    if taken := [str(path) for path in paths.values() if path.exists()]:
        raise FileExistsError(
            f"{', '.join(taken)}: already there, and nothing is overwritten; name another"
        )
    for suffix, path in paths.items():
        if not path.parent.is_dir():
            raise ConfigError(f"--out {path}: there is no folder {path.parent}; make it first")
        write_text(path, texts[suffix])
        typer.echo(str(path))


def _print(found: Tabulated) -> None:
    shown = Table(title="means and 95 % intervals", title_justify="left", box=None)
    shown.add_column("")
    for row in found.rows:
        shown.add_column(escape(row.label), justify="right")
    for measure in found.measures:
        cells = [row.cells.get(measure) for row in found.rows]
        shown.add_row(
            measure.replace("_", " "),
            *("" if c is None else around(c.mean, c.low, c.high, 1) for c in cells),
        )
    PlainConsole().print(shown)
