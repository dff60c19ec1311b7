"""Works of words, in a module of their own: other processes read them, too. Not a test file."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Words:
    """The smallest works there are: each a tuple of tokens."""

    items: tuple[tuple[int, ...], ...]

    def __len__(self) -> int:
        return len(self.items)

    def __getitem__(self, index: Any) -> Any:
        return self.items[index]

    def take(self, indices: Iterable[int]) -> Words:
        return Words(tuple(self.items[i] for i in indices))


@dataclass(frozen=True, eq=False)
class Columns:
    """The same in one array, as makar's own works are: ``(B, T)`` tokens."""

    tokens: np.ndarray

    @classmethod
    def of(cls, items: Iterable[tuple[int, ...]]) -> Columns:
        return cls(np.array([*items], np.int64))

    def __len__(self) -> int:
        return len(self.tokens)

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return [tuple(row) for row in self.tokens[index].tolist()]
        return tuple(self.tokens[index].tolist())

    def take(self, indices: Iterable[int]) -> Columns:
        return Columns(self.tokens[np.fromiter(indices, np.int64)])
