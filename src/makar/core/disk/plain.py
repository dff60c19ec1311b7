"""Plain files and real folders only: anything else under their names is refused at once.

A pipe would be waited for and a device read for ever; a link leads where its maker chose. So
every reader of files that others may have made opens them here.
"""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import BinaryIO

MEGABYTE = 1 << 20
_KINDS = {
    stat.S_IFLNK: "a link (links are not followed here)",
    stat.S_IFDIR: "a folder",
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}
_OPEN = os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY


class NotPlainError(OSError):
    """Something that is not the plain file or the real folder it should be, or is too large.

    As of any ``OSError``, ``filename`` says which and ``strerror`` why.
    """

    def __init__(self, path: str | os.PathLike[str], why: str) -> None:
        super().__init__(errno.EINVAL, why, os.fspath(path))


def kind_of(mode: int) -> str:
    """What lies there, in words, by ``stat``'s mode."""
    return _KINDS.get(stat.S_IFMT(mode), "a file" if stat.S_ISREG(mode) else "something else")


def open_plain(path: str | os.PathLike[str], *, follow: bool = False) -> BinaryIO:
    """A plain file, open for reading.

    Args:
        path: The file.
        follow: Whether it may be a link to one.

    Raises:
        NotPlainError: it is a link, a folder, a pipe, a socket or a device.
        OSError: it is missing or cannot be opened.
    """
    _refuse_unless(Path(path).stat(follow_symlinks=follow).st_mode, stat.S_IFREG, path)
    flags = os.O_RDONLY | _OPEN | (0 if follow else os.O_NOFOLLOW)
    descriptor = os.open(path, flags)
    try:  # looked at before, since opening a device may do something; and now that it is held
        _refuse_unless(os.fstat(descriptor).st_mode, stat.S_IFREG, path)
        return os.fdopen(descriptor, "rb")
    except BaseException:
        os.close(descriptor)
        raise


def read_plain(path: str | os.PathLike[str], *, most: int, follow: bool = False) -> bytes:
    """All of a plain file.

    Args:
        path: The file.
        most: Bytes at most.
        follow: Whether it may be a link to one.

    Raises:
        NotPlainError: it is no plain file, is larger than that, or grows while it is read.
        OSError: it is missing or cannot be read.
    """
    with open_plain(path, follow=follow) as file:
        size = os.fstat(file.fileno()).st_size
        if size > most:
            raise NotPlainError(path, f"{size:,} bytes, and {most:,} are the most that is read")
        data = file.read(min(size, most) + 1)
    if len(data) > size:
        raise NotPlainError(path, "it grows while it is read")
    return data


def open_to_write(path: str | os.PathLike[str], *, append: bool = False) -> int:
    """Descriptor of a plain file to read and write in place; begun where it is missing.

    Raises:
        NotPlainError: it is a link or no file, or another name elsewhere is the same file.
        OSError: it cannot be opened.
    """
    flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | _OPEN | (os.O_APPEND if append else 0)
    try:
        _refuse_unless(os.lstat(path).st_mode, stat.S_IFREG, path)
    except FileNotFoundError:
        flags |= os.O_EXCL
    descriptor = os.open(path, flags, 0o666)
    try:
        _refuse_shared(os.fstat(descriptor), path, alone=True)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def require_file(path: str | os.PathLike[str], *, alone: bool = False) -> None:
    """Refuse what is not a plain file, without opening it.

    Args:
        path: The file.
        alone: Refuse it, too, where another name elsewhere is the same file.

    Raises:
        NotPlainError: it is a link, a folder or something else, or not alone.
        FileNotFoundError: it is missing.
    """
    _refuse_shared(os.lstat(path), path, alone=alone)


def require_folder(path: str | os.PathLike[str]) -> None:
    """Refuse what is not a folder itself.

    Raises:
        NotPlainError: it is a link, a file or something else.
        FileNotFoundError: it is missing.
    """
    _refuse_unless(os.lstat(path).st_mode, stat.S_IFDIR, path)


def is_plain(path: str | os.PathLike[str]) -> bool:
    """True for a plain file that is there, and is no link."""
    try:
        return stat.S_ISREG(os.lstat(path).st_mode)
    except (OSError, ValueError):
        return False


def refuse_links(folder: Path) -> None:
    """Refuse a folder in which, at any depth, lies what is neither a plain file nor a folder.

    Raises:
        NotPlainError: names the first that was found.
    """
    waiting = [folder]
    while waiting:
        with os.scandir(waiting.pop()) as entries:
            for entry in entries:
                mode = entry.stat(follow_symlinks=False).st_mode
                if stat.S_ISDIR(mode):
                    waiting.append(Path(entry.path))
                else:
                    _refuse_unless(mode, stat.S_IFREG, entry.path)


def _refuse_shared(status: os.stat_result, path: str | os.PathLike[str], *, alone: bool) -> None:
    _refuse_unless(status.st_mode, stat.S_IFREG, path)
    if alone and status.st_nlink > 1:
        raise NotPlainError(path, "the same file has another name as well; put a copy in its place")


def _refuse_unless(mode: int, wanted: int, path: str | os.PathLike[str]) -> None:
    if stat.S_IFMT(mode) != wanted:
        should = "folder" if wanted == stat.S_IFDIR else "file"
        raise NotPlainError(path, f"{kind_of(mode)}, not a {should}")
