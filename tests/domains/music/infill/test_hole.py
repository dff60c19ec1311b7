"""What may be asked of a piece, and what is refused with a remedy."""

import numpy as np
import pytest

from makar.cli.faults import exit_code_of
from makar.domains.music.infill.asked.bars import gaps, numbered, spans
from makar.domains.music.infill.asked.parts import choose_part
from makar.domains.music.infill.errors import HoleError
from makar.domains.music.infill.hole import beyond, find_hole, grid_metre
from makar.domains.music.musicxml.bars import bars
from makar.domains.music.piece.piece import Metre, Part, Piece


def line(*, quarters=32, name="Violin", start=0, percussion=False):
    notes = np.array([(start + n * 24, 24, 60 + n % 5, 80) for n in range(quarters)])
    return Part(notes, name, percussion=percussion)


EIGHT = Piece((line(),))


def hole_in(piece, span, part=0):
    span = numbered([span], bars(piece), path="x.mid")[0]
    return find_hole(piece, bars(piece), part, span, path="x.mid")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1-4,9-12", ((1, 4), (9, 12))),
        (" 9 – 12 , 3", ((3, 3), (9, 12))),
        ("0-2", ((0, 2),)),
    ],
)
def test_bars_are_named_as_musicians_do(text, expected):
    assert spans(text, path="x", option="--keep") == expected


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "names no bars"),
        ("one", "names no bars"),
        ("1-", "names no bars"),
        ("-3", "names no bars"),
        ("4-1", "backwards"),
        ("1-4,4-8", "names bar 4 twice: holes must not overlap"),
        ("5-8,6", "names bar 6 twice"),
        ("1-9999999", "names no bars"),
    ],
)
def test_what_names_no_bars_is_refused(text, fault):
    with pytest.raises(HoleError, match=fault):
        spans(text, path="x", option="--vary")


def test_the_bars_between_are_to_be_made():
    assert gaps(((1, 2), (5, 6)), bars(EIGHT), path="x") == ((3, 4), (7, 8))
    assert gaps(((3, 8),), bars(EIGHT), path="x") == ((1, 2),)
    with pytest.raises(HoleError, match="there is no bar 9: the piece has bars 1 to 8"):
        numbered(((1, 4), (9, 12)), bars(EIGHT), path="x")
    with pytest.raises(HoleError, match="every bar is kept"):
        gaps(((1, 8),), bars(EIGHT), path="x")


def test_an_upbeat_is_bar_0_and_stays():
    piece = Piece((line(quarters=33),), pickup=24)
    assert gaps(((1, 4),), bars(piece), path="x") == ((5, 8),)
    assert gaps(((0, 4),), bars(piece), path="x") == ((5, 8),)
    assert hole_in(piece, (1, 2)).start == 24
    with pytest.raises(HoleError, match="bar 0 is the upbeat"):
        hole_in(piece, (0, 1))
    with pytest.raises(HoleError, match="there is no bar 0"):
        hole_in(EIGHT, (0, 1))


BAND = (
    line(name="Violin I"),
    line(name="Violin II"),
    line(name="Cello"),
    line(name="Drum Set", percussion=True),
    Part(np.zeros((0, 4), np.int64), "3"),
)


@pytest.mark.parametrize(
    ("wish", "part"),
    [(None, 0), ("Violin II", 1), ("cello", 2), ("CEL", 2), ("ii", 1), ("2", 1), ("3", 4)],
)
def test_a_part_is_found_by_name_or_number(wish, part):
    assert choose_part(Piece(BAND), wish, path="x") == part


@pytest.mark.parametrize(
    ("wish", "fault"),
    [
        ("viola", "has no part 'viola'; there are: 1 Violin I, 2 Violin II, 3 Cello"),
        ("violin", "has 2 parts 'violin'"),
        ("9", "has no part '9'"),
        ("", "has no part ''"),
        ("drum", "is percussion.*Choose a pitched part: 1 Violin I"),
    ],
)
def test_a_part_that_is_not_there_is_named_with_those_that_are(wish, fault):
    with pytest.raises(HoleError, match=fault):
        choose_part(Piece(BAND), wish, path="x")


def test_percussion_alone_is_refused():
    piece = Piece((line(percussion=True),))
    with pytest.raises(HoleError, match="percussion only"):
        choose_part(piece, None, path="x")


def test_what_is_refused_leaves_exit_code_2_and_a_remedy(capsys):
    with pytest.raises(HoleError) as caught:
        hole_in(EIGHT, (7, 12))
    assert exit_code_of(caught.value) == 2
    assert capsys.readouterr().err.endswith("--bars 8 goes on after the end\n")


def test_of_two_hundred_parts_the_first_are_listed():
    piece = Piece(tuple(line(name=f"Desk {n}") for n in range(1, 201)))
    assert choose_part(piece, "Desk 200", path="x") == 199
    assert choose_part(piece, "137", path="x") == 136
    with pytest.raises(HoleError, match="12 Desk 12 and 188 more"):
        choose_part(piece, "tuba", path="x")


def test_a_change_of_metre_within_is_refused_and_between_is_not():
    piece = Piece((line(),), metres=(Metre(), Metre(4 * 96, 3, 4)))
    with pytest.raises(HoleError, match=r"bar 5 is in 3/4.*up to 4 and from 5 on"):
        hole_in(piece, (4, 5))
    assert hole_in(piece, (3, 4)).end == hole_in(piece, (5, 6)).start == 4 * 96


def test_a_metre_that_no_tune_had_is_refused():
    with pytest.raises(HoleError, match="no tunes in 5/4"):
        hole_in(Piece((line(),), metres=(Metre(0, 5, 4),)), (2, 3))
    assert grid_metre(Metre(0, 2, 2), path="x") == Metre(0, 4, 4)


def test_several_notes_at_once_are_refused_where_they_are_made_anew():
    chord = np.array([(4 * 96, 24, 72, 80)])
    both = np.concatenate([line().notes, chord])
    piece = Piece((Part(both[np.argsort(both[:, 0], kind="stable")], "Piano"),))
    with pytest.raises(HoleError, match="'Piano' has several notes at once in bars 5-6"):
        hole_in(piece, (5, 6))
    assert hole_in(piece, (6, 8)).first == 6


def test_legato_is_not_a_second_voice():
    notes = line().notes
    notes[:, 1] += 3
    assert hole_in(Piece((Part(notes),)), (2, 3)).first == 2
    notes[:, 1] += 1
    with pytest.raises(HoleError, match="several notes at once"):
        hole_in(Piece((Part(notes),)), (2, 3))


def test_bars_after_the_end_go_on_in_the_last_metre():
    piece = Piece((line(quarters=31),), metres=(Metre(), Metre(7 * 96, 3, 4)))
    after = beyond(bars(piece), 2)
    assert [(b.number, b.start, b.end) for b in after] == [(9, 744, 816), (10, 816, 888)]
