from __future__ import annotations

import numpy as np
import pytest

from makar.core.errors import ConfigError
from makar.domains.images.pictures.picture import Picture, scaled_size, size_within


def numbered(width: int, height: int) -> Picture:
    pixels = np.arange(width * height, dtype=np.uint8).reshape(height, width, 1).repeat(3, 2)
    return Picture(pixels, title="numbers", author="Ann", licence="CC0", notes=("a note",))


def test_a_crop_is_the_rectangle_named_and_keeps_the_credit() -> None:
    crop = numbered(5, 4).cropped(1, 2, 3, 2)
    assert crop.pixels[:, :, 0].tolist() == [[11, 12, 13], [16, 17, 18]]
    assert (crop.title, crop.author, crop.licence) == ("numbers", "Ann", "CC0")
    assert crop.notes == ("a note",)
    assert crop.pixels.flags.c_contiguous


@pytest.mark.parametrize(
    "box", [(-1, 0, 2, 2), (0, 0, 6, 1), (0, 3, 1, 2), (0, 0, 0, 1), (2, 2, 1, -1)]
)
def test_a_crop_outside_the_picture_is_refused(box: tuple[int, int, int, int]) -> None:
    with pytest.raises(ConfigError, match="does not lie in the picture of 5 × 4 pixels"):
        numbered(5, 4).cropped(*box)


def test_squares_are_cut_from_the_middle_or_padded_around() -> None:
    assert numbered(5, 3).cut_square().pixels[:, :, 0].tolist() == [
        [1, 2, 3], [6, 7, 8], [11, 12, 13],
    ]  # fmt: skip
    padded = numbered(1, 3).padded_square((1.0, 0.5, 0.0))
    assert padded.pixels[:, :, 0].tolist() == [[255, 0, 255], [255, 1, 255], [255, 2, 255]]
    assert padded.pixels[0, 0].tolist() == [255, 128, 0]
    assert numbered(3, 1).padded_square().pixels[:, :, 1].tolist() == [
        [255] * 3, [0, 1, 2], [255] * 3,
    ]  # fmt: skip


def test_sizes_keep_the_shape() -> None:
    assert scaled_size((200, 100), 10) == (14, 7)
    assert numbered(8, 2).of_side(2).size == (4, 1)
    assert size_within((4000, 1000), 512) == (512, 128)
    assert size_within((3, 10_000), 512) == (1, 512)
    assert size_within((30, 40), 512) == (30, 40)
    # means of four, such as (0 + 1 + 8 + 9) / 4, the halves rounded up
    small = numbered(8, 4).within(4).pixels[:, :, 0]
    assert small.tolist() == [[5, 7, 9, 11], [21, 23, 25, 27]]
