"""The table of ``makar reproduce pcgrl``: success within each budget, beside search and chance."""

from __future__ import annotations

import json
import time
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import save_file

from makar.core.types import Prompt
from makar.domains.levels.editing.goals import Aiming
from makar.domains.levels.editing.greedy import Greedy
from makar.domains.levels.editing.network import AtCursor, MapNet
from makar.domains.levels.problems.catalogue import problem
from makar.measures.statistics import Estimate, mean_over_seeds
from makar.reproductions.cartpole.table import Stage
from makar.reproductions.pcgrl.curves import curves_svg
from makar.reproductions.pcgrl.editors import SETTINGS, Name, Settings, teach
from makar.reproductions.pcgrl.success import BUDGETS, Edited, Random, edited
from makar.runs import atomic
from makar.runs.errors import RunExistsError

LEVELS = 120
"""Random maps edited by each editor of each seed."""
LEARNED, WIDE, BLIND = "learned, narrow", "learned, wide", "learned without search, narrow"
GREEDY, RANDOM = "greedy search, whole map", "random, narrow"
SOLVABLE = "solvable"
BARS: Mapping[tuple[Name, str, float], float] = {
    ("binary", "good", 0.2): 0.68,
    ("binary", "good", 0.4): 0.95,
    ("zelda", "good", 0.2): 0.865,
    ("zelda", "good", 0.4): 0.90,
    ("sokoban", SOLVABLE, 1.0): 0.87,
}
"""What the learned editor must reach: share of the levels, by problem, measure and budget."""


@dataclass(frozen=True)
class Figure:
    """One number of the table.

    Attributes:
        problem: What was asked.
        editor: Who edited.
        measure: ``good`` (the problem's goal), ``solvable``, or ``changed`` (share of the map).
        budget: Share of the tiles that might be changed.
        estimate: Mean over the seeds and its interval.
        each: Mean of each seed.
    """

    problem: Name
    editor: str
    measure: str
    budget: float
    estimate: Estimate
    each: Sequence[float]

    @property
    def bar(self) -> float | None:
        """What was to be reached, for the learned editor."""
        bar = BARS.get((self.problem, self.measure, self.budget))
        return bar if self.editor == LEARNED else None

    @property
    def missed(self) -> bool:
        """True where there is a bar and it was not reached."""
        return self.bar is not None and self.estimate.mean < self.bar

    def record(self) -> dict[str, object]:
        """For ``summary.json``."""
        row = {name: getattr(self, name) for name in ("problem", "editor", "measure", "budget")}
        return row | asdict(self.estimate) | {"each": list(self.each), "bar": self.bar}


def reproduce(
    folder: Path, names: Sequence[Name], *, seeds: Sequence[int], quick: bool = False
) -> Iterator[Stage | Figure]:
    """Teach and judge every editor that is not there yet; then the table's numbers.

    Args:
        folder: Where everything is kept; run again, it goes on where it stopped.
        names: Problems.
        seeds: Of the runs.
        quick: A tenth of the updates, for a look.

    Raises:
        RunExistsError: the folder was begun with other settings.
    """
    torch.set_num_threads(1)
    (folder / "parts").mkdir(parents=True, exist_ok=True)
    jobs: list[tuple[Name, int, bool]] = [
        (name, seed, ahead) for name in names for seed in seeds for ahead in (True, False)
    ]
    runs: dict[Name, dict[int, dict[str, Any]]] = {name: {} for name in names}
    for number, (name, seed, ahead) in enumerate(jobs):
        part = folder / "parts" / f"{name}-{seed}{'' if ahead else '-without'}.json"
        settings = _settings(name, ahead=ahead, quick=quick)
        if not part.is_file():
            yield from _made(part, name, seed, settings, number, len(jobs))
        runs[name].setdefault(seed, {}).update(_read(part, settings)["editors"])
    rows = [row for name in names for row in _rows(name, list(runs[name].values()))]
    atomic.write_json(folder / "summary.json", [row.record() for row in rows])
    atomic.write_text(folder / "table.md", markdown(rows))
    atomic.write_text(folder / "curves.svg", curves_svg(_curves(rows), BUDGETS))
    yield from rows


