"""More works from a trained run, and the very same work again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from pydantic import ValidationError

from makar.core.errors import ConfigError
from makar.core.seeds import Seeds
from makar.core.types import Prompt, Trainable
from makar.evaluation.rows import EVALUATION
from makar.recipes.craft import Craft
from makar.recipes.creator import Opened
from makar.recipes.registry import recipe_of
from makar.recipes.settings import RecipeConfig
from makar.runs import checkpoint
from makar.runs.entry import Entry
from makar.runs.errors import CheckpointError
from makar.runs.folder import RunFolder
from makar.training.records import keep_works, prompt_from_json

SAMPLE = "sample"
"""Phase of works that were asked for after training."""
SPARE = 2
"""Works made for each that is wanted, where some may not be handed out."""
SAMPLED = EVALUATION + 2**20
"""Iteration number of the first draw of such works; each further request counts on."""


@dataclass(frozen=True)
class Made:
    """One work that was asked for."""

    id: str
    work: Any
    total: float


def make_works(
    folder: RunFolder,
    opened: Opened,
    prompt: Prompt,
    *,
    count: int,
    temperature: float,
    seed: int,
) -> list[Made]:
    """Make works with a run's newest weights, judge them, and keep those that may be handed out.

    They are fewer than asked for where half of what is made is not fit (``Creator.fit``).

    Args:
        folder: The run, open for writing.
        opened: Its model.
        prompt: What to ask for.
        count: How many works.
        temperature: Below 1 safer, above 1 bolder.
        seed: The run's seed; with the number of requests so far it fixes the draw.

    Raises:
        ConfigError: the model cannot write works as long as asked for.
    """
    before = folder.ledger.query(phase=SAMPLE)
    iteration = max((e.seed_iteration for e in before), default=SAMPLED - 1) + 1
    creator, seeds = opened.creator, Seeds(seed, iteration)
    draws = count if creator.fit is None else SPARE * count
    try:
        rollout = creator.policy.sample([prompt] * draws, seeds=seeds, temperature=temperature)
    except ValueError as fault:
        raise ConfigError(str(fault)) from None
    judgement = creator.reward(rollout.works, rollout.prompts)
    fit = np.arange(draws) if creator.fit is None else np.flatnonzero(creator.fit(judgement))
    rows = [int(row) for row in fit[:count]]
    ids = keep_works(
        folder.ledger, creator.craft, rollout, judgement, phase=SAMPLE,
        iteration=opened.step - 1,  # of the weights' last step: going on from there keeps them
        rows=rows, first_row=1 + max((e.row for e in before), default=-1),
        seeds=seeds, temperature=temperature,
    )  # fmt: skip
    return [
        Made(i, rollout.works[row], float(judgement.total[row]))
        for row, i in zip(rows, ids, strict=True)
    ]


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
