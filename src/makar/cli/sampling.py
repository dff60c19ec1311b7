"""``makar sample`` and ``makar score``: a trained run at work."""

from __future__ import annotations

import json
import math
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from makar.cli.flags import Meant
from makar.console.places import (
    Json,
    Run,
    Runs,
    WithSources,
    find_run,
    find_work,
    opened_run,
    runs_root,
)
from makar.console.trusting import TrustCode, trust
from makar.core.errors import ConfigError
from makar.runs.folder import ABOUT, RunFolder, list_runs
from makar.training.privacy import is_private

if TYPE_CHECKING:
    from makar.recipes.creator import Opened
    from makar.runs.ledger import Ledger
    from makar.training.scoring import Verdict


def run_meant(words: Sequence[str], options: Mapping[str, str]) -> Meant:
    """The wishes of the recipe that the named run, or the newest, was made by.

    Raises:
        RunNotFoundError: there is no such run.
    """
    helping = options.keys() & {"-h", "--help"}
    told = "What can be asked depends on the run: makar sample RUN --help."
    if "--again" in options or (helping and not words):
        return Meant(told=told)
    from makar.recipes.loading import settings_of_run
    from makar.recipes.registry import recipe_of

    root = Path(options["--runs"]) if "--runs" in options else None
    folder = find_run(words[0] if words else None, root)
    return Meant(recipe_of(settings_of_run(folder)).config, only="ask")


def sample(
    run: Annotated[str | None, typer.Argument(help="The run; the newest by default.")] = None,
    count: Annotated[int, typer.Option("-n", "--count", min=1, max=10_000, help="How many.")] = 8,
    temperature: Annotated[
        float, typer.Option(min=0.05, max=5, help="Below 1 safer, above 1 bolder.")
    ] = 1.0,
    least: Annotated[
        float | None,
        typer.Option(
            metavar="SCORE",
            min=0,
            max=100,
            help="Hand out none that scores less; of levels half the untrained's mean by default.",
        ),
    ] = None,
    to: Annotated[
        str | None,
        typer.Option(help="A format of its works; a wrong one is told with those there are."),
    ] = None,
    again: Annotated[
        str | None, typer.Option(metavar="ID", help="Make this very work again, and compare.")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Keep them here, and change nothing in the run."),
    ] = None,
    runs: Runs = None,
    with_sources: WithSources = False,
    trust_code: TrustCode = False,
    as_json: Json = False,
    wishes: dict[str, Any] | None = None,
) -> None:
    """Make works with a trained run; each is kept, has an id, and is written as a file.

    Examples:
      makar sample -n 8

      makar sample my-run -n 4 --metre 4/4 --temperature 0.8 --to musicxml

      makar sample my-levels -n 20 --challenge 0.7 --to png

      makar sample my-levels -n 4 --challenge 0.8 --least 90

      makar sample my-caves -n 4 --ask path-length=30

      makar sample /media/cd/runs/tune -n 4 --out mine

      makar sample --again 7k2m
    """
    wishes = {key.removeprefix("ask."): value for key, value in (wishes or {}).items()}
    if again is not None:
        raise typer.Exit(_again(again, run, runs, as_json, trusting=trust_code))
    from makar.recipes.loading import settings_of_run
    from makar.recipes.trained_run import craft_of
    from makar.training.export import check_format, export_entry, place_in
    from makar.training.sampling import asked, hand_out, usual_least

    with find_run(run, runs, write=out is None) as folder, _kept_in(out, folder) as kept:
        if to is not None:
            check_format(craft_of(settings_of_run(folder)), to)
        trust(settings_of_run(folder), asked=trust_code)
        config, opened = opened_run(folder)
        prompt = asked(config, **wishes)
        named = with_sources or not is_private(folder)
        handed = hand_out(
            folder, opened, prompt, count=count, temperature=temperature, seed=config.seed,
            least=usual_least(folder, opened) if least is None else least / 100, ledger=kept,
        )  # fmt: skip
        for made in handed.works:
            entry = (kept or folder.ledger).find(made.id)
            place = out and place_in(out, entry, craft_of(config), to)
            path, _ = export_entry(folder, entry, to=to, out=place, named=named)
            if as_json:
                record = {"id": made.id, "score": _known(made.total), "path": str(path)}
                record |= _without(opened)
                typer.echo(json.dumps(record))
            else:
                typer.echo(f"{made.id}  {_points(made.total):>5}  {path}")
        if handed.shortfall:
            sys.stderr.write(f"makar: {handed.shortfall}\n")


@contextmanager
def _kept_in(out: Path | None, folder: RunFolder) -> Iterator[Ledger | None]:
    """The ledger of a folder that is no run; None where the run's own is meant."""
    from makar.runs.ledger import Ledger

    if out is None:
        yield None
        return
    if os.path.lexists(out / ABOUT):
        raise ConfigError(
            f"--out {out}: a run is there, and nothing of it is changed; name another"
        )
    out.mkdir(exist_ok=True)
    with closing(Ledger(out / "works.sqlite", run=folder.id, write=True)) as kept:
        yield kept


