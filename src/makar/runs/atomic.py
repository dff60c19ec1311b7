"""Files that are there whole or not at all, whenever the machine stops."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from makar.runs.errors import naming_full_disk


def write_bytes(path: Path, data: bytes) -> None:
    """Write ``path`` at once: until the new content is safely on disk, the old one is in place.

    Raises:
        DiskFullError: No room; the old content is untouched.
    """
    building = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    with naming_full_disk(path.parent):
        try:
            write_through(building, data)
            building.replace(path)
            sync_folder(path.parent)
        except BaseException:
            building.unlink(missing_ok=True)
            raise


def write_text(path: Path, text: str) -> None:
    """Write UTF-8 text as ``write_bytes`` does, line ends as they are.

    Bytes of a file's name that are no text are written as numbers, as JSON and Python write them.
    """
    write_bytes(path, text.encode(errors="backslashreplace"))


def write_json(path: Path, value: Any) -> None:
    """Write strict, readable JSON as ``write_bytes`` does; NaN and infinities are refused."""
    text = json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False)
    write_text(path, text + "\n")


def write_through(path: Path, data: bytes) -> None:
    """Write a file from the start and wait until the disk has it.

    What had the name before, a link even, is removed and not written into.
    """
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o666)
    try:
        write_all(descriptor, data)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_all(descriptor: int, data: bytes) -> None:
    """Write every byte, however few the system takes at a time."""
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def sync_folder(folder: Path) -> None:
    """Wait until the disk has the names in ``folder``: a rename alone is not yet durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def remove_leftovers(folder: Path) -> None:
    """Remove what a killed ``write_bytes`` left behind; only for whoever holds the lock."""
    for leftover in folder.glob(".*.tmp"):
        if leftover.is_symlink() or not leftover.is_dir():
            leftover.unlink(missing_ok=True)
