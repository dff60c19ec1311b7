import numpy as np
import pytest

from makar.domains.music.rewards.moves import moves_of
from spoiled_tunes import (
    SCRAMBLES,
    altered,
    arranged,
    bars_transposed,
    shuffled,
    walk_at_random,
    walk_in_rhythm,
)

TUNE = "C4:4 D4:2 E4:2 F4:4 r:4 G4:8 A4:4 G4:4 E4:4 D4:4 F4:6 D4:2 C4:12 r:4"


@pytest.fixture
def tune(tunes):
    return tunes(TUNE, "C4:16", "")


@pytest.fixture
def rng():
    return np.random.default_rng(3)


@pytest.mark.parametrize("name", list(SCRAMBLES))
def test_a_scramble_is_a_melody_within_its_length(name, tune, rng):
    bad = SCRAMBLES[name](tune, rng)
    assert bad.length.tolist() == tune.length.tolist()
    there = bad.sounding
    assert (
        (bad.onset + bad.duration)[there]
        <= np.broadcast_to(bad.length[:, None], there.shape)[there]
    ).all()
    assert (bad.duration[there] > 0).all()
    assert (np.diff(bad.onset, axis=1)[there[:, 1:]] > 0).all()


def test_shuffling_keeps_the_notes_and_loses_the_tune(tune, rng):
    bad = shuffled(tune, rng)
    assert sorted(bad.pitch[0]) == sorted(tune.pitch[0])
    assert sorted(bad.duration[0]) == sorted(tune.duration[0])
    assert bad.pitch[0].tolist() != tune.pitch[0].tolist()
    assert bad.onset[0].tolist() != tune.onset[0].tolist()


def test_bars_move_as_wholes(tune, rng):
    bad = bars_transposed(tune, rng)
    shift = (bad.pitch - tune.pitch)[0]
    bar = tune.onset[0] // 96
    assert all(len(set(shift[bar == b])) == 1 for b in set(bar))
    assert len(set(shift)) > 1
    assert np.array_equal(bad.onset, tune.onset)


def test_a_walk_keeps_to_key_and_compass(tune, rng):
    for walk in (walk_in_rhythm(tune, rng), walk_at_random(tune, rng)):
        n = walk.count[0]
        assert set(walk.pitch[0, :n] % 12) <= {0, 2, 4, 5, 7, 9, 11}
        assert walk.pitch[0, :n].min() >= 60
        assert walk.pitch[0, :n].max() <= 69
        assert np.abs(moves_of(walk).steps[0]).max() <= 2
    assert np.array_equal(walk_in_rhythm(tune, rng).onset, tune.onset)


def test_altering_nothing_only_transposes(tune, rng):
    copy = altered(tune, rng, share=0.0)
    assert np.array_equal(moves_of(copy).keys[0], moves_of(tune).keys[0])
    changed = altered(tune, rng, share=1.0)
    moved = (changed.pitch - tune.pitch)[0] - int((changed.tonic - tune.tonic)[0])
    assert (moved % 12 != 0).all()


def test_arranging_by_hand(tunes):
    eight = "C4:16 D4:16 E4:16 F4:16 G4:16 A4:16 B4:16 C5:16"
    found = arranged(tunes(eight, eight), "ACA")
    assert found.pitch[0].tolist() == [60, 62, 67, 69, 60, 62]
    assert found.onset[1].tolist() == [0, 96, 192, 288, 384, 480]
    assert found.length.tolist() == [576, 576]


def test_a_note_over_a_section_is_cut(tunes):
    found = arranged(tunes("C4:16 D4:24 E4:24"), "AB")
    assert found.duration[0].tolist() == [96, 96, 144]
