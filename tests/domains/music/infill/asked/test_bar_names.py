"""Bars are named as they are printed."""

import pytest

from makar.domains.music.infill.asked.bars import numbered
from makar.domains.music.infill.errors import HoleError
from makar.domains.music.infill.hole import Hole, beyond
from makar.domains.music.musicxml.bars import Bar
from makar.domains.music.piece.piece import Metre


def piece(*labels, first=1):
    return [Bar(n, 96 * n, 96 * n + 96, Metre(), False, label)
            for n, label in enumerate(labels, first)]  # fmt: skip


def test_printed_numbers_are_found():
    upbeat_is_1 = piece("1", "2", "3", "4", first=0)
    assert numbered([(2, 3)], upbeat_is_1, path="x") == ((1, 2),)
    assert numbered([(1, 4)], upbeat_is_1, path="x") == ((0, 3),)
    excerpt = piece("17", "18", "19")
    assert numbered([(18, 19)], excerpt, path="x") == ((2, 3),)


def test_a_bar_that_is_not_counted_belongs_to_the_one_before():
    bars = piece("1", "2", "X1", "3")
    assert numbered([(2, 2)], bars, path="x") == ((2, 3),)
    assert numbered([(1, 2)], bars, path="x") == ((1, 3),)
    assert numbered([(3, 3)], bars, path="x") == ((4, 4),)


def test_messages_name_printed_numbers():
    with pytest.raises(HoleError, match=r"no bar 5: .* bars 1 to 4 \(bar 1 is the upbeat\)"):
        numbered([(5, 5)], piece("1", "2", "3", "4", first=0), path="x")
    assert Hole(0, tuple(piece("17", "18", "19"))).name == "17-19"
    assert [bar.name for bar in beyond(piece("17", "18"), 2)] == ["19", "20"]
