import numpy as np
import pytest

from makar.domains.music.rewards.novelty import CopyIndex, Novelty

JIG = "C4:2 E4:2 G4:2 C5:4 G4:2 A4:2 B4:2 A4:2 G4:6"  # ten notes, nine moves
SAME_IN_D = "D4:2 F#4:2 A4:2 D5:4 A4:2 B4:2 C#5:2 B4:2 A4:6"
OTHER = "G4:4 F4:4 E4:4 D4:4 E4:4 F4:4 G4:8 C4:4 C4:4"


def test_novelty_by_hand(tunes, judge):
    novelty = Novelty.of(tunes(JIG))
    # one run of eight moves more than the corpus's: 1 of 2 runs is new
    longer = JIG + " E4:2"
    found = judge(novelty, tunes(JIG, SAME_IN_D, OTHER, longer, "C4 D4"))
    assert found[:3] == pytest.approx([0.0, 0.0, 1.0])
    assert found[3] == pytest.approx(0.5)
    assert np.isnan(found[4])


def test_the_longest_shared_run_and_where(tunes):
    index = CopyIndex.of(tunes(OTHER, JIG))
    work = "C5:8 A3:4 D4:2 F#4:2 A4:2 D5:4 A4:2 C5:4"  # notes 2..6 are the jig's first five, in D
    found = index.longest_runs(tunes(work))
    assert (found.length[0], found.source[0]) == (4, 1)
    assert (found.start[0], found.source_start[0]) == (2, 0)


def test_a_shortened_note_hides_no_copy(tunes, judge):
    index = CopyIndex.of(tunes(JIG))
    staccato = JIG.replace("C5:4", "C5:2 r:2")
    whole, clipped = judge(index, tunes(JIG, staccato))
    assert whole == clipped == 8


def test_another_rhythm_or_interval_ends_the_run(tunes, judge):
    index = CopyIndex.of(tunes(JIG))
    halved = JIG.replace("A4:2 B4:2", "A4:3 B4:1")
    found = judge(index, tunes(JIG.replace("G4:2 A4:2", "F4:2 A4:2"), halved, "C4"))
    # changed sixth note: moves 0..3 and 6..8 stay; changed rhythm: 5 moves before
    assert found == pytest.approx([3, 5, np.nan], nan_ok=True)
