"""TOML as settings are kept in it: whatever is written can be read, and reading is bounded.

TOML is Unicode, and the name of a file may hold bytes that are not: Linux lets it. Python has each
of them as half of a pair of surrogates, which TOML cannot write. It stands here as the character
U+0000, which no name can hold, and four hexadecimal digits; so does that character itself.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias, cast

import tomli_w

from makar.core.disk.parsing import DEEPEST
from makar.core.disk.plain import MEGABYTE, read_plain

Tree: TypeAlias = dict[str, Any]
LARGEST = MEGABYTE
_MOST_DOTS = 30
_UNWRITABLE = re.compile("[\0\ud800-\udfff]")
_WRITTEN = re.compile("\0([0-9A-F]{4})")
_WORD = r"""(?:[\w-]++|"[^"\n]*+"|'[^'\n]*+')"""
_DOTTED = re.compile(
    rf"(?:^|[\[{{,])\s*+{_WORD}(?:[ \t]*+\.[ \t]*+{_WORD}){{{_MOST_DOTS},}}+", re.MULTILINE
)
_OF_JSON = re.compile(r"\\\\|((?:\\u[0-9a-fA-F]{4})+)")


def read_toml(path: Path, *, follow: bool = False) -> Tree:
    """The tables of a TOML file.

    Args:
        path: The file.
        follow: Whether it may be a link to one.

    Raises:
        ValueError: it is not TOML, or nested or named without end; says where.
        OSError: it is missing, is too large, or is no plain file.
    """
    return parse_toml(read_plain(path, most=LARGEST, follow=follow).decode("utf-8"))


def parse_toml(text: str) -> Tree:
    """The tables of a TOML text, also of one that earlier versions wrote with JSON's escapes.

    Raises:
        ValueError: it is not TOML, or nested or named without end.
    """
    if _DOTTED.search(text):
        raise ValueError(f"a key of more than {_MOST_DOTS} words")
    text = text.replace("\r\n", "\n")
    try:
        try:
            found = tomllib.loads(text)
        except tomllib.TOMLDecodeError:
            mended = _OF_JSON.sub(_mended, text)
            if mended == text:
                raise
            found = tomllib.loads(mended)
    except RecursionError:
        raise ValueError("brackets within brackets without end") from None
    return _with_texts(found, _read_text)


def write_toml(tree: Mapping[str, Any]) -> str:
    """The tables as TOML: what ``parse_toml`` reads as the same again.

    Raises:
        ValueError: they are nested deeper than it reads.
    """
    return tomli_w.dumps(_with_texts(tree, _written_text))


def _with_texts(value: Any, change: Callable[[str], str], deep: int = 0) -> Any:
    """The value with every text in it, keys too, changed; refused where it is nested too deep."""
    if isinstance(value, str):
        return change(value)
    if not isinstance(value, Mapping | list | tuple):
        return value
    if deep > DEEPEST:  # whoever works through the settings later would fall over them
        raise ValueError(f"values within values, more than {DEEPEST} deep")
    if isinstance(value, Mapping):
        table = cast("Mapping[str, Any]", value)
        return {change(key): _with_texts(item, change, deep + 1) for key, item in table.items()}
    return [_with_texts(item, change, deep + 1) for item in cast("Sequence[Any]", value)]


def _written_text(text: str) -> str:
    return _UNWRITABLE.sub(lambda found: f"\0{ord(found[0]):04X}", text)


def _read_text(text: str) -> str:
    return _WRITTEN.sub(lambda found: chr(int(found[1], 16)), text)


def _mended(found: re.Match[str]) -> str:
    """JSON's escapes of a character, in two halves, as TOML writes it; each half alone as here."""
    if not found[1]:
        return found[0]
    units = bytes.fromhex(found[1].replace("\\u", ""))
    text = units.decode("utf-16-be", "surrogatepass")
    return "".join(f"\\U{ord(letter):08X}" for letter in _written_text(text))
