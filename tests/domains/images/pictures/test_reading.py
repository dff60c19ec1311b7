from __future__ import annotations

import io
import os
import random
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from makar.core.errors import UnreadableError
from makar.domains.images.pictures import reading
from makar.domains.images.pictures.reading import endings, read_picture

RED, GREEN, BLUE = (200, 30, 20), (20, 180, 40), (10, 40, 220)


def corners() -> Image.Image:
    """Three pixels by two, of which no turn looks like another."""
    image = Image.new("RGB", (3, 2), (255, 255, 255))
    image.putpixel((0, 0), RED)
    image.putpixel((2, 0), GREEN)
    image.putpixel((0, 1), BLUE)
    return image


def png_header(width: int, height: int) -> bytes:
    """A PNG of this size that has no pixels: whoever decodes it fails."""
    data = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunk = struct.pack(">I", 13) + data + struct.pack(">I", zlib.crc32(data))
    return b"\x89PNG\r\n\x1a\n" + chunk + b"\0\0\0\0IDAT\x35\xaf\x06\x1e"


def saved(image: Image.Image, path: Path, **how: object) -> Path:
    image.save(path, **how)
    return path


@pytest.mark.parametrize("ending", ["png", "bmp", "gif", "tif", "tga", "ppm", "webp", "pcx"])
def test_a_picture_of_any_kind_has_its_pixels(tmp_path: Path, ending: str) -> None:
    how = {"lossless": True} if ending == "webp" else {}
    picture = read_picture(saved(corners(), tmp_path / f"a.{ending}", **how))
    assert picture.pixels.tolist() == np.asarray(corners()).tolist()
    assert (picture.title, picture.author, picture.licence) == ("a", "", "")
    assert picture.source == str(tmp_path / f"a.{ending}")
    assert picture.notes == ()
    assert picture.pixels.flags.writeable


@pytest.mark.parametrize("turn", range(1, 9))
def test_a_photograph_is_upright_however_the_camera_was_held(tmp_path: Path, turn: int) -> None:
    # how the upright picture lies in the file, from the table of the EXIF standard
    lying = {
        1: lambda a: a, 2: np.fliplr, 3: lambda a: np.rot90(a, 2), 4: np.flipud,
        5: lambda a: a.transpose(1, 0, 2), 6: lambda a: np.rot90(a, 1),
        7: lambda a: np.rot90(a.transpose(1, 0, 2), 2), 8: lambda a: np.rot90(a, 3),
    }[turn]  # fmt: skip
    exif = Image.Exif()
    exif[0x0112] = turn
    upright = np.asarray(corners().resize((48, 32), Image.Resampling.NEAREST))
    stored = Image.fromarray(np.ascontiguousarray(lying(upright)))
    for name in ("a.jpg", "a.png", "a.tif"):
        how = {"quality": 95, "subsampling": 0} if name == "a.jpg" else {}
        picture = read_picture(saved(stored, tmp_path / name, exif=exif, **how))
        assert picture.size == (48, 32)
        assert np.abs(picture.pixels.astype(int) - upright).mean() < 4
        if name != "a.tif":  # a TIFF is turned as it is opened
            assert bool(picture.notes) == (turn != 1)


