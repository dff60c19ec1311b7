"""``makar works``, ``runs``, ``report`` and ``export``: what was made, without making more."""

from __future__ import annotations

import json
import sys
import webbrowser
from pathlib import Path
from typing import Annotated, Any

import typer

from makar.console.places import Json, Run, Runs, WithSources, find_run, find_work, runs_root
from makar.console.trusting import TrustCode, trust
from makar.core.disk.plain import is_plain
from makar.core.errors import ConfigError
from makar.runs.entry import Entry
from makar.runs.folder import RunFolder, runs_and_faults
from makar.training.privacy import HIDDEN, is_private

SHOWN = 20
NOTATION_SHOWN = 44


def works(
    run: Annotated[str | None, typer.Argument(help="The run; the newest by default.")] = None,
    best: Annotated[int | None, typer.Option(min=1, help="So many of the best.")] = None,
    worst: Annotated[int | None, typer.Option(min=1, help="So many of the worst.")] = None,
    by: Annotated[str | None, typer.Option(help="Order by this part of the reward.")] = None,
    phase: Annotated[
        str | None, typer.Option(help="Only works of: before, train, after, sample.")
    ] = None,
    runs: Runs = None,
    with_sources: WithSources = False,
    as_json: Json = False,
) -> None:
    """List the works that a run has kept.

    Examples:
      makar works --best 5 --phase after

      makar works my-run --worst 3 --by close --json
    """
    if best and worst:
        raise ConfigError("--best and --worst: choose one of them")
    folder = find_run(run, runs)
    with folder:
        entries = folder.ledger.query(
            order="worst" if worst else "best", by=by, phase=phase, limit=best or worst or SHOWN
        )
    named = with_sources or not is_private(folder)
    if as_json:
        records = [entry.as_json() for entry in entries]
        hidden = {"source": None, "licence": None}
        typer.echo(json.dumps([r if named else r | hidden for r in records], ensure_ascii=False))
        return
    typer.echo(f"{'id':9} {'score':>6}  {'phase':7} {'shorthand':{NOTATION_SHOWN}}  resembles")
    for entry in entries:
        typer.echo(_line(entry, named))


def _line(entry: Entry, named: bool) -> str:
    score = f"{100 * entry.total:6.1f}" if entry.total == entry.total else "     ?"
    notation = entry.notation
    if len(notation) > NOTATION_SHOWN:
        notation = notation[: NOTATION_SHOWN - 2] + " …"
    source = likeness(entry.source, entry.licence, named=named)
    line = f"{entry.id:9} {score}  {entry.phase:7} {notation:{NOTATION_SHOWN}}  {source}"
    return line.rstrip()


def likeness(source: str, licence: str, *, named: bool) -> str:
    """A source and its terms in a few words; empty where nothing is near."""
    if not source:
        return ""
    return f"{source} (licence: {licence})" if named else HIDDEN


def runs(runs: Runs = None, as_json: Json = False) -> None:
    """List the runs, the newest last.

    Example: makar runs --json
    """
    found, faults = runs_and_faults(runs_root(runs))
    records = [_about(folder) for folder in found]
    for fault in faults:
        sys.stderr.write(f"makar: {fault}\n")
    if as_json:
        typer.echo(json.dumps(records))
        return
    if not records:
        typer.echo(f"{runs_root(runs)}: no run yet; makar train begins one")
    for record in records:
        state = "finished" if record["finished"] else "not finished"
        typer.echo(f"{record['run']:24} {record['started'][:19]}  {state:12}  {record['path']}")


def _about(folder: RunFolder) -> dict[str, Any]:
    return {
        "run": folder.path.name,
        "id": folder.id,
        "started": str(folder.about["started"]),
        "seed": folder.about.get("seed"),
        "finished": is_plain(folder.path / "summary.json"),
        "path": str(folder.path),
    }


def report(
    run: Annotated[str | None, typer.Argument(help="The run; the newest by default.")] = None,
    again: Annotated[
        bool, typer.Option("--again", help="Write it anew from the run, as after an upgrade.")
    ] = False,
    show: Annotated[bool, typer.Option("--open", help="Open it in the browser.")] = False,
    runs: Runs = None,
    with_sources: WithSources = False,
    trust_code: TrustCode = False,
    as_json: Json = False,
) -> None:
    """Say where a run's report is; write it anew if it is wished or missing.

    Writing it anew makes and judges the compared works once more, with the same draws.

    Examples:
      makar report my-run --open

      makar report my-run --again
    """
    folder = find_run(run, runs)
    path = folder.path / "report.html"
    if again or with_sources or not path.is_file():
        from makar.recipes.loading import settings_of_run
        from makar.training.rewrite import rewrite_report

        config = settings_of_run(folder)
        trust(config, asked=trust_code)
        with RunFolder(folder.path, write=True) as opened:
            path = rewrite_report(
                opened, config, with_sources=with_sources,
                say=lambda notice: sys.stderr.write(f"makar: {notice}\n"),
            )  # fmt: skip
    typer.echo(json.dumps({"run": folder.path.name, "report": str(path)}) if as_json else str(path))
    if show and not webbrowser.open(path.resolve().as_uri()):
        sys.stderr.write("makar: no browser was found here; open the file in one\n")


def export(
    work: Annotated[str, typer.Argument(metavar="ID", help="The work's id, or its beginning.")],
    to: Annotated[
        str | None,
        typer.Option(help="musicxml, mid, abc, wav, ogg, svg, png; of levels txt, json, tmj, png."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="File to write; in the run's samples by default.")
    ] = None,
    run: Run = None,
    runs: Runs = None,
    with_sources: WithSources = False,
    as_json: Json = False,
) -> None:
    """Write a kept work as a file; nothing is overwritten.

    Examples:
      makar export 7k2m --to musicxml

      makar export 7k2m --out my-tune.mid
    """
    folder, entry = find_work(work, run, runs)
    from makar.training.export import export_entry

    path, notice = export_entry(
        folder, entry, to=to, out=out, named=with_sources or not is_private(folder)
    )
    if as_json:
        typer.echo(json.dumps({"id": entry.id, "path": str(path), "notice": notice}))
        return
    typer.echo(f"{path}\n{notice}")
