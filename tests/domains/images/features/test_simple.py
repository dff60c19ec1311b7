import numpy as np
import pytest

from makar.domains.images.features.simple import (
    ANGLES,
    KIND,
    SIMPLE_FEATURES,
    simple_features,
)
from makar.domains.images.pictures.colour import oklab_of

ROW, COLUMN = np.meshgrid(np.arange(64), np.arange(64), indexing="ij")


def grey(light):
    return np.repeat(np.asarray(light, np.float64)[..., None], 3, axis=2)


def waves(angle, period=16.0):
    """Bright and dark bars that run across this direction, in radians from the right, downwards."""
    return grey(
        0.5 + 0.4 * np.sin(2 * np.pi * (COLUMN * np.cos(angle) + ROW * np.sin(angle)) / period)
    )


def features(picture):
    return simple_features(picture[None])[0]


def edges(picture):
    return features(picture)[96:128].reshape(4, ANGLES)


def test_a_plain_picture_is_its_colour_and_nothing_else():
    teal = np.broadcast_to([0.1, 0.5, 0.6], (20, 30, 3))
    found = features(teal)
    np.testing.assert_allclose(found[:48].reshape(16, 3), [5 / 4 * oklab_of(teal[0, 0])] * 16)
    np.testing.assert_allclose(found[48:], 0, atol=1e-9)
    assert len(found) == SIMPLE_FEATURES


def test_the_distance_of_plain_pictures_is_that_of_their_colours():
    one, other = np.full((8, 8, 3), 0.3), np.broadcast_to([0.9, 0.2, 0.1], (8, 8, 3))
    far = np.linalg.norm(features(one) - features(other))
    assert far == pytest.approx(5 * np.linalg.norm(oklab_of(one[0, 0]) - oklab_of(other[0, 0])))


def test_fields_lie_where_they_are():
    light = np.zeros((64, 64))
    light[:16, 48:] = 1  # the fourth field of the first row
    means = features(grey(light))[:48].reshape(16, 3)[:, 0]
    assert np.flatnonzero(means > 1e-9).tolist() == [3]
    assert means[3] == pytest.approx(5 / 4)


@pytest.mark.parametrize("number", range(ANGLES))
def test_edges_are_told_by_their_direction(number):
    found = edges(waves(number * np.pi / ANGLES))
    assert (found.argmax(1) == number).all()
    # halfway to the next direction both are as much
    between = edges(waves((number + 0.5) * np.pi / ANGLES)).sum(0)
    assert between[number] == pytest.approx(between[(number + 1) % ANGLES], rel=0.15)


def test_edges_have_no_head():
    np.testing.assert_allclose(edges(waves(0.7)), edges(1 - waves(0.7)), rtol=0.01, atol=0.003)


def fractal(power, seed=0):
    """Noise whose power falls with the frequency to this power."""
    noise = np.random.default_rng(seed).normal(size=(64, 64))
    frequency = np.hypot(*np.meshgrid(np.fft.fftfreq(64), np.fft.fftfreq(64)))
    frequency[0, 0] = 1
    light = np.fft.ifft2(np.fft.fft2(noise) / frequency ** (power / 2)).real
    return grey(np.clip(0.5 + 0.12 * light / light.std(), 0, 1))


def test_the_spectrum_is_steeper_where_a_picture_is_smoother():
    slopes = [features(fractal(power))[128] / 2 for power in (0.0, 1.0, 2.0, 3.0)]
    np.testing.assert_allclose(slopes, [0, -1, -2, -3], atol=0.4)


def test_size_and_kind_of_numbers_hardly_matter():
    picture = waves(0.4, 32.0)
    whole = (picture * 255).round().astype(np.uint8)
    large = whole.repeat(3, 0).repeat(3, 1)
    np.testing.assert_allclose(features(whole), features(picture), atol=0.05)
    np.testing.assert_allclose(features(large), features(whole), atol=1e-9)


def test_any_shape_has_features():
    rng = np.random.default_rng(1)
    for shape in ((1, 1), (1, 3), (2, 7_000), (300, 5)):
        assert np.isfinite(features(rng.random((*shape, 3)))).all()
    assert simple_features(np.zeros((0, 8, 8, 3))).shape == (0, SIMPLE_FEATURES)


def test_other_pictures_are_farther_than_a_little_change():
    picture = fractal(2.0)
    grain = 0.01 * np.random.default_rng(2).normal(size=picture.shape)
    near = np.linalg.norm(features(picture) - features(np.clip(picture + grain, 0, 1)))
    far = np.linalg.norm(features(picture) - features(fractal(2.0, seed=1)))
    assert near < KIND / 2 < far


def test_what_is_no_picture_is_refused():
    with pytest.raises(ValueError, match=r"\(B, H, W, 3\), got \(8, 8, 3\)"):
        simple_features(np.zeros((8, 8, 3)))
    with pytest.raises(ValueError, match="H, W"):
        simple_features(np.zeros((1, 0, 8, 3)))
