"""Object layers for the game to read: where the hero starts, goes and collides."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from jaxtyping import Bool

from makar.domains.levels.level.legend import Legend, Role
from makar.domains.levels.level.level import Level

OBJECTS = "makar objects"
COLLISION = "makar collision"
MARKED: tuple[Role, ...] = ("start", "goal", "enemy")
"""Roles whose tiles become points; a point's class is its role, its name the tile's."""
Route = Sequence[tuple[float, float]]
"""Where the hero's body stands on the way: column and row of its lower left cell."""


def object_layers(
    level: Level,
    legend: Legend,
    *,
    route: Route,
    tile_size: tuple[int, int],
    first: tuple[int, int],
) -> tuple[list[dict[str, Any]], tuple[int, int]]:
    """The layers of points and of rectangles.

    Args:
        level: The level.
        legend: What its tiles mean.
        route: A way through the level; it becomes a polyline. Empty: none.
        tile_size: Width and height of a cell in pixels.
        first: The first free layer id and object id.

    Returns:
        The layers, and the layer id and object id that are free then.
    """
    ids = iter(range(first[1], first[1] + level.tiles.size + 2))
    points = list(_points(level, legend, tile_size, ids))
    if len(route) > 1:
        points.append(_polyline(route, tile_size, ids))
    boxes = [
        _object(next(ids), "", "solid", tile_size, (x, y), (width, height))
        for x, y, width, height in rectangles(legend.having("solid")[level.tiles])
    ]
    layers = [_layer(first[0], OBJECTS, points), _layer(first[0] + 1, COLLISION, boxes)]
    return layers, (first[0] + 2, next(ids))


def rectangles(solid: Bool[np.ndarray, "H W"]) -> list[tuple[int, int, int, int]]:
    """Rectangles ``(x, y, width, height)`` that cover the true cells once each.

    Runs along a row, merged with the run below while both are equally wide and placed.
    """
    found: list[tuple[int, int, int, int]] = []
    open_runs: dict[tuple[int, int], int] = {}
    for y, row in enumerate(solid):
        runs = _runs(row)
        for run in [run for run in open_runs if run not in runs]:
            top = open_runs.pop(run)
            found.append((run[0], top, run[1], y - top))
        for run in runs:
            open_runs.setdefault(run, y)
    height = len(solid)
    found += [(x, top, width, height - top) for (x, width), top in open_runs.items()]
    return sorted(found, key=lambda box: (box[1], box[0]))


def _runs(row: Bool[np.ndarray, " W"]) -> list[tuple[int, int]]:
    """First column and length of each run of true cells."""
    edges = np.flatnonzero(np.diff(np.pad(row, 1).astype(np.int8)))
    return [(int(a), int(b - a)) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def _points(
    level: Level, legend: Legend, tile_size: tuple[int, int], ids: Iterator[int]
) -> Iterator[dict[str, Any]]:
    for y, x in np.argwhere(legend.having(*MARKED)[level.tiles]).tolist():
        tile = legend.tiles[level.tiles[y, x]]
        centre = (x + 0.5, y + 0.5)
        yield _object(next(ids), tile.name, tile.role, tile_size, centre) | {"point": True}


def _polyline(route: Route, tile_size: tuple[int, int], ids: Iterator[int]) -> dict[str, Any]:
    x0, y0 = route[0]
    line = [{"x": (x - x0) * tile_size[0], "y": (y - y0) * tile_size[1]} for x, y in route]
    start = _object(next(ids), "a way through", "path", tile_size, (x0 + 0.5, y0 + 0.5))
    return start | {"polyline": line}


def _object(
    number: int,
    name: str,
    kind: str,
    tile_size: tuple[int, int],
    place: tuple[float, float],
    size: tuple[float, float] = (0, 0),
) -> dict[str, Any]:
    return {
        "height": size[1] * tile_size[1],
        "id": number,
        "name": name,
        "rotation": 0,
        "type": kind,
        "visible": True,
        "width": size[0] * tile_size[0],
        "x": place[0] * tile_size[0],
        "y": place[1] * tile_size[1],
    }


def _layer(number: int, name: str, objects: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "draworder": "topdown",
        "id": number,
        "name": name,
        "objects": objects,
        "opacity": 1,
        "type": "objectgroup",
        "visible": True,
        "x": 0,
        "y": 0,
    }
