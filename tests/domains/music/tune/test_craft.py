"""What a tune shares with its source, and that its files lie where the instrument plays them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import mido
import music21
import numpy as np
import pytest

from makar.domains.music.abc.format import read_abc_file
from makar.domains.music.blend.craft import PieceCraft
from makar.domains.music.melody.grid import LOWEST_PITCH, MelodyGrid, MelodyGrids
from makar.domains.music.piece.piece import PITCH, Key
from makar.domains.music.rewards.novelty import CopyIndex
from makar.domains.music.tune.craft import MelodyCraft, Source

NOTHING = CopyIndex.of(MelodyGrids.stack([]).melodies)
COMPASS = {40: (55, 100), 71: (50, 91), 24: (40, 84), 42: (36, 76), 73: (60, 96), 74: (65, 98)}
"""Lowest and highest note of violin, clarinet, guitar, cello, flute and recorder."""
MODES = ("major", "minor")
LOW, HIGH = (55, 57, 59, 60, 62, 64, 67, 69), (67, 69, 71, 72, 74, 76, 79, 81)
"""Where the grid may have put a tune: about C4 and about C5; nothing says how high it is heard."""


def tune(pitches: tuple[int, ...], key: Key) -> MelodyGrid:
    return MelodyGrid(np.array(pitches, np.int8) - LOWEST_PITCH + 2, key=key)


def craft(program: int) -> MelodyCraft:
    return MelodyCraft(NOTHING, (), 0.0, program=program)


def read_by_mido(path: Path) -> tuple[list[int], set[int]]:
    """Pitches, and the programs that play them."""
    messages = [message for track in mido.MidiFile(path).tracks for message in track]
    struck = [m.note for m in messages if m.type == "note_on" and m.velocity]
    return struck, {m.program for m in messages if m.type == "program_change"}


def test_a_run_of_moves_takes_in_one_note_more() -> None:
    assert Source(start=3, length=8).marks == (3, 9)


@pytest.mark.parametrize("program", COMPASS)
def test_in_every_key_a_file_lies_within_its_instrument(tmp_path: Path, program: int) -> None:
    low, high = COMPASS[program]
    for number, pitches in enumerate((LOW, HIGH)):
        for key in (Key(tonic, mode) for mode in MODES for tonic in range(12)):
            path = tmp_path / f"{number}-{key.name}.mid"
            craft(program).export(tune(pitches, key), path)
            heard, programs = read_by_mido(path)
            assert programs == {program}
            assert low <= min(heard) <= max(heard) <= high, key.name
            assert (heard[0] - pitches[0] - key.tonic) % 12 == (3 if key.is_minor else 0)


@pytest.mark.parametrize("mode", MODES)
def test_a_flutes_tunes_lie_where_peoples_do_wherever_the_grid_had_them(mode: str) -> None:
    means = np.array(
        [
            craft(73).piece(tune(pitches, Key(tonic, mode))).parts[0].notes[:, PITCH].mean()
            for pitches in (LOW, HIGH)
            for tonic in range(12)
        ]
    )
    assert abs(means.mean() - 72.4) < 2.5  # 72.4: people's
    assert np.ptp(means) < 12
    assert means[:12] == pytest.approx(means[12:])  # LOW is HIGH an octave down


def test_all_formats_agree(tmp_path: Path) -> None:
    work = tune(LOW, Key(7))
    for suffix in ("mid", "musicxml", "abc"):
        craft(73).export(work, tmp_path / f"tune.{suffix}")
    heard, _ = read_by_mido(tmp_path / "tune.mid")
    assert heard == [pitch + 7 for pitch in LOW]  # a fifth up: a fourth down is below the flute
    score = music21.converter.parse(tmp_path / "tune.musicxml")
    assert [note.pitch.midi for note in score.recurse().notes] == heard
    (written,) = read_abc_file(tmp_path / "tune.abc")
    assert written.parts[0].notes[:, PITCH].tolist() == heard


def test_what_is_kept_of_a_tune_says_nothing_of_the_octave() -> None:
    work = tune(LOW, Key(7))
    one = craft(73)
    assert one.pack(one.unpack(one.pack(work))) == one.pack(work)
    assert one.notation(work) == craft(40).notation(work) == "D,E,F,G, A,B,DE z8 |]"


@pytest.mark.parametrize("program", COMPASS)
def test_a_blend_lies_within_its_instrument_too(tmp_path: Path, program: int) -> None:
    low, high = COMPASS[program]
    for key in (Key(tonic, mode) for mode in MODES for tonic in range(12)):
        work = tune(LOW, key).piece(program=program)
        kept = PieceCraft(craft(program))
        again = kept.unpack(kept.pack(work))
        path = tmp_path / f"{key.name}.mid"
        kept.export(again, path)
        heard, _ = read_by_mido(path)
        assert low <= min(heard) <= max(heard) <= high, key.name
        assert again.parts[0].notes.tolist() == work.parts[0].notes.tolist()
    assert replace(kept, tunes=craft(24)).notation(work) == kept.notation(work)
