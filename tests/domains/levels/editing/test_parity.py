"""The ``pcgrl2020`` preset against recorded episodes of gym-pcgrl: every step of all of them."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import torch

from makar.core.seeds import Seeds
from makar.core.types import Prompt
from makar.domains.levels.editing.process import Editing, Replay
from makar.domains.levels.editing.representations import Representation
from makar.domains.levels.level.level import Level
from makar.domains.levels.problems.catalogue import problem

RECORDED = Path(__file__).parents[3] / "golden" / "pcgrl2020.npz"
PROBLEMS = ("binary", "zelda", "sokoban", "smb")
REPRESENTATIONS: tuple[Representation, ...] = ("narrow", "turtle", "wide")
RENAMED = {"sol-length": "solution"}


@cache
def recorded(name: str, representation: str) -> dict[str, np.ndarray]:
    with np.load(RECORDED) as file:
        fields = ("map", "position", "action", "reward", "done", "start", "stats", "meta")
        return {f: file[f"{name}/{representation}/{f}"] for f in fields}


def flat_actions(process: Editing, actions: np.ndarray) -> np.ndarray:
    if process.representation != "wide":
        return actions[:, 0].astype(np.int64)
    x, y, tile = actions.astype(np.int64).T
    return (y * process.problem.width + x) * len(process.problem.tiles) + tile


def statistics(process: Editing, text: str) -> list[int | None]:
    told = json.loads(text)
    told["ratio"] = abs(told.get("crate", 0) - told.get("target", 0))
    return [told[RENAMED.get(w.name, w.name)] for w in process.problem.wishes]


@pytest.mark.parametrize("representation", REPRESENTATIONS)
@pytest.mark.parametrize("name", PROBLEMS)
def test_every_recorded_step(name: str, representation: Representation) -> None:
    """All episodes of a recording at once, one per row, each as long as it was."""
    tape = recorded(name, representation)
    process = Editing(problem(name, "pcgrl2020"), representation)
    begins = np.flatnonzero(tape["start"])
    ends = np.append(begins[1:], len(tape["start"]))
    prompts = [
        Prompt(given=Replay(Level(tape["map"][b], process.problem.tiles), tape["position"][b:e]))
        for b, e in zip(begins, ends, strict=True)
    ]
    expected = np.array([statistics(process, t) for t in tape["stats"].tolist()])
    actions = flat_actions(process, tape["action"])
    state = process.start(prompts, Seeds(0))
    for t in range(int((ends - begins).max())):
        rows = np.flatnonzero(begins + t < ends)
        at = begins[rows] + t
        if t:
            chosen = np.zeros(len(begins), np.int64)
            chosen[rows] = actions[at]
            state, paid = process.step(state, torch.from_numpy(chosen))
            np.testing.assert_array_equal(paid.numpy()[rows], tape["reward"][at])
            over = (process.terminated(state) | process.truncated(state)).numpy()
            np.testing.assert_array_equal(over[rows], tape["done"][at])
        np.testing.assert_array_equal(state.tiles[rows], tape["map"][at])
        np.testing.assert_array_equal(state.statistics[rows], expected[at])
        if representation != "wide":
            np.testing.assert_array_equal(state.cursor[rows], tape["position"][at])


@pytest.mark.parametrize("representation", REPRESENTATIONS)
@pytest.mark.parametrize("name", PROBLEMS)
def test_limits_and_tiles(name: str, representation: Representation) -> None:
    meta = json.loads(str(recorded(name, representation)["meta"]))
    process = Editing(problem(name, "pcgrl2020"), representation)
    assert process.most_changes == meta["max_changes"]
    assert process.most_steps == meta["max_iterations"]
    assert list(process.problem.tiles) == meta["tiles"]
    assert {w.name: w.weight for w in process.problem.wishes} == meta["rewards"]
