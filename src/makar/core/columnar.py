"""Batches whose works are made only when somebody looks at one."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from typing import Generic, TypeVar, overload

W_co = TypeVar("W_co", covariant=True)


class Columnar(Generic[W_co]):
    """Works in columns, read like a sequence; see ``core.types.Works``."""

    @abstractmethod
    def __len__(self) -> int: ...

    @abstractmethod
    def work(self, index: int) -> W_co:
        """The work at ``index``."""

    def __iter__(self) -> Iterator[W_co]:
        return (self.work(i) for i in range(len(self)))

    @overload
    def __getitem__(self, index: int, /) -> W_co: ...
    @overload
    def __getitem__(self, index: slice, /) -> Sequence[W_co]: ...
    def __getitem__(self, index: int | slice, /) -> W_co | Sequence[W_co]:
        if isinstance(index, slice):
            return [self.work(i) for i in range(*index.indices(len(self)))]
        return self.work(index)
