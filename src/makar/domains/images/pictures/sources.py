"""Pictures that come with packages or are made here: what there is before a user brings a folder.

What comes with a package is looked for where the package puts it; if it is absent, the error names
the package.
"""

from __future__ import annotations

import importlib.util
import re
from dataclasses import dataclass, replace
from pathlib import Path

from makar.core.errors import ConfigError
from makar.domains.images.pictures.emoji import draw_emoji, emoji_of
from makar.domains.images.pictures.landscape import landscape
from makar.domains.images.pictures.picture import Picture
from makar.domains.images.pictures.portrait import portrait
from makar.domains.images.pictures.reading import read_picture
from makar.domains.images.pictures.still_life import still_life
from makar.domains.images.strokes.drawing import WHITE


@dataclass(frozen=True)
class Source:
    """Where pictures come from.

    Attributes:
        name: What it is called.
        licence: The terms that it declares.
        install: The command that brings it; empty for what is made here.
    """

    name: str
    licence: str
    install: str = ""


OPENCLIPART = Source(
    "Open Clip Art Library", "public domain", "apt install openclipart-svg (Debian, Ubuntu)"
)
EMOJI = Source("Noto Color Emoji", "OFL-1.1", "apt install fonts-noto-color-emoji (Debian, Ubuntu)")
PHOTOGRAPHS = Source("scikit-learn's photographs", "CC-BY-2.0", "pip install scikit-learn")
RENDERED = Source("rendered by makar", "CC0-1.0")
OPENCLIPART_FOLDER = Path("/usr/share/openclipart/svg")
EMOJI_FONT = Path("/usr/share/fonts/truetype/noto/NotoColorEmoji.ttf")
LARGEST_DRAWING = 20_000
"""Bytes: larger drawings are traced photographs and maps."""
_ALIKE = frozenset({"computer/icons", "shapes/stars", "signs_and_symbols/flags"})
"""Folders of Open Clip Art whose drawings differ little from one another."""
_KINDS = (("still life", still_life), ("portrait", portrait), ("landscape", landscape))


def openclipart(folder: Path = OPENCLIPART_FOLDER) -> list[Path]:
    """The drawings that are worth learning from, as SVG files; title and author stand in each.

    Left out are icons, stars and flags, files of 20 kB and more, and links to other drawings.

    Raises:
        ConfigError: the package is not installed.
    """
    if not folder.is_dir():
        raise _absent(OPENCLIPART, folder)
    found = []
    for path in sorted(folder.rglob("*.svg")):
        around = {place.as_posix() for place in path.relative_to(folder).parents}
        small = not path.is_symlink() and path.stat().st_size < LARGEST_DRAWING
        if small and not around & _ALIKE:
            found.append(path)
    return found


def emoji(
    count: int | None = None,
    *,
    ground: tuple[float, float, float] = WHITE,
    font: Path = EMOJI_FONT,
) -> list[Picture]:
    """Colour emoji of 136 × 128 pixels by code point; some, spread evenly, or all.

    Raises:
        ConfigError: the package is not installed.
        UnreadableError: the font is broken.
    """
    if not font.is_file():
        raise _absent(EMOJI, font)
    points = emoji_of(font)
    if count is not None and count < len(points):
        points = [points[n * len(points) // count] for n in range(count)]
    return [_from(EMOJI, made, EMOJI.licence) for made in draw_emoji(points, font, ground)]


def photographs(folder: Path | None = None) -> list[Picture]:
    """The two photographs that come with scikit-learn: a temple and a flower, 640 × 427 pixels.

    Raises:
        ConfigError: scikit-learn is not installed.
        UnreadableError: a photograph is broken.
    """
    folder = _sample_images() if folder is None else folder
    paths = [] if folder is None else sorted(folder.glob("*.jpg"))
    if folder is None or not paths:
        raise _absent(PHOTOGRAPHS, folder)
    readme = folder / "README.txt"
    text = readme.read_text("utf-8", errors="replace") if readme.is_file() else ""
    found = []
    for path in paths:
        author = _photographer(text, path.name)
        # no licence but the one that is stated for this very file
        picture = _from(PHOTOGRAPHS, read_picture(path), PHOTOGRAPHS.licence if author else "")
        found.append(replace(picture, author=author))
    return found


def _sample_images() -> Path | None:
    found = importlib.util.find_spec("sklearn")  # which does not import it: that takes seconds
    if found is None or found.origin is None:
        return None
    return Path(found.origin).parent / "datasets" / "images"


def _photographer(text: str, name: str) -> str:
    """Whom the README names for a file under CC BY 2.0, with the account where the file lies.

    The README gives both photographs the same name, and the flower another one's account: then
    both are named.
    """
    for part in re.split(r"(?m)^Image:\s*", text)[1:]:
        named = re.search(r"reserved by (\S+)", part)
        if not part.startswith(name) or not named or "licenses/by/2.0" not in part:
            continue
        account = re.search(r"\[2\]\s*\S+/photos/([^/\s]+)", part)
        if account and account[1] != named[1]:
            return f"{account[1]} on Flickr ({named[1]} in scikit-learn's README)"
        return f"{named[1]} on Flickr"
    return ""


def renders(count: int, size: tuple[int, int] = (256, 256), *, first: int = 0) -> list[Picture]:
    """Pictures made here, in turn balls and boxes, a portrait and a landscape; no two alike.

    Args:
        count: How many.
        size: Width and height in pixels; the same number is the same picture at any size.
        first: The number of the first: others are held out by beginning elsewhere.
    """
    made = []
    for number in range(first, first + count):
        kind, seed = number % len(_KINDS), number // len(_KINDS)
        name, render = _KINDS[kind]
        made.append(
            _from(RENDERED, Picture(render(size, seed), f"{name} {seed}"), RENDERED.licence)
        )
    return made


def _from(source: Source, picture: Picture, licence: str) -> Picture:
    return replace(picture, licence=licence, source=source.name)


def _absent(source: Source, place: Path | None) -> ConfigError:
    where = f" (looked in {place})" if place else ""
    return ConfigError(f"{source.name}: not on this machine{where}. Get it: {source.install}")
