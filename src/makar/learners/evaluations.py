"""Evaluations of rollouts, taken apart and put together by their works."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import torch
from jaxtyping import Int
from torch import Tensor

from makar.core.types import Evaluation


def shards(works: int, size: int | None) -> Iterator[Int[Tensor, " N"]]:
    """The numbers of so many works, ``size`` at a time; all at once without a size."""
    size = size or max(works, 1)
    for first in range(0, works, size):
        yield torch.arange(first, min(first + size, works))


def rows_of(evaluation: Evaluation, rows: Int[Tensor, " N"]) -> Evaluation:
    """The same evaluation of fewer works."""

    def chosen(tensor: Tensor) -> Tensor:
        return tensor[rows]

    return _each(chosen, evaluation)


def joined(parts: Sequence[Evaluation]) -> Evaluation:
    """Evaluations of works one after another as one; all have the same fields."""
    return _each(lambda *tensors: torch.cat(tensors), *parts)


def _each(change: Callable[..., Tensor], *evaluations: Evaluation) -> Evaluation:
    """What ``change`` makes of each field of the evaluations; None stays None."""

    def of(field: Callable[[Evaluation], Tensor | None]) -> Tensor | None:
        tensors = [field(evaluation) for evaluation in evaluations]
        return None if tensors[0] is None else change(*tensors)

    mean, log_std = (of(lambda e, i=i: e.gaussian and e.gaussian[i]) for i in range(2))
    return Evaluation(
        logp=change(*(e.logp for e in evaluations)),
        entropy=change(*(e.entropy for e in evaluations)),
        value=of(lambda e: e.value),
        logits=of(lambda e: e.logits),
        gaussian=None if mean is None or log_std is None else (mean, log_std),
    )
