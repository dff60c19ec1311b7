"""A run folder: everything one run of makar made, and how it was made.

``runs/<name>/{config.toml, run.json, metrics.jsonl, works.sqlite, checkpoints/step-N/, model/,
samples/, summary.json, report.html}``
"""

from __future__ import annotations

import hashlib
import os
import platform
import re
import shlex
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from functools import cached_property
from importlib.metadata import PackageNotFoundError, version
from itertools import count
from pathlib import Path
from typing import Any

from makar.core.disk.parsing import read_json
from makar.core.disk.plain import MEGABYTE, NotPlainError, refuse_links, require_folder
from makar.runs import checkpoint
from makar.runs.atomic import remove_leftovers, write_json, write_text
from makar.runs.checkpoint import Loaded
from makar.runs.errors import RunError, RunExistsError, RunNotFoundError, naming_full_disk
from makar.runs.ledger import Ledger
from makar.runs.lock import RunLock
from makar.runs.metrics import MetricsLog

ABOUT = "run.json"
_FOLDERS = ("checkpoints", "model", "samples")
_PACKAGES = ("makar", "numpy", "safetensors", "torch")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


class RunFolder:
    """One run, open for writing (and then locked) or for reading.

    Attributes:
        path: The folder.
        about: Content of ``run.json``.
    """

    def __init__(self, path: Path, *, write: bool = False) -> None:
        """Open a run that exists.

        The folder may be a link; in it no link is followed. To be written to it may hold none,
        nor anything else that is neither a file nor a folder.

        Raises:
            RunNotFoundError: There is no run.
            RunLockedError: ``write``, and another process is writing to it.
            RunError: ``run.json`` is damaged, or something is not what its name says.
        """
        self.path = path
        self.about = _read_about(path)
        with _naming_what_is_no_file():
            for folder in _FOLDERS:
                with suppress(FileNotFoundError):
                    require_folder(path / folder)
            if write:
                refuse_links(path)
        self._lock = RunLock(path / "lock") if write else None
        if write:
            for folder in (path, self.model, self.samples):
                remove_leftovers(folder)
            with naming_full_disk(path):
                checkpoint.tidy(self.checkpoints)

    @classmethod
    def create(
        cls,
        root: Path,
        name: str,
        *,
        config: str = "",
        seed: int = 0,
        command: Sequence[str] | None = None,
        fresh: bool = False,
        private: bool | None = None,
    ) -> RunFolder:
        """Begin a run in ``root/name`` and open it for writing.

        Args:
            root: Folder of runs; made if it is missing.
            name: Letters, digits, ``.``, ``_``, ``-``.
            config: The whole configuration as TOML.
            seed: The run's seed.
            command: Command line that began it; this process's own by default.
            fresh: Where the name is taken, use ``name-2``, ``name-3``, ...
            private: Whether the user's own works are learned from; noted in ``run.json`` where
                it is known.

        Raises:
            RunExistsError: The name is taken.
            DiskFullError: No room; nothing is left behind.
        """
        if not _NAME.fullmatch(name):
            raise RunError(f"{name!r} cannot be a run's name; use letters, digits, '.', '_', '-'")
        with naming_full_disk(root):
            root.mkdir(parents=True, exist_ok=True)
            path = _claim(root, name, fresh)
            try:
                for folder in _FOLDERS:
                    (path / folder).mkdir()
                write_text(path / "config.toml", config)
                # written last: a folder without it is not a run
                about = _about(path.name, config, seed, command or sys.argv)
                noted = {} if private is None else {"private": private}
                write_json(path / ABOUT, about | noted)
            except BaseException:
                shutil.rmtree(path)
                raise
        return cls(path, write=True)

    @classmethod
    def find(cls, root: Path, name: str | None = None, *, write: bool = False) -> RunFolder:
        """Open a run by name or path, or the newest.

        Raises:
            RunNotFoundError: There is none; the message lists those that are.
        """
        if name is None:
            known = list_runs(root)
            if not known:
                raise RunNotFoundError(f"{root}: no run yet; makar train begins one")
            return cls(known[-1].path, write=write)
        for path in (root / name, Path(name)):
            if os.path.lexists(path / ABOUT):
                return cls(path, write=write)
        names = ", ".join(run.path.name for run in list_runs(root)) or "none"
        raise RunNotFoundError(f"{root / name}: no such run; there are: {names}")

    @property
    def id(self) -> str:
        """From configuration and seed: the same run made again has the same id."""
        return str(self.about["id"])

    @property
    def checkpoints(self) -> Path:
        """Folder of the checkpoints."""
        return self.path / "checkpoints"

    @property
    def model(self) -> Path:
        """Folder of the trained model."""
        return self.path / "model"

    @property
    def samples(self) -> Path:
        """Folder of what was exported."""
        return self.path / "samples"

    @cached_property
    def metrics(self) -> MetricsLog:
        """The metrics log, for writing; ``read_metrics(run.path / "metrics.jsonl")`` reads it."""
        self._must_write()
        return MetricsLog(self.path / "metrics.jsonl")

    @cached_property
    def ledger(self) -> Ledger:
        """The ledger of works."""
        return Ledger(self.path / "works.sqlite", run=self.id, write=self._lock is not None)

    def save(self, step: int, state: Any, *, keep: int = 3, pin: str | None = None) -> Path:
        """Keep a checkpoint, after metrics and ledger are safely on the disk.

        ``step`` iterations are done; see ``makar.runs.checkpoint.save``.
        """
        self._must_write()
        self.metrics.sync()
        self.ledger.sync()
        return checkpoint.save(self.checkpoints, step, state, keep=keep, pin=pin)

    def resume(self, use: Callable[[Any], object] | None = None) -> Loaded:
        """Go back to the newest complete checkpoint: its state, and metrics and ledger as then.

        Damaged newer checkpoints are renamed to ``damaged-step-N``; say the notices aloud.

        Args:
            use: Takes the state over; see ``makar.runs.checkpoint.load_newest``.

        Raises:
            CheckpointError: No checkpoint is complete; metrics and ledger are untouched.
        """
        self._must_write()
        loaded = checkpoint.load_newest(self.checkpoints, use)
        checkpoint.set_aside_newer(self.checkpoints, loaded.step)
        self.metrics.truncate_to(loaded.step)
        self.ledger.truncate_to(loaded.step)
        return loaded

    def close(self) -> None:
        """Close the files and let others write; harmless when repeated."""
        for name in ("metrics", "ledger"):
            if name in self.__dict__:
                self.__dict__.pop(name).close()
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    def __enter__(self) -> RunFolder:
        return self

    def __exit__(self, *fault: object) -> None:
        self.close()

    def _must_write(self) -> None:
        if self._lock is None:
            raise RunError(f"{self.path}: open for reading only; open it with write=True")


