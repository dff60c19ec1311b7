"""Learned editors beside search: what is counted as tried must be what was tried."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from makar.core.seeds import Seeds
from makar.core.types import Prompt
from makar.domains.levels.editing.goals import Aiming
from makar.domains.levels.editing.greedy import Greedy
from makar.domains.levels.editing.network import AtCursor
from makar.domains.levels.problems.catalogue import Problem, problem
from makar.reproductions.pcgrl import beside, editors, nets, sheet
from makar.reproductions.pcgrl.beside import GREEDY, LEARNED, Part, made, parts
from makar.reproductions.pcgrl.editors import Name, Settings, net_for, teach
from makar.reproductions.pcgrl.nets import simulated_edits
from makar.reproductions.pcgrl.payback import Payback, needed, paybacks
from makar.reproductions.pcgrl.restarts import Restarts, best_of, restarted
from makar.reproductions.pcgrl.success import BUDGETS, edited
from makar.reproductions.pcgrl.tries import Editor, Tries, start_maps, tried
from makar.reproductions.pcgrl.walk import chances_at_cursor, walk_to_edit


class Counted:
    """A problem that counts the maps it is asked to measure."""

    def __init__(self, name: Name) -> None:
        plain = problem(name)
        self.maps = 0
        self._measure = plain.measure
        self.problem: Problem = replace(plain, measure=self.measure)

    def measure(self, tiles: np.ndarray, rows: np.ndarray, found: np.ndarray) -> None:
        self.maps += int(rows.sum())
        self._measure(tiles, rows, found)


class Stubborn:
    """Greedy search that always breaks ties the same way."""

    def __init__(self, what: Problem) -> None:
        self.greedy = Greedy(what)
        edits = what.height * what.width * len(what.tiles)
        self.taste = torch.from_numpy(np.random.default_rng(3).permutation(edits)).float()

    def __call__(self, observation: Tensor) -> tuple[Tensor, Tensor]:
        logits, value = self.greedy(observation)
        return (logits.double() * 1e3 + self.taste * 100).float(), value


@pytest.mark.parametrize(("name", "look"), [("binary", 196), ("zelda", 77 * 7), ("sokoban", 100)])
def test_every_edit_that_is_tried_is_counted(name: Name, look: int) -> None:
    for ahead in (True, False):
        counted = Counted(name)
        process = Aiming(counted.problem, "wide", change=0.2, ahead=ahead)
        start, net = start_maps(process, 3, seed=3), net_for(counted.problem, ahead=ahead)
        before = counted.maps
        budgets = [0.2]
        once = next(tried(process, Editor(net, ahead), start, tries=1, seed=3, budgets=budgets))
        # One measuring of each edit that is made, and those of the search for it.
        tried_ahead = int(once.simulated.sum()) if ahead else 0
        assert counted.maps - before == once.edits.sum() + tried_ahead
        assert once.simulated.sum() == once.edits.sum() * (look if ahead else 1)


def test_what_training_tries_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    counted, streams = Counted("sokoban"), 32
    monkeypatch.setattr(editors, "problem", lambda _: counted.problem)
    settings = Settings(updates=1, change=0.2, streams=streams, steps=8)
    taught = list(teach("sokoban", settings, seed=100))[-1]
    looks, rest = divmod(counted.maps, 1 + 100)  # a map or an edit, and all edits from there
    assert rest == 0
    begun_anew = looks - streams - taught.edits
    assert 0 <= begun_anew <= taught.edits
    assert simulated_edits(problem("sokoban"), taught.edits, ahead=True) == taught.edits * 100


def test_millions_of_edits_are_tried_for_the_table() -> None:
    asked: dict[Name, int] = {
        "binary": 24_084_480,
        "zelda": 66_232_320,
        "sokoban": 10_240_000,
    }
    for name, most in asked.items():
        settings = nets.with_search(name)
        edits = settings.updates * settings.streams * settings.steps
        assert simulated_edits(problem(name), edits, ahead=True) == most
        assert simulated_edits(problem(name), edits, ahead=False) == edits


def test_a_try_is_an_episode() -> None:
    what = problem("sokoban")
    process, net = Aiming(what, "wide", change=1.0), Stubborn(what)
    episode = edited(process, net, [Prompt()] * 20, seed=4)
    start = start_maps(process, 20, seed=4)
    once = next(tried(process, Editor(net), start, tries=1, seed=9, budgets=BUDGETS))
    np.testing.assert_array_equal(start.tiles, episode.start.tiles)
    np.testing.assert_array_equal(once.good[:, 0], episode.good)
    np.testing.assert_array_equal(once.solvable[:, 0], episode.statistics[:, :, -1] > 0)
    np.testing.assert_array_equal(once.edits[:, 0], episode.steps)
    assert (np.diff(once.seconds, axis=0) >= 0).all()


def test_steps_that_run_out_end_a_budget() -> None:
    what, cells = problem("sokoban"), 25
    torch.manual_seed(1)
    net = net_for(what)
    editor = Editor(net, reader=AtCursor(net, net.size, patience=0.1))
    long, short = (Aiming(what, "wide", change=change) for change in (1.0, 0.2))
    late = 0
    for seed in range(12):
        start = start_maps(long, 1, seed=seed)  # one map: draws are in the same order
        whole, cut = (
            next(tried(process, editor, start, tries=1, seed=seed, budgets=budgets))
            for process, budgets in ((long, (0.2, 1.0)), (short, (0.2,)))
        )
        for name in ("good", "solvable", "edits", "simulated"):
            np.testing.assert_array_equal(getattr(whole, name)[0], getattr(cut, name)[0], name)
        ran_out = cut.edits.item() < 0.2 * cells and not cut.good.item()
        late += ran_out
        # The last search of one that waited too long was made for nothing, and was made.
        assert cut.simulated.item() == 100 * (cut.edits.item() + ran_out)
    assert late > 6


def test_a_walk_is_that_of_the_process() -> None:
    what = problem("zelda")
    process = Aiming(what, "narrow", change=1.0)
    state = process.start([Prompt()] * 5, Seeds(2, 7))
    keys, places = state.keys, [state.cursor]
    for _ in range(300):
        state = process.step(state, torch.zeros(5, dtype=torch.int64))[0]
        places.append(state.cursor)
    cells = np.array(places) @ (1, what.width)
    aims = cells[250]  # each cursor is certainly there by then
    chances = np.zeros((5, 77, 8))
    chances[np.arange(5), aims, 3] = 1.0
    steps = np.zeros(5, np.int64)
    draw = np.random.default_rng(1)
    edits = walk_to_edit(chances, keys, steps, 301, (7, 11), draw)
    np.testing.assert_array_equal(edits, aims * 8 + 3)
    np.testing.assert_array_equal(steps, (cells == aims).argmax(0) + 1)
    late = steps.copy() - 1
    steps = np.zeros(5, np.int64)
    walk_to_edit(chances, keys, steps, int(late.min()), (7, 11), draw)
    np.testing.assert_array_equal(steps, late.min())  # nobody is there yet


def test_a_net_is_read_at_every_cell_as_at_the_cursor() -> None:
    torch.manual_seed(0)
    reader = AtCursor(net_for(problem("zelda")), (7, 11))
    logits = 3 * torch.randn(2, 77 * 8)
    logits[1, 40] = 30.0  # a chance that is cut to a certainty
    chances = chances_at_cursor(reader, logits)
    for cell in range(77):
        cursor = torch.tensor([[cell % 11, cell // 11]] * 2)
        here = reader.at(logits, cursor).exp().numpy()
        np.testing.assert_allclose(chances[:, cell], here[:, 1:], rtol=1e-3, atol=1e-6)


def _tries(good: list[list[int]]) -> Tries:
    """Of one budget: each try costs one edit more than the one before."""
    shaped = np.array(good, bool)[None]
    cost = np.broadcast_to(1 + np.arange(len(good))[:, None], shaped[0].shape)[None]
    return Tries(shaped, ~shaped, cost, 100 * cost, cost / 10)


def test_best_of_some_tries_stops_at_the_first_good_one() -> None:
    tries = _tries([[1, 0, 0], [0, 1, 0], [0, 0, 0], [1, 1, 0]])
    once = best_of(tries, 1)
    assert once.good.mean() == 4 / 12
    assert once.simulated[0] == 250
    pair = best_of(tries, 2)
    np.testing.assert_array_equal(pair.good[0], [[1, 1, 0], [1, 1, 0]])
    assert pair.simulated[0] == 100 * ((1 + 3 + 3) + (7 + 7 + 7)) / 6
    four = best_of(tries, 4)
    np.testing.assert_array_equal(four.good[0], [[1, 1, 0]])
    assert four.simulated[0] == pytest.approx(100 * (1 + 3 + 10) / 3)
    assert four.seconds[0] == pytest.approx((1 + 3 + 10) / 30)
    assert best_of(tries, 2, solvable=True).good.all()
    assert best_of(tries, 3).good.shape == (1, 1, 3)  # the fourth is left out


def test_a_pool_is_spent_on_all_maps_together() -> None:
    search = Restarts(10, simulated=[0, 100, 150], seconds=[0, 2, 3], good=[0, 6, 8])
    assert search.within(simulated=100) == 0.6
    assert search.within(simulated=125) == pytest.approx(0.7)
    assert search.within(simulated=50) == pytest.approx(0.3)  # half of the maps have had a try
    assert search.within(seconds=3) == search.within(simulated=900) == 0.8
    assert search.cost(seconds=2.5) == (12.5, 0.25)


def test_training_is_repaid_by_what_search_costs_more() -> None:
    first = Restarts(10, simulated=[0, 100, 200], seconds=[0, 1, 2], good=[0, 6, 10])
    second = Restarts(10, simulated=[0, 100], seconds=[0, 1], good=[0, 4])
    assert needed([first], 0.8) == pytest.approx(15, abs=1e-3)
    assert needed([first, second], 0.5) == pytest.approx(10, abs=1e-3)
    assert needed([first, second], 0.8) is None  # the second ended at 0.4
    assert Payback("zelda", 0.2, 0.8, learned=5, search=15, training=1000).levels == 100
    assert Payback("zelda", 0.2, 0.8, learned=15, search=15, training=1000).levels is None
    assert Payback("zelda", 0.2, 0.8, learned=5, search=None, training=1000).levels is None


def test_search_is_restarted_where_it_failed_and_only_there() -> None:
    what, budget = problem("zelda"), 0.1
    process, editor = Aiming(what, "wide", change=budget), Editor(Greedy(what))
    start = start_maps(process, 30, seed=2)
    search = restarted(
        process, editor, start, seed=2, budget=budget, simulated=250_000, seconds=0.0
    )
    once = next(tried(process, editor, start, tries=1, seed=2, first=1000, budgets=[budget]))
    assert search.good[1] == once.good.sum() < 30
    assert search.simulated[1] == once.simulated.sum()
    failed = 30 - search.good[1]
    most = failed * 7 * 77 * 7  # seven edits of each
    assert 0 < search.simulated[2] - search.simulated[1] <= most
    assert search.simulated[-2] < 250_000 <= search.simulated[-1]
    assert search.good[-1] > search.good[1]


def test_the_sheet_goes_on_where_it_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tiny = Settings(updates=1, change=0.2, streams=32, steps=2)
    monkeypatch.setitem(editors.SETTINGS, "sokoban", tiny)
    monkeypatch.setattr(nets, "LONGER", {"sokoban": 1})
    todo = parts(["sokoban"], [7])
    for part in todo[:-2]:
        assert list(made(tmp_path, part, 2))
    assert sheet.known(tmp_path, "sokoban", [7, 8]) == [7]
    before = sheet.rows(tmp_path, "sokoban", [7])
    assert not [row for row in before if row.editor.startswith(beside.ALONE)]
    for part in todo[-2:]:
        assert list(made(tmp_path, part, 2))
    for part in todo:
        assert not list(made(tmp_path, part, 2))  # all is kept
    found = sheet.rows(tmp_path, "sokoban", [7])
    assert len(found) == (2 * 4 * 4 + 3) * 4  # measures, editors, best of; equal rows; budgets
    by_name = {row.editor: row for row in found if row.measure == "good" and row.budget == 0.2}
    learned, equal = by_name[LEARNED], by_name[sheet.SIMULATED]
    assert equal.simulated <= learned.simulated + 1e-9
    assert by_name[sheet.TRAINED].simulated > 3 * equal.simulated or equal.estimate.mean == 1
    assert by_name[f"{GREEDY}, best of 8"].estimate.mean >= by_name[GREEDY].estimate.mean
    for editor in (sheet.SIMULATED, sheet.SECONDS, sheet.TRAINED):
        shares = [row.estimate.mean for row in found if row.editor == editor]
        assert shares == sorted(shares)  # search may keep to fewer changes than are allowed
    told = sheet.markdown(found)
    assert f"| sokoban | {GREEDY}, best of 8 |" in told
    assert "| sokoban (solvable) | the paper's, narrow | figure only |" in told
    assert f"| {1000 * learned.seconds:.1f} |" in told
    gains = sheet.differences(tmp_path, "sokoban", [7])
    assert len(gains) == len(sheet.PAIRS) * len(BUDGETS)
    assert [one.budget for one in paybacks(tmp_path, "sokoban", [7])] == list(BUDGETS)
    kept = Part("sokoban", 7, LEARNED)
    assert beside.read_cost(tmp_path, kept, LEARNED).simulated == 32 * 2 * 100
