"""What musicians call it: the nouns of music's recipes, and what was asked as they would say it."""

from __future__ import annotations

from typing import Any

from makar.core.types import Prompt
from makar.recipes.words import Asked, Words
from makar.runs.report.markup import number

TUNE_WORDS = Words(
    piece="tune", pieces="tunes", unit="note", units="notes", stretch="phrase",
    stretches="phrases", yours="your own music", sense="hear", moves="moves", heading="melody",
)  # fmt: skip
"""Of tunes, of works in four voices, and of blends of two genres."""
_COUNTS = [
    "no",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
]
_FAMILIES = (
    "piano", "tuned percussion", "organ", "guitar", "bass", "strings", "ensemble", "brass",
    "reed", "flute or pipe", "synthesiser lead", "synthesiser pad", "synthesiser effect",
    "plucked or bowed strings", "percussion", "sound effect",
)  # fmt: skip
"""General MIDI's sixteen families of eight programs."""
_CHOIR = range(52, 55)
"""The voices among General MIDI's ensembles."""
_WISHES = {
    ("ends", "close"): "ending with a close",
    ("parallels", "no"): "without parallel fifths and octaves",
    ("crossing", "no"): "the voices do not cross",
    ("in_key", "yes"): "in the key throughout",
}
"""Wishes that have words of their own."""


def in_words(prompt: Prompt, ask: Any) -> Asked:
    """What was asked: bars, metre and key as a heading, then what else there is.

    Args:
        prompt: What was asked.
        ask: The ``ask`` section of the settings, which knows tempo and instrument.
    """
    wishes = dict(prompt.condition)
    bars = int(float(wishes.pop("bars")))
    count = _COUNTS[bars] if bars < len(_COUNTS) else str(bars)
    key = str(wishes.pop("key")).replace("#", "♯").replace("b", "♭")
    title = f"{count.capitalize()} {'bar' if bars == 1 else 'bars'} in "
    title += f"{wishes.pop('metre')}, {key} {wishes.pop('mode')}"
    phrases = [f"form {prompt.form}"] if prompt.form else []
    phrases += [
        _WISHES.get((name, str(wish)), f"{name.replace('_', ' ')} {wish}")
        for name, wish in wishes.items()
    ]
    phrases.append(f"{number(float(ask.tempo), 0)} beats a minute")
    program = int(ask.program)
    return Asked(title, [*phrases, f"{family_of(program)} (General MIDI {program})"])


def family_of(program: int) -> str:
    """What kind of instrument a General MIDI program is."""
    return "choir" if program in _CHOIR else _FAMILIES[program // 8 % 16]


def kind_of(prompt: Prompt) -> str:
    """What was asked, in short: 8 bars of 6/8, major."""
    wishes = prompt.condition
    return f"{wishes['bars']} bars of {wishes['metre']}, {wishes['mode']}"
