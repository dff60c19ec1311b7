"""What this machine offers to makar."""

from __future__ import annotations

import os
import platform
import shutil
from importlib.metadata import PackageNotFoundError, version
from typing import Any

_PACKAGES = ("makar", "torch", "numpy", "numba", "transformers")


def describe() -> dict[str, Any]:
    """Versions, optional programs, the cache and the devices, as JSON values."""
    import torch

    from makar.recipes import registry
    from makar.recipes.pretrained import cache_root

    cache = cache_root()
    size = sum(path.stat().st_size for path in cache.rglob("*") if path.is_file())
    domains = registry.domains().values()
    packages = [*_PACKAGES, *(name for domain in domains for name in domain.packages)]
    facts: dict[str, Any] = {}
    for domain in domains:
        facts |= registry.at(domain.facts)() if domain.facts else {}
    return {
        "python": platform.python_version(),
        "platform": platform.platform(),
        "packages": {name: _version(name) for name in packages},
        "programs": {name: shutil.which(name) for domain in domains for name in domain.programs},
        **facts,
        "cache": str(cache),
        "cache_megabytes": round(size / 1e6, 1),
        "devices": ["cpu", *(f"cuda:{i}" for i in range(torch.cuda.device_count()))],
        "processors": os.cpu_count(),
        "torch_threads": torch.get_num_threads(),
    }


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
