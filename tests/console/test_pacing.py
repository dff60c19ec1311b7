"""How long work takes is told at its own pace, and silence is broken."""

import threading

import pytest

from makar.console.pacing import Pacing, in_words
from makar.recipes.preparation import Progress


class Clock:
    """A clock that is set by hand."""

    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


def test_what_is_left_is_told_at_the_pace_so_far():
    clock, lines = Clock(), []
    pacing = Pacing(lines.append, clock)
    pacing.tell(Progress("learning", 1, 700, "loss 3"))
    assert lines == ["makar: learning: 1 of 700, loss 3\n"]  # no pace is known yet
    clock.now += 4
    pacing.tell(Progress("learning", 11, 700, "loss 2"))
    assert "about 4.5 min left" in lines[-1]  # 689 at .4 s each
    clock.now += 1
    pacing.tell(Progress("learning", 13, 700, "loss 2"))
    assert len(lines) == 2
    pacing.say("writing a first draft")
    clock.now += 600
    pacing.resume(Progress("learning", 13, 700))
    clock.now += 4
    pacing.tell(Progress("learning", 23, 700, "loss 2"))
    assert "about 4.5 min left" in lines[-1]  # the draft's time is not the pace


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(1, "about 10 s"), (44, "about 40 s"), (89, "about 90 s"), (100, "about 1.5 min"),
     (270, "about 4.5 min"), (600, "about 10 min")],
)  # fmt: skip
def test_times_are_told_within_a_factor_of_one_and_a_half(seconds, words):
    assert in_words(seconds) == words
    number, unit = words.split()[1:]
    told = float(number) * (60 if unit == "min" else 1)
    assert seconds < 10 or 1 / 1.5 <= told / seconds <= 1.5


def test_silence_is_broken():
    clock, lines, spoken = Clock(), [], threading.Event()

    def write(line):
        lines.append(line)
        if len(lines) > 1:
            spoken.set()

    with Pacing(write, clock) as pacing:
        pacing.say("reading tunes")
        clock.now += 4.5
        assert spoken.wait(10)
    assert lines[1] == "makar: reading tunes, 4 s so far\n"
