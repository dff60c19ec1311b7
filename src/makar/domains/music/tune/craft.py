"""How melodies are kept in a ledger, shown in a report and handed out as files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from jaxtyping import Int

from makar.core.types import Works
from makar.domains.music.melody.grid import STEP, MelodyGrid, MelodyGrids, grid_json, grid_of_json
from makar.domains.music.melody.melody import melodies_of
from makar.domains.music.picture.card import FORMATS, ORIGINAL, SHOWN, marked_card, write_any
from makar.domains.music.piece.piece import Piece, Provenance
from makar.domains.music.piece.register import placed
from makar.domains.music.rewards.moves import moves_of
from makar.domains.music.rewards.novelty import CopyIndex
from makar.measures.novelty import first_run
from makar.measures.variety import KeyRuns

NAMED_FROM = 8
"""Moves (nine notes) that must be shared before a source is worth naming."""

OPENING = 6
"""Moves (seven notes) that tell one opening from another."""


@dataclass(frozen=True)
class Source:
    """The corpus tune that a melody shares most with.

    Attributes:
        title: Of the tune; empty where nothing worth naming is shared.
        licence: Of the tune.
        length: Moves shared in one run; the notes are one more.
        text: What is shared, in words.
        start: First shared note of the melody.
        source: Number of the window in the corpus, -1 for none.
        too_near: True where the gate takes the melody for a copy.
    """

    title: str = ""
    licence: str = ""
    length: int = 0
    text: str = ""
    start: int = 0
    source: int = -1
    too_near: bool = False

    @property
    def marks(self) -> tuple[int, int]:
        """First shared note, and how many: a run of n moves takes in n + 1 notes."""
        return self.start, self.length + 1


@dataclass(frozen=True)
class MelodyCraft:
    """Keeps, shows and hands out melodies.

    Attributes:
        index: The corpus, to find near copies in.
        sources: Provenance of each melody in the index.
        limit: Moves in one run above which a melody counts as a copy.
        program: General MIDI program that plays.
        tempo: Beats per minute.
        private_from: Sources from this one on are the user's own and are not named; None names all.
    """

    index: CopyIndex
    sources: Sequence[Provenance]
    limit: float
    program: int = 73
    tempo: float = 100.0
    private_from: int | None = None
    kind: str = "music/melody-grid"
    formats: tuple[str, ...] = FORMATS
    shown: str = SHOWN
    original: str = ORIGINAL

    def pack(self, work: MelodyGrid) -> bytes:
        """The melody as JSON."""
        return grid_json(work.tokens, work.metre, work.key)

    def unpack(self, content: bytes) -> MelodyGrid:
        """The melody from that JSON."""
        return MelodyGrid(*grid_of_json(content, np.int8))

    def stack(self, works: Sequence[MelodyGrid]) -> MelodyGrids:
        """Single melodies as a batch."""
        return MelodyGrids.stack(works)

    def notation(self, work: MelodyGrid) -> str:
        """The melody in ABC, without its header, in the octave of the grid.

        This is how a ledger names it, whatever plays it: files and cards are as ``piece`` has it.
        """
        from makar.domains.music.abc.write import abc_body

        return abc_body(work.piece())

    @property
    def variety(self) -> KeyRuns[MelodyGrid]:
        """Runs of moves."""
        return KeyRuns(self.keys, self.cells)

    def named(self) -> MelodyCraft:
        """The same, naming the user's own tunes too."""
        return replace(self, private_from=None)

    def keys(
        self, works: Works[MelodyGrid]
    ) -> tuple[Int[np.ndarray, "B N"], Int[np.ndarray, " B"]]:
        """Moves: interval and time to the next note, whatever the key."""
        moves = moves_of(melodies_of(works))
        return moves.keys, moves.count

    def cells(self, works: Works[MelodyGrid]) -> Int[np.ndarray, " B"]:
        """Which kind of opening a melody has: its first moves, as one number."""
        return first_run(*self.keys(works), OPENING)

    def resemblances(self, works: Works[MelodyGrid]) -> list[Source]:
        """For each melody the corpus tune it shares the longest run with."""
        runs = self.index.longest_runs(melodies_of(works))
        return [
            self._source(int(length), int(source), int(start))
            for length, source, start in zip(runs.length, runs.source, runs.start, strict=True)
        ]

    def _source(self, length: int, source: int, start: int) -> Source:
        if length < NAMED_FROM or source < 0:
            return Source(length=length)
        whose = self.sources[source]
        title = whose.title or whose.source or "an untitled tune"
        if self.private_from is not None and source >= self.private_from:
            title = "a tune of your own"
        too_near = length > self.limit
        text = f"{length + 1} notes running"
        return Source(title, whose.licence, length, text, start, source, too_near)

    def piece(self, work: MelodyGrid, *, title: str = "", notice: str = "") -> Piece:
        """The melody as a piece, at the pace and on the instrument chosen, where that plays it."""
        quarters = self.tempo * work.metre.beat / (4 * STEP)
        piece = placed(work.piece(program=self.program, quarters_per_minute=quarters, title=title))
        licence = notice or piece.provenance.licence
        return replace(piece, provenance=replace(piece.provenance, licence=licence))

    def export(self, work: MelodyGrid, path: Path, *, title: str = "", notice: str = "") -> None:
        """Write the melody in the format that the suffix names.

        Raises:
            ValueError: the suffix is none of ``formats``.
        """
        write_any(self.piece(work, title=title, notice=notice), path)

    def card(self, work: MelodyGrid, *, marks: Sequence[tuple[int, int, str]] = ()) -> str:
        """The melody to be heard and seen: player, staff and piano roll, as HTML.

        Args:
            work: The melody.
            marks: Runs of notes to point out: first note, number of notes, and a label.
        """
        return marked_card(self.piece(work), marks)
