"""Learned editors and greedy search side by side, each with its cost: the work, part by part.

    .venv/bin/python benchmarks/editors_beside_search.py

Every part is kept in a file of its own as soon as it is made, and is not made again.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np

from makar.core.disk.arrays import read_npz
from makar.domains.levels.editing.goals import Aiming
from makar.domains.levels.editing.greedy import Greedy
from makar.domains.levels.editing.network import AtCursor
from makar.domains.levels.problems.catalogue import problem
from makar.reproductions.cartpole.table import Stage
from makar.reproductions.pcgrl.editors import Name, Settings
from makar.reproductions.pcgrl.nets import (
    Cost,
    Lesson,
    alone,
    kept,
    teach_once,
    untaught,
    with_search,
)
from makar.reproductions.pcgrl.restarts import Restarts, best_of, restarted
from makar.reproductions.pcgrl.success import BUDGETS
from makar.reproductions.pcgrl.tries import Editor, Tries, start_maps, tried
from makar.runs import atomic

TRIES = 8
"""Of each editor at each map."""
GREEDY, UNTAUGHT = "greedy search", "untaught, search in view"
LEARNED, ALONE = "learned, search in view", "learned, no search"
TAUGHT: Mapping[str, Callable[[Name], Settings]] = {LEARNED: with_search, ALONE: alone}
EDITORS = (GREEDY, UNTAUGHT, *TAUGHT)
PLAN: Mapping[str, Mapping[Name, float]] = {
    f"teach {LEARNED}": {"binary": 125, "zelda": 100, "sokoban": 65},
    f"teach {ALONE}": {"binary": 125, "zelda": 100, "sokoban": 65},
    GREEDY: {"binary": 8, "zelda": 5, "sokoban": 3},
    UNTAUGHT: {"binary": 13, "zelda": 7, "sokoban": 4},
    LEARNED: {"binary": 13, "zelda": 7, "sokoban": 4},
    ALONE: {"binary": 18, "zelda": 4, "sokoban": 1},
    "restarts": {"binary": 80, "zelda": 90, "sokoban": 60},
}
"""Seconds of one core that each part takes, of 120 maps; the sum is told before the start."""


@dataclass(frozen=True)
class Part:
    """One piece of the work.

    Attributes:
        name: Of the problem.
        seed: Of the editor and the maps.
        what: A row of ``PLAN``.
    """

    name: Name
    seed: int
    what: str

    @property
    def planned(self) -> float:
        """Seconds it takes."""
        return PLAN[self.what][self.name]

    def file(self, folder: Path, end: str) -> Path:
        """Where it is kept."""
        words = self.what.replace(",", "").replace(" ", "-")
        return folder / f"{self.name}-{self.seed}-{words}.{end}"


def parts(names: Sequence[Name], seeds: Sequence[int]) -> list[Part]:
    """All of the work, in order: a seed of all problems before the next; what is longest last."""
    rows: list[str] = [f"teach {LEARNED}", GREEDY, UNTAUGHT, LEARNED, "restarts"]
    found = [Part(name, seed, row) for seed in seeds for name in names for row in rows]
    rows = [f"teach {ALONE}", ALONE]
    return found + [Part(name, seed, row) for seed in seeds for name in names for row in rows]


def lesson(part: Part, editor: str) -> Lesson:
    """What that editor is taught."""
    return Lesson(part.name, part.seed, TAUGHT[editor](part.name))


def made(folder: Path, part: Part, levels: int) -> Iterator[Stage]:
    """Make a part, unless it is kept already."""
    if part.what.startswith("teach "):
        yield from teach_once(folder, lesson(part, part.what.removeprefix("teach ")))
    elif part.what == "restarts":
        yield from _restarted(folder, part, levels)
    else:
        yield from _tried(folder, part, levels)


def _editor(folder: Path, part: Part) -> Editor:
    """Who edits."""
    if part.what == GREEDY:
        return Editor(Greedy(problem(part.name)))
    if part.what == UNTAUGHT:
        net = untaught(lesson(part, LEARNED))
    else:
        net = kept(folder, lesson(part, part.what))[0]
    return Editor(net, ahead=net.ahead, reader=AtCursor(net, net.size))


def _tried(folder: Path, part: Part, levels: int) -> Iterator[Stage]:
    """All tries of one editor."""
    file = part.file(folder, "npz")
    if file.is_file():
        return
    editor = _editor(folder, part)
    process = Aiming(problem(part.name), "wide", change=BUDGETS[-1], ahead=editor.ahead)
    start = start_maps(process, levels, seed=part.seed)
    _warm(process, editor, part.seed)
    found: list[Tries] = []
    for one in tried(process, editor, start, tries=TRIES, seed=part.seed, budgets=BUDGETS):
        found.append(one)
        words = f"{one.good[1].mean():.0%} within {BUDGETS[1]:.0%}"
        yield Stage(f"{part.name}, seed {part.seed}, {part.what}", len(found) / TRIES, words)
    data = io.BytesIO()
    whole = {k: np.concatenate([getattr(t, k) for t in found], 1) for k in vars(found[0])}
    np.savez_compressed(data, allow_pickle=False, **whole)
    atomic.write_bytes(file, data.getvalue())


def _warm(process: Aiming, editor: Editor, seed: int) -> None:
    """Compile what will be timed."""
    few = start_maps(process, 2, seed=seed + 10_000)
    next(tried(process, editor, few, tries=1, seed=seed, budgets=[1 / few.tiles[0].size]))


def _restarted(folder: Path, part: Part, levels: int) -> Iterator[Stage]:
    """Greedy search restarted until it has spent what the learned editor did, and its training."""
    file = part.file(folder, "json")
    if file.is_file():
        return
    learned = best_of(read_tries(folder, replace(part, what=LEARNED)), 1)
    cost = read_cost(folder, part, LEARNED)
    editor, found = Editor(Greedy(problem(part.name))), list[dict[str, object]]()
    for c, budget in enumerate(BUDGETS):
        process = Aiming(problem(part.name), "wide", change=budget)
        _warm(process, editor, part.seed)
        most = float(learned.simulated[c]) * levels + cost.simulated
        search = restarted(
            process, editor, start_maps(process, levels, seed=part.seed), seed=part.seed,
            budget=budget, simulated=most, seconds=float(learned.seconds[c]) * levels,
        )  # fmt: skip
        found.append(asdict(search))
        words = f"{search.good[-1] / levels:.0%} after {len(search.good) - 1} tries"
        yield Stage(
            f"{part.name}, seed {part.seed}, greedy search restarted, {budget:.0%}",
            (c + 1) / len(BUDGETS), words,
        )  # fmt: skip
    atomic.write_json(file, found)


def read_tries(folder: Path, part: Part) -> Tries:
    """What came of a part's tries."""
    return Tries(**read_npz(part.file(folder, "npz")))


def read_restarts(folder: Path, part: Part) -> list[Restarts]:
    """Of each budget."""
    file = replace(part, what="restarts").file(folder, "json")
    return [Restarts(**one) for one in json.loads(file.read_text(encoding="utf-8"))]


def read_cost(folder: Path, part: Part, editor: str) -> Cost:
    """What teaching an editor cost."""
    return kept(folder, lesson(part, editor))[1]
