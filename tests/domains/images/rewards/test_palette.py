import numpy as np
import pytest

from makar.domains.images.pictures.colour import oklab_of, srgb_of
from makar.domains.images.rewards.palette import palette_distance, palette_use

BLACK, WHITE = np.zeros(3), np.ones(3)
RED, BLUE = np.array([1, 0, 0.0]), np.array([0, 0, 1.0])
PALETTE = np.stack((BLACK, RED))


def test_distance_by_hand():
    assert palette_distance(np.stack((BLACK, RED, RED)), PALETTE) == 0
    assert palette_distance(WHITE[None], BLACK[None]) == pytest.approx(1, abs=1e-6)
    grey = srgb_of(np.array([[0.25, 0, 0]]))  # a quarter of the way from black in Oklab
    assert palette_distance(grey, np.stack((BLACK, WHITE))) == pytest.approx(0.25, abs=1e-6)
    blue = min(np.linalg.norm(oklab_of(BLUE) - oklab_of(c)) for c in PALETTE)
    assert palette_distance(np.stack((BLUE, RED)), PALETTE) == pytest.approx(blue / 2)


def test_pixels_and_weights_count():
    pixels = np.zeros((300, 300, 3))  # more than are looked at together
    pixels[:30] = WHITE
    assert palette_distance(pixels, BLACK[None]) == pytest.approx(0.1, abs=1e-6)
    two = np.stack((BLACK, WHITE))
    assert palette_distance(two, BLACK[None], weights=np.array([1, 3.0])) == pytest.approx(0.75)
    assert np.isnan(palette_distance(two, BLACK[None], weights=np.zeros(2)))
    assert np.isnan(palette_distance(two[:0], BLACK[None]))


def test_use_is_the_share_of_the_palette_that_occurs():
    palette = np.stack((BLACK, RED, WHITE, BLUE))
    assert palette_use(np.stack((BLACK, RED, RED * 0.999)), palette) == 0.5
    assert palette_use(palette, palette) == 1
    assert palette_use(np.zeros((0, 3)), palette) == 0
    assert palette_use(srgb_of(np.array([[0.5, 0, 0]])), palette) == 0


def test_no_palette_is_refused():
    with pytest.raises(ValueError, match="at least one"):
        palette_distance(PALETTE, PALETTE[:0])
