"""Pre-training that is done once: kept by the hash of data and settings, resumed if cut short."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Generator, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import torch
from torch import nn

from makar.core.types import Rollout
from makar.learners.likelihood import PretrainConfig, Pretraining, PretrainReport
from makar.runs import checkpoint
from makar.runs.errors import CheckpointError, RunLockedError
from makar.runs.lock import RunLock

VERSION = "1"
"""Raised when tokens or networks change their meaning: older weights are then not used."""
WAIT_SECONDS = 0.5


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
) -> Generator[PretrainReport | None, None, float]:
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
        A report per update, nothing where the weights were there; None while waiting for
        another process that learns the same.

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
    lock = yield from _locked(folder)
    try:
        with suppress(CheckpointError):  # nothing there, or nothing whole: begin
            _restore(training, checkpoint.load_newest(folder).state)
        if training.finished:
            policy.load_state_dict(training.best_weights)
            return training.best
        yield from _learn(training, folder, save_every)
    finally:
        lock.release()
    return training.best


def _locked(folder: Path) -> Generator[None, None, RunLock]:
    """Wait until nobody else is learning the same."""
    while True:
        try:
            return RunLock(folder / "lock")
        except RunLockedError:
            yield None
            time.sleep(WAIT_SECONDS)


def _learn(training: Pretraining, folder: Path, save_every: int) -> Iterator[PretrainReport]:
    try:
        for report in training.run():
            yield report
            if (report.update + 1) % save_every == 0 and not training.finished:
                checkpoint.save(folder, report.update + 1, _state(training), keep=1)
    finally:  # also when whoever iterates stops
        checkpoint.save(folder, training.learner.updates, _state(training), keep=1)


def _state(training: Pretraining) -> dict[str, Any]:
    """Everything, and the source of dropout's randomness: going on is then exact."""
    return training.state_dict() | {"random": torch.get_rng_state()}


def _restore(training: Pretraining, state: dict[str, Any]) -> None:
    training.load_state_dict(state)
    if not training.finished:
        torch.set_rng_state(state["random"])
