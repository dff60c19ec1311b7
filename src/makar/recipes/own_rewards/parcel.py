"""Works and prompts as a reward is shown them: the same to look at, read-only, and not the same.

What is kept and learned from is never handed out. A reward sees a copy whose arrays cannot be
written; if it finds a way to write all the same, it writes into its copy.
"""

from __future__ import annotations

import copy
import pickle
from collections.abc import Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from makar.core.fingerprint import fingerprint
from makar.core.scoring import RewardFault
from makar.core.types import Prompt

ALIGNED = 64
"""Bytes to whose multiples arrays are laid down."""


@dataclass(frozen=True)
class Parcel:
    """Works and prompts, packed.

    Attributes:
        head: All but the arrays.
        arrays: The bytes of each array.
    """

    head: bytes
    arrays: Sequence[bytes | memoryview]

    @property
    def layout(self) -> list[tuple[int, int]]:
        """Where each array lies, and how long it is, when they are laid down behind the head."""
        found: list[tuple[int, int]] = []
        at = len(self.head)
        for array in self.arrays:
            at += -at % ALIGNED
            found.append((at, len(array)))
            at += len(array)
        return found


def pack(works: Any, prompts: Sequence[Prompt]) -> Parcel:
    """Pack works and what was asked of them; the arrays still lie where they lay.

    Raises:
        RewardFault: the works are of a kind that cannot be copied.
    """
    arrays: list[pickle.PickleBuffer] = []
    try:
        head = pickle.dumps((works, tuple(prompts)), 5, buffer_callback=arrays.append)
    except Exception as fault:
        raise RewardFault(
            f"works of type {type(works).__name__} cannot be copied for a reward: {fault}"
        ) from None
    return Parcel(head, [one.raw() for one in arrays])


def unpack(head: bytes, arrays: Sequence[bytes]) -> tuple[Any, tuple[Prompt, ...]]:
    """The works and prompts of a parcel, read-only: ``arrays`` are bytes of their own."""
    works, prompts = pickle.loads(head, buffers=arrays)
    known = {id(one): one for one in prompts}  # often one prompt, as many times as there are works
    shown = {
        key: replace(one, condition=MappingProxyType(dict(one.condition)))
        for key, one in known.items()
    }
    return works, tuple(shown[id(one)] for one in prompts)


def shown(works: Any, prompts: Sequence[Prompt]) -> tuple[Any, tuple[Prompt, ...]]:
    """Works and prompts for a reward in this very process: read-only, in memory of their own."""
    try:
        parcel = pack(works, prompts)
    except RewardFault:  # of a class that only a copy can be made of
        return copy.deepcopy(works), tuple(prompts)
    return unpack(parcel.head, [bytes(one) for one in parcel.arrays])


def checksum(works: Any, prompts: Sequence[Prompt]) -> str:
    """What changes with anything in works or prompts that is part of them."""
    return fingerprint([works, list(prompts)])
