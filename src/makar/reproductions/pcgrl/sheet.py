"""The rows of learned editors beside greedy search: success, simulated edits and seconds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np

from makar.measures.statistics import Estimate, mean_over_seeds, mean_over_works
from makar.reproductions.pcgrl.beside import (
    ALONE,
    EDITORS,
    GREEDY,
    LEARNED,
    TRIES,
    UNTAUGHT,
    Part,
    read_cost,
    read_restarts,
    read_tries,
)
from makar.reproductions.pcgrl.editors import Name
from makar.reproductions.pcgrl.restarts import MOST, Best, Restarts, best_of
from makar.reproductions.pcgrl.success import BUDGETS

KS = (1, 2, 4, TRIES)
SIMULATED, SECONDS = "greedy search, equal simulated edits", "greedy search, equal seconds"
TRAINED = "greedy search, equal simulated edits, training's share too"
PAIRS = (
    ((LEARNED, 1), (GREEDY, 1)),
    ((LEARNED, 1), (GREEDY, 8)),
    ((LEARNED, 8), (GREEDY, 8)),
    ((LEARNED, 1), (UNTAUGHT, 1)),
    ((ALONE, 1), (GREEDY, 8)),
)
"""Whose difference is told, map by map."""

PAPER: Mapping[tuple[Name, str, float], str] = {("sokoban", "solvable", 1.0): "86.7"}
"""What Khalifa et al. 2020 tell in numbers; the rest is in their figure 4 only."""


@dataclass(frozen=True)
class Row:
    """One number of the sheet.

    Attributes:
        problem: What was asked.
        editor: Who edited.
        measure: ``good`` or ``solvable``.
        budget: Share of the tiles that might be changed.
        estimate: Share of the levels: mean over the seeds and its interval.
        each: Of each seed.
        simulated: Edits tried for a level, training's left out.
        seconds: Of processor time for a level, training's left out.
        note: What else must be known.
    """

    problem: Name
    editor: str
    measure: str
    budget: float
    estimate: Estimate
    each: Sequence[float]
    simulated: float
    seconds: float
    note: str = ""

    def record(self) -> dict[str, object]:
        """For the JSON file."""
        names = ("problem", "editor", "measure", "budget", "simulated", "seconds", "note")
        row: dict[str, object] = {name: getattr(self, name) for name in names}
        return row | self.estimate.interval() | {"each": list(self.each)}


def named(editor: str, k: int) -> str:
    """What a row is called."""
    return editor if k == 1 else f"{editor}, best of {k}"


def known(folder: Path, name: Name, seeds: Sequence[int]) -> list[int]:
    """The seeds of which greedy search, the learned editor and its untaught self are known."""
    return [s for s in seeds if Part(name, s, "restarts").file(folder, "json").is_file()]


def rows(folder: Path, name: Name, seeds: Sequence[int]) -> list[Row]:
    """All rows of a problem that can be told of these seeds, every one of them."""
    found: list[Row] = []
    for measure in ("good", "solvable") if name == "sokoban" else ("good",):
        for editor in EDITORS:
            if _has(folder, name, seeds, editor):
                found += _best_rows(folder, name, seeds, editor, measure)
    return found + list(_equal_rows(folder, name, seeds))


def _has(folder: Path, name: Name, seeds: Sequence[int], editor: str) -> bool:
    """Whether all tries of an editor are kept."""
    return all(Part(name, seed, editor).file(folder, "npz").is_file() for seed in seeds)


def _best_rows(
    folder: Path, name: Name, seeds: Sequence[int], editor: str, measure: str
) -> Iterator[Row]:
    """Once, and best of some tries."""
    tries = [read_tries(folder, Part(name, seed, editor)) for seed in seeds]
    for k in KS:
        best = [best_of(one, k, solvable=measure == "solvable") for one in tries]
        for c, budget in enumerate(BUDGETS):
            each = [float(one.good[c].mean()) for one in best]
            simulated = float(np.mean([one.simulated[c] for one in best]))
            seconds = float(np.mean([one.seconds[c] for one in best]))
            yield Row(
                name, named(editor, k), measure, budget, _over_seeds(each), each, simulated, seconds
            )


def _equal_rows(folder: Path, name: Name, seeds: Sequence[int]) -> Iterator[Row]:
    """Greedy search for as much as the learned editor costs.

    What does not suffice for a try with all the changes allowed may for one with fewer: search
    keeps to whichever limit serves it best.
    """
    searches = [read_restarts(folder, Part(name, seed, "restarts")) for seed in seeds]
    learned = [best_of(read_tries(folder, Part(name, seed, LEARNED)), 1) for seed in seeds]
    taught = [read_cost(folder, Part(name, seed, LEARNED), LEARNED).simulated for seed in seeds]
    for editor in (SIMULATED, SECONDS, TRAINED):
        for c, budget in enumerate(BUDGETS):
            pools = [
                _pool(editor, one, c, search[c].levels, cost)
                for search, one, cost in zip(searches, learned, taught, strict=True)
            ]
            limits = [[search[limit] for search in searches] for limit in range(c + 1)]
            best = max((_spent(restarts, pools) for restarts in limits), key=_mean_share)
            each, (simulated, seconds), stopped = best
            note = f"stopped after {MOST} tries" if stopped else ""
            yield Row(
                name, editor, "good", budget, _over_seeds(each), each, simulated, seconds, note
            )


def _pool(editor: str, learned: Best, c: int, levels: int, taught: int) -> dict[str, float]:
    """What search may spend on all maps of a seed together."""
    if editor == SECONDS:
        return {"seconds": float(learned.seconds[c]) * levels}
    return {"simulated": float(learned.simulated[c]) * levels + taught * (editor == TRAINED)}


Spent: TypeAlias = tuple[list[float], tuple[float, float], bool]


def _spent(restarts: Sequence[Restarts], pools: Sequence[dict[str, float]]) -> Spent:
    """Share of good levels of each seed when its pool is spent; the cost; whether it was not."""
    pairs = list(zip(restarts, pools, strict=True))
    each = [search.within(**pool) for search, pool in pairs]
    cost = np.array([search.cost(**pool) for search, pool in pairs]).mean(0).tolist()
    stopped = any(
        len(search.good) > MOST and pool.get("simulated", 0) > search.simulated[-1]
        for search, pool in pairs
    )
    return each, (cost[0], cost[1]), stopped


def _mean_share(spent: Spent) -> float:
    return float(np.mean(spent[0]))


def _over_seeds(each: Sequence[float]) -> Estimate:
    return mean_over_seeds([np.array([value]) for value in each])


def differences(folder: Path, name: Name, seeds: Sequence[int]) -> list[dict[str, object]]:
    """How much more often one editor succeeds than another, on the same maps.

    The interval is over the maps, of just these trained editors.
    """
    found: list[dict[str, object]] = []
    for first, second in PAIRS:
        if not all(_has(folder, name, seeds, editor) for editor, _ in (first, second)):
            continue
        shares = [
            np.concatenate([_per_map(folder, Part(name, seed, editor), k) for seed in seeds], 1)
            for editor, k in (first, second)
        ]
        for budget, gain in zip(BUDGETS, shares[0] - shares[1], strict=True):
            pair: dict[str, object] = {"problem": name, "budget": budget}
            pair |= {"editor": named(*first), "other": named(*second)}
            found.append(pair | mean_over_works(gain).interval())
    return found


def _per_map(folder: Path, part: Part, k: int) -> np.ndarray:
    """``(C, N)`` how often each map is good enough, over the groups of tries."""
    best: Best = best_of(read_tries(folder, part), k)
    return best.good.mean(1)


def markdown(rows: Sequence[Row]) -> str:
    """The sheet: success in percent, and the cost of a level within ``BUDGETS[1]`` of the tiles."""
    heads = [f"{100 * budget:.0f} %" for budget in BUDGETS]
    costs = [f"simulated edits, {heads[1]}", f"ms, {heads[1]}"]
    lines = ["| " + " | ".join(["problem", "editor", *heads, *costs]) + " |"]
    lines.append("|---" * (4 + len(BUDGETS)) + "|")
    groups: dict[tuple[Name, str], dict[str, list[Row]]] = {}
    for row in rows:
        group = groups.setdefault((row.problem, row.measure), {})
        group.setdefault(row.editor, []).append(row)
    for (name, measure), editors in groups.items():
        asked = name if measure == "good" else f"{name} ({measure})"
        lines += [_line(asked, editor, found) for editor, found in editors.items()]
        theirs = [PAPER.get((name, measure, budget), "figure only") for budget in BUDGETS]
        cells = [asked, "the paper's, narrow", *theirs, "1 an edit", "not told"]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def _line(asked: str, editor: str, found: Sequence[Row]) -> str:
    """One editor within all budgets."""
    at = found[1]
    shares = [f"{100 * row.estimate.mean:.1f}" + ("*" if row.note else "") for row in found]
    cells = [asked, editor, *shares, f"{at.simulated:,.0f}", f"{1000 * at.seconds:.1f}"]
    return "| " + " | ".join(cells) + " |"
