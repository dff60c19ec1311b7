"""Numbers in MusicXML, which are text that anybody may have written."""

from __future__ import annotations

import math

_LARGEST = 10**12


class FaultError(ValueError):
    """What is wrong in a score; the reader adds which file."""


def number(text: str | None) -> float:
    """A finite number.

    Raises:
        FaultError: it is none, or absurdly large.
    """
    try:
        value = float(text or "")
    except ValueError:
        value = math.nan
    if not abs(value) <= _LARGEST:  # also true of NaN
        raise FaultError(f"has {(text or '')[:20]!r} where a number belongs")
    return value


def whole(text: str | None, *, least: int, scale: float = 1.0) -> int:
    """The number times ``scale`` as the nearest whole number of at least ``least``.

    Raises:
        FaultError: it is no number, too large or too small.
    """
    value = round(number(text) * scale)
    if not least <= value <= _LARGEST:
        raise FaultError(f"has {(text or '')[:20]!r} where a number from {least} on belongs")
    return value
