"""Gymnasium's own checker judges the adapter; its own CartPole is the measure of ours."""

import gymnasium
import numpy as np
import pytest
import torch
from gymnasium.utils.env_checker import check_env

from makar.core.types import Judgement, Prompt
from makar.interop.gymnasium import NumbersView, single, vector
from makar.reproductions.cartpole.process import CartPole, staying_up


class Unpaid(CartPole):
    """Judged when it is over, as most works are."""

    def step(self, state, actions):
        return super().step(state, actions)[0], None

    def legal(self, state):
        right = state.physics[:, 2] > 0
        return torch.stack((~right, right), 1)


@pytest.mark.filterwarnings("ignore:.*A Box observation space m(in|ax)imum value")
def test_gymnasium_accepts_the_environment():
    check_env(single(CartPole()), skip_render_check=True)


def test_an_episode_is_the_one_gymnasium_would_have_played():
    ours, theirs = single(CartPole()), gymnasium.make("CartPole-v1")
    for episode in range(5):
        seen, _ = ours.reset(seed=episode)
        theirs.reset(seed=episode)
        theirs.unwrapped.state = ours.rows.state.physics[0].numpy()
        rng = np.random.default_rng(episode)
        over = False
        while not over:
            action = int(rng.integers(2))
            seen, reward, ended, cut, _ = ours.step(action)
            expected, *rest = theirs.step(action)
            np.testing.assert_allclose(seen, expected, atol=1e-6)
            assert [reward, ended, cut] == rest[:3]
            over = ended or cut


def test_a_seed_fixes_the_episode_and_the_next_one_differs():
    environment = single(CartPole())
    first, _ = environment.reset(seed=3)
    second, _ = environment.reset()
    again, _ = environment.reset(seed=3)
    assert np.array_equal(first, again)
    assert not np.array_equal(first, second)


def test_a_judged_total_is_paid_with_the_last_step():
    asked = []

    def judged(works, prompts):
        asked.extend(p.text for p in prompts)
        return staying_up(works, prompts)

    environment = single(Unpaid(), judged, prompt=Prompt("stay up"))
    environment.reset(seed=0)
    rewards, over = [], False
    while not over:
        _, reward, ended, cut, _ = environment.step(0)
        rewards.append(reward)
        over = ended or cut
    assert set(rewards[:-1]) == {0.0}
    assert rewards[-1] == pytest.approx(len(rewards) / 500)
    assert asked == ["stay up"]


def test_a_work_that_cannot_be_judged_earns_nothing():
    environment = single(Unpaid(), lambda works, _: Judgement(np.full(len(works), np.nan)))
    environment.reset(seed=0)
    over = False
    while not over:
        _, reward, ended, cut, _ = environment.step(1)
        over = ended or cut
    assert reward == 0.0


def test_a_process_that_does_not_pay_asks_for_a_reward():
    environment = single(Unpaid())
    environment.reset(seed=0)
    with pytest.raises(ValueError, match="give a reward"):
        environment.step(0)


def test_legal_actions_are_told():
    environment = single(Unpaid(), staying_up)
    seen, info = environment.reset(seed=1)
    assert info["action_mask"].tolist() == [seen[2] <= 0, seen[2] > 0]
    assert environment.action_masks().tolist() == info["action_mask"].tolist()
    assert single(CartPole()).reset(seed=1)[1]["action_mask"].all()


