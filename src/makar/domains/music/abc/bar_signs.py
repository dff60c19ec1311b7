"""Bar lines, repeat signs and endings of a written voice."""

from __future__ import annotations

import re

from makar.domains.music.abc.tune import MAX_PASSES, TuneError
from makar.domains.music.abc.voice import Bar, Voice

_PARTS = re.compile(r"([^\d]*)(.*)", re.DOTALL)


def mark_bar(voice: Voice, text: str) -> bool:
    """Put a bar sign such as ``|``, ``:|2``, ``::`` or ``[1`` into a voice.

    Returns:
        False where the sign begins an ending whose number makes no sense; the bar line counts.

    Raises:
        TuneError: more repeats than ``MAX_PASSES``.
    """
    match = _PARTS.match(text)
    signs, digits = match.groups() if match else ("|", "")
    if signs != "[":
        _bar_line(voice, signs)
    elif voice.time > voice.bars[-1].start:  # an ending that begins within a bar
        voice.bars.append(Bar(voice.time, len(voice.onset), voice.state))
    if not digits:
        return True
    bar, passes = voice.bars[-1], _passes(digits)
    bar.endings = passes
    bar.opens = bar.opens and (1 in passes or not passes)
    return bool(passes)


def _bar_line(voice: Voice, signs: str) -> None:
    line = signs.strip(":")
    before = len(signs) - len(signs.lstrip(":")) if line else len(signs) // 2
    after = len(signs) - len(signs.rstrip(":")) if line else len(signs) // 2
    if max(before, after) >= MAX_PASSES:
        raise TuneError(f"a section is repeated more than {MAX_PASSES} times")
    voice.close_bar()
    if before and len(voice.bars) > 1:
        voice.bars[-2].back = max(voice.bars[-2].back, before)
    bar = voice.bars[-1]
    bar.repeat_from = bar.repeat_from or bool(after)
    bar.opens = bar.opens or bool(before or after) or line not in ("|", "")


def _passes(text: str) -> frozenset[int]:
    """The passes ``1``, ``1,3`` or ``1-3`` names; empty where it names none that is possible."""
    passes: set[int] = set()
    for span in text.strip(",-").split(","):
        ends = [int(n) for n in span.split("-") if n][:2] if len(span) < 8 else []
        if ends and min(ends) > 0 and max(ends) <= MAX_PASSES:
            passes.update(range(ends[0], ends[-1] + 1))
    return frozenset(passes)
