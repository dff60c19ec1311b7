"""Which collections make which genre, and their phrases as pieces.

Only what the installed music21 holds; see ``sources`` for the terms.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Int

from makar.core.errors import UnreadableError
from makar.domains.music.corpus.groups import Side
from makar.domains.music.corpus.sources import collection_files, music21_corpus, user_files
from makar.domains.music.corpus.tunes import Corpus, load_corpus, load_user_corpus
from makar.domains.music.piece.piece import Pieces, Provenance

YOURS = "yours"
"""The genre that a folder of one's own makes."""


@dataclass(frozen=True)
class Genre:
    """Where a genre's tunes are.

    Attributes:
        words: What they are.
        collections: Of tunes in ABC, by the names of ``sources``.
        scores: A folder of scores in music21's corpus, whose top voices are the tunes.
    """

    words: str
    collections: tuple[str, ...] = ()
    scores: str = ""


GENRES = {
    "irish": Genre("O'Neill's Music of Ireland", ("oneills1850",)),
    "american": Genre(
        "Ryan's Mammoth Collection: fiddle tunes of the United States", ("ryansMammoth",)
    ),
    "scots": Genre("Aird's Selection of Scotch, English, Irish and foreign airs", ("airdsAirs",)),
    "chorale": Genre("the melodies of Bach's chorales", scores="bach"),
    "essen": Genre("the Essen folk songs: for non-commercial use only", ("essen",)),
}


@dataclass(frozen=True)
class GenrePhrases:
    """Phrases of one genre on one side of the split.

    Attributes:
        pieces: The phrases, one voice each.
        tune: ``(B,)`` the tune that each is from; variants of a tune share its number.
        sources: Where each is from.
    """

    pieces: Pieces
    tune: Int[np.ndarray, " B"]
    sources: tuple[Provenance, ...]

    def take(self, rows: Sequence[int] | Int[np.ndarray, " N"]) -> GenrePhrases:
        """The phrases of those rows."""
        chosen = [int(row) for row in rows]
        sources = tuple(self.sources[row] for row in chosen)
        return GenrePhrases(self.pieces.take(chosen), self.tune[chosen], sources)


def check_genre(name: str, folder: Path | None = None) -> None:
    """Refuse a genre that cannot be read.

    Raises:
        UnreadableError: there is none of that name, it is not installed, or the folder is none.
    """
    if folder is not None:
        user_files(folder)
        return
    if name not in GENRES:
        known = ", ".join(GENRES)
        raise UnreadableError(name, "there is no such genre", remedy=f"Choose from: {known}")
    for collection in GENRES[name].collections:
        collection_files(collection)


def genre_corpus(name: str, folder: Path | None = None) -> Corpus:
    """The tunes of a genre, or of one's own folder.

    Raises:
        UnreadableError: as ``check_genre``.
    """
    check_genre(name, folder)
    if folder is not None:
        return load_user_corpus(folder)
    genre = GENRES[name]
    if genre.scores:
        return load_user_corpus(music21_corpus() / genre.scores)
    return load_corpus(genre.collections)


def genre_phrases(corpus: Corpus, bars: int, metre: str, *, side: Side) -> GenrePhrases:
    """Phrases of so many bars, whose last bar is not all rest."""
    windows = corpus.windows(bars, (metre,), side=side)
    pieces = [grid.piece() for grid in windows.grids]
    full = [n for n, piece in enumerate(pieces) if piece.end > (bars - 1) * piece.metre.bar]
    origin = windows.piece[full]
    return GenrePhrases(
        Pieces(tuple(pieces[n] for n in full)),
        corpus.group[origin],
        tuple(corpus.provenance[n] for n in origin),
    )
