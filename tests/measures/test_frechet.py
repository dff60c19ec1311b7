import numpy as np
import pytest

from makar.measures.frechet import frechet_distance, frechet_of_gaussians

FIRST = np.array([[0, 1, 2], [1, 3, 0], [2, 0, 1], [4, 1, 1], [3, 2, 5.0]])
SECOND = np.array([[1, 1, 1], [2, 5, 0], [0, 2, 3], [6, 1, 2.0]])


def test_the_distance_by_scipys_matrix_root():
    # scipy 1.16: |m1 - m2|² + tr(S1 + S2 - 2 linalg.sqrtm(S1 @ S2))
    assert frechet_distance(FIRST, SECOND) == pytest.approx(3.73546612, abs=1e-7)
    assert frechet_distance(SECOND, FIRST) == pytest.approx(3.73546612, abs=1e-7)


def test_gaussians_with_axes_in_common_have_a_closed_form():
    # (3² + 4²) + Σ (σ - τ)² = 25 + (1 - 3)² + (2 - 5)²
    far = frechet_of_gaussians(
        np.zeros(2), np.diag([1.0, 4.0]), np.array([3.0, 4.0]), np.diag([9.0, 25.0])
    )
    assert far == pytest.approx(38)
    turn = np.array([[0.6, -0.8], [0.8, 0.6]])  # the same, seen at another angle
    turned = frechet_of_gaussians(
        np.zeros(2),
        turn @ np.diag([1.0, 4.0]) @ turn.T,
        turn @ np.array([3.0, 4.0]),
        turn @ np.diag([9.0, 25.0]) @ turn.T,
    )
    assert turned == pytest.approx(38)


def test_covariances_that_do_not_commute():
    # tr (S1^½ S2 S1^½)^½ of 2x2 matrices is √(tr(S1 S2) + 2 √det(S1 S2))
    one, other = np.array([[2.0, 1], [1, 2]]), np.array([[3.0, 0], [0, 1]])
    root = np.sqrt(np.trace(one @ other) + 2 * np.sqrt(np.linalg.det(one @ other)))
    far = frechet_of_gaussians(np.zeros(2), one, np.zeros(2), other)
    assert far == pytest.approx(4 + 4 - 2 * root)


def test_a_set_is_nowhere_from_itself_and_moves_by_the_square():
    assert frechet_distance(FIRST, FIRST) == pytest.approx(0, abs=1e-9)
    assert frechet_distance(FIRST, FIRST + np.array([0, 0, 2])) == pytest.approx(4)


def test_features_that_never_vary_are_no_special_case():
    flat = np.c_[FIRST, np.ones(5)]
    assert frechet_distance(flat, flat + np.array([0, 0, 0, 3])) == pytest.approx(9)
    one = np.arange(4.0)[:, None]
    assert frechet_distance(one, one + 1) == pytest.approx(1)


def test_what_cannot_be_compared_is_refused():
    with pytest.raises(ValueError, match=r"\(5, 3\) and \(4, 2\)"):
        frechet_distance(FIRST, SECOND[:, :2])
    with pytest.raises(ValueError, match="two works"):
        frechet_distance(FIRST[:1], SECOND)