def test_a_picture_that_is_turned_and_reduced_keeps_its_shape(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    image = Image.new("RGB", (300, 100), RED)
    for name in ("a.png", "a.tif", "a.jpg"):
        picture = read_picture(saved(image, tmp_path / name, exif=exif), longest=60)
        assert picture.size == (20, 60)
        assert any("reduced from" in note for note in picture.notes)


def test_what_shines_through_lies_over_the_ground(tmp_path: Path) -> None:
    image = Image.new("RGBA", (2, 1), (*RED, 255))
    image.putpixel((1, 0), (*RED, 51))
    path = saved(image, tmp_path / "a.png")
    assert read_picture(path).pixels[0].tolist() == [list(RED), [244, 210, 208]]
    over_blue = read_picture(path, ground=(0.0, 0.0, 1.0)).pixels[0, 1]
    assert over_blue.tolist() == [40, 6, 208]  # .2 red + .8 blue
    notes = [read_picture(path, ground=ground).notes for ground in ((1, 1, 1), (0, 0, 1))]
    assert notes == [(f"what shines through was laid over {one}",) for one in ("white", "#0000ff")]
    opaque = saved(Image.new("RGBA", (2, 1), (*RED, 255)), tmp_path / "b.png")
    assert read_picture(opaque).notes == ()


def test_transparency_of_palettes_greys_and_key_colours(tmp_path: Path) -> None:
    palette = Image.new("P", (2, 1))
    palette.putpalette([*RED, *GREEN])
    palette.putpixel((1, 0), 1)
    clear = [list(RED), [0, 0, 0]]
    for name in ("a.png", "a.gif"):
        path = saved(palette, tmp_path / name, transparency=1)
        assert read_picture(path, ground=(0, 0, 0)).pixels[0].tolist() == clear
    path = saved(palette, tmp_path / "b.png", transparency=bytes([255, 0]))
    assert read_picture(path, ground=(0, 0, 0)).pixels[0].tolist() == clear
    key = Image.fromarray(np.array([[RED, GREEN]], np.uint8))
    path = saved(key, tmp_path / "c.png", transparency=GREEN)
    assert read_picture(path, ground=(0, 0, 0)).pixels[0].tolist() == clear
    grey = Image.fromarray(np.array([[200, 7]], np.uint8))
    path = saved(grey, tmp_path / "d.png", transparency=7)
    assert read_picture(path).pixels[0].tolist() == [[200] * 3, [255] * 3]
    deep = Image.fromarray(np.array([[51400, 7]], np.uint16))
    path = saved(deep, tmp_path / "f.png", transparency=7)
    assert read_picture(path).pixels[0].tolist() == [[200] * 3, [255] * 3]
    both = Image.merge("LA", (grey, Image.fromarray(np.array([[255, 0]], np.uint8))))
    path = saved(both, tmp_path / "e.png")
    assert read_picture(path).pixels[0].tolist() == [[200] * 3, [255] * 3]


def test_a_clear_pixel_lends_no_colour_to_its_neighbours(tmp_path: Path) -> None:
    image = Image.new("RGBA", (2, 2), (*RED, 255))
    for x in range(2):
        image.putpixel((x, 1), (0, 255, 0, 0))
    picture = read_picture(saved(image, tmp_path / "a.png"), longest=1)
    # half of it is clear: halfway from red to the white ground, with no green in it
    assert np.abs(picture.pixels[0, 0] - (np.array(RED) + 255) / 2).max() <= 1


def test_one_bit_sixteen_bits_and_numbers_become_greys(tmp_path: Path) -> None:
    bits = Image.fromarray(np.array([[0, 255]], np.uint8)).convert("1")
    picture = read_picture(saved(bits, tmp_path / "a.png"))
    assert picture.pixels[0].tolist() == [[0] * 3, [255] * 3]
    deep = Image.fromarray(np.array([[0, 257 * 100, 65535]], np.uint16))
    for name in ("b.png", "b.tif"):
        picture = read_picture(saved(deep, tmp_path / name))
        assert picture.pixels[0, :, 0].tolist() == [0, 100, 255]
        assert picture.notes == ("16-bit greys were reduced to 8 bits",)
    numbers = Image.fromarray(np.array([[0, 0.5, 1, np.nan]], np.float32))
    picture = read_picture(saved(numbers, tmp_path / "c.tif"))
    assert picture.pixels[0, :, 1].tolist() == [0, 128, 255, 0]
    assert "1 values that are no numbers became black" in picture.notes
    stretched = Image.fromarray(np.array([[-10.0, 0, 10]], np.float32))
    picture = read_picture(saved(stretched, tmp_path / "d.tif"))
    assert picture.pixels[0, :, 2].tolist() == [0, 128, 255]
    assert picture.notes == ("greys of -10 to 10 were stretched from black to white",)
    flat = Image.fromarray(np.full((1, 2), 1e9, np.float32))
    assert read_picture(saved(flat, tmp_path / "e.tif")).pixels.max() == 0
    whole = Image.fromarray(np.array([[0, 65535]], np.int32))
    assert read_picture(saved(whole, tmp_path / "f.tif")).pixels[0, :, 0].tolist() == [0, 255]


def test_sixteen_bits_a_channel_are_told(tmp_path: Path) -> None:
    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 16, 2, 0, 0, 0))
    pixels = chunk(b"IDAT", zlib.compress(b"\0" + struct.pack(">3H", 0xFFFF, 0x8000, 0)))
    path = tmp_path / "a.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + header + pixels + chunk(b"IEND", b""))
    picture = read_picture(path)
    assert picture.pixels[0, 0].tolist() == [255, 128, 0]
    assert picture.notes == ("16 bits a channel were reduced to 8",)


