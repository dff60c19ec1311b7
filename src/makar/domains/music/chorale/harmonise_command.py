"""``makar harmonise``: three voices under a composer's own tune."""

from __future__ import annotations

import json
import math
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from makar.console.places import Json, Runs, find_run, runs_root
from makar.core.errors import ConfigError
from makar.runs.checkpoint import steps
from makar.runs.folder import list_runs

if TYPE_CHECKING:
    from makar.recipes.creator import Opened

RECIPE = "chorale"


def harmonise(
    file: Annotated[Path, typer.Argument(help="The tune: MIDI, MusicXML or ABC.")],
    count: Annotated[int, typer.Option("-n", "--count", min=1, max=64, help="How many.")] = 4,
    run: Annotated[
        str | None, typer.Option("--run", help="A chorale run; the newest by default.")
    ] = None,
    to: Annotated[str, typer.Option(help="musicxml, mid, abc, wav, ogg, svg or png.")] = "musicxml",
    out: Annotated[
        Path | None, typer.Option(help="Folder to write to; beside the tune by default.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Fixes every random draw.")] = 0,
    runs: Runs = None,
    as_json: Json = False,
) -> None:
    """Put alto, tenor and bass under your own tune, which stays exactly as it is.

    The tune is the highest note of the first part; an upbeat is left out. Without a chorale
    run the model is taken that has learned Bach's chorales and nothing else.

    Examples:
      makar harmonise hymn.musicxml

      makar harmonise tune.abc -n 8 --run chorale --to mid
    """
    from makar.domains.music.chorale.craft import VoicesCraft
    from makar.domains.music.chorale.harmonisation import harmonise as harmonised
    from makar.domains.music.files import read_file
    from makar.domains.music.piece.remarks import remarks
    from makar.runs.free_names import free_name
    from makar.training.export import check_format

    suffix = check_format(VoicesCraft(), to)
    folder = out or file.parent
    if not folder.is_dir():
        raise ConfigError(f"--out {folder}: there is no such folder; make it first")
    reading = read_file(file)
    piece = reading.pieces[0]
    for remark in remarks(reading.changes_of(0)):
        sys.stderr.write(f"makar: {remark}\n")
    opened, config = _opened(run, runs)
    creator = opened.creator
    settings = harmonised(
        creator, piece, bars=config.ask.bars, count=count, seed=seed, path=str(file)
    )
    for setting in settings:
        path = free_name(folder / f"{file.stem}-harmonised{suffix}")
        title = f"{piece.provenance.title or file.stem}, harmonised"
        notice = "Alto, tenor and bass made by a model with makar."
        creator.craft.export(setting.work, path, title=title, notice=notice)
        known = setting.total if math.isfinite(setting.total) else None
        if as_json:
            typer.echo(json.dumps({"path": str(path), "score": known}))
        else:
            typer.echo(f"{'?' if known is None else f'{100 * known:.1f}':>5}  {path}")


def _opened(name: str | None, root: Path | None) -> tuple[Opened, Any]:
    """The chorale run named, or the newest, or else the untrained model; and its settings.

    Raises:
        ConfigError: the run named is of another recipe.
    """
    from makar.recipes.loading import load_config
    from makar.recipes.trained_run import open_run, open_untrained

    folders = [find_run(name, root)] if name else list_runs(runs_root(root))[::-1]
    for folder in folders:
        path = folder.path / "config.toml"
        if not path.is_file() or not steps(folder.checkpoints):
            continue
        config = load_config(path, environment={})
        if config.recipe == RECIPE:
            opened = open_run(folder, config)
            for notice in opened.notices:
                sys.stderr.write(f"makar: {notice}\n")
            return opened, config
        if name:
            raise ConfigError(f"{path.parent}: not a chorale run; train one: makar train chorale")
    sys.stderr.write("makar: no chorale run yet; taking the model as Bach taught it\n")
    config = load_config(RECIPE)
    return open_untrained(config), config
