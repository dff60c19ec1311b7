"""How far a work is, in lines: seldom enough to be read, often enough to be trusted."""

from __future__ import annotations

import time

import pytest

from makar.console import telling as module
from makar.console.telling import PATIENCE, QUIET_SECONDS, Teller, telling, told
from makar.console.waiting import Told


class Clock:
    """Seconds that pass when told to."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def teller(said, clock) -> Teller:
    return Teller({"learning": 0.5}, write=said.append, clock=clock)


def test_what_is_begun_is_said_at_once_and_then_now_and_then(teller, said, clock):
    clock.now += PATIENCE
    for done in range(20):
        teller.say(Told("reading", done, 20))
        clock.now += 1
    assert said == [f"reading: {n} of 20" for n in (0, 4, 8, 12, 16)]
    teller.say(Told("learning", 0, 10))
    assert said[-1] == "learning: 0 of 10"


def test_a_step_that_takes_long_is_named_again(teller, said, clock):
    teller.say(Told("setting up"))
    for _ in range(10):
        clock.now += 1
        teller.remind()
    assert said == ["setting up"] * 3


def test_what_is_done_in_a_moment_needs_no_words(teller, said, clock):
    for done in range(9):
        teller.say(Told("reading", done, 9))
        clock.now += PATIENCE / 10
    assert said == []


def test_nothing_is_said_of_nothing(teller, said, clock):
    clock.now += 60
    teller.remind()
    assert said == []


@pytest.mark.parametrize("seconds", [0.1, 0.4, 3.0])
def test_the_time_that_is_told_is_what_it_takes(teller, said, clock, seconds):
    """The first step takes long and is not counted; what follows takes half as long again."""
    begun = clock.now
    for done in range(101):
        teller.say(Told("learning", done, 100))
        clock.now += 20 * seconds if not done and seconds < 1 else seconds
    end = clock.now + 50 * seconds
    first = next(line for line in said if "left" in line)
    assert "(only this once: it is kept)" in first
    number, unit = first.split("about ")[1].split()[:2]
    left = float(number) * (60 if unit == "min" else 1)
    at = int(first.split(": ")[1].split()[0])
    spent = begun + (20 * seconds + (at - 1) * seconds if seconds < 1 else at * seconds)
    assert (end - spent) / 1.5 <= left <= (end - spent) * 1.5


def test_no_time_is_told_of_stages_without_a_known_end(teller, said, clock):
    for done in range(30):
        teller.say(Told("reading", done, 30))
        clock.now += 1
    assert not any("left" in line for line in said)


def test_what_came_between_does_not_slow_the_pace(said, clock):
    teller = Teller(write=said.append, clock=clock)
    clock.now += PATIENCE
    for done in range(11):
        teller.say(Told("learning", done, 700, "loss 2"))
        clock.now += 0.4
    assert "learning: 10 of 700, loss 2, about 5 min left" in said[-1]
    teller.say(Told("writing a first draft"))
    clock.now += 600
    teller.resume(Told("learning", 10, 700))
    for done in range(11, 31):
        teller.say(Told("learning", done, 700))
        clock.now += 0.4
    assert "about 4 min left" in said[-1]  # some 670 at .4 s each


def test_a_work_is_told_to_its_end(capsys, monkeypatch):
    monkeypatch.setattr(module, "QUIET_SECONDS", 0.05)
    monkeypatch.setattr(module, "PATIENCE", 0.0)

    def work():
        yield Told("reading", 0, 2)
        yield Told("reading", 1, 2, warning="one file is broken")
        time.sleep(0.3)
        return 7

    with telling({}) as teller:
        assert told(work(), teller) == 7
    lines = capsys.readouterr().err.splitlines()
    assert "makar: one file is broken" in lines
    assert lines.count("makar: reading: 1 of 2") >= 2, "said again while a step takes long"


def test_it_is_never_silent_for_five_seconds():
    assert QUIET_SECONDS + QUIET_SECONDS / 8 < 5
