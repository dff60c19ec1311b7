"""Candidates for all holes of a task, written side by side by the model."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Int

from makar.core.seeds import Seeds
from makar.core.types import Prompt
from makar.domains.music.continuing.task import Task
from makar.domains.music.infill.codec import (
    CONTEXT,
    FREE,
    Middle,
    Middles,
    Surroundings,
    bars_at_once,
)
from makar.domains.music.infill.hole import Fill
from makar.domains.music.infill.line import clear_of
from makar.domains.music.infill.spans import as_context
from makar.domains.music.infill.view import View, keep_rhythm
from makar.domains.music.melody.codec import TONIC_OF
from makar.domains.music.melody.grid import FIRST_PITCH_TOKEN, MelodyGrid, MelodyGrids
from makar.models.token_policy import TokenPolicy

KEPT_SHARE = 0.5
"""Share of the notes that stay at least when bars are varied; the rhythm stays altogether."""
_VARYING = 1
"""Stream of the draws that decide which notes stay."""


@dataclass(frozen=True)
class Candidate:
    """One way of filling all holes.

    Attributes:
        fills: Notes for the file, hole by hole.
        middles: What was made as the model sees it, hole by hole, with what surrounds it.
    """

    fills: tuple[Fill, ...]
    middles: tuple[Middle, ...]

    @property
    def notes(self) -> frozenset[tuple[int, int]]:
        """Onset and pitch of every made note."""
        return frozenset(
            (int(onset), int(pitch))
            for fill in self.fills
            for onset, _, pitch, _ in fill.made.tolist()
        )


def write_candidates(
    task: Task, policy: TokenPolicy[Middle], *, count: int, seeds: Seeds, temperature: float = 1.0
) -> list[Candidate]:
    """``count`` candidates; those of later holes go on from what the same one made before.

    Args:
        task: What is asked.
        policy: The model.
        count: How many; the first of them are the same however many are asked for.
        seeds: Source of all draws; each hole and each four bars of it have their own branch.
        temperature: Below 1 safer, above 1 bolder.
    """
    found = [Candidate((), ()) for _ in range(count)]
    for number in range(len(task.holes)):
        first = task.views(task.piece, number)
        views = [
            first if not candidate.fills else task.views(task.filled(candidate.fills), number)
            for candidate in found
        ]
        made: list[Int[np.ndarray, " T"]] = [np.zeros(0, np.int64)] * count
        frames = _frames(task, views, seeds.branched(1 + 64 * number))
        longest = bars_at_once(first.metre) * first.steps_in_bar
        for start in range(0, first.steps, longest):
            stop = min(start + longest, first.steps)
            prompts = [_prompt(v, m, f, stop) for v, m, f in zip(views, made, frames, strict=True)]
            draw = seeds.branched(1 + 64 * number + start // longest)
            works = policy.sample(prompts, seeds=draw, temperature=temperature).works
            made = [
                np.concatenate([m, works[i].grid.tokens.astype(np.int64)])
                for i, m in enumerate(made)
            ]
        found = [
            _with(candidate, task, view, tokens)
            for candidate, view, tokens in zip(found, views, made, strict=True)
        ]
    return found


def _frames(task: Task, views: Sequence[View], seeds: Seeds) -> list[bytes]:
    """What each candidate may write where; when varying, which notes it has to leave."""
    if task.mode != "vary":
        return [view.around.frame for view in views]
    frames: list[bytes] = []
    for row, view in enumerate(views):
        began = np.flatnonzero(view.was >= FIRST_PITCH_TOKEN)
        stay = min(math.ceil(KEPT_SHARE * len(began)), len(began) - 1)  # something has to change
        keep = np.zeros(view.steps, bool)
        keep[seeds.generator(row, _VARYING).permutation(began)[: max(stay, 0)]] = True
        keep[view.pinned] = True
        frames.append(keep_rhythm(view.was, keep, view.around).frame)
    return frames


def _prompt(view: View, made: np.ndarray, frame: bytes, stop: int) -> Prompt:
    """What the model is asked for the next bars of a hole, up to step ``stop``."""
    whole = np.concatenate([np.frombuffer(view.around.before, np.uint8), made]).astype(np.int64)
    reach = CONTEXT // view.steps_in_bar * view.steps_in_bar
    around = Surroundings(
        before=as_context(whole, max(len(whole) - reach, 0), len(whole)),
        after=view.around.after if stop == view.steps else b"",
        frame=frame[len(made) : stop] or bytes([FREE]) * (stop - len(made)),
    )
    condition = {
        "bars": (stop - len(made)) // view.steps_in_bar, "metre": str(view.metre),
        "mode": view.key.mode, "key": TONIC_OF[view.key.tonic],
    }  # fmt: skip
    return Prompt(condition=condition, given=around)


def _with(candidate: Candidate, task: Task, view: View, tokens: np.ndarray) -> Candidate:
    varied = view.inside if task.mode == "vary" else None
    made = view.notes(tokens) if varied is None else view.repitched(tokens)
    made = clear_of(made, task.beside, varied)
    fill = Fill(view.hole, made, view.kept, varied)
    grid = MelodyGrid(tokens.astype(np.int8), view.metre, view.key)
    middle = Middle(grid, view.around)
    return Candidate((*candidate.fills, fill), (*candidate.middles, middle))


def stacked(middles: Sequence[Middle]) -> Middles:
    """Single middles as a batch."""
    return Middles(MelodyGrids.stack([m.grid for m in middles]), tuple(m.around for m in middles))
