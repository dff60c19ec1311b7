"""``makar harmonise``: three voices under a composer's own tune."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from makar.console.places import Json, Runs, find_run, runs_root
from makar.core.errors import ConfigError
from makar.runs.checkpoint import steps
from makar.runs.folder import list_runs

if TYPE_CHECKING:
    from makar.domains.music.piece.piece import Piece
    from makar.domains.music.voices.voices import VoiceGrid
    from makar.recipes.craft import Craft
    from makar.recipes.creator import Opened
    from makar.recipes.preparation import Preparation, Prepared, Progress
    from makar.runs.folder import RunFolder

RECIPE = "chorale"
FIRST, LAST = 100, 300
"""Steps of learning between which a first try is written: before, it is no harmony; after, the
better ones are near."""
AFTER_LEARNING = 0.3
"""How long all that comes besides the steps of learning takes, as a share of them: looking at works
held out, setting up the reward, and harmonising."""


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
    from makar.console.telling import telling, told
    from makar.domains.music.chorale.craft import VoicesCraft
    from makar.domains.music.chorale.harmonisation import harmonising, sopranos
    from makar.domains.music.chorale.learned import LEARNING
    from makar.domains.music.files import read_file
    from makar.domains.music.piece.remarks import remarks
    from makar.training.export import check_format

    suffix = check_format(VoicesCraft(), to)
    folder = out or file.parent
    if not folder.is_dir():
        raise ConfigError(f"--out {folder}: there is no such folder; make it first")
    reading = read_file(file)
    piece = reading.pieces[0]
    for remark in remarks(reading.changes_of(0)):
        sys.stderr.write(f"makar: {remark}\n")
    config, run_folder = _chosen(run, runs)
    sopranos(piece, config.ask.bars, str(file))  # what cannot be harmonised is said before learning
    with telling({LEARNING: AFTER_LEARNING}) as teller:
        tune = _Tune(piece, file, folder, suffix, seed)
        opened = told(_opened(config, run_folder, tune), teller)
        work = harmonising(
            opened.creator, piece, bars=config.ask.bars, count=count, seed=seed, path=str(file)
        )
        settings = told(work, teller)
    for setting in settings:
        path = tune.write(setting.work, opened.creator.craft, "harmonised")
        known = setting.total if math.isfinite(setting.total) else None
        if as_json:
            typer.echo(json.dumps({"path": str(path), "score": known}))
        else:
            typer.echo(f"{'?' if known is None else f'{100 * known:.1f}':>5}  {path}")


@dataclass(frozen=True)
class _Tune:
    """What is harmonised, and where the settings go."""

    piece: Piece
    file: Path
    folder: Path
    suffix: str
    seed: int

    def write(self, work: VoiceGrid, craft: Craft[VoiceGrid], what: str) -> Path:
        """A setting as a file with a name of its own."""
        from makar.runs.free_names import free_name

        path = free_name(self.folder / f"{self.file.stem}-{what}{self.suffix}")
        title = f"{self.piece.provenance.title or self.file.stem}, {what}"
        notice = "Alto, tenor and bass made by a model with makar."
        craft.export(work, path, title=title, notice=notice)
        return path


def _opened(
    config: Any, folder: RunFolder | None, tune: _Tune
) -> Generator[Progress, None, Opened]:
    """The run, or the untrained model: while that is taught, a first try is written."""
    from makar.domains.music.chorale.learned import learned_from
    from makar.recipes.creator import Opened
    from makar.recipes.registry import recipe_of
    from makar.recipes.trained_run import open_run

    if folder is not None:
        yield from learned_from(config)  # what takes long in it is told, and then in the cache
        opened = open_run(folder, config)
        for notice in opened.notices:
            sys.stderr.write(f"makar: {notice}\n")
        return opened
    sys.stderr.write("makar: no chorale run yet; taking the model as Bach taught it\n")
    recipe = recipe_of(config)
    prepared = yield from _heard_early(recipe.prepare(config), config, tune)
    return Opened(prepared.creator, prepared.bands, 0, (), config)


def _heard_early(
    work: Preparation, config: Any, tune: _Tune
) -> Generator[Progress, None, Prepared[Any]]:
    """What ``work`` does, and as soon as the model writes at all, a setting to hear meanwhile."""
    from makar.domains.music.chorale.harmonisation import first_try
    from makar.domains.music.chorale.prompts import ask_prompt
    from makar.domains.music.chorale.recipe import craft_of

    heard = False
    with closing(work):
        while True:
            try:
                progress = next(work)
            except StopIteration as end:
                return end.value
            yield progress
            # one that was taught before is there at once: then there is nothing to wait for
            if heard or progress.policy is None or not FIRST <= progress.done <= LAST:
                continue
            made = first_try(
                progress.policy, ask_prompt(config), tune.piece, bars=config.ask.bars,
                seed=tune.seed, path=str(tune.file),
            )  # fmt: skip
            path = tune.write(made, craft_of(config), "first-try")
            sys.stderr.write(
                f"makar: to hear meanwhile, by a model that has learned for {progress.done} of "
                f"{progress.total} steps: {path}; better ones follow\n"
            )
            heard = True


def _chosen(name: str | None, root: Path | None) -> tuple[Any, RunFolder | None]:
    """The settings of the chorale run named, or the newest, and it; or the recipe's, and none.

    Raises:
        ConfigError: the run named is of another recipe.
    """
    from makar.recipes.loading import load_config

    folders = [find_run(name, root)] if name else list_runs(runs_root(root))[::-1]
    for folder in folders:
        path = folder.path / "config.toml"
        if not path.is_file() or not steps(folder.checkpoints):
            continue
        config = load_config(path, environment={})
        if config.recipe == RECIPE:
            return config, folder
        if name:
            raise ConfigError(f"{path.parent}: not a chorale run; train one: makar train chorale")
    return load_config(RECIPE), None
