"""What this machine offers to makar."""

from __future__ import annotations

import os
import platform
import shutil
from importlib.metadata import PackageNotFoundError, version
from typing import Any

_PACKAGES = ("makar", "torch", "numpy", "numba", "music21", "verovio", "soundfile", "transformers")
_PROGRAMS = ("fluidsynth", "mscore3")


def describe() -> dict[str, Any]:
    """Versions, optional programs, the cache and the devices, as JSON values."""
    import torch

    from makar.domains.music.sound.fluidsynth import find_soundfont
    from makar.recipes.pretrained import cache_root

    cache = cache_root()
    size = sum(path.stat().st_size for path in cache.rglob("*") if path.is_file())
    soundfont = find_soundfont()
    return {
        "python": platform.python_version(),
        "platform": platform.platform(),
        "packages": {name: _version(name) for name in _PACKAGES},
        "programs": {name: shutil.which(name) for name in _PROGRAMS},
        "soundfont": str(soundfont) if soundfont else None,
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
