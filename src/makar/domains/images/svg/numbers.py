"""Numbers as short as SVG allows."""

from __future__ import annotations

from collections.abc import Callable, Iterable


def number(value: float, decimals: int) -> str:
    """Without needless zeros: ``.5``, ``-3``, ``12.25``."""
    text = f"{value:.{decimals}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    if text.startswith("0."):
        return text[1:]
    if text.startswith("-0"):
        return "-" + text[2:] if len(text) > 2 else "0"
    return text


def spaced(values: Iterable[float], write: Callable[[float], str]) -> str:
    """Numbers one after the other; a minus parts two of them as well as a space."""
    return " ".join(map(write, values)).replace(" -", "-")
