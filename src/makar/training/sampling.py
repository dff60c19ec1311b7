"""More works from a trained run, and the very same work again."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from pydantic import ValidationError

from makar.core.errors import ConfigError
from makar.core.seeds import Seeds
from makar.core.types import Judgement, Prompt, Rollout, Trainable
from makar.evaluation.rows import EVALUATION
from makar.recipes.craft import Craft
from makar.recipes.creator import Opened
from makar.recipes.registry import recipe_of
from makar.recipes.settings import RecipeConfig
from makar.runs import checkpoint
from makar.runs.entry import Entry
from makar.runs.errors import CheckpointError
from makar.runs.folder import RunFolder
from makar.runs.ledger import Ledger
from makar.training.records import keep_works, prompt_from_json

SAMPLE = "sample"
"""Phase of works that were asked for after training."""
SPARE = 2
"""Works made at once for each that is wanted, where some may not be handed out."""
TRIES = 5
"""Works made for each that is wanted, at most."""
SAMPLED = EVALUATION + 2**20
"""Iteration number of the first draw of such works; each further request counts on."""


@dataclass(frozen=True)
class Made:
    """One work that was asked for."""

    id: str
    work: Any
    total: float


@dataclass(frozen=True)
class HandedOut:
    """What came of a request for works.

    Attributes:
        works: Those that are handed out, in the order they were made.
        wanted: How many were asked for.
        tried: How many were made.
        unfit: Of those made, how many may not be handed out (``Creator.fit``).
        below: How many of the others scored less than ``least``.
        least: The least score to be handed out, 0 to 1.
    """

    works: Sequence[Made]
    wanted: int
    tried: int
    unfit: int
    below: int
    least: float

    @property
    def shortfall(self) -> str:
        """What is said where there are fewer than were asked for; else nothing."""
        if len(self.works) == self.wanted:
            return ""
        begun = f"{len(self.works)} of {self.wanted} handed out"
        low, remedy = f"scored less than {100 * self.least:.3g}", "ask for less: --least 0"
        if not self.unfit:
            return f"{begun}: the others {low} after {self.tried} tries; {remedy}"
        if not self.below:
            return f"{begun}: the others are not fit to be, after {self.tried} tries"
        return (
            f"{begun}: of {self.tried} tries {self.unfit} are not fit to be and {self.below} "
            f"{low}; {remedy}"
        )


def usual_least(folder: RunFolder, opened: Opened) -> float:
    """Half of what the untrained model's works score on average, where not all works are fit.

    0 where all are, as of a photograph that nobody paints well, and where none was judged.
    """
    if opened.creator.fit is None:
        return 0.0
    totals = [e.total for e in folder.ledger.query(phase="before") if math.isfinite(e.total)]
    return sum(totals) / len(totals) / 2 if totals else 0.0


def make_works(
    folder: RunFolder,
    opened: Opened,
    prompt: Prompt,
    *,
    count: int,
    temperature: float,
    seed: int,
) -> list[Made]:
    """The works of ``hand_out``, whatever they score."""
    handed = hand_out(folder, opened, prompt, count=count, temperature=temperature, seed=seed)
    return list(handed.works)


def hand_out(
    folder: RunFolder,
    opened: Opened,
    prompt: Prompt,
    *,
    count: int,
    temperature: float,
    seed: int,
    least: float = 0.0,
    ledger: Ledger | None = None,
) -> HandedOut:
    """Make works with a run's newest weights, judge them, and keep those that are handed out.

    Those that may not be (``Creator.fit``) or score less than ``least`` are made anew, up to
    ``TRIES`` works for each that is wanted. One that cannot be judged is handed out.

    Args:
        folder: The run, open for writing; for reading where ``ledger`` is given.
        opened: Its model.
        prompt: What to ask for.
        count: How many works.
        temperature: Below 1 safer, above 1 bolder.
        seed: The run's seed; with the number of requests so far it fixes the draw.
        least: Least score, 0 to 1.
        ledger: Where they are kept, if not in the run.

    Raises:
        ConfigError: the model cannot write works as long as asked for.
    """
    kept = folder.ledger if ledger is None else ledger
    before = folder.ledger.query(phase=SAMPLE)
    before += kept.query(phase=SAMPLE) if ledger is not None else []
    iteration = max((e.seed_iteration for e in before), default=SAMPLED - 1) + 1
    first_row = 1 + max((e.row for e in before), default=-1)
    fit, made = opened.creator.fit, list[Made]()
    tried = unfit = below = 0
    while len(made) < count and tried < TRIES * count:
        draws = (1 if fit is None and not tried else SPARE) * (count - len(made))
        draws = min(draws, TRIES * count - tried)
        seeds = Seeds(seed, iteration)
        rollout, judgement = _judged(opened, [prompt] * draws, seeds, temperature)
        allowed = np.ones(draws, bool) if fit is None else fit(judgement)
        low = judgement.total < least
        rows = np.flatnonzero(allowed & ~low)[: count - len(made)].tolist()
        ids = keep_works(
            kept, opened.creator.craft, rollout, judgement, phase=SAMPLE,
            iteration=opened.step - 1,  # of the weights' last step: going on from there keeps them
            rows=rows, first_row=first_row, seeds=seeds, temperature=temperature,
        )  # fmt: skip
        made += [
            Made(i, rollout.works[row], float(judgement.total[row]))
            for row, i in zip(rows, ids, strict=True)
        ]
        tried, unfit = tried + draws, unfit + int((~allowed).sum())
        below += int((allowed & low).sum())
        iteration, first_row = iteration + 1, first_row + draws
    return HandedOut(made, count, tried, unfit, below, least)


def _judged(
    opened: Opened, prompts: Sequence[Prompt], seeds: Seeds, temperature: float
) -> tuple[Rollout[Any], Judgement]:
    try:
        rollout = opened.creator.policy.sample(prompts, seeds=seeds, temperature=temperature)
    except ValueError as fault:
        raise ConfigError(str(fault)) from None
    return rollout, opened.creator.reward(rollout.works, rollout.prompts)


def asked(config: RecipeConfig, **wishes: Any) -> Prompt:
    """What the run was asked for, with some of it wished otherwise.

    Raises:
        ConfigError: a wish is out of range.
    """
    recipe = recipe_of(config)
    changed: Mapping[str, Any] = {n: value for n, value in wishes.items() if value is not None}
    if recipe.wished is not None:
        changed = recipe.wished(config, changed)
    try:
        ask = type(config.ask).model_validate(config.ask.model_dump() | dict(changed))
    except ValidationError as error:
        faults = (f"{'.'.join(str(p) for p in e['loc'])}: {e['msg']}" for e in error.errors())
        raise ConfigError("; ".join(faults)) from None
    return recipe.prompt(config.model_copy(update={"ask": ask}))


def make_again(folder: RunFolder, opened: Opened, entry: Entry) -> Any:
    """The work drawn again from its seed, by the weights that made it.

    Raises:
        CheckpointError: those weights are no longer kept.
    """
    policy = _policy_of(folder, opened, entry)
    # works are made in shards, and a work's place in its shard is part of its making
    place = entry.seed_number % policy.shard
    seeds = replace(Seeds(entry.seed, entry.seed_iteration), first=entry.seed_number - place)
    prompt = replace(prompt_from_json(dict(entry.prompt)), given=opened.creator.ask.given)
    prompts = [prompt] * (place + 1)
    rollout = policy.sample(prompts, seeds=seeds, temperature=entry.temperature)
    return rollout.works[place]


def _policy_of(folder: RunFolder, opened: Opened, entry: Entry) -> Trainable[Any]:
    """The model with the weights it had when it made the work."""
    creator = opened.creator
    if entry.phase == "before":
        return creator.prior
    made_after = entry.iteration + 1 if entry.phase == SAMPLE else entry.iteration
    if entry.phase == "after":
        made_after = opened.step
    if made_after != opened.step:
        try:
            state = checkpoint.load(folder.checkpoints, made_after)
        except CheckpointError:
            kept = ", ".join(str(step) for step in checkpoint.steps(folder.checkpoints))
            raise CheckpointError(
                f"{folder.path}: the weights after {made_after} steps, which made {entry.id}, are "
                f"no longer kept (there are those after {kept} steps); the work itself is: "
                f"makar export {entry.id}"
            ) from None
        creator.policy.load_state_dict(state["creator"]["policy"])
    return creator.policy


def same(craft: Craft[Any], one: Any, other: Any) -> bool:
    """True for the very same work, to the last detail that is kept of it."""
    return craft.pack(one) == craft.pack(other)