def test_finished_rows_begin_again_in_the_next_step_as_gymnasium_says():
    environments = vector(CartPole(), 4)
    mode = environments.metadata["autoreset_mode"]
    assert mode == gymnasium.vector.AutoresetMode.NEXT_STEP
    seen, info = environments.reset(seed=0)
    assert (seen.shape, info["action_mask"].shape) == ((4, 4), (4, 2))
    assert environments.observation_space.contains(seen)
    before = np.zeros(4, bool)
    begun = 0
    firsts = {tuple(s) for s in seen}
    for t in range(120):
        seen, reward, ended, cut, _ = environments.step(np.full(4, t // 30 % 2))
        assert (reward == np.where(before, 0.0, 1.0)).all()
        assert (np.abs(seen[before]) <= 0.05).all()
        assert not (ended & before).any()
        assert not cut.any()
        assert ((np.abs(seen[:, 2]) > np.radians(12)) | (np.abs(seen[:, 0]) > 2.4))[ended].all()
        firsts |= {tuple(s) for s in seen[before]}
        begun += int(before.sum())
        before = ended
    assert begun > 8
    assert len(firsts) == 4 + begun  # no two works begin alike


class Together(CartPole):
    """Begins all works and takes those that are asked for."""

    def restart(self, state, rows, prompts, seeds):
        new = self.start(prompts, seeds)
        physics = torch.where(rows[:, None], new.physics, state.physics)
        return type(state)(physics, torch.where(rows, new.steps, state.steps))


@pytest.mark.parametrize("process", [CartPole, Together])
def test_a_row_with_a_seed_of_its_own_makes_what_it_would_alone(process):
    seeds = [7, 2**40, 7]
    environments, alone = vector(process(), 3), [single(CartPole()) for _ in seeds]
    seen, _ = environments.reset(seed=seeds)
    expected = [one.reset(seed=s)[0] for one, s in zip(alone, seeds, strict=True)]
    np.testing.assert_array_equal(seen, expected)
    over, begun = np.zeros(3, bool), 0
    for t in range(80):
        actions = [t // 20 % 2, 0, t // 20 % 2]
        seen, _, ended, _, _ = environments.step(np.array(actions))
        for row, one in enumerate(alone):
            expected = one.reset() if over[row] else one.step(actions[row])
            np.testing.assert_array_equal(seen[row], expected[0])
            assert ended[row] == (False if over[row] else expected[2])
        begun += int(over.sum())
        over = ended
    assert begun > 3


def test_no_seed_goes_on_and_one_seed_is_for_all():
    environments = vector(CartPole(), 3)
    first, _ = environments.reset(seed=[1, 2, 3])
    second, _ = environments.reset()
    third, _ = environments.reset(seed=(None, np.int64(2), None))
    again, _ = environments.reset(seed=np.array([1, 2, 3]))
    np.testing.assert_array_equal(first, again)
    np.testing.assert_array_equal(environments.reset()[0], second)
    np.testing.assert_array_equal(third[1], first[1])
    assert len({tuple(row) for seen in (first, second, third[::2]) for row in seen}) == 8
    whole, _ = environments.reset(seed=1)
    np.testing.assert_array_equal(whole, vector(CartPole(), 3).reset(seed=1)[0])
    np.testing.assert_array_equal(environments.reset(seed=np.int64(1))[0], whole)
    with pytest.raises(ValueError, match="2 seeds for 3 works"):
        environments.reset(seed=[1, 2])


class Throttle(CartPole):
    """The cart pushed by a number: to the right above 0."""

    actions = 1

    def step(self, state, actions):
        return super().step(state, (actions[:, 0] > 0).long())


def test_a_process_of_numbers_has_a_box_of_actions():
    environment = single(Throttle(), view=NumbersView(Throttle()))
    assert environment.action_space == gymnasium.spaces.Box(-1, 1, (1,), np.float32)
    _, info = environment.reset(seed=3)
    assert info == {}
    pushed = environment.step(np.array([0.2], np.float32))[0]
    plain = single(CartPole())
    plain.reset(seed=3)
    np.testing.assert_array_equal(pushed, plain.step(1)[0])
    many = vector(Throttle(), 3, view=NumbersView(Throttle()))
    seen, _ = many.reset(seed=0)
    assert many.step(np.zeros((3, 1), np.float32))[0].shape == seen.shape
    with pytest.raises(ValueError, match="finite"):
        environment.step(np.array([np.nan], np.float32))