def _settings(name: Name, *, ahead: bool, quick: bool) -> Settings:
    settings = replace(SETTINGS[name], ahead=ahead)
    return replace(settings, updates=settings.updates // 10) if quick else settings


def _read(part: Path, settings: Settings) -> dict[str, Any]:
    kept = json.loads(part.read_text(encoding="utf-8"))
    if kept["settings"] != asdict(settings):
        raise RunExistsError(
            f"{part} was made with {kept['settings']}, not {asdict(settings)}: give another --out"
        )
    return kept


def _made(
    part: Path, name: Name, seed: int, settings: Settings, begun: int, total: int
) -> Generator[Stage, None, None]:
    """Teach one editor, let it edit, beside search and chance, and keep what came of it."""
    title = f"{name}, seed {seed}" + ("" if settings.ahead else ", without search")
    curve: list[list[float]] = []
    taught, wall = None, time.time()
    for taught in teach(name, settings, seed=seed):
        curve.append([taught.seconds, taught.good])
        done = (begun + taught.updates / settings.updates) / total
        yield Stage(title, done, f"{taught.good:.0%} good enough")
    assert taught is not None
    wall = time.time() - wall
    yield Stage(title, (begun + 1) / total, "judging")
    save_file(taught.net.state_dict(), part.with_suffix(".safetensors"))
    results = judged(name, taught.net, seed=seed)
    learned = results[LEARNED if settings.ahead else BLIND]
    atomic.write_json(
        part,
        {
            "settings": asdict(settings), "seed": seed, "edits": taught.edits,
            "minutes": taught.seconds / 60, "wall_minutes": wall / 60, "curve": curve,
            "editors": {editor: _counted(name, result) for editor, result in results.items()},
            "start": learned.start.tiles.tolist(), "levels": learned.levels.tiles.tolist(),
        },
    )  # fmt: skip


def judged(name: Name, net: MapNet, *, seed: int) -> dict[str, Edited]:
    """The taught editor, and beside one with search in view also search and chance.

    All edit the same random maps.
    """
    what, prompts, cursor = problem(name), [Prompt()] * LEVELS, AtCursor(net, net.size)
    narrow, wide = (Aiming(what, r, change=1.0, ahead=net.ahead) for r in ("narrow", "wide"))
    learned = edited(narrow, net, prompts, seed=seed, at_cursor=cursor)
    if not net.ahead:
        return {BLIND: learned}
    return {
        LEARNED: learned,
        WIDE: edited(wide, net, prompts, seed=seed),
        GREEDY: edited(wide, Greedy(what), prompts, seed=seed),
        RANDOM: edited(narrow, Random(narrow.actions), prompts, seed=seed),
    }


def _counted(name: Name, result: Edited) -> dict[str, list[float]]:
    """What is counted, for each budget."""
    measures = {"good": result.good, "changed": result.changed}
    if name == "sokoban":
        measures[SOLVABLE] = result.statistics[:, :, -1] > 0
    return {measure: values.mean(1).tolist() for measure, values in measures.items()}


def _rows(name: Name, runs: Sequence[Mapping[str, Any]]) -> list[Figure]:
    """One row for each editor, measure and budget."""
    rows: list[Figure] = []
    for editor, measures in runs[0].items():
        for measure in measures:
            for c, budget in enumerate(BUDGETS):
                each = [run[editor][measure][c] for run in runs]
                estimate = mean_over_seeds([np.array([value]) for value in each])
                rows.append(Figure(name, editor, measure, budget, estimate, each))
    return rows


def markdown(rows: Sequence[Figure]) -> str:
    """The table, in percent of the levels."""
    heads = " | ".join(f"{budget:.0%}" for budget in BUDGETS)
    lines = [f"| problem | editor | | {heads} |", "|---" * (3 + len(BUDGETS)) + "|"]
    lines += [
        f"| {problem_} | {editor} | {measure} | {' | '.join(cells)} |"
        for (problem_, editor, measure), cells in _gathered(rows).items()
    ]
    return "\n".join(lines) + "\n"


def _curves(rows: Sequence[Figure]) -> dict[str, dict[str, list[Sequence[float]]]]:
    """Success of each seed, by problem, editor and budget."""
    curves: dict[str, dict[str, list[Sequence[float]]]] = {}
    for row in rows:
        if row.measure == "good":
            curves.setdefault(row.problem, {}).setdefault(row.editor, []).append(row.each)
    return curves


def _gathered(rows: Sequence[Figure]) -> dict[tuple[str, str, str], list[str]]:
    cells: dict[tuple[str, str, str], list[str]] = {}
    for row in rows:
        cells.setdefault((row.problem, row.editor, row.measure), []).append(_cell(row))
    return cells


def _cell(row: Figure) -> str:
    value = f"{row.estimate.mean:.1%}"
    if len(row.each) > 1:
        value += f" ({', '.join(f'{one:.1%}' for one in row.each)})"
    return value.replace("%", " %")
