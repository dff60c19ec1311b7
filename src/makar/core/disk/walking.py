"""The files of a folder that somebody brings, each once; what is no file is named and left out."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from makar.core.disk.plain import kind_of

MOST_FILES = 100_000


@dataclass(frozen=True)
class Walk:
    """What lies in a folder.

    Attributes:
        files: Plain files, by name.
        left_out: Name within the folder and reason of what was wanted and is none.
        other: How many files are not wanted, by their name.
        more: Whether there are more entries than were looked at.
    """

    files: tuple[Path, ...]
    left_out: tuple[tuple[str, str], ...]
    other: int
    more: bool


def walk(
    root: Path,
    wanted: Callable[[str], bool] = lambda _name: True,
    *,
    most: int = MOST_FILES,
    deep: bool = True,
) -> Walk:
    """Look through a folder, and through those in it whose names begin with no dot.

    The folder itself may be a link. A link in it is followed if it leads to something within it;
    a file or folder with several names is taken once, under the one that is no link.

    Args:
        root: The folder.
        wanted: Says by its name whether a file is.
        most: How many entries are looked at.
        deep: Whether to look through the folders in it.

    Raises:
        OSError: there is no such folder, or it cannot be read.
    """
    found = _Found(root, Path(os.path.realpath(root)), wanted, most)
    found.enter(root)
    while found.folders and deep and not found.full:
        found.enter(found.folders.pop())
    if not found.full:
        found.follow(deep=deep)
    files = tuple(sorted(found.files.values(), key=lambda path: path.relative_to(root).as_posix()))
    return Walk(files, tuple(sorted(found.left_out)), found.other, found.full)


class _Found:
    """What was found so far; links are kept until everything else is known."""

    def __init__(self, root: Path, real: Path, wanted: Callable[[str], bool], most: int) -> None:
        self.root, self.real, self.wanted, self.most = root, real, wanted, most
        self.files: dict[tuple[int, int], Path] = {}
        self.left_out: list[tuple[str, str]] = []
        self.folders: list[Path] = []
        self.links: list[Path] = []
        self.met: set[tuple[int, int]] = set()
        self.seen = self.other = 0

    @property
    def full(self) -> bool:
        return self.seen > self.most

    def enter(self, folder: Path) -> None:
        """Sort out what lies in a folder, if it was not met before."""
        try:
            status = folder.stat()
            if (status.st_dev, status.st_ino) in self.met:
                return
            self.met.add((status.st_dev, status.st_ino))
            with os.scandir(folder) as entries:
                for entry in entries:
                    self._sort(entry)
                    if self.full:
                        return
        except OSError as fault:
            if folder == self.root:
                raise
            self._leave(folder, fault.strerror or "cannot be read")

    def follow(self, *, deep: bool) -> None:
        """Take what links lead to, as far as it lies within the folder and is not there yet."""
        while self.links:
            links, self.links = sorted(self.links), []
            for link in links:
                self._follow(link, deep=deep)
            while self.folders and not self.full:
                self.enter(self.folders.pop())

    def _follow(self, link: Path, *, deep: bool) -> None:
        try:
            real, status = Path(os.path.realpath(link)), link.stat()
        except OSError as fault:
            if self.wanted(link.name):
                self._leave(link, f"a link that leads nowhere ({fault.strerror})")
            return
        is_folder = stat.S_ISDIR(status.st_mode)
        if real != self.real and self.real not in real.parents:
            if is_folder or self.wanted(link.name):
                self._leave(link, "a link that leads out of the folder: not followed")
        elif not is_folder:
            self._take(link, status)
        elif deep:
            self.folders.append(link)

    def _sort(self, entry: os.DirEntry[str]) -> None:
        if entry.name.startswith("."):
            return
        self.seen += 1
        path = Path(entry.path)
        if entry.is_symlink():
            self.links.append(path)
        elif entry.is_dir(follow_symlinks=False):
            self.folders.append(path)
        else:
            self._take(path, entry.stat(follow_symlinks=False))

    def _take(self, path: Path, status: os.stat_result) -> None:
        if not self.wanted(path.name):
            self.other += 1
        elif stat.S_ISREG(status.st_mode):
            place = status.st_dev, status.st_ino
            first = self.files.get(place)
            if first is None or (path < first and not path.is_symlink()):
                self.files[place] = path
        else:
            self._leave(path, f"{kind_of(status.st_mode)}, not a file")

    def _leave(self, path: Path, why: str) -> None:
        self.left_out.append((path.relative_to(self.root).as_posix(), why))
