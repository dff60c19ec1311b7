import numpy as np
import pytest

from makar.domains.music.corpus.tunes import load_corpus
from makar.domains.music.melody.grid import HOLD, OFF, MelodyGrid, MelodyGrids
from makar.domains.music.melody.melody import melodies_of
from makar.domains.music.piece.key_finding import heard_key
from makar.domains.music.piece.piece import Key, Metre, Part, Piece, Pieces
from makar.domains.music.tune.features import (
    FEATURE_WORDS,
    features_id,
    fixed_features,
    judgeable,
    spread_features,
)

C, D, E, G = 14, 16, 18, 21
"""Tokens of middle C and notes above it."""


def grid(*tokens):
    return MelodyGrid(np.array(tokens, np.int8), Metre(0, 2, 4))


# C (quarter), E (eighth), rest (eighth), C (eighth), G (eighth dotted), D (sixteenth)
TUNE = grid(C, HOLD, HOLD, HOLD, E, HOLD, OFF, HOLD, C, HOLD, G, HOLD, HOLD, D, HOLD, HOLD)


def features(*grids):
    return spread_features(MelodyGrids.stack(grids).melodies)


def test_every_feature_by_hand():
    found = {name: values[0] for name, values in features(TUNE).items()}
    assert list(found) == list(FEATURE_WORDS)
    assert found["pitch_count"].tolist() == [4]
    assert found["note_count"].tolist() == [5]
    assert found["pitch_range"].tolist() == [7]
    assert found["mean_interval"].tolist() == [(4 + 4 + 7 + 5) / 4]
    assert found["time_between_notes"].tolist() == [(1 + 1 + 0.5 + 0.75) / 4]
    sounding = np.zeros(12)
    sounding[[0, 2, 4, 7]] = [6, 3, 2, 3]  # sixteenths
    assert found["pitch_classes"] == pytest.approx(sounding / 14)
    moves = np.zeros((12, 12))
    moves[0, 4] = moves[4, 0] = moves[0, 7] = moves[7, 2] = 0.25
    assert found["pitch_class_moves"].reshape(12, 12) == pytest.approx(moves)
    lengths = np.zeros(12)
    quarter, eighth, dotted_eighth = 2, 3, 7
    lengths[[quarter, eighth, dotted_eighth]] = [0.2, 0.4, 0.4]
    assert found["note_lengths"] == pytest.approx(lengths)
    pairs = np.zeros((12, 12))
    pairs[quarter, eighth] = pairs[eighth, eighth] = 0.25
    pairs[eighth, dotted_eighth] = pairs[dotted_eighth, dotted_eighth] = 0.25
    assert found["note_length_moves"].reshape(12, 12) == pytest.approx(pairs)


def test_a_key_is_no_feature():
    piece = TUNE.piece()
    moved = melodies_of(Pieces((piece, piece.transposed(3))))
    for values in spread_features(moved).values():
        assert values[0] == pytest.approx(values[1])
    assert fixed_features(moved)[0] == pytest.approx(fixed_features(moved)[1])


def test_the_fixed_vector_is_what_its_name_says():
    # fails when the vector changes: raise FEATURES_VERSION then, and this
    assert features_id() == "v1-f36570fc"
    vector = fixed_features(MelodyGrids.stack([TUNE]).melodies)[0]
    assert vector.shape == (37,)
    assert vector[:12] * 0.08 == pytest.approx(features(TUNE)["pitch_classes"][0])
    up_third, down_third, up_fifth, down_fifth = 6, 2, 7, 1
    sizes = np.zeros(9)
    sizes[[up_third, down_third, up_fifth, down_fifth]] = 0.25
    assert vector[12:21] * 0.09 == pytest.approx(sizes)
    assert vector[27] * 2.0 == 4  # different pitches
    assert vector[28] * 3.5 == 7  # range


def test_nothing_is_made_of_nothing():
    silent = grid(OFF, *[HOLD] * 15)
    works = MelodyGrids.stack([silent, TUNE, grid(C, *[HOLD] * 15)])
    assert np.isfinite(fixed_features(works.melodies)).all()
    assert judgeable(works.melodies).tolist() == [1]
    assert spread_features(MelodyGrids.stack([]).melodies)["pitch_count"].shape == (0, 1)


def test_people_are_of_about_the_same_size_in_every_number(cache):
    grids = load_corpus(("miscFolk",)).windows(8, ("4/4", "6/8"), side="train").grids
    spread = fixed_features(grids.melodies).std(0)
    assert spread.max() < 3  # no number may drown the others
    assert np.median(spread) > 0.3


@pytest.mark.parametrize(("tonic", "mode"), [(2, "major"), (9, "minor"), (11, "minor")])
def test_the_key_is_heard(tonic, mode):
    scale = [0, 2, 4, 5, 7, 9, 11] if mode == "major" else [0, 2, 3, 5, 7, 8, 10]
    degrees = [0, 1, 2, 3, 4, 2, 0, 4, 5, 4, 3, 2, 1, 0]
    notes = np.array([[24 * i, 24, 60 + tonic + scale[d], 80] for i, d in enumerate(degrees)])
    assert heard_key(notes) == Key(tonic, mode)
    assert heard_key(notes[:0]) == Key()
    assert Piece((Part(notes),)).key == Key()  # what is said of a file that says nothing
