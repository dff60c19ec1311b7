"""Whose code may run: files of rewards that the user has named, known by their content.

A run says in its ``config.toml`` which files its own rewards are in, and a run may be anybody's. So
what it says is not enough: a file is run if the user named it (``train --reward``), or allowed it
(``--trust-code``), with the content that it has now. That is kept in the user's state folder, not
in the run; a run that is copied or renamed works on.
"""

from __future__ import annotations

import json
import os
import re
import stat
from pathlib import Path

from makar.recipes.own_rewards.code import Code

MOST_BYTES = 16 * 2**20
"""Of the list that are read."""
_LINE = re.compile(rb"^([0-9a-f]{64}) ", re.MULTILINE)
_allowed: set[str] = set()
"""What was trusted in this process, where the list cannot be written."""


def trust_list() -> Path:
    """The list: ``$XDG_STATE_HOME/makar/trusted-code``, or beneath ``~/.local/state``."""
    given = os.environ.get("XDG_STATE_HOME", "")
    state = Path(given) if Path(given).is_absolute() else Path("~/.local/state").expanduser()
    return state / "makar" / "trusted-code"


def is_trusted(code: Code) -> bool:
    """True where a file with this very content was named or allowed before."""
    known = code.fingerprint
    return known in _allowed or known.encode() in _LINE.findall(_read())


def trust(code: Code) -> str:
    """Let the file run from now on, as it is; say what hindered keeping that, or nothing."""
    if is_trusted(code):
        return ""
    path = trust_list()
    line = f"{code.fingerprint} {json.dumps(str(code.path))}\n"
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if path.exists() and not _own(path.lstat()):
            path.unlink()  # what others may have written is worth nothing
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
        file = os.open(path, flags, 0o600)
        try:
            os.write(file, line.encode())
        finally:
            os.close(file)
    except OSError as fault:
        _allowed.add(code.fingerprint)
        return f"{path}: {fault.strerror or fault}; the trust holds for this command alone"
    return ""


def _read() -> bytes:
    """The list, empty where there is none that only the user can have written."""
    try:
        file = os.open(trust_list(), os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except (OSError, RuntimeError):
        return b""
    if not _own(os.fstat(file)):
        os.close(file)
        return b""
    with os.fdopen(file, "rb") as opened:
        return opened.read(MOST_BYTES)


def _own(about: os.stat_result) -> bool:
    """True of a plain file that is the user's, and that nobody else may write."""
    others = about.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    return stat.S_ISREG(about.st_mode) and about.st_uid == os.geteuid() and not others
