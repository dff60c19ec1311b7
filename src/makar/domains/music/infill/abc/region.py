"""The signs of a voice that stand in a hole, and which of them the writer keeps."""

from __future__ import annotations

import re
from collections.abc import Sequence

from makar.domains.music.abc.trace import Sign
from makar.domains.music.infill.errors import HoleError
from makar.domains.music.infill.hole import Hole

MUSIC = ("note", "chord", "rest", "bars_rest")
"""Kinds of signs that take time."""
_GONE = (*MUSIC, "tuplet", "broken", "tie", "grace")
_MARKS = re.compile(
    r"""[!+] (?: p{1,4} | f{1,4} | m[pf] | s?fz?p? | (?:de)?crescendo[()] | diminuendo[()]
    | [<>][()] | D\.?[CS]\.? (?:al(?:coda|fine))? | da(?:capo|coda) | fine | coda | segno | breath
    | (?:short|medium|long)phrase ) [!+] | [SO]""",
    re.VERBOSE | re.IGNORECASE,
)
"""Decorations of a place rather than of a note: loudness, segno, coda, fine."""


def region(signs: Sequence[Sign], hole: Hole, text: str, path: str) -> tuple[int, int]:
    """The first sign of a voice that stands in the hole, and the one after the last.

    Signs before the hole's bar sign belong to the bar before, those before its closing bar sign
    are the writer's and stay, except what would tie a made note to the next.

    Raises:
        HoleError: nothing is written there, or in a way that cannot be taken apart.
    """
    inside = [
        n for n, sign in enumerate(signs)
        if sign.kind in MUSIC and hole.start <= sign.tick < hole.end
    ]  # fmt: skip
    if not inside:
        raise HoleError(
            path,
            f"nothing is written in bars {hole.name}",
            remedy="Write a rest there: z",
        )
    first, last = inside[0], inside[-1] + 1
    while first and signs[first - 1].kind != "bar" and signs[first - 1].tick == hole.start:
        first -= 1
    while last < len(signs) and signs[last].kind in ("tie", "broken", "slur"):
        last += 1
    for sign in signs[first:last]:
        if sign.kind == "bars_rest" and len(text[sign.start : sign.end]) > 1:
            raise HoleError(
                path,
                f"bars {hole.name} have a rest of several bars ({text[sign.start : sign.end]})",
                remedy="Write it bar by bar: Z | Z | Z",
            )
    units = {sign.state.unit for sign in signs[first:last]}
    if len(units) > 1:
        raise HoleError(
            path,
            f"the unit length (L:) changes within bars {hole.name}",
            remedy="Fill the bars before and after the change one after the other",
        )
    return first, last


def kept(signs: Sequence[Sign], text: str) -> list[Sign]:
    """Those signs of a region that stay: chord symbols, bar signs, endings, fields, marks.

    Slurs that begin or end within stay only where their other end is outside.
    """
    alone = _unmatched(signs, text)
    return [
        sign for sign in signs
        if sign.kind not in (*_GONE, "slur", "decoration")
        or (sign.kind == "decoration" and _MARKS.fullmatch(text[sign.start : sign.end]))
        or sign in alone
    ]  # fmt: skip


def _unmatched(signs: Sequence[Sign], text: str) -> set[Sign]:
    waiting: list[Sign] = []
    closing: set[Sign] = set()
    for sign in signs:
        if sign.kind != "slur":
            continue
        if text[sign.start] == "(":
            waiting.append(sign)
        elif waiting:
            waiting.pop()
        else:
            closing.add(sign)
    return closing | set(waiting)
