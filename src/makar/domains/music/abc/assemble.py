"""From written voices to a piece: bars in playing order, ties joined, ticks."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

import numpy as np
from jaxtyping import Int

from makar.domains.music.abc.bars import Layout, Segment, lay_out_bars
from makar.domains.music.abc.tune import FINE, MAX_NOTES, BarTable, Dropped, TuneError
from makar.domains.music.abc.voice import Bar, Voice
from makar.domains.music.piece.piece import (
    Key,
    KeyChange,
    NoteRows,
    Part,
    Piece,
    Provenance,
    Tempo,
)

VELOCITY = 80
"""ABC's dynamics are not read: every note is played alike."""
V = TypeVar("V")
Order = Callable[[Sequence[Bar]], list[int]]


@dataclass
class _Played:
    """One voice in playing order; times in fine ticks."""

    onset: list[int] = field(default_factory=list[int])
    duration: list[int] = field(default_factory=list[int])
    pitch: list[int] = field(default_factory=list[int])
    tied: list[int] = field(default_factory=list[int])
    segments: list[Segment] = field(default_factory=list[Segment])
    keys: list[tuple[int, Key]] = field(default_factory=list[tuple[int, Key]])
    tempos: list[tuple[int, float]] = field(default_factory=list[tuple[int, float]])


def assemble(
    voices: Sequence[Voice],
    order: Order,
    *,
    tempo: float,
    provenance: Provenance,
    dropped: Dropped,
) -> tuple[Piece, BarTable]:
    """Make a piece of the voices.

    Args:
        voices: What was read; the first that has notes gives bars, keys and tempos to all.
        order: Which written bars are played, in which order.
        tempo: Quarter notes per minute at the beginning.
        provenance: Where the tune comes from.
        dropped: Where to count ties that lead nowhere and times that were rounded.

    Raises:
        TuneError: no notes, or too many.
    """
    sounding = [v for v in voices if v.onset]
    if not sounding:
        raise TuneError("it has no notes")
    heard = [(v, _play(v, order(v.bars))) for v in sounding]
    heard = [(voice, played) for voice, played in heard if played.onset]
    if not heard:
        raise TuneError("its endings leave nothing to be played")
    lead = heard[0][1]
    layout: Layout = lay_out_bars(lead.segments, dropped)
    parts = tuple(
        Part(_ticks(p, dropped), v.label or _name(n, len(heard)), v.program, v.percussion)
        for n, (v, p) in enumerate(heard)
    )
    piece = Piece(
        parts=parts,
        keys=tuple(KeyChange(t, k) for t, k in _changes(lead.keys)),
        metres=layout.metres,
        tempos=tuple(Tempo(t, q) for t, q in _changes([(0, tempo), *lead.tempos])),
        pickup=layout.pickup,
        provenance=provenance,
    )
    return piece, layout.table


def _name(number: int, voices: int) -> str:
    return "Melody" if voices == 1 else f"Voice {number + 1}"


def _play(voice: Voice, order: Iterable[int]) -> _Played:
    bars, played, now = voice.bars, _Played(), 0
    ties = set(voice.tied)
    tempo_times, key_times = [t for t, _ in voice.tempos], [t for t, _ in voice.keys]
    for number in order:
        bar = bars[number]
        following = bars[number + 1] if number + 1 < len(bars) else None
        end, last = (following.start, following.note) if following else (voice.time, None)
        if end == bar.start:
            continue
        shift, notes = now - bar.start, slice(bar.note, last)
        if ties:
            first = len(played.onset) - bar.note
            here = range(*notes.indices(len(voice.onset)))
            played.tied += [i + first for i in here if i in ties]
        played.onset += [t + shift for t in voice.onset[notes]]
        played.duration += voice.duration[notes]
        played.pitch += voice.pitch[notes]
        if len(played.onset) > MAX_NOTES:
            raise TuneError(f"its repeats make more than {MAX_NOTES} notes")
        played.segments.append(Segment(now, end - bar.start, bar.state.metre, bar.opens))
        played.keys.append((now, bar.state.key.key))
        inside = slice(bisect_left(key_times, bar.start + 1), bisect_left(key_times, end))
        played.keys += [(t + shift, k.key) for t, k in voice.keys[inside]]
        inside = slice(bisect_left(tempo_times, bar.start), bisect_left(tempo_times, end))
        played.tempos += [(t + shift, q) for t, q in voice.tempos[inside]]
        now += end - bar.start
    return played


def _ticks(played: _Played, dropped: Dropped) -> NoteRows:
    """The notes of a voice as rows of whole ticks, ties joined, sorted."""
    gone = _join_ties(played, dropped) if played.tied else set[int]()
    rows: Int[np.ndarray, "3 N"] = np.array([played.onset, played.duration, played.pitch], np.int64)
    if gone:
        rows = np.delete(rows, sorted(gone), axis=1)
    fine_end = rows[0] + rows[1]
    off = int(np.count_nonzero((rows[0] % FINE) | (fine_end % FINE)))
    if off:
        dropped["notes moved to the nearest tick"] += off
    onset = (rows[0] + FINE // 2) // FINE
    duration = np.maximum((fine_end + FINE // 2) // FINE - onset, 1)
    order = np.lexsort((rows[2], onset))
    columns = (onset, duration, rows[2], np.full(len(onset), VELOCITY, np.int64))
    return np.stack(columns, axis=1)[order]


def _join_ties(played: _Played, dropped: Dropped) -> set[int]:
    """Lengthen each tied note by the note it is tied to; return the notes that are then gone."""
    gone: set[int] = set()
    onset, duration, pitch = played.onset, played.duration, played.pitch
    for note in reversed(played.tied):
        end = onset[note] + duration[note]
        other = note + 1
        while other < len(onset) and (
            onset[other] < end or (onset[other] == end and pitch[other] != pitch[note])
        ):
            other += 1
        if other < len(onset) and onset[other] == end and other not in gone:
            duration[note] += duration[other]
            gone.add(other)
        else:
            dropped["ties to another pitch or to nothing"] += 1
    return gone


def _changes(events: Iterable[tuple[int, V]]) -> list[tuple[int, V]]:
    """Only the events that change something, in whole ticks, the first at 0."""
    kept: list[tuple[int, V]] = []
    for time, value in events:
        tick = round(time / FINE)
        if kept and kept[-1][0] == tick:
            kept.pop()
        if not kept or kept[-1][1] != value:
            kept.append((tick, value))
    return [(0, kept[0][1]), *kept[1:]] if kept else kept


def renamed(piece: Piece, key: Key) -> Piece:
    """The piece with its first key replaced: its mode was found by ear, not in the header."""
    return replace(piece, keys=(KeyChange(0, key), *piece.keys[1:]))
