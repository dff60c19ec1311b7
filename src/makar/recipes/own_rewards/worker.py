"""A file of rewards in a process of its own: hung, it is ended; whatever it does, the run goes on.

The process is started once a run, and again after it had to be ended. It is never forked from a
process that has used torch. Works go there through memory that both share; numbers come back so.
"""

from __future__ import annotations

import atexit
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from makar.core.errors import CustomRewardError
from makar.core.scoring import AnswerFault, RewardFault, RewardLost, Statistic
from makar.core.types import Prompt
from makar.recipes.own_rewards.code import Code
from makar.recipes.own_rewards.parcel import Parcel, pack
from makar.recipes.own_rewards.serving import ANSWER, MOST_BYTES

START_SECONDS = 120.0
"""To start, and to import what makar needs there."""
IMPORT_SECONDS = 60.0
"""To import a file of rewards."""
GRACE = 1.0
"""Seconds beyond a limit after which what has not ended by itself is ended."""
SLICE = 0.25
"""Seconds between two looks at whether the process still lives."""
MOST = 12
"""Such processes at a time, more than a run has files; the one that was started first ends."""
_PROGRAM = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "
    "from makar.recipes.own_rewards.serving import serve; serve(*map(int, sys.argv[2:]))"
)
_TYPES = {"values": np.float64, "credit": np.float64, "units": np.int64}


class Worker:
    """One file of rewards, and the process that it runs in, if that is needed now."""

    def __init__(self, code: Code) -> None:
        """Nothing is started yet."""
        self.code = code
        self._process: _Process | None = None
        self._lock = threading.RLock()

    def look(self, name: str) -> tuple[float, float] | None:
        """The range that a function of the file states, if it states one.

        Raises:
            CustomRewardError: the file cannot be imported, or has no such function.
        """
        try:
            with self._lock:
                span = self._done({"do": "look", "name": name}, START_SECONDS)["range"]
        except RewardFault as fault:
            raise CustomRewardError(f"{self.code.path} {fault}") from None
        return None if span is None else (span[0], span[1])

    def score(
        self,
        name: str,
        works: Any,
        prompts: Sequence[Prompt],
        *,
        span: tuple[float, float],
        seconds: float | None,
    ) -> Statistic:
        """What the file's function says of these works.

        Raises:
            RewardFault: it said nothing that can be used.
            RewardLost: its process had to be ended, or ended; the next call starts another.
        """
        parcel = pack(works, prompts)
        order = {
            "do": "score", "name": name, "span": span, "seconds": seconds,
            "threads": torch.get_num_threads(),
        }  # fmt: skip
        with self._lock:
            answer = self._done(order, seconds, parcel)
            assert self._process is not None
            found = self._process.arrays(answer["arrays"], len(works))
        return Statistic(**found, faults=answer["faults"])

    def end(self) -> None:
        """End the process, if there is one."""
        with self._lock:
            if self._process is not None:
                self._process.end()
                self._process = None

    def _done(
        self, order: Mapping[str, Any], seconds: float | None, parcel: Parcel | None = None
    ) -> dict[str, Any]:
        """The answer to one order, from a process that is started if there is none."""
        try:
            if self._process is None:
                _make_room(self)
                self._process = _Process()
                self._load(self._process)
            return self._process.ask(order, seconds, parcel)
        except RewardFault as fault:
            if isinstance(fault, RewardLost):
                self.end()
            raise
        except BaseException:
            self.end()  # what it would answer later belongs to no question
            raise

    def _load(self, process: _Process) -> None:
        process.hear(START_SECONDS)
        process.write(self.code.source)
        order = {"do": "load", "path": str(self.code.path), "bytes": len(self.code.source),
                 "seconds": IMPORT_SECONDS}  # fmt: skip
        try:
            process.ask(order, IMPORT_SECONDS)
        except RewardLost:
            raise
        except RewardFault as fault:
            raise RewardLost(f"cannot be imported: {fault}") from None


