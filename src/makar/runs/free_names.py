"""Names that are free: nothing of the user's is ever written over."""

from __future__ import annotations

import os
from contextlib import suppress
from itertools import count
from pathlib import Path

from makar.core.errors import ConfigError


def free_name(path: Path) -> Path:
    """``path``, or the first of ``name-2``, ``name-3``, ... that is free."""
    if not os.path.lexists(path):  # a link that leads nowhere has the name, too
        return path
    names = (path.with_stem(f"{path.stem}-{number}") for number in count(2))
    return next(name for name in names if not os.path.lexists(name))


def new_folder(out: Path | None, otherwise: Path) -> Path:
    """Make a folder: the one asked for, or ``otherwise``, or ``otherwise-2``, ... that is free.

    Raises:
        FileExistsError: the one asked for is there already.
        ConfigError: the folder that it is to be in is not there.
    """
    if out is not None:
        if not out.parent.is_dir():
            raise ConfigError(f"--out {out}: there is no folder {out.parent}; make it first")
        try:
            out.mkdir()
        except FileExistsError:
            raise FileExistsError(
                f"{out}: already there, and nothing is overwritten; name another"
            ) from None
        return out
    for number in count(1):
        name = otherwise.name if number == 1 else f"{otherwise.name}-{number}"
        with suppress(FileExistsError):  # somebody else may be making one, too
            (folder := otherwise.with_name(name)).mkdir()
            return folder
    raise AssertionError("count() never ends")
