"""Text events in which our MIDI files keep what MIDI itself has no room for.

MIDI knows no pickup bar, only major and minor, whole microseconds per quarter, and one
note per pitch and channel at a time. Each mark stands beside the MIDI event it refines, and
counts only while it agrees with it, so that a file edited elsewhere is read as it now is.
"""

from __future__ import annotations

PREFIX = "makar "
PICKUP, PLAIN_PICKUP, MODE, EXACT_TEMPO, CONTINUES, COMPOSER, SOURCE = (
    "pickup", "pickup-in-metre", "mode", "quarters-per-minute", "continues", "composer", "source",
)  # fmt: skip


def mark(name: str, value: object = "") -> str:
    """The text of a mark."""
    return f"{PREFIX}{name}={value}"


def parse_mark(text: str) -> tuple[str, str] | None:
    """Name and value of a mark, or None for any other text."""
    if not text.startswith(PREFIX) or "=" not in text:
        return None
    name, _, value = text[len(PREFIX) :].partition("=")
    return name, value


def microseconds(quarters_per_minute: float) -> int:
    """Microseconds per quarter note, as MIDI counts tempo."""
    return round(60_000_000 / quarters_per_minute)


def plainest_tempo(per_quarter: int) -> float:
    """The tempo with the fewest decimals that MIDI writes as ``per_quarter`` microseconds."""
    exact = 60_000_000 / per_quarter
    for decimals in range(7):
        plain = round(exact, decimals)
        if plain > 0 and microseconds(plain) == per_quarter:
            return plain
    return exact
