"""Pre-training that is done once: kept by the hash of data and settings, resumed if cut short."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Generator
from contextlib import suppress
from pathlib import Path
from typing import Any

from torch import nn

from makar.core.types import Rollout
from makar.learners.likelihood import PretrainConfig, Pretraining, PretrainReport
from makar.runs import checkpoint
from makar.runs.errors import CheckpointError

VERSION = "1"
"""Raised when tokens or networks change their meaning: older weights are then not used."""


def cache_root() -> Path:
    """``$MAKAR_CACHE``, or ``~/.cache/makar``."""
    return Path(os.environ.get("MAKAR_CACHE", "~/.cache/makar")).expanduser()


def pretrained(
    policy: nn.Module,
    examples: Rollout[Any],
    heldout: Rollout[Any],
    config: PretrainConfig,
    *,
    seed: int,
    settings: str,
    save_every: int = 200,
) -> Generator[PretrainReport, None, float]:
    """Pre-train ``policy``, or load the weights if the same was done before.

    Args:
        policy: The policy; ends with the best weights found.
        examples: What to learn from.
        heldout: What to test on.
        config: How long and how fast.
        seed: Order of the examples.
        settings: Everything else that the weights depend on, such as the network's settings.
        save_every: Updates between two checkpoints, from which a killed run goes on.

    Yields:
        A report per update; none where the weights were there.

    Returns:
        The held-out loss, in nats per decision.
    """
    digest = hashlib.sha256(f"{VERSION}|{settings}|{config.model_dump_json()}|{seed}".encode())
    for rollout in (examples, heldout):
        for tensor in (rollout.actions, rollout.mask, rollout.context["prefix"]):
            digest.update(tensor.contiguous().numpy().tobytes())
    digest.update(str({n: tuple(p.shape) for n, p in policy.state_dict().items()}).encode())
    folder = cache_root() / "pretrained" / digest.hexdigest()[:24]
    folder.mkdir(parents=True, exist_ok=True)
    training = Pretraining(policy, examples, heldout, config, seed=seed)  # pyright: ignore[reportArgumentType] - a module that evaluates
    with suppress(CheckpointError):  # nothing there, or nothing whole: begin
        training.load_state_dict(checkpoint.load_newest(folder).state)
    if training.finished:
        policy.load_state_dict(training.best_weights)
        return training.best
    for report in training.run():
        yield report
        if (report.update + 1) % save_every == 0 and not training.finished:
            checkpoint.save(folder, report.update + 1, training.state_dict(), keep=1)
    checkpoint.save(folder, training.learner.updates, training.state_dict(), keep=1)
    return training.best
