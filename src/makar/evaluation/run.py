"""A run measured and written down: what a recipe's ``evaluate`` is made of."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from pathlib import Path
from typing import Any

from makar.evaluation.assessment import Bench
from makar.evaluation.page import write_assessment
from makar.evaluation.sources import assess_run
from makar.recipes.creator import Creator, Opened
from makar.recipes.domain import Evaluated
from makar.recipes.preparation import Progress
from makar.recipes.settings import RecipeConfig


def evaluate_run(
    opened: Opened,
    config: RecipeConfig,
    bench_of: Callable[[Creator[Any], Any, int], Bench[Any]],
    *,
    works: int | None,
    target: Path,
    title: str,
    notes: Sequence[str] = (),
) -> Generator[Progress, None, Evaluated]:
    """Measure a run and write it down; what a recipe's ``evaluate`` is made of.

    Args:
        opened: The run.
        config: Its settings.
        bench_of: What the recipe's runs are measured with.
        works: Works per row; as in the run's own comparison by default.
        target: New folder.
        title: Of the page.
        notes: What has to be known of the recipe's measures.
    """
    bench = bench_of(opened.creator, config, works or config.evaluate.works)
    found = yield from assess_run(opened, config, bench, notes=notes)
    return write_assessment(found, target, title=title, words=bench.words)
