"""Pre-training that is done once: kept by the hash of data and settings, resumed if cut short."""

from __future__ import annotations

import copy
import hashlib
import logging
import os
import time
from collections.abc import Generator, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import nn

from makar.core.disk.plain import NotPlainError, require_folder
from makar.core.types import Rollout
from makar.learners.likelihood import PretrainConfig, Pretraining, PretrainReport
from makar.runs import checkpoint
from makar.runs.errors import CheckpointError, RunLockedError
from makar.runs.lock import RunLock

_log = logging.getLogger(__name__)
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
    fresh = copy.deepcopy(policy.state_dict())

    def begun() -> Pretraining:
        policy.load_state_dict(fresh)
        return Pretraining(policy, examples, heldout, config, seed=seed)  # pyright: ignore[reportArgumentType] - a module that evaluates

    readable, writable = _usable(folder)
    lock = (yield from _locked(folder)) if writable else None
    training = begun()
    try:
        try:
            if readable:
                checkpoint.load_newest(folder, use=partial(_restore, training))
        except CheckpointError:  # nothing there, or nothing whole: begin
            training = begun()
        if training.finished:
            policy.load_state_dict(training.best_weights)
            return training.best
        yield from _learn(training, folder if lock else None, save_every)
    finally:
        if lock:
            lock.release()
    return training.best


def _usable(folder: Path) -> tuple[bool, bool]:
    """Whether the folder can be read, and written to: a cache that cannot is done without."""
    try:
        with suppress(OSError):  # that it could not be made shows in what comes next
            folder.mkdir(parents=True, exist_ok=True)
        for place in (folder.parent, folder):
            require_folder(place)
    except OSError as fault:
        _log.warning("what is learned is not cached: %s (%s)", fault.filename, fault.strerror)
        return False, False
    if not os.access(folder, os.W_OK):
        _log.warning("what is learned is not cached: %s cannot be written to", folder)
        return True, False
    return True, True


def _locked(folder: Path) -> Generator[None, None, RunLock | None]:
    """Wait until nobody else learns the same; None where the lock's name is something else's."""
    while True:
        try:
            return RunLock(folder / "lock")
        except NotPlainError as fault:
            _log.warning("what is learned is not cached: %s (%s)", fault.filename, fault.strerror)
            return None
        except RunLockedError:
            yield None
            time.sleep(WAIT_SECONDS)


def _learn(training: Pretraining, folder: Path | None, save_every: int) -> Iterator[PretrainReport]:
    def save(done: int) -> None:
        if folder is not None:
            checkpoint.save(folder, done, _state(training), keep=1)

    try:
        for report in training.run():
            yield report
            if (report.update + 1) % save_every == 0 and not training.finished:
                save(report.update + 1)
    finally:  # also when whoever iterates stops
        save(training.learner.updates)


def _state(training: Pretraining) -> dict[str, Any]:
    """Everything, and the source of dropout's randomness: going on is then exact."""
    return training.state_dict() | {"random": torch.get_rng_state()}


def _restore(training: Pretraining, state: dict[str, Any]) -> None:
    training.load_state_dict(state)
    weights = training.model.state_dict()
    best = training.best_weights
    if best.keys() != weights.keys() or any(best[n].shape != weights[n].shape for n in best):
        raise ValueError("its best weights are those of another model")
    if not training.finished:
        torch.set_rng_state(state["random"])
