"""The tunes makar learns from: read once, cached, deduplicated, split by tune.

>>> corpus = load_corpus()                                    # doctest: +SKIP
>>> phrases = corpus.windows(bars=8, metres=("4/4",), side="train")   # doctest: +SKIP
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Int

from makar.core.columnar import Columnar
from makar.domains.music.corpus import cache as corpus_cache
from makar.domains.music.corpus.columns import Columns
from makar.domains.music.corpus.groups import SIDES, Side, find_groups
from makar.domains.music.corpus.limits import what_cannot_be_learned
from makar.domains.music.corpus.sources import (
    DEFAULT_COLLECTIONS,
    Harvest,
    collection_files,
    harvest_collections,
    harvest_user,
    user_files,
)
from makar.domains.music.corpus.windows import Windows, cut_windows
from makar.domains.music.piece.key_finding import keys_in_words
from makar.domains.music.piece.piece import Piece, Pieces, Provenance

READER_VERSION = 3
"""Raised whenever a reader or the layout of the columns changes: older caches are then rebuilt."""


_HEARD = "keys heard 1"
"""How a user's files without a key are read; the collections all write one."""


@dataclass(frozen=True)
class Corpus(Columnar[Piece]):
    """Pieces with their origin, their group and their side of the split.

    Attributes:
        columns: The music.
        names: Names of each piece's parts.
        provenance: Title, source and licence of each piece.
        collection: The collection each piece is from; ``user`` for the user's own.
        group: ``(n,)`` pieces with the same number are variants of one tune.
        side: ``(n,)`` number in ``SIDES``: whole groups are trained on or held out.
        dropped: What the readers dropped or ignored, by name, over all files.
        skipped: File or tune, and why it could not be read.
        duplicates: Tunes left out because the same melody came before.
        heard: Keys by ear of pieces that write none, as ``key_finding.said_of`` says it.
    """

    columns: Columns
    names: tuple[tuple[str, ...], ...]
    provenance: tuple[Provenance, ...]
    collection: tuple[str, ...]
    group: Int[np.ndarray, " n"]
    side: Int[np.ndarray, " n"]
    dropped: Mapping[str, int]
    skipped: tuple[tuple[str, str], ...]
    duplicates: int
    heard: Mapping[str, int] = field(default_factory=dict[str, int])

    def __len__(self) -> int:
        return len(self.columns)

    def work(self, index: int) -> Piece:
        """See ``Columnar``."""
        return self.columns.piece(index, self.names[index], self.provenance[index])

    def take(self, indices: Iterable[int]) -> Pieces:
        """The pieces at ``indices``, in that order."""
        return Pieces(tuple(self[int(i)] for i in indices))

    @cached_property
    def pieces(self) -> Pieces:
        """All pieces as objects, made once."""
        return self.take(range(len(self)))

    def rows(self, side: Side) -> Int[np.ndarray, " m"]:
        """Numbers of the pieces on one side of the split."""
        return np.flatnonzero(self.side == SIDES.index(side))

    def windows(
        self,
        bars: int = 8,
        metres: Sequence[str] = ("4/4",),
        *,
        side: Side | None = None,
    ) -> Windows:
        """Phrases of whole bars on the sixteenth grid, cut where sections begin and end.

        Args:
            bars: Bars in a phrase.
            metres: Time signatures to take; 2/2 counts as 4/4.
            side: One side of the split, or None for all pieces.

        Raises:
            ValueError: a metre is not written as beats/unit.
        """
        rows = None if side is None else self.rows(side)
        return cut_windows(self.columns, bars=bars, metres=metres, only=rows)

    @property
    def keys_heard(self) -> list[str]:
        """In one sentence, in how many pieces no key is written, and which are heard; or none."""
        return keys_in_words(self.heard, len(self) + self.duplicates)

    def shortcomings(self) -> list[str]:
        """In words, what cannot be learned from so few or so uniform pieces; empty if all can."""
        return what_cannot_be_learned(self.columns, held_out=len(self.rows("heldout")))


