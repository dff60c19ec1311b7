"""What a user's own reward may answer: one real number for each work, in its range, or NaN."""

from __future__ import annotations

import numbers as kinds
from collections import Counter
from typing import Any

import numpy as np
from jaxtyping import Float

from makar.core.scoring import AnswerFault, Statistic
from makar.core.types import Judgement

USUAL = (0.0, 1.0)
"""The range of what is answered, unless another is stated."""
ROUNDING = 1e-6
"""Of the range's width: so far beyond its end a number is taken for rounding, and for the end."""
WANTED = "return one number from {low:g} to {high:g} for each work, NaN where it cannot judge"


def checked(answer: Any, count: int, span: tuple[float, float]) -> Statistic:
    """The answer as numbers; those that are out of range are NaN, and counted.

    A ``Statistic`` or a ``Judgement`` is taken with its credit.

    Args:
        answer: Whatever the reward returned.
        count: Works it was asked about.
        span: The range of its numbers.

    Raises:
        AnswerFault: it is not one real number for each work.
    """
    credit, units = None, None
    if isinstance(answer, Judgement):
        credit, answer = answer.credit, answer.total
    elif isinstance(answer, Statistic):
        credit, units, answer = answer.credit, answer.units, answer.values
    values, faults = real_numbers(answer, count, span), Counter[str]()
    faults["NaN"] = int(np.isnan(values).sum())
    (low, high), slack = span, ROUNDING * (span[1] - span[0])
    outside = (values < low - slack) | (values > high + slack)
    values[outside] = np.nan
    faults[
        f"outside {low:g} to {high:g}; bring it into that range, or state its own: @LOW:HIGH"
    ] = int(outside.sum())
    if credit is not None:
        credit = np.array(credit, np.float64)
        if credit.ndim != 2 or len(credit) != count or not np.isfinite(credit).all():
            raise AnswerFault("returned credit that is not finite or not one row per work")
    if units is not None:
        units = np.array(units, np.int64)
    found = {name: times for name, times in faults.items() if times}
    return Statistic(np.clip(values, low, high), credit, units, found)


def real_numbers(answer: Any, count: int, span: tuple[float, float]) -> Float[np.ndarray, " B"]:
    """What was returned as one number for each work.

    Raises:
        AnswerFault: it is something else.
    """
    wanted = WANTED.format(low=span[0], high=span[1])
    if isinstance(answer, np.ma.MaskedArray):
        answer = np.where(np.ma.getmaskarray(answer), np.nan, np.asarray(answer))
    try:
        array = np.asarray(answer)
    except ValueError:  # rows of unequal lengths
        raise AnswerFault(f"returned rows of different lengths; {wanted}") from None
    if array.dtype.kind == "O":
        array = _numbers_among(array, wanted)
    if array.dtype.kind not in "biuf":
        raise AnswerFault(f"returned {_kind(array)}; {wanted}")
    if array.shape != (count,):
        raise AnswerFault(
            f"returned shape {array.shape} for {count} works, expected ({count},); {wanted}"
        )
    return np.array(array, np.float64)


def _numbers_among(array: np.ndarray, wanted: str) -> np.ndarray:
    """Python's own numbers that NumPy has no kind for, such as fractions."""
    strange = next((one for one in array.flat if not isinstance(one, kinds.Real)), None)
    if array.ndim != 1 or not all(isinstance(one, kinds.Real) for one in array):
        what = type(array.item() if array.ndim == 0 else strange).__name__
        raise AnswerFault(f"returned {what} where a number belongs; {wanted}")
    return np.array([float(one) for one in array], np.float64)


def _kind(array: np.ndarray) -> str:
    words = {"c": "complex numbers", "U": "text", "S": "bytes", "M": "dates", "m": "durations"}
    return words.get(array.dtype.kind, f"values of type {array.dtype}")
