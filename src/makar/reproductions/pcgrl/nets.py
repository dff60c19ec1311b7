"""Taught editors that are kept: each is taught once, and what teaching cost is kept beside it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file

from makar.domains.levels.editing.network import MapNet
from makar.domains.levels.problems.catalogue import Problem, problem
from makar.reproductions.cartpole.table import Stage
from makar.reproductions.pcgrl.editors import SETTINGS, Name, Settings, Taught, net_for, teach
from makar.runs import atomic
from makar.runs.errors import RunExistsError

LONGER: Mapping[Name, int] = {"binary": 60, "zelda": 90, "sokoban": 60}
"""Updates of an editor without search that is taught for as many seconds as one with search."""


@dataclass(frozen=True)
class Lesson:
    """One editor to be taught.

    Attributes:
        name: Of the problem.
        seed: Fixes its first weights and every draw.
        settings: How.
    """

    name: Name
    seed: int
    settings: Settings

    @property
    def stem(self) -> str:
        """Name of its files."""
        return f"{self.name}-{self.seed}-{'search' if self.settings.ahead else 'alone'}"


@dataclass(frozen=True)
class Cost:
    """What teaching cost.

    Attributes:
        edits: Made while it learned.
        simulated: Edits tried for them; see ``simulated_edits``.
        seconds: Of processor time.
    """

    edits: int
    simulated: int
    seconds: float


def with_search(name: Name) -> Settings:
    """Of the table's editor, that sees one step of search."""
    return SETTINGS[name]


def alone(name: Name) -> Settings:
    """Of a twin without search that has as many seconds, and may change any tile in training."""
    return replace(SETTINGS[name], ahead=False, updates=LONGER[name], change=1.0)


def untaught(lesson: Lesson) -> MapNet:
    """The very net that ``teach`` begins with."""
    torch.manual_seed(lesson.seed)
    return net_for(problem(lesson.name), ahead=lesson.settings.ahead)


def simulated_edits(what: Problem, edits: int, *, ahead: bool) -> int:
    """How many edits were tried for so many that were made.

    With search in view every edit that would change something is tried before each is made: each
    cell may become any other tile. Without, the one that is made is the only one tried.
    """
    return edits * what.height * what.width * (len(what.tiles) - 1) if ahead else edits


def teach_once(folder: Path, lesson: Lesson) -> Iterator[Stage]:
    """Teach an editor, unless it is kept in the folder already.

    Raises:
        RunExistsError: the one that is kept was taught otherwise.
    """
    record = folder / f"{lesson.stem}.json"
    if record.is_file():
        kept = json.loads(record.read_text(encoding="utf-8"))["settings"]
        if kept != asdict(lesson.settings):
            raise RunExistsError(f"{record} was taught with {kept}: give another folder")
        return
    folder.mkdir(parents=True, exist_ok=True)
    taught: Taught | None = None
    for taught in teach(lesson.name, lesson.settings, seed=lesson.seed):
        done = taught.updates / lesson.settings.updates
        yield Stage(lesson.stem, done, f"taught, {taught.good:.0%} good enough")
    assert taught is not None
    ahead = lesson.settings.ahead
    simulated = simulated_edits(problem(lesson.name), taught.edits, ahead=ahead)
    cost = Cost(taught.edits, simulated, taught.seconds)
    save_file(taught.net.state_dict(), folder / f"{lesson.stem}.safetensors")
    atomic.write_json(record, {"settings": asdict(lesson.settings), "cost": asdict(cost)})


def kept(folder: Path, lesson: Lesson) -> tuple[MapNet, Cost]:
    """An editor that was taught, and its cost."""
    net = untaught(lesson)
    net.load_state_dict(load_file(folder / f"{lesson.stem}.safetensors"))
    record = json.loads((folder / f"{lesson.stem}.json").read_text(encoding="utf-8"))
    return net, Cost(**record["cost"])
