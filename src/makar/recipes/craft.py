"""How works are kept in a ledger, shown in a report and handed out as files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeVar, runtime_checkable

from makar.core.types import Works
from makar.measures.variety import Variety
from makar.runs.entry import Entry
from makar.runs.errors import LedgerError

W = TypeVar("W")


def unpacked(craft: Craft[W], entry: Entry) -> W:
    """A kept work, from whomever it comes.

    Raises:
        LedgerError: what is kept is no work of the craft's kind.
    """
    try:
        if entry.kind != craft.kind:
            raise ValueError(f"it is of the kind {entry.kind[:40]!r}")
        return craft.unpack(entry.content)
    except (
        ValueError,
        LookupError,
        TypeError,
        AttributeError,
        ArithmeticError,
        RecursionError,
    ) as fault:
        raise LedgerError(
            f"work {entry.id}: what is kept of it is no work of the kind {craft.kind!r} ({fault}); "
            "the ledger is damaged, or another version's"
        ) from fault


class Resemblance(Protocol):
    """The corpus work that a work shares most with."""

    @property
    def title(self) -> str:
        """Of the source; empty where nothing worth naming is shared."""
        ...

    @property
    def licence(self) -> str:
        """Of the source."""
        ...

    @property
    def length(self) -> int:
        """How much is shared, to tell the nearest; 0 for nothing."""
        ...

    @property
    def text(self) -> str:
        """How much is shared, in the domain's words: "9 notes running"."""
        ...

    @property
    def marks(self) -> tuple[int, int]:
        """Where in the work it is: the first unit, and how many units, as ``Craft.card`` counts."""
        ...

    @property
    def too_near(self) -> bool:
        """True where the gate takes the work for a copy."""
        ...


@dataclass(frozen=True)
class NoSource:
    """What works resemble where nobody's were learned from."""

    title: str = ""
    licence: str = ""
    length: int = 0
    text: str = ""
    marks: tuple[int, int] = (0, 0)
    too_near: bool = False


def is_verified(licence: str) -> bool:
    """False where a source states no licence, or one that nobody has verified."""
    return bool(licence) and not licence.lower().startswith("unverified")


def resembles(near: Resemblance) -> str:
    """What a work shares with its nearest source, and whose that is; empty for nothing."""
    if not near.title:
        return near.text
    return f"{near.text} as in “{near.title}”" + (": too near" if near.too_near else "")


@runtime_checkable
class Craft(Protocol[W]):
    """How a domain keeps, shows and hands out its works."""

    @property
    def kind(self) -> str:
        """Name of the kind of work, such as ``music/melody-grid``."""
        ...

    @property
    def formats(self) -> tuple[str, ...]:
        """File suffixes it can export to, the one that is asked for most first."""
        ...

    @property
    def shown(self) -> str:
        """The suffix in which a work can be heard or seen at once: ``.ogg``, ``.png``."""
        ...

    @property
    def original(self) -> str:
        """What is said of a work that resembles no source."""
        ...

    @property
    def variety(self) -> Variety[W]:
        """What makes works alike or different."""
        ...

    def pack(self, work: W) -> bytes:
        """The work in the domain's own bytes, for the ledger."""
        ...

    def unpack(self, content: bytes) -> W:
        """The work from those bytes."""
        ...

    def stack(self, works: Sequence[W]) -> Works[W]:
        """Single works as a batch."""
        ...

    def notation(self, work: W) -> str:
        """The work in a line of shorthand."""
        ...

    def resemblances(self, works: Works[W]) -> Sequence[Resemblance]:
        """For each work the nearest source."""
        ...

    def named(self) -> Craft[W]:
        """The same, naming the user's own sources too."""
        ...

    def export(self, work: W, path: Path, *, title: str, notice: str) -> None:
        """Write the work in the format that the file's suffix names."""
        ...

    def card(self, work: W, *, marks: Sequence[tuple[int, int, str]] = ()) -> str:
        """The work as a piece of HTML: to be seen, and heard or opened.

        Args:
            work: The work.
            marks: Stretches to point out: first unit, number of units, and a label.
        """
        ...
