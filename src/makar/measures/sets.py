"""How two sets of works lie to one another in a space of features, whatever the works are.

Distances between all works of two sets are made block by block, so that memory stays bounded.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass

import numpy as np
from jaxtyping import Float

from makar.measures.frechet import frechet_distance
from makar.measures.spread import cosine_likeness, vendi_score

NEIGHBOURS = 5
"""Neighbours that make the ball round a work (Naeem et al. 2020 use five)."""
_BLOCK = 1_000_000
"""Numbers in a block of distances: 8 MB."""


@dataclass(frozen=True)
class Manifolds:
    """Where two sets overlap. A work's ball reaches to its k-th nearest neighbour in its own set.

    Attributes:
        precision: Share of the works inside a ball of the reference: are they any good?
        recall: Share of the reference inside a ball of the works: do they say all there is?
        density: Mean number of reference balls that a work lies in, over k. It has no upper end;
            1 is expected where both sets are drawn alike. One odd work of the reference, whose
            ball is large, cannot lift it as it lifts the precision.
        coverage: Share of the reference whose ball holds a work.
    """

    precision: float
    recall: float
    density: float
    coverage: float


def manifolds(
    reference: Float[np.ndarray, "M D"],
    works: Float[np.ndarray, "N D"],
    *,
    neighbours: int = NEIGHBOURS,
) -> Manifolds:
    """Precision and recall (Kynkäänniemi et al. 2019), density and coverage (Naeem et al. 2020).

    All depend on how many works there are: compare sets of equal size.

    Raises:
        ValueError: a side has no more works than neighbours, or features of another width.
    """
    a, b = _pair(reference, works, least=neighbours + 1)
    of_reference, of_works = _reach(a, neighbours), _reach(b, neighbours)
    precise, dense = np.zeros(len(b), bool), np.zeros(len(b))
    recalled, covered = np.zeros(len(a), bool), np.zeros(len(a), bool)
    for rows, far in _squares(a, b):
        inside = far <= of_reference[rows, None]
        precise |= inside.any(0)
        dense += inside.sum(0)
        recalled[rows] = (far <= of_works).any(1)
        covered[rows] = inside.any(1)
    density = float(dense.mean()) / neighbours
    return Manifolds(float(precise.mean()), float(recalled.mean()), density, float(covered.mean()))


def kernel_distance(first: Float[np.ndarray, "M D"], second: Float[np.ndarray, "N D"]) -> float:
    """The kernel distance of two sets, KID on Inception's features (Bińkowski et al. 2018).

    The unbiased squared maximum mean discrepancy with the kernel (x·y / D + 1)³: on average 0 for
    sets drawn alike, whatever their size, so that it may be below 0.

    Deviations from the paper:
        1. Over all works at once, not the mean over random subsets: no seed, and less scatter.

    Raises:
        ValueError: fewer than two works on a side, or features of different widths.
    """
    a, b = _pair(first, second, least=2)
    within = _kernel_sum(a, a, diagonal=False) / (len(a) * (len(a) - 1))
    other = _kernel_sum(b, b, diagonal=False) / (len(b) * (len(b) - 1))
    return within + other - 2 * _kernel_sum(a, b, diagonal=True) / (len(a) * len(b))


@dataclass(frozen=True)
class SetComparison(Manifolds):
    """A set of works against a reference, by every measure there is.

    Attributes:
        frechet: See ``frechet.frechet_distance``.
        kernel: See ``kernel_distance``.
        vendi: How many kinds of works there are by cosine likeness, see ``spread.vendi_score``.
        reference_vendi: The same of the reference.
    """

    frechet: float
    kernel: float
    vendi: float
    reference_vendi: float


def compare_sets(
    reference: Float[np.ndarray, "M D"],
    works: Float[np.ndarray, "N D"],
    *,
    neighbours: int = NEIGHBOURS,
) -> SetComparison:
    """All measures of two sets; say which features they were made with, and of how many works.

    Raises:
        ValueError: as ``manifolds``.
    """
    overlap = manifolds(reference, works, neighbours=neighbours)
    return SetComparison(
        **asdict(overlap),
        frechet=frechet_distance(reference, works),
        kernel=kernel_distance(reference, works),
        vendi=vendi_score(cosine_likeness(works)),
        reference_vendi=vendi_score(cosine_likeness(reference)),
    )


def _pair(first: np.ndarray, second: np.ndarray, *, least: int) -> tuple[np.ndarray, np.ndarray]:
    a, b = np.asarray(first, np.float64), np.asarray(second, np.float64)
    if min(len(a), len(b)) < least or a.shape[1:] != b.shape[1:]:
        raise ValueError(
            f"two sets are compared by {least} works or more on either side, with equal features; "
            f"got {a.shape} and {b.shape}"
        )
    return a, b


def _blocks(a: np.ndarray, b: np.ndarray) -> Iterator[slice]:
    rows = max(_BLOCK // len(b), 1)
    return (slice(start, start + rows) for start in range(0, len(a), rows))


def _squares(a: np.ndarray, b: np.ndarray) -> Iterator[tuple[slice, np.ndarray]]:
    """Squared distances from some rows of ``a`` to all of ``b``."""
    of_a, of_b = (a**2).sum(1), (b**2).sum(1)
    for rows in _blocks(a, b):
        yield rows, np.maximum(of_a[rows, None] + of_b - 2 * (a[rows] @ b.T), 0)


def _reach(a: np.ndarray, neighbours: int) -> np.ndarray:
    """Squared distance of each to its k-th nearest, itself left out."""
    reach = np.zeros(len(a))
    for rows, far in _squares(a, a):
        own = np.arange(len(far))
        far[own, own + (rows.start or 0)] = np.inf
        reach[rows] = np.partition(far, neighbours - 1, axis=1)[:, neighbours - 1]
    return reach


def _kernel_sum(a: np.ndarray, b: np.ndarray, *, diagonal: bool) -> float:
    total = 0.0
    width = a.shape[1]
    for rows in _blocks(a, b):
        total += float(((a[rows] @ b.T / width + 1) ** 3).sum())
    if not diagonal:
        total -= float((((a * b).sum(1) / width + 1) ** 3).sum())
    return total
