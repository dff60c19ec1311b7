import json

import numpy as np
import pytest
import torch

from makar.core.errors import RewardFailureError
from makar.core.rewards import Component
from makar.measures.alarm import HackingAlarm
from makar.measures.guards import CollapseLimits
from makar.recipes.settings import LoopConfig
from makar.recipes.trained_run import BEFORE
from makar.recipes.upkeep.bonuses import Bonuses
from makar.runs import checkpoint
from makar.runs.metrics import read_metrics
from makar.training.loop import Training, likelihood


def training(creator, folder, *, alarm=None, limits=None, **settings):
    return Training(
        creator, folder, LoopConfig(works=8, **settings), 0, alarm or HackingAlarm({}, {}),
        limits or CollapseLimits(),
    )  # fmt: skip


def weights(creator):
    return torch.cat([p.detach().flatten() for p in creator.policy.parameters()])


def logged(folder):
    rows = list(read_metrics(folder.path / "metrics.jsonl"))
    for row in rows:
        del row["seconds"]
    return json.dumps(rows)


def test_it_learns_what_is_rewarded(words):
    creator = words.creator(works=32)
    free = CollapseLimits(duplicates=1.0)  # there are few words of four letters
    with words.folder() as folder:
        steps = list(training(creator, folder, limits=free, iterations=40).steps())
    first, last = (np.mean([s.metrics["score"] for s in some]) for some in (steps[:5], steps[-5:]))
    assert last > first + 0.15
    assert [s.finished for s in steps] == [False] * 39 + [True]


def test_each_iteration_is_logged_and_its_best_works_are_kept(words):
    creator = words.creator()
    with words.folder() as folder:
        steps = list(training(creator, folder, iterations=3, keep=2).steps())
        kept = folder.ledger.query(phase="train")
    assert [entry.iteration for entry in kept] == [0, 0, 1, 1, 2, 2]
    rows = list(read_metrics(folder.path / "metrics.jsonl"))
    assert [row["iteration"] for row in rows] == [0, 1, 2]
    assert set(rows[0]["seconds"]) == {"sample", "score", "update", "keep"}
    assert [row["score"] for row in rows] == [step.metrics["score"] for step in steps]
    assert all(a.total >= b.total for a, b in zip(kept[::2], kept[1::2], strict=True))


def test_each_batch_moves_the_price_of_variety_and_counts_as_met(words):
    creator = words.creator()
    creator.bonuses = Bonuses(exploration=0.1, target=2.0)  # more than there can be
    with words.folder() as folder:
        steps = list(training(creator, folder, iterations=2).steps())
    assert len(steps) == 2
    assert sum(creator.bonuses.visits.counts.values()) == 16
    assert creator.bonuses.weight > 0


def test_kept_works_carry_no_bonus(words):
    creator = words.creator()
    creator.bonuses = Bonuses(exploration=5.0, target=2.0, weight=3.0)
    with words.folder() as folder:
        steps = list(training(creator, folder, iterations=2).steps())
        kept = folder.ledger.query(phase="train")
    assert steps[0].metrics["total"] > 1  # what was learned from has them
    assert max(entry.total for entry in kept) <= 1
    assert not {"exploration", "variety"} & {name for entry in kept for name in entry.parts}


@pytest.mark.parametrize("cut", [1, 4, 6])
def test_gone_on_with_it_comes_to_the_very_same_end(words, cut):
    whole = words.creator()
    with words.folder() as folder:
        list(training(whole, folder, iterations=8, checkpoint_every=3).steps())
        expected = logged(folder)
    with words.folder() as folder:
        run = training(words.creator(), folder, iterations=8, checkpoint_every=3)
        for step in run.steps():
            if step.iteration + 1 == cut:
                break  # as if killed: nothing is saved now
    again = words.creator()
    with type(folder)(folder.path, write=True) as reopened:
        run = training(again, reopened, iterations=8, checkpoint_every=3)
        assert not run.resume()
        assert run.start == cut // 3 * 3
        list(run.steps())
        assert logged(reopened) == expected
    assert torch.equal(weights(again), weights(whole))


def test_the_beginning_is_kept_for_good(words):
    creator = words.creator()
    with words.folder() as folder:
        list(training(creator, folder, iterations=8, checkpoint_every=1).steps())
        assert checkpoint.pins(folder.checkpoints) == {BEFORE: 0}
        assert checkpoint.steps(folder.checkpoints) == [0, 6, 7, 8]
        prior = checkpoint.load(folder.checkpoints, 0)["creator"]["policy"]
    for name, tensor in creator.prior.state_dict().items():
        assert torch.equal(prior[name], tensor)


