"""Works that are asked for hold to a least score, and it is said where there are fewer."""

import numpy as np
import pytest

from makar.core.seeds import Seeds
from makar.recipes.creator import Opened
from makar.training.records import keep_works
from makar.training.sampling import SAMPLE, TRIES, hand_out, make_works, usual_least

THREES = 0.5
"""Least share of threes; about one word in four has as many before it is taught."""


def opened(words):
    return Opened(words.creator(), {}, 1, (), None)


def asked(folder, run, count=8, **wishes):
    ask = run.creator.ask
    return hand_out(folder, run, ask, count=count, temperature=1.0, seed=0, **wishes)


def test_works_below_the_least_score_are_made_anew(words):
    run = opened(words)
    with words.folder() as folder:
        free, held = asked(folder, run, 40), asked(folder, run, 40, least=THREES)
        assert min(one.total for one in free.works) < THREES <= min(x.total for x in held.works)
        assert len(free.works) == free.tried == 40
        assert len(held.works) == 40 or held.tried == 40 * TRIES
        assert held.tried >= len(held.works) + held.below > 40
        kept = folder.ledger.query(phase=SAMPLE)
        assert len(kept) == len(free.works) + len(held.works)
        assert len({(e.row, e.iteration) for e in kept}) == len(kept)


def test_each_of_them_can_be_made_again(words):
    run = opened(words)
    with words.folder() as folder:
        for one in asked(folder, run, 12, least=THREES).works:
            entry = folder.ledger.find(one.id)
            seeds = Seeds(entry.seed, entry.seed_iteration)
            drawn = run.creator.policy.sample([run.creator.ask] * 40, seeds=seeds).works
            assert drawn[entry.seed_number] == one.work


def test_what_is_asked_of_no_score_is_drawn_once_and_as_ever(words):
    run = opened(words)
    with words.folder() as first, words.folder() as second:
        ask = run.creator.ask
        plain = make_works(first, run, ask, count=5, temperature=1.0, seed=0)
        held = asked(second, run, 5, least=0.0)
        assert [one.work for one in plain] == [one.work for one in held.works]
        assert held.shortfall == ""


def test_it_says_why_there_are_fewer(words):
    run = opened(words)
    with words.folder() as folder:
        none = asked(folder, run, least=1.01)
        assert none.shortfall == (
            "0 of 8 handed out: the others scored less than 101 after 40 tries; "
            "ask for less: --least 0"
        )
        run.creator.fit = lambda judgement: np.zeros(len(judgement.total), bool)
        unfit = asked(folder, run)
        assert unfit.shortfall == "0 of 8 handed out: the others are not fit to be, after 40 tries"
        run.creator.fit = lambda judgement: np.arange(len(judgement.total)) % 2 == 0
        both = asked(folder, run, least=1.01)
        assert both.shortfall == (
            "0 of 8 handed out: of 40 tries 20 are not fit to be and 20 scored less than 101; "
            "ask for less: --least 0"
        )
        assert (both.unfit, both.below) == (20, 20)


def test_what_cannot_be_judged_is_handed_out(words):
    run = opened(words)
    known = run.creator.reward

    def unsure(works, prompts):
        judgement = known(works, prompts)
        judgement.total[:] = np.nan
        return judgement

    run.creator.reward = unsure
    with words.folder() as folder:
        assert len(asked(folder, run, 3, least=0.9).works) == 3


def test_half_of_what_was_made_before_training_is_usually_the_least(words):
    run = opened(words)
    with words.folder() as folder:
        run.creator.fit = lambda judgement: np.ones(len(judgement.total), bool)
        assert usual_least(folder, run) == 0
        creator, seeds = run.creator, Seeds(0, 5)
        rollout = creator.policy.sample([creator.ask] * 8, seeds=seeds)
        judgement = creator.reward(rollout.works, rollout.prompts)
        judgement.total[0] = np.nan
        keep_works(
            folder.ledger, creator.craft, rollout, judgement, phase="before", iteration=-1,
            rows=range(8), seeds=seeds, temperature=1.0,
        )  # fmt: skip
        assert usual_least(folder, run) == pytest.approx(judgement.total[1:].mean() / 2)
        run.creator.fit = None
        assert usual_least(folder, run) == 0  # all that it makes may be handed out
