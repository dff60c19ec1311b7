"""The functions in a file of rewards: the file run from its bytes, and what is in it looked at."""

from __future__ import annotations

import hashlib
import inspect
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

from makar.recipes.own_rewards.spec import span_fault

RANGE = "range"
"""Attribute by which a function states the range of its numbers: ``swing.range = (0, 10)``."""


def module_of(path: Path, source: bytes) -> ModuleType:
    """Run a file of rewards: these bytes of it, and nothing that may lie beside it.

    Raises:
        Exception: whatever the file raises.
    """
    # named by its place, so that two files of one name do not meet
    name = f"makar_reward_{hashlib.sha256(str(path).encode(errors='replace')).hexdigest()[:12]}"
    module = ModuleType(name)
    module.__file__ = str(path)
    sys.modules[name] = module
    exec(compile(source, str(path), "exec", dont_inherit=True), module.__dict__)
    return module


def function_fault(function: Any, name: str) -> str:
    """Why this cannot be asked as a reward; empty where it can."""
    if not callable(function):
        return f"has no function {name!r}"
    called = function if inspect.isroutine(function) else type(function).__call__
    if inspect.iscoroutinefunction(called) or inspect.isasyncgenfunction(called):
        return f"has {name!r} as an async function: a reward answers at once, make it a plain one"
    if inspect.isgeneratorfunction(called):
        return f"has {name!r} as a generator: return the numbers, one for each work, at once"
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        return ""  # what does not say how it is called is found out by calling it
    try:
        signature.bind((), ())
    except TypeError:
        return f"has {name}{signature}: a reward takes (works, prompts)"
    return ""


def stated_range(function: Any) -> tuple[float, float] | None:
    """The range that a function states; None where it states none.

    Raises:
        ValueError: it is not two numbers, the lower one first.
    """
    span = getattr(function, RANGE, None)
    if span is None:
        return None
    found = tuple(span) if isinstance(span, list | tuple) else span
    if fault := span_fault(found):
        raise ValueError(fault)
    return float(found[0]), float(found[1])
