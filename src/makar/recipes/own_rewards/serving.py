"""The process that a file of rewards runs in: it does what ``worker`` asks, one thing at a time.

Started afresh, not forked: it has nothing of the run but what is sent. It ends with the program
that started it, however that ends.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import socket
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import torch

from makar.core.scoring import AnswerFault, RewardFault, RewardTimeout, Statistic, line, time_limit
from makar.recipes.own_rewards.call import Asked
from makar.recipes.own_rewards.module import function_fault, module_of, stated_range
from makar.recipes.own_rewards.parcel import unpack

MOST_BYTES = 65_536
"""Of a message."""
ANSWER = "an answer"
"""Kind of a fault that lies in what was answered."""
_DIE_WITH_PARENT = 1
"""``PR_SET_PDEATHSIG`` of ``prctl``."""


def serve(parent: int, link: int, given: int, answers: int) -> None:
    """Answer until nobody asks any more.

    Args:
        parent: Process that asks.
        link: Socket for messages.
        given: File that works and code are written into.
        answers: File to write numbers into.
    """
    _settle(parent)
    with socket.socket(fileno=link) as messages:
        desk = Desk(given, answers)
        messages.send(b"{}")
        while order := messages.recv(MOST_BYTES):
            messages.send(json.dumps(desk.done(json.loads(order))).encode())
    os._exit(0)  # whatever threads a reward may have left


def _settle(parent: int) -> None:
    """Print to standard error, read nothing, end with the parent, and be the first to run out."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGKILL)
        with suppress(OSError):  # else the system chooses who ends where memory is short
            Path("/proc/self/oom_score_adj").write_text("1000")
    if os.getppid() != parent:
        os._exit(0)
    os.dup2(2, 1)
    sys.stdout = sys.stderr


class Desk:
    """A file of rewards, loaded, and what is asked of it."""

    def __init__(self, given: int, answers: int) -> None:
        """Read from one open file, write into the other."""
        self.given, self.answers = given, answers
        self.module: ModuleType | None = None
        self.asked: dict[tuple[str, tuple[float, float]], Asked] = {}

    def done(self, order: Mapping[str, Any]) -> dict[str, Any]:
        """Carry out one order; a fault is an answer, too."""
        try:
            return {"load": self._load, "look": self._look, "score": self._score}[order["do"]](
                order
            )
        except RewardTimeout as fault:
            return {"fault": f"RewardTimeout: {fault}", "kind": "RewardTimeout"}
        except AnswerFault as fault:
            return {"fault": str(fault), "kind": ANSWER}
        except RewardFault as fault:
            return {"fault": str(fault), "kind": fault.kind}

    def _load(self, order: Mapping[str, Any]) -> dict[str, Any]:
        """Run the file; it may end the program as little as a reward may."""
        path, source = Path(order["path"]), os.pread(self.given, order["bytes"], 0)
        try:
            with time_limit(order["seconds"]):
                self.module = module_of(path, source)
        except RewardTimeout:
            raise RewardFault(
                f"it did not end within {order['seconds']:g} s of being imported"
            ) from None
        except BaseException as error:
            raise RewardFault(line(f"{type(error).__name__}: {error}")) from None
        return {}

    def _look(self, order: Mapping[str, Any]) -> dict[str, Any]:
        function = getattr(self.module, order["name"], None)
        if fault := function_fault(function, order["name"]):
            raise RewardFault(fault)
        try:
            return {"range": stated_range(function)}
        except ValueError as fault:
            raise RewardFault(f"has {order['name']}.range: {fault}") from None

    def _score(self, order: Mapping[str, Any]) -> dict[str, Any]:
        at, size = order["layout"]
        layout = json.loads(os.pread(self.given, size, at))
        head, *arrays = (os.pread(self.given, size, at) for at, size in layout)
        try:
            works, prompts = unpack(head, arrays)
        except Exception as error:
            raise RewardFault(
                f"these works cannot be read outside their program ({type(error).__name__}: "
                f"{error}): give the reward as a function, makar.train(rewards=...)"
            ) from None
        low, high = order["span"]
        span = (low, high)
        asked = self.asked.setdefault(
            (order["name"], span), Asked(getattr(self.module, order["name"]), span)
        )
        torch.set_num_threads(order["threads"])
        return self._written(asked(works, prompts, seconds=order["seconds"]))

    def _written(self, found: Statistic) -> dict[str, Any]:
        """Write the numbers; return where, and what went wrong."""
        shapes: dict[str, Any] = {}
        at = 0
        for name, array in (
            ("values", found.values), ("credit", found.credit), ("units", found.units)
        ):  # fmt: skip
            if array is not None:
                content = np.ascontiguousarray(array).tobytes()
                os.pwrite(self.answers, content, at)
                shapes[name] = (at, array.shape)
                at += len(content)
        return {"arrays": shapes, "faults": dict(found.faults or {})}
