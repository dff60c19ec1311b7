"""The sheet of paper, its margins, and where a picture lies on it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from makar.core.errors import ConfigError

SIZES = {
    "a5": (148.0, 210.0),
    "a4": (210.0, 297.0),
    "a3": (297.0, 420.0),
    "letter": (215.9, 279.4),
}
"""Millimetres, upright."""
MARGIN = 15.0
SMALLEST, LARGEST = 20.0, 1500.0
"""Millimetres of a side of the sheet."""
_OWN = re.compile(r"(\d+(?:\.\d+)?)\s*(?:mm)?\s*[x×]\s*(\d+(?:\.\d+)?)\s*mm", re.IGNORECASE)


@dataclass(frozen=True)
class Page:
    """A sheet of paper.

    Attributes:
        width: Millimetres.
        height: Millimetres.
        margin: Millimetres on every side that stay free of ink.
        turns: Is it turned so that it suits the picture?
    """

    width: float
    height: float
    margin: float = MARGIN
    turns: bool = False

    def __post_init__(self) -> None:
        for side in (self.width, self.height):
            if not SMALLEST <= side <= LARGEST:
                raise ConfigError(
                    f"plotter page: {self.width:g} × {self.height:g} mm: a side has "
                    f"{SMALLEST:g} to {LARGEST:g} mm"
                )
        if not 0 <= self.margin <= min(self.width, self.height) / 2 - 5:
            raise ConfigError(
                f"plotter margin: {self.margin:g} mm on a page of {self.width:g} × "
                f"{self.height:g} mm: it is 0 or more and leaves 10 mm to draw on"
            )

    @classmethod
    def parse(cls, text: str, *, margin: float = MARGIN) -> Page:
        """From what a user writes: ``a5``, ``a4``, ``a3``, ``letter`` or ``200x300mm``.

        A named sheet is turned to suit the picture; one in millimetres stays as it was written.

        Raises:
            ConfigError: not such a text, or a size that is no sheet.
        """
        name = text.strip().lower()
        if name in SIZES:
            return cls(*SIZES[name], margin=margin, turns=True)
        own = _OWN.fullmatch(name)
        if own is None:
            raise ConfigError(
                f"plotter page {text!r}: unknown. Write {', '.join(SIZES)}, or width and height "
                "such as 200x300mm"
            )
        return cls(float(own[1]), float(own[2]), margin=margin)

    @property
    def area(self) -> tuple[float, float, float, float]:
        """Left, top, right and bottom of what is inside the margins, in millimetres."""
        return self.margin, self.margin, self.width - self.margin, self.height - self.margin

    def within(self, inset: float) -> Page:
        """The same sheet with more of it free, for what lies in the margin: marks, half a pen.

        Raises:
            ConfigError: nothing is left to draw on.
        """
        if self.margin + inset > min(self.width, self.height) / 2 - 5:
            raise ConfigError(
                f"plotter margin: {self.margin:g} mm, and {inset:g} mm more for marks and half the "
                f"pen, on a page of {self.width:g} × {self.height:g} mm: it leaves no 10 mm to "
                "draw on. Take less, or a larger page"
            )
        return replace(self, margin=self.margin + inset)

    def suited(self, size: tuple[float, float]) -> Page:
        """The same sheet, turned to the picture's orientation if it may be."""
        across = size[0] > size[1]
        if not self.turns or across == (self.width > self.height):
            return self
        return Page(self.height, self.width, self.margin, self.turns)

    def box(self, size: tuple[float, float]) -> tuple[float, float, float, float]:
        """Where a picture of this shape lies: as large as the margins let it, in the middle.

        Returns left, top, right and bottom in millimetres.
        """
        left, top, right, bottom = self.area
        factor = min((right - left) / size[0], (bottom - top) / size[1])
        wide, high = size[0] * factor, size[1] * factor
        x, y = (self.width - wide) / 2, (self.height - high) / 2
        return x, y, x + wide, y + high
