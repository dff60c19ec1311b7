"""A run's numbers in TensorBoard, as they come; through it in whatever reads its files.

``pip install 'makar[tensorboard]'`` brings what is needed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
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


def log(writer: Writes, step: int, values: Mapping[str, Any], before: str = "") -> None:
    """Log every number of one step under its dotted name, as ``parts/close``."""
    for name, value in values.items():
        if isinstance(value, Mapping):
            log(writer, step, value, f"{before}{name}/")
        elif isinstance(value, int | float) and not isinstance(value, bool):
            writer.add_scalar(f"{before}{name}", float(value), step)
