"""makar teaches a generative model what you like: RL for creative generators, on a laptop.

>>> import makar
>>> run = makar.train("tune", iterations=50)  # doctest: +SKIP
>>> run.best(3)[0].save("tune.mid")  # doctest: +SKIP

Stable from version to version, but for what the changelog says with its reason: the names in
``makar.__all__``, the command line, the settings, the files of a run folder, and
``makar.recipes.domain`` for domains of your own. What lies in other modules may be used, and may
move.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from makar.api import STOP, Run, Work, open_run, train

__all__ = ["STOP", "Run", "Work", "open_run", "train"]


def __getattr__(name: str) -> Any:
    """Import the names for Python users when they are asked for: torch takes a second."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib

    return getattr(importlib.import_module("makar.api"), name)


def __dir__() -> list[str]:
    """The public names, for ``dir``, ``help`` and completion."""
    return sorted(__all__)


if "gymnasium" in sys.modules:  # from 1.0 on it asks no entry points: importing must be enough
    from makar.recipes.registry import register_environments as _register

    _register()
