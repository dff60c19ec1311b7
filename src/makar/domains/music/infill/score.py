"""Opening a file so that some of its bars can be replaced and nothing else changes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol, runtime_checkable

from makar.domains.music.infill.hole import Fill
from makar.domains.music.infill.into_abc import open_abc
from makar.domains.music.infill.into_midi import open_midi
from makar.domains.music.infill.into_musicxml import open_musicxml
from makar.domains.music.musicxml.bars import Bar
from makar.domains.music.piece.piece import Piece
from makar.domains.music.piece.reading import file_bytes


@runtime_checkable
class OpenScore(Protocol):
    """A file that is worked on."""

    @property
    def piece(self) -> Piece:
        """The music, as written: repeats are not played out."""
        ...

    @property
    def bars(self) -> tuple[Bar, ...]:
        """Its bars; the first full one has number 1."""
        ...

    @property
    def changes(self) -> Counter[str]:
        """What reading it had to assume."""
        ...

    @property
    def suffix(self) -> str:
        """Of the files that it gives."""
        ...

    @property
    def notes(self) -> tuple[str, ...]:
        """What the user should know about what is kept."""
        ...

    @property
    def written(self) -> bool:
        """True in notation; False where the file says how it is played."""
        ...

    @property
    def split(self) -> bool:
        """True where the part chosen is one line of several; the others are the last part."""
        ...

    def chosen(
        self, parts: str | None, voice: str | None, line: str | None
    ) -> tuple[OpenScore, int]:
        """The file with the part, voice or line that is meant as one part, and its number."""
        ...

    def spliced(self, fills: Sequence[Fill]) -> bytes:
        """The file with the holes filled, and everything else as it was."""
        ...


def open_score(path: Path | str) -> OpenScore:
    """Open a file by what it is, not by what it is called.

    Raises:
        UnreadableError: it is none of the kinds that are read, or broken.
        HoleError: it holds several pieces.
    """
    return opened_score(file_bytes(path), str(path))


def opened_score(data: bytes, path: str) -> OpenScore:
    """The same of a file's content; ``path`` is for messages."""
    start = data[:400]
    if start.startswith(b"MThd"):
        return open_midi(data, path)
    if start.startswith(b"PK") or start.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n\0").startswith(b"<"):
        return open_musicxml(data, path)
    return open_abc(data, path)
