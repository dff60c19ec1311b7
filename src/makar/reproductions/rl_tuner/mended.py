"""The RL Tuner's rules where they were at fault, as far as makar's own reward needs them mended.

Faults of the published rules (``rules``) and of the program around them, and what is done:

1. *A held note counts as repeated*: a half note is a row of holds and costs −200, so that a model
   is taught to write neither long notes nor rests. Mended: ``repeated_strikes`` counts notes that
   are struck, for the table; the −100 is held at −6 (``models.Returns``).
2. *In one mode of exploring, the action that was paid is not the one that was taken.* Not a rule's
   fault; makar's learners are paid for the token that was sampled.
3. *In-key thirds are never counted* among the preferred intervals of the printed statistics. No row
   of the table uses them.
4. *One tonic in one key*: middle C, and no other C; a tune in A minor has no tonic at all, and any
   other key stopped the program. Left as it was: the table's tunes are in C major.
5. *Autocorrelation of token numbers*, in which a hold is a pitch below the lowest. Left as it was.
6. *Repeated motifs are not learned*: they pay only once all eight steps agree, which chance hardly
   ever does, and then at every step again. Mended: ``repeated_motif`` pays for one return, by how
   much of it is there.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, Int
from numba import njit

from makar.domains.music.melody.grid import FIRST_PITCH_TOKEN
from makar.reproductions.rl_tuner import facts
from makar.reproductions.rl_tuner.rules import Steps, Tokens

STRIKES = 4
"""Times that a pitch may be struck in a row."""


def strikes(tokens: Tokens) -> Bool[np.ndarray, "B T"]:
    """True where a note begins."""
    return tokens >= FIRST_PITCH_TOKEN


@njit(cache=True)
def repeated_strikes(tokens: Int[np.ndarray, "B T"]) -> Bool[np.ndarray, "B T"]:
    """True where one pitch is struck for the fifth time in a row or more, whatever lies between."""
    B, T = tokens.shape
    found = np.zeros((B, T), np.bool_)
    for b in range(B):
        last, times = -1, 0
        for t in range(T):
            token = tokens[b, t]
            if token < FIRST_PITCH_TOKEN:
                continue
            times = times + 1 if token == last else 1
            last = token
            found[b, t] = times > STRIKES
    return found


def repeated_motif(tokens: Tokens) -> Steps:
    """+4 once for a motif that comes back, paid out as it does so.

    4 · (n/8)² for the n last steps that were there before, and only what goes beyond the best of
    the work so far: one return gives form, while nothing but returns would be a loop.
    """
    again = np.where(facts.in_motif(tokens), facts.longest_repeat(tokens), 0)
    best = np.maximum.accumulate(4.0 * (again / facts.MOTIF) ** 2, axis=1)
    return np.diff(best, axis=1, prepend=0.0)


def highest(tokens: Tokens) -> Steps:
    """+3 at the last step if the highest note occurs once: one half of ``rules.extrema``.

    A rule of its own, since the two halves are not equally hard.
    """
    earned = np.zeros(tokens.shape)
    earned[:, -1] = 3.0 * facts.highest_is_unique(tokens)
    return earned
