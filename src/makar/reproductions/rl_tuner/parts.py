"""One model with one seed: taught, sampled from, and kept so that it is not done twice."""

from __future__ import annotations

import io
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from jaxtyping import Float, Int
from pydantic import BaseModel, ConfigDict, PositiveInt
from safetensors.torch import load, save

from makar.core.disk.arrays import read_npz
from makar.core.seeds import Seeds
from makar.core.types import Generator, Prompt
from makar.domains.music.melody.grid import MelodyGrid, MelodyGrids
from makar.learners.q_learning import TrainableQ
from makar.models.token_policy import TokenPolicy
from makar.reproductions.rl_tuner import note_rnn
from makar.reproductions.rl_tuner.models import BATCH, Model, recipe, training
from makar.runs import atomic

TABLE = 1_000_000
"""The table's works are drawn as those of an iteration that no training reaches."""


class Settings(BaseModel):
    """What the table is made with."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    seeds: tuple[int, ...] = (1, 2, 3)
    works: PositiveInt = 10_000
    training: PositiveInt = 31_250
    pretraining: PositiveInt = note_rnn.PRETRAINING.updates
    width: PositiveInt = note_rnn.WIDTH


@dataclass(frozen=True)
class Outcome:
    """What one model with one seed came to.

    Attributes:
        tokens: ``(n, 32)`` int8, its compositions.
        logp: ``(n,)`` log-probability under the seed's Note RNN, nats per step.
        minutes: Processor time of learning and of sampling: on an idle core, the time it takes.
        decisions: Steps that it learned from by itself.
    """

    tokens: Int[np.ndarray, "n T"]
    logp: Float[np.ndarray, " n"]
    minutes: float
    decisions: int


def path_of(folder: Path, model: Model, seed: int) -> Path:
    """Where a part is kept."""
    return folder / "parts" / f"{model}-seed{seed}.npz"


def read(path: Path) -> Outcome:
    """A part that was kept."""
    kept = read_npz(path)
    return Outcome(kept["tokens"], kept["logp"], float(kept["minutes"]), int(kept["decisions"]))


def make(folder: Path, model: Model, seed: int, settings: Settings) -> None:
    """Make a part and keep it; the Note RNN of the seed must be there for the others."""
    torch.set_num_threads(1)
    began = time.process_time()
    prior = _note_rnn(folder, seed, settings)
    generator: Generator[MelodyGrid] = prior
    decisions = 0
    if model != "note-rnn":
        learning = training(
            prior, recipe(model, works=settings.training), works=settings.training, seed=seed
        )
        decisions = sum(report.rollout.mask.numel() for report in learning.reports)
        generator = learning.generator
    works = sampled(generator, settings.works, seed=seed)
    minutes = (time.process_time() - began) / 60
    logp = likelihood(prior, works)
    columns = {"tokens": works.tokens, "logp": logp, "minutes": minutes, "decisions": decisions}
    atomic.write_bytes(path_of(folder, model, seed), packed(columns))


def packed(columns: dict[str, Any]) -> bytes:
    """Arrays as the bytes of an ``.npz`` file."""
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **columns)
    return buffer.getvalue()


def sampled(generator: Generator[MelodyGrid], works: int, *, seed: int) -> MelodyGrids:
    """Plain samples: temperature 1, nothing explored, masked, forced or rejected."""
    if isinstance(generator, TrainableQ):
        generator.epsilon = 0.0  # it explored while it learned
    rollout = generator.sample([Prompt()] * works, seeds=Seeds(seed, TABLE))
    return note_rnn.compositions(rollout.actions.numpy())


@torch.no_grad()
def likelihood(prior: TokenPolicy[MelodyGrid], works: MelodyGrids) -> Float[np.ndarray, " n"]:
    """Log-probability of each work under a Note RNN, nats per step."""
    found = [
        prior.evaluate(prior.demonstrate(works.take(range(i, min(i + BATCH, len(works)))))).logp
        for i in range(0, len(works), BATCH)
    ]
    return torch.cat(found).mean(1).numpy()


def _note_rnn(folder: Path, seed: int, settings: Settings) -> TokenPolicy[MelodyGrid]:
    """The seed's Note RNN: taught once, then read."""
    weights = folder / "parts" / f"note-rnn-seed{seed}.safetensors"
    if weights.is_file():
        policy = note_rnn.untaught(seed=seed, width=settings.width)
        policy.load_state_dict(load(weights.read_bytes()))
        return policy
    policy, _ = note_rnn.taught(
        note_rnn.human("train"),
        note_rnn.human("valid"),
        seed=seed,
        config=note_rnn.PRETRAINING.model_copy(update={"updates": settings.pretraining}),
        width=settings.width,
    )
    weights.parent.mkdir(parents=True, exist_ok=True)
    atomic.write_bytes(weights, save({k: v.contiguous() for k, v in policy.state_dict().items()}))
    return policy