def test_cmyk_becomes_rgb_and_says_that_it_guesses(tmp_path: Path) -> None:
    inks = Image.fromarray(np.array([[[0, 0, 0, 0], [0, 255, 255, 0]]], np.uint8), "CMYK")
    for name in ("a.tif", "a.jpg"):
        picture = read_picture(saved(inks.resize((16, 16), 0), tmp_path / name))
        assert np.abs(picture.pixels[8, [0, 15]].astype(int) - [[255] * 3, [255, 0, 0]]).max() < 9
        assert picture.notes == ("CMYK was converted without a profile: colours may be off",)


def test_lab_becomes_rgb(tmp_path: Path) -> None:
    # L* 54.3, a* 80.8, b* 69.9 under D50 is the red of sRGB; L* is stored times 2.55
    lab = Image.fromarray(np.array([[[138, 81, 70]]], np.uint8), "LAB")
    picture = read_picture(saved(lab, tmp_path / "a.tif"))
    assert np.abs(picture.pixels[0, 0].astype(int) - [255, 0, 0]).max() <= 6
    assert picture.notes == ("Lab colours were converted to sRGB",)


@pytest.mark.parametrize("ending", ["gif", "png", "webp", "tif"])
def test_of_what_moves_the_first_picture_is_read(tmp_path: Path, ending: str) -> None:
    frames = [Image.new("RGB", (4, 4), colour) for colour in (RED, GREEN, BLUE)]
    how = {"lossless": True} if ending == "webp" else {}
    path = tmp_path / f"a.{ending}"
    frames[0].save(path, save_all=True, append_images=frames[1:], **how)
    picture = read_picture(path)
    assert (picture.pixels == RED).all()
    assert picture.notes == ("only the first of its several pictures was read",)


def test_one_pixel_is_a_picture(tmp_path: Path) -> None:
    for ending in ("png", "gif", "bmp", "jpg"):
        picture = read_picture(saved(Image.new("RGB", (1, 1), "white"), tmp_path / f"a.{ending}"))
        assert picture.pixels.tolist() == [[[255, 255, 255]]]


def test_large_pictures_are_reduced_to_means(tmp_path: Path) -> None:
    stripes = np.zeros((64, 128, 3), np.uint8)
    stripes[:, ::2] = 200
    picture = read_picture(saved(Image.fromarray(stripes), tmp_path / "a.png"), longest=32)
    assert picture.size == (32, 16)
    assert (picture.pixels == 100).all()
    assert picture.notes == ("reduced from 128 × 64 to 32 × 16 pixels",)
    thin = read_picture(saved(Image.new("L", (9000, 2), 90), tmp_path / "b.png"))
    assert thin.size == (4096, 1)
    assert (thin.pixels == 90).all()


def test_a_jpeg_is_decoded_no_larger_than_needed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "MAX_PIXELS", 100_000)
    image = Image.new("RGB", (600, 400), RED)
    picture = read_picture(saved(image, tmp_path / "a.jpg"), longest=100)
    assert picture.size == (100, 67)
    with pytest.raises(UnreadableError, match="600 × 400 pixels, more than"):
        read_picture(saved(image, tmp_path / "a.png"), longest=100)
    with pytest.raises(UnreadableError, match="600 × 400 pixels, more than"):
        read_picture(tmp_path / "a.jpg", longest=500)


@pytest.mark.parametrize(
    ("size", "claim"),
    [
        ((100_000, 100_000), "10,000 million pixels"),
        ((2_000_000_000, 2_000_000_000), "4,000,000,000,000 million pixels"),
        ((11_000, 11_000), "11,000 × 11,000 pixels"),
    ],
)
def test_a_claim_of_too_many_pixels_is_refused_undecoded(
    tmp_path: Path, size: tuple[int, int], claim: str
) -> None:
    (tmp_path / "huge.png").write_bytes(png_header(*size))
    with pytest.raises(UnreadableError) as caught:
        read_picture(tmp_path / "huge.png")
    assert caught.value.path == str(tmp_path / "huge.png")
    assert caught.value.fault == f"claims to have {claim}, more than 120 million"
    assert caught.value.remedy == "Save it smaller"


