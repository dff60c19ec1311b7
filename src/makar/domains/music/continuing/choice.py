"""Which candidates a composer gets to hear: good ones, unlike one another, nobody's copy."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float

from makar.core.rewards import Component, RewardTree
from makar.core.seeds import Seeds
from makar.core.types import Prompt
from makar.domains.music.continuing.model import Infiller, score_names
from makar.domains.music.continuing.task import Task
from makar.domains.music.continuing.writing import Candidate, stacked, write_candidates
from makar.domains.music.melody.grid import MelodyGrids
from makar.domains.music.piece.piece import PITCH
from makar.domains.music.piece.register import Register, register_of
from makar.domains.music.rewards.catalogue import build, default_transform
from makar.domains.music.tune.reward import DEFAULT_WEIGHTS

CANDIDATES = 8
"""Candidates written for each variation that is asked for."""
ROUNDS = 4
"""Times that many more are written where too few are left."""
UNLIKE = (0.4, 0.3, 0.2, 0.1)
"""Least share of notes in which two variations differ: as asked first, then less."""
SHARD = 64
REGISTER = "register"
"""Part of a score: the share of notes that the part's instrument has."""


@dataclass(frozen=True)
class Chosen:
    """A candidate that was chosen.

    Attributes:
        candidate: Its notes.
        score: What the reward says of it with its surroundings, in 0..1; NaN if nothing could
            be ranked.
        parts: Every part of that score.
        shared: Moves in the longest run it shares with a tune that was learned from.
    """

    candidate: Candidate
    score: float
    parts: Mapping[str, float]
    shared: int


@dataclass(frozen=True)
class Choice:
    """What was chosen, from how many.

    Attributes:
        chosen: Best first.
        written: Candidates that were written.
        left_out: How many were not considered, by reason.
        unlike: Least share of notes in which any two of the chosen differ.
    """

    chosen: tuple[Chosen, ...]
    written: int
    left_out: Mapping[str, int] = field(default_factory=dict[str, int])
    unlike: float = 1.0


