"""How many kinds of works a set holds: effective numbers, from 1 to the size of the set."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float


def vendi_score(likeness: Float[np.ndarray, "B B"]) -> float:
    """The Vendi score (Friedman & Dieng 2023): exp of the entropy of likeness's eigenvalues.

    1 where all works are one, B where no two are alike; NaN for no works. It grows with the
    number of works: compare sets of equal size.

    Args:
        likeness: Symmetric, 1 of each with itself, without negative eigenvalues.
    """
    if not len(likeness):
        return float("nan")
    values = np.linalg.eigvalsh(likeness / len(likeness))
    values = values[values > 1e-12]
    return float(np.exp(-(values * np.log(values)).sum()))


def cosine_likeness(features: Float[np.ndarray, "B D"]) -> Float[np.ndarray, "B B"]:
    """Cosine of the angle between any two works' features.

    A work whose features are all 0 has no direction: it is like itself alone.
    """
    rows = np.asarray(features, np.float64)
    length = np.linalg.norm(rows, axis=1)
    unit = rows / np.where(length > 0, length, 1)[:, None]
    likeness = unit @ unit.T
    np.fill_diagonal(likeness, 1.0)
    return likeness


def class_score(probabilities: Float[np.ndarray, "B K"]) -> float:
    """How surely each work is of one class, and how many classes there are (Salimans et al. 2016).

    exp of the mean KL(p(y|x) ‖ p(y)): the inception score, if it is Inception that says the
    classes; 1 where each work is as undecided as the set, K where all K classes come equally
    often and surely. NaN for no works.

    Deviations from the paper:
        1. Over all works at once, not the mean over ten splits.

    Raises:
        ValueError: a row is no distribution.
    """
    p = np.asarray(probabilities, np.float64)
    if not len(p):
        return float("nan")
    if (p < 0).any() or not np.allclose(p.sum(1), 1, atol=1e-4):
        raise ValueError("each row must be 0 or more and sum to 1: the chances of the classes")
    whole = p.mean(0)
    ratio = np.where(p > 0, p, 1) / np.where(p > 0, whole, 1)
    return float(np.exp((p * np.log(ratio)).sum(1).mean()))
