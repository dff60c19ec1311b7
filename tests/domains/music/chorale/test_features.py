import numpy as np
import pytest

from makar.domains.music.chorale.features import (
    VOICES_FEATURE_WORDS,
    fixed_voice_features,
    judgeable_voices,
    spread_voice_features,
    voice_features_id,
)
from makar.domains.music.piece.piece import Key, Metre
from makar.domains.music.voices.voices import FIRST_PITCH, HOLD, LOWEST, OFF, VoiceGrid, VoiceGrids


def work(*chords, length=4):
    tokens = np.full((4, length * len(chords)), HOLD, np.int16)
    tokens[:, ::length] = np.array(chords).T - LOWEST + FIRST_PITCH
    return VoiceGrid(tokens, Metre(0, 4, 4), Key(0, "major"))


# C, F, C, G as quarters: roots 0, 5, 0, 7
PROGRESSION = work((72, 67, 64, 48), (72, 69, 65, 53), (72, 67, 64, 48), (71, 67, 62, 43))


def test_every_feature_by_hand():
    found = {n: v[0] for n, v in spread_voice_features(VoiceGrids.stack([PROGRESSION])).items()}
    assert list(found) == list(VOICES_FEATURE_WORDS)
    classes = np.zeros(12)
    classes[[0, 7, 4, 5, 9, 11, 2]] = [2 + 1 + 2, 2 + 2, 2, 2, 1, 1, 1]
    assert found["pitch_classes"] == pytest.approx(classes / 16)
    roots = np.zeros(48)
    roots[[4 * 0, 4 * 5, 4 * 7]] = [0.5, 0.25, 0.25]  # all major
    assert found["chords"] == pytest.approx(roots)
    moves = np.zeros(12)
    moves[[5, 7]] = [1 / 3, 2 / 3]  # up a fourth; up a fifth twice (F to C, C to G)
    assert found["root_moves"] == pytest.approx(moves)
    assert found["chord_changes"].tolist() == [3]
    pairs = found["spacing"].reshape(3, 25)
    upper = np.zeros(25)
    upper[[5, 3, 4]] = [0.5, 0.25, 0.25]
    assert pairs[0] == pytest.approx(upper)
    lower = np.zeros(25)
    lower[[16, 12, 19]] = [0.5, 0.25, 0.25]
    assert pairs[2] == pytest.approx(lower)
    assert found["bass_pitch_range"].tolist() == [10]
    assert found["bass_mean_interval"].tolist() == [5]
    assert found["soprano_mean_interval"].tolist() == [pytest.approx(1 / 3)]
    assert found["tenor_note_lengths"][2] == 1  # quarters


def test_the_fixed_vector_is_what_its_name_says():
    # fails when the vector changes: raise VOICES_FEATURES_VERSION then, and this
    assert voice_features_id() == "voices-v1-75aaf495"
    vector = fixed_voice_features(VoiceGrids.stack([PROGRESSION]))[0]
    assert vector.shape == (33,)
    assert vector[:12].sum() * 0.05 == pytest.approx(1)
    assert vector[12:16] * 2.8 == pytest.approx([1, 2, 3, 10])  # ranges
    assert vector[16:20] * 0.6 == pytest.approx([1 / 3, 4 / 3, 4 / 3, 5])
    assert vector[20:24] * 0.23 == pytest.approx([1] * 4)  # notes a quarter
    assert vector[24:27] * 1.6 == pytest.approx([4.25, 3.75, 15.75])
    assert vector[28] * 0.023 == pytest.approx(1)  # all triads
    assert vector[31] * 0.08 == pytest.approx(1)  # all struck together


def test_a_key_is_no_feature():
    both = VoiceGrids.stack([PROGRESSION, VoiceGrid(PROGRESSION.tokens, key=Key(7, "major"))])
    for values in spread_voice_features(both).values():
        assert values[0] == pytest.approx(values[1])
    assert fixed_voice_features(both)[0] == pytest.approx(fixed_voice_features(both)[1])


def test_padding_and_silence_are_no_music():
    silent = np.full((4, 64), HOLD, np.int16)
    silent[:, 0] = OFF
    both = VoiceGrids.stack([PROGRESSION, VoiceGrid(silent)])  # the first is padded
    assert judgeable_voices(both).tolist() == [0]
    alone = spread_voice_features(VoiceGrids.stack([PROGRESSION]))
    for name, values in spread_voice_features(both).items():
        assert values[0] == pytest.approx(alone[name][0]), name
        assert (values[1] == 0).all(), name
    assert np.isfinite(fixed_voice_features(both)).all()
    assert fixed_voice_features(both)[0] == pytest.approx(
        fixed_voice_features(VoiceGrids.stack([PROGRESSION]))[0]
    )
