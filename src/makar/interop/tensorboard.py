"""A run's numbers in TensorBoard, as they come; through it in whatever reads its files.

``pip install 'makar[tensorboard]'`` brings what is needed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol

from makar.core.errors import ConfigError


class Writes(Protocol):
    """What is needed of a ``SummaryWriter``."""

    def add_scalar(self, tag: str, scalar_value: float, global_step: int) -> Any:
        """Add one number."""
        ...


def check_installed() -> None:
    """Say what is missing before anything is begun.

    Raises:
        ConfigError: TensorBoard is not installed.
    """
    if find_spec("tensorboard") is None:
        raise ConfigError("--tensorboard needs TensorBoard: pip install 'makar[tensorboard]'")


@contextmanager
def summary_writer(folder: Path) -> Iterator[Writes]:
    """Files that ``tensorboard --logdir`` reads, in the folder."""
    from torch.utils.tensorboard import SummaryWriter

    writer = SummaryWriter(str(folder))
    try:
        yield writer
    finally:
        writer.close()


def log(writer: Writes, step: int, numbers: Iterable[tuple[str, float]]) -> None:
    """Log the numbers of one step, ``parts.close`` under ``parts/close``: so they are grouped."""
    for name, value in numbers:
        writer.add_scalar(name.replace(".", "/"), float(value), step)
