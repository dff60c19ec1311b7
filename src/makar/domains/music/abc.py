"""ABC notation, read and written.

Reading is fast enough to parse a whole collection at start-up; see ``abc_reader``. Writing is
meant for other programs: ``abc_writer``.
"""

from __future__ import annotations

from pathlib import Path

from makar.domains.music.abc_reader import read_abc_text, read_book
from makar.domains.music.errors import UnreadableError
from makar.domains.music.piece import Piece

__all__ = ["read_abc", "read_abc_file"]


def read_abc(text: str, source: str = "ABC text", *, expand_repeats: bool = True) -> list[Piece]:
    """Read the tunes of an ABC text as pieces, one per ``X:``.

    Args:
        text: ABC notation.
        source: Name of the file, for provenance and messages.
        expand_repeats: True to play repeats out; False to hear every section once.

    Raises:
        UnreadableError: there is nothing to read, or no tune of it can be read.
    """
    book = read_book(text, source, expand_repeats=expand_repeats)
    if not book.tunes:
        number, fault = book.skipped[0]
        raise UnreadableError(source, f"no tune can be read; tune {number}: {fault}")
    return [tune.piece for tune in book.tunes]


def read_abc_file(path: Path | str, *, expand_repeats: bool = True) -> list[Piece]:
    """Read the tunes of an ABC file as pieces, one per ``X:``.

    Raises:
        UnreadableError: the file cannot be read, is too large, or holds no readable tune.
    """
    text = read_abc_text(Path(path))
    return read_abc(text, Path(path).name, expand_repeats=expand_repeats)
