"""Any picture file, upright and in sRGB: read within bounds, and what was changed is told."""

from __future__ import annotations

import re
import warnings
from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image

from makar.core.errors import UnreadableError
from makar.domains.images.pictures.conversion import over, plain, to_srgb
from makar.domains.images.pictures.credits import Credit, embedded_credit
from makar.domains.images.pictures.picture import Picture, size_within
from makar.domains.images.strokes.drawing import WHITE

MAX_PIXELS = 120_000_000
"""Decoded at once; the largest that telephones take have 108 million in one piece."""
MAX_BYTES = 500_000_000
LONGEST = 4096
"""Pixels on the longer side, to which larger pictures are reduced."""
_SMALLER = "Save it smaller"
_OTHERWISE = "Save it as PNG or JPEG"
_ORIENTATION = 0x0112
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_NEVER = frozenset({"EPS", "WMF", "MPEG", "BUFR", "GRIB", "HDF5"})
"""Of Pillow's formats: those that start other programs, and those that are no pictures."""
_BY_NAME_ONLY = {"TGA": frozenset({".tga", ".icb", ".vda", ".vst"})}
"""A format without a signature: much that is no picture would pass for it."""


def read_picture(
    path: str | Path, *, ground: tuple[float, float, float] = WHITE, longest: int = LONGEST
) -> Picture:
    """Read a picture of any kind that Pillow reads, whatever its mode, depth and profile.

    What is turned by its EXIF record is set upright; what is transparent is laid over ``ground``
    (sRGB 0..1); of what moves, the first frame is taken; a colour profile is converted to sRGB.

    Args:
        path: The file.
        ground: What shows through.
        longest: Pixels on the longer side, to which a larger picture is reduced.

    Raises:
        UnreadableError: no such file, no picture, a broken one, or one that is too large; sizes
            are checked before anything is decoded.
    """
    path = Path(path)
    _refuse_unlikely(path)
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        try:
            with _opened(path) as image:
                picture = _read(image, path, ground, longest)
        except UnreadableError:
            raise
        except MemoryError as error:
            raise UnreadableError(str(path), "needs too much memory", remedy=_SMALLER) from error
        except Exception as error:  # decoders raise whatever a broken file leads them to
            fault = f"is broken or cut off ({_shown(error)})"
            raise UnreadableError(str(path), fault, remedy="Save or copy it again") from error
    texts = dict.fromkeys(
        f"Pillow warns: {_shown(found.message)}"
        for found in warned
        if not issubclass(found.category, Image.DecompressionBombWarning | DeprecationWarning)
    )
    return replace(picture, notes=(*picture.notes, *texts))


def endings() -> frozenset[str]:
    """How the names of pictures end that can be read, such as ``.png``."""
    return frozenset(
        ending
        for ending, kind in Image.registered_extensions().items()
        if kind in Image.OPEN and kind not in _NEVER
    ) | {".mpo"}


def _refuse_unlikely(path: Path) -> None:
    try:
        if not path.is_file():
            fault = "is not a file" if path.exists() else "there is no such file"
            raise UnreadableError(str(path), fault, remedy="Check the path")
        length = path.stat().st_size
    except (OSError, ValueError) as error:
        if isinstance(error, UnreadableError):
            raise
        raise UnreadableError(str(path), f"cannot be read ({_shown(error)})") from error
    if length == 0:
        raise UnreadableError(str(path), "is empty (0 bytes)", remedy="Copy it again")
    if length > MAX_BYTES:
        raise UnreadableError(str(path), f"is larger than {MAX_BYTES / 1e6:g} MB", remedy=_SMALLER)


def _opened(path: Path) -> Image.Image:
    """The file with its header read, and nothing decoded."""
    Image.init()
    ending = path.suffix.lower()
    kinds = [
        kind
        for kind in Image.ID
        if kind not in _NEVER and ending in _BY_NAME_ONLY.get(kind, (ending,))
    ]
    try:
        return Image.open(path, formats=kinds)
    except Image.UnidentifiedImageError as error:
        fault = "is not a picture of a kind that is read, or its header is broken"
        raise UnreadableError(str(path), fault, remedy=_OTHERWISE) from error
    except Image.DecompressionBombError as error:
        claimed = re.search(r"\d+", str(error))
        pixels = f"{int(claimed[0]) / 1e6:,.0f} million" if claimed else "too many"
        raise _too_large(path, pixels) from error
    except PermissionError as error:
        fault = f"cannot be read ({_shown(error)})"
        raise UnreadableError(str(path), fault, remedy="Check who may read it") from error


def _too_large(path: Path, pixels: str) -> UnreadableError:
    fault = f"claims to have {pixels} pixels, more than {MAX_PIXELS // 1_000_000} million"
    return UnreadableError(str(path), fault, remedy=_SMALLER)


def _read(
    image: Image.Image, path: Path, ground: tuple[float, float, float], longest: int
) -> Picture:
    across, down = image.size
    if across < 1 or down < 1:
        raise UnreadableError(str(path), f"claims to be {across} × {down} pixels large")
    aim = size_within(image.size, longest)
    image.draft(None, aim)  # a JPEG is decoded at half its size, a quarter or an eighth
    if image.width * image.height > MAX_PIXELS:
        raise _too_large(path, f"{across:,} × {down:,}")
    notes = []
    if getattr(image, "is_animated", False):
        notes.append("only the first of its several pictures was read")
    if image.mode in ("RGB", "RGBA") and ";16" in str(getattr(image, "tile", "")):
        notes.append("16 bits a channel were reduced to 8")
    image.load()
    profile = image.info.get("icc_profile")
    exif, turn = _exif_of(image, notes)
    credit = embedded_credit(image, exif).or_else(Credit(title=path.stem))
    picture, changes = plain(image)
    notes += changes
    if picture.size != aim:
        picture = picture.resize(aim, Image.Resampling.BOX)
    if (across, down) != aim:
        notes.append(f"reduced from {across:,} × {down:,} to {aim[0]:,} × {aim[1]:,} pixels")
    colours, opacity, changes = to_srgb(picture, profile)
    notes += changes
    if opacity is not None and not _opaque(opacity):
        notes.append(f"what shines through was laid over {_named(ground)}")
    finished = over(colours, opacity, ground)
    if turn is not None:
        finished = finished.transpose(turn)
        notes.append("set upright as its EXIF record says")
    made = Picture(np.array(finished), source=str(path), notes=tuple(notes))
    return credit.given_to(made)


def _opaque(opacity: Image.Image) -> bool:
    return opacity.getextrema() == (255, 255)


def _named(colour: tuple[float, float, float]) -> str:
    return "white" if colour == WHITE else "#" + "".join(f"{round(255 * c):02x}" for c in colour)


def _exif_of(image: Image.Image, notes: list[str]) -> tuple[Image.Exif, Image.Transpose | None]:
    """The record, empty where it is broken, and how the picture is to be turned."""
    try:
        exif = image.getexif()
        return exif, _TURNS.get(exif.get(_ORIENTATION, 1))
    except Exception:  # whatever a broken record leads to; the picture is worth more
        notes.append("its EXIF record is broken: left out")
        return Image.Exif(), None


def _shown(error: object) -> str:
    text = " ".join(str(error).split()) or type(error).__name__
    return text if len(text) <= 120 else f"{text[:119]}…"
