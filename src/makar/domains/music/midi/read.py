"""MIDI files to pieces."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from jaxtyping import Int

from makar.core.errors import UnreadableError
from makar.domains.music.midi import marks
from makar.domains.music.midi.conductor import Conductor, conduct
from makar.domains.music.midi.events import TEXT, TRACK_NAME, Event, MidiFile, decode
from makar.domains.music.midi.notes import PERCUSSION_CHANNEL, Voice, voices
from makar.domains.music.midi.text import text_of
from makar.domains.music.piece.piece import TICKS_PER_QUARTER, Part, Piece
from makar.domains.music.piece.reading import Reading, check_size, file_bytes, sorted_notes


def read_midi(path: str | Path) -> Reading:
    """Read a MIDI file of format 0, 1 or 2; a format 2 file gives one piece per track.

    Times are rescaled to 24 ticks per quarter; what does not fit is moved to the nearest tick
    and counted. A first bar that is shorter than the next metre's is taken as a pickup.

    Raises:
        UnreadableError: not a MIDI file, broken, without notes, or too large.
    """
    return parse_midi(file_bytes(path), str(path))


def parse_midi(data: bytes, path: str) -> Reading:
    """As ``read_midi``, from the file's bytes."""
    file = decode(data, path)
    changes: Counter[str] = Counter()
    sequences = [[track] for track in file.tracks] if file.format == 2 else [file.tracks]
    played = [_Sequence(tracks, file, path, changes) for tracks in sequences]
    pieces = tuple(s.piece for s in played if s.piece.end or s.ours)
    if not pieces:
        raise UnreadableError(path, "holds no notes")
    return Reading(pieces, +changes, max(s.largest_snap for s in played))


@dataclass
class _Track:
    """One part as the file has it: its name (None if unnamed), channel, and notes."""

    name: str | None
    channel: int
    voice: Voice


class _Sequence:
    """Tracks that sound together, made into a piece."""

    def __init__(
        self, tracks: list[list[Event]], file: MidiFile, path: str, changes: Counter[str]
    ) -> None:
        self.scale = TICKS_PER_QUARTER / file.division
        self.largest_snap = 0.0
        conductor = conduct(tracks, file.division, changes)
        self.ours = conductor.ours
        parts = self._parts(tracks, conductor, changes)
        rows = sum(len(p.voice.rows) for p in parts)
        last = max((end for p in parts for _, end, _, _ in p.voice.rows), default=0)
        ticks = max(last * self.scale, conductor.last_tick)
        check_size(path, notes=rows, parts=len(parts), ticks=ticks)
        first_programs = _first_programs(tracks)
        self.piece = Piece(
            parts=tuple(
                self._part(p, number, first_programs, changes) for number, p in enumerate(parts, 1)
            ),
            keys=conductor.keys,
            metres=conductor.metres,
            tempos=conductor.tempos,
            pickup=conductor.pickup,
            provenance=_provenance(conductor, tracks, parts),
        )

    def _parts(
        self, tracks: list[list[Event]], conductor: Conductor, changes: Counter[str]
    ) -> list[_Track]:
        parts: list[_Track] = []
        for track in tracks:
            name = next((text_of(e.data) for e in track if e.kind == TRACK_NAME), None)
            heard = voices(track, changes)
            if conductor.ours and _continues(track) and parts:
                for voice in heard.values():
                    parts[-1].voice.rows += voice.rows
                continue
            heard = {c: v for c, v in heard.items() if v.rows or conductor.ours}
            for channel, voice in heard.items():
                parts.append(_Track(name if len(heard) == 1 else None, channel, voice))
        return parts

    def _part(
        self, track: _Track, number: int, programs: dict[int, int], changes: Counter[str]
    ) -> Part:
        rows = np.array(track.voice.rows, np.int64).reshape(-1, 4)
        snapped, largest = self._snap(rows)
        self.largest_snap = max(self.largest_snap, largest)
        changes["notes moved to the nearest tick"] += int(
            np.any(snapped[:, :2] != rows[:, :2] * self.scale, axis=1).sum()
        )
        short = snapped[:, 0] == snapped[:, 1]
        changes["notes of no length given one tick"] += int(short.sum())
        notes = snapped.copy()
        notes[:, 1] = np.maximum(snapped[:, 1] - snapped[:, 0], 1)
        program = _program(track.voice, programs.get(track.channel, 0), changes)
        percussion = track.channel == PERCUSSION_CHANNEL
        fallback = "Percussion" if percussion else f"Part {number}"
        name = track.name if track.name is not None and (track.name or self.ours) else fallback
        return Part(sorted_notes(notes), name, program, percussion)

    def _snap(self, rows: Int[np.ndarray, "N 4"]) -> tuple[Int[np.ndarray, "N 4"], float]:
        """Rows with onset and end in whole ticks, and the largest move."""
        exact = rows[:, :2] * self.scale
        snapped = rows.copy()
        snapped[:, :2] = np.floor(exact + 0.5).astype(np.int64)
        return snapped, float(np.abs(snapped[:, :2] - exact).max(initial=0.0))


def _continues(track: Iterable[Event]) -> bool:
    texts = (text_of(e.data) for e in track if e.kind == TEXT)
    return marks.mark(marks.CONTINUES) in texts


def _first_programs(tracks: list[list[Event]]) -> dict[int, int]:
    """Each channel's first program in any track: some files set all programs in track 1."""
    found: dict[int, tuple[int, int]] = {}
    for track in tracks:
        for tick, status, _, data in track:
            if status & 0xF0 == 0xC0 and tick < found.get(status & 0x0F, (tick + 1, 0))[0]:
                found[status & 0x0F] = (tick, data[0])
    return {channel: program for channel, (_, program) in found.items()}


def _program(voice: Voice, fallback: int, changes: Counter[str]) -> int:
    """The program in effect at the first note."""
    if not voice.programs:
        return fallback
    first = min((row[0] for row in voice.rows), default=0)
    before = [program for tick, program in voice.programs if tick <= first]
    changes["changes of instrument within a part ignored"] += len(
        {program for tick, program in voice.programs if tick > first} - set(before[-1:])
    )
    return before[-1] if before else voice.programs[0][1]


def _provenance(conductor: Conductor, tracks: list[list[Event]], parts: list[_Track]):
    """Titles sit in the first track's name, unless that is an instrument's track."""
    name = next((text_of(e.data) for e in tracks[0] if e.kind == TRACK_NAME), "")
    names_a_part = any(p.name == name for p in parts) and not conductor.ours
    return replace(conductor.provenance, title="" if names_a_part else name)
