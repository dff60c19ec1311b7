"""A file of rewards in its own process: every domain's works arrive there, as they are."""

from dataclasses import fields, is_dataclass, make_dataclass
from itertools import pairwise

import numpy as np
import pytest

from makar.core.fingerprint import fingerprint
from makar.core.scoring import RewardFault, RewardLost
from makar.core.types import Prompt
from makar.domains.images.painter.canvas.works import Painting, stacked
from makar.domains.images.strokes.drawing import Drawing, strokes_of
from makar.domains.levels.level.level import Levels
from makar.domains.music.melody.grid import MelodyGrid, MelodyGrids
from makar.domains.music.piece.piece import Pieces
from makar.domains.music.voices.voices import VoiceGrid, VoiceGrids
from makar.recipes.own_rewards.code import read_code
from makar.recipes.own_rewards.parcel import checksum, pack, shown
from makar.recipes.own_rewards.worker import Worker, end_workers, worker_for

BODY = """
import hashlib
import os
import numpy as np
from makar.core.fingerprint import fingerprint

def alike(works, prompts):
    name = fingerprint([works, list(prompts)])
    return [int(name[:8], 16) / 16**8] * len(works)

def locked(works, prompts):
    from dataclasses import fields
    values = [getattr(works, f.name) for f in fields(works)]
    arrays = [one for one in values if isinstance(one, np.ndarray)]
    return [float(not any(one.flags.writeable for one in arrays))] * len(works)

def folder(works, prompts):
    return [float(os.getcwd() == "/")] * len(works)

def ends(works, prompts):
    os._exit(5)

LEFT = []

def remembers(works, prompts):
    LEFT.append(1)
    return [len(LEFT) / 10] * len(works)
"""


def batches():
    grids = [MelodyGrid(np.array([14, 1, 16, 1] * n, np.int8)) for n in (2, 3)]
    tunes = MelodyGrids.stack(grids)
    voices = [VoiceGrid(np.full((4, 8), 30, np.int16)) for _ in range(2)]
    tiles = np.arange(24, dtype=np.uint8).reshape(2, 3, 4) % 2
    strokes = strokes_of(np.ones((1, 4, 2)), width=np.ones((1, 2)), colour=np.zeros((1, 3)),
                         opacity=np.ones(1))  # fmt: skip
    yield "tunes", tunes
    yield "voices", VoiceGrids.stack(voices)
    yield "pieces", Pieces(tuple(grid.piece() for grid in grids))
    yield "levels", Levels(tiles, ("air", "ground"))
    yield "paintings", stacked([Painting(Drawing((8.0, 8.0), strokes))] * 2, side=8)


@pytest.fixture(scope="module")
def worker(tmp_path_factory):
    path = tmp_path_factory.mktemp("mine") / "mine.py"
    path.write_text(BODY)
    made = Worker(read_code(path))
    yield made
    made.end()


PROMPTS = [Prompt("a", {"metre": "6/8", "challenge": 0.5}), Prompt(given=MelodyGrids.stack([]))]


def ask(worker, name, works, **more):
    settings = {"span": (0.0, 1.0), "seconds": 20.0, **more}
    return worker.score(name, works, PROMPTS, **settings)


@pytest.mark.parametrize(("name", "works"), [pytest.param(*one, id=one[0]) for one in batches()])
def test_every_domains_works_arrive_as_they_are_and_locked(worker, name, works):
    expected = int(fingerprint([works, PROMPTS])[:8], 16) / 16**8
    assert ask(worker, "alike", works).values.tolist() == [expected] * 2
    if name != "pieces":  # which are tuples of single pieces
        assert ask(worker, "locked", works).values.tolist() == [1, 1]
    view, prompts = shown(works, PROMPTS)
    assert checksum(view, prompts) == checksum(works, PROMPTS)
    arrays = [getattr(view, f.name) for f in fields(view)] if is_dataclass(view) else []
    for array in (one for one in arrays if isinstance(one, np.ndarray)):
        assert not array.flags.writeable
        assert not any(np.shares_memory(array, getattr(works, f.name)) for f in fields(works)
                       if isinstance(getattr(works, f.name), np.ndarray))  # fmt: skip


def test_arrays_are_laid_down_one_behind_the_other():
    parcel = pack(next(batches())[1], PROMPTS)
    places = [(0, len(parcel.head)), *parcel.layout]
    assert all(at % 64 == 0 for at, _ in places)
    assert all(a + size <= b for (a, size), (b, _) in pairwise(places))
    assert [size for _, size in parcel.layout] == [len(one) for one in parcel.arrays]


def test_it_is_started_once_and_again_after_it_ended(worker):
    works = next(batches())[1]
    before = ask(worker, "remembers", works).values[0]
    assert ask(worker, "remembers", works).values[0] == pytest.approx(before + 0.1)
    with pytest.raises(RewardLost, match="ended with status 5"):
        ask(worker, "ends", works)
    assert ask(worker, "remembers", works).values[0] == 0.1


def test_works_of_the_program_alone_are_a_fault_with_the_remedy(worker):
    kind = make_dataclass("Private", ["items"])
    kind.__len__ = lambda self: len(self.items)
    with pytest.raises(RewardFault, match="cannot be copied for a reward"):
        ask(worker, "folder", kind((1, 2)))


@pytest.mark.faults
def test_no_more_than_a_few_run_at_a_time(tmp_path, monkeypatch):
    monkeypatch.setattr("makar.recipes.own_rewards.worker.MOST", 2)
    workers = []
    for number in range(3):
        path = tmp_path / f"mine{number}.py"
        path.write_text(f"def f(works, prompts):\n    return [0.{number}] * len(works)\n")
        workers.append(worker_for(read_code(path)))
        assert workers[-1].look("f") is None
    assert [one._process is not None for one in workers] == [False, True, True]
    assert ask(workers[0], "f", next(batches())[1]).values[0] == 0
    end_workers()
    assert not any(one._process for one in workers)
