"""kill -9 at any moment: what is gone on with comes out as if nobody had disturbed it."""

import pytest

from faults.kills.kills import RECIPES, Kills
from faults.zygote import Zygote


@pytest.mark.faults
def test_a_few_kills_of_one_recipe(tmp_path):
    with Zygote(tmp_path / "zygote") as zygote:
        kills = Kills(tmp_path, zygote, ("tune",))
        for seed in range(3):
            told, faults = kills.try_out(seed)
            assert faults == [], told


@pytest.mark.faults
def test_two_hundred_kills_over_five_recipes(tmp_path):
    with Zygote(tmp_path / "zygote", RECIPES) as zygote:
        kills = Kills(tmp_path, zygote)
        lost = [(told, faults) for told, faults in map(kills.try_out, range(200)) if faults]
    assert lost == []
