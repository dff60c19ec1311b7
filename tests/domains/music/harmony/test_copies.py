import numpy as np
import pytest

from makar.core.types import Prompt
from makar.domains.music.harmony.copies import (
    ChordCopies,
    ChordNovelty,
    LineCopies,
    chord_moves,
    line,
)
from makar.domains.music.rewards.moves import moves_of
from makar.domains.music.voices.voices import FIRST_PITCH, SOPRANO, VoiceGrids
from spoiled_chorales import copied, walks

SOURCE = (
    "C5:4 D5:4 E5:4 D5:4 C5:8 B4:4 C5:4",
    "G4:4 G4:8 A4:2 F4:2 E4:8 D4:4 E4:4",
    "E4:4 B3:4 C4:8 G3:4 A3:4 G3:8",
    "C3:4 G3:4 C3:4 F3:4 C3:4 A2:4 G2:4 C3:4",
)
OTHER = ("G4:4 A4:4 F4:8 E4:16", "D4:4 C4:4 D4:8 C4:16", "B3:8 A3:8 G3:16", "G3:4 F3:12 C3:16")


def in_a_row(first: VoiceGrids, second: VoiceGrids) -> VoiceGrids:
    """Both works one after the other."""
    tokens = np.concatenate([first.tokens, second.tokens], axis=2)
    return VoiceGrids(tokens, first.steps + second.steps, first.metres, first.keys)


def moved(works: VoiceGrids, semitones: int) -> VoiceGrids:
    tokens = np.where(works.tokens >= FIRST_PITCH, works.tokens + semitones, works.tokens)
    return VoiceGrids(tokens, works.steps, works.metres, works.keys)


def test_a_move_is_the_distances_the_bass_and_the_time(chorus):
    keys, count = chord_moves(chorus(SOURCE))
    again, _ = chord_moves(moved(chorus(SOURCE), 3))
    # onsets at 0 4 8 12 14 16 20 24 28: eight moves
    assert count.tolist() == [8]
    assert keys.tolist() == again.tolist()
    for voice in range(4):
        work = list(SOURCE)
        work[voice] = work[voice].replace(":4", ":4", 1)
        changed = chorus(tuple(work))
        changed.tokens[0, voice, 0] += 1
        assert chord_moves(changed)[0][0, 0] != keys[0, 0]
    assert chord_moves(chorus(OTHER))[0][0, 0] != keys[0, 0]


def test_another_rhythm_is_another_move(chorus):
    quick, slow = (
        chorus((f"C5:{n} D5:4", f"G4:{n} G4:4", f"E4:{n} F4:4", f"C3:{n} B2:4")) for n in (4, 8)
    )
    assert chord_moves(quick)[0][0, 0] != chord_moves(slow)[0][0, 0]


def test_the_longest_run_of_chords(chorus):
    source, other = chorus(SOURCE), chorus(OTHER)
    index = ChordCopies.of(source)
    assert index(source, [Prompt()]) == [8]
    assert index(moved(source, -2), [Prompt()]) == [8]
    # behind another work, its last move leads elsewhere than the source's end, so 8 again
    assert index(in_a_row(other, source), [Prompt()]) == [8]
    assert index(other, [Prompt()]) <= 1
    found = index.longest_runs(in_a_row(other, source))
    assert found.source.tolist() == [0]
    broken = chorus(SOURCE)
    broken.tokens[0, 1, 16] += 2  # the alto's E in the middle: five moves lie before and after
    assert 2 < index(broken, [Prompt()])[0] < 8


def test_the_longest_run_of_a_line(chorus):
    source = chorus(SOURCE)
    index = LineCopies.of(source)
    works = VoiceGrids(chorus(OTHER).tokens.copy(), source.steps, source.metres, source.keys)
    alone = index(works, [Prompt()])[0]
    works.tokens[0, 2] = source.tokens[0, 2]  # the tenor is the source's: six notes, five moves
    assert alone < 5
    assert index(works, [Prompt()]) == [5]
    assert index(moved(works, 4), [Prompt()]) == [5]


def test_a_given_voice_is_no_copy(chorus):
    source = chorus(SOURCE)
    works = chorus(OTHER)
    works.tokens[0, SOPRANO] = source.tokens[0, SOPRANO]
    assert LineCopies.of(source)(works, [Prompt()]) == [6]
    given = LineCopies.of(source, given=(SOPRANO,))
    assert given(works, [Prompt()])[0] < 6
    assert len(given.longest_runs(works)) == 3


def test_lines_are_the_voices(chorus):
    works = chorus(SOURCE)
    assert line(works, 2).pitch[0].tolist() == [64, 59, 60, 55, 57, 55]
    assert moves_of(line(works, SOPRANO)).keys.tolist() == moves_of(works.melodies).keys.tolist()


def test_novelty_by_hand(chorus):
    source, other = chorus(SOURCE), chorus(OTHER)
    novelty = ChordNovelty.of(source)
    assert novelty(source, [Prompt()]) == [0]
    both = in_a_row(other, source)
    _, count = chord_moves(both)
    runs = count[0] - 3  # of four moves each; the source has five of its own
    assert novelty(both, [Prompt()]) == pytest.approx([1 - 5 / runs])
    assert np.isnan(novelty(chorus(("C5:4", "G4:4", "E4:4", "C3:4")), [Prompt()])).all()


def test_copies_are_found_and_walks_are_not(chorus):
    rng = np.random.default_rng(0)
    source = chorus(SOURCE, OTHER)
    index = ChordCopies.of(source)
    whole = index(copied(source, rng, share=0.0), [Prompt()] * 2)
    assert whole.tolist() == chord_moves(source)[1].tolist()
    assert (index(walks(source, rng), [Prompt()] * 2) < whole).all()


def test_silence_is_copied_from_nobody(chorus):
    works = chorus(("r:4",) * 4)
    assert np.isnan(ChordCopies.of(chorus(SOURCE))(works, [Prompt()])).all()
    assert np.isnan(LineCopies.of(chorus(SOURCE))(works, [Prompt()])).all()
