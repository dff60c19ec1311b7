"""Levels made to measure: ask for a path of so many steps, and see what comes.

    makar reproduce pcgrl-control

After Earle et al. 2021, *Learning Controllable Content Generators*, IEEE CoG, arXiv 2105.02993:
each map is edited towards a target of its own, whose distance is seen, and paid for as it falls.
Deviations: greedy search is in view as in ``makar.reproductions.pcgrl.editors``; an episode ends
when the target is met exactly; targets are drawn evenly, where the paper also tries to draw those
that are learned from most. Settings are those that were chosen for the fixed goals.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Int

from makar.core.seeds import Seeds
from makar.core.types import Prompt
from makar.domains.levels.editing.goals import Aiming
from makar.domains.levels.editing.greedy import Greedy
from makar.domains.levels.problems.catalogue import problem
from makar.models.stepwise import StepModel
from makar.reproductions.cartpole.table import Stage
from makar.reproductions.pcgrl.editors import SETTINGS, teach
from makar.reproductions.pcgrl.success import edited
from makar.runs import atomic

STATISTIC = "path-length"
DRAWN = (5, 80)
"""Targets in training lie from here to here."""
TARGETS = (8, 15, 22, 29, 36, 43, 50, 57, 64, 71)
"""Targets that are asked for; half of the map's tiles may be changed."""
BUDGET = 0.5
LEVELS = 40
"""Of each target."""


@dataclass(frozen=True)
class Answer:
    """What came of one target.

    Attributes:
        editor: Who edited.
        seed: Of the editor.
        asked: Steps of the path that was asked for.
        reached: Mean steps of the paths.
        error: Mean distance from what was asked.
        exact: Share of the levels of one region with just such a path.
        changed: Mean share of the map that was changed.
    """

    editor: str
    seed: int
    asked: int
    reached: float
    error: float
    exact: float
    changed: float


def control(
    folder: Path, *, seeds: Sequence[int], updates: int = SETTINGS["binary"].updates
) -> Iterator[Stage | Answer]:
    """Teach caves with a path as long as asked for; ten targets of each editor and of search.

    Args:
        folder: Where ``control.json`` and ``control.md`` are written.
        seeds: Of the runs.
        updates: Of PPO.
    """
    torch.set_num_threads(1)
    folder.mkdir(parents=True, exist_ok=True)
    settings = SETTINGS["binary"]
    answers: list[Answer] = []
    minutes: list[float] = []
    for number, seed in enumerate(seeds):
        chosen = type(settings)(updates=updates, change=BUDGET)
        taught = None
        began = time.process_time()
        for taught in teach("binary", chosen, seed=seed, ask=lambda i, s=seed: drawn(s, i)):
            done = (number + taught.updates / updates) / len(seeds)
            yield Stage(f"control, seed {seed}", done, f"{taught.good:.0%} as asked")
        assert taught is not None
        minutes.append((time.process_time() - began) / 60)
        answers += answered("learned", taught.net, seed=seed)
        answers += answered("greedy search", Greedy(problem("binary")), seed=seed)
    record = {"minutes": minutes, "answers": [asdict(answer) for answer in answers]}
    atomic.write_json(folder / "control.json", record)
    atomic.write_text(folder / "control.md", markdown(answers))
    yield from answers


def drawn(seed: int, update: int) -> list[Prompt]:
    """A target for each stream's next map."""
    draw = Seeds(seed, update).generator(stream=2)
    targets: Int[np.ndarray, " B"] = draw.integers(
        DRAWN[0], DRAWN[1] + 1, SETTINGS["binary"].streams
    )
    return [Prompt(condition={STATISTIC: target}) for target in targets.tolist()]


def answered(editor: str, net: StepModel, *, seed: int) -> list[Answer]:
    """Ten targets, on the same random maps whoever edits."""
    what = problem("binary")
    process = Aiming(what, "wide", change=BUDGET)
    asked = np.repeat(TARGETS, LEVELS)
    prompts = [Prompt(condition={STATISTIC: int(target)}) for target in asked]
    result = edited(process, net, prompts, seed=seed, budgets=[BUDGET])
    path = result.statistics[0, :, [w.name for w in what.wishes].index(STATISTIC)]
    return [
        Answer(
            editor, seed, target, float(path[rows].mean()),
            float(np.abs(path[rows] - target).mean()), float(result.good[0, rows].mean()),
            float(result.changed[0, rows].mean()),
        )
        for target in TARGETS
        for rows in [asked == target]
    ]  # fmt: skip


def markdown(answers: Sequence[Answer]) -> str:
    """The table: means over the seeds."""
    editors = list(dict.fromkeys(answer.editor for answer in answers))
    heads = [f"{editor}: {word}" for editor in editors for word in ("reached", "off by", "exact")]
    lines = [f"| asked | {' | '.join(heads)} |", "|---" * (len(heads) + 1) + "|"]
    for target in TARGETS:
        cells = [str(target)]
        for editor in editors:
            found = [a for a in answers if (a.editor, a.asked) == (editor, target)]
            cells += [
                f"{np.mean([a.reached for a in found]):.1f}",
                f"{np.mean([a.error for a in found]):.1f}",
                f"{np.mean([a.exact for a in found]):.0%}".replace("%", " %"),
            ]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"
