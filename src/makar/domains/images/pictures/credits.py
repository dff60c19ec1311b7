"""Who made a picture and how it may be used: from the picture itself, or from a text beside it."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from PIL import Image

from makar.domains.images.pictures.picture import Picture

MOST_LETTERS = 200
"""Of a title, an author or a licence: more is a text about the picture."""
LICENCE_NAMES = (
    "LICENSE", "LICENCE", "LICENSE.txt", "LICENCE.txt", "LICENSE.md", "LICENCE.md", "COPYING",
)  # fmt: skip
_MOST_BYTES = 65_536
_MOST_LINES = 40
"""What a text states, it states at its head; below may be a whole contract."""
_EXIF = {"title": 0x010E, "author": 0x013B, "licence": 0x8298}
_TEXTS = {
    "title": ("title",),
    "author": ("author", "artist", "creator"),
    "licence": ("license", "licence", "copyright", "rights"),
}
_FIELD_OF = {word: name for name, words in _TEXTS.items() for word in words}
_LABELLED = re.compile(rf"\s*({'|'.join(_FIELD_OF)})\s*[:=]\s*(\S.*)", re.IGNORECASE)
_OF_RIGHTS = re.compile(
    r"licen[cs]e|copyright|©|\bCC0\b|\bCC[ -]BY|creative commons|public domain|rights reserved",
    re.IGNORECASE,
)
_HEADING = "creative commons legal code"


@dataclass(frozen=True)
class Credit:
    """Whose a picture is; each is empty where it is not known."""

    title: str = ""
    author: str = ""
    licence: str = ""

    def or_else(self, other: Credit) -> Credit:
        """What this one does not know is taken from the other."""
        return Credit(
            self.title or other.title, self.author or other.author, self.licence or other.licence
        )

    def given_to(self, picture: Picture) -> Picture:
        """The picture with what this one knows."""
        known = {name: text for name, text in vars(self).items() if text}
        return replace(picture, **known)


def embedded_credit(image: Image.Image, exif: Image.Exif) -> Credit:
    """What the EXIF record and the texts of a PNG say.

    Cameras write a copyright and not a licence: it stands in the licence's place, as it was
    written.
    """
    texts = {
        key.lower(): value
        for key, value in image.info.items()
        if isinstance(key, str) and isinstance(value, str)
    }
    found = {
        name: next((text for word in words if (text := tidied(texts.get(word)))), "")
        for name, words in _TEXTS.items()
    }
    return Credit(**found).or_else(
        Credit(**{name: tidied(exif.get(tag)) for name, tag in _EXIF.items()})
    )


def tidied(value: object) -> str:
    """One short line of printable letters of what a file holds; empty for what is no text."""
    if isinstance(value, bytes):
        value = value.decode("latin-1")
    if not isinstance(value, str):
        return ""
    with suppress(UnicodeError):  # the record is read as Latin-1; most programs write UTF-8
        value = value.encode("latin-1").decode("utf-8")
    # the photographer's copyright ends with a zero, and the editor's follows
    line = " ".join(value.strip("\0 ").replace("\0", "; ").split())
    line = "".join(letter for letter in line if letter.isprintable())
    return line if len(line) <= MOST_LETTERS else f"{line[: MOST_LETTERS - 1]}…"


def noted_credit(path: Path) -> Credit:
    """What ``NAME.txt`` says, beside the picture ``NAME.png``.

    Lines such as ``title: …``, ``author: …`` and ``licence: …`` are understood; a text without
    any such line is taken for the licence only if it speaks of rights: many describe the picture.
    """
    return parse_credit(_text_of(path.with_suffix(".txt")))


def folder_credit(folder: Path, root: Path) -> Credit:
    """What the nearest licence file says: in the picture's folder, or in one around it."""
    for place in (folder, *folder.parents):
        for name in LICENCE_NAMES:
            if text := _text_of(place / name):
                found = parse_credit(text)
                licence = found.licence or tidied(_first_line(text))
                return Credit(author=found.author, licence=licence)
        if place == root:
            break
    return Credit()


def parse_credit(text: str) -> Credit:
    """Title, author and licence as a text states them."""
    found: dict[str, str] = {}
    for line in text.splitlines()[:_MOST_LINES]:
        if match := _LABELLED.match(line):
            found.setdefault(_FIELD_OF[match[1].lower()], tidied(match[2]))
    if not found and _OF_RIGHTS.search(line := _first_line(text)):
        found["licence"] = tidied(line)
    return Credit(**found)


def _first_line(text: str) -> str:
    lines = (line.strip(" #\t") for line in text.splitlines())
    return next((line for line in lines if line and line.lower() != _HEADING), "")


def _text_of(path: Path) -> str:
    """The beginning of a text; empty where there is none."""
    if path.is_symlink() or not path.is_file():
        return ""
    try:
        with path.open("rb") as file:
            return file.read(_MOST_BYTES).decode("utf-8-sig", errors="replace")
    except OSError:
        return ""