def test_a_size_that_pillow_only_warns_of_is_no_warning(tmp_path: Path) -> None:
    (tmp_path / "large.png").write_bytes(png_header(10_000, 10_000))
    with pytest.raises(UnreadableError, match="is broken or cut off"):  # and not a warning
        read_picture(tmp_path / "large.png")


def test_what_pillow_warns_of_is_a_note(tmp_path: Path) -> None:
    image = saved(corners().resize((30, 20)), tmp_path / "a.jpg", exif=Image.Exif())
    data = image.read_bytes()
    broken = b"Exif\0\0II*\0\x08\0\0\0\x05\0\x01"  # five entries are claimed, and none is there
    record = b"\xff\xe1" + struct.pack(">H", len(broken) + 2) + broken
    (tmp_path / "b.jpg").write_bytes(data[:2] + record + data[2:])
    picture = read_picture(tmp_path / "b.jpg")
    assert picture.size == (30, 20)
    assert any("EXIF" in note for note in picture.notes)


@pytest.mark.parametrize(
    ("name", "data", "fault"),
    [
        ("a.png", b"", r"is empty \(0 bytes\)"),
        ("a.png", b"hello", "is not a picture of a kind that is read"),
        ("a.jpg", bytes(range(256)) * 40, "is not a picture of a kind that is read"),
        ("a.png", b"\x89PNG\r\n\x1a\n", "is not a picture of a kind that is read"),
        ("a.txt", bytes([1, 0, 2] + [0] * 9 + [4, 0, 4, 0, 24, 0] + [0] * 48), "is not a picture"),
        ("a.eps", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n%%EndComments\n", "is not a"),
        ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "is not a picture"),
    ],
)
def test_what_is_no_picture_is_refused(tmp_path: Path, name: str, data: bytes, fault: str) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(UnreadableError, match=fault) as caught:
        read_picture(tmp_path / name)
    assert caught.value.remedy


@pytest.mark.parametrize("ending", ["png", "jpg", "gif", "webp", "tif", "bmp"])
def test_a_picture_cut_off_is_refused(tmp_path: Path, ending: str) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (40, 40, 3), np.uint8)
    data = saved(Image.fromarray(noise), tmp_path / f"a.{ending}").read_bytes()
    for share in (0.3, 0.6, 0.9):
        (tmp_path / f"b.{ending}").write_bytes(data[: int(len(data) * share)])
        with pytest.raises(UnreadableError, match=f"b.{ending}: is "):
            read_picture(tmp_path / f"b.{ending}")


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableError, match=r"there is no such file\. Check the path"):
        read_picture(tmp_path / "none.png")
    with pytest.raises(UnreadableError, match="is not a file"):
        read_picture(tmp_path)
    os.mkfifo(tmp_path / "pipe.png")
    with pytest.raises(UnreadableError, match="is not a file"):
        read_picture(tmp_path / "pipe.png")
    with pytest.raises(UnreadableError):
        read_picture("a\0.png")
    with (tmp_path / "big.png").open("wb") as file:
        file.truncate(500_000_001)
    with pytest.raises(UnreadableError, match=r"is larger than 500 MB\. Save it smaller"):
        read_picture(tmp_path / "big.png")


def test_hundreds_of_broken_files_are_read_or_refused(tmp_path: Path) -> None:
    rng = random.Random(3)
    image = Image.fromarray(np.random.default_rng(1).integers(0, 256, (12, 16, 3), np.uint8))
    for kind in ("PNG", "JPEG", "GIF", "WEBP", "TIFF", "BMP", "ICO", "TGA"):
        whole = io.BytesIO()
        image.save(whole, kind)
        refused = 0
        path = tmp_path / f"a.{kind.lower()}"
        for _ in range(50):
            data = bytearray(whole.getvalue())
            for _ in range(rng.choice((1, 3, 10))):
                data[rng.randrange(min(len(data), rng.choice((40, 400, 10_000))))] = rng.randrange(
                    256
                )
            path.write_bytes(data[: rng.choice((len(data), rng.randrange(1, len(data))))])
            try:
                picture = read_picture(path)
            except UnreadableError:
                refused += 1
            else:
                assert picture.pixels.ndim == 3
        assert refused > 10


def test_names_of_pictures_end_in_the_usual_ways() -> None:
    assert {".png", ".jpg", ".jpeg", ".webp", ".tif", ".gif", ".bmp", ".avif"} <= endings()
    assert not {".eps", ".pdf", ".mpg", ".svg", ".txt", ".h5"} & endings()
