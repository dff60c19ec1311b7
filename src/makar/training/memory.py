"""Freed memory is kept for the next step, where the C library can be told to."""

from __future__ import annotations

import ctypes
from collections.abc import Mapping
from contextlib import suppress

_TRIM_THRESHOLD, _TOP_PAD, _MMAP_MAX = -1, -2, -4
"""Numbers of glibc's ``mallopt``."""
_NEVER, _AHEAD = 2**31 - 1, 2**26


def keep_freed_memory() -> None:
    """Ask glibc to reuse large blocks; elsewhere nothing happens.

    By default each of a step's large tensors is fetched from the system and given back, and
    every page of it is cleared anew: on platform levels a third of the time that a step took.
    """
    _set({_MMAP_MAX: 0, _TRIM_THRESHOLD: _NEVER, _TOP_PAD: _AHEAD})


def give_back_freed_memory() -> None:
    """Glibc's own defaults again, and what was kept goes back to the system."""
    _set({_MMAP_MAX: 65536, _TRIM_THRESHOLD: 2**17, _TOP_PAD: 2**17})
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)


def _set(values: Mapping[int, int]) -> None:
    with suppress(OSError, AttributeError):
        library = ctypes.CDLL(None)
        for setting, value in values.items():
            library.mallopt(setting, value)
