"""Arrays of unknown origin: numbers, truth values and text of fixed length, never objects.

An array of objects holds addresses: built over bytes of somebody's choosing, it points anywhere.
"""

from __future__ import annotations

import ast
import os
import re
import zipfile
import zlib
from math import prod
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from makar.core.disk.plain import MEGABYTE, open_plain
from makar.core.errors import UnreadableError

Array = NDArray[Any]
MOST_BYTES = 1 << 30
"""Of all arrays of a file together, unpacked."""
MOST_ARRAYS = 50_000
_LONGEST_HEADER = 10_000
_END = 22
"""Bytes at the end of an archive that say what it holds."""
_MOST_AXES = 32
_PLAIN = re.compile(r"[<>|=]?(?:b1|[iuf][0-9]{1,2}|c[0-9]{1,2}|[SU][0-9]{1,6}|[mM]8(?:\[\w+\])?)")
_DAMAGE = (
    OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error, RuntimeError,
    NotImplementedError, SyntaxError, OverflowError, TypeError, MemoryError,
)  # fmt: skip
"""What zipfile and numpy raise of damaged files, each in its own way."""


def plain_dtype(text: object) -> np.dtype[Any]:
    """The kind of number that ``dtype.str`` wrote.

    Raises:
        ValueError: it is no plain number, truth value or text of fixed length.
    """
    if not (isinstance(text, str) and _PLAIN.fullmatch(text)):
        raise ValueError(f"{str(text)[:40]!r} is no plain kind of number, truth value or text")
    try:
        dtype = np.dtype(text)
    except TypeError as fault:
        raise ValueError(f"{text!r} is no kind of number here") from fault
    if dtype.hasobject or dtype.fields is not None or dtype.subdtype is not None:
        raise ValueError(f"{text!r} is no plain kind of number, truth value or text")
    return dtype


def plain_shape(shape: object) -> tuple[int, ...]:
    """A shape that was read from somewhere.

    Raises:
        ValueError: it is not a few numbers, none negative.
    """
    if not isinstance(shape, list | tuple) or len(shape) > _MOST_AXES:  # pyright: ignore[reportUnknownArgumentType]
        raise ValueError("a shape is a list of a few numbers")
    axes = tuple(shape)  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
    if any(type(axis) is not int or not 0 <= axis < 1 << 48 for axis in axes):  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
        raise ValueError("a shape is a list of whole numbers from 0")
    return axes  # pyright: ignore[reportUnknownVariableType]


def array_of(data: bytes, dtype: np.dtype[Any], shape: tuple[int, ...]) -> Array:
    """An array of its own over such bytes, in the order of C.

    Raises:
        ValueError: there are more or fewer bytes than shape and kind say.
    """
    if prod(shape) * dtype.itemsize != len(data):
        raise ValueError(f"{len(data)} bytes are not {shape} of {dtype.str}")
    if not data:
        return np.empty(shape, dtype)
    return np.frombuffer(data, dtype).reshape(shape).copy()


def read_npz(
    path: str | os.PathLike[str], *, most: int = MOST_BYTES, follow: bool = False
) -> dict[str, Array]:
    """The arrays of an ``.npz`` file, every checksum checked, in memory of their own.

    Args:
        path: The file.
        most: Bytes of all arrays together at most.
        follow: Whether it may be a link to the file.

    Raises:
        FileNotFoundError: there is no such file.
        UnreadableError: it is damaged, larger than that, or holds what is no plain array.
    """
    try:
        with open_plain(path, follow=follow) as file, zipfile.ZipFile(file) as archive:
            _refuse_other_ends(file, len(archive.infolist()))
            return _read_members(archive, most)
    except FileNotFoundError:
        raise
    except _DAMAGE as fault:
        why = fault.strerror if isinstance(fault, OSError) and fault.strerror else str(fault)
        told = f"it cannot be read as arrays ({why or type(fault).__name__})"
        raise UnreadableError(os.fspath(path), told, remedy="Delete it, or restore it") from fault


def _read_members(archive: zipfile.ZipFile, most: int) -> dict[str, Array]:
    members = archive.infolist()
    names = [member.filename for member in members]
    size = sum(member.file_size for member in members)
    if len(members) > MOST_ARRAYS or size > most:
        told = f"{len(members):,} arrays of {size / MEGABYTE:,.0f} MB together"
        raise ValueError(f"{told}, and {most / MEGABYTE:,.0f} MB are the most that is read")
    if len(set(names)) < len(names) or not all(name.endswith(".npy") for name in names):
        raise ValueError("it holds something else than arrays, or one of them twice")
    return {
        member.filename.removesuffix(".npy"): _read_member(archive, member) for member in members
    }


def _read_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Array:
    with archive.open(member) as packed:
        data = packed.read(member.file_size)  # no more than it says of itself
        if len(data) != member.file_size or packed.read(1):  # and to the end: there it is checked
            raise ValueError(f"{member.filename} is not as long as it says")
    return parse_npy(data)


def parse_npy(data: bytes) -> Array:
    """The array that ``numpy.save`` wrote.

    Raises:
        ValueError: it is none, or none of plain numbers.
    """
    if data[:6] != b"\x93NUMPY" or data[6:8] not in (b"\1\0", b"\2\0"):
        raise ValueError("not as numpy writes an array")
    start = 10 if data[6] == 1 else 12
    length = int.from_bytes(data[8:start], "little")
    if length > _LONGEST_HEADER:
        raise ValueError("a description of its kind without end")
    dtype, backwards, shape = _described(data[start : start + length].decode("latin-1"))
    rest = data[start + length :]
    if not backwards:
        return array_of(rest, dtype, shape)
    return array_of(rest, dtype, shape[::-1]).transpose()


def _described(text: str) -> tuple[np.dtype[Any], bool, tuple[int, ...]]:
    try:
        found: Any = ast.literal_eval(text.strip())
        kind, backwards, shape = found["descr"], found["fortran_order"], found["shape"]
    except (SyntaxError, TypeError, KeyError, RecursionError, MemoryError) as fault:
        raise ValueError("no description of its kind") from fault
    if type(backwards) is not bool:
        raise ValueError("no order of its axes")
    return plain_dtype(kind), backwards, plain_shape(shape)


def _refuse_other_ends(file: BinaryIO, members: int) -> None:
    """Refuse an archive that does not end with how many files it holds: some may be lost."""
    file.seek(-_END, os.SEEK_END)
    end = file.read(_END)
    counts = (int.from_bytes(end[8:10], "little"), int.from_bytes(end[10:12], "little"))
    if end[:4] != b"PK\5\6" or end[20:22] != b"\0\0" or counts != (members, members):
        raise ValueError("its directory does not hold as many arrays as it says")
