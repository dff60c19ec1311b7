"""How runs of music's recipes are measured: each by its own module, loaded when it is asked for."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from makar.core.rewards import RewardTree
from makar.core.types import Prompt, Works
from makar.domains.music.words import TUNE_WORDS, kind_of
from makar.recipes.creator import Opened
from makar.recipes.domain import Evaluate, Evaluated
from makar.recipes.preparation import Progress
from makar.recipes.settings import RecipeConfig

if TYPE_CHECKING:
    from makar.evaluation.assessment import Bench
    from makar.evaluation.gauge import Gauge

W = TypeVar("W")


def bench_of(
    gauge: Gauge[W],
    known: Mapping[str, Works[W]],
    people: Mapping[str, Works[W]],
    reward: RewardTree,
    ask: Prompt,
    config: RecipeConfig,
    works: int,
) -> Bench[W]:
    """What music is measured with, by the draws that the config fixes; see ``Bench``."""
    from makar.evaluation.assessment import Bench
    from makar.evaluation.rows import EVALUATION

    seed = config.prior_seed + EVALUATION
    return Bench(gauge, known, people, reward, ask, seed, works, kind_of(ask), TUNE_WORDS)


def evaluation_by(recipe: str) -> Evaluate[Any]:
    """A recipe's ``evaluate`` by its ``assessment``: its ``bench_of_run``, and its ``NOTES``."""

    def evaluate(
        opened: Opened, config: Any, *, works: int | None, target: Path, title: str
    ) -> Generator[Progress, None, Evaluated]:
        from makar.evaluation.run import evaluate_run

        found = import_module(f"makar.domains.music.{recipe}.assessment")
        return evaluate_run(
            opened, config, found.bench_of_run, works=works, target=target, title=title,
            notes=vars(found).get("NOTES", ()),
        )  # fmt: skip

    return evaluate
