"""New notes in a MIDI file, with every other byte of it as it was.

Only the chosen part's track is written anew, from its own events; all other chunks are copied.
Within that track the part's notes that begin and end in the hole are taken out and the made ones
put in: controllers, texts, tempos and programs stay, also within the hole.
"""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from makar.domains.music.infill.errors import HoleError
from makar.domains.music.infill.hole import Fill, Hole
from makar.domains.music.midi import marks, parse_midi
from makar.domains.music.midi.events import (
    END_OF_TRACK,
    NOTE_OFF,
    NOTE_ON,
    TEXT,
    Event,
    MidiFile,
    chunk,
    decode,
    track_bytes,
)
from makar.domains.music.midi.notes import voices
from makar.domains.music.midi.text import text_of
from makar.domains.music.musicxml.bars import Bar, bars
from makar.domains.music.piece.piece import TICKS_PER_QUARTER, NoteRows, Piece

_HEADER = 8
_BEFORE, _AS_IT_WAS, _AFTER = range(3)
"""Order within a tick: made notes end first and begin last, around what was there."""


@dataclass(frozen=True)
class MidiScore:
    """A MIDI file that is worked on.

    Attributes:
        data: The file.
        file: Its events.
        piece: As makar reads it.
        bars: Its bars.
        changes: What reading it had to assume.
        seats: Track numbers and channel of each part.
    """

    data: bytes
    file: MidiFile
    piece: Piece
    bars: tuple[Bar, ...]
    changes: Counter[str]
    seats: tuple[tuple[tuple[int, ...], int], ...]
    suffix: str = ".mid"
    notes: tuple[str, ...] = ()

    def spliced(self, fills: Sequence[Fill]) -> bytes:
        """The file with the holes filled."""
        made: dict[int, list[Event]] = {}
        for fill in fills:
            for track in self.seats[fill.hole.part][0]:
                made[track] = self._without(made.get(track, self.file.tracks[track]), fill.hole)
        for fill in fills:
            tracks, channel = self.seats[fill.hole.part]
            made[tracks[0]] = _merged(made[tracks[0]], self._events(fill.made, channel))
        return b"".join(self._chunks(made))

    def _without(self, events: list[Event], hole: Hole) -> list[Event]:
        """The track without the part's notes that begin and end within the hole."""
        channel = self.seats[hole.part][1]
        gone: set[int] = set()
        for on, off in _pairs(events, channel):
            onset = self._tick(events[on].tick)
            end = self._tick(events[off].tick) if off is not None else onset
            if hole.start <= onset < hole.end and end <= hole.end:
                gone |= {on} if off is None else {on, off}
        return [event for number, event in enumerate(events) if number not in gone]

    def _events(self, rows: NoteRows, channel: int) -> list[tuple[int, int, Event]]:
        timed: list[tuple[int, int, Event]] = []
        for onset, duration, pitch, velocity in rows.tolist():
            begin = self._file_tick(onset)
            end = max(self._file_tick(onset + duration), begin + 1)
            on = Event(begin, NOTE_ON | channel, 0, bytes((pitch, velocity)))
            off = Event(end, NOTE_OFF | channel, 0, bytes((pitch, 0)))
            timed += [(begin, _AFTER, on), (end, _BEFORE, off)]
        return timed

    def _tick(self, file_tick: int) -> int:
        """The piece's tick, rounded as the reader rounds."""
        division = self.file.division
        return (2 * file_tick * TICKS_PER_QUARTER + division) // (2 * division)

    def _file_tick(self, tick: int) -> int:
        return (2 * tick * self.file.division + TICKS_PER_QUARTER) // (2 * TICKS_PER_QUARTER)

    def _chunks(self, made: dict[int, list[Event]]) -> Iterator[bytes]:
        """The file's chunks in order, those of the tracks that were worked on written anew."""
        place = _HEADER + max(int.from_bytes(self.data[4:8], "big"), 6)
        yield self.data[:place]
        track = 0
        while place + _HEADER <= len(self.data):
            name = self.data[place : place + 4]
            end = place + _HEADER + int.from_bytes(self.data[place + 4 : place + 8], "big")
            if name == b"MTrk" and track in made:
                yield chunk(name, track_bytes(made[track]))
            else:
                yield self.data[place:end]
            track += name == b"MTrk"
            place = end
        yield self.data[place:]


def open_midi(data: bytes, path: str) -> MidiScore:
    """A MIDI file to be worked on.

    Raises:
        UnreadableError: it is none, is broken, or has no notes.
        HoleError: it holds several pieces.
    """
    reading = parse_midi(data, path)
    piece, *others = reading.pieces
    if others:
        raise HoleError(
            path, f"holds {1 + len(others)} pieces (format 2)", remedy="Save one by itself"
        )
    file = decode(data, path)
    return MidiScore(data, file, piece, tuple(bars(piece)), reading.changes, _seats(file))


def _seats(file: MidiFile) -> tuple[tuple[tuple[int, ...], int], ...]:
    """Where each part of the piece is found, in the reader's order."""
    texts = [[text_of(e.data) for e in t if e.kind == TEXT] for t in file.tracks]
    ours = any(
        parsed and parsed[0] in (marks.PICKUP, marks.PLAIN_PICKUP) and parsed[1].isdecimal()
        for track in texts
        for parsed in map(marks.parse_mark, track)
    )
    seats: list[tuple[list[int], int]] = []
    for number, track in enumerate(file.tracks):
        heard = voices(track, Counter())
        if ours and seats and marks.mark(marks.CONTINUES) in texts[number]:
            seats[-1][0].append(number)
            continue
        seats += [([number], channel) for channel, v in heard.items() if v.rows or ours]
    return tuple((tuple(tracks), channel) for tracks, channel in seats)


def _pairs(events: Sequence[Event], channel: int) -> Iterator[tuple[int, int | None]]:
    """Numbers of the events that begin and end each note; of one pitch the first ends first."""
    waiting: defaultdict[int, deque[int]] = defaultdict(deque)
    for number, event in enumerate(events):
        if event.status == NOTE_ON | channel and event.data[1]:
            waiting[event.data[0]].append(number)
        elif event.status in (NOTE_ON | channel, NOTE_OFF | channel) and waiting[event.data[0]]:
            yield waiting[event.data[0]].popleft(), number
    for hanging in waiting.values():
        yield from ((number, None) for number in hanging)


def _merged(events: list[Event], made: list[tuple[int, int, Event]]) -> list[Event]:
    """The track's events and the made ones in order of time; the end of the track stays last."""
    body = [e for e in events if e.kind != END_OF_TRACK]
    ends = [e for e in events if e.kind == END_OF_TRACK]
    timed = [(event.tick, _AS_IT_WAS, event) for event in body]
    together = [event for _, _, event in sorted([*timed, *made], key=lambda t: t[:2])]
    last = together[-1].tick if together else 0
    return together + [end._replace(tick=max(end.tick, last)) for end in ends]
