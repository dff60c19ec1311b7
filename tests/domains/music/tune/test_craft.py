"""What a tune shares with its source is told in notes, not in moves."""

from __future__ import annotations

from makar.domains.music.tune.craft import Source


def test_a_run_of_moves_takes_in_one_note_more() -> None:
    assert Source(start=3, length=8).marks == (3, 9)
