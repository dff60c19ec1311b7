"""Lines of words under lines of music: syllables outside a hole stay under their notes."""

from __future__ import annotations

import re
from collections.abc import Sequence

from makar.domains.music.abc.trace import Sign
from makar.domains.music.abc.writing.words import Word

Edit = tuple[int, int, str]
"""First character, the one after the last, and what is to stand there."""
_UNDER = re.compile(r"[ws]:[^\n]*(?:\n|$)")
_BELOW = re.compile(r"(?:[ws+]:[^\n]*|%[^\n]*)(?:\n|$)")
_SYLLABLE = re.compile(r"(?:\\-|[^\s\-_*|])+-?|[*_]|-|\|")
_SOUNDS = ("note", "chord")


def below(
    signs: Sequence[Sign], span: tuple[int, int], text: str, words: Sequence[Word]
) -> list[Edit]:
    """Changes to the lines of words under the music of a hole, whose notes are others now.

    What was sung in the hole goes; its new notes are left without words (``*``).

    Args:
        signs: All signs of the voice.
        span: The first sign of the hole, and the one after the last.
        text: The file.
        words: What is written in the hole now.
    """
    inside = signs[span[0] : span[1]]
    starts = sorted({text.rfind("\n", 0, sign.start) + 1 for sign in inside})
    edits: list[Edit] = []
    for number, start in enumerate(starts):
        stop = _line_end(text, start)
        mine = [s for s in inside if start <= s.start < stop]
        ticks = (mine[0].tick if number else -1, _next_tick(inside, stop))
        made = sum(w.sounds and ticks[0] <= w.tick < ticks[1] for w in words)
        sung = _bars_of_notes(signs, start, stop)
        before = sum(s.kind in _SOUNDS and start <= s.start < mine[0].start for s in signs)
        after = before + sum(s.kind in _SOUNDS for s in mine)
        place = stop
        while match := _BELOW.match(text, place):
            if _UNDER.match(text, place):
                edits += _under(text, (place + 2, match.end()), sung, (before, after), made)
            place = match.end()
    return edits


def after_words(text: str, place: int) -> int:
    """The end of the line at ``place``, or of the last line of words under it."""
    place = _line_end(text, place)
    while match := _BELOW.match(text, place):
        if match.end() == place:
            break
        place = match.end()
    return place


def _line_end(text: str, start: int) -> int:
    found = text.find("\n", start)
    return len(text) if found < 0 else found + 1


def _next_tick(inside: Sequence[Sign], place: int) -> float:
    return next((float(s.tick) for s in inside if s.start >= place), float("inf"))


def _bars_of_notes(signs: Sequence[Sign], start: int, stop: int) -> list[int]:
    """For each note of a line the number of its bar in the line."""
    bar, found = 0, list[int]()
    for sign in signs:
        if start <= sign.start < stop:
            bar += sign.kind == "bar"
            found += [bar] * (sign.kind in _SOUNDS)
    return found


def _under(
    text: str, span: tuple[int, int], sung: Sequence[int], gone: tuple[int, int], made: int
) -> list[Edit]:
    """One line of words without what was sung at some of the line's notes.

    Args:
        text: The file.
        span: Where the words stand.
        sung: The bar of each note of the line.
        gone: The first note that is gone, and the one after the last.
        made: Notes that stand there now.
    """
    note = 0
    places: list[tuple[int, int, int]] = []
    for match in _SYLLABLE.finditer(text, *span):
        if match[0] != "|":
            places.append((note, *match.span()))
            note += 1
        elif 0 < note <= len(sung):  # goes on with the next bar
            bar = sung[note - 1]
            note = next((n for n, other in enumerate(sung) if other > bar), len(sung))
    inside = [place for place in places if gone[0] <= place[0] < gone[1]]
    after = [place for place in places if place[0] >= gone[1]]
    if not inside and not after:
        return []
    start = inside[0][1] if inside else after[0][1]
    end = after[0][1] if after else inside[-1][2]
    stars = " ".join("*" * made)
    bar = " |" if "|" in text[start:end] else ""
    return [(start, end, stars + bar + (" " if after and made else ""))]