def _again(work: str, run: str | None, runs: Path | None, as_json: bool, *, trusting: bool) -> int:
    from makar.recipes.craft import unpacked
    from makar.recipes.loading import settings_of_run
    from makar.training.sampling import make_again, same

    folder, entry = find_work(work, run, runs)
    trust(settings_of_run(folder), asked=trusting)
    _, opened = opened_run(folder)
    craft = opened.creator.craft
    made = make_again(folder, opened, entry)
    identical = same(craft, made, unpacked(craft, entry))
    if as_json:
        typer.echo(json.dumps({"id": entry.id, "identical": identical}))
    else:
        typer.echo(craft.notation(made))
        word = "identical" if identical else "not identical: another machine or version made it"
        typer.echo(f"{entry.id}: made again, {word}")
    return 0 if identical else 1


def score(
    files: Annotated[list[Path], typer.Argument(help="MIDI, MusicXML or ABC files, or levels.")],
    run: Run = None,
    runs: Runs = None,
    with_sources: WithSources = False,
    trust_code: TrustCode = False,
    as_json: Json = False,
) -> None:
    """Judge your own music or levels with a run's reward, part by part.

    Each phrase is judged by itself; a file that cannot be read is named, the others are judged.

    Examples:
      makar score my-tune.mid

      makar score scores/*.musicxml --run my-run --json
    """
    from makar.core.errors import UnreadableError
    from makar.recipes.loading import settings_of_run
    from makar.training.scoring import judge_file

    folder = find_run(run, runs) if run or list_runs(runs_root(runs)) else None
    if folder is not None:
        trust(settings_of_run(folder), asked=trust_code)
        config, opened = opened_run(folder)
        named = with_sources or not is_private(folder)
    else:
        (config, opened), named = _unrun(), True
    failed = False
    for path in files:
        try:
            verdicts = judge_file(path, opened, config)
        except UnreadableError as fault:
            failed = True
            sys.stderr.write(f"makar: {fault}\n")
            if as_json:
                typer.echo(json.dumps({"file": str(path), "error": str(fault)}))
            continue
        for verdict in verdicts:
            _say(verdict, named=named, as_json=as_json, without=_without(opened))
    raise typer.Exit(int(failed))


def _unrun() -> tuple[Any, Opened]:
    """The default reward, where nothing was trained yet."""
    from makar.recipes.loading import load_config
    from makar.recipes.trained_run import open_untrained

    sys.stderr.write("makar: no run yet; judging by the tune recipe's default reward\n")
    config = load_config("tune")
    return config, open_untrained(config)


def _without(opened: Opened) -> dict[str, list[str]]:
    """The parts that a score would need and that are not at hand, for programs; often none."""
    parts = [c.name for c in opened.creator.reward.components if c.absent and c.counts]
    return {"without": parts} if parts else {}


def _say(
    verdict: Verdict, *, named: bool, as_json: bool, without: Mapping[str, Sequence[str]]
) -> None:
    resembles = verdict.resembles if named or not verdict.resembles else "a source"
    if as_json:
        record = {
            "file": str(verdict.path), "title": verdict.title, "score": _known(verdict.total),
            "phrases": verdict.phrases, "left_out": dict(verdict.left_out),
            "notes": list(verdict.notes),
            "resembles": resembles or None, "licence": (verdict.licence if named else "") or None,
            "parts": {
                part.name: {
                    "words": part.words, "role": part.role, "value": _known(part.value),
                    "raw": _known(part.raw), "low": _known(part.low), "high": _known(part.high),
                    "stands": part.stands or None,
                }
                for part in verdict.parts
            },
            **without,
        }  # fmt: skip
        typer.echo(json.dumps(record, ensure_ascii=False))
        return
    typer.echo(f"{verdict.path}: {verdict.title}")
    words = verdict.words
    lacking = "".join(f", without {name}" for names in without.values() for name in names)
    typer.echo(
        f"  score {_points(verdict.total)} of 100{lacking}, over {words.count(verdict.phrases)}"
    )
    for note in verdict.notes:
        typer.echo(f"  {note}")
    for reason, times in verdict.left_out.items():
        typer.echo(f"  left out: {words.count(times)} ({reason})")
    for part in verdict.parts:
        mark = "watched" if part.role == "watch" else part.role
        value = _points(part.value) if part.role != "watch" else f"{part.raw:.2f}"
        line = f"  {value:>6} {mark:8} {part.name.replace('_', ' '):22} {part.stands:22}"
        typer.echo(f"{line} {part.words}".rstrip())
    if resembles:
        typer.echo(f"  resembles: {resembles}")


def _known(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _points(value: float) -> str:
    return f"{100 * value:.1f}" if math.isfinite(value) else "?"
