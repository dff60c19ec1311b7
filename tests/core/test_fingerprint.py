"""Equal contents have equal fingerprints, and only they."""

from __future__ import annotations

import enum
from collections import OrderedDict
from dataclasses import dataclass, field, replace
from itertools import combinations
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from makar.core.fingerprint import fingerprint
from makar.domains.levels.editing.edits import Replay
from makar.domains.levels.level.level import Level, Levels
from makar.domains.levels.tiles.codec import Kept
from makar.domains.music.infill.codec import Surroundings
from makar.domains.music.melody.grid import MelodyGrid
from makar.domains.music.piece.piece import Key, Metre, Part, Piece
from makar.domains.music.voices.voices import VoiceGrid

PICTURE = np.arange(64 * 64, dtype=np.float64).reshape(64, 64)


class Mode(enum.Enum):
    MAJOR = "major"
    MINOR = "minor"


class Point(NamedTuple):
    x: int
    y: int


class Told:
    def __init__(self, text: str) -> None:
        self.text = text

    def __repr__(self) -> str:
        return self.text


@dataclass(frozen=True)
class Drawing:
    picture: np.ndarray
    name: str = ""
    seen: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Other:
    picture: np.ndarray
    name: str = ""


def test_contents_of_any_kind_are_told_apart() -> None:
    small = np.arange(6)
    different: list[Any] = [
        None, True, 1, 1.0, "1", b"1", bytearray(b"1"), "", 1e-300, np.float32(1), Mode.MAJOR,
        Mode.MINOR, Path("a"), Path("b"), range(3), [], [[]], [1], [[1]], [1, 2], [2, 1], ["1, 2"],
        {}, {"a": 1}, {"a": 1.0}, {"b": 1}, {1: "a"}, {"a": 1, "b": 2}, {"a": 2, "b": 1},
        set(), {1, 2}, {1, 3}, {(1, 2)}, np.array(1), np.array([1]), np.array([[1]]), small,
        small.astype(np.int32), small.astype(np.float64), small.reshape(2, 3),
        small.reshape(3, 2), small[::-1], small[:0], np.array(["a", "b"]), np.array([None, 1]),
        np.array([(1, 2)], [("a", "i4"), ("b", "i4")]),
        np.array([(1, 2)], [("a", "i4"), ("c", "i4")]), torch.tensor(1), torch.arange(6),
        torch.arange(6.0), torch.arange(6.0, dtype=torch.bfloat16),
        Drawing(small), Drawing(small, "n"), Other(small), Drawing(small.reshape(2, 3)),
        [Drawing(small)], [small, small], [small], {"a": small}, {"a": [small]},
    ]  # fmt: skip
    names = [fingerprint(value) for value in different]
    for (i, one), (j, other) in combinations(enumerate(names), 2):
        assert one != other, f"{different[i]!r} and {different[j]!r}"


@pytest.mark.parametrize("nested", [
    lambda picture: picture, lambda picture: Drawing(picture), lambda picture: [1, picture],
    lambda picture: {"a": {"b": (picture,)}}, lambda picture: Drawing(picture, "of [1, ..., 2]"),
    torch.as_tensor, lambda picture: np.array([picture, None], object),
])  # fmt: skip
def test_one_number_in_a_picture_makes_a_difference(nested: Any) -> None:
    other = PICTURE.copy()
    other[32, 32] += 1
    assert repr(PICTURE) == repr(other)  # the numbers in the middle are not shown
    assert fingerprint(nested(PICTURE)) == fingerprint(nested(PICTURE.copy()))
    assert fingerprint(nested(PICTURE)) != fingerprint(nested(other))


