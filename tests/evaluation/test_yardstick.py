"""A yardstick out of order is said to be, with the part that is to blame."""

import numpy as np
import pytest

from makar.core.rewards import Component, RewardTree
from makar.core.types import JudgedPart, Judgement
from makar.evaluation.rows import HUMAN, MARKOV, PRIOR, RANDOM, judge_of
from makar.evaluation.yardstick import faults_of, sentences, shares
from makar.recipes.words import Words


def judged(close: float, novelty: float, works: int = 200) -> Judgement:
    around = np.linspace(-0.1, 0.1, works)
    parts = {
        name: JudgedPart(mean + around, mean + around, weight, "score", "")
        for name, weight, mean in (("close", 0.6, close), ("novelty", 0.4, novelty))
    }
    total = sum(part.weight * part.value for part in parts.values())
    return Judgement(total, parts)


LADDER = {
    RANDOM: judged(0.2, 0.9), MARKOV: judged(0.4, 0.9), PRIOR: judged(0.6, 0.9),
    HUMAN: judged(0.8, 0.9),
}  # fmt: skip


def test_a_ladder_that_goes_up_has_no_fault() -> None:
    assert faults_of(LADDER) == []
    (said,) = sentences(LADDER, Words())
    assert said == (
        "the yardstick, of 100: works by chance 48, a table’s 60, the untrained model’s 72, "
        "people’s 84"
    )


def test_chance_above_people_is_said_with_the_part_to_blame() -> None:
    turned = LADDER | {HUMAN: judged(0.4, 0.1)}
    told = sentences(turned, Words())
    assert "works by chance score 48, people’s 28; the part most to blame is novelty" in told[1]
    assert {(f.lower, f.upper) for f in faults_of(turned)} == {(RANDOM, HUMAN), (MARKOV, HUMAN)}


def test_a_step_within_chance_is_no_step() -> None:
    level = LADDER | {PRIOR: judged(0.4, 0.9)}
    assert [(f.lower, f.upper) for f in faults_of(level)] == [(MARKOV, PRIOR)]


def test_shares_are_as_they_are_written() -> None:
    """Whatever varies and whatever does not, a weight of 3 in 4 is three quarters."""
    tree = RewardTree(
        [
            Component("mine", lambda works, prompts: np.linspace(0, 1, len(works)), weight=3.0),
            Component("still", lambda works, prompts: np.ones(len(works)), weight=1.0),
        ]
    )
    assert shares(tree) == "the score is made of mine 75%, still 25%"


@pytest.mark.parametrize(("row", "stopped"), [(HUMAN, False), (MARKOV, False), (PRIOR, True)])
def test_only_what_was_made_here_may_not_be_like_what_was_learned_from(row, stopped, words) -> None:
    from makar.core.transforms import AtMost

    copies = Component(
        "near_copy", lambda works, prompts: np.ones(len(works)), AtMost(0), role="gate",
        copying=True,
    )  # fmt: skip
    creator = words.creator(copies)
    total = judge_of(creator.reward, row)(creator.human, creator.human_prompts).total
    assert bool(total.max() == 0) is stopped
