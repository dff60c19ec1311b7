"""A finished run's report, written again: after an upgrade, or with sources named."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from makar.core.scoring import Scorer
from makar.recipes.settings import RecipeConfig
from makar.recipes.trained_run import open_run
from makar.runs.checkpoint import steps
from makar.runs.errors import RunNotFoundError
from makar.runs.folder import RunFolder
from makar.training.conclusion import tell


def rewrite_report(
    folder: RunFolder,
    config: RecipeConfig,
    *,
    with_sources: bool = False,
    functions: Mapping[str, Scorer] | None = None,
    say: Callable[[str], object] = str,
) -> Path:
    """Write the page, and the table it tells of, from what the run has kept.

    The works to be seen come from the ledger, the curves from the metrics. The compared works
    are made once more, with the draws they were made with at the end of the run. Until all of
    that is done nothing of the old report is touched.

    Args:
        folder: The run, open for writing.
        config: As in its ``config.toml``.
        with_sources: Name the sources also where the user's own music is among them.
        functions: Rewards given as Python functions, by name.
        say: Called with what the user should know: damaged checkpoints, rewards not at hand.

    Returns:
        The page's path.

    Raises:
        RunNotFoundError: the run is not finished, hence no report.
        CheckpointError: no checkpoint is complete.
    """
    _check(folder, config, max(steps(folder.checkpoints), default=0))
    opened = open_run(folder, config, functions=functions)
    _check(folder, config, opened.step)  # the newest may have been damaged
    for notice in opened.notices:
        say(notice)
    creator = opened.creator
    if with_sources:
        creator.craft = creator.craft.named()
    return tell(folder, creator, config, bands=opened.bands, with_sources=with_sources).report


def _check(folder: RunFolder, config: RecipeConfig, done: int) -> None:
    """Refuse a run that is under way."""
    if done < config.loop.iterations:
        raise RunNotFoundError(
            f"{folder.path}: {done} of {config.loop.iterations} steps are done, and the report "
            f"comes at the end; finish the run: makar train --resume {folder.path}"
        )
