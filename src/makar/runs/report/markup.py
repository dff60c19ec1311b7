"""From plain text to HTML: everything foreign is escaped here, and nowhere else."""

from __future__ import annotations

import html
import math

_MINUS = "\N{MINUS SIGN}"
_KEPT = "\n\N{NO-BREAK SPACE}"


def text(words: str) -> str:
    """Plain text, safe between tags and in quoted attributes; control characters become spaces."""
    shown = "".join(c if c.isprintable() or c in _KEPT else " " for c in words)
    return html.escape(shown, quote=True)


def foreign(words: str) -> str:
    """A foreign title: escaped, and kept from turning the text around it right to left."""
    return f"<bdi>{text(words)}</bdi>"


def opening(words: str) -> str:
    """With a capital letter, as a sentence or a title begins."""
    return words[:1].upper() + words[1:]


def number(value: float, digits: int = 2) -> str:
    """A number as people read it, with a true minus sign; a dash where there is none."""
    if not math.isfinite(value):
        return "–"
    shown = f"{value:,.{digits}f}"
    if float(shown.replace(",", "")) == 0:
        shown = shown.lstrip("-")
    return shown.replace("-", _MINUS)


def compact(value: float) -> str:
    """A number of any size in about three figures."""
    if not math.isfinite(value):
        return "–"
    size = abs(value)
    if size < 1e-6:
        return "0"
    if size >= 1000 or (size >= 100 and value == round(value)):
        return number(value, 0)
    if size < 1e-3:
        return f"{value:.1e}".replace("e-0", "e-").replace("-", _MINUS)
    digits = 3 if size < 0.1 else 2 if size < 10 else 1
    return number(value, digits)


def percent(share: float) -> str:
    """A share in per cent, with a decimal only where it is small."""
    if not math.isfinite(share):
        return "–"
    return number(100 * share, 1 if 0 < abs(share) < 0.0995 else 0) + "\N{NO-BREAK SPACE}%"
