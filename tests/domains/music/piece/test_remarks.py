"""What is said of how a piece was read, and what of it is nobody's concern."""

from __future__ import annotations

from makar.domains.music.files import read_file
from makar.domains.music.piece.remarks import remarks


def test_what_is_set_aside_is_counted():
    changes = {"grace notes dropped": 2, "cue notes dropped": 1, "lines of words": 4}
    assert remarks(changes) == ["set aside, and judged without: 2 grace notes, 1 cue note"]


def test_what_was_assumed():
    assert remarks({"4/4 assumed at the start": 1, "120 quarter notes a minute assumed": 1}) == [
        "no metre is written: read as 4/4"
    ]
    assert remarks({"notes moved to the nearest tick": 64}) == [
        "notes between the ticks, of which a quarter has 24: 64"
    ]
    assert remarks({}) == []


def test_a_tune_of_a_book_that_cannot_be_read_is_named(tmp_path):
    path = tmp_path / "book.abc"
    good = "X:{}\nT:good\nM:4/4\nL:1/4\nK:C\n{{g}}CDEF|GABc|\n"
    path.write_text(good.format(1) + "\nX:2\nT:bad\nM:4/4\nL:1/4\nK:C\n" + "c'''''''''''\n"
                    + "\n" + good.format(3))  # fmt: skip
    reading = read_file(path)
    assert len(reading.pieces) == 2
    first, second = (remarks(reading.changes_of(n)) for n in range(2))
    assert first[0] == second[0] == "set aside, and judged without: 1 grace note"
    assert first[1].startswith("tune 2 cannot be read: “c")
