"""A short name for what a value holds: equal for equal contents, of whatever size and kind."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from typing import Any, cast

import numpy as np
from torch import Tensor


def fingerprint(value: object) -> str:
    """SHA-256 of the content: arrays by every number, records by their fields.

    What is none of the kinds known here counts by its ``repr``, which must then say all of it.
    """
    digest = hashlib.sha256()
    _feed(value, digest.update)
    return digest.hexdigest()


def _feed(value: Any, update: Any) -> None:
    if isinstance(value, Tensor):
        value = value.detach().cpu().numpy()
    if isinstance(value, np.ndarray):
        array = np.ascontiguousarray(cast("np.ndarray[Any, Any]", value))
        update(f"array {array.dtype.str} {array.shape} ".encode())
        update(repr(array.tolist()).encode() if array.dtype.hasobject else array.tobytes())
    elif is_dataclass(value) and not isinstance(value, type):
        update(f"record {type(value).__qualname__} ".encode())
        for one in fields(value):
            if one.compare:
                update(f"{one.name} ".encode())
                _feed(getattr(value, one.name), update)
    elif isinstance(value, Mapping):
        pairs = cast("Mapping[Any, Any]", value)
        update(f"mapping {len(pairs)} ".encode())
        for key in sorted(pairs, key=repr):
            update(f"{key!r} ".encode())
            _feed(pairs[key], update)
    elif isinstance(value, Sequence) and not isinstance(value, str | bytes):
        items = cast("Sequence[Any]", value)
        update(f"sequence {len(items)} ".encode())
        for item in items:
            _feed(item, update)
    else:
        update(f"{type(value).__qualname__} {value!r} ".encode())
