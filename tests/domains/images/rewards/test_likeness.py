import warnings

import numpy as np
import pytest
import torch

from makar.domains.images.rewards.likeness import colour_error, edge_likeness, ssim

RNG = np.random.default_rng(0)
PICTURE = RNG.random((40, 48, 3))
OTHER = np.clip(PICTURE + 0.2 * RNG.normal(size=PICTURE.shape), 0, 1)
BLACK, WHITE = np.zeros((16, 16, 3)), np.ones((16, 16, 3))


def test_ssim_by_torchmetrics():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from torchmetrics.functional.image import structural_similarity_index_measure

        pair = (torch.from_numpy(p).permute(2, 0, 1)[None] for p in (PICTURE, OTHER))
        _, places = structural_similarity_index_measure(
            *pair, data_range=1.0, return_full_image=True
        )
    judge = float(places[..., 5:-5, 5:-5].mean())  # it pads, and counts the padding
    assert ssim(PICTURE, OTHER) == pytest.approx(judge, abs=1e-9)
    assert judge < 0.95


def test_ssim_by_hand():
    # plain pictures: only the term of light counts, (2ab + c) / (a² + b² + c)
    assert ssim(0.5 * WHITE, WHITE) == pytest.approx((1 + 1e-4) / (1.25 + 1e-4))
    assert ssim(PICTURE, PICTURE) == pytest.approx(1)
    assert np.isnan(ssim(WHITE[:10], WHITE[:10]))


def test_colour_error_by_hand():
    assert colour_error(PICTURE, PICTURE) == 0
    assert colour_error(BLACK, WHITE) == pytest.approx(1)
    assert colour_error(BLACK, WHITE * [1, 0, 0]) == pytest.approx(1 / 3)
    # a checkerboard for its mean: wrong near, right from afar
    board = np.indices((16, 16)).sum(0)[..., None] % 2 * np.ones(3)
    assert colour_error(board, 0.5 * WHITE) == pytest.approx((0.25 + 0 + 0 + 0) / 4)
    assert colour_error(board, 0.5 * WHITE, levels=1) == pytest.approx(0.25)


def test_detail_says_where_errors_count():
    half = WHITE.copy()
    half[:, :8] = 0
    left, right = np.zeros((16, 16)), np.zeros((16, 16))
    left[:, :8] = right[:, 8:] = 2
    assert colour_error(half, WHITE) == pytest.approx(0.5)
    assert colour_error(half, WHITE, detail=left) == pytest.approx(1)
    assert colour_error(half, WHITE, detail=right) == 0
    assert np.isnan(colour_error(half, WHITE, detail=0 * left))


def test_edges_by_hand():
    step = WHITE.copy()
    step[:, :8] = 0
    assert edge_likeness(step, step) == pytest.approx(1)
    assert edge_likeness(step, 1 - step) == pytest.approx(-1)
    assert edge_likeness(step, WHITE) == pytest.approx(0)
    assert edge_likeness(BLACK, WHITE) == 1  # neither has edges
    # half as strong: 1 - (1/2)² / (1 + (1/2)²), as Oklab's lightness goes from 0 to .5 here
    grey = np.where(
        step > 0.5, 0.5**3 * 12.92 if 0.5**3 < 0.0031 else 1.055 * 0.125 ** (1 / 2.4) - 0.055, 0
    )
    assert edge_likeness(step, grey) == pytest.approx(1 - 0.25 / 1.25, abs=1e-6)


def test_edges_elsewhere_are_unlike():
    step, moved = WHITE.copy(), WHITE.copy()
    step[:, :8], moved[:, :5] = 0, 0
    assert 0 <= edge_likeness(step, moved, levels=1) < 0.1
    assert edge_likeness(step, moved) > 0.1  # from afar they are near


def test_a_picture_of_another_size_is_refused():
    for measure in (ssim, colour_error, edge_likeness):
        with pytest.raises(ValueError, match="its own size"):
            measure(WHITE, WHITE[:8])


def test_any_size_is_judged():
    for shape in ((1, 1, 3), (1, 9, 3), (13, 7, 3)):
        assert colour_error(np.ones(shape), np.zeros(shape)) == pytest.approx(1)
    assert np.isnan(edge_likeness(np.ones((1, 9, 3)), np.ones((1, 9, 3))))
