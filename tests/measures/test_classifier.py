from __future__ import annotations

import numpy as np
import pytest
import torch

from makar.measures.classifier import Logistic, balanced_accuracy


def two_clouds(seed: int, n: int, *, apart: float, width: int = 3) -> tuple[np.ndarray, np.ndarray]:
    draw = np.random.default_rng(seed)
    second = np.arange(2 * n) >= n
    x = draw.normal(size=(2 * n, width))
    x[:, 0] += np.where(second, apart, 0.0)
    return x * [3.0, 1.0, 0.1][:width] + 7.0, second


def test_the_minimum_is_the_one_that_gradient_descent_finds() -> None:
    """An independent judge: torch's L-BFGS on the loss as the docstring states it."""
    x, second = two_clouds(1, 60, apart=1.0)
    x, second = x[:90], second[:90]  # sixty of the one and thirty of the other
    model = Logistic.fit(x, second, penalty=0.03)
    z = torch.tensor((x - x.mean(0)) / x.std(0))
    y = torch.tensor(second, dtype=torch.float64)
    share = torch.where(y > 0, 0.5 / y.sum(), 0.5 / (1 - y).sum())
    beta = torch.zeros(4, dtype=torch.float64, requires_grad=True)
    descent = torch.optim.LBFGS([beta], max_iter=500, tolerance_grad=1e-12, tolerance_change=1e-14)

    def loss() -> torch.Tensor:
        descent.zero_grad()
        logit = z @ beta[1:] + beta[0]
        each = torch.nn.functional.binary_cross_entropy_with_logits(logit, y, reduction="none")
        total = (share * each).sum() + 0.015 * beta[1:].square().sum()
        total.backward()
        return total

    descent.step(loss)
    found = beta.detach().numpy()
    np.testing.assert_allclose([model.intercept, *model.weights], found, atol=1e-6)


def test_two_points_by_hand() -> None:
    """At ±1 the loss is log(1 + e^-w) + p w²/2: its slope vanishes where p w (1 + e^w) = 1."""
    model = Logistic.fit(np.array([[2.0], [4.0]]), np.array([False, True]), penalty=0.1)
    w = float(model.weights[0])
    assert 0.1 * w * (1 + np.exp(w)) == pytest.approx(1.0, abs=1e-6)
    assert model.intercept == pytest.approx(0.0, abs=1e-9)
    np.testing.assert_allclose(model(np.array([[3.0]])), [0.5])


def test_what_can_be_told_apart_is_told_apart_and_what_cannot_is_not() -> None:
    far, near = two_clouds(2, 200, apart=8.0), two_clouds(3, 200, apart=0.0)
    assert balanced_accuracy(Logistic.fit(*far, penalty=0.01)(two_clouds(4, 200, apart=8.0)[0]),
                             far[1]) > 0.99  # fmt: skip
    blind = Logistic.fit(*near, penalty=0.1)
    assert abs(balanced_accuracy(blind(two_clouds(6, 200, apart=0.0)[0]), near[1]) - 0.5) < 0.1


def test_how_many_there_are_of_each_does_not_matter() -> None:
    x, second = two_clouds(7, 400, apart=2.0)
    few = np.r_[np.arange(400), np.arange(400, 440)]
    repeated = np.r_[np.arange(400), np.tile(np.arange(400, 440), 10)]
    same = [Logistic.fit(x[rows], second[rows], penalty=0.1) for rows in (few, repeated)]
    probe = x[::7]
    middles = [np.mean(model(x[400:440])) for model in same]
    assert abs(middles[0] - middles[1]) < 0.05
    assert np.corrcoef(same[0](probe), same[1](probe))[0, 1] > 0.99


def test_a_stronger_penalty_leaves_more_doubt() -> None:
    x, second = two_clouds(8, 100, apart=6.0)
    sure, doubtful = (Logistic.fit(x, second, penalty=p)(x) for p in (0.01, 1.0))
    assert sure[second].mean() > doubtful[second].mean() + 0.1 > 0.6
    assert sure[~second].mean() < doubtful[~second].mean() - 0.1 < 0.4
    assert balanced_accuracy(doubtful, second) > 0.97


def test_measures_by_hand() -> None:
    chance, second = np.array([0.9, 0.2, 0.6, 0.4]), np.array([True, True, True, False])
    assert balanced_accuracy(chance, second) == pytest.approx((2 / 3 + 1) / 2)


def test_a_feature_that_never_varies_says_nothing() -> None:
    x, second = two_clouds(9, 30, apart=3.0)
    model = Logistic.fit(np.c_[x, np.full(60, 4.0)], second, penalty=0.1)
    assert model.weights[-1] == pytest.approx(0.0, abs=1e-9)
    assert np.isfinite(model(np.c_[x, np.full(60, 4.0)])).all()


def test_separable_works_and_a_feeble_penalty_still_come_to_an_end() -> None:
    x = np.linspace(-1, 1, 40)[:, None]
    model = Logistic.fit(x, x[:, 0] > 0, penalty=1e-6)
    assert np.isfinite(model.weights).all()
    assert balanced_accuracy(model(x), x[:, 0] > 0) == 1.0


@pytest.mark.parametrize("second", [[True, True], [False, False]])
def test_one_kind_only_is_refused(second: list[bool]) -> None:
    with pytest.raises(ValueError, match="both kinds"):
        Logistic.fit(np.eye(2), np.array(second), penalty=0.1)
    with pytest.raises(ValueError, match="above 0"):
        Logistic.fit(np.eye(2), np.array([True, False]), penalty=0.0)
