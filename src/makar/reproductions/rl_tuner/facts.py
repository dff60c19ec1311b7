"""What the RL Tuner's rules look at, step by step, in rows of its 38 tokens.

Everything is judged from the steps up to and with the one it stands at, as the rules were when a
note was paid for the moment it was written. ``rules`` turns these facts into rewards and the
reproduction's table counts them: a fact and its reward cannot drift apart.

Source: Jaques et al. 2017, *Sequence Tutor*, arXiv 1611.02796, §4, with the exact rules as the
published program has them. All functions take ``(B, T)`` tokens 0..37.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, Float, Int
from numba import njit

from makar.domains.music.melody.grid import FIRST_PITCH_TOKEN, HOLD, OFF

MOTIF = 8
"""Steps in a motif: half a bar of 4/4 in sixteenths, which the paper calls a bar."""
MOTIF_PITCHES = 3
"""Different pitches that make eight steps a motif."""
LAGS = 3
LEAP = 7
"""Semitones from which on an interval is a leap: a fifth."""
STEPS_BEFORE_LEAPING_BACK = 6
RESOLVED, DOUBLED = 1, -1
NOTHING_BEFORE = -1
"""What ``previous_pitch`` holds where no note was struck yet."""


@njit(cache=True)
def excessively_repeated(tokens: Int[np.ndarray, "B T"]) -> Bool[np.ndarray, "B T"]:
    """True where a token repeats too often.

    Looking back as far as only the same token, note-offs and holds are met: more than four equal
    ones, or more than six if note-offs or holds lie between, or a third note-off. A held note is
    a row of equal holds to this rule, so its seventh sixteenth is excessive.
    """
    B, T = tokens.shape
    found = np.zeros((B, T), np.bool_)
    for b in range(B):
        for t in range(T):
            token, equal, between = tokens[b, t], 0, False
            for s in range(t - 1, -1, -1):
                if tokens[b, s] == token:
                    equal += 1
                elif tokens[b, s] == OFF or tokens[b, s] == HOLD:
                    between = True
                else:
                    break
            limit = 1 if token == OFF else (6 if between else 4)
            found[b, t] = equal > limit
    return found


@njit(cache=True)
def previous_pitch(tokens: Int[np.ndarray, "B T"]) -> Int[np.ndarray, "B T"]:
    """Token of the pitch last struck *before* each step; ``NOTHING_BEFORE`` where there is none."""
    B, T = tokens.shape
    found = np.full((B, T), NOTHING_BEFORE, np.int64)
    for b in range(B):
        for t in range(1, T):
            before = tokens[b, t - 1]
            found[b, t] = before if before >= FIRST_PITCH_TOKEN else found[b, t - 1]
    return found


@njit(cache=True)
def motif_pitches(tokens: Int[np.ndarray, "B T"]) -> Int[np.ndarray, "B T"]:
    """Different pitches struck in the ``MOTIF`` steps up to each; 0 before there are so many."""
    B, T = tokens.shape
    found = np.zeros((B, T), np.int64)
    for b in range(B):
        for t in range(MOTIF - 1, T):
            seen = np.int64(0)  # one bit for each token
            for s in range(t - MOTIF + 1, t + 1):
                if tokens[b, s] >= FIRST_PITCH_TOKEN:
                    seen |= np.int64(1) << np.int64(tokens[b, s])
            while seen:
                seen &= seen - 1
                found[b, t] += 1
    return found


@njit(cache=True)
def longest_repeat(tokens: Int[np.ndarray, "B T"]) -> Int[np.ndarray, "B T"]:
    """How many of the last ``MOTIF`` steps, counted back from each, were there before.

    The earlier occurrence must lie wholly before the eight steps that end here, as it must for a
    repeated motif; ``MOTIF`` means that all eight recur.
    """
    B, T = tokens.shape
    found = np.zeros((B, T), np.int64)
    for b in range(B):
        for t in range(MOTIF, T):
            for end in range(t - MOTIF, -1, -1):
                equal = 0
                while (
                    equal < MOTIF
                    and equal <= end
                    and (tokens[b, end - equal] == tokens[b, t - equal])
                ):
                    equal += 1
                found[b, t] = max(found[b, t], equal)
    return found


def in_motif(tokens: Int[np.ndarray, "B T"]) -> Bool[np.ndarray, "B T"]:
    """True where the last eight steps are a motif; the first seven steps of a work never are."""
    return motif_pitches(tokens) >= MOTIF_PITCHES


def in_repeated_motif(tokens: Int[np.ndarray, "B T"]) -> Bool[np.ndarray, "B T"]:
    """True where the last eight steps are a motif that was there before, note for note."""
    return in_motif(tokens) & (longest_repeat(tokens) == MOTIF)


@njit(cache=True)
def leap_outcome(tokens: Int[np.ndarray, "B T"]) -> Int[np.ndarray, "B T"]:
    """``RESOLVED`` or ``DOUBLED`` at the step where a leap found its answer, else 0.

    A leap is open until it is answered: by a leap the other way (resolved if more than six
    steps have gone by, otherwise forgotten), or by a smaller interval to the note that was leapt
    from or past it (resolved). Another leap the same way doubles it, and it stays open.
    """
    B, T = tokens.shape
    before = previous_pitch(tokens)
    found = np.zeros((B, T), np.int64)
    for b in range(B):
        direction, origin, steps = 0, 0, 0
        for t in range(1, T):
            token, last = tokens[b, t], before[b, t]
            steps += 1
            if token < FIRST_PITCH_TOKEN or last == NOTHING_BEFORE:
                continue
            if abs(token - last) < LEAP:
                if direction != 0 and (token - origin) * direction <= 0:
                    found[b, t] = RESOLVED
                    direction = 0
                continue
            way = 1 if token > last else -1
            if direction == 0:
                direction, origin = way, last
            elif direction == way:
                found[b, t] = DOUBLED
            else:
                if steps - 1 > STEPS_BEFORE_LEAPING_BACK:
                    found[b, t] = RESOLVED
                direction = 0
            steps = 0
    return found


@njit(cache=True)
def autocorrelations(values: Float[np.ndarray, "B T"]) -> Float[np.ndarray, "B T 3"]:
    """Of the values up to each step, at lags 1 to 3; NaN where they do not vary.

    ρ = Σ (x[l:] − x̄)(x[:n−l] − x̄) / n / var x
    """
    B, T = values.shape
    found = np.full((B, T, LAGS), np.nan)
    for b in range(B):
        for t in range(1, T):
            n = t + 1
            mean = values[b, :n].mean()
            variance = ((values[b, :n] - mean) ** 2).mean()
            if variance == 0:
                continue
            for lag in range(1, LAGS + 1):
                total = 0.0
                for s in range(lag, n):
                    total += (values[b, s] - mean) * (values[b, s - lag] - mean)
                found[b, t, lag - 1] = total / n / variance
    return found


def highest_is_unique(tokens: Int[np.ndarray, "B T"]) -> Bool[np.ndarray, " B"]:
    """True where the highest token of the whole work occurs once."""
    return (tokens == tokens.max(1, keepdims=True)).sum(1) == 1


def lowest_is_unique(tokens: Int[np.ndarray, "B T"]) -> Bool[np.ndarray, " B"]:
    """True where the lowest *pitch* of the whole work is struck once."""
    pitches = np.where(tokens >= FIRST_PITCH_TOKEN, tokens, np.iinfo(np.int64).max)
    lowest = pitches.min(1, keepdims=True)
    return ((pitches == lowest) & (tokens >= FIRST_PITCH_TOKEN)).sum(1) == 1
