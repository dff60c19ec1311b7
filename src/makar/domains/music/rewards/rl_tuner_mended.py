"""The RL Tuner's rules where they were at fault, mended.

Faults of the published rules (``rl_tuner``) and of the program around them, and what is done:

1. *A held note counts as repeated*: a half note is a row of holds and costs −800, so that a model is
   taught to write neither long notes nor rests. Mended: ``repeated_strikes`` counts notes that are
   struck, and ``repeating`` charges 1 for each, not 100.
2. *In one mode of exploring, the action that was paid is not the one that was taken.* Not a rule's
   fault; makar's learners are paid for the token that was sampled.
3. *In-key thirds are never counted* among the preferred intervals of the printed statistics. No row
   of the table uses them.
4. *One tonic in one key*: middle C, and no other C; a tune in A minor has no tonic at all. Mended:
   ``tonic`` takes any octave of C, and of A in a minor key as the grid writes it.
5. *Autocorrelation of token numbers*, in which a hold is a pitch below the lowest. Mended:
   ``autocorrelation`` is taken over the pitches that are struck.
6. *Repeated motifs are not learned*: they pay only once all eight steps agree, which chance hardly
   ever does. Mended: ``repeated_motif`` pays by how much of the motif has come back so far.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, Float, Int
from numba import njit

from makar.domains.music.grid import FIRST_PITCH_TOKEN
from makar.domains.music.rewards import rl_tuner_facts as facts

Tokens = Int[np.ndarray, "B T"]
Steps = Float[np.ndarray, "B T"]
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
    """Up to +4 where a motif comes back: 4 · (n/8)² for the n last steps that were there before."""
    share = facts.longest_repeat(tokens) / facts.MOTIF
    return np.where(facts.in_motif(tokens), 4.0 * share**2, 0.0)
