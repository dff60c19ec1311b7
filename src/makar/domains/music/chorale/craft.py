"""How works in four voices are kept in a ledger, shown in a report and handed out as files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from jaxtyping import Int

from makar.core.types import Works
from makar.domains.music.harmony.copies import ChordCopies, LineCopies
from makar.domains.music.melody.grid import STEP, grid_json, grid_of_json
from makar.domains.music.picture.card import FORMATS, ORIGINAL, SHOWN, card_html, write_any
from makar.domains.music.piece.piece import ONSET, Piece, Provenance
from makar.domains.music.tune.craft import Source
from makar.domains.music.voices.voices import (
    HOLD,
    REST,
    SOPRANO,
    VOICES,
    VoiceGrid,
    VoiceGrids,
    voices_of,
)
from makar.measures.copies import SharedRuns
from makar.measures.novelty import first_run
from makar.measures.variety import KeyRuns

NAMED_FROM = 6
"""Moves of all voices (seven chords) that must be shared before a source is worth naming."""
LINE_NAMED_FROM = 12
"""The same for one voice (thirteen notes): hymns move by step, and are soon alike."""
OPENING = 4
"""Beats that tell one opening from another."""


@dataclass(frozen=True)
class VoicesCraft:
    """Keeps, shows and hands out works in four voices.

    Attributes:
        chords: The corpus, to find shared runs of chords in; None names no sources.
        lines: The same for single voices.
        sources: Provenance of each work in these.
        limits: Moves in one run, of chords and of a line, above which a work counts as a copy.
        program: General MIDI program that sings.
        tempo: Beats per minute.
    """

    chords: ChordCopies | None = None
    lines: LineCopies | None = None
    sources: Sequence[Provenance] = ()
    limits: tuple[float, float] = (np.inf, np.inf)
    program: int = 52
    tempo: float = 72.0
    kind: str = "music/voice-grid"
    formats: tuple[str, ...] = FORMATS
    shown: str = SHOWN
    original: str = ORIGINAL

    def pack(self, work: VoiceGrid) -> bytes:
        """The work as JSON."""
        return grid_json(work.tokens, work.metre, work.key)

    def unpack(self, content: bytes) -> VoiceGrid:
        """The work from that JSON."""
        return VoiceGrid(*grid_of_json(content, np.int16))

    def stack(self, works: Sequence[VoiceGrid]) -> VoiceGrids:
        """Single works as a batch."""
        return VoiceGrids.stack(works)

    def notation(self, work: VoiceGrid) -> str:
        """The soprano in ABC, without its header."""
        from makar.domains.music.abc.write import abc_body

        soprano = replace(work, tokens=work.tokens[: SOPRANO + 1])
        return abc_body(soprano.piece())

    @property
    def variety(self) -> KeyRuns[VoiceGrid]:
        """Runs of harmonies."""
        return KeyRuns(self.keys, self.cells)

    def named(self) -> VoicesCraft:
        """The same: Bach is always named."""
        return self

    def keys(self, works: Works[VoiceGrid]) -> tuple[Int[np.ndarray, "B N"], Int[np.ndarray, " B"]]:
        """The harmony on each beat: its pitch classes above the tonic, and the bass among them.

        How a harmony is laid out and ornamented makes no difference here.
        """
        grids = voices_of(works)
        beats = np.array([m.beat // STEP for m in grids.metres], np.int64)
        count = -(-grids.steps // beats)
        width = int(count.max(initial=0))
        at = np.minimum(np.arange(width) * beats[:, None], grids.tokens.shape[2] - 1)
        heard = np.take_along_axis(grids.sounding, at[:, None, :], axis=2).astype(np.int64)
        classes = (heard - grids.tonic[:, None, None]) % 12
        sung = heard != REST
        chord = np.bitwise_or.reduce(np.where(sung, 1 << classes, 0), axis=1)
        lowest = np.where(sung, heard, 128).min(axis=1)
        bass = np.where(lowest < 128, (lowest - grids.tonic[:, None]) % 12, 12)
        return np.where(np.arange(width) < count[:, None], chord * 16 + bass, 0), count

    def cells(self, works: Works[VoiceGrid]) -> Int[np.ndarray, " B"]:
        """Which kind of opening a work has: its first harmonies, as one number."""
        return first_run(*self.keys(works), OPENING)

    def resemblances(self, works: Works[VoiceGrid]) -> list[Source]:
        """For each work the corpus work it shares most with: in all voices, or else in one."""
        grids = voices_of(works)
        if self.chords is None or self.lines is None:
            return [Source()] * len(grids)
        chords = self.chords.longest_runs(grids)
        lines = self.lines.longest_runs(grids)
        return [self._source(grids[row], row, chords, lines) for row in range(len(grids))]

    def _source(
        self, work: VoiceGrid, row: int, chords: SharedRuns, lines: Sequence[SharedRuns]
    ) -> Source:
        assert self.lines is not None
        line = max(range(len(lines)), key=lambda n: lines[n].length[row])
        voice, in_line = self.lines.voices[line], int(lines[line].length[row])
        in_all = int(chords.length[row])
        copied = in_all > self.limits[0], in_line > self.limits[1]
        if copied[0] or (in_all >= NAMED_FROM and not copied[1]):
            text = f"{in_all + 1} chords running"
            return self._named(
                int(chords.source[row]), in_all, text, int(chords.start[row]), copied[0]
            )
        if in_line < LINE_NAMED_FROM and not copied[1]:
            return Source(length=in_all)
        text = f"{in_line + 1} notes of the {VOICES[voice].lower()}"
        first, last = (
            _moment(work, voice, int(lines[line].start[row]) + extra) for extra in (0, in_line)
        )
        return self._named(int(lines[line].source[row]), last - first, text, first, copied[1])

    def _named(self, source: int, length: int, text: str, start: int, too_near: bool) -> Source:
        whose = self.sources[source]
        title = whose.title or whose.source or "an untitled work"
        return Source(title, whose.licence, length, text, start, source, too_near)

    def piece(self, work: VoiceGrid, *, title: str = "", notice: str = "") -> Piece:
        """The work as a piece, at the pace and on the instrument chosen."""
        quarters = self.tempo * work.metre.beat / (4 * STEP)
        piece = work.piece(program=self.program, quarters_per_minute=quarters, title=title)
        licence = notice or piece.provenance.licence
        return replace(piece, provenance=replace(piece.provenance, licence=licence))

    def export(self, work: VoiceGrid, path: Path, *, title: str = "", notice: str = "") -> None:
        """Write the work in the format that the suffix names.

        Raises:
            ValueError: the suffix is none of ``formats``.
        """
        write_any(self.piece(work, title=title, notice=notice), path)

    def card(self, work: VoiceGrid, *, marks: Sequence[tuple[int, int, str]] = ()) -> str:
        """The work to be heard and seen: player, staff and piano roll, as HTML.

        Args:
            work: The work.
            marks: Runs of chords to point out: first moment, number of moments, and a label.
        """
        ticks = [*(_moments(work) * STEP).tolist(), work.tokens.shape[1] * STEP]
        spans = [
            (ticks[first], ticks[min(first + count, len(ticks) - 1)], label)
            for first, count, label in marks
        ]
        return card_html(self.piece(work), spans)


def _moments(work: VoiceGrid) -> Int[np.ndarray, " M"]:
    """Columns in which some voice strikes or ends a note."""
    return np.flatnonzero((work.tokens != HOLD).any(axis=0))


def _moment(work: VoiceGrid, voice: int, note: int) -> int:
    """Number of the moment in which a voice's note begins."""
    onset = work.piece().parts[voice].notes[note, ONSET] // STEP
    return int(np.searchsorted(_moments(work), onset))
