"""Whose works the page compares with, in words.

All that tells of them is written of people. A domain that has other works to compare with, such as
a game's maps, puts its own word in their place, once, on the finished page.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar, cast

PEOPLE = "people"
_OURS = frozenset({"ink", "html", "config", "export", "files"})
"""Fields that are no words."""
_WORD = re.compile(r"\b(?P<by>by )?people(?P<own>[’']s)?\b", re.IGNORECASE)
T = TypeVar("T")


def possessive(theirs: str, sign: str = "’") -> str:
    """Whose: people’s, the maps’."""
    return f"{theirs}{sign}" if theirs.endswith("s") else f"{theirs}{sign}s"


def told_of(contents: T, theirs: str) -> T:
    """The same record with ``theirs`` wherever it says people, in all that it holds."""
    return contents if theirs == PEOPLE else cast(T, _told(contents, theirs))


def _told(value: Any, theirs: str) -> Any:
    if isinstance(value, str):
        return _WORD.sub(lambda found: _word(found, theirs), value)
    if is_dataclass(value) and not isinstance(value, type):
        named = {f.name: getattr(value, f.name) for f in fields(value) if f.name not in _OURS}
        return replace(value, **{name: _told(inner, theirs) for name, inner in named.items()})
    if isinstance(value, list | tuple):
        inside = [_told(inner, theirs) for inner in cast(Sequence[Any], value)]
        return inside if isinstance(value, list) else tuple(inside)
    return value


def _word(found: re.Match[str], theirs: str) -> str:
    if found["by"]:
        return f"of {theirs}"
    first = theirs[0].upper() if found[0][0].isupper() else theirs[0]
    told = first + theirs[1:]
    return possessive(told, found["own"][0]) if found["own"] else told
