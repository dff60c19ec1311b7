"""What a reward may change in its process while it judges: put back afterwards, and named.

To be put back is what makar and other rewards depend on. Random numbers begin at the same seeds in
each call, so that a reward which draws some says the same of the same works.
"""

from __future__ import annotations

import gc
import os
import random
import signal
import sys
import threading
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import FrameType
from typing import Any

import numpy as np
import torch

_HANDLED = tuple(s for s in signal.Signals if s not in (signal.SIGKILL, signal.SIGSTOP))


@dataclass(frozen=True)
class Kept:
    """One thing that is put back.

    Attributes:
        name: What it is, as it is told.
        get: What it is now; equal where it is the same.
        put: Brings it back.
        given: What it is while a reward judges; as it was where None.
    """

    name: str
    get: Callable[[], Any]
    put: Callable[[Any], object]
    given: Any = None


def _folder() -> str | None:
    try:
        return os.getcwd()  # noqa: PTH109 - only to be put back
    except FileNotFoundError:
        return None


def _go_back(folder: str | None) -> None:
    if folder is not None:
        os.chdir(folder)


def _put_environment(before: Mapping[str, str]) -> None:
    for name in os.environ.keys() - before.keys():
        del os.environ[name]
    os.environ.update({n: v for n, v in before.items() if os.environ.get(n) != v})


def _numpy_seed() -> tuple[Any, ...]:
    kind, keys, *rest = np.random.get_state(legacy=True)  # noqa: NPY002 - others draw from it
    return kind, np.asarray(keys).tobytes(), *rest


def _put_numpy_seed(state: tuple[Any, ...]) -> None:
    kind, keys, *rest = state
    np.random.set_state((kind, np.frombuffer(keys, np.uint32), *rest))  # noqa: NPY002 - as above


def _torch_seed() -> bytes:
    return torch.get_rng_state().numpy().tobytes()


def _put_torch_seed(state: bytes) -> None:
    torch.set_rng_state(torch.frombuffer(bytearray(state), dtype=torch.uint8))


def _first_numpy_seed() -> tuple[Any, ...]:
    kind, keys, *rest = np.random.RandomState(0).get_state(legacy=True)
    return kind, np.asarray(keys).tobytes(), *rest


def _handlers() -> dict[signal.Signals, Any]:
    return {number: signal.getsignal(number) for number in _HANDLED}


def _put_handlers(before: Mapping[signal.Signals, Any]) -> None:
    if threading.current_thread() is not threading.main_thread():
        return
    for number, handler in before.items():
        if handler is not None and signal.getsignal(number) != handler:
            signal.signal(number, handler)


def _switch_gc(on: bool) -> None:
    (gc.enable if on else gc.disable)()


def _put_filters(before: tuple[Any, ...]) -> None:
    warnings.filters[:] = before  # pyright: ignore[reportIndexIssue, reportArgumentType] - a list


def _put_path(before: list[str]) -> None:
    sys.path[:] = before


KEPT = (
    Kept("the working directory", _folder, _go_back),
    Kept("the environment", lambda: dict(os.environ), _put_environment),
    Kept("torch's gradients", torch.is_grad_enabled, torch.set_grad_enabled),
    Kept("torch's default type", torch.get_default_dtype, torch.set_default_dtype),
    Kept("torch's default device", torch.get_default_device, torch.set_default_device),
    Kept("torch's threads", torch.get_num_threads, torch.set_num_threads),
    Kept("NumPy's handling of errors", np.geterr, lambda before: np.seterr(**before)),
    Kept("the seed of random", random.getstate, random.setstate, random.Random(0).getstate()),
    Kept("the seed of numpy.random", _numpy_seed, _put_numpy_seed, _first_numpy_seed()),
    Kept(
        "the seed of torch", _torch_seed, _put_torch_seed,
        torch.Generator().manual_seed(0).get_state().numpy().tobytes(),
    ),
    Kept("the recursion limit", sys.getrecursionlimit, sys.setrecursionlimit),
    Kept("the collection of garbage", gc.isenabled, _switch_gc),
    Kept("what warnings are shown", lambda: tuple(warnings.filters), _put_filters),
    Kept("where modules are found", lambda: list(sys.path), _put_path),
)  # fmt: skip
"""All that is put back, but for standard output and the handlers of signals."""


@dataclass
class Around:
    """A call in its surroundings.

    Attributes:
        changed: What it had changed, known when they are put back.
        interrupted: True where somebody interrupted the program meanwhile.
    """

    changed: list[str] = field(default_factory=list[str])
    interrupted: bool = False


@contextmanager
def kept(around: Around) -> Iterator[None]:
    """Put back afterwards whatever is changed within, and note in ``around`` what it was.

    What is printed to standard output within goes to standard error: programs read the output.
    """
    before = [one.get() for one in KEPT]
    handlers, out = _handlers(), (sys.stdout, sys.stderr)
    given = _with_interrupts_noted(handlers, around)
    sys.stdout = sys.stderr
    for one in KEPT:
        if one.given is not None:
            one.put(one.given)
    try:
        yield
    finally:
        for one, was in zip(KEPT, before, strict=True):
            _put_back(one, was, around)
        if _handlers() != given:
            around.changed.append("the handlers of signals")
        _put_handlers(handlers)
        if (sys.stdout, sys.stderr) != (out[1], out[1]):
            around.changed.append("where it prints to")
        sys.stdout, sys.stderr = out


def _put_back(one: Kept, was: Any, around: Around) -> None:
    now = one.get()
    if now != (was if one.given is None else one.given):
        around.changed.append(one.name)
    if now != was:
        try:
            one.put(was)
        except OSError:  # as of a folder that it has deleted
            around.changed.append(f"{one.name} for good")


def _with_interrupts_noted(
    handlers: Mapping[signal.Signals, Any], around: Around
) -> dict[signal.Signals, Any]:
    """The handlers during the call: an interruption by the user is told from a reward's own."""
    before = handlers[signal.SIGINT]
    if not callable(before) or threading.current_thread() is not threading.main_thread():
        return dict(handlers)

    def noted(number: int, frame: FrameType | None) -> None:
        around.interrupted = True
        before(number, frame)

    signal.signal(signal.SIGINT, noted)
    return {**handlers, signal.SIGINT: noted}
