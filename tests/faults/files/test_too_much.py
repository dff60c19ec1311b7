"""Files that hold far more than their kind ever does are refused before it is all taken in."""

import struct

import pytest

from makar.core.errors import UnreadableError
from makar.domains.images.svg.geometry.pathdata import track
from makar.domains.levels.level.errors import LegendError, UnreadableLevelError
from makar.domains.levels.level.json_file import parse_level_json
from makar.domains.levels.level.legend_file import parse_legend
from makar.domains.music.abc.read import read_book
from makar.domains.music.midi import parse_midi
from makar.domains.music.midi.events import chunk
from makar.domains.music.musicxml import parse_musicxml

NAMED = b"PK\1\2" + bytes(24) + b"\1\0" + bytes(16) + b"a"


def midi(tracks):
    head = chunk(b"MThd", struct.pack(">3H", 2, len(tracks), 24))
    return head + b"".join(chunk(b"MTrk", track) for track in tracks)


def zip_of_names(count):
    names = NAMED * count
    return b"PK" + names + struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 9, 9, len(names), 2, 0)


def tempos(count):
    note = b"\0\x90\x40\x40\x60\x80\x40\0"
    return midi([b"\1\xff\x51\3\7\xa1\x20" * count + note])


@pytest.mark.parametrize(
    ("read", "fault"),
    [
        (lambda: parse_musicxml(zip_of_names(150_000), "it"), "more than 1,000 files"),
        (lambda: read_book("X:1\nK:C\nC\n\n" * 100_001, "it"), "more than 100,000 tunes"),
        (lambda: parse_midi(tempos(60_000), "it"), "more than 50,000 changes of tempo"),
        (lambda: parse_midi(midi([b"\0\x90\x40\x40"] * 9_000), "it"), "more than 8,192 tracks"),
    ],
)
def test_too_much_of_a_kind_is_refused_by_name(read, fault):
    with pytest.raises(UnreadableError, match=fault) as told:
        read()
    assert str(told.value).startswith("it: ")


def test_a_key_of_thirty_thousand_dots_is_no_legend():
    text = "a" + ".a" * 30_000 + " = 1"
    with pytest.raises(LegendError, match="a key of more than 30 words"):
        parse_legend(text, "it")


@pytest.mark.parametrize("depth", [150, 900, 100_000])
def test_deep_json_is_no_level_however_deep(depth):
    deep = b'{"format": ' + b"[" * depth + b"]" * depth + b"}"
    with pytest.raises(UnreadableLevelError, match="more than 100 deep"):
        parse_level_json(deep, source="it")


@pytest.mark.parametrize("numbers", ["3 3 1e999", "1e999 3 0", "1e-320 1e-320 0", "3 1e308 0"])
def test_an_arc_of_numbers_beyond_all_sense_is_read(numbers):
    made = track(f"M1 2A{numbers} 0 1 30 40")
    assert made.fault or made.at == (30, 40)
