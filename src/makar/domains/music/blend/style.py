"""What tells one body of tunes from another: two lists of features, for two classifiers.

They count different things, so that a generator which has learned to please the one has not
thereby pleased the other. Their names hold a version: whoever changes what is counted changes it.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, Float, Int

from makar.domains.music.melody.melody import melodies_of
from makar.domains.music.piece.piece import TICKS_PER_QUARTER
from makar.domains.music.rewards.moves import gaps, moves_of

INVENTORY, SUCCESSION = "inventory-1", "succession-1"
_GAPS = np.array([7, 13, 19, 25, 37, 49])
"""From here on, in ticks, a note counts as longer than a sixteenth, an eighth, a dotted one ..."""
_INTERVALS = np.array([-12, -7, -4, -2, 0, 1, 3, 5, 8, 13])
"""Lower ends of the classes of intervals, in semitones: leaps, thirds, steps; down, same, up."""
_TURNS = np.array([-2, 0, 1, 3])
"""The same, coarser: leap down, step down, same note, step up, leap up."""
_PACES = np.array([7, 13, 25])
"""The same for ``_GAPS``: sixteenths, eighths, quarters, longer."""
_PLACE = 3
"""Ticks that tell one place in the quarter from the next."""


def inventory(works: object) -> Float[np.ndarray, "B 38"]:
    """How much of each thing a tune has, whatever the order: notes and moves one by one.

    Shares of note values (7), intervals (11), semitones above the tonic (12), and places in
    the quarter (8).
    """
    melodies = melodies_of(works)
    moves = moves_of(melodies)
    interval = np.searchsorted(_INTERVALS, moves.interval, side="right")
    place = melodies.onset % TICKS_PER_QUARTER // _PLACE
    return np.concatenate(
        [
            _shares(np.searchsorted(_GAPS, gaps(melodies), side="right"), melodies.sounding, 7),
            _shares(interval, moves.present, 11),
            _shares((melodies.pitch - melodies.tonic[:, None]) % 12, melodies.sounding, 12),
            _shares(place, melodies.sounding, TICKS_PER_QUARTER // _PLACE),
        ],
        axis=1,
    )


def succession(works: object) -> Float[np.ndarray, "B 55"]:
    """What follows what in a tune, and how its bars are filled.

    Shares of pairs of moves (25) and of pairs of note values (16), of semitones above the tonic
    among the notes that begin a bar (12); notes to a bar, and the range in octaves.
    """
    melodies = melodies_of(works)
    moves = moves_of(melodies)
    turn = np.searchsorted(_TURNS, moves.interval, side="right")
    pace = np.searchsorted(_PACES, gaps(melodies), side="right")
    opens = melodies.sounding & (melodies.onset % melodies.bar[:, None] == 0)
    low = np.where(melodies.sounding, melodies.pitch, 127).min(1, initial=127)
    high = np.where(melodies.sounding, melodies.pitch, 0).max(1, initial=0)
    filled = melodies.count * melodies.bar / melodies.length
    return np.concatenate(
        [
            _shares(turn[:, :-1] * 5 + turn[:, 1:], moves.present[:, 1:], 25),
            _shares(pace[:, :-1] * 4 + pace[:, 1:], melodies.sounding[:, 1:], 16),
            _shares((melodies.pitch - melodies.tonic[:, None]) % 12, opens, 12),
            np.stack([filled, np.maximum(high - low, 0) / 12], axis=1),
        ],
        axis=1,
    )


def _shares(
    kind: Int[np.ndarray, "B N"], present: Bool[np.ndarray, "B N"], kinds: int
) -> Float[np.ndarray, "B K"]:
    """Share of each kind among what is present; 0 throughout where nothing is."""
    row = np.broadcast_to(np.arange(len(kind))[:, None], kind.shape)
    flat = (row * kinds + kind)[present]
    counts = np.bincount(flat, minlength=len(kind) * kinds).reshape(len(kind), kinds)
    return counts / np.maximum(counts.sum(1, keepdims=True), 1)
