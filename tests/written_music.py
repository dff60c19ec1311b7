"""Short works written by hand: ``tunes("C4:4 D4:2 r:2")``, lengths in sixteenths.

``chorus(("C5:4", "G4:4", "E4:4", "C3:4"))`` is one work in four voices.
"""

from __future__ import annotations

import numpy as np
import pytest

from makar.core.scoring import raw_values
from makar.domains.music.melody.melody import Melodies
from makar.domains.music.piece.piece import Key, Metre
from makar.domains.music.voices.voices import FIRST_PITCH, HOLD, LOWEST, OFF, VoiceGrid, VoiceGrids

_LETTERS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}


def _notes(text: str) -> tuple[list[tuple[int, int, int]], int]:
    rows, time = [], 0
    for word in text.split():
        name, _, length = word.partition(":")
        ticks = int(length or 4) * 6
        if name != "r":
            pitch = _LETTERS[name[0]] + name.count("#") - name[1:].count("b")
            rows.append((time, ticks, pitch + 12 * (int(name[-1]) + 1)))
        time += ticks
    return rows, time


def _tunes(*texts: str, bar: int = 96, beat: int = 24, tonic: int = 0, minor: bool = False):
    parsed = [_notes(text) for text in texts]
    width = max((len(rows) for rows, _ in parsed), default=0)
    columns = np.zeros((3, len(texts), width), np.int64)
    for b, (rows, _) in enumerate(parsed):
        if rows:
            columns[:, b, : len(rows)] = np.array(rows).T
    size = len(texts)
    return Melodies(
        *columns,
        count=np.array([len(rows) for rows, _ in parsed], np.int64),
        length=np.array([max(-(-end // bar), 1) * bar for _, end in parsed], np.int64),
        bar=np.full(size, bar, np.int64),
        beat=np.full(size, beat, np.int64),
        tonic=np.full(size, tonic, np.int64),
        minor=np.full(size, minor),
    )


def _row(text: str) -> list[int]:
    row = []
    for word in text.split():
        name, _, length = word.partition(":")
        token = OFF
        if name != "r":
            (_, _, pitch), *_ = _notes(word)[0]
            token = pitch - LOWEST + FIRST_PITCH
        row += [token, *[HOLD] * (int(length or 4) - 1)]
    return row


def _chorus(*works: tuple[str, ...], metre: str = "4/4", key: Key | None = None):
    beats, unit = map(int, metre.split("/"))
    grids = []
    for work in works:
        rows = [_row(voice) for voice in work]
        width = max(map(len, rows))
        padded = [row + [OFF if row else HOLD] * (width - len(row)) for row in rows]
        tokens = np.array(padded, np.int16).reshape(4, width)
        grids.append(VoiceGrid(tokens, Metre(0, beats, unit), key or Key()))
    return VoiceGrids.stack(grids)


@pytest.fixture(scope="session")
def chorus():
    """Any number of works in four voices, soprano first, as one batch."""
    return _chorus


@pytest.fixture(scope="session")
def tunes():
    """Any number of tunes as one batch."""
    return _tunes


@pytest.fixture(scope="session")
def judge():
    """The statistic of the tunes of one batch, without prompts."""

    def call(scorer, melodies, prompts=None):
        from makar.core.types import Prompt

        asked = prompts or [Prompt()] * len(melodies)
        return raw_values(scorer(melodies, asked))

    return call