def make_variations(task: Task, infiller: Infiller, *, count: int, seed: int) -> Choice:
    """Write more candidates than asked for and keep the best that are unlike one another.

    Candidates that hold no note, are what was there before, equal another, or share a longer
    run with a tune that was learned from than people's own tunes do with one another, are left
    out. Where too few remain, more are written; if even then fewer are left than asked for,
    fewer are handed out. What the part's instrument cannot play scores 0, so that it comes last.

    Args:
        task: What is asked.
        infiller: The model, and what it learned from.
        count: Variations asked for.
        seed: Fixes all draws.
    """
    size = -(-count * CANDIDATES // SHARD) * SHARD
    pool: dict[frozenset[tuple[int, int]], Candidate] = {}
    left_out: Counter[str] = Counter()
    picked: list[Chosen] = []
    written = 0
    for number in range(ROUNDS):
        seeds = Seeds(seed, number)
        fresh = write_candidates(task, infiller.policy, count=size, seeds=seeds)
        written += size
        _admit(fresh, task, infiller, pool, left_out)
        picked = _pick(ranked(list(pool.values()), infiller, reach=reach_of(task)), count)
        if len(picked) >= count:
            break
    notes = [one.candidate.notes for one in picked]
    pairs = [unlike(a, b) for n, a in enumerate(notes) for b in notes[:n]]
    return Choice(tuple(picked), written, dict(left_out), min(pairs, default=1.0))


def unlike(one: frozenset[tuple[int, int]], other: frozenset[tuple[int, int]]) -> float:
    """Share of the notes of two variations that only one of them has (Jaccard distance)."""
    return len(one ^ other) / max(len(one | other), 1)


def reach_of(task: Task) -> Register:
    """What the part's instrument can play, and what it is asked to elsewhere in the piece."""
    part = task.piece.parts[task.part]
    return register_of(part.program).with_room_for(part.notes[:, PITCH])


def ranked(
    candidates: Sequence[Candidate], infiller: Infiller, *, reach: Register | None = None
) -> list[Chosen]:
    """Each candidate with its score, best first; 0 where notes are out of ``reach``, if given."""
    if not candidates:
        return []
    blend = infill_reward(infiller)
    total = np.zeros(len(candidates))
    parts: dict[str, Float[np.ndarray, " B"]] = {}
    holes = len(candidates[0].middles)
    for hole in range(holes):
        works = stacked([c.middles[hole] for c in candidates])
        judgement = blend(works, [Prompt()] * len(works))
        total = total + judgement.total / holes
        for name, part in judgement.parts.items():
            parts[name] = parts.get(name, 0) + part.value / holes
    if reach is not None:
        parts[REGISTER] = np.array([_within(candidate, reach) for candidate in candidates])
        total = np.where(parts[REGISTER] < 1, 0 * total, total)
    shared = longest_runs(candidates, infiller)
    order = np.argsort(-np.nan_to_num(total, nan=-1.0), kind="stable")
    return [
        Chosen(
            candidates[i],
            float(total[i]),
            {name: float(values[i]) for name, values in parts.items()},
            int(shared[i]),
        )
        for i in order.tolist()
    ]


def _within(candidate: Candidate, reach: Register) -> float:
    """Share of a candidate's notes that the instrument has."""
    pitch = np.array([[pitch for _, pitch in candidate.notes]], np.int64)
    return 1 - float(reach.beyond(pitch, np.ones(pitch.shape, bool)).mean())


def infill_reward(infiller: Infiller) -> RewardTree:
    """The default reward of tunes, without what needs a wish or the corpus.

    Middles are ranked with the bars around them, as one melody.
    """
    scorers = build(score_names(), MelodyGrids.stack([]).melodies)
    return RewardTree(
        [
            Component(
                name,
                scorer,
                default_transform(name, infiller.quantiles[name]),
                weight=DEFAULT_WEIGHTS.get(name, 1.0),
                seconds=None,
            )
            for name, scorer in scorers.items()
        ]
    )


def longest_runs(candidates: Sequence[Candidate], infiller: Infiller) -> np.ndarray:
    """Moves in the longest run that each candidate's own notes share with a learned tune."""
    longest = np.zeros(len(candidates), np.int64)
    for hole in range(len(candidates[0].middles) if candidates else 0):
        grids = MelodyGrids.stack([c.middles[hole].grid for c in candidates])
        longest = np.maximum(longest, infiller.index.longest_runs(grids.melodies).length)
    return longest


def _admit(
    fresh: Sequence[Candidate],
    task: Task,
    infiller: Infiller,
    pool: dict[frozenset[tuple[int, int]], Candidate],
    left_out: Counter[str],
) -> None:
    """Put the candidates that may be heard into the pool; count the others by reason."""
    now = _notes_now(task)
    near = longest_runs(fresh, infiller) > infiller.limit
    for candidate, is_near in zip(fresh, near, strict=True):
        notes = candidate.notes
        if not all(len(fill.made) for fill in candidate.fills):
            left_out["without a note"] += 1
        elif notes == now:
            left_out["what was there before"] += 1
        elif is_near:
            left_out["near copies of a tune learned from"] += 1
        elif notes in pool:
            left_out["twice the same"] += 1
        else:
            pool[notes] = candidate


def _notes_now(task: Task) -> frozenset[tuple[int, int]]:
    rows = task.piece.parts[task.part].notes
    inside = [(rows[:, 0] >= h.start) & (rows[:, 0] < h.end) for h in task.holes]
    return frozenset((int(o), int(p)) for o, _, p, _ in rows[np.any(inside, axis=0)].tolist())


def _pick(ranked: Sequence[Chosen], count: int) -> list[Chosen]:
    """The best that differ enough from those picked before; then of those that differ less."""
    picked: list[Chosen] = []
    for least in (*UNLIKE, 0.0):
        for one in ranked:
            if len(picked) == count:
                break
            notes = one.candidate.notes
            if all(unlike(notes, p.candidate.notes) > max(least - 1e-9, 0) for p in picked):
                picked.append(one)
    return sorted(picked, key=lambda one: -np.nan_to_num(one.score, nan=-1.0))
