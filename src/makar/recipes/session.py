"""One run from beginning to end: prepare, before, train, after, compare, report."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from makar.core.seeds import Seeds
from makar.core.types import Judgement, Rollout
from makar.domains.music.grid import MelodyGrid
from makar.measures.guards import HackingAlarm
from makar.models.token_policy import TokenPolicy
from makar.recipes.creator import Creator
from makar.recipes.evaluation import EVALUATION, Row, aggregate, compare
from makar.recipes.keeping import keep_works
from makar.recipes.loop import Step, Training
from makar.recipes.melody import Prepared, Progress, prepare
from makar.recipes.melody_config import MelodyConfig
from makar.recipes.reporting import write_report
from makar.runs.atomic import write_json
from makar.runs.folder import RunFolder

SHOWN = EVALUATION + 2
"""Iteration number of the works that are shown: the same draws before and after."""
CANDIDATES = 64
"""Works made before and after, from which those that are shown are chosen."""


@dataclass(frozen=True)
class Heard:
    """A work to be listened to now.

    Attributes:
        phase: ``"before"`` or ``"after"``.
        id: Its name in the ledger.
        path: The sound file.
        total: Its score.
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
    rows: Sequence[Row[MelodyGrid]]


Event = Progress | Heard | Step | Finished


def run(
    folder: RunFolder, config: MelodyConfig, *, resume: bool = False, with_sources: bool = False
) -> Iterator[Event]:
    """Carry a run out, or on; whoever iterates shows what comes and may stop between steps.

    Everything up to a yield is on disk. Stopping the iteration after a ``Step`` and calling
    ``Training.save`` is what ``stopping`` does for a signal.

    Args:
        folder: Where to, open for writing.
        config: What to do.
        resume: Go on from the newest checkpoint.
        with_sources: Name the user's own tunes in the report.
    """
    prepared = yield from prepare(config)
    creator = prepared.creator
    training = Training(
        creator,
        folder,
        config.loop,
        config.seed,
        HackingAlarm(prepared.bands, _start(creator, config)),
    )
    if resume:
        for notice in training.resume():
            yield Progress("resuming", text=notice)
    else:
        yield show(folder, creator, config, phase="before")
    yield from training.steps()
    yield from conclude(folder, prepared, config, with_sources=with_sources)


def conclude(
    folder: RunFolder, prepared: Prepared, config: MelodyConfig, *, with_sources: bool
) -> Generator[Event, None, None]:
    """What comes after the last step: the works to show, the table and the report."""
    creator = prepared.creator
    if not folder.ledger.query(phase="after", limit=1):
        yield show(folder, creator, config, phase="after")
    save_model(folder, creator.policy)
    yield Progress("comparing with people, the prior and its best")
    rows = compare(
        creator,
        works=config.evaluate.works,
        best_of=config.evaluate.best_of,
        seed=config.seed + EVALUATION,
    )
    table = aggregate([rows])
    write_json(folder.path / "summary.json", table)
    np.savez_compressed(folder.path / "compared.npz", **scores_of(rows))  # pyright: ignore[reportArgumentType] - stubs take one positional
    report = write_report(folder, creator, rows, bands=prepared.bands, with_sources=with_sources)
    yield Finished(table, report, rows)


def show(
    folder: RunFolder, creator: Creator[MelodyGrid], config: MelodyConfig, *, phase: str
) -> Heard:
    """Make works to be shown, keep the best of them, and write the very best as a sound file."""
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
    path = folder.samples / f"{phase}-{ids[0]}.ogg"
    creator.craft.export(rollout.works[best], path, title=f"{phase} {ids[0]}", notice="")
    return Heard(phase, ids[0], path, float(judgement.total[best]))


def _judged(
    creator: Creator[MelodyGrid], policy: TokenPolicy[MelodyGrid], seeds: Seeds
) -> tuple[Rollout[MelodyGrid], Judgement]:
    prompts = [creator.ask] * CANDIDATES
    rollout = policy.sample(prompts, seeds=seeds)
    return rollout, creator.reward(rollout.works, prompts)


def _start(creator: Creator[MelodyGrid], config: MelodyConfig) -> dict[str, np.ndarray]:
    """Every watch over works of the prior: what the alarm compares with."""
    seeds = Seeds(config.seed, EVALUATION + 3)
    prompts = [creator.ask] * 256
    judgement = creator.reward(creator.prior.sample(prompts, seeds=seeds).works, prompts)
    return {name: p.raw for name, p in judgement.parts.items() if p.role == "watch"}


def save_model(folder: RunFolder, policy: TokenPolicy[MelodyGrid]) -> None:
    """Write the trained network where other programs find it."""
    from safetensors.torch import save_file

    from makar.models.llama_files import save_llama
    from makar.models.transformer import Transformer

    if isinstance(policy.net, Transformer):
        save_llama(policy.net, folder.model)
    else:
        save_file(policy.state_dict(), folder.model / "model.safetensors")


def scores_of(rows: Sequence[Row[MelodyGrid]]) -> dict[str, np.ndarray]:
    """Every value behind the table, by ``row/measure``: for tables over several runs."""
    scores: dict[str, np.ndarray] = {}
    for row in rows:
        scores |= {f"{row.name}/{measure}": values for measure, values in row.values.items()}
        scores |= {f"{row.name}/{measure}": np.array([v]) for measure, v in row.whole.items()}
    return scores
