"""Holes cut at random into people's phrases: what the infilling model learns from."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Int

from makar.core.seeds import Seeds
from makar.domains.music.infill.codec import (
    CONTEXT,
    FOLLOWING,
    Middle,
    Middles,
    Surroundings,
    bars_at_once,
)
from makar.domains.music.melody.grid import HOLD, OFF, STEP, MelodyGrid, MelodyGrids

ONE_SIDED = 0.15
"""Share of the holes with nothing after them, so that a tune can also be gone on with, and of
those with nothing before them."""


def cut_holes(phrases: MelodyGrids, per_phrase: int, *, seed: int) -> Middles:
    """``per_phrase`` holes of one to four bars in every phrase, placed at random.

    Args:
        phrases: Melodies of whole bars.
        per_phrase: Holes in each; each leaves at least one bar.
        seed: Fixes places and lengths.
    """
    found: list[Middle] = []
    for number, phrase in enumerate(phrases):
        draw = Seeds(seed).generator(number)
        steps = phrase.metre.bar // STEP
        bars = len(phrase.tokens) // steps
        for _ in range(per_phrase):
            length = int(draw.integers(1, min(bars_at_once(phrase.metre), bars - 1) + 1))
            first = int(draw.integers(0, bars - length + 1))
            side = draw.random()
            middle = middle_of(
                phrase, first, length, before=side >= ONE_SIDED, after=side < 1 - ONE_SIDED
            )
            found.append(middle)
    return _stacked(found)


def middles_between(phrases: MelodyGrids, first: int, bars: int) -> Middles:
    """The same bars of every phrase, to be measured on; both sides are read."""
    return _stacked([middle_of(phrase, first, bars) for phrase in phrases])


def middle_of(
    phrase: MelodyGrid, first: int, bars: int, *, before: bool = True, after: bool = True
) -> Middle:
    """Bars ``first`` to ``first + bars`` of a phrase, with what surrounds them."""
    steps = phrase.metre.bar // STEP
    start, stop = first * steps, (first + bars) * steps
    back, on = CONTEXT // steps * steps, FOLLOWING // steps * steps
    tokens = phrase.tokens
    around = Surroundings(
        before=as_context(tokens, max(start - back, 0), start) if before else b"",
        after=as_context(tokens, stop, min(stop + on, len(tokens)), tied=True) if after else b"",
    )
    made = tokens[start:stop]
    if not around.before:  # a note that began before is not heard
        made = np.frombuffer(as_context(tokens, start, stop), np.int8)
    return Middle(MelodyGrid(made, phrase.metre, phrase.key), around)


def as_context(
    tokens: Int[np.ndarray, " T"], start: int, stop: int, *, tied: bool = False
) -> bytes:
    """Steps ``start`` to ``stop`` as bytes; silence that began before is begun anew.

    Args:
        tokens: The melody.
        start: First step.
        stop: Step after the last.
        tied: True to leave a note that sounds on from before as it is; else it is not heard.
    """
    part = tokens[start:stop].astype(np.uint8)
    if len(part) and part[0] == HOLD and not (tied and sounds(tokens[:start])):
        part[0] = OFF
    return part.tobytes()


def sounds(tokens: Int[np.ndarray, " T"]) -> bool:
    """True where a note sounds at the end of these tokens."""
    events = tokens[tokens != HOLD]
    return bool(len(events)) and int(events[-1]) != OFF


def _stacked(middles: Sequence[Middle]) -> Middles:
    return Middles(MelodyGrids.stack([m.grid for m in middles]), tuple(m.around for m in middles))
