"""Keeping a parsed corpus on disk, so that the second start takes no time.

One ``.npz`` file without pickle, its JSON inside it, moved into place by one rename. Zip's
checksums show damage; a damaged or outdated cache is simply built again.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from makar.core.disk.arrays import read_npz
from makar.core.disk.parsing import parse_json
from makar.core.errors import UnreadableError

_log = logging.getLogger(__name__)
_ABOUT, _ARRAYS = "about.json", "arrays"


def cache_folder() -> Path:
    """``$MAKAR_CACHE``, or ``~/.cache/makar``."""
    named = os.environ.get("MAKAR_CACHE", "")
    return Path(named).expanduser() if named else Path.home() / ".cache" / "makar"


def key_of(version: int, settings: str, files: Iterable[Path]) -> str:
    """A name that changes with the reader, the settings, and any file's name, size or time."""
    begun = f"{version}|{settings}".encode(errors="surrogateescape")  # it may name a folder
    digest = hashlib.blake2b(begun, digest_size=12)
    for file in files:
        status = file.stat()
        told = f"|{file}|{status.st_size}|{status.st_mtime_ns}"
        digest.update(told.encode(errors="surrogateescape"))
    return digest.hexdigest()


def load(key: str) -> tuple[dict[str, np.ndarray], Any] | None:
    """Arrays and JSON of a cached corpus; None where there is none or it is damaged."""
    path = _path(key)
    try:
        arrays = read_npz(path)
        about = parse_json(arrays.pop(_ABOUT).tobytes())
        kinds = {name: _kind(array) for name, array in arrays.items()}
        if about.pop(_ARRAYS, kinds) != kinds:  # earlier versions did not list them
            raise ValueError("it does not hold the arrays that it should")
    except FileNotFoundError:
        return None
    except (UnreadableError, OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        why = error.fault if isinstance(error, UnreadableError) else error
        _log.warning("%s is damaged (%s) and is built again", path, why)
        return None
    return arrays, about


def _kind(array: np.ndarray) -> list[Any]:
    return [array.dtype.str, list(array.shape)]


def save(key: str, arrays: Mapping[str, np.ndarray], about: Mapping[str, Any]) -> None:
    """Write a cached corpus; where the disk does not allow it, go on without and say so."""
    path = _path(key)
    kinds = {_ARRAYS: {name: _kind(array) for name, array in arrays.items()}}
    text = json.dumps({**about, **kinds}).encode()
    everything = {**arrays, _ABOUT: np.frombuffer(text, np.uint8)}
    partial = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, suffix=".partial")
        partial = Path(name)
        with os.fdopen(handle, "wb") as file:
            np.savez(file, allow_pickle=False, **everything)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except OSError as error:
        _log.warning("the corpus is not cached: %s (%s)", path, error)
        if partial is not None:
            partial.unlink(missing_ok=True)


def _path(key: str) -> Path:
    return cache_folder() / f"corpus-{key}.npz"
