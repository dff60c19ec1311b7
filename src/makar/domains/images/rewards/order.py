"""In which order a drawing is made: a hand goes on where it is, and from the large to the small."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float, Int

from makar.domains.images.pictures.colour import oklab_of
from makar.domains.images.rewards.columns import Columns, mean_by, sum_by

SAME_COLOUR = 0.02
"""Oklab distance within which a pen is the same pen."""
_MOST = 1_000


def travel(columns: Columns) -> Float[np.ndarray, " B"]:
    """How far the lifted pen goes from path to path, over how far it would go by chance.

    1: as in a random order; 0: each path begins where the last one ended. By chance means the mean
    distance from any path's end to any other's start (of a thousand paths at most, evenly taken).
    NaN for fewer than three paths, or where all are in one place.
    """
    paths = columns.paths
    found = np.full(columns.count, np.nan)
    for number in range(columns.count):
        rows = slice(*np.searchsorted(paths.drawing, [number, number + 1]))
        start, end = paths.start[rows], paths.end[rows]
        if len(start) < 3:
            continue
        way = np.linalg.norm(start[1:] - end[:-1], axis=1).mean()
        few = np.unique(np.linspace(0, len(start) - 1, _MOST).astype(np.int64))
        gaps = np.linalg.norm(end[few, None] - start[few], axis=2)
        np.fill_diagonal(gaps, 0)
        chance = gaps.sum() / (len(few) * (len(few) - 1))
        found[number] = way / chance if chance > 1e-9 else np.nan
    return found


def large_first(columns: Columns) -> Float[np.ndarray, " B"]:
    """Whether large paths come before small ones: 1 strictly, 0 unrelated, -1 the other way round.

    Spearman's rank correlation (1904) of a path's size, its length times its width, with how
    early it comes; NaN for fewer than three paths, or all of one size.
    """
    paths = columns.paths
    size = rank_within(np.round(paths.length * paths.width, 9), paths.drawing)
    return _correlation(size, -np.arange(float(len(size))), paths.drawing, columns.count)


def colour_runs(columns: Columns) -> Float[np.ndarray, " B"]:
    """How much oftener the next path has the same colour than if the order were by chance.

    Share of the paths followed by one of their colour, less the share among all pairs; NaN where
    there is one colour only, each has its own, or there are fewer than three paths.
    """
    return _runs(columns, _numbered(columns.strokes.colour[columns.paths.first]))


def layer_runs(columns: Columns) -> Float[np.ndarray, " B"]:
    """The same of layers: 1 less chance where each layer is finished before the next is begun."""
    return _runs(columns, columns.strokes.layer[columns.paths.first])


def layers_used(columns: Columns) -> Float[np.ndarray, " B"]:
    """How many layers have strokes."""
    pairs = np.unique(np.stack((columns.drawing, columns.strokes.layer)), axis=1)
    return np.bincount(pairs[0], minlength=columns.count).astype(np.float64)


def layer_evenness(columns: Columns) -> Float[np.ndarray, " B"]:
    """How many layers there are in effect: exp of the entropy of their shares of the strokes."""
    pairs, number = np.unique(
        np.stack((columns.drawing, columns.strokes.layer)), axis=1, return_counts=True
    )
    whole = np.bincount(columns.drawing, minlength=columns.count)
    share = number / whole[pairs[0]]
    entropy = sum_by(pairs[0], -share * np.log(share), columns.count)
    return np.where(whole > 0, np.exp(entropy), np.nan)


def rank_within(
    values: Float[np.ndarray, " N"], group: Int[np.ndarray, " N"]
) -> Float[np.ndarray, " N"]:
    """The rank of each among its group, ties sharing the mean of theirs; groups lie together."""
    order = np.lexsort((values, group))
    g, v = group[order], values[order]
    new = np.r_[True, (g[1:] != g[:-1]) | (v[1:] != v[:-1])] if len(v) else np.zeros(0, bool)
    tie = np.cumsum(new) - 1
    place = np.bincount(tie, np.arange(float(len(v)))) / np.maximum(np.bincount(tie), 1)
    rank = np.empty(len(v))
    rank[order] = place[tie]
    return rank


def _correlation(x: np.ndarray, y: np.ndarray, group: np.ndarray, count: int) -> np.ndarray:
    """Pearson's in each group; NaN for fewer than three, or where one does not vary."""
    dx = x - mean_by(group, x, count)[group]
    dy = y - mean_by(group, y, count)[group]
    spread = np.sqrt(sum_by(group, dx**2, count) * sum_by(group, dy**2, count))
    told = (spread > 1e-9) & (np.bincount(group, minlength=count) >= 3)
    return np.where(told, sum_by(group, dx * dy, count) / np.where(told, spread, 1), np.nan)


def _runs(columns: Columns, kind: np.ndarray) -> np.ndarray:
    drawing, count = columns.paths.drawing, columns.count
    within = drawing[1:] == drawing[:-1]
    same = ((kind[1:] == kind[:-1]) & within).astype(np.float64)
    often = mean_by(drawing[1:], same, count, within.astype(np.float64))
    pairs, number = np.unique(np.stack((drawing, kind)), axis=1, return_counts=True)
    alike = sum_by(pairs[0], number * (number - 1.0), count)
    paths = np.bincount(drawing, minlength=count)
    every = paths * (paths - 1.0)
    told = (paths >= 3) & (alike > 0) & (alike < every)
    return np.where(told, often - alike / np.where(told, every, 1), np.nan)


def _numbered(colours: np.ndarray) -> np.ndarray:
    """A number for each colour; those in one small cell of Oklab are one."""
    cell = np.floor(oklab_of(colours) / SAME_COLOUR + 0.5).astype(np.int64)
    return np.unique(cell, axis=0, return_inverse=True)[1].ravel()
