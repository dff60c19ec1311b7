import numpy as np
import pytest

from makar.core.rewards import Component
from makar.core.types import Prompt
from makar.evaluation.choosing import Effort, equal_cost
from makar.evaluation.rows import (
    DISTINCT,
    DUPLICATES,
    HUMAN,
    NEAR_COPIES,
    PRIOR,
    RANDOM,
    SCORE,
    SECONDS,
    TRAINED,
    TRIED,
    Scores,
    aggregate,
    aggregate_scores,
    compare,
)


def rows_of(creator, **options):
    settings = {"works": 16, "best_of": [4], "seed": 1} | options
    return {row.name: row for row in compare(creator, **settings)}


def test_an_untrained_model_is_its_prior(words):
    rows = rows_of(words.creator())
    assert list(rows) == [HUMAN, RANDOM, PRIOR, "best of 4", TRAINED, "trained, best of 4"]
    assert np.array_equal(rows[PRIOR].values[SCORE], rows[TRAINED].values[SCORE])
    assert rows[PRIOR].works.items == rows[TRAINED].works.items


def test_the_best_of_four_are_the_best_of_four(words):
    from makar.core.seeds import Seeds
    from makar.evaluation.rows import EVALUATION

    creator = words.creator()
    best = rows_of(creator)["best of 4"]
    many = creator.prior.sample([creator.ask] * 64, seeds=Seeds(1, EVALUATION + 1))
    totals = creator.reward(many.works, many.prompts).total.reshape(16, 4)
    assert np.array_equal(best.values[SCORE], totals.max(1))


def test_chance_knows_no_better(words):
    """Of the toy's five words any may come: a fifth of them are threes."""
    rows = rows_of(words.creator(), works=400)
    assert np.mean(rows[RANDOM].values[SCORE]) == pytest.approx(0.2, abs=0.03)
    assert abs(np.mean(rows[PRIOR].values[SCORE]) - 0.2) > 0.01


def test_rows_tell_what_their_works_took_and_there_is_one_at_equal_seconds(words):
    effort = Effort(seconds=60.0, each=0.25)
    rows = rows_of(words.creator(), effort=effort)
    took = {name: (row.whole[TRIED], row.whole[SECONDS]) for name, row in rows.items()}
    assert took[PRIOR] == (1, 0.25)
    assert took["best of 4"] == (4, 1.0)
    assert took[TRAINED] == (1, 0.25 + 60 / 16)
    assert took["trained, best of 4"] == (4, 1.0 + 60 / 16)
    assert took["best of many in equal seconds"] == (16, 4.0)  # 60 s and 16 works of .25 s
    best, prior = rows["best of many in equal seconds"], rows[PRIOR]
    assert best.values[SCORE].mean() > prior.values[SCORE].mean()


def test_peoples_works_are_measured_by_hand_computed_numbers(words):
    # (3,3,3,1), (3,3,2,3), (1,1,1,1): shares of threes 3/4, 3/4, 0; the last is the poem itself
    people = rows_of(words.creator())[HUMAN]
    assert list(people.values[SCORE]) == [0.75, 0.75, 0.0]
    assert list(people.values[NEAR_COPIES]) == [0, 0, 1]
    assert list(people.values["surprise"]) == [2, 2, 1]
    assert (people.whole[DISTINCT], people.whole[DUPLICATES]) == (1.0, 0.0)
    assert np.isnan(people.whole[TRIED])


def test_peoples_works_are_judged_as_what_they_were_made_to_be(words):
    def answers(works, prompts):
        return np.array([float(prompt.text == "theirs") for prompt in prompts])

    creator = words.creator(Component("answers", answers, role="watch"))
    creator.human_prompts = [Prompt(text="theirs")] * 3
    rows = rows_of(creator)
    assert rows[HUMAN].values["answers"].tolist() == [1, 1, 1]
    assert not rows[PRIOR].values["answers"].any()


def test_variety_is_compared_over_equally_many_works(words):
    class Sizes(type(words.creator().craft.variety)):
        def distinct(self, works):
            return float(len(works))

    class Craft(type(words.creator().craft)):
        @property
        def variety(self):
            return Sizes(self.keys, self.cells)

    creator = words.creator()
    creator.craft = Craft(words.toy.Words)
    rows = rows_of(creator)
    fewest = min(len(row.works) for row in rows.values())
    assert {row.whole[DISTINCT] for row in rows.values()} == {fewest}
    assert fewest < len(rows[PRIOR].works)


def test_the_same_evaluation_seed_gives_the_same_table(words):
    first, again, other = (
        aggregate([list(rows_of(words.creator(), seed=seed).values())]) for seed in (1, 1, 2)
    )
    assert first == again != other


def score(name, values, distinct):
    return Scores(name, len(values), {SCORE: np.array(values)}, {DISTINCT: distinct})


def test_one_runs_interval_is_over_works_and_several_runs_is_over_runs():
    one = aggregate_scores([[score(TRAINED, [0.2, 0.4, 0.6], 0.5)]])[0]
    half = 4.302652729911275 * 0.2 / 3**0.5  # t(0.975, 2) · s / √n
    measured = one["measures"][SCORE]
    assert (measured["low"], measured["high"]) == pytest.approx((0.4 - half, 0.4 + half))
    assert one["measures"][DISTINCT] == {"mean": 0.5, "low": None, "high": None}
    runs = [[score(TRAINED, [0.1, 0.3], 0.5)], [score(TRAINED, [0.5, 0.7], 0.7)]]
    both = aggregate_scores(runs)[0]
    half = 12.706204736432095 * (0.2 * 2**0.5) / 2**0.5  # t(0.975, 1) · sd of 0.2 and 0.6 / √2
    measured = both["measures"][SCORE]
    assert measured["mean"] == pytest.approx(0.4)
    assert (measured["low"], measured["high"]) == pytest.approx((0.4 - half, 0.4 + half))
    assert both["measures"][DISTINCT]["mean"] == pytest.approx(0.6)
    assert (both["seeds"], both["n"]) == (2, 2)


def test_what_is_the_same_in_every_run_is_counted_once():
    prior = score(PRIOR, [0.2, 0.4, 0.6], 0.5)
    once = aggregate_scores([[prior]])
    assert aggregate_scores([[prior], [prior], [prior]]) == once
    assert once[0]["seeds"] == 1


def test_equal_cost_counts_every_work_that_training_made():
    assert equal_cost(100, 128, wanted=1000) == 14  # 13,800 works made for 1,000: 13.8, rounded up
    assert equal_cost(0, 128, wanted=1000) == 1


def test_choosing_from_many_makes_fewer_works_and_says_so(words):
    rows = rows_of(words.creator(), best_of=[4, 32])
    assert len(rows["best of 4"].works) == 16
    assert len(rows["best of 32"].works) == 16 * 8 // 32
    assert rows["best of 32"].values[SCORE].mean() > rows["best of 4"].values[SCORE].mean()
