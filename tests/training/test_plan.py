"""What a training would take is said from a few steps of it, and nothing is left behind."""

from types import SimpleNamespace

import numpy as np
import pytest

from makar.recipes.loading import load_config
from makar.recipes.preparation import Prepared, Progress
from makar.training import plan as planning
from makar.training.plan import Choice, Plan, in_words, plan


@pytest.fixture
def found(words, monkeypatch):
    creator = words.creator()
    start = creator.reward(creator.prior.sample([creator.ask] * 90, seeds=_seeds()).works,
                           [creator.ask] * 90)  # fmt: skip

    def prepare(config, **_):
        yield Progress("reading")
        return Prepared(creator, {}, start)

    monkeypatch.setattr(planning, "recipe_of", lambda _: SimpleNamespace(prepare=prepare))
    config = load_config("tune", {"loop.iterations": 50, "loop.works": 8}, environment={})
    stages, work = [], plan(config)
    while True:
        try:
            stages.append(next(work).stage)
        except StopIteration as end:
            return SimpleNamespace(plan=end.value, stages=stages, creator=creator, start=start)


def _seeds():
    from makar.core.seeds import Seeds

    return Seeds(3)


def test_it_takes_as_long_as_its_steps_take(found):
    assert found.stages == ["reading", *["trying a few steps"] * planning.PROBED]
    assert found.plan.iterations == 50
    assert found.plan.seconds == pytest.approx(50 * found.plan.step)
    assert 0 < found.plan.step < 5
    assert found.plan.memory > 50 * 2**20
    assert found.plan.start == pytest.approx(np.nanmean(found.start.total))
    assert found.plan.notes[0] == "the score is made of threes 100%"


def test_the_more_works_are_wanted_the_fewer_there_are_to_choose_from(found):
    tries = [one.tries for one in found.plan.choices]
    assert tries == sorted(tries, reverse=True)
    assert tries[-1] >= 2
    known = [one.score for one in found.plan.choices if np.isfinite(one.score)]
    assert all(score >= found.plan.start for score in known)


def test_it_is_said_in_words_and_in_json():
    choices = (Choice(10, 400, float("nan")), Choice(1000, 5, 0.81))
    one = Plan(100, 0.6, 60.0, 2**30, 0.7, choices, ("the score is made of close 100%",))
    told = in_words(one, "tunes")
    assert told[1] == "100 steps of 0.60 s: 60 s, and at most 1.0 GiB of memory"
    assert "gives 10 tunes the best of 400 each: more than can be told" in told[3]
    assert "gives 1,000 tunes the best of 5 each: 81" in told[4]
    assert one.as_json()["choices"][0] == {"wanted": 10, "tries": 400, "score": None}
