"""How far apart two sets lie in a space of features, taken as two Gaussians."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float


def frechet_distance(first: Float[np.ndarray, "M D"], second: Float[np.ndarray, "N D"]) -> float:
    """The Fréchet distance of two sets' Gaussians (Dowson & Landau 1982), as in Heusel et al. 2017.

    ‖μ₁ − μ₂‖² + tr(Σ₁ + Σ₂ − 2 (Σ₁^½ Σ₂ Σ₁^½)^½), the squared 2-Wasserstein distance. It depends on
    the number of works: compare sets of equal size, and look at what two sets of people's works
    come to.

    Raises:
        ValueError: fewer than two works on a side, or features of different widths.
    """
    a, b = np.asarray(first, np.float64), np.asarray(second, np.float64)
    if min(len(a), len(b)) < 2 or a.shape[1:] != b.shape[1:]:
        raise ValueError(
            "a Fréchet distance needs two works or more on either side, with equal features; "
            f"got {a.shape} and {b.shape}"
        )
    return frechet_of_gaussians(a.mean(0), _covariance(a), b.mean(0), _covariance(b))


def frechet_of_gaussians(
    mean: Float[np.ndarray, " D"],
    covariance: Float[np.ndarray, "D D"],
    other_mean: Float[np.ndarray, " D"],
    other_covariance: Float[np.ndarray, "D D"],
) -> float:
    """The same for Gaussians that are known.

    The trace of the root is the sum of the roots of the eigenvalues of Σ₁^½ Σ₂ Σ₁^½, which is
    symmetric: no complex rounding to be cut off, and singular covariances are no special case.
    """
    values, vectors = np.linalg.eigh(covariance)
    root = (vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T
    mixed = np.linalg.eigvalsh(root @ other_covariance @ root)
    shift = float(((mean - other_mean) ** 2).sum())
    traces = float(np.trace(covariance) + np.trace(other_covariance))
    return max(shift + traces - 2 * float(np.sqrt(np.maximum(mixed, 0)).sum()), 0.0)


def _covariance(features: np.ndarray) -> np.ndarray:
    return np.atleast_2d(np.cov(features, rowvar=False))
