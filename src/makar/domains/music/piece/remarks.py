"""What has to be said of how a piece was read, where its judgement hangs on that."""

from __future__ import annotations

from collections.abc import Mapping

from makar.domains.music.piece.key_finding import heard_among

_ASIDE = {"grace notes": "grace note", "cue notes": "cue note", "voice overlays": "voice overlay"}
"""What is left out on purpose, by what the readers call it."""
_MOVED = "notes moved to the nearest tick"
_TELLING = {
    "4/4 assumed at the start": "no metre is written: read as 4/4",
    "jumps (D.C., D.S., coda) read straight through": "jumps (D.C., D.S., coda) are not followed",
    "orders of parts (P:) not played": "the order of its parts (P:) is not followed",
}


def remarks(changes: Mapping[str, int]) -> list[str]:
    """Sentences for the user: the key that is heard, what is set aside, what was assumed.

    Args:
        changes: What a reader could not take over as it stood; see ``piece.reading.Reading``.
    """
    said = heard_among(changes)
    said += [words for what, words in _TELLING.items() if what in changes]
    aside = [
        f"{changes[what]} {one if changes[what] == 1 else one + 's'}"
        for name, one in _ASIDE.items()
        for what in (name, f"{name} dropped")
        if changes.get(what)
    ]
    if aside:
        said.append(f"set aside, and judged without: {', '.join(aside)}")
    if changes.get(_MOVED):
        said.append(f"notes between the ticks, of which a quarter has 24: {changes[_MOVED]}")
    return said + [
        what for what in changes if what.startswith("tune ") and "cannot be read" in what
    ]
