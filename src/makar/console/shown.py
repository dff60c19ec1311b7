"""Rich's tables and bars: what they show is plain text, whoever wrote it."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import Any

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

from makar.console.terminal import PlainStream, own_faults, plain


class PlainConsole(Console):
    """Rich's console; the text that it is given to show is ``plain``, its own signs are its own."""

    def __init__(self, *, stderr: bool = False, highlight: bool = False) -> None:
        """On standard output or, with ``stderr``, on standard error."""
        stream = sys.stderr if stderr else sys.stdout
        inner = stream.stream if isinstance(stream, PlainStream) else None
        super().__init__(file=inner, stderr=stderr, highlight=highlight)

    def render(
        self, renderable: RenderableType, options: ConsoleOptions | None = None
    ) -> Iterable[Segment]:
        """See ``rich.console.Console``."""
        for part in super().render(renderable, options):
            yield part if part.control else Segment(plain(part.text), part.style)

    def print(self, *objects: Any, **options: Any) -> None:
        """See ``rich.console.Console``.

        Raises:
            OutputError: it cannot be written.
        """
        with own_faults():
            super().print(*objects, **options)
