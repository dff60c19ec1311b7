"""Stopping politely: finish the step, save, then leave."""

from __future__ import annotations

import os
import signal
import threading
from types import FrameType
from typing import Any

FIRST_WORD = "\nFinishing this step, then saving. Ctrl-C again stops at once.\n"


class GracefulStop:
    """Turns the first SIGINT or SIGTERM into a flag for the loop to look at.

    A second SIGINT raises ``KeyboardInterrupt`` at once: saving is atomic, so nothing is lost
    but the step. The old handlers come back at the end. Outside the main thread, where Python
    delivers no signals, nothing is installed and ``requested`` stays False.

    Example::

        with GracefulStop() as stop:
            for report in train(...):
                ...
                if stop.requested:
                    break
        sys.exit(stop.exit_code)

    Attributes:
        signal: The first signal that came, or None.
    """

    def __init__(self, *, message: str = FIRST_WORD) -> None:
        """Say ``message`` on standard error when the first signal comes."""
        self.signal: signal.Signals | None = None
        self._message = message
        self._interrupts = 0
        self._before: dict[signal.Signals, Any] = {}

    @property
    def requested(self) -> bool:
        """True once somebody asked to stop."""
        return self.signal is not None

    @property
    def exit_code(self) -> int:
        """130 after SIGINT, 143 after SIGTERM, as shells count; 0 when nobody asked."""
        return 0 if self.signal is None else 128 + self.signal

    def __enter__(self) -> GracefulStop:
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM):
                self._before[number] = signal.signal(number, self._on_signal)
        return self

    def __exit__(self, *fault: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, signal.SIG_DFL if handler is None else handler)
        self._before.clear()

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        del frame
        self._interrupts += number == signal.SIGINT
        if self._interrupts > 1:
            raise KeyboardInterrupt
        if self.signal is None:
            self.signal = signal.Signals(number)
            if self._message:
                # print() could re-enter a half-written buffer; a bare write cannot
                os.write(2, self._message.encode())
