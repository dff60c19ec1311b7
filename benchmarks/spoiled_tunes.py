"""Tunes spoiled on purpose, one thing at a time: what a reward must tell from people's tunes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
from jaxtyping import Int

from makar.domains.music.melody.melody import Melodies
from makar.domains.music.rewards.moves import gaps

_SCALES = (np.array([0, 2, 4, 5, 7, 9, 11]), np.array([0, 2, 3, 5, 7, 8, 10]))
_WALK = np.array([-2, -1, 0, 1, 2])
_LENGTHS = np.array([1, 2, 3, 4, 6, 8]) * 6


def shuffled(melodies: Melodies, rng: np.random.Generator) -> Melodies:
    """The same pitches and the same note lengths, each in a random order within the tune.

    A note keeps the rest that follows it.
    """
    pitch, duration, onset = (a.copy() for a in (melodies.pitch, melodies.duration, melodies.onset))
    length = gaps(melodies)
    for b, n in enumerate(melodies.count):
        order = rng.permutation(n)
        pitch[b, :n] = rng.permutation(pitch[b, :n])
        duration[b, :n] = duration[b, order]
        onset[b, :n] = onset[b, :1] + np.r_[0, np.cumsum(length[b, order])[:-1]][:n]
    return replace(melodies, pitch=pitch, duration=duration, onset=onset)


def bars_transposed(melodies: Melodies, rng: np.random.Generator) -> Melodies:
    """Each bar as it is, but moved by -6..6 semitones of its own."""
    bar = np.clip(melodies.onset // melodies.bar[:, None], 0, None)
    moved = rng.integers(-6, 7, (len(melodies), int(bar.max(initial=0)) + 1))
    shift = np.take_along_axis(moved, bar, axis=1)
    return replace(melodies, pitch=np.where(melodies.sounding, melodies.pitch + shift, 0))


def walk_in_rhythm(melodies: Melodies, rng: np.random.Generator) -> Melodies:
    """The tune's rhythm, with a random walk in its key: up to two degrees up or down a note.

    The walk begins on the tonic and is turned back at the tune's own lowest and highest note.
    """
    pitch = np.zeros_like(melodies.pitch)
    for b, n in enumerate(melodies.count):
        own = melodies.pitch[b, :n]
        if n:
            pitch[b, :n] = _walk(own, int(melodies.tonic[b]), bool(melodies.minor[b]), rng)
    return replace(melodies, pitch=pitch)


def _walk(
    own: Int[np.ndarray, " N"], tonic: int, minor: bool, rng: np.random.Generator
) -> Int[np.ndarray, " N"]:
    pitches = np.arange(own.min(), own.max() + 1)
    scale = pitches[np.isin((pitches - tonic) % 12, _SCALES[int(minor)])]
    if not len(scale):
        return own.copy()
    home = np.flatnonzero((scale - tonic) % 12 == 0)
    at = int(home[0]) if len(home) else 0
    walk = np.empty(len(own), np.int64)
    for i, step in enumerate(rng.choice(_WALK, len(own))):
        walk[i] = scale[at]
        at = at + step if 0 <= at + step < len(scale) else at - step
        at = int(np.clip(at, 0, len(scale) - 1))
    return walk


def walk_at_random(melodies: Melodies, rng: np.random.Generator) -> Melodies:
    """A random walk in the key, in random note lengths from a sixteenth to a half note."""
    rows: list[tuple[np.ndarray, np.ndarray]] = []
    for b in range(len(melodies)):
        end = int(melodies.length[b])
        lengths = rng.choice(_LENGTHS, end // int(_LENGTHS[0]) + 1)
        onset = np.r_[0, np.cumsum(lengths)]
        onset = onset[: int(np.searchsorted(onset, end))]
        rows.append((onset, np.minimum(np.diff(np.r_[onset, end]), lengths[: len(onset)])))
    count = np.array([len(onset) for onset, _ in rows], np.int64)
    columns = np.zeros((3, len(melodies), int(count.max(initial=0))), np.int64)
    for b, (onset, duration) in enumerate(rows):
        own = melodies.pitch[b, : melodies.count[b]]
        columns[0, b, : count[b]], columns[1, b, : count[b]] = onset, duration
        if len(own):
            # the compass is the tune's, the number of notes is the rhythm's
            compass = np.resize(np.array([own.min(), own.max()]), max(count[b], 2))
            walk = _walk(compass, int(melodies.tonic[b]), bool(melodies.minor[b]), rng)
            columns[2, b, : count[b]] = walk[: count[b]]
    return replace(melodies, onset=columns[0], duration=columns[1], pitch=columns[2], count=count)


def altered(melodies: Melodies, rng: np.random.Generator, *, share: float) -> Melodies:
    """Copies in another key in which ``share`` of the notes were moved by one or two semitones."""
    shift = rng.integers(-5, 6, len(melodies))[:, None]
    moved = rng.random(melodies.pitch.shape) < share
    step = np.where(moved, rng.choice([-2, -1, 1, 2], melodies.pitch.shape), 0)
    pitch = np.where(melodies.sounding, melodies.pitch + shift + step, 0)
    return replace(melodies, pitch=pitch, tonic=(melodies.tonic + shift[:, 0]) % 12)


def arranged(melodies: Melodies, form: str, *, sections: str = "ABC") -> Melodies:
    """The tunes' own two-bar sections, put together in the order of ``form``.

    Section A is bars 1 and 2, B is 3 and 4, and so on; a note held over a section's end is cut.
    """
    onset, duration, pitch, count = [], [], [], []
    for b, n in enumerate(melodies.count):
        size = 2 * int(melodies.bar[b])
        rows: list[np.ndarray] = []
        for place, letter in enumerate(form):
            first = sections.index(letter) * size
            inside = (melodies.onset[b, :n] >= first) & (melodies.onset[b, :n] < first + size)
            start = melodies.onset[b, :n][inside]
            held = np.minimum(melodies.duration[b, :n][inside], first + size - start)
            rows.append(
                np.stack([start - first + place * size, held, melodies.pitch[b, :n][inside]])
            )
        tune = np.concatenate(rows, axis=1)
        onset.append(tune[0])
        duration.append(tune[1])
        pitch.append(tune[2])
        count.append(tune.shape[1])
    width = max(count, default=0)
    columns = [
        np.array([np.pad(row, (0, width - len(row))) for row in rows], np.int64).reshape(-1, width)
        for rows in (onset, duration, pitch)
    ]
    return replace(
        melodies,
        onset=columns[0],
        duration=columns[1],
        pitch=columns[2],
        count=np.array(count, np.int64),
        length=melodies.bar * 2 * len(form),
    )


SCRAMBLES: Mapping[str, Callable[[Melodies, np.random.Generator], Melodies]] = {
    "shuffled": shuffled,
    "bars transposed": bars_transposed,
    "walk, own rhythm": walk_in_rhythm,
    "walk, random rhythm": walk_at_random,
}
