"""What somebody brings to be judged: a file, cut into works that a reward can look at."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from makar.domains.music.files import read_pieces
from makar.domains.music.piece.piece import Piece


@dataclass(frozen=True)
class Brought:
    """One thing in a file.

    Attributes:
        title: What it is called.
        works: It, in works that can be judged.
        left_out: Parts of it that cannot be, by reason.
    """

    title: str
    works: Sequence[Any]
    left_out: Mapping[str, int]


def music_in(
    path: Path, phrases_in: Callable[[Piece, int], tuple[Sequence[Any], dict[str, int]]], bars: int
) -> list[Brought]:
    """The pieces in a MIDI, MusicXML or ABC file, each in phrases.

    Args:
        path: The file.
        phrases_in: A recipe's way of cutting a piece.
        bars: Bars in a phrase: as many as the reward was measured on.

    Raises:
        UnreadableError: the file is not music.
    """
    return [
        Brought(piece.provenance.title, *phrases_in(piece, bars)) for piece in read_pieces(path)
    ]
