import warnings

import numpy as np
import pytest
import torch

from makar.measures.spread import class_score, cosine_likeness, vendi_score

FEATURES = np.random.default_rng(5).normal(size=(30, 7)) + 1


def test_vendi_score_by_its_authors():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from vendi_score.vendi import score_dual, score_K

        likeness = cosine_likeness(FEATURES)
        by_likeness, by_features = score_K(likeness), score_dual(FEATURES)
    assert vendi_score(likeness) == pytest.approx(by_likeness)
    assert vendi_score(likeness) == pytest.approx(by_features)


def test_vendi_score_by_hand():
    assert vendi_score(np.eye(4)) == pytest.approx(4)
    assert vendi_score(np.ones((4, 4))) == pytest.approx(1)
    pairs = np.kron(np.eye(2), np.ones((2, 2)))
    assert vendi_score(pairs) == pytest.approx(2)
    half = np.array([[1, 0.5], [0.5, 1]])  # eigenvalues 3/4 and 1/4 of the two works
    assert vendi_score(half) == pytest.approx(np.exp(-0.75 * np.log(0.75) - 0.25 * np.log(0.25)))
    assert np.isnan(vendi_score(np.zeros((0, 0))))


def test_a_work_without_features_is_like_itself_alone():
    assert cosine_likeness(np.array([[0, 0], [2, 0], [1, 0.0]])).tolist() == [
        [1, 0, 0],
        [0, 1, 1],
        [0, 1, 1],
    ]


def test_class_score_by_torchmetrics():
    logits = torch.from_numpy(FEATURES)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from torchmetrics.image.inception import InceptionScore

        judge = InceptionScore(feature=torch.nn.Identity(), splits=1)
        judge.update(logits)
        mean, _ = judge.compute()
    assert class_score(logits.softmax(1).numpy()) == pytest.approx(float(mean))


def test_class_score_by_hand():
    assert class_score(np.eye(3)) == pytest.approx(3)
    assert class_score(np.full((5, 3), 1 / 3)) == pytest.approx(1)
    assert class_score(np.repeat(np.eye(3)[:1], 5, axis=0)) == pytest.approx(1)
    assert np.isnan(class_score(np.zeros((0, 3))))
    with pytest.raises(ValueError, match="sum to 1"):
        class_score(np.ones((2, 3)))
    with pytest.raises(ValueError, match="sum to 1"):
        class_score(np.array([[-0.5, 1.5]]))
