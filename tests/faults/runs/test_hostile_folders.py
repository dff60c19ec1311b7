"""Somebody else's run, opened by every command: nothing runs, gets out, crashes or hangs."""

import os
import random

import pytest

from faults.runs.attacks import Attack, attacks
from faults.runs.room import CHEAP, DEAR

FEW = 2
"""Attacks in ``make test``."""


def test_the_good_run_itself_is_opened_by_every_command(place):
    nothing = Attack("nothing", "", lambda run, outside: None)
    assert place.try_out(nothing, CHEAP, codes=(0,)) == []


@pytest.mark.faults
def test_the_good_run_itself_is_opened_by_the_dear_commands(place):
    nothing = Attack("nothing", "", lambda run, outside: None)
    assert place.try_out(nothing, DEAR, codes=(0,)) == []


def test_some_hostile_folders(place):
    every = list(attacks(place.root / "good"))
    chosen = random.Random(0).sample(every, FEW)
    faults = [
        fault
        for number, attack in enumerate(chosen)
        for fault in place.try_out(attack, (CHEAP[number % len(CHEAP)], DEAR[number % len(DEAR)]))
    ]
    assert faults == []


@pytest.mark.faults
@pytest.mark.parametrize("part", range(10))
def test_every_hostile_folder(place, part):
    """Each with the commands that read what is attacked, the dear ones in turn."""
    every = list(attacks(place.root / "good"))
    places = {attack.place for attack in every}
    assert {"run.json", "config.toml", "works.sqlite", "metrics.jsonl", "samples"} <= places
    most = int(os.environ.get("MAKAR_FAULTS", "0")) or len(every)
    faults = []
    for number, attack in list(enumerate(every[:: max(1, len(every) // most)]))[part::10]:
        deep = attack.place.startswith(("checkpoints/", "model/", "samples/"))
        cheap = CHEAP[number % len(CHEAP) :][:1] if deep else CHEAP
        faults += place.try_out(attack, (*cheap, DEAR[number % len(DEAR)]))
    assert faults == []
