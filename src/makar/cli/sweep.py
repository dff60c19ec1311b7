"""A sweep: ``--set loop.works=64,128`` trains with each value, and ends in one table."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import count, product
from pathlib import Path
from typing import Any

from makar.console.options import pairs
from makar.core.errors import ConfigError

_APART = re.compile(r",(?![^\[]*\]|[^{]*\}|[^\"]*\"$)")
"""A comma between values, and not within a list, a table or quotes."""


@dataclass(frozen=True)
class Case:
    """One run of a sweep.

    Attributes:
        name: Of the run.
        flags: The settings that it differs in from the others.
    """

    name: str
    flags: Mapping[str, Any]


def swept(texts: Sequence[str]) -> tuple[list[str], dict[str, list[Any]]]:
    """What ``--set`` says, in the one way and in several: plain texts, and values by setting.

    Raises:
        ConfigError: a value is named twice.
    """
    plain: list[str] = []
    several: dict[str, list[Any]] = {}
    for text in texts:
        name, sign, value = text.partition("=")
        values = _APART.split(value) if sign else []
        if len(values) > 1:
            several[name] = [pairs([f"{name}={one}"], "--set", "")[name] for one in values]
            if twice := [one for one in several[name] if several[name].count(one) > 1]:
                raise ConfigError(f"--set {text}: {twice[0]} stands there twice")
        else:
            plain.append(text)
    return plain, several


def cases(name: str, several: Mapping[str, Sequence[Any]], seeds: int) -> list[Case]:
    """Every combination of the values, with each seed: ``name-works64-s1``.

    Values that are written alike in a name, as C and C#, are numbered: ``tonicC``, ``tonicC-2``.
    """
    found: list[Case] = []
    met: Counter[str] = Counter()
    for values in product(*several.values()):
        flags = dict(zip(several, values, strict=True))
        label = "-".join(f"{key.rpartition('.')[2]}{_plain(one)}" for key, one in flags.items())
        met[label] += 1
        label += f"-{met[label]}" if met[label] > 1 else ""
        found += [
            Case(f"{name}-{label}" + (f"-s{number}" if seeds > 1 else ""), flags)
            for number in range(1, seeds + 1)
        ]
    return found


def _plain(value: Any) -> str:
    """A value as part of a run's name."""
    return re.sub(r"[^A-Za-z0-9._-]+", "", str(value)) or "none"


def free_name(root: Path, recipe: str, several: Mapping[str, Sequence[Any]], seeds: int) -> str:
    """The recipe's name, or the first of ``tune-2``, ... under which no run of the sweep is."""
    names = (recipe if number == 1 else f"{recipe}-{number}" for number in count(1))
    return next(
        name
        for name in names
        if not any((root / case.name).exists() for case in cases(name, several, seeds))
    )
