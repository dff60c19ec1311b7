"""A line of notes as tokens of the grid: each at the nearest sixteenth, in three octaves."""

from __future__ import annotations

import numpy as np
from jaxtyping import Int

from makar.domains.music.infill.hole import Hole, begins_in
from makar.domains.music.melody.grid import (
    FIRST_PITCH_TOKEN,
    HIGHEST_PITCH,
    HOLD,
    LOWEST_PITCH,
    OFF,
    STEP,
    home_tonic,
)
from makar.domains.music.piece.piece import DURATION, ONSET, PITCH, Key, NoteRows


def tokens_of(notes: NoteRows, start: int, end: int, shift: int) -> Int[np.ndarray, " T"]:
    """A line between two ticks as tokens, each note at the nearest sixteenth.

    Args:
        notes: A line: rows with one note at a time.
        start: Tick of the first step.
        end: Tick after the last.
        shift: Semitones to the grid; what leaves its three octaves is brought back by octaves.
    """
    tokens = np.full((end - start) // STEP, HOLD, np.int64)
    ends: list[int] = []
    for onset, duration, pitch, _ in notes.tolist():
        at = (2 * (onset - start) + STEP) // (2 * STEP)
        until = max(-((start - onset - duration) // STEP), at + 1)
        if 0 <= at < len(tokens):
            tokens[at] = token_of(pitch, shift)
        if at >= 0 or until > 0:
            ends.append(until)
    for until in ends:
        if 0 < until < len(tokens) and tokens[until] == HOLD:
            tokens[until] = OFF
    return tokens


def on_grid(notes: NoteRows, hole: Hole) -> bool:
    """True where every note of the hole has a sixteenth of its own."""
    steps = steps_of(notes[begins_in(notes, hole)], hole)
    return len(np.unique(steps)) == len(steps)


def steps_of(rows: NoteRows, hole: Hole) -> Int[np.ndarray, " N"]:
    """The sixteenth of the hole at which each note is read."""
    steps = (2 * (rows[:, ONSET] - hole.start) + STEP) // (2 * STEP)
    return np.clip(steps, 0, (hole.end - hole.start) // STEP - 1)


def token_of(pitch: int, shift: int) -> int:
    """The token of a pitch; what leaves the three octaves is brought back by octaves."""
    moved = pitch + shift
    if moved < LOWEST_PITCH:
        moved += -(-(LOWEST_PITCH - moved) // 12) * 12
    if moved > HIGHEST_PITCH:
        moved -= -(-(moved - HIGHEST_PITCH) // 12) * 12
    return moved - LOWEST_PITCH + FIRST_PITCH_TOKEN


def shift_of(notes: NoteRows, key: Key) -> int:
    """Semitones to C or A, in the octave that brings the line's middle nearest the grid's."""
    shift = home_tonic(key) - key.tonic
    if not len(notes):
        return shift
    middle = (int(notes[:, PITCH].min()) + int(notes[:, PITCH].max())) / 2
    return shift + 12 * round(((LOWEST_PITCH + HIGHEST_PITCH) / 2 - middle - shift) / 12)


def line_of(notes: NoteRows) -> NoteRows:
    """The highest note at each onset, cut where the next begins."""
    notes = notes[np.lexsort((-notes[:, PITCH], notes[:, ONSET]))].astype(np.int64)
    top = notes[np.r_[True, np.diff(notes[:, ONSET]) > 0]] if len(notes) else notes.copy()
    top[:-1, DURATION] = np.minimum(top[:-1, DURATION], np.diff(top[:, ONSET]))
    return top


def clear_of(made: NoteRows, beside: NoteRows, varied: NoteRows | None) -> NoteRows:
    """Made notes without those that one instrument cannot play beside what it plays already.

    A channel cannot hold one pitch twice at once: the second would end the first. A made note
    ends where the other begins, and goes where the other sounds already; a varied one keeps
    the pitch it had.

    Args:
        made: Notes of the line.
        beside: The other notes of the part.
        varied: What the made notes were, where only pitches change.
    """
    if not len(beside) or not len(made):
        return made
    rows = made.copy()
    ends = beside[:, ONSET] + beside[:, DURATION]
    for number, row in enumerate(rows):
        onset, end = int(row[ONSET]), int(row[ONSET] + row[DURATION])
        clash = (beside[:, PITCH] == row[PITCH]) & (beside[:, ONSET] < end) & (ends > onset)
        if not clash.any():
            continue
        first = int(beside[clash, ONSET].min())
        if varied is not None:
            row[PITCH] = varied[number, PITCH]
        else:
            row[DURATION] = max(first - onset, 0)
    return rows[rows[:, DURATION] > 0]