class _Process:
    """The process itself, and what leads there and back."""

    def __init__(self) -> None:
        """Start it."""
        self.link, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.given, self.answers = (os.memfd_create(n) for n in ("makar works", "makar numbers"))
        ends = (other.fileno(), self.given, self.answers)
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-c", _PROGRAM, json.dumps(sys.path),
             str(os.getpid()), *map(str, ends)],
            stdin=subprocess.DEVNULL, stdout=2, pass_fds=ends, start_new_session=True,
        )  # fmt: skip
        other.close()

    def ask(
        self, order: Mapping[str, Any], seconds: float | None, parcel: Parcel | None = None
    ) -> dict[str, Any]:
        """The answer to an order.

        Raises:
            RewardFault: the answer is a fault.
            RewardLost: there is none.
        """
        more: dict[str, Any] = {}
        if parcel is not None:
            layout = [(0, len(parcel.head)), *parcel.layout]
            for (at, _), content in zip(layout, (parcel.head, *parcel.arrays), strict=True):
                self.write(content, at)
            told, end = json.dumps(layout).encode(), sum(layout[-1])
            self.write(told, end)
            more["layout"] = (end, len(told))
        self.link.settimeout(GRACE)
        try:
            self.link.send(json.dumps({**order, **more}).encode())
        except OSError:
            raise RewardLost(self._end_told()) from None
        answer = self.hear(seconds)
        if "fault" in answer:
            kind = str(answer.get("kind", ""))
            raise (
                AnswerFault(answer["fault"])
                if kind == ANSWER
                else RewardFault(answer["fault"], kind=kind)
            )
        return answer

    def hear(self, seconds: float | None) -> dict[str, Any]:
        """The next message, within the time."""
        until = None if seconds is None else time.monotonic() + seconds + GRACE
        self.link.settimeout(SLICE)
        while True:
            try:
                message = self.link.recv(MOST_BYTES)
                found = json.loads(message) if message else None
            except TimeoutError:
                if self.process.poll() is not None:
                    raise RewardLost(self._end_told()) from None
                if until is not None and time.monotonic() > until:
                    raise RewardLost(
                        f"RewardTimeout: did not end within {seconds:g} s, and was ended with its "
                        "process"
                    ) from None
                continue
            except (OSError, ValueError):
                found = None
            if not isinstance(found, dict):
                raise RewardLost(self._end_told())
            return found

    def write(self, content: bytes | memoryview, at: int = 0) -> None:
        """Lay down bytes where the process finds them."""
        view = memoryview(content)
        while len(view):
            written = os.pwrite(self.given, view, at)
            view, at = view[written:], at + written

    def arrays(self, shapes: Mapping[str, Any], count: int) -> dict[str, np.ndarray]:
        """The numbers that it laid down."""
        found: dict[str, np.ndarray] = {}
        for name, (at, shape) in shapes.items():
            kind = np.dtype(_TYPES[name])
            size = int(np.prod(shape)) * kind.itemsize
            content = os.pread(self.answers, size, at)
            if shape[0] != count or len(content) != size:
                raise RewardFault("its numbers did not arrive whole")
            found[name] = np.frombuffer(content, kind).reshape(shape).copy()
        return found

    def _end_told(self) -> str:
        """How the process ended, in words."""
        try:
            status = self.process.wait(GRACE)
        except subprocess.TimeoutExpired:
            return "its process does not answer any more, and was ended"
        if status >= 0:
            return f"its process ended with status {status}: a reward does not end the program"
        kind = signal.Signals(-status).name
        short = "; is there enough memory?" if kind == "SIGKILL" else ""
        return f"its process was ended by {kind}{short}"

    def end(self) -> None:
        """End it and whatever it has started, and wait until it is gone."""
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            self.process.kill()
        self.process.wait()
        self.link.close()
        os.close(self.given)
        os.close(self.answers)


_workers: dict[tuple[Path, str], Worker] = {}
"""By file and content, the one that worked last at the end."""


def worker_for(code: Code) -> Worker:
    """The worker of a file, as long as its content is the same."""
    key = (code.path, code.fingerprint)
    for old in [one for one in _workers if one[0] == code.path and one != key]:
        _workers.pop(old).end()
    return _workers.setdefault(key, Worker(code))


def end_workers() -> None:
    """End all processes of rewards; one that is needed again is started again."""
    for worker in _workers.values():
        worker.end()


def _make_room(newest: Worker) -> None:
    """End processes that are one too many, the one that was started first before others."""
    key = (newest.code.path, newest.code.fingerprint)
    _workers[key] = _workers.pop(key, newest)
    busy = [one for one in _workers.values() if one is not newest and one._process is not None]
    for worker in busy[: max(0, len(busy) - MOST + 1)]:
        worker.end()


atexit.register(end_workers)
