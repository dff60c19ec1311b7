"""A level on a report's page: its picture, what was found out about it, its text."""

from __future__ import annotations

import base64
import html
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from makar.domains.levels.analysis import Analysis
from makar.domains.levels.level import Level
from makar.domains.levels.level_text import write_level_text
from makar.domains.levels.pictures import level_png

if TYPE_CHECKING:
    from makar.domains.levels.craft import LevelCraft


def card_html(craft: LevelCraft, level: Level, *, marks: Sequence[tuple[int, int, str]]) -> str:
    """Picture with the way drawn in, verdict and level text."""
    batch = craft.stack([level])
    analysis = craft.analyst(batch)
    words = verdict(analysis, 0, level.tiles.shape[1])
    challenge = craft.challenge(batch)[0] if craft.challenge else None
    png = level_png(
        level, craft.legend, art=craft.art, way=analysis.way(0), won=bool(analysis.won[0] == 1),
        challenge=challenge, spans=[(first, columns) for first, columns, _ in marks],
    )  # fmt: skip
    data = base64.b64encode(png).decode()
    text = html.escape(write_level_text(level, craft.legend))
    labels = "".join(f"<p>{html.escape(label)}</p>" for _, _, label in marks)
    curve = ""
    if challenge is not None and np.isfinite(challenge).any():
        curve = f" Under it: challenge from left to right, {np.nanmean(challenge):.0%} on average."
    return (
        '<div class="level" tabindex="0" role="group" aria-label="Level, scrolls sideways" '
        'style="overflow-x:auto;max-width:100%">'
        f'<img src="data:image/png;base64,{data}" alt="{html.escape(words)}" '
        'style="image-rendering:pixelated;display:block;max-width:none">'
        f"</div><p>{html.escape(words)}{curve}</p>{labels}"
        "<details><summary>Level text</summary>"
        f'<pre style="overflow-x:auto;line-height:1">{text}</pre></details>'
    )


def verdict(analysis: Analysis, index: int, columns: int) -> str:
    """Whether a level can be won, in words."""
    won, jumps = int(analysis.won[index]), int(analysis.jumps[index])
    furthest = int(analysis.furthest[index])
    if won == 1:
        return f"Can be won: the quickest way takes {_many(jumps, 'jump')}."
    if won < 0:
        return "Not known whether it can be won: the search was given up."
    if furthest < 0:
        return "Cannot be won: there is no place to start."
    return f"Cannot be won: the hero gets to column {furthest + 1} of {columns} and no further."


def _many(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"
