"""How the bars around a hole are played, so that made bars do not sound pasted in.

Loudness, the gap before the next note and swing are taken from the same place in the bar of the
nearest bars that stay.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from makar.domains.music.infill.hole import Hole
from makar.domains.music.musicxml.bars import Bar
from makar.domains.music.piece.piece import DURATION, ONSET, PITCH, VELOCITY, NoteRows

DEFAULT_VELOCITY = 80
NEIGHBOURS = 4
"""Bars on either side that are listened to."""
LONGEST_GAP, LEAST_GAP = 12, -3
"""Ticks between a note's end and the next one's beginning that are the player's touch: from an
overlap of a thirty-second to an eighth; what is longer is a rest, which the model writes."""
_BEAT = 24
_SWUNG = (13.5, 17.5)
"""Ticks after the beat at which the second of two swung eighths is struck, at least and at most."""
_FEWEST = 4
"""Off-beat eighths from which swing is believed."""
Place = tuple[int, int]
"""Number of a neighbouring bar, and a place in it (ticks)."""


@dataclass(frozen=True)
class Feel:
    """How a line is played around a hole.

    Attributes:
        struck: For each neighbouring bar that has notes its centre (ticks from the hole's
            start), and rows of place in the bar, velocity and gap (-1000 where a rest follows).
        loudness: Mean velocity of the neighbours.
        swing: Ticks from the beat to its swung second half; 12 is straight.
        gaps: False in notation, where a length is written and not played.
    """

    struck: tuple[tuple[float, NoteRows], ...] = ()
    loudness: float = DEFAULT_VELOCITY
    swing: float = _BEAT / 2
    gaps: bool = True

    @property
    def swings(self) -> bool:
        """True where eighths are not even."""
        return self.swing != _BEAT / 2

    def played(self, rows: NoteRows, hole: Hole) -> NoteRows:
        """Written notes as the neighbours would be played."""
        if not len(rows):
            return rows
        rows = rows.copy()
        nearest = [self._like(onset - hole.start, hole) for onset in rows[:, ONSET].tolist()]
        loud = np.array([self.loudness if n is None else n[0] for n in nearest])
        rows[:, VELOCITY] = np.clip(np.rint(loud + self.loudness - loud.mean()), 1, 127)
        if self.swings:
            ends = swung(rows[:, ONSET] + rows[:, DURATION], self.swing, hole.start)
            rows[:, ONSET] = swung(rows[:, ONSET], self.swing, hole.start)
            rows[:, DURATION] = ends - rows[:, ONSET]
        if self.gaps:
            self._touch(rows, [0 if n is None else n[1] for n in nearest], hole)
        return rows

    def _touch(self, rows: NoteRows, gaps: Sequence[int], hole: Hole) -> None:
        """Let go of each note as long before the next one as the neighbours do."""
        following = [*rows[1:, ONSET].tolist(), hole.end]
        pitches = [*rows[1:, PITCH].tolist(), -1]
        for row, gap, upon, pitch in zip(rows, gaps, following, pitches, strict=True):
            onset, duration = int(row[ONSET]), int(row[DURATION])
            if onset + duration < upon:  # a rest follows
                continue
            least = 0 if pitch in (-1, row[PITCH]) else LEAST_GAP
            row[DURATION] = upon - onset - min(max(gap, least), (upon - onset) // 2)

    def _like(self, tick: int, hole: Hole) -> tuple[int, int] | None:
        """Velocity and gap of the note at the same place of the nearest neighbouring bar."""
        length = hole.bars[0].end - hole.bars[0].start
        place = tick % length
        best: tuple[float, float, int, int] | None = None
        for centre, notes in self.struck:
            away = np.abs(notes[:, 0] - place)
            row = int(away.argmin())
            found = (float(away[row] > 3) * float(away[row]), abs(centre - tick))
            if best is None or found < best[:2]:
                best = (*found, int(notes[row, 1]), int(notes[row, 2]))
        return None if best is None else best[2:]


def feel_of(notes: NoteRows, bars: Sequence[Bar], hole: Hole, *, written: bool) -> Feel:
    """Listen to the bars around a hole.

    Args:
        notes: The line without what is in the hole, one note at a time.
        bars: All bars of the piece.
        hole: The bars to be made.
        written: True in notation: loudness alone is listened to.
    """
    if not len(notes):
        return Feel(gaps=not written)
    at = next((n for n, bar in enumerate(bars) if bar.start >= hole.start), len(bars))
    near = [*bars[max(at - NEIGHBOURS, 0) : at], *[b for b in bars if b.start >= hole.end]]
    near = near[: min(at, NEIGHBOURS) + NEIGHBOURS]
    gaps = _gaps(notes)
    struck: list[tuple[float, NoteRows]] = []
    for bar in near:
        inside = (notes[:, ONSET] >= bar.start - 2) & (notes[:, ONSET] < bar.end - 2)
        if inside.any():
            places = notes[inside, ONSET] - bar.start
            rows = np.stack([places, notes[inside, VELOCITY], gaps[inside]], axis=1)
            struck.append(((bar.start + bar.end) / 2 - hole.start, rows))
    if not struck:  # a piece of rests around: what is nearest
        middle = (hole.start + hole.end) / 2
        nearest = np.argsort(np.abs(notes[:, ONSET] - middle), kind="stable")[:16]
        return Feel((), float(notes[nearest, VELOCITY].mean()), gaps=not written)
    loudness = float(np.concatenate([rows[:, 1] for _, rows in struck]).mean())
    compound = hole.bars[0].metre.beat != _BEAT
    swing = _BEAT / 2 if written or compound else _swing(notes, near)
    return Feel(tuple(struck), loudness, swing, gaps=not written)


def _gaps(notes: NoteRows) -> NoteRows:
    """Ticks from each note's end to the next one's beginning; what is a rest counts as none."""
    gaps = np.zeros(len(notes), np.int64)
    if len(notes) > 1:
        between = np.diff(notes[:, ONSET])
        gaps[:-1] = between - notes[:-1, DURATION]
        rest = (gaps[:-1] > LONGEST_GAP) | (gaps[:-1] * 2 > between)
        touched = gaps[:-1][~rest]
        gaps[:-1][rest] = int(np.median(touched)) if len(touched) else 0
        gaps[-1] = int(np.median(gaps[:-1]))
    return gaps


def _swing(notes: NoteRows, near: Sequence[Bar]) -> float:
    """Where the off-beat eighths of these bars are struck, in ticks after the beat."""
    off: list[int] = []
    straight = 0
    for bar in near:
        places = notes[(notes[:, ONSET] >= bar.start) & (notes[:, ONSET] < bar.end), ONSET]
        inside = (places - bar.start) % _BEAT
        for beat in np.unique((places - bar.start) // _BEAT).tolist():
            here = inside[(places - bar.start) // _BEAT == beat]
            later = here[(here > 3) & (here < _BEAT - 3)]
            if len(here) == 2 and len(later) == 1:
                swings = _SWUNG[0] <= int(later[0]) <= _SWUNG[1]
                off += [int(later[0])] * swings
                straight += not swings
    if len(off) < _FEWEST or straight > len(off):
        return _BEAT / 2
    return float(np.median(off))


def swung(ticks: NoteRows, swing: float, start: int) -> NoteRows:
    """Straight times with the second half of each beat moved to where it swings."""
    beat, place = np.divmod(ticks - start, _BEAT)
    half = _BEAT / 2
    late = swing + (place - half) * (_BEAT - swing) / half
    moved = np.where(place < half, place * swing / half, late)
    return start + beat * _BEAT + np.rint(moved).astype(np.int64)


def straightened(ticks: NoteRows, swing: float, start: int) -> NoteRows:
    """Swung times as they would be written: the other way round."""
    beat, place = np.divmod(ticks - start, _BEAT)
    half = _BEAT / 2
    late = half + (place - swing) * half / (_BEAT - swing)
    moved = np.where(place < swing, place * half / swing, late)
    return start + beat * _BEAT + np.rint(moved).astype(np.int64)
