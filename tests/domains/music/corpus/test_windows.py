import numpy as np
import pytest

from makar.domains.music.abc.read import read_book
from makar.domains.music.abc.tune import BarTable
from makar.domains.music.corpus.columns import Columns
from makar.domains.music.corpus.sources import harvest_collections
from makar.domains.music.corpus.windows import cut_windows
from makar.domains.music.melody.encoding import encode_bars
from makar.domains.music.melody.grid import HOLD, OFF, OffGridError
from makar.domains.music.piece.piece import Key, Metre


def columns_of(*bodies: str, metre: str = "4/4", key: str = "C", length: str = "1/4") -> Columns:
    text = "".join(f"X:1\nM:{metre}\nL:{length}\nK:{key}\n{body}\n\n" for body in bodies)
    tunes = read_book(text, expand_repeats=False).tunes
    return Columns.of([t.piece for t in tunes], [t.bars for t in tunes])


def struck(row: np.ndarray) -> list[tuple[int, int]]:
    """(Step, MIDI) of the notes struck."""
    return [(n, int(t) + 46) for n, t in enumerate(row) if t not in (HOLD, OFF)]


def test_real_tunes_are_encoded_as_encode_bars_does():
    harvest = harvest_collections(["miscFolk"])
    columns = Columns.of(harvest.pieces, harvest.bars)
    windows = cut_windows(columns, bars=4, metres=("4/4", "6/8", "2/4", "3/4"))
    compared = 0
    for grid, number, bar in zip(windows.grids, windows.piece, windows.bar, strict=True):
        piece, table = harvest.pieces[number], harvest.bars[number]
        last = bar + 3
        plain = (
            table.start[0] == piece.pickup
            and table.start[bar] == piece.pickup + bar * piece.metre.bar
            and (table.heard[bar : last + 1] == piece.metre.bar).all()
            and len(piece.keys) == 1
        )
        if not plain:
            continue
        try:
            theirs = encode_bars(piece, int(bar), 4)
        except OffGridError:
            continue  # the metre changes before: it counts bars by the first metre
        np.testing.assert_array_equal(grid.tokens, theirs.tokens)
        assert grid.key == theirs.key
        assert (grid.metre.beats * 4 / grid.metre.unit) == theirs.metre.bar / 24
        compared += 1
    assert compared > 200


def test_sections_are_cut_from_their_own_beginning():
    sixteen_bars = "CDEF|" * 3 + "C4||" + "GABc|" * 3 + "G4|]"
    windows = cut_windows(columns_of("C|" + sixteen_bars), bars=4)
    assert windows.bar.tolist() == [0, 4]
    assert struck(windows.grids.tokens[1])[0] == (0, 67)
    # a window does not run into a section that begins within it ...
    windows = cut_windows(columns_of("CDEF|" * 5 + "||" + "GABc|" * 4), bars=4)
    assert windows.bar.tolist() == [0, 5]
    assert windows.left_out == {"bars over at the end of a section": 1}
    # ... unless both sections end with it
    windows = cut_windows(columns_of("CDEF|" * 4 + "||" + "GABc|" * 4), bars=8)
    assert windows.bar.tolist() == [0]


def test_a_section_ends_before_the_next_upbeat():
    body = "C|" + "DDDD|" * 3 + "EEE||G|" + "AAAA|" * 3 + "BBB|]"
    windows = cut_windows(columns_of(body), bars=4)
    assert windows.bar.tolist() == [0, 4]
    first, second = (struck(row) for row in windows.grids.tokens)
    assert [p for _, p in first] == [62] * 12 + [64] * 3
    assert [p for _, p in second] == [69] * 12 + [71] * 3
    assert windows.grids.tokens[0][-4] == OFF
    (both,) = (struck(row) for row in cut_windows(columns_of(body), bars=8).grids.tokens)
    assert [p for _, p in both] == [62] * 12 + [64] * 3 + [67] + [69] * 12 + [71] * 3


