"""Own rewards are tried on two works before anything is trained."""

import pytest

from makar.core.errors import CustomRewardError
from makar.core.types import Prompt
from makar.recipes.settings import RewardConfig
from makar.training.first_try import try_rewards


@pytest.fixture
def refused(toy):
    """What is said of a function that is refused; empty where it is not."""

    def asked(function, **config):
        made = toy.rollout(2, 4)
        custom = RewardConfig(custom=("python:mine=1",), **config)
        try:
            try_rewards(custom, {"mine": function}, made)
        except CustomRewardError as fault:
            return str(fault)
        return ""

    return asked


def with_three(works, prompts, more):
    return [0.5] * len(works)


def test_what_can_never_judge_is_refused(refused):
    assert "takes (works, prompts)" in refused(with_three)
    assert "returned shape (3,) for 2 works" in refused(lambda works, prompts: [0.5] * 3)
    assert "complex" in refused(lambda works, prompts: [0.5j] * 2)
    assert "AttributeError" in refused(lambda works, prompts: works.melodies.pitch)
    assert "SystemExit" in refused(lambda works, prompts: exit())


def test_numbers_out_of_range_are_refused_unless_it_is_stated(refused):
    def eight(works, prompts):
        return [8.0] * len(works)

    said = refused(eight)
    assert "outside 0 to 1" in said
    assert "@LOW:HIGH" in said
    eight.range = (0, 10)
    assert refused(eight) == ""


def test_what_cannot_judge_these_works_is_not_refused(refused):
    assert refused(lambda works, prompts: [float("nan")] * 2) == ""
    assert refused(lambda works, prompts: [1 / len(prompts[0].text)] * 2) == ""
    assert Prompt().text == ""


def test_a_reward_that_says_too_much_is_refused_before_training(makar, tmp_path):
    path = tmp_path / "mine.py"
    path.write_text("def long(works, prompts):\n    return [0.5] * 99\n")
    done = makar("train", "--reward", f"{path}:long", "--name", "mine")
    assert done.code == 2
    assert "tried on 2 works before training: returned shape (99,)" in done.err
    assert not [line for line in done.lines if line["event"] == "ready"]
    path.write_text("def long(works, prompts):\n    return [1.0] * len(works)\n")
    assert makar("train", "--resume", "mine").code == 2
    assert makar("train", "--resume", "mine", "--trust-code").code == 0


def test_what_goes_wrong_at_first_is_said_before_training(makar, tmp_path):
    path = tmp_path / "mine.py"
    path.write_text("def picky(works, prompts):\n    raise ValueError('not these')\n")
    done = makar("train", "--reward", f"{path}:picky", "--name", "mine")
    (ready,) = [line for line in done.lines if line["event"] == "ready"]
    told = [note for note in ready["notes"] if "picky" in note and "not these" in note]
    assert told[0].startswith("reward picky: ValueError: not these (mine.py, line 2)")
