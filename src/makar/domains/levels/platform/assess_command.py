"""``makar evaluate`` for a run of platform levels: its figures, and pictures of what it makes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from makar.domains.levels.platform.config import PlatformConfig
from makar.runs.folder import RunFolder

if TYPE_CHECKING:
    from makar.domains.levels.platform.assessment import Figures


def evaluate_levels(
    folder: RunFolder, config: PlatformConfig, target: Path, *, as_json: bool
) -> None:
    """Measure the run and say what was found; see ``domains.levels.platform.assessment``."""
    from makar.domains.levels.platform.assessment import study
    from makar.recipes.trained_run import open_run

    found = study(open_run(folder, config).creator, config, target)
    if as_json:
        record = {who: dict(one.as_json()) for who, one in found.figures.items()}
        typer.echo(json.dumps({"figures": record, "folder": str(found.folder)}))
        return
    for who, one in found.figures.items():
        typer.echo(f"{who}:")
        for line in lines(one):
            typer.echo(f"  {line}")
    typer.echo(f"pictures and figures: {found.folder}")


def lines(one: Figures) -> list[str]:
    """The figures in words."""
    asked = " ".join(f"{value:5.2f}" for value in one.asked)
    failed = " ".join(f"{value:5.2f}" for value in one.failed)
    return [
        f"{one.playable:6.1%} can be won, {one.unknown:.1%} not known, none thrown away",
        f"{one.near_copies:6.1%} near copies, {one.broken:.1%} broken things",
        f"diversity {one.diversity:.3f}, of the maps {one.corpus_diversity:.3f}",
        f"challenge asked        {asked}",
        f"a noisy player fails   {failed}",
        f"rank correlation {one.rank:.2f} over levels, {one.rank_of_means:.2f} over the ten; "
        f"mean error {one.error:.3f}",
    ]
