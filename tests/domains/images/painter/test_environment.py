"""The canvas in Gymnasium: both checkers, and what another library's learner needs."""

import gymnasium
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env
from stable_baselines3.common.env_checker import check_env as check_with_sb3

from makar.domains.images.painter.canvas.hand import BOUND
from makar.domains.images.painter.environments import NAME, register

register()
RED = np.full((20, 20, 3), (200, 30, 40), np.uint8)
HALF = RED.copy()
HALF[:, 10:] = (20, 60, 220)


def make(**options):
    return gymnasium.make(NAME, pictures=[HALF], strokes=4, **options).unwrapped


def test_passes_both_checkers():
    check_env(make(render_mode="rgb_array"))
    check_with_sb3(make())


def test_an_episode_has_as_many_strokes_as_asked_and_pays_shares_of_the_error():
    environment = make()
    _, info = environment.reset(seed=0)
    assert info["strokes"] == 0
    product = 1.0
    for step in range(4):
        _, reward, ended, cut, after = environment.step(np.zeros(7, np.float32))
        assert 0 <= reward <= 1
        product *= 1 - reward
        assert (ended, cut) == (step == 3, False)
    assert after["error"] / info["error"] == pytest.approx(product, rel=1e-4)
    assert product < 0.9


def test_another_picture_and_number_may_be_asked_for():
    environment = make()
    _, info = environment.reset(seed=0, options={"picture": RED, "strokes": 1})
    assert info["error"] == pytest.approx(0, abs=1e-5)
    assert environment.step(np.zeros(7, np.float32))[2]
    with pytest.raises(ValueError, match="no option 'colour'"):
        environment.reset(options={"colour": 1})
    with pytest.raises(ValueError, match="three uint8"):
        environment.reset(options={"picture": RED / 255})


def test_numbers_are_scaled_and_must_be_numbers():
    environment = make()
    environment.reset(seed=0)
    view = environment.rows.view
    np.testing.assert_allclose(view.act(np.array([[0.5, -2.0]])), [[BOUND / 2, -BOUND]])
    with pytest.raises(ValueError, match="finite"):
        environment.step(np.full(7, np.nan, np.float32))
    with pytest.raises(ValueError, match="no mask"):
        environment.action_masks()


def test_it_is_drawn_beside_its_picture():
    environment = make(render_mode="rgb_array")
    environment.reset(seed=0)
    frame = environment.render()
    assert frame.shape == (256, 512, 3)
    assert abs(frame[:, :100].mean((0, 1)) - RED[0, 0]).max() < 2
    assert np.ptp(frame[:, 256:].reshape(-1, 3), 0).max() == 0  # a bare sheet


def test_many_at_once_are_each_as_alone():
    many = gymnasium.make_vec(
        NAME, 2, vectorization_mode="vector_entry_point", pictures=[HALF, RED], strokes=3
    )
    one = gymnasium.make(NAME, pictures=[HALF, RED], strokes=3).unwrapped
    seen, _ = many.reset(seed=[5, 6])
    for row, seed in enumerate((5, 6)):
        np.testing.assert_array_equal(seen[row], one.reset(seed=seed)[0])


def test_what_cannot_be_painted_is_refused():
    for options in ({"pictures": []}, {"pictures": [RED / 255]}, {"strokes": 0}):
        with pytest.raises(ValueError, match=r"no pictures|three uint8|strokes must be"):
            gymnasium.make(NAME, **options)
