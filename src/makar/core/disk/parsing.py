"""JSON of unknown origin, with bounds: no endless nesting, no numbers that JSON does not know."""

from __future__ import annotations

import json
import os
import re
from typing import Any, NoReturn

from makar.core.disk.plain import MEGABYTE, read_plain

DEEPEST = 100
"""Brackets within brackets; what makar writes has a dozen."""
_STRINGS = re.compile(rb'"(?:[^"\\]|\\.)*+"', re.DOTALL)
_BRACKETS = re.compile(rb"[\[\]{}]")


def parse_json(data: bytes) -> Any:
    """The value of a JSON text in UTF-8.

    Raises:
        ValueError: it is not JSON, nested deeper than ``DEEPEST``, or names NaN or Infinity.
    """
    refuse_deep(data)
    return json.loads(data.decode("utf-8"), parse_constant=_no_number)


def read_json(path: str | os.PathLike[str], *, most: int = 16 * MEGABYTE) -> Any:
    """The value in a JSON file, which is not a link.

    Args:
        path: The file.
        most: Bytes at most.

    Raises:
        ValueError: it is not JSON; see ``parse_json``.
        OSError: it is missing, larger than that, or no plain file.
    """
    return parse_json(read_plain(path, most=most))


def refuse_deep(data: bytes) -> None:
    """Refuse a JSON text nested deeper than ``DEEPEST``, before it is read.

    Raises:
        ValueError: it is.
    """
    if data.count(b"[") + data.count(b"{") <= DEEPEST:  # as most texts: then it cannot be deeper
        return
    depth = 0
    for bracket in _BRACKETS.finditer(_STRINGS.sub(b"", data)):
        depth += 1 if bracket[0] in (b"[", b"{") else -1
        if depth > DEEPEST:
            raise ValueError(f"brackets within brackets, more than {DEEPEST} deep")


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")