def test_the_last_of_several_endings_is_heard():
    body = "|:CDEF|GABc|cBAG|1 D4:|2 C4|]"
    windows = cut_windows(columns_of(body), bars=4)
    assert struck(windows.grids.tokens[0])[-1] == (48, 60)


def test_cut_time_counts_as_four_four():
    windows = cut_windows(columns_of("CDEF|" * 4, metre="C|"), bars=4)
    assert windows.grids.metres == (Metre(0, 4, 4),)


def test_two_four_is_a_metre_of_its_own():
    columns = columns_of("CD/E/|" * 4, metre="2/4")
    assert len(cut_windows(columns, bars=4).grids) == 0
    assert cut_windows(columns, bars=4).left_out == {"bars in another metre": 4}
    own = cut_windows(columns, bars=4, metres=("2/4",))
    assert struck(own.grids.tokens[0])[:4] == [(0, 60), (4, 62), (6, 64), (8, 60)]


def test_several_metres_in_one_batch_are_padded():
    columns = columns_of("CDEF|" * 4 + "\nM:3/4\n" + "CDE|" * 4)
    windows = cut_windows(columns, bars=4, metres=("4/4", "3/4"))
    assert windows.grids.steps.tolist() == [64, 48]
    assert [str(m) for m in windows.grids.metres] == ["4/4", "3/4"]
    assert (windows.grids.tokens[1, 48:] == -1).all()


def test_tunes_are_moved_to_c_major_or_a_minor_in_the_key_in_force():
    columns = columns_of("DEFA|" * 2 + "[K:Em]" + "EFGB|" * 2, key="D")
    windows = cut_windows(columns, bars=2)
    assert windows.grids.keys == (Key(2), Key(4, "minor"))
    assert [p % 12 for _, p in struck(windows.grids.tokens[0])[:4]] == [0, 2, 4, 7]
    assert [p % 12 for _, p in struck(windows.grids.tokens[1])[:4]] == [9, 11, 0, 4]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("C(3D/E/F/C2|CDEF|", "windows off the sixteenth grid (tuplets, thirty-seconds)"),
        ("C,,DEF|CDEc''|", "windows wider than three octaves"),
        ("z4|z4|CDEF|GABc|", "windows without a note"),
        ("CDEF|[K:G]CDEF|", "windows with a change of key"),
        ("CDEFG|CDEF|CDEF|", "bars of irregular length"),
        ("CDE|", "bars over at the end of a section"),
    ],
)
def test_what_is_left_out_is_counted(body, reason):
    assert cut_windows(columns_of(body), bars=2).left_out[reason] == 1


def test_a_short_bar_within_a_section_is_irregular():
    windows = cut_windows(columns_of("CDEF|CDE|CDEF|CDEF|"), bars=2)
    assert windows.bar.tolist() == [2]
    assert windows.left_out == {"bars of irregular length": 2}


def test_only_the_pieces_asked_for():
    columns = columns_of("CDEF|" * 4, "EFGA|" * 4, "GABc|" * 4)
    windows = cut_windows(columns, bars=4, only=np.array([2, 0]))
    assert sorted(windows.piece.tolist()) == [0, 2]


def test_pieces_from_other_files_are_cut_by_their_metres():
    piece = read_book("X:1\nM:3/4\nL:1/4\nK:C\nC|CDE|CDE|CDE|CDE|\n").tunes[0].piece
    columns = Columns.of([piece], [BarTable.of(piece)])
    windows = cut_windows(columns, bars=4, metres=("3/4",))
    assert windows.bar.tolist() == [0]
    assert [p for _, p in struck(windows.grids.tokens[0])][:3] == [60, 62, 64]


@pytest.mark.parametrize("metre", ["4", "4/5", "0/4", "x/4", "4/4/4"])
def test_metres_must_be_written_as_metres(metre):
    with pytest.raises(ValueError, match="metre"):
        cut_windows(columns_of("CDEF|"), metres=(metre,))
    with pytest.raises(ValueError, match="at least one"):
        cut_windows(columns_of("CDEF|"), bars=0)
