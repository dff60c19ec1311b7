"""Files that nobody vouches for: read within bounds, and no value trusted to have its type."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Never

from makar.core.disk.parsing import refuse_deep
from makar.core.disk.plain import NotPlainError, open_plain
from makar.domains.levels.level.errors import UnreadableLevelError

MAX_BYTES = 8_000_000
"""Of a map: a million cells as numbers, and as much again for what else it holds."""
MAX_COLUMNS = 10_000
MAX_ROWS = 1_000
MAX_CELLS = 1 << 20
_MAX_SHOWN = 40


def read_bounded(path: Path, limit: int = MAX_BYTES) -> bytes:
    """The bytes of a regular file of at most ``limit`` bytes.

    Raises:
        UnreadableLevelError: no such file, no regular file, or too large.
    """
    try:
        with open_plain(path, follow=True) as file:
            data = file.read(limit + 1)
    except (FileNotFoundError, NotADirectoryError) as error:
        fault = "there is no such file"
        raise UnreadableLevelError(str(path), fault, remedy="Check the path") from error
    except NotPlainError as error:
        fault = f"is {error.strerror}"
        raise UnreadableLevelError(str(path), fault, remedy="Check the path") from error
    except (OSError, ValueError) as error:
        raise UnreadableLevelError(str(path), f"cannot be read ({error})") from error
    if len(data) > limit:
        fault = f"is larger than {limit / 1e6:g} MB"
        raise UnreadableLevelError(str(path), fault, remedy="Split the map, or leave it out")
    return data


def text_of(data: bytes, path: str) -> str:
    """The text of a UTF-8 file, with or without a byte order mark."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        fault = f"is not UTF-8 text (byte {error.start})"
        raise UnreadableLevelError(path, fault, remedy="Save it as UTF-8") from error


def parse_object(data: bytes, path: str) -> dict[str, Any]:
    """The JSON object that a file consists of; numbers beyond all numbers are refused."""
    text = text_of(data, path)
    try:
        refuse_deep(data)
    except ValueError as error:
        remedy = "Ungroup its layers, or leave it out"
        raise UnreadableLevelError(path, f"nests without end: {error}", remedy=remedy) from error
    try:
        found = json.loads(text, parse_constant=_no_number, parse_float=_finite)
    except json.JSONDecodeError as error:
        fault = f"line {error.lineno}, column {error.colno}: is not JSON ({error.msg})"
        raise UnreadableLevelError(path, fault, remedy="Save it again from the editor") from error
    except ValueError as error:
        raise UnreadableLevelError(path, f"holds what is no number ({error})") from error
    if not isinstance(found, dict):
        raise UnreadableLevelError(path, "is JSON, but not an object with named fields")
    return found


def _no_number(word: str) -> Never:
    raise ValueError(word)


def _finite(word: str) -> float:
    if not math.isfinite(value := float(word)):
        raise ValueError(quoted(word))
    return value


def quoted(value: object) -> str:
    """A value in an error, kept short whatever the file holds."""
    text = repr(value)
    return text if len(text) <= _MAX_SHOWN else f"{text[:_MAX_SHOWN]}…"


def whole(
    holder: Mapping[str, Any],
    key: str,
    path: str,
    *,
    low: int,
    high: int,
    default: int | None = None,
) -> int:
    """The whole number at ``key``, from ``low`` to ``high``; ``default`` where it is absent."""
    value = holder.get(key, default)
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        fault = f"{key} must be a whole number from {low} to {high}, got {quoted(value)}"
        raise UnreadableLevelError(path, fault)
    return value


def word(holder: Mapping[str, Any], key: str, path: str, default: str = "") -> str:
    """The text at ``key``."""
    value = holder.get(key, default)
    if not isinstance(value, str):
        raise UnreadableLevelError(path, f"{key} must be text, got {quoted(value)}")
    return value


def objects(holder: Mapping[str, Any], key: str, path: str) -> list[dict[str, Any]]:
    """The list of objects at ``key``; an absent list is empty."""
    value = holder.get(key, [])
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise UnreadableLevelError(path, f"{key} must be a list of objects, got {quoted(value)}")
    return value