def test_how_a_content_lies_in_memory_makes_none() -> None:
    for alike in (
        (PICTURE, np.asfortranarray(PICTURE), PICTURE.T.copy().T, np.tile(PICTURE, 2)[:, :64]),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}, OrderedDict(b=2, a=1)),
        ({3, 1, 2}, frozenset([1, 2, 3]), dict.fromkeys((2, 3, 1)).keys()),
        (torch.ones(2, 3), torch.ones(2, 3, requires_grad=True), torch.ones(3, 2).T),
        ((1, 2), [1, 2], Point(1, 2)),
        (Drawing(PICTURE, seen=1), Drawing(PICTURE, seen=2)),
        (np.array(["a", None], object), np.array(["a", None], object)),
        (float("nan"), float("nan")),
        ({"a", "b", "c", "d"}, {"d", "c", "b", "a"}),
    ):
        assert len({fingerprint(value) for value in alike}) == 1, alike


def test_where_one_value_ends_and_the_next_begins_is_known() -> None:
    assert fingerprint(["a", "b"]) != fingerprint(["a' builtins.str 3 'b"])
    assert fingerprint([[1], 2]) != fingerprint([[1, 2]])
    assert fingerprint({"a": {}, "b": 1}) != fingerprint({"a": {"b": 1}})
    kind = f"{Told.__module__}.Told"
    first = [Told("p"), Told(f"q{kind} r")]
    assert fingerprint(first) != fingerprint([Told(f"p{kind} q"), Told("r")])
    assert fingerprint(first) == fingerprint([Told("p"), Told(f"q{kind} r")])
    one, other = np.frombuffer(b"abcd", np.uint8), np.frombuffer(b"abcdabcd", np.uint8)
    assert fingerprint([one, other]) != fingerprint([other, one])


@given(st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.binary(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8,
), st.data())  # fmt: skip
def test_plain_values_are_told_apart_as_python_does(value: Any, data: Any) -> None:
    def kinds(v: Any) -> Any:  # Python takes 1 for True
        if isinstance(v, dict):
            return {k: kinds(x) for k, x in v.items()}
        return [kinds(x) for x in v] if isinstance(v, list) else (type(v), v)

    other = data.draw(st.just(value) | st.none() | st.lists(st.just(value)) | st.integers())
    same = fingerprint(value) == fingerprint(other)
    assert same == (kinds(value) == kinds(other))


def level(tiles: np.ndarray) -> Level:
    return Level(tiles.astype(np.uint8), ("empty", "solid", "enemy"))


def test_works_of_the_domains_are_told_by_all_they_hold() -> None:
    tiles = np.zeros((14, 120), np.uint8)
    tokens = np.zeros(200, np.int8)
    notes = np.tile([0, 24, 60, 90], (300, 1))
    works: list[tuple[Any, str]] = [
        (level(tiles), "tiles"),
        (Levels(tiles[None], ("empty", "solid")), "tiles"),
        (Kept(tiles.astype(np.int64)), "tiles"),
        (MelodyGrid(tokens), "tokens"),
        (VoiceGrid(np.zeros((4, 200), np.int8)), "tokens"),
        (Part(notes, "Melody", 73), "notes"),
    ]
    names = set()
    for work, held in works:
        array = getattr(work, held)
        changed = array.copy()
        changed[tuple(n // 2 for n in array.shape)] += 1
        names |= {fingerprint(work), fingerprint(replace(work, **{held: changed}))}
        assert fingerprint(replace(work, **{held: array.copy()})) == fingerprint(work)
    grid = MelodyGrid(tokens)
    piece = Piece((Part(notes, "Melody", 73),))
    start = Replay(level(tiles), np.arange(1200).reshape(600, 2))
    others = [
        replace(grid, metre=Metre(0, 6, 8)), replace(grid, key=Key(9, "minor")),
        Level(tiles, ("empty", "brick")), piece, replace(piece, parts=piece.parts * 2),
        start, replace(start, walk=start.walk[:-1]), replace(start, level=level(tiles + 1)),
        Surroundings(), Surroundings(before=b"12"), Surroundings(after=b"12"),
    ]  # fmt: skip
    names |= {fingerprint(work) for work in others}
    assert len(names) == 2 * len(works) + len(others)
