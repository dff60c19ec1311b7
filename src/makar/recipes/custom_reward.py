"""A user's own reward: a function in a file of theirs, named on the command line."""

from __future__ import annotations

import hashlib
import importlib.util
import sys
from collections.abc import Mapping
from pathlib import Path

from makar.core.errors import CustomRewardError
from makar.core.rewards import Component
from makar.core.scoring import Scorer

PYTHON = "python"
"""Stands for the file where a reward was given as a function, by a Python program."""


def load_reward(spec: str, functions: Mapping[str, Scorer] | None = None) -> Component:
    """``"mine.py:swing=0.5"``: function ``swing`` of ``mine.py`` as a score of weight 0.5.

    The function takes ``(works, prompts)`` and returns one number in [0, 1] per work, NaN
    where it cannot judge. Without ``=weight`` the weight is 1. ``"python:swing=0.5"`` is
    looked up in ``functions``.

    Raises:
        CustomRewardError: the spec, the file or the function is not as it should be.
    """
    where, _, weight = spec.rpartition("=") if "=" in spec else (spec, "", "1")
    path_text, _, name = where.rpartition(":")
    if not path_text or not name:
        raise CustomRewardError(f"reward {spec!r}: write it as FILE.py:FUNCTION=WEIGHT")
    try:
        amount = float(weight)
    except ValueError:
        raise CustomRewardError(f"reward {spec!r}: {weight!r} is not a number") from None
    if not 0 <= amount < float("inf"):
        raise CustomRewardError(f"reward {spec!r}: the weight must be 0 or more")
    if path_text == PYTHON:
        function = (functions or {}).get(name)
        if function is None:
            raise CustomRewardError(
                f"reward {spec!r} is a function of a Python program: go on from that program, "
                f"with makar.train(resume=True, rewards={{{name}: ...}})"
            )
    else:
        function = getattr(_module(Path(path_text).expanduser(), spec), name, None)
    if not callable(function):
        raise CustomRewardError(f"reward {spec!r}: {path_text} has no function {name!r}")
    return Component(name, function, weight=amount, role="score" if amount else "watch")


def anchored(spec: str, folder: Path) -> str:
    """The spec with its file found from ``folder``, so that it means the same from anywhere."""
    path, colon, rest = spec.partition(".py:")
    if not colon or Path(path).expanduser().is_absolute():
        return spec
    return f"{folder / path}{colon}{rest}"


def _module(path: Path, spec: str) -> object:
    if not path.is_file():
        raise CustomRewardError(f"reward {spec!r}: there is no file {path}")
    # named by its place, so that two files of one name do not meet
    name = f"makar_reward_{hashlib.sha256(str(path.resolve()).encode()).hexdigest()[:12]}"
    plan = importlib.util.spec_from_file_location(name, path)
    if plan is None or plan.loader is None:
        raise CustomRewardError(f"reward {spec!r}: {path} is not a Python file (*.py)")
    module = importlib.util.module_from_spec(plan)
    sys.modules[name] = module
    try:
        plan.loader.exec_module(module)
    except Exception as error:
        raise CustomRewardError(f"reward {spec!r}: {type(error).__name__}: {error}") from error
    return module
