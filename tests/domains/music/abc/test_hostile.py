import random
import time

import pytest

from makar.core.errors import UnreadableError
from makar.domains.music.abc import read as abc_reader
from makar.domains.music.abc.format import read_abc, read_abc_file
from makar.domains.music.abc.read import read_book

HEAD = "X:1\nT:T\nM:4/4\nL:1/8\nK:C\n"
GOOD = "\nX:2\nM:4/4\nL:1/8\nK:C\nC8|D8|\n"


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b"", "empty"), (b"  \n\n", "empty"), (b"MThd\x00\x00\x00\x06", "binary"),
        (b"Dear Sir,\nthank you.\n", "no tune"), (bytes(range(256)), "binary"),
        (b"X:1\nT:no music\nK:C\n", "no notes"),
    ],
)  # fmt: skip
def test_what_is_not_abc_is_refused_by_name(tmp_path, data, fault):
    path = tmp_path / "bad.abc"
    path.write_bytes(data)
    with pytest.raises(UnreadableError, match=fault) as error:
        read_abc_file(path)
    assert "bad.abc" in error.value.path


def test_a_missing_file_and_a_huge_one(tmp_path, monkeypatch):
    with pytest.raises(UnreadableError, match="cannot be opened"):
        read_abc_file(tmp_path / "none.abc")
    (tmp_path / "big.abc").write_text(HEAD + "C8|" * 100)
    monkeypatch.setattr(abc_reader, "MAX_BYTES", 100)
    with pytest.raises(UnreadableError, match="larger than"):
        read_abc_file(tmp_path / "big.abc")
    with pytest.raises(UnreadableError, match="longer than"):
        read_abc(HEAD + "C8|" * 100)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("C1000000000|", "absurd"), ("C1/0|", "zero"), ("C0|", "zero"), ("C//////////|", "absurd"),
        ("(0CDE|", "absurd"), ("(99999CDE|", "absurd"), ("(3:0:3CDE|", "zero"),
        ("(3:2:0CDE|", "zero"), ("C8" + ":" * 100 + "|", "repeated"), ("C,,,,,,,,,,,,|", "pitches"),
        ("c''''''''''|", "pitches"), ("^c'''''|^g'''''|", "pitches"), ("Z999999|C8|", "absurd"),
        ("C" * 100_002, "notes"), ("Z9999|" * 1000 + "C", "quarter notes"),
        ("C999999|" * 10, "quarter notes"), ("[2C8|", "nothing to be played"),
        ("".join(f"[V:{n}]C8|" for n in range(100)), "voices"),
    ],
)  # fmt: skip
def test_a_hostile_tune_is_skipped_with_its_reason_and_the_next_is_read(body, reason):
    book = read_book(HEAD + body + "\n" + GOOD, "x.abc")
    assert [t.number for t in book.tunes] == ["2"]
    ((number, said),) = book.skipped
    assert number == "1"
    assert reason in said


def test_repeats_cannot_multiply_without_end():
    many = "|:" + "C" * 2_000 + ":::::::|"
    book = read_book(HEAD + many * 40 + GOOD)
    assert "more than 100000 notes" in book.skipped[0][1]
    bars = "|:C:::::::::::::|" * 6_000
    assert "more than 50000 bars" in read_book(HEAD + bars + GOOD).skipped[0][1]


@pytest.mark.parametrize(
    "field",
    [
        "M:0/0", "M:4/0", "M:1000000000/4", "M:4/7", "L:0", "L:1/0", "L:1/99999", "K:H", "K:",
        "K:Cbphr ^^^^^", "Q:0", "Q:1/0=100", "Q:1/4=1e9", "Q:x", "V:", "P:",
    ],
)  # fmt: skip
def test_nonsense_in_fields_is_survived(field):
    header = f"X:1\nM:4/4\nL:1/8\n{field}\nK:C\nC8|\n"
    within = HEAD + f"C8|\n{field}\nD8|[{field}]E8|\n"
    assert read_abc(header)
    assert [int(n[2]) for n in read_abc(within)[0].parts[0].notes][::2] == [60, 64]


def test_unclosed_signs_do_not_swallow_the_tune():
    book = read_book(HEAD + 'C2 {D2 "E2 !F2 [G2\nA8|\n')
    assert [int(n[2]) for n in book.tunes[0].piece.parts[0].notes] == [60, 62, 64, 65, 67, 69]
    assert book.dropped["signs not understood"] == 4


def test_long_runs_of_any_sign_take_no_quadratic_time():
    begun = time.process_time()
    for sign in "[{:(/":
        read_book(HEAD + "C8|" + sign * 150_000 + "\n" + GOOD)
    # the bound is on hostile input, not on speed: in quadratic time this takes minutes
    assert time.process_time() - begun < 60


@pytest.mark.parametrize("sign", list("|:[]{}()\"!+-<>^_=%\\&~.CzZ1/,'yx "))
def test_long_runs_of_any_sign_leave_the_next_tune_readable(sign):
    book = read_book(HEAD + "C8|" + sign * 2_000 + "\n" + GOOD)
    assert book.tunes[-1].number == "2"


def test_random_bytes_and_cut_off_tunes_end_in_tunes_or_reasons():
    draw = random.Random(5)
    text = HEAD + '|:"Am"(3CDE [CEG]2 {g}a>b|1 c4-c4:|2 d8||\n[K:G]V:2\nZ2|(5abcde&x|\n' + GOOD
    alphabet = text + "|:[]\"!{}()<>/^_=',0123456789-&%"
    for _ in range(400):
        letters = list(text)
        for _ in range(draw.randrange(1, 12)):
            letters[draw.randrange(len(letters))] = draw.choice(alphabet)
        try:
            read_book("".join(letters[: draw.randrange(1, len(letters) + 1)]), "x")
        except UnreadableError:
            continue
