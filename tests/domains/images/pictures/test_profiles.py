from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from makar.domains.images.pictures.reading import read_picture

SRGB = np.array(
    [[0.43607, 0.38515, 0.14307], [0.22249, 0.71687, 0.06061], [0.01392, 0.09708, 0.7141]]
)
ADOBE = np.array(
    [[0.60974, 0.20528, 0.14919], [0.31111, 0.62567, 0.06322], [0.01947, 0.06087, 0.74457]]
)
"""The primaries as XYZ under D50, as the profiles of sRGB and of Adobe RGB (1998) state them."""
GAMMA = 563 / 256


def fixed(*values: float) -> bytes:
    return struct.pack(f">{len(values)}i", *(round(value * 65536) for value in values))


def profile(
    space: bytes, tags: dict[bytes, bytes], kind: bytes = b"mntr", pcs: bytes = b"XYZ "
) -> bytes:
    """A profile of version 2 (ICC.1:2001-04)."""
    name = b"A test's own\0"
    tags = {
        b"desc": b"desc\0\0\0\0" + struct.pack(">I", len(name)) + name + b"\0" * 78,
        b"wtpt": b"XYZ \0\0\0\0" + fixed(0.9642, 1.0, 0.8249),
        b"cprt": b"text\0\0\0\0none\0",
        **tags,
    }
    table, body = struct.pack(">I", len(tags)), b""
    for tag, data in tags.items():
        at = 132 + 12 * len(tags) + len(body)
        table += tag + struct.pack(">II", at, len(data))
        body += data + b"\0" * (-len(data) % 4)
    size = 128 + len(table) + len(body)
    header = struct.pack(
        ">I4sI4s4s4s12s4s", size, b"\0" * 4, 0x02400000, kind, space, pcs, b"\0" * 12, b"acsp"
    )
    header += b"\0" * 28 + fixed(0.9642, 1.0, 0.8249)
    return header.ljust(128, b"\0") + table + body


def curve(gamma: float) -> bytes:
    return b"curv\0\0\0\0" + struct.pack(">IH", 1, round(gamma * 256))


def adobe() -> bytes:
    tags = {
        name + b"XYZ": b"XYZ \0\0\0\0" + fixed(*ADOBE[:, n])
        for n, name in enumerate((b"r", b"g", b"b"))
    }
    return profile(b"RGB ", tags | {name + b"TRC": curve(GAMMA) for name in (b"r", b"g", b"b")})


def to_screen(linear: np.ndarray) -> np.ndarray:
    value = np.clip(linear, 0, 1)
    return 255 * np.where(value <= 0.0031308, 12.92 * value, 1.055 * value ** (1 / 2.4) - 0.055)


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "P"])
def test_a_profile_becomes_srgb(tmp_path: Path, mode: str) -> None:
    stored = np.array([[[200, 100, 60], [90, 140, 120], [128, 128, 128]]], np.uint8)
    expected = to_screen(np.linalg.solve(SRGB, ADOBE @ ((stored[0] / 255) ** GAMMA).T).T)
    image = Image.fromarray(stored)
    image = image.quantize(3) if mode == "P" else image.convert(mode)
    image.save(tmp_path / "a.png", icc_profile=adobe())
    picture = read_picture(tmp_path / "a.png")
    assert np.abs(picture.pixels[0] - expected).max() <= 2
    assert np.abs(picture.pixels[0].astype(int) - stored[0]).max() > 10
    assert picture.notes == ("the colour profile “A test's own” became sRGB",)


def test_what_shines_through_is_converted_and_stays_clear(tmp_path: Path) -> None:
    image = Image.new("RGBA", (2, 1), (200, 100, 60, 255))
    image.putpixel((1, 0), (200, 100, 60, 0))
    image.save(tmp_path / "a.png", icc_profile=adobe())
    first, second = read_picture(tmp_path / "a.png").pixels[0]
    assert first[0] > 210
    assert second.tolist() == [255, 255, 255]


def test_a_grey_profile_becomes_srgb(tmp_path: Path) -> None:
    grey = profile(b"GRAY", {b"kTRC": curve(1.0)})
    Image.fromarray(np.array([[0, 55, 255]], np.uint8)).save(tmp_path / "a.png", icc_profile=grey)
    # 55 / 255 of the light is the middle grey
    assert np.abs(read_picture(tmp_path / "a.png").pixels[0, :, 0] - [0.0, 128, 255]).max() <= 1


def test_the_inks_of_a_press_become_srgb(tmp_path: Path) -> None:
    # a table of the sixteen overprints in Lab: paper is white, cyan is (50, -40, -40), and
    # whatever has another ink in it is grey
    lab = np.full((2, 2, 2, 2, 3), [40, 128, 128])
    lab[0, 0, 0, 0] = 255, 128, 128
    lab[1, 0, 0, 0] = 128, 128 - 40, 128 - 40
    lab[..., 1, :] = 0, 128, 128
    steps = bytes(range(256))
    table = b"mft1\0\0\0\0" + bytes([4, 3, 2, 0]) + fixed(1, 0, 0, 0, 1, 0, 0, 0, 1)
    table += steps * 4 + lab.astype(np.uint8).tobytes() + steps * 3
    press = profile(b"CMYK", {b"A2B0": table}, b"prtr", b"Lab ")
    inks = np.array([[[0, 0, 0, 0], [255, 0, 0, 0], [0, 0, 0, 255]]], np.uint8)
    Image.fromarray(inks, "CMYK").save(tmp_path / "a.tif", icc_profile=press)
    picture = read_picture(tmp_path / "a.tif")
    # Lab (50.2, -40, -40) by hand: XYZ (.1150, .1864, .4566), in sRGB (0, 142, 188)
    assert np.abs(picture.pixels[0].astype(int) - [[255] * 3, [0, 142, 188], [0] * 3]).max() <= 6
    assert picture.notes == ("the colour profile “A test's own” became sRGB",)


@pytest.mark.parametrize("cut", [10, 200, 400])
def test_a_broken_profile_is_told_and_left_out(tmp_path: Path, cut: int) -> None:
    image = Image.new("RGB", (1, 1), (200, 100, 60))
    image.save(tmp_path / "a.png", icc_profile=adobe()[:cut])
    picture = read_picture(tmp_path / "a.png")
    assert picture.pixels[0, 0].tolist() == [200, 100, 60]
    assert picture.notes == ("its colour profile is broken: left out",)


def test_a_profile_for_other_pixels_is_told_and_left_out(tmp_path: Path) -> None:
    Image.new("L", (1, 1), 90).save(tmp_path / "a.png", icc_profile=adobe())
    picture = read_picture(tmp_path / "a.png")
    assert picture.pixels[0, 0].tolist() == [90, 90, 90]
    assert picture.notes == ("its colour profile is for RGB, not L: left out",)


def test_srgb_stays_as_it_is(tmp_path: Path) -> None:
    from PIL import ImageCms

    own = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    stored = np.random.default_rng(0).integers(0, 256, (9, 9, 3), np.uint8)
    Image.fromarray(stored).save(tmp_path / "a.png", icc_profile=own)
    picture = read_picture(tmp_path / "a.png")
    assert np.array_equal(picture.pixels, stored)
    assert picture.notes == ()
