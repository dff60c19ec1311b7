"""Which of two kinds is it? Logistic regression on features, small enough to be read.

What it says is a probability, so that it can be asked how far a work is from one kind to the other.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float

_STEPS = 50


@dataclass(frozen=True)
class Logistic:
    """P(second kind) = 1 / (1 + exp(-(intercept + weights · standardised features))).

    Attributes:
        centre, spread: ``(F,)`` mean and standard deviation of the features it learned from.
        weights: ``(F,)`` of the standardised features.
        intercept: Log-odds of a work whose features are all average.
    """

    centre: Float[np.ndarray, " F"]
    spread: Float[np.ndarray, " F"]
    weights: Float[np.ndarray, " F"]
    intercept: float

    @classmethod
    def fit(
        cls, features: Float[np.ndarray, "B F"], second: Bool[np.ndarray, " B"], *, penalty: float
    ) -> Logistic:
        """Minimise the mean log-loss + penalty/2 · |weights|², by Newton's method.

        Both kinds count equally, however many works there are of each, so that a half means
        that there is no telling. Newton's steps on this loss, which has one minimum, are those of
        iteratively reweighted least squares.

        Args:
            features: One row per work.
            second: True for works of the second kind.
            penalty: Above 0; 1 is strong.

        Raises:
            ValueError: there are works of one kind only, or the penalty is not above 0.
        """
        if second.all() or not second.any():
            raise ValueError("a classifier needs works of both kinds to learn from")
        if penalty <= 0:
            raise ValueError(f"the penalty must be above 0, got {penalty}")
        centre, spread = features.mean(0), features.std(0)
        spread = np.where(spread > 1e-9, spread, 1.0)
        x = np.c_[np.ones(len(features)), (features - centre) / spread]
        share = np.where(second, 0.5 / second.sum(), 0.5 / (~second).sum())
        ridge = penalty * np.r_[0.0, np.ones(features.shape[1])]
        beta = np.zeros(x.shape[1])
        for _ in range(_STEPS):
            p = _sigmoid(x @ beta)
            gradient = x.T @ (share * (p - second)) + ridge * beta
            curvature = (x.T * (share * p * (1 - p))) @ x + np.diag(ridge)
            step = np.linalg.solve(curvature + 1e-10 * np.eye(len(beta)), gradient)
            beta = beta - step / max(1.0, float(np.abs(step).max()))  # far out it may overshoot
            if np.abs(step).max() < 1e-9:
                break
        return cls(centre, spread, beta[1:], float(beta[0]))

    def __call__(self, features: Float[np.ndarray, "B F"]) -> Float[np.ndarray, " B"]:
        """How probably each work is of the second kind."""
        return _sigmoid((features - self.centre) / self.spread @ self.weights + self.intercept)


def balanced_accuracy(chance: Float[np.ndarray, " B"], second: Bool[np.ndarray, " B"]) -> float:
    """Mean of the two kinds' shares told rightly; 0.5 is a coin's."""
    said = chance > 0.5
    return 0.5 * (float(said[second].mean()) + float((~said[~second]).mean()))


def _sigmoid(x: np.ndarray) -> np.ndarray:
    return 0.5 * (1 + np.tanh(x / 2))
