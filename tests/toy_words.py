"""Works of words, in a module of their own: other processes read them, too. Not a test file."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any


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
