from __future__ import annotations

import numpy as np
import pytest

from makar.core.errors import ConfigError
from makar.domains.images.pictures.colour import decoded, encoded, luminance, oklab_of, srgb_of
from makar.domains.images.pictures.palette import palette
from makar.domains.images.pictures.picture import Picture

XYZ_TO_LIGHT = np.array(
    [[3.2404542, -1.5371385, -0.4985314], [-0.969266, 1.8760108, 0.041556],
     [0.0556434, -0.2040259, 1.0572252]]
)  # fmt: skip


@pytest.mark.parametrize(
    ("hexadecimal", "oklab"),
    [  # as CSS Color 4's reference code and culori give them
        ("ffffff", (1.0, 0.0, 0.0)),
        ("000000", (0.0, 0.0, 0.0)),
        ("ff0000", (0.62796, 0.22486, 0.12585)),
        ("00ff00", (0.86644, -0.23389, 0.17950)),
        ("0000ff", (0.45201, -0.03246, -0.31153)),
        ("808080", (0.59987, 0.0, 0.0)),
    ],
)
def test_known_colours_have_their_published_oklab(
    hexadecimal: str, oklab: tuple[float, float, float]
) -> None:
    srgb = np.frombuffer(bytes.fromhex(hexadecimal), np.uint8) / 255
    assert np.allclose(oklab_of(srgb), oklab, atol=2e-5)


@pytest.mark.parametrize(
    ("xyz", "oklab"),
    [  # the table of Ottosson's article; most of it lies outside what a screen can show
        ((0.950, 1.000, 1.089), (1.000, 0.000, 0.000)),
        ((1.000, 0.000, 0.000), (0.450, 1.236, -0.019)),
        ((0.000, 1.000, 0.000), (0.922, -0.671, 0.263)),
        ((0.000, 0.000, 1.000), (0.153, -1.415, -0.449)),
    ],
)
def test_the_authors_table(xyz: tuple[float, ...], oklab: tuple[float, ...]) -> None:
    light = XYZ_TO_LIGHT @ np.array(xyz)
    assert np.allclose(oklab_of(encoded(light)), oklab, atol=2e-3)


def test_oklab_and_back_is_where_one_was() -> None:
    srgb = np.random.default_rng(0).random((500, 3))
    assert np.abs(srgb_of(oklab_of(srgb)) - srgb).max() < 1e-12
    assert np.abs(encoded(decoded(srgb)) - srgb).max() < 1e-12
    assert srgb_of(np.array([0.7, 0.4, 0.0])).tolist()[0] == 1.0  # redder than any screen
    assert oklab_of(srgb.reshape(5, 100, 3)).shape == (5, 100, 3)


def test_light_and_luminance_are_those_of_the_standard() -> None:
    assert decoded(np.array([0.0, 0.04045, 0.5, 1.0])) == pytest.approx(
        [0, 0.0031308, 0.2140411, 1], abs=1e-7
    )
    assert luminance(np.eye(3)) == pytest.approx([0.2126, 0.7152, 0.0722])


def test_the_tone_of_a_picture_is_the_grey_as_light_as_its_colours() -> None:
    greys = np.repeat(np.arange(256, dtype=np.uint8)[None, :, None], 3, 2)
    assert np.abs(Picture(greys).tone * 255 - np.arange(256)).max() < 1e-3
    green = Picture(np.array([[[0, 255, 0], [255, 255, 255], [0, 0, 0]]], np.uint8))
    assert green.luminance[0] == pytest.approx([0.7152, 1, 0])
    assert green.tone[0] == pytest.approx([0.86248, 1, 0], abs=1e-5)  # 1.055 · .7152^(1/2.4) - .055


def of_colours(colours: list[tuple[int, int, int]], counts: list[int]) -> Picture:
    return Picture(np.repeat(np.array(colours, np.uint8), counts, 0)[None])


def test_a_picture_of_few_colours_has_just_these_the_most_frequent_first() -> None:
    picture = of_colours([(1, 2, 3), (250, 10, 10), (9, 9, 9)], [5, 20, 10])
    assert (palette(picture, 8) * 255).tolist() == [[250, 10, 10], [9, 9, 9], [1, 2, 3]]
    assert (palette(picture, 1).shape) == (1, 3)
    assert palette(Picture(np.full((1, 1, 3), 7, np.uint8)), 5).tolist() == [[7 / 255] * 3]


def test_shades_close_together_still_make_a_palette() -> None:
    greys = of_colours([(n, n, n) for n in range(8, 16)], [1] * 8)
    found = palette(greys, 4) * 255
    assert len(found) == 4
    assert np.abs(found.min(0) - 8.5).max() < 1.5


def test_clusters_are_found_whatever_their_size_and_always_the_same() -> None:
    rng = np.random.default_rng(2)
    true = np.array([[220, 60, 50], [40, 90, 200], [240, 240, 230], [30, 120, 60]])
    pixels = np.repeat(true, [4000, 2500, 1500, 120], 0) + rng.normal(0, 4, (8120, 3))
    picture = Picture(np.clip(np.round(pixels), 0, 255).astype(np.uint8)[None])
    found = palette(picture, 4)
    assert np.abs(found * 255 - true).max() < 4
    shuffled = Picture(rng.permutation(picture.pixels[0])[None])
    assert np.allclose(palette(shuffled, 4), found, atol=1e-12)


def test_one_odd_pixel_takes_no_colour_of_the_palette() -> None:
    rng = np.random.default_rng(4)
    true = np.array([[60, 60, 60], [90, 90, 90], [120, 120, 120]])
    pixels = np.repeat(true, [3000, 2500, 2000], 0) + rng.integers(-3, 4, (7500, 3))
    odd = np.array([[255, 0, 255]])
    picture = Picture(np.concatenate((pixels, odd)).astype(np.uint8)[None])
    assert np.abs(palette(picture, 3) * 255 - true).max() < 5


def test_a_palette_is_near_the_best_that_many_random_starts_find() -> None:
    from scipy.cluster.vq import kmeans

    rng = np.random.default_rng(3)
    blobs = rng.random((12, 3)) * 200 + 20
    pixels = blobs[rng.integers(0, 12, 3000)] + rng.normal(0, 14, (3000, 3))
    picture = Picture(np.clip(pixels, 0, 255).astype(np.uint8).reshape(50, 60, 3))
    points = oklab_of(picture.light.reshape(-1, 3))
    ours = oklab_of(palette(picture, 6))
    best, _ = kmeans(points, 6, iter=20, rng=np.random.default_rng(0))
    error, judge = (((points[:, None] - c) ** 2).sum(2).min(1).sum() for c in (ours, best))
    assert error < 1.1 * judge


@pytest.mark.parametrize("count", [0, -1, 257])
def test_a_palette_of_no_colours_is_refused(count: int) -> None:
    with pytest.raises(ConfigError, match=f"1 to 256 colours, not {count}"):
        palette(Picture(np.zeros((1, 1, 3), np.uint8)), count)
