"""Freed memory is kept for the next step, where the C library can be told to."""

from __future__ import annotations

import ctypes
from contextlib import suppress

_TRIM_THRESHOLD, _TOP_PAD, _MMAP_MAX = -1, -2, -4
"""Numbers of glibc's ``mallopt``."""
_NEVER, _AHEAD = 2**31 - 1, 2**26


def keep_freed_memory() -> None:
    """Ask glibc to reuse large blocks; elsewhere nothing happens.

    By default each of a step's large tensors is fetched from the system and given back, and
    every page of it is cleared anew: on platform levels a third of the time that a step took.
    """
    with suppress(OSError, AttributeError):
        library = ctypes.CDLL(None)
        for setting, value in ((_MMAP_MAX, 0), (_TRIM_THRESHOLD, _NEVER), (_TOP_PAD, _AHEAD)):
            library.mallopt(setting, value)
