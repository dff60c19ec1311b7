"""Bach's chorales from the user's installed music21: read once, cached, split by tune.

>>> chorales = load_chorales()                                # doctest: +SKIP
>>> phrases = chorales.phrases(4, "4/4", side="train")        # doctest: +SKIP
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Mapping, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Int

from makar.core.errors import UnreadableError
from makar.domains.music.chorale.files import Chorale, read_chorale
from makar.domains.music.chorale.phrases import ChoralePhrases, cut_phrases
from makar.domains.music.chorale.split import split_by_tune
from makar.domains.music.corpus import cache as corpus_cache
from makar.domains.music.corpus.groups import SIDES, Side
from makar.domains.music.corpus.sources import music21_corpus
from makar.domains.music.melody.grid import STEP, OffGridError
from makar.domains.music.piece.piece import Key, Metre, Piece, Provenance
from makar.domains.music.voices.voices import VoiceGrid, VoiceGrids, encode_voices

READER_VERSION = 2
"""Raised whenever the reading of chorales or this layout changes: older caches are rebuilt."""
FOLDER = "bach"
COMPOSER = "Johann Sebastian Bach"


@dataclass(frozen=True)
class Chorales:
    """Whole chorales on the grid, from their first full bar on.

    Attributes:
        works: Their four voices.
        lines: ``(L, 2)`` chorale and first column of every note with a fermata, which ends a
            line of the hymn.
        provenance: File, composer and licence of each.
        group: ``(n,)`` chorales with the same number have one tune.
        side: ``(n,)`` number in ``SIDES``: a tune is wholly learned from or wholly held out.
        left_out: How many files are not among them, by reason.
    """

    works: VoiceGrids
    lines: Int[np.ndarray, "L 2"]
    provenance: tuple[Provenance, ...]
    group: Int[np.ndarray, " n"]
    side: Int[np.ndarray, " n"]
    left_out: Mapping[str, int]

    def __len__(self) -> int:
        return len(self.works)

    def phrases(
        self, bars: int, metres: Sequence[str] = ("4/4", "3/4"), *, side: Side
    ) -> ChoralePhrases:
        """Phrases of so many bars from one side of the split; see ``cut_phrases``."""
        wanted = [
            n
            for n in np.flatnonzero(self.side == SIDES.index(side)).tolist()
            if str(self.works.metres[n]) in metres
        ]
        return cut_phrases(self.works, self.lines, bars=bars, only=wanted)


def load_chorales(*, cache: bool = True) -> Chorales:
    """The chorales; see ``reading_chorales``, whose progress is shown to nobody."""
    work = reading_chorales(cache=cache)
    while True:
        try:
            next(work)
        except StopIteration as end:
            return end.value


def reading_chorales(*, cache: bool = True) -> Generator[tuple[int, int], None, Chorales]:
    """Every movement for soprano, alto, tenor and bass in music21's folder of Bach.

    Instruments that play along are left out; what is not in four voices, changes its metre or
    leaves the grid of sixteenths is counted in ``left_out``, as are exact duplicates.

    Args:
        cache: Use and fill the cache in ``$MAKAR_CACHE`` or ``~/.cache/makar``.

    Yields:
        How many files are read, and how many there are; nothing where they are in the cache.

    Raises:
        UnreadableError: music21, or its Bach, is not installed.
    """
    files = chorale_files()
    key = corpus_cache.key_of(READER_VERSION, "chorales", files) if cache else ""
    stored = corpus_cache.load(key) if key else None
    if stored is not None:
        try:
            return _restore(*stored)
        except (KeyError, TypeError, ValueError, IndexError):
            pass  # written by something else under the same name: build it again
    chorales = yield from _read(files)
    if key:
        corpus_cache.save(key, *_store(chorales))
    return chorales


def chorale_files() -> list[Path]:
    """The scores, by name.

    Raises:
        UnreadableError: music21, or its Bach, is not installed.
    """
    folder = music21_corpus() / FOLDER
    files = sorted(folder.glob("*.mxl"))
    if not files:
        raise UnreadableError(
            str(folder), "it holds no scores", remedy="Install music21 with its corpus"
        )
    return files


def _read(files: Sequence[Path]) -> Generator[tuple[int, int], None, Chorales]:
    grids: list[VoiceGrid] = []
    read: list[tuple[Chorale, Path]] = []
    left_out: Counter[str] = Counter()
    known: set[bytes] = set()
    for done, path in enumerate(files):
        yield done, len(files)
        try:
            chorale = read_chorale(path)
            grid = _whole(chorale.piece)
        except UnreadableError as error:
            left_out[error.fault] += 1
            continue
        except OffGridError as error:
            left_out[str(error)] += 1
            continue
        if (digest := grid.tokens.tobytes()) in known:
            left_out["the same music as in another file"] += 1
            continue
        known.add(digest)
        grids.append(grid)
        read.append((chorale, path))
    works = VoiceGrids.stack(grids)
    lines = [
        (number, (tick - chorale.piece.pickup) // STEP)
        for number, (chorale, _) in enumerate(read)
        for tick in chorale.fermatas.tolist()
        if tick >= chorale.piece.pickup
    ]
    split = split_by_tune(works)
    return Chorales(
        works=works,
        lines=np.array(lines, np.int64).reshape(-1, 2),
        provenance=tuple(_provenance(path, chorale.piece) for chorale, path in read),
        group=split.group,
        side=split.side,
        left_out=left_out,
    )


def _whole(piece: Piece) -> VoiceGrid:
    """The piece from its first full bar on, its last bar filled up."""
    return encode_voices(piece, 0, max(-(-(piece.end - piece.pickup) // piece.metre.bar), 1))


def _provenance(path: Path, piece: Piece) -> Provenance:
    title = path.stem.replace("bwv", "BWV ")
    return Provenance(title, COMPOSER, f"music21, {FOLDER}/{path.name}", piece.provenance.licence)


def _store(chorales: Chorales) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    works = chorales.works
    arrays = {
        "tokens": works.tokens, "steps": works.steps,
        "lines": chorales.lines, "group": chorales.group, "side": chorales.side,
    }  # fmt: skip
    about = {
        "metres": [(m.beats, m.unit) for m in works.metres],
        "keys": [(k.tonic, k.mode) for k in works.keys],
        "provenance": [astuple(p) for p in chorales.provenance],
        "left_out": chorales.left_out,
    }
    return arrays, about


def _restore(arrays: dict[str, np.ndarray], about: dict[str, Any]) -> Chorales:
    works = VoiceGrids(
        arrays["tokens"],
        arrays["steps"],
        tuple(Metre(0, beats, unit) for beats, unit in about["metres"]),
        tuple(Key(tonic, mode) for tonic, mode in about["keys"]),
    )
    return Chorales(
        works, arrays["lines"], tuple(Provenance(*p) for p in about["provenance"]),
        arrays["group"], arrays["side"], Counter(about["left_out"]),
    )  # fmt: skip
