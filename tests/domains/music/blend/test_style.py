from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from makar.domains.music.blend.style import inventory, succession
from makar.domains.music.melody.melody import melodies_of
from makar.domains.music.piece.piece import Key, KeyChange, Metre, Part, Piece, Pieces


def tune(*notes: tuple[int, int], key: int = 0, up: int = 0) -> Piece:
    """Notes of (length in ticks, pitch) one after another in 4/4."""
    onset = np.cumsum([0, *[length for length, _ in notes]])[:-1]
    rows = [(o, length, pitch + up, 88) for o, (length, pitch) in zip(onset, notes, strict=True)]
    part = Part(np.array(rows, np.int64).reshape(-1, 4))
    return Piece((part,), (KeyChange(0, Key(key)),), (Metre(0, 4, 4),))


SCALE = tune((24, 60), (24, 62), (12, 64), (12, 60), (24, 67), (96, 60))


def test_an_inventory_by_hand() -> None:
    row = inventory(Pieces((SCALE,)))[0]
    values, intervals, degrees, places = np.split(row, [7, 18, 30])
    np.testing.assert_allclose(values, [0, 2 / 6, 0, 3 / 6, 0, 0, 1 / 6])
    # up a second twice, down a major third, up and down a fifth
    np.testing.assert_allclose(intervals, np.array([0, 0, 1, 1, 0, 0, 2, 0, 1, 0, 0]) / 5)
    np.testing.assert_allclose(degrees, np.array([3, 0, 1, 0, 1, 0, 0, 1, 0, 0, 0, 0]) / 6)
    np.testing.assert_allclose(places, np.array([5, 0, 0, 0, 1, 0, 0, 0]) / 6)


def test_a_succession_by_hand() -> None:
    row = succession(Pieces((SCALE,)))[0]
    turns, paces, opens, bars = np.split(row, [25, 41, 53])
    up, down, skip_up = 3, 0, 4
    pairs = [(up, up), (up, down), (down, skip_up), (skip_up, down)]
    assert {(int(n) // 5, int(n) % 5) for n in np.flatnonzero(turns)} == set(pairs)
    np.testing.assert_allclose(turns[turns > 0], 0.25)
    eighth, quarter, longer = 1, 2, 3
    follow = {(quarter, quarter): 1, (quarter, eighth): 1, (eighth, eighth): 1,
              (eighth, quarter): 1, (quarter, longer): 1}  # fmt: skip
    for (first, then), times in follow.items():
        assert paces[first * 4 + then] == times / 5
    assert paces.sum() == 1
    np.testing.assert_allclose(opens, [1, *[0] * 11])
    np.testing.assert_allclose(bars, [6 / 2, 7 / 12])


@given(st.lists(st.tuples(st.sampled_from([6, 12, 24, 48]), st.integers(55, 80)), min_size=3),
       st.integers(-6, 6))  # fmt: skip
def test_another_key_changes_nothing(notes: list[tuple[int, int]], up: int) -> None:
    both = Pieces((tune(*notes), tune(*notes, key=up % 12, up=up)))
    for features in (inventory, succession):
        rows = features(both)
        np.testing.assert_allclose(rows[0], rows[1])
        assert np.isfinite(rows).all()


def test_order_is_for_the_one_and_not_for_the_other() -> None:
    backwards = tune(*[(24, p) for p in (60, 64, 62, 65, 64, 67)][::-1])
    mirrored = tune(*[(24, p) for p in (67, 64, 65, 62, 64, 60)])
    assert np.allclose(*inventory(Pieces((backwards, mirrored))))
    shuffled = tune(*[(24, p) for p in (60, 62, 60, 62, 64, 62, 64)])
    sorted_ = tune(*[(24, p) for p in (60, 62, 64, 62, 60, 62, 64)])
    rows = succession(Pieces((shuffled, sorted_)))
    assert not np.allclose(rows[0], rows[1])


def test_shorter_tunes_beside_longer_ones_keep_their_features() -> None:
    short = tune((24, 60), (24, 67), (48, 64))
    for features in (inventory, succession):
        np.testing.assert_allclose(
            features(Pieces((short,)))[0], features(Pieces((short, SCALE)))[0]
        )
        assert features(melodies_of(Pieces((SCALE,)))).shape == features(Pieces((SCALE,))).shape