def list_runs(root: Path) -> list[RunFolder]:
    """Every readable run in ``root``, open for reading, the newest last."""
    return runs_and_faults(root)[0]


def runs_and_faults(root: Path) -> tuple[list[RunFolder], list[str]]:
    """``list_runs``, and what is wrong with the runs that cannot be read, a line each."""
    runs: list[RunFolder] = []
    faults: list[str] = []
    for path in sorted(root.iterdir()) if root.is_dir() else ():
        if not os.path.lexists(path / ABOUT):
            continue
        try:
            runs.append(RunFolder(path))
        except RunError as fault:
            faults.append(str(fault))
        except OSError as fault:
            faults.append(f"{path}: cannot be read ({fault.strerror})")
    return sorted(runs, key=lambda run: str(run.about["started"])), faults


@contextmanager
def _naming_what_is_no_file() -> Iterator[None]:
    try:
        yield
    except NotPlainError as fault:
        raise RunError(
            f"{fault.filename}: {fault.strerror}; remove it, or put in its place what it stands for"
        ) from fault


def _claim(root: Path, name: str, fresh: bool) -> Path:
    """Make the folder: whoever makes it has it."""
    for number in count(1):
        path = root / (name if number == 1 else f"{name}-{number}")
        try:
            path.mkdir()
        except FileExistsError:
            if not fresh:
                raise RunExistsError(
                    f"{path}: already there, and nothing is overwritten; choose another name, "
                    "or resume that run"
                ) from None
        else:
            return path
    raise AssertionError


def _about(name: str, config: str, seed: int, command: Sequence[str]) -> dict[str, Any]:
    digest = hashlib.sha256(config.encode()).hexdigest()
    return {
        "id": hashlib.sha256(f"{digest} {seed}".encode()).hexdigest()[:16],
        "name": name,
        "started": datetime.now(UTC).isoformat(timespec="microseconds"),
        "command": shlex.join(command),
        "seed": seed,
        "config_sha256": digest,
        "versions": {"python": platform.python_version()} | {p: _version(p) for p in _PACKAGES},
        "platform": platform.platform(),
        "processors": os.cpu_count(),
    }


def _version(package: str) -> str | None:
    """Asked of the installation, since importing torch takes a second."""
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _read_about(path: Path) -> Mapping[str, Any]:
    file = path / ABOUT
    try:
        about = read_json(file, most=MEGABYTE)
        if not isinstance(about, dict):
            raise ValueError("not what makar writes there")
        for name in ("id", "started"):
            if not (isinstance(about.get(name), str) and len(about[name]) < 100):
                raise ValueError("no id" if name == "id" else "no time of start")
    except FileNotFoundError:
        raise RunNotFoundError(f"{path}: not a run folder ({ABOUT} is missing)") from None
    except (OSError, ValueError) as fault:
        why = getattr(fault, "strerror", None) or fault
        raise RunError(f"{file}: damaged ({why}); restore it or begin a new run") from fault
    return about
