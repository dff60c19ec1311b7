"""Where a run's networks lie: on the CPU, or on a graphics card that is really there."""

from __future__ import annotations

import torch

from makar.core.devices import CPU
from makar.core.errors import ConfigError


def checked_device(name: str) -> torch.device:
    """The device of that name (``cpu``, ``cuda``, ``cuda:1``), before anybody waits for it.

    Raises:
        ConfigError: this machine, or this PyTorch, has no such device.
    """
    device = torch.device(name)
    if device.type != "cuda":
        return device
    remedy = "or leave the device at cpu, on which small models are quick"
    if not torch.backends.cuda.is_built():
        raise ConfigError(
            f"device: {name!r} cannot be used, this PyTorch ({torch.__version__}) is built "
            f"without CUDA; install one that has it (https://pytorch.org/get-started), {remedy}"
        )
    count = torch.cuda.device_count()
    if (device.index or 0) >= count:
        found = ", ".join(f"cuda:{i}" for i in range(count)) or "no graphics card at all"
        raise ConfigError(
            f"device: {name!r} is not there, PyTorch finds {found}; check with nvidia-smi that "
            f"the card and its driver are well, {remedy}"
        )
    return device


def device_or_cpu(name: str) -> torch.device:
    """The device where it is there, else the CPU: a trained run opens on every machine."""
    try:
        return checked_device(name)
    except ConfigError:
        return CPU
