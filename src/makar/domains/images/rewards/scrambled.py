"""Drawings spoiled on purpose, one thing at a time: what a reward must tell from whole ones."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import pairwise
from typing import TypeAlias

import numpy as np

from makar.domains.images.strokes.drawing import Drawing, Strokes

Scramble: TypeAlias = Callable[[Drawing, Drawing, np.random.Generator], Drawing]
"""A drawing, another to take foreign things from, and chance."""
JITTER = 0.015
"""Standard deviation by which each point is moved, in sides: 3 mm on a page of A4."""


def order_shuffled(drawing: Drawing, _other: Drawing, rng: np.random.Generator) -> Drawing:
    """The same paths in their places, drawn in a random order."""
    paths = _paths(drawing.strokes)
    return _of_paths(drawing, [paths[i] for i in rng.permutation(len(paths))])


def order_reversed(drawing: Drawing, _other: Drawing, _rng: np.random.Generator) -> Drawing:
    """The last path first; each path runs as before."""
    return _of_paths(drawing, _paths(drawing.strokes)[::-1])


def places_exchanged(drawing: Drawing, _other: Drawing, rng: np.random.Generator) -> Drawing:
    """Each path lies with its middle where another's was; the order stays."""
    paths, strokes = _paths(drawing.strokes), drawing.strokes
    middle = [strokes.points[rows][:, [0, 3]].mean((0, 1)) for rows in paths]
    points = strokes.points.copy()
    for number, other in enumerate(rng.permutation(len(paths))):
        points[paths[number]] += middle[other] - middle[number]
    return drawing.with_strokes(replace(strokes, points=points))


def foreign_palette(drawing: Drawing, other: Drawing, rng: np.random.Generator) -> Drawing:
    """Each colour, the sheet's too, is one of another drawing's, the same for all of one colour."""
    strokes = drawing.strokes
    everything = np.vstack((strokes.colour, drawing.ground))
    kinds, number = np.unique(np.round(everything, 3), axis=0, return_inverse=True)
    foreign = np.unique(np.round(np.vstack((other.strokes.colour, other.ground)), 3), axis=0)
    drawn = rng.permutation(np.arange(max(len(kinds), len(foreign))) % len(foreign))
    colours = foreign[drawn[: len(kinds)]][number.ravel()]
    red, green, blue = (float(c) for c in colours[-1])
    spoiled = replace(strokes, colour=colours[:-1])
    return replace(drawing, strokes=spoiled, ground=(red, green, blue))


def jittered(drawing: Drawing, _other: Drawing, rng: np.random.Generator) -> Drawing:
    """Each control point a little aside; where strokes met they meet still."""
    side = (drawing.size[0] * drawing.size[1]) ** 0.5
    strokes = drawing.strokes
    points = strokes.points + rng.normal(0, JITTER * side, strokes.points.shape)
    meets = np.flatnonzero(strokes.joined[1:]) + 1
    points[meets, 0] = points[meets - 1, -1]
    for rows in _paths(strokes):
        if np.allclose(strokes.points[rows.start, 0], strokes.points[rows.stop - 1, -1]):
            points[rows.stop - 1, -1] = points[rows.start, 0]
    return drawing.with_strokes(replace(strokes, points=points))


def strokes_at_random(drawing: Drawing, _other: Drawing, rng: np.random.Generator) -> Drawing:
    """Chance: as many strokes in as many paths, of the same colours, each point anywhere."""
    strokes = drawing.strokes
    points = rng.random(strokes.points.shape) * np.array(drawing.size)
    meets = np.flatnonzero(strokes.joined[1:]) + 1
    points[meets, 0] = points[meets - 1, -1]
    return drawing.with_strokes(replace(strokes, points=points))


SCRAMBLES: Mapping[str, Scramble] = {
    "places exchanged": places_exchanged,
    "order shuffled": order_shuffled,
    "order reversed": order_reversed,
    "foreign palette": foreign_palette,
    "points jittered": jittered,
    "strokes at random": strokes_at_random,
}
"""All kinds by name, in the order of the tables."""


def _paths(strokes: Strokes) -> list[slice]:
    """The strokes of each path."""
    if not len(strokes):
        return []
    begins = np.flatnonzero(~strokes.joined | (np.arange(len(strokes)) == 0))
    return [slice(a, b) for a, b in pairwise([*begins.tolist(), len(strokes)])]


def _of_paths(drawing: Drawing, paths: list[slice]) -> Drawing:
    rows = [np.arange(p.start, p.stop) for p in paths]
    order = np.concatenate(rows) if rows else np.zeros(0, np.int64)
    strokes = drawing.strokes.take(order)
    begins = np.cumsum([0, *(len(r) for r in rows[:-1])]) if rows else order
    joined = strokes.joined.copy()
    joined[begins] = False  # the first stroke of all may say otherwise
    return drawing.with_strokes(replace(strokes, joined=joined))