def load_corpus(collections: Sequence[str] = DEFAULT_COLLECTIONS, *, cache: bool = True) -> Corpus:
    """The tunes of the collections in the user's installed music21.

    Repeats are not played out: every section is heard once, with the last of its endings.

    Args:
        collections: Names in ``COLLECTIONS``. ``essen`` must be asked for: its terms are
            non-commercial, and each of its pieces says so.
        cache: Use and fill the cache in ``$MAKAR_CACHE`` or ``~/.cache/makar``.

    Raises:
        UnreadableError: a collection does not exist or is not installed.
    """
    names = tuple(dict.fromkeys(collections))
    files = [path for name in names for path in collection_files(name)]
    key = corpus_cache.key_of(READER_VERSION, f"{names}|False", files) if cache else ""
    return _cached(key, lambda: harvest_collections(names))


def load_user_corpus(folder: Path | str, *, cache: bool = True) -> Corpus:
    """The user's own music: every MIDI, MusicXML and ABC file below a folder.

    Files that cannot be read are in ``skipped`` with their reasons; see also
    ``Corpus.shortcomings``.

    Args:
        folder: Where the files are.
        cache: As in ``load_corpus``.

    Raises:
        UnreadableError: ``folder`` is not a folder.
    """
    root = Path(folder).expanduser()
    found = user_files(root)
    settings = "|".join([str(root), "False", _HEARD, *map(str, found.left_out)])
    key = corpus_cache.key_of(READER_VERSION, settings, found.files) if cache else ""
    return _cached(key, lambda: harvest_user(root, found))


def _cached(key: str, harvest: Callable[[], Harvest]) -> Corpus:
    stored = corpus_cache.load(key) if key else None
    if stored is not None:
        try:
            return _restore(*stored)
        except (KeyError, TypeError, ValueError, IndexError):
            pass  # written by something else under the same name: build it again
    corpus = _build(harvest())
    if key:
        corpus_cache.save(key, *_store(corpus))
    return corpus


def _build(harvest: Harvest) -> Corpus:
    columns = Columns.of(harvest.pieces, harvest.bars)
    groups = find_groups(columns)
    new = np.flatnonzero(groups.first == np.arange(len(columns)))
    pieces = [harvest.pieces[i] for i in new]
    return Corpus(
        columns=columns
        if len(new) == len(columns)
        else Columns.of(pieces, [harvest.bars[i] for i in new]),
        names=tuple(tuple(part.name for part in p.parts) for p in pieces),
        provenance=tuple(p.provenance for p in pieces),
        collection=tuple(harvest.collection[i] for i in new),
        group=np.unique(groups.group[new], return_inverse=True)[1].astype(np.int64),
        side=groups.side[new],
        dropped=Counter(harvest.dropped),
        skipped=tuple(harvest.skipped),
        duplicates=len(columns) - len(new),
        heard=Counter(harvest.heard),
    )


def _store(corpus: Corpus) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    arrays = {**corpus.columns.arrays(), "group": corpus.group, "side": corpus.side}
    licences = sorted({p.licence for p in corpus.provenance})
    number = {licence: n for n, licence in enumerate(licences)}
    about = {
        "names": corpus.names,
        "licences": licences,
        "provenance": [(*astuple(p)[:3], number[p.licence]) for p in corpus.provenance],
        "collection": corpus.collection,
        "dropped": corpus.dropped,
        "skipped": corpus.skipped,
        "duplicates": corpus.duplicates,
        "heard": corpus.heard,
    }
    return arrays, about


def _restore(arrays: dict[str, np.ndarray], about: dict[str, Any]) -> Corpus:
    group, side = arrays.pop("group"), arrays.pop("side")
    licences = about["licences"]
    return Corpus(
        columns=Columns(**arrays),
        names=tuple(tuple(names) for names in about["names"]),
        provenance=tuple(
            Provenance(title, composer, source, licences[number])
            for title, composer, source, number in about["provenance"]
        ),
        collection=tuple(about["collection"]),
        group=group,
        side=side,
        dropped=Counter(about["dropped"]),
        skipped=tuple((name, reason) for name, reason in about["skipped"]),
        duplicates=about["duplicates"],
        heard=Counter(about.get("heard", {})),  # caches of collections from before have none
    )