def test_a_collapse_brings_the_weights_back_and_is_given_up_after_several(words):
    creator = words.creator()
    limits = CollapseLimits(duplicates=-1.0)  # every batch counts as collapsed
    with words.folder() as folder:
        run = training(creator, folder, limits=limits, iterations=20, roll_backs=2)
        steps = list(run.steps())
        assert [step.finished for step in steps] == [False, False, True]
        assert all("weights are back to those after 0 iterations" in s.events[0] for s in steps)
        assert steps[-1].events[0].endswith("giving up")
        again = training(words.creator(), folder, limits=limits, iterations=20, roll_backs=2)
        again.resume()
        assert list(again.steps()) == []  # what was given up is not begun again
    assert torch.equal(weights(creator), weights(words.creator()))


def test_a_collapse_holds_the_policy_nearer_to_the_prior(words):
    creator = words.creator()
    before = creator.learner.kl.value
    with words.folder() as folder:
        steps = training(
            creator, folder, limits=CollapseLimits(duplicates=-1.0), iterations=9
        ).steps()
        next(steps)
        assert creator.learner.kl.value == pytest.approx(2 * before, rel=0.01)
        next(steps)  # the weights go back to the same checkpoint, and are held harder
        assert creator.learner.kl.value == pytest.approx(4 * before, rel=0.01)


def test_an_alarm_is_told_and_its_memory_survives_a_resume(words):
    known = [{"surprise": np.arange(90.0, 99.0, 0.1)}, {"surprise": np.array([50, 50.1, 49.9] * 9)}]
    low = HackingAlarm(*known)
    with words.folder() as folder:
        run = training(words.creator(), folder, alarm=low, iterations=1)
        assert [list(step.events) for step in run.steps()] == [[]]  # once is not twice running
        fresh = HackingAlarm(*known)
        more = training(words.creator(), folder, alarm=fresh, iterations=2)
        more.resume()
        (step,) = more.steps()
    assert step.events[0].startswith("alarm: surprise is")


def test_how_likely_the_prior_finds_works_is_heard_from_entropy_and_kl(words):
    """People's works are found very unlikely here, as the prior's own were at the start."""
    rare = np.arange(-9.0, -7.0, 0.05)
    alarm = HackingAlarm({"style": rare}, {"style": rare})
    with words.folder() as folder:
        steps = list(training(words.creator(), folder, alarm=alarm, iterations=3).steps())
    assert [bool(step.events) for step in steps] == [False, True, True]
    told = steps[-1].metrics["learner"]
    mean = -(told["entropy"] + told["kl"])
    assert steps[-1].events[0].startswith("alarm: style is ")
    assert float(steps[-1].events[0].split()[3].rstrip(",")) == pytest.approx(mean, rel=0.02)
    assert likelihood({"entropy": 1.0}) == {}


def test_how_long_a_reward_has_failed_is_remembered(words):
    broken = Component("broken", lambda works, prompts: np.full(len(works), np.nan))
    with words.folder() as folder:
        list(training(words.creator(broken), folder, iterations=1, fault_patience=2).steps())
        more = training(words.creator(broken), folder, iterations=9, fault_patience=2)
        more.resume()
        with pytest.raises(RewardFailureError, match="'broken' could judge no work in 2"):
            next(more.steps())


def test_works_that_cannot_be_judged_leave_the_weights_as_they_are(words):
    nothing = Component("nothing", lambda works, prompts: np.full(len(works), np.nan))
    creator = words.creator(nothing)
    object.__setattr__(creator.reward, "components", (nothing,))
    with words.folder() as folder:
        (step,) = training(creator, folder, iterations=1).steps()
    assert np.isnan(step.metrics["total"])
    assert step.metrics["learner"]["unjudged"] == 8
    assert torch.equal(weights(creator), weights(words.creator()))


@pytest.mark.parametrize(("iteration", "expected"), [(0, 1.5), (25, 1.25), (50, 1.0), (99, 1.0)])
def test_exploration_falls_to_none_by_the_middle(iteration, expected):
    assert LoopConfig(iterations=100, explore=1.5).temperature(iteration) == pytest.approx(expected)
