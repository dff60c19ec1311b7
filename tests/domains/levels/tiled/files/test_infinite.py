"""Infinite maps have the size of what is on them, wherever their chunks lie."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from domains.levels.tiled.building import (
    EXIT,
    GAME_WITH_ENDS,
    SLIME,
    SPAWN,
    document,
    layer,
    places,
    program,
    rows,
    saved,
    things,
    told,
)
from makar.domains.levels.level.errors import UnreadableLevelError
from makar.domains.levels.level.legend_file import parse_legend
from makar.domains.levels.tiled.read import read_tiled


def chunk(x: int, y: int, cells: dict[tuple[int, int], int]) -> dict[str, Any]:
    """Four by four cells, of which some hold a tile."""
    data = [cells.get((n % 4, n // 4), 0) for n in range(16)]
    return {"x": x, "y": y, "width": 4, "height": 4, "data": data}


FLOOR = {(n, 2): 1 for n in range(4)}
CHUNKS = [chunk(-8, -4, FLOOR), chunk(-4, -4, FLOOR), chunk(0, -4, FLOOR | {(3, 1): 1})]
"""A floor at row -2, from column -8 to 3, with a step at its end."""


def infinite(*layers: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return document(*layers, infinite=True, width=30, height=20) | fields


def ground(chunks: list[dict[str, Any]] | None = None, **fields: Any) -> dict[str, Any]:
    found = layer(startx=-8, starty=-4, width=12, height=4) | fields
    del found["data"]
    return found | {"chunks": CHUNKS if chunks is None else chunks}


def at(item: dict[str, Any], x: int, y: int) -> dict[str, Any]:
    """The object in a cell."""
    return item | {"x": 16 * x, "y": 16 * y}


def test_chunks_at_negative_places_are_read_with_the_objects_on_them(tmp_path: Path) -> None:
    path = saved(tmp_path, infinite(ground(), things(at(SPAWN, -8, -3), at(EXIT, 3, -4))))
    assert rows(path, GAME_WITH_ENDS) == ["-----------G", "S----------X", "X" * 12]
    assert "an infinite map: the 12 x 3 cells that hold tiles are read" in told(
        path, GAME_WITH_ENDS
    )


def test_an_object_in_the_air_makes_room_and_a_far_one_does_not(tmp_path: Path) -> None:
    far = at(SLIME, 400, -3)
    path = saved(tmp_path, infinite(ground(), things(at(SPAWN, -8, -9), at(EXIT, 3, -4), far)))
    found = rows(path, GAME_WITH_ENDS)
    assert (len(found), len(found[0])) == (8, 12)
    assert places(path, "S", GAME_WITH_ENDS) == [(0, 0)]
    assert "stand outside the map: 1 slime" in told(path, GAME_WITH_ENDS)


def test_layers_meet_wherever_their_chunks_begin(tmp_path: Path) -> None:
    spikes = ground([chunk(-5, -6, {(1, 3): 5, (3, 3): 5})], name="Spikes")
    text = GAME_WITH_ENDS.text + 'spike = { role = "hazard", symbol = "^", ids = "4" }'
    path = saved(tmp_path, infinite(ground(), spikes, things(at(SPAWN, -8, -3), at(EXIT, 3, -4))))
    assert rows(path, parse_legend(text))[1] == "S---^-^----X"


@pytest.mark.opener
@pytest.mark.parametrize("kind", ["plain", "packed"])
def test_tiled_saves_the_same_map_in_xml(tmp_path: Path, kind: str) -> None:
    whole = infinite(ground(), things(at(SPAWN, -8, -3), at(EXIT, 3, -4), at(SLIME, 0, -3)))
    path = saved(tmp_path, whole | ({} if kind == "plain" else {"compressionlevel": -1}))
    program("tiled", "--export-map", path, tmp_path / "map.tmx", home=tmp_path)
    assert 'infinite="1"' in (tmp_path / "map.tmx").read_text()
    assert rows(tmp_path / "map.tmx", GAME_WITH_ENDS) == rows(path, GAME_WITH_ENDS)
    one, two = (read_tiled(p) for p in (path, tmp_path / "map.tmx"))
    assert one.size == two.size
    assert (one.layers[0].cells == two.layers[0].cells).all()


@pytest.mark.parametrize(
    ("layers", "fault"),
    [
        ([ground([])], "infinite map without a tile"),
        ([ground([chunk(0, 0, {})])], "infinite map without a tile"),
        ([ground([chunk(0, 0, FLOOR), chunk(500_000, 0, FLOOR)])], "lie 500,004 columns"),
        ([ground([chunk(0, 0, FLOOR), chunk(0, -2_000, FLOOR)])], "and 2,001 rows apart"),
        ([ground([chunk(1 << 30, 0, FLOOR)])], "x must be a whole number"),
        ([ground([chunk(0, 0, FLOOR) | {"data": [1]}])], "holds 1 cells instead of 16"),
        ([ground([chunk(0, 0, FLOOR)] * 20_001)], "more than 20,000 chunks"),
        ([ground(3)], "chunks must be a list"),  # type: ignore[arg-type]
    ],
)
def test_what_no_map_could_hold_is_refused(tmp_path: Path, layers: list[Any], fault: str) -> None:
    with pytest.raises(UnreadableLevelError, match=fault):
        read_tiled(saved(tmp_path, infinite(*layers)))
