"""How a user's own reward is named: ``mine.py:swing=0.5@0:10``."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from pathlib import Path

from makar.core.errors import CustomRewardError

PYTHON = "python"
"""Stands for the file where a reward was given as a function, by a Python program."""
_FORM = re.compile(
    r"(?P<place>.+?):(?P<name>[^\W\d]\w*)"
    r"(?:=(?P<weight>[^@=]*))?(?:@(?P<low>[^:@]*):(?P<high>[^:@]*))?",
    re.DOTALL,
)


@dataclass(frozen=True)
class Spec:
    """An own reward, named.

    Attributes:
        text: As it was written.
        place: The file's path as written, or ``PYTHON``.
        name: The function's.
        weight: Of the part.
        span: The range of its numbers that was stated; None where none was.
    """

    text: str
    place: str
    name: str
    weight: float
    span: tuple[float, float] | None

    @property
    def path(self) -> Path:
        """The file."""
        return _expanded(self.place)


def read_spec(text: str) -> Spec:
    """Take apart ``FILE.py:FUNCTION=WEIGHT@LOW:HIGH``; weight and range may be left out.

    Raises:
        CustomRewardError: it is not written so, or a number is out of range.
    """
    found = _FORM.fullmatch(text)
    if found is None:
        raise CustomRewardError(
            f"reward {text!r}: write it as FILE.py:FUNCTION=WEIGHT, or as "
            "FILE.py:FUNCTION=WEIGHT@LOW:HIGH where its numbers are not in 0 to 1"
        )
    weight = _number(found["weight"], text) if found["weight"] is not None else 1.0
    if not 0 <= weight < math.inf:
        raise CustomRewardError(f"reward {text!r}: the weight must be 0 or more")
    span = None
    if found["low"] is not None:
        span = (_number(found["low"], text), _number(found["high"], text))
        if fault := span_fault(span):
            raise CustomRewardError(f"reward {text!r}: {fault}")
    return Spec(text, found["place"], found["name"], weight, span)


def span_fault(span: object) -> str:
    """What is wrong with a stated range; empty where nothing is."""
    match span:
        case (int() | float() as low, int() | float() as high):
            if -math.inf < low < high < math.inf:
                return ""
    return f"the range must be two finite numbers, the lower one first, not {span!r:.60}"


def anchored(text: str, folder: Path) -> str:
    """The spec with its file found from ``folder``, so that it means the same from anywhere."""
    path, colon, rest = text.partition(".py:")
    if not colon or _expanded(path).is_absolute():
        return text
    return f"{folder / path}{colon}{rest}"


def _expanded(place: str) -> Path:
    try:
        return Path(place).expanduser()
    except RuntimeError:  # the home of a user whom nobody knows here
        return Path(place)


def _number(text: str, spec: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise CustomRewardError(f"reward {spec!r}: {text!r} is not a number") from None
