"""The end of a run: works to show, the table, the report; and how each is told."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from makar.core.seeds import Seeds
from makar.core.types import Judgement, Rollout, Trainable
from makar.evaluation.choosing import Effort, equal_cost
from makar.evaluation.rows import EVALUATION, Row, aggregate, compare
from makar.evaluation.seeds import write_scores
from makar.recipes.creator import Creator
from makar.recipes.preparation import Prepared, Progress
from makar.recipes.settings import RecipeConfig
from makar.reporting.report import write_report
from makar.runs.atomic import write_json
from makar.runs.folder import RunFolder
from makar.runs.metrics import read_metrics
from makar.training.records import keep_works

SHOWN = EVALUATION + 2
"""Iteration number of the works that are shown: the same draws before and after."""
CANDIDATES = 64
"""Works made before and after, from which those that are shown are chosen."""


@dataclass(frozen=True)
class Heard:
    """A work to be heard or seen now.

    Attributes:
        phase: ``"first try"`` while still learning by example, ``"before"`` or ``"after"``.
        id: Its name in the ledger.
        path: The file.
        total: Its score; NaN for the first try, which nobody judged.
    """

    phase: str
    id: str
    path: Path
    total: float


@dataclass(frozen=True)
class Finished:
    """The run's end.

    Attributes:
        table: As in ``summary.json``.
        report: The page to open.
        rows: The compared works.
    """

    table: list[dict[str, Any]]
    report: Path
    rows: Sequence[Row[Any]]


def conclude(
    folder: RunFolder, prepared: Prepared[Any], config: RecipeConfig, *, with_sources: bool
) -> Generator[Progress | Heard | Finished, None, None]:
    """What comes after the last step: the works to show, the table and the report."""
    creator = prepared.creator
    yield show(folder, creator, config, phase="after")
    save_model(folder, creator.policy)
    yield Progress(f"comparing with {creator.words.whose}, the prior and its best")
    yield tell(folder, creator, config, bands=prepared.bands, with_sources=with_sources)


def tell(
    folder: RunFolder,
    creator: Creator[Any],
    config: RecipeConfig,
    *,
    bands: Mapping[str, tuple[float, float]],
    with_sources: bool,
) -> Finished:
    """Make and judge the works of the table, then write it and the report.

    The draws are the same each time. Nothing is touched until all of them are made.
    """
    rows = compare(
        creator,
        works=config.evaluate.works,
        best_of=best_of(config),
        seed=config.prior_seed + EVALUATION,
        effort=Effort.of(
            list(read_metrics(folder.path / "metrics.jsonl")), works=config.loop.works
        ),
    )
    report = write_report(
        folder,
        creator,
        rows,
        bands=bands,
        with_sources=with_sources,
        show=config.evaluate.show,
    )
    table = aggregate([rows])
    write_json(folder.path / "summary.json", table)
    write_scores(folder.path, rows)
    return Finished(table, report, rows)


def best_of(config: RecipeConfig) -> list[int]:
    """From how many works of the prior the table chooses: a few, and as many as training made."""
    few, loop = config.evaluate.best_of, config.loop
    paid = equal_cost(loop.iterations, loop.works, wanted=config.evaluate.works)
    return [few, paid] if paid > few else [few]


def show(folder: RunFolder, creator: Creator[Any], config: RecipeConfig, *, phase: str) -> Heard:
    """Make works to be shown, keep the best of them, and write the very best as a file."""
    policy = creator.prior if phase == "before" else creator.policy
    seeds = Seeds(config.seed, SHOWN)
    rollout, judgement = _judged(creator, policy, seeds)
    order = np.argsort(-np.nan_to_num(judgement.total, nan=-1), kind="stable")
    ids = keep_works(
        folder.ledger,
        creator.craft,
        rollout,
        judgement,
        phase=phase,
        iteration=-1 if phase == "before" else config.loop.iterations,
        rows=[int(i) for i in order],
        seeds=seeds,
        temperature=1.0,
    )
    best = int(order[0])
    path = folder.samples / f"{phase}-{ids[0]}{creator.craft.shown}"
    if not path.exists():  # a resumed run makes the same works again
        creator.craft.export(rollout.works[best], path, title=f"{phase} {ids[0]}", notice="")
    return Heard(phase, ids[0], path, float(judgement.total[best]))


def _judged(
    creator: Creator[Any], policy: Trainable[Any], seeds: Seeds
) -> tuple[Rollout[Any], Judgement]:
    prompts = [creator.ask] * CANDIDATES
    rollout = policy.sample(prompts, seeds=seeds)
    return rollout, creator.reward(rollout.works, prompts)


def save_model(folder: RunFolder, policy: Trainable[Any]) -> None:
    """Write the trained network where other programs find it."""
    from safetensors.torch import save_file

    from makar.models.llama_files import save_llama
    from makar.models.token_policy import TokenPolicy
    from makar.models.transformer import Transformer

    if isinstance(policy, TokenPolicy) and isinstance(policy.net, Transformer):
        save_llama(policy.net, folder.model)
    else:
        save_file(policy.state_dict(), folder.model / "model.safetensors")
