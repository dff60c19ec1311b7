"""Short tunes written by hand: ``tune("C4:4 D4:2 r:2")``, lengths in sixteenths."""

from __future__ import annotations

import numpy as np
import pytest

from makar.domains.music.melody import Melodies

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
        return np.asarray(scorer(melodies, asked), float)

    return call
