"""A folder of pictures and drawings: what was read, and what was left out and why."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from makar.core.disk.walking import walk
from makar.core.errors import ConfigError, CorpusTooSmallError, UnreadableError
from makar.domains.images.pictures.credits import (
    LICENCE_NAMES,
    Credit,
    folder_credit,
    noted_credit,
)
from makar.domains.images.pictures.picture import Picture
from makar.domains.images.pictures.reading import endings, read_picture

MOST = 1_000
LONGEST = 512
"""Pixels: a thousand pictures then need less than a gigabyte."""
MOST_FILES = 100_000
DRAWING = ".svg"
_SHOWN = 5
_GOLDEN = 0.6180339887498949


@dataclass(frozen=True)
class LeftOut:
    """A file that is not in the corpus.

    Attributes:
        name: Its path within the folder.
        reason: Why, in words that are the same for all files of this kind.
        detail: What is wrong with this one, where there is more to say.
    """

    name: str
    reason: str
    detail: str = ""


@dataclass(frozen=True)
class Pictures:
    """Pictures of a folder, in the order of their names.

    Attributes:
        pictures: What was read; the source of each is its path within the folder.
        left_out: What was not, in the order of the names.
    """

    pictures: tuple[Picture, ...]
    left_out: tuple[LeftOut, ...] = ()

    def __len__(self) -> int:
        return len(self.pictures)

    def __iter__(self) -> Iterator[Picture]:
        return iter(self.pictures)

    def __getitem__(self, row: int) -> Picture:
        return self.pictures[row]

    @property
    def reasons(self) -> dict[str, tuple[str, ...]]:
        """The names of the files left out for each reason."""
        found: dict[str, list[str]] = {}
        for file in self.left_out:
            found.setdefault(file.reason, []).append(file.name)
        return {reason: tuple(names) for reason, names in found.items()}

    def describe(self) -> str:
        """What was left out and why, a line for each reason; empty where nothing was."""
        lines = []
        for reason, names in self.reasons.items():
            more = f" and {len(names) - _SHOWN:,} more" if len(names) > _SHOWN else ""
            lines.append(f"{len(names):,} left out: {reason} ({', '.join(names[:_SHOWN])}{more})")
        return "\n".join(lines)


def read_pictures(
    folder: str | Path,
    *,
    most: int = MOST,
    longest: int = LONGEST,
    rendered: Callable[[Path], Picture] | None = None,
) -> Pictures:
    """Read the pictures of a folder and of the folders in it.

    Of more than ``most`` pictures, those taken are spread evenly over the names. Links are
    followed within the folder, and each file is read once. A licence is what ``NAME.txt`` says
    beside ``NAME.png``, else what the picture's own record says, else what the nearest file
    ``LICENSE`` says, else unknown: empty.

    Args:
        folder: The folder; a single picture will do.
        most: How many to read at most.
        longest: Pixels on the longer side, to which larger pictures are reduced.
        rendered: Makes a picture of an SVG file; without it, drawings are left out.

    Raises:
        ConfigError: ``most`` is not positive, or the folder holds far too many files.
        CorpusTooSmallError: there is no picture that could be read.
        UnreadableError: there is no such folder.
    """
    if most < 1:
        raise ConfigError(f"most must be at least 1 picture, not {most}")
    root = Path(folder)
    known = endings() | ({DRAWING} if rendered else frozenset())
    paths, left_out = list_files(root, known)
    base = root if root.is_dir() else root.parent
    read, useless = _taken(paths, base, most, lambda path: _read(path, base, longest, rendered))
    found = Pictures(
        tuple(read[path] for path in paths if path in read),
        tuple(sorted(left_out + useless, key=lambda file: file.name)),
    )
    if not found.pictures:
        raise _no_pictures(root, found)
    return found


def _taken(
    paths: list[Path], base: Path, most: int, read: Callable[[Path], Picture]
) -> tuple[dict[Path, Picture], list[LeftOut]]:
    """As many pictures as may be, no two alike, and why the other files are none of them."""
    taken: dict[Path, Picture] = {}
    left_out: list[LeftOut] = []
    seen: dict[bytes, str] = {}
    for path in _spread(paths):
        name = path.relative_to(base).as_posix()
        if len(taken) >= most:
            left_out.append(LeftOut(name, f"more than {most:,} pictures"))
            continue
        try:
            picture = read(path)
        except UnreadableError as error:
            left_out.append(LeftOut(name, "cannot be read", error.fault))
            continue
        first = seen.setdefault(_fingerprint(picture), name)
        if first == name:
            taken[path] = picture
        else:
            left_out.append(LeftOut(name, "the same picture as another file", first))
    return taken, left_out


def list_files(root: Path, known: frozenset[str] | set[str]) -> tuple[list[Path], list[LeftOut]]:
    """The files whose names end as those ``known`` do, by name, and what else lies there.

    Hidden files, licences and the texts beside pictures are no material and are not listed.

    Raises:
        ConfigError: the folder holds more than 100,000 files.
        UnreadableError: there is no such folder.
    """
    if root.is_file():
        return [root], []
    if not root.is_dir():
        raise UnreadableError(str(root), "there is no such folder", remedy="Check the path")
    found = walk(root, most=MOST_FILES)
    if found.more:
        raise ConfigError(f"{root}: holds more than {MOST_FILES:,} files. Name a folder within it")
    paths: list[Path] = []
    left_out = [LeftOut(name, reason) for name, reason in found.left_out]
    for path in found.files:
        if path.suffix.lower() in known:
            paths.append(path)
        elif path.name not in LICENCE_NAMES and path.suffix.lower() != ".txt":
            name = path.relative_to(root).as_posix()
            what = "a drawing" if path.suffix.lower() == DRAWING else "not named as a picture is"
            left_out.append(LeftOut(name, what, path.suffix))
    return paths, left_out


def _spread(paths: list[Path]) -> list[Path]:
    """In an order whose every beginning is spread evenly over the names."""
    return [paths[n] for n in sorted(range(len(paths)), key=lambda n: n * _GOLDEN % 1)]


def _read(
    path: Path, base: Path, longest: int, rendered: Callable[[Path], Picture] | None
) -> Picture:
    if rendered is not None and path.suffix.lower() == DRAWING:
        picture = rendered(path).within(longest)
    else:
        picture = read_picture(path, longest=longest)
    own = Credit(picture.title, picture.author, picture.licence)
    credit = noted_credit(path).or_else(own).or_else(folder_credit(path.parent, base))
    name = path.relative_to(base).as_posix()
    return replace(credit.given_to(picture), source=name)


def _fingerprint(picture: Picture) -> bytes:
    return hashlib.sha256(repr(picture.size).encode() + picture.pixels.tobytes()).digest()


def _no_pictures(root: Path, found: Pictures) -> CorpusTooSmallError:
    why = f":\n{found.describe()}\n" if found.left_out else ". "
    details = next((f" ({file.name}: {file.detail})" for file in found.left_out if file.detail), "")
    return CorpusTooSmallError(
        f"{root}: there is no picture that can be read{details}{why}"
        "Put at least one picture there (PNG, JPEG, WebP, TIFF or another kind)"
    )
