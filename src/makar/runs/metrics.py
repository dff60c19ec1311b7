"""The metrics log: one line of strict JSON per iteration, appended at once."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Callable, Iterator, Mapping
from itertools import count
from pathlib import Path
from typing import Any, Protocol, cast, runtime_checkable

from makar.core.disk.parsing import parse_json
from makar.core.disk.plain import MEGABYTE, open_plain, open_to_write
from makar.runs.atomic import write_all, write_bytes
from makar.runs.errors import LedgerError, naming_full_disk


@runtime_checkable
class SupportsItem(Protocol):
    """A scalar of an array library."""

    def item(self) -> Any:
        """The plain number."""
        ...


LONGEST = 4 * MEGABYTE
"""Bytes of a line at most; one has a few thousand."""
_NON_FINITE = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}


class MetricsLog:
    """``metrics.jsonl``, opened for writing by whoever holds the run's lock.

    Numbers that JSON lacks are the strings ``"NaN"``, ``"Infinity"`` and ``"-Infinity"``.
    """

    def __init__(self, path: Path) -> None:
        """Open or begin the log; a last line torn by a crash is cut off."""
        self.path = path
        with naming_full_disk(path.parent):
            self._descriptor = open_to_write(path, append=True)
            os.ftruncate(self._descriptor, _whole(self._descriptor))

    def append(self, iteration: int, values: Mapping[str, Any]) -> None:
        """Add one line; the system has it when this returns.

        Raises:
            DiskFullError: No room; the log is as it was before.
        """
        first = {"iteration": int(iteration)}
        row = first | _strict(values) | first
        line = json.dumps(row, ensure_ascii=False, allow_nan=False, default=_number) + "\n"
        before = os.fstat(self._descriptor).st_size
        with naming_full_disk(self.path.parent):
            try:
                write_all(self._descriptor, line.encode(errors="backslashreplace"))
            except BaseException:
                os.ftruncate(self._descriptor, before)
                raise

    def truncate_to(self, iteration: int) -> None:
        """Forget ``iteration`` and what came after it: the log before that iteration ran."""
        kept = [line for line, row in _lines(self.path) if row["iteration"] < iteration]
        os.close(self._descriptor)
        try:
            write_bytes(self.path, b"".join(kept))
        finally:
            self._descriptor = open_to_write(self.path, append=True)

    def sync(self) -> None:
        """Wait until the disk has every line."""
        with naming_full_disk(self.path.parent):
            os.fsync(self._descriptor)

    def close(self) -> None:
        """Close the file; harmless when repeated."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


def read_metrics(path: Path) -> Iterator[dict[str, Any]]:
    """Yield each complete line, also while a run is writing; no log, no lines.

    Raises:
        LedgerError: A line other than a torn last one is damaged.
    """
    for number, (_, row) in enumerate(_lines(path), 1):
        read = _loose(row)
        for name in read.keys() & _KINDS.keys():
            if not _KINDS[name](read[name]):
                raise LedgerError(
                    f"{path}:{number}: {name} is not what makar logs; delete that line"
                )
        yield read


def _lines(path: Path) -> Iterator[tuple[bytes, dict[str, Any]]]:
    try:
        file = open_plain(path)
    except FileNotFoundError:
        return
    except OSError as fault:
        raise LedgerError(f"{path}: cannot be read ({fault.strerror}); move it away") from fault
    with file:
        for number in count(1):
            line = file.readline(LONGEST)
            if not line.endswith(b"\n") and len(line) < LONGEST:
                return
            try:
                row = parse_json(line)
                if type(row["iteration"]) is not int:
                    raise ValueError("no number of an iteration")
            except (ValueError, KeyError, TypeError) as fault:
                raise LedgerError(
                    f"{path}:{number}: not a line of metrics ({fault}); delete that line"
                ) from fault
            yield line, row


def _whole(descriptor: int) -> int:
    """Bytes up to the end of the last whole line."""
    end = os.fstat(descriptor).st_size
    while end > 0:
        start = max(0, end - LONGEST)
        found = os.pread(descriptor, end - start, start).rfind(b"\n")
        if found >= 0:
            return start + found + 1
        end = start
    return 0


def _is_number(value: Any) -> bool:
    return type(value) in (int, float)


def _are_numbers(value: Any) -> bool:
    return isinstance(value, dict) and all(map(_is_number, value.values()))


def _are_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(text, str) for text in value)


_KINDS: Mapping[str, Callable[[Any], bool]] = {
    **dict.fromkeys(("total", "score", "temperature", "duplicates", "distinct-4"), _is_number),
    **dict.fromkeys(("parts", "raw", "learner"), _are_numbers),
    "seconds": lambda value: _are_numbers(value) and all(0 <= v < 1e9 for v in value.values()),
    "events": _are_texts,
}
"""What training logs by these names: whoever reads the log counts on it."""


def _strict(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    if isinstance(value, Mapping):
        return {str(key): _strict(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_strict(item) for item in value]
    return value


def _loose(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _loose(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_loose(item) for item in value]
    return _NON_FINITE.get(value, value) if isinstance(value, str) else value


def _number(value: Any) -> Any:
    """Numpy and torch scalars, which JSON does not know."""
    if not isinstance(value, SupportsItem):
        raise TypeError(f"a metric of type {type(value).__name__} cannot be logged")
    return _strict(value.item())


def numbers(row: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, float]]:
    """The numbers of a logged step, by dotted name: ``parts.close``."""
    for name, value in row.items():
        if isinstance(value, Mapping):
            yield from numbers(cast("Mapping[str, Any]", value), f"{before}{name}.")
        elif isinstance(value, int | float) and not isinstance(value, bool):
            yield f"{before}{name}", value
