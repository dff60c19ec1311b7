"""Sheets: their sizes, margins, orientation, and where a picture lies."""

import pytest

from makar.core.errors import ConfigError
from makar.domains.images.plotter.page import Page


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("a5", (148, 210)),
        ("A4", (210, 297)),
        ("a3", (297, 420)),
        ("letter", (215.9, 279.4)),
        ("200x300mm", (200, 300)),
        ("200.5 × 100 mm", (200.5, 100)),
        ("200mm x 100mm", (200, 100)),
    ],
)
def test_what_a_user_writes_is_a_sheet(text, size):
    page = Page.parse(text)
    assert (page.width, page.height) == size


@pytest.mark.parametrize(
    "text", ["", "a9", "200x300", "200x300in", "-200x300mm", "x300mm", "nanxnanmm"]
)
def test_what_is_no_sheet_is_refused_with_what_can_be_written(text):
    with pytest.raises(ConfigError, match="a5, a4, a3, letter"):
        Page.parse(text)


@pytest.mark.parametrize("text", ["5x300mm", "200x99999mm"])
def test_a_sheet_that_no_plotter_holds_is_refused(text):
    with pytest.raises(ConfigError, match="20 to 1500 mm"):
        Page.parse(text)


@pytest.mark.parametrize("margin", [-1, 101, float("nan")])
def test_a_margin_leaves_room_to_draw(margin):
    with pytest.raises(ConfigError, match="margin"):
        Page.parse("a4", margin=margin)


def test_a_named_sheet_is_turned_to_suit_the_picture_and_one_in_millimetres_is_not():
    assert Page.parse("a4").suited((640, 427)).width == 297
    assert Page.parse("a4").suited((427, 640)).width == 210
    assert Page.parse("a4").suited((5, 5)).width == 210
    assert Page.parse("200x300mm").suited((640, 427)).width == 200


def test_a_picture_lies_in_the_middle_as_large_as_the_margins_let_it():
    page = Page.parse("a4", margin=15)  # 180 x 267 mm inside
    assert page.box((100, 100)) == pytest.approx((15, 58.5, 195, 238.5))
    assert page.box((100, 400)) == pytest.approx((105 - 33.375, 15, 105 + 33.375, 282))
