"""A level on a report's page: its picture, what was found out about it, its text."""

from __future__ import annotations

import base64
import html
from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

from makar.domains.levels.drawing.art import Art
from makar.domains.levels.drawing.pictures import level_image, png_of, small_image
from makar.domains.levels.level.legend import Legend
from makar.domains.levels.level.level import Level, Levels
from makar.domains.levels.level.text import write_level_text
from makar.domains.levels.play.analysis import Analysis, Analyst
from makar.domains.levels.play.explanation import explain

WHOLE = 720
"""Pixels across the small picture that shows the whole level at once."""
AROUND = 17
"""Columns that the curve under a level looks at: odd, to have a middle."""


def card_html(
    level: Level, *, analyst: Analyst, art: Art, marks: Sequence[tuple[int, int, str]]
) -> str:
    """The whole level small, tile by tile to scroll along, the verdict, and the level's text.

    Args:
        level: The level.
        analyst: Plays it.
        art: What its tiles look like.
        marks: Stretches to point out: first column, number of columns, and a label.
    """
    legend = analyst.legend
    analysis = analyst(Levels(level.tiles[None], level.names))
    words = [verdict(level, legend, analysis), *(label for _, _, label in marks)]
    said = "".join(f"<p>{html.escape(sentence)}</p>" for sentence in words)
    text = html.escape(write_level_text(level, legend))
    return (
        f"{_pictures(level, legend, art, analysis, marks)}{said}"
        "<details><summary>Level text</summary>"
        f'<pre style="overflow-x:auto;line-height:1">{text}</pre></details>'
    )


def _pictures(
    level: Level,
    legend: Legend,
    art: Art,
    analysis: Analysis,
    marks: Sequence[tuple[int, int, str]],
) -> str:
    way, won = analysis.way(0), bool(analysis.won[0] == 1)
    tile = max(WHOLE // level.tiles.shape[1], 1)
    small = small_image(level, legend, tile=tile, art=art, way=way, won=won)
    image = level_image(
        level, legend, art=art, way=way, won=won,
        challenge=challenge_curve(analysis.challenge_map[0]),
        spans=[(first, columns) for first, columns, _ in marks],
    )  # fmt: skip
    large = png_of(image)
    return (
        f"{_image(png_of(small), 'The whole level', 'max-width:100%;margin-bottom:.5rem')}"
        '<div class="level" tabindex="0" role="group" aria-label="The level, tile by tile" '
        'style="overflow-x:auto;max-width:100%">'
        f"{_image(large, 'The level with a way through it', 'image-rendering:pixelated')}</div>"
    )


def _image(png: bytes, words: str, style: str) -> str:
    data = base64.b64encode(png).decode()
    return (
        f'<img src="data:image/png;base64,{data}" alt="{words}" '
        f'style="display:block;height:auto;{style}">'
    )


def challenge_curve(challenge: Float[np.ndarray, " W"]) -> Float[np.ndarray, " W"]:
    """How hard the level would be if all of it were like the columns around each.

    Challenge is a chance to fail, and chances of single columns are small: their rates
    ``-log(1 - challenge)`` are averaged over about a screen's width and taken for the whole level.
    """
    rate = -np.log1p(-np.minimum(challenge, 1 - 1e-9))
    weights = np.bartlett(AROUND + 2)[1:-1]
    nearby = np.convolve(np.pad(rate, AROUND // 2), weights, "valid")
    there = np.convolve(np.pad(np.ones_like(rate), AROUND // 2), weights, "valid")
    return 1 - np.exp(-len(rate) * nearby / there)


def verdict(level: Level, legend: Legend, analysis: Analysis) -> str:
    """Whether a level, the first that was analysed, can be won; how hard it is, or why not."""
    if int(analysis.won[0]) == 1:
        jumps = _many(int(analysis.jumps[0]), "jump")
        return (
            f"Can be won: the quickest way takes {jumps}, and a clumsy player fails about "
            f"{analysis.challenge[0]:.0%} of the time; the strip below the level shows where."
        )
    reason = str(explain(level, legend))
    if analysis.untold[0]:
        return f"{reason[0].upper()}{reason[1:]}."
    return f"{'Cannot be won' if analysis.won[0] == 0 else 'Not known to be won'}: {reason}."


def _many(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"
