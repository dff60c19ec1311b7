"""Counting success: one long episode must say of each budget what an episode with it would."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
import torch

from makar.core.types import Prompt
from makar.domains.levels.editing.goals import Aiming
from makar.domains.levels.editing.greedy import Greedy
from makar.domains.levels.editing.network import AtCursor
from makar.domains.levels.problems.catalogue import problem
from makar.measures.statistics import Estimate
from makar.reproductions.pcgrl import control as pcgrl_control
from makar.reproductions.pcgrl import memory as pcgrl_memory
from makar.reproductions.pcgrl import table as pcgrl_table
from makar.reproductions.pcgrl.editors import Settings, net_for, teach
from makar.reproductions.pcgrl.success import BUDGETS, Random, edited
from makar.reproductions.pcgrl.table import Figure, markdown, reproduce


@pytest.mark.parametrize("budget", BUDGETS[:-1])
def test_a_budget_is_an_episode_cut_off_there(budget: float) -> None:
    torch.manual_seed(0)
    what = problem("zelda")
    net = net_for(what)
    for representation in ("narrow", "wide"):
        cursor = AtCursor(net, net.size) if representation == "narrow" else None
        long, short = (
            edited(
                Aiming(what, representation, change=change), net, [Prompt()] * 12, seed=5,
                at_cursor=cursor, budgets=budgets,
            )
            for change, budgets in ((1.0, BUDGETS), (budget, (budget,)))
        )  # fmt: skip
        c = BUDGETS.index(budget)
        for name in ("good", "statistics", "changed", "steps"):
            np.testing.assert_array_equal(getattr(long, name)[c], getattr(short, name)[0], name)


def test_search_succeeds_where_chance_does_not() -> None:
    what, prompts = problem("zelda"), [Prompt()] * 40
    search = edited(Aiming(what, "wide", change=1.0), Greedy(what), prompts, seed=500)
    narrow = Aiming(what, "narrow", change=1.0)
    chance = edited(narrow, Random(narrow.actions), prompts, seed=500)
    np.testing.assert_array_equal(search.start.tiles, chance.start.tiles)
    assert search.good[1].mean() > 0.7
    assert chance.good.mean() < 0.1
    assert (np.diff(search.good.sum(1)) >= 0).all()
    assert (search.changed[0] <= 7 / 77 + 1e-9).all()


def test_teaching_improves_an_editor() -> None:
    what = problem("sokoban")
    settings = Settings(updates=16, change=1.0, streams=32, steps=16)
    torch.manual_seed(100)
    untaught, taught = net_for(what), list(teach("sokoban", settings, seed=100))[-1].net
    before, after = (
        edited(Aiming(what, "wide", change=1.0), net, [Prompt()] * 100, seed=500).good[-1].mean()
        for net in (untaught, taught)
    )
    assert after > before + 0.1


def test_the_table_goes_on_where_it_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pcgrl_table, "LEVELS", 4)
    tiny = Settings(updates=1, change=0.2, streams=32, steps=2)
    monkeypatch.setitem(pcgrl_table.SETTINGS, "sokoban", tiny)
    first = [e for e in reproduce(tmp_path, ["sokoban"], seeds=[7, 8]) if isinstance(e, Figure)]
    monkeypatch.setattr(pcgrl_table, "teach", None)  # nothing may be taught again
    again = [e for e in reproduce(tmp_path, ["sokoban"], seeds=[7, 8]) if isinstance(e, Figure)]
    assert first == again
    assert len(first) == 5 * 3 * 4  # editors, measures, budgets
    kept = json.loads((tmp_path / "summary.json").read_text())
    assert [row["mean"] for row in kept] == [row.estimate.mean for row in first]
    assert "| sokoban | learned, narrow | solvable |" in (tmp_path / "table.md").read_text()
    drawn = ElementTree.fromstring((tmp_path / "curves.svg").read_text())
    assert len(drawn.findall(".//{*}polyline")) == 5  # editors
    assert len(drawn.findall(".//{*}circle")) == 5 * 4 * 2  # each seed within each budget


def test_a_missed_bar_is_called_one() -> None:
    def row(mean: float, budget: float = 0.2) -> Figure:
        estimate = Estimate(mean, np.nan, np.nan, 3, 3)
        return Figure("zelda", pcgrl_table.LEARNED, "good", budget, estimate, [mean])

    assert row(0.86).missed
    assert not row(0.87).missed
    assert not row(0.1, budget=0.1).missed  # nothing was asked there
    assert "86.0 %" in markdown([row(0.86)])


def test_what_is_asked_for_is_told_beside_what_came(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pcgrl_control, "LEVELS", 6)
    monkeypatch.setattr(pcgrl_control, "TARGETS", (10, 30))
    events = pcgrl_control.control(tmp_path, seeds=[100], updates=1)
    answers = [e for e in events if isinstance(e, pcgrl_control.Answer)]
    assert [(a.editor, a.asked) for a in answers] == [
        ("learned", 10), ("learned", 30), ("greedy search", 10), ("greedy search", 30)
    ]  # fmt: skip
    short, long = answers[2:]
    assert short.reached < long.reached
    assert long.error < 10  # off by less than the other target would be
    assert json.loads((tmp_path / "control.json").read_text())["answers"][0]["asked"] == 10
    asked = [int(p.condition["path-length"]) for p in pcgrl_control.drawn(100, 0)]
    assert asked != [p.condition["path-length"] for p in pcgrl_control.drawn(100, 1)]
    assert min(asked) >= 5
    assert max(asked) <= 80


def test_both_editors_learn_from_as_many_steps(tmp_path: Path) -> None:
    events = pcgrl_memory.compare(tmp_path, seeds=[100], updates=2)
    found = [e for e in events if isinstance(e, pcgrl_memory.Compared)]
    assert [one.memory for one in found] == [True, False]
    assert found[0].steps == found[1].steps == 2 * 64 * 32
    assert len(json.loads((tmp_path / "memory.json").read_text())) == 2
    assert all(0 <= share <= 1 for one in found for share in (one.one_player, one.solvable))
