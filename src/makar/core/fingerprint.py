"""A short name for what a value holds: equal for equal contents, of whatever size and kind."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import fields, is_dataclass
from typing import Any, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

Update = Callable[[bytes], object]


def fingerprint(value: object) -> str:
    """SHA-256 of the content: arrays by every number, records by their fields.

    Kind, shape and type of number count too: 1, 1.0 and ``np.array(1)`` are told apart; a list
    and a tuple are not. A record's fields that do not count in comparisons do not count here.
    What is none of the kinds known here counts by its ``repr``: if that does not say all of it,
    make it a dataclass. One without a ``repr`` of its own is equal to itself only.
    """
    digest = hashlib.sha256()
    _feed(value, digest.update)
    return digest.hexdigest()


def _feed(value: Any, update: Update) -> None:
    """Hand over a value's content, so written that no two contents are written alike."""
    if isinstance(value, Tensor):
        _feed_tensor(value, update)
    elif isinstance(value, np.ndarray):
        _feed_array(cast("NDArray[Any]", value), update)
    elif is_dataclass(value) and not isinstance(value, type):
        compared = [one.name for one in fields(value) if one.compare]
        update(f"record {_kind(value)} {len(compared)} ".encode())
        for name in compared:
            update(f"{name} ".encode())
            _feed(getattr(value, name), update)
    elif isinstance(value, Mapping):
        pairs = cast("Mapping[Any, Any]", value)
        update(f"mapping {len(pairs)} ".encode())
        for key, name in sorted(
            ((key, fingerprint(key)) for key in pairs), key=lambda pair: pair[1]
        ):
            update(f"{name} ".encode())
            _feed(pairs[key], update)
    elif isinstance(value, Set):
        members = sorted(fingerprint(member) for member in cast("Set[Any]", value))
        update(f"set {len(members)} {' '.join(members)} ".encode())
    elif isinstance(value, Sequence) and not isinstance(value, str | bytes | bytearray):
        items = cast("Sequence[Any]", value)
        update(f"sequence {len(items)} ".encode())
        for item in items:
            _feed(item, update)
    else:
        text = repr(value).encode()
        update(f"{_kind(value)} {len(text)} ".encode() + text)


def _feed_array(array: NDArray[Any], update: Update) -> None:
    update(f"array {array.dtype} {array.shape} ".encode())
    if array.dtype.hasobject:
        _feed(array.tolist(), update)
    else:
        update(array.tobytes())  # row by row, however it lies in memory


def _feed_tensor(tensor: Tensor, update: Update) -> None:
    update(f"{tensor.dtype} ".encode())
    if tensor.is_floating_point():  # NumPy does not know all of torch's kinds of number
        tensor = tensor.to(torch.float64)
    _feed_array(tensor.numpy(force=True), update)


def _kind(value: object) -> str:
    return f"{type(value).__module__}.{type(value).__qualname__}"
