"""What a file holds, in whatever mode, becomes sRGB over a ground; each step that loses is told."""

from __future__ import annotations

import io

import numpy as np
from jaxtyping import Float
from PIL import Image, ImageCms

PLAIN = frozenset({"L", "LA", "RGB", "RGBA", "CMYK"})
"""Modes that can be scaled and turned as they are."""
_SAME_AS = {"1": "L", "La": "LA", "RGBa": "RGBA", "PA": "RGBA"}
_SPACES = {"L": "GRAY", "RGB": "RGB", "CMYK": "CMYK"}


def plain(image: Image.Image) -> tuple[Image.Image, tuple[str, ...]]:
    """The picture in a mode of eight bits a channel, with what was done, in words."""
    if image.mode in PLAIN:
        if "A" not in image.mode and image.has_transparency_data:
            return image.convert("LA" if image.mode == "L" else "RGBA"), ()
        return image, ()
    if image.mode.startswith("I;16"):
        values = np.asarray(image).astype(np.float64)
        grey = _grey(values / 65535)
        key = image.info.get("transparency")
        if isinstance(key, int):
            grey.putalpha(Image.fromarray(np.where(values == key, 0, 255).astype(np.uint8)))
        return grey, ("16-bit greys were reduced to 8 bits",)
    if image.mode in ("I", "F"):
        return _from_numbers(image)
    if image.mode == "LAB":
        to_srgb = ImageCms.buildTransform(
            ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB"), "LAB", "RGB"
        )
        return _through(image, to_srgb), ("Lab colours were converted to sRGB",)
    if image.mode == "P":
        return image.convert("RGBA" if image.has_transparency_data else "RGB"), ()
    return image.convert(_SAME_AS.get(image.mode, "RGB")), ()


def _from_numbers(image: Image.Image) -> tuple[Image.Image, tuple[str, ...]]:
    """Greys whose range the file does not tell: the usual ranges as they are, others stretched."""
    values = np.asarray(image).astype(np.float64)
    notes = []
    if not (finite := np.isfinite(values)).all():
        notes.append(f"{np.count_nonzero(~finite):,} values that are no numbers became black")
        values = np.where(finite, values, values[finite].min() if finite.any() else 0.0)
    low, high = values.min(), values.max()
    full = 1.0 if image.mode == "F" else 65535.0
    if low >= 0 and high <= full:
        notes.append(f"greys of 0 to {full:g} were reduced to 8 bits")
        return _grey(values / full), tuple(notes)
    notes.append(f"greys of {low:g} to {high:g} were stretched from black to white")
    span = high - low
    return _grey((values - low) / (span if span > 0 else 1.0)), tuple(notes)


def _grey(values: Float[np.ndarray, "H W"]) -> Image.Image:
    return Image.fromarray(np.round(np.clip(values, 0, 1) * 255).astype(np.uint8))


def to_srgb(
    image: Image.Image, profile: bytes | None
) -> tuple[Image.Image, Image.Image | None, tuple[str, ...]]:
    """A plain picture as sRGB, its opacity (None where nothing shines through), and notes.

    A profile that is broken, or not for such pixels, is left out, and a note says so.
    """
    opacity = image.getchannel("A") if image.mode in ("LA", "RGBA") else None
    colours = image if opacity is None else image.convert(image.mode[:-1])
    if profile:
        converted, note = _by_profile(colours, profile)
        if converted is not None:
            return converted, opacity, (note,) if note else ()
        fallen_back = (note,)
    else:
        fallen_back = ()
    if colours.mode == "CMYK":
        fallen_back = (*fallen_back, "CMYK was converted without a profile: colours may be off")
    return colours.convert("RGB"), opacity, fallen_back


def _by_profile(colours: Image.Image, profile: bytes) -> tuple[Image.Image | None, str]:
    """The colours in sRGB, or None where the profile is of no use; and a note."""
    try:
        source = ImageCms.getOpenProfile(io.BytesIO(profile))
        name = ImageCms.getProfileDescription(source).strip() or "without a name"
        space = str(getattr(source.profile, "xcolor_space", "")).strip()
        if space != _SPACES[colours.mode]:
            return None, f"its colour profile is for {space}, not {colours.mode}: left out"
        if name.startswith("sRGB"):
            return colours.convert("RGB"), ""
        transform = ImageCms.buildTransform(
            source,
            ImageCms.createProfile("sRGB"),
            colours.mode,
            "RGB",
            ImageCms.Intent.RELATIVE_COLORIMETRIC,
            ImageCms.Flags.BLACKPOINTCOMPENSATION,
        )
        return _through(colours, transform), f"the colour profile “{name[:80]}” became sRGB"
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return None, "its colour profile is broken: left out"


def _through(image: Image.Image, transform: ImageCms.ImageCmsTransform) -> Image.Image:
    converted = ImageCms.applyTransform(image, transform)
    if converted is None:  # only where it works in place
        raise ValueError("the colours were not converted")
    return converted


def over(
    colours: Image.Image, opacity: Image.Image | None, ground: tuple[float, ...]
) -> Image.Image:
    """The colours over a sheet of one colour, mixed as browsers mix them."""
    if opacity is None:
        return colours
    sheet = Image.new("RGB", colours.size, tuple(round(value * 255) for value in ground))
    return Image.composite(colours, sheet, opacity)
