"""A page to hear variations side by side, which asks nothing of any server."""

from __future__ import annotations

import html
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from makar.domains.music.continuing.task import Task
from makar.domains.music.infill.excerpt import excerpt
from makar.domains.music.piece.piece import Piece
from makar.runs.report.style import STYLE

AROUND = 2
"""Bars heard on either side of the made ones."""
MOST_PARTS = 4
"""Parts heard: the one worked on and the others from the top."""
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; media-src data:; base-uri 'none'"


@dataclass(frozen=True)
class Variation:
    """One card of the page.

    Attributes:
        title: What it is.
        words: What there is to say about it.
        file: Name of its file; empty for the original.
        piece: The whole piece.
    """

    title: str
    words: str
    file: str
    piece: Piece


def variations_page(task: Task, shown: Sequence[Variation], *, lead: str) -> str:
    """The page: the original first, then the variations, each with player, staff and roll.

    Args:
        task: What was asked.
        shown: The cards.
        lead: What is to be said at the top.
    """
    title = html.escape(f"{task.path.name}: {describe(task)}")
    with ThreadPoolExecutor() as pool:  # the encoder works outside of Python's lock
        sounds = list(pool.map(lambda one: _sound(task, one), shown))
    cards = "".join(_card(task, one, sound) for one, sound in zip(shown, sounds, strict=True))
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        f"<title>{title}</title><style>{STYLE}</style></head><body>"
        f'<header class="top"><p class="eyebrow">makar continue</p><h1>{title}</h1>'
        f'<p class="lead">{html.escape(lead)}</p></header>'
        f'<main><div class="cards">{cards}</div></main></body></html>\n'
    )


def describe(task: Task) -> str:
    """What was asked, in words: ``bars 5-8 of Violin made anew``."""
    bars = ", ".join(hole.name.replace("-", "–") for hole in task.holes)
    done = {"infill": "made anew", "vary": "varied", "continue": "added"}[task.mode]
    return f"bars {bars} of {task.piece.parts[task.part].name} {done}"


def _sound(task: Task, shown: Variation) -> str:
    from makar.domains.music.sound.sound import audio_data_uri

    return audio_data_uri(excerpt(shown.piece, *_window(task), parts=_heard(task)))


def _card(task: Task, shown: Variation, sound: str) -> str:
    from makar.domains.music.picture.roll import roll_svg
    from makar.domains.music.picture.staff import staff_svg

    start, end = _window(task)
    alone = excerpt(shown.piece, start, end, parts=(task.part,))
    marks = [
        (hole.start - start, hole.end - start, "made" if shown.file else "as it was")
        for hole in task.holes
    ]
    staff = "".join(staff_svg(alone, width=520))
    file = f"<footer><p><code>{html.escape(shown.file)}</code></p></footer>" if shown.file else ""
    return (
        f'<article class="work"><header><h2>{html.escape(shown.title)}</h2>'
        f"<p>{html.escape(shown.words)}</p></header>"
        f'<audio controls preload="metadata" src="{sound}"></audio>'
        f'<div class="staff">{staff}</div>'
        f"<details><summary>Piano roll</summary>{roll_svg(alone, marks=marks)}</details>"
        f"{file}</article>"
    )


def _window(task: Task) -> tuple[int, int]:
    """Ticks from a few bars before the first hole to a few after the last."""
    numbers = {bar.number: bar for bar in task.bars if bar.number > 0}
    low = max(task.holes[0].first - AROUND, min(numbers))
    high = min(task.holes[-1].last + AROUND, max(numbers))
    return numbers[low].start, numbers[high].end


def _heard(task: Task) -> tuple[int, ...]:
    others = [n for n in range(len(task.piece.parts)) if n != task.part]
    return tuple(sorted([task.part, *others[: MOST_PARTS - 1]]))
