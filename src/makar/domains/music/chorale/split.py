"""Which chorales have the same tune, and the split that keeps them together.

Bach set many hymns several times: other voices under one soprano, in another key and with other
passing notes. Such settings are different works, but a setting whose tune was learned from must
not serve as held out.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from jaxtyping import Int

from makar.domains.music.melody.grid import STEP
from makar.domains.music.voices.voices import REST, SOPRANO, VoiceGrids

SHARES = (70, 15, 15)
"""Per cent of the tunes that are learned from, tested on while learning, and held out."""
GRAM = 7
"""Steps from one pitch on a beat to the next other one."""
SAME_TUNE = 0.3
"""Share of the shorter tune's grams from which on two sopranos are one tune. Of the pairs in
music21's Bach that share a tenth or more, most share either under 0.3 or over 0.7."""


@dataclass(frozen=True)
class Split:
    """The outcome for ``n`` chorales.

    Attributes:
        group: ``(n,)`` chorales with the same number have one tune.
        side: ``(n,)`` number in ``groups.SIDES``; the same for a whole group.
    """

    group: Int[np.ndarray, " n"]
    side: Int[np.ndarray, " n"]


def split_by_tune(works: VoiceGrids) -> Split:
    """Group the settings of one tune, and give each group to one side.

    The side depends on the group's tunes alone, not on their order or number. Rhythm, key,
    repeated notes and what passes between the beats make no difference to a tune.
    """
    grams = [_grams(works, number) for number in range(len(works))]
    root = list(range(len(works)))
    for later, mine in enumerate(grams):
        for earlier in range(later):
            fewest = min(len(mine), len(grams[earlier]))
            if fewest and len(mine & grams[earlier]) >= SAME_TUNE * fewest:
                one, other = root[earlier], root[later]
                root = [min(one, other) if r in (one, other) else r for r in root]
    digests = [_digest(g, works.tokens[n].tobytes()) for n, g in enumerate(grams)]
    smallest = {r: min(d for d, s in zip(digests, root, strict=True) if s == r) for r in set(root)}
    sides = {r: _side(digest) for r, digest in smallest.items()}
    _, group = np.unique(root, return_inverse=True)
    return Split(group.astype(np.int64), np.array([sides[r] for r in root], np.int64))


def _grams(works: VoiceGrids, number: int) -> frozenset[tuple[int, ...]]:
    """Every run of ``GRAM`` intervals between the soprano's pitches on the beats."""
    beat = works.metres[number].beat // STEP
    on_beats = works.sounding[number, SOPRANO, : works.steps[number] : beat].tolist()
    heard = [p for p in on_beats if p != REST]
    other = [p for p, before in zip(heard, [None, *heard], strict=False) if p != before]
    steps = [b - a for a, b in pairwise(other)]
    return frozenset(tuple(steps[i : i + GRAM]) for i in range(len(steps) - GRAM + 1))


def _digest(grams: frozenset[tuple[int, ...]], otherwise: bytes) -> bytes:
    tune = repr(sorted(grams)).encode() if grams else otherwise
    return hashlib.blake2b(tune, digest_size=16).digest()


def _side(digest: bytes) -> int:
    draw = int.from_bytes(hashlib.blake2b(digest, digest_size=8).digest()) % sum(SHARES)
    return int(np.searchsorted(np.cumsum(SHARES), draw, side="right"))
