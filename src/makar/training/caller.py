"""The process of whoever called is left as it was: threads, seeds, freed memory, no children."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch

from makar.recipes.own_rewards.worker import end_workers
from makar.training.memory import give_back_freed_memory


@contextmanager
def left_as_it_was() -> Iterator[None]:
    """Put back, at the end, what a run sets for itself in the whole process."""
    threads = torch.get_num_threads()
    torch_state, python_state, numpy_state = (
        torch.get_rng_state(), random.getstate(), np.random.get_state()  # noqa: NPY002 - the caller's
    )  # fmt: skip
    try:
        yield
    finally:
        torch.set_num_threads(threads)
        torch.set_rng_state(torch_state)
        random.setstate(python_state)
        np.random.set_state(numpy_state)  # noqa: NPY002 - the caller's own
        end_workers()
        give_back_freed_memory()
