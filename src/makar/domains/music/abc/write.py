"""Writing ABC that other programs read: spelled in the key, barred, tied, in full bars."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from makar.domains.music.abc.writing.slices import BINARY
from makar.domains.music.abc.writing.words import Memory, beam_beat, beamed, length_text, words
from makar.domains.music.piece.piece import (
    DURATION,
    ONSET,
    TICKS_PER_QUARTER,
    TONIC_NAMES,
    UNVERIFIED,
    Key,
    Metre,
    NoteRows,
    Part,
    Piece,
)

_BARS_IN_LINE = 4
_MODE_NAMES = {"major": "", "minor": "m"}


@dataclass(frozen=True)
class _BarPlan:
    start: int
    end: int
    metre: Metre


def abc_text(piece: Piece, *, number: int = 1) -> str:
    """A piece as one tune in ABC.

    The last bar is filled up with rests. Velocities are not written, and of notes of the same
    pitch that overlap in one part the earlier ends where the later begins.

    Args:
        piece: The music; parts without notes are left out.
        number: The tune's ``X:`` number.

    Raises:
        ValueError: the piece has no notes.
    """
    parts = [part for part in piece.parts if len(part.notes)]
    if not parts:
        raise ValueError("a piece without notes cannot be written as ABC: add a note")
    plan = _plan(piece)
    unit = _unit(parts)
    lines = _header(piece, number, unit)
    named = len(parts) > 1 or parts[0].name != "Melody"
    lines.append(f"K:{_key(piece.key)}")
    for n, part in enumerate(parts, 1):
        lines += [f'V:{n} name="{_plain(part.name)}"'] if named else []
        if n > 1:  # some programs go on with what the voice before ended in
            lines += [f"M:{piece.metre}"] if len(piece.metres) > 1 else []
            lines += [f"K:{_key(piece.key)}"] if len(piece.keys) > 1 else []
        if part.percussion:
            lines.append("%%MIDI channel 10")
        lines.append(f"%%MIDI program {part.program}")
        lines += _music(piece, part, plan, unit=unit, lead=n == 1)
    return "\n".join(lines) + "\n"


def abc_body(piece: Piece) -> str:
    """The piece in ABC, without its header, on one line."""
    lines = abc_text(piece).splitlines()
    is_body = (line for line in lines if line[1:2] != ":" and line[:2] != "%%")
    return " ".join(is_body)


def _header(piece: Piece, number: int, unit: int) -> list[str]:
    origin = piece.provenance
    fields = [f"X:{number}", f"T:{_plain(origin.title) or 'Untitled'}"]
    fields += [f"C:{_plain(origin.composer)}"] if origin.composer else []
    fields += [f"S:{_plain(origin.source)}"] if origin.source else []
    terms = UNVERIFIED if not origin.verified else f"Licence: {_plain(origin.licence)}"
    fields += [f"Z:{terms}", f"M:{piece.metre}", f"L:1/{4 * TICKS_PER_QUARTER // unit}"]
    return [*fields, f"Q:{_tempo(piece.tempos[0].quarters_per_minute)}"]


def _plain(text: str) -> str:
    """Text that fits into one field or quoted name."""
    return " ".join(text.replace("%", "\\%").replace('"', "'").split())


def _key(key: Key) -> str:
    tonic = TONIC_NAMES[key.spelled_tonic].replace("♯", "#").replace("♭", "b")
    return tonic + _MODE_NAMES.get(key.mode, key.mode[:3].capitalize())


def _tempo(quarters_per_minute: float) -> str:
    """Beats per minute in whole numbers where a shorter beat allows it."""
    for parts in (1, 2, 4, 8, 16):
        count = quarters_per_minute * parts
        if count == int(count) and count < 10_000:
            return f"1/{4 * parts}={int(count)}"
    return f"1/4={quarters_per_minute:.17f}".rstrip("0")


def _unit(parts: Sequence[Part]) -> int:
    """Ticks of the unit length: of eighth, quarter and sixteenth the one that writes least."""
    written: Counter[Fraction] = Counter()
    for part in parts:
        for ticks in part.notes[:, DURATION]:
            # within a triplet a note is written half as long again as it sounds
            written[Fraction(int(ticks) * (2 if ticks % BINARY == 0 else 3), 2)] += 1

    def signs(unit: int) -> int:
        return sum(len(length_text(ticks / unit)) * count for ticks, count in written.items())

    return min((TICKS_PER_QUARTER // n for n in (2, 1, 4)), key=signs)


def _plan(piece: Piece) -> list[_BarPlan]:
    """All bars, the upbeat first; one full bar at least."""
    bars = [_BarPlan(0, piece.pickup, piece.metre)] if piece.pickup else []
    changes = [m.tick for m in piece.metres]
    tick, end = piece.pickup, max(piece.end, piece.pickup + 1)
    while tick < end:
        metre = piece.metres[max(bisect_right(changes, tick) - 1, 0)]
        bars.append(_BarPlan(tick, tick + metre.bar, metre))
        tick += metre.bar
    return bars


def _music(
    piece: Piece, part: Part, plan: Sequence[_BarPlan], *, unit: int, lead: bool
) -> list[str]:
    """Lines of music for one part, changes at bar lines as fields on lines of their own."""
    changes = _changes(piece, lead=lead)
    ticks = sorted(changes)
    keys = [k.tick for k in piece.keys]
    notes = part.notes[np.argsort(part.notes[:, ONSET], kind="stable")]
    ends = np.maximum.accumulate(notes[:, ONSET] + notes[:, DURATION])
    metre, lines, line = piece.metre, list[str](), list[str]()
    for bar in plan:
        fields = [f"M:{bar.metre}"] if str(bar.metre) != str(metre) else []
        fields += changes.get(bar.start, [])
        if line and (fields or len(line) == _BARS_IN_LINE):
            lines.append(" | ".join(line) + " |")
            line = []
        key = piece.keys[max(bisect_right(keys, bar.start) - 1, 0)].key
        inside = ticks[bisect_right(ticks, bar.start) : bisect_left(ticks, bar.end)]
        first = np.searchsorted(ends, bar.start, side="right")
        sounding = notes[first : np.searchsorted(notes[:, ONSET], bar.end)]
        within = {tick: changes[tick] for tick in inside}
        line.append(_bar(sounding, bar, within, piece, Memory(key), unit))
        lines += fields
        metre = bar.metre
    return [*lines, " | ".join(line) + " |]"]


def _changes(piece: Piece, *, lead: bool) -> dict[int, list[str]]:
    """Key and, for the leading part, tempo fields by the tick at which they come in force."""
    changes: dict[int, list[str]] = {}
    for key in piece.keys[1:]:
        changes.setdefault(key.tick, []).append(f"K:{_key(key.key)}")
    for tempo in piece.tempos[1:] if lead else ():
        field = f"Q:{_tempo(tempo.quarters_per_minute)}"
        changes.setdefault(tempo.tick, []).append(field)
    return changes


def _bar(
    notes: NoteRows,
    bar: _BarPlan,
    changes: dict[int, list[str]],
    piece: Piece,
    memory: Memory,
    unit: int,
) -> str:
    fields = {tick: "".join(f"[{change}]" for change in each) for tick, each in changes.items()}
    found = words(notes, (bar.start, bar.end), piece, memory, unit, cuts=fields)
    origin = bar.start if bar.start else bar.end - bar.metre.bar  # an upbeat is a bar's last part
    return beamed(found, origin, beam_beat(bar.metre), fields)
