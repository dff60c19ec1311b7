"""ABC notation, read and written.

Reading is fast enough to parse a whole collection at start-up; see ``read``. Writing is
meant for other programs: ``write``.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from makar.core.errors import UnreadableError
from makar.domains.music.abc.read import read_abc_text, read_book
from makar.domains.music.abc.write import abc_text
from makar.domains.music.piece.piece import Piece

__all__ = ["abc_text", "read_abc", "read_abc_file", "write_abc"]


def read_abc(text: str, source: str = "ABC text", *, expand_repeats: bool = True) -> list[Piece]:
    """Read the tunes of an ABC text as pieces, one per ``X:``.

    Velocities are all alike: dynamics are not read.

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


def write_abc(pieces: Sequence[Piece] | Piece, path: Path | str) -> None:
    """Write pieces as the tunes of one ABC file, numbered from 1.

    Raises:
        ValueError: a piece has no notes.
        FileExistsError: the file is there already; nothing is overwritten.
    """
    several = [pieces] if isinstance(pieces, Piece) else pieces
    text = "\n".join(abc_text(piece, number=n) for n, piece in enumerate(several, 1))
    with Path(path).open("x", encoding="utf-8", errors="backslashreplace") as file:
        file.write("%abc-2.1\n" + text)
