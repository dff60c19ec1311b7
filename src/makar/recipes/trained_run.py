"""Opening a run that was trained before, without teaching it again."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from typing import Any, TypeVar

import torch

from makar.core.rewards import RewardTree
from makar.core.scoring import Scorer
from makar.recipes.craft import Craft
from makar.recipes.creator import Opened
from makar.recipes.preparation import Progress
from makar.recipes.registry import recipe_of
from makar.recipes.settings import RecipeConfig
from makar.runs import checkpoint
from makar.runs.errors import CheckpointError
from makar.runs.folder import RunFolder
from makar.runs.metrics import read_metrics

T = TypeVar("T")
BEFORE = "before"
"""Name of the checkpoint of a run's beginning, which stays: the prior is in it."""


def prior_weights(folder: RunFolder) -> dict[str, torch.Tensor] | None:
    """Weights of the model before it was trained; None where they are no longer whole."""
    try:
        step = checkpoint.pins(folder.checkpoints).get(BEFORE)
        if step is None:
            return None
        state = checkpoint.load(folder.checkpoints, step)
        with checkpoint.understanding(folder.checkpoints / f"step-{step}"):
            # runs of earlier versions keep it as the policy that they began with
            weights = dict(state.get("prior", state["creator"]["policy"]))
        whole = all(isinstance(tensor, torch.Tensor) for tensor in weights.values())
        return weights if whole else None
    except CheckpointError:
        return None  # the cache of pre-training has them, or they are learned again


def open_run(
    folder: RunFolder, config: RecipeConfig, *, functions: Mapping[str, Scorer] | None = None
) -> Opened:
    """The run's model with its newest complete weights, and its reward.

    Own rewards whose code is not at hand, or not trusted, are left out; ``notices`` say so.

    Args:
        folder: The run, open for reading or writing.
        config: As in its ``config.toml``.
        functions: Rewards given as Python functions, by name.

    Raises:
        CheckpointError: no checkpoint is complete.
    """
    recipe = recipe_of(config)
    checkpoint.load_newest(folder.checkpoints)  # refused here before anything is prepared
    prepared = finished(recipe.prepare(config, prior=prior_weights(folder), functions=functions))
    policy = prepared.creator.policy
    loaded = checkpoint.load_newest(
        folder.checkpoints, use=lambda state: policy.load_state_dict(state["creator"]["policy"])
    )
    missing = absences(prepared.creator.reward)
    prepared.creator.notes = [*missing, *prepared.creator.notes]  # a report says it, too
    notices = (*loaded.notices, *missing)
    log = list(read_metrics(folder.path / "metrics.jsonl"))
    return Opened(prepared.creator, prepared.bands, loaded.step, notices, config, log)


def absences(reward: RewardTree) -> list[str]:
    """What is said where parts of a reward are not at hand: why, and what is missing for it."""
    told = list(reward.absent.values())
    counting = [c.name for c in reward.components if c.absent and c.counts]
    if counting:
        parts = " and ".join(counting)
        told.append(f"judged without {parts}: there is no score of the whole, only its other parts")
    return told


def open_untrained(config: RecipeConfig) -> Opened:
    """The model as it is before training, with its reward; taught now if it never was."""
    recipe = recipe_of(config)
    prepared = finished(recipe.prepare(config))
    return Opened(prepared.creator, prepared.bands, 0, (), config)


def finished(work: Generator[Progress, None, T]) -> T:
    """What a preparation comes to, its progress shown to nobody."""
    while True:
        try:
            next(work)
        except StopIteration as end:
            return end.value


def craft_of(config: RecipeConfig) -> Craft[Any]:
    """How the run's works are handed out as files; it knows no sources, so it is there at once."""
    return recipe_of(config).craft(config)
