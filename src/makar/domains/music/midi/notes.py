"""Note-ons and note-offs to notes, with the habits and faults of files in the wild."""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from makar.domains.music.midi.events import NOTE_OFF, NOTE_ON, PROGRAM_CHANGE, Event

PERCUSSION_CHANNEL = 9
"""General MIDI's channel 10, counted from 0."""


@dataclass
class Voice:
    """What one channel of one track plays; times in the file's own ticks.

    Attributes:
        rows: (onset, end, pitch, velocity).
        programs: (tick, program) in order of time.
    """

    rows: list[tuple[int, int, int, int]] = field(default_factory=list)
    programs: list[tuple[int, int]] = field(default_factory=list)


def voices(events: Iterable[Event], changes: Counter[str]) -> dict[int, Voice]:
    """The notes of a track by channel.

    A note-on of velocity 0 ends a note. Of notes on one pitch the first to begin is the first
    to end. A note that is never ended lasts until its pitch is struck again, or to the track's
    last event; it is counted in ``changes``.
    """
    found: defaultdict[int, Voice] = defaultdict(Voice)
    sounding: defaultdict[tuple[int, int], deque[tuple[int, int]]] = defaultdict(deque)
    last = 0
    for tick, status, _, data in events:
        kind, channel = status & 0xF0, status & 0x0F
        if kind == NOTE_ON and data[1]:
            sounding[channel, data[0]].append((tick, data[1]))
            last = tick
        elif kind in (NOTE_OFF, NOTE_ON):
            last = tick
            if waiting := sounding[channel, data[0]]:
                onset, velocity = waiting.popleft()
                found[channel].rows.append((onset, tick, data[0], velocity))
            else:
                changes["note-offs without a note ignored"] += 1
        elif kind == PROGRAM_CHANGE:
            found[channel].programs.append((tick, data[0]))
    _end_hanging(found, sounding, last, changes)
    return dict(sorted(found.items()))


def _end_hanging(
    found: defaultdict[int, Voice],
    sounding: dict[tuple[int, int], deque[tuple[int, int]]],
    last: int,
    changes: Counter[str],
) -> None:
    for (channel, pitch), waiting in sounding.items():
        ends = [*[onset for onset, _ in waiting][1:], last]
        for (onset, velocity), end in zip(waiting, ends, strict=False):
            found[channel].rows.append((onset, end, pitch, velocity))
            changes["notes without an end cut"] += 1
