"""New notes in a MIDI file, with every other byte of it as it was.

Only the chosen part's track is written anew, from its own events; all other chunks are copied.
Within that track the part's notes that begin in the hole are taken out and the made ones put in:
controllers, texts, lyrics, tempos and programs stay, also within the hole. Where only pitches
change, that byte of each note is changed and nothing else.
"""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from makar.domains.music.infill.asked.parts import choose_part, outer_line, split
from makar.domains.music.infill.errors import HoleError
from makar.domains.music.infill.hole import Fill, begins_in
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
        path: For messages.
        written: False: a MIDI file says how it is played.
        split: True where the part is one line of several, the others being the last part.
    """

    data: bytes
    file: MidiFile
    piece: Piece
    bars: tuple[Bar, ...]
    changes: Counter[str]
    seats: tuple[tuple[tuple[int, ...], int], ...]
    path: str = ""
    suffix: str = ".mid"
    notes: tuple[str, ...] = ()
    written: bool = False
    split: bool = False

    def chosen(
        self, parts: str | None, voice: str | None, line: str | None
    ) -> tuple[MidiScore, int]:
        """The file and the part that is meant, which is one line of it if ``line`` is given.

        Raises:
            HoleError: there is no such part, or a voice is asked for, which MIDI does not have.
        """
        if voice is not None:
            raise HoleError(
                self.path,
                f"is a MIDI file, which has no voices: --voice {voice} means nothing in it",
                remedy="Choose the uppermost line of the part: --line top",
            )
        part = choose_part(self.piece, parts, path=self.path)
        if line is None:
            return self, part
        mine = outer_line(self.piece.parts[part].notes, line)
        piece = split(self.piece, part, mine, name=f"{line} line")
        seats = (*self.seats, self.seats[part])
        return replace(self, piece=piece, seats=seats, split=True), part

    def spliced(self, fills: Sequence[Fill]) -> bytes:
        """The file with the holes filled."""
        made: dict[int, list[Event]] = {}
        for fill in fills:
            rows = fill.varied
            if rows is None:
                notes = self.piece.parts[fill.hole.part].notes
                rows = notes[begins_in(notes, fill.hole)]
            left = Counter((int(onset), int(pitch)) for onset, _, pitch, _ in rows.tolist())
            pitches = None
            if fill.varied is not None:
                pitches = _new_pitches(fill.varied, fill.made)
            for track in self.seats[fill.hole.part][0]:
                events = made.get(track, self.file.tracks[track])
                made[track] = self._changed(events, fill.hole.part, left, pitches)
        for fill in fills:
            if fill.varied is None:
                tracks, channel = self.seats[fill.hole.part]
                made[tracks[0]] = _merged(made[tracks[0]], self._events(fill.made, channel))
        return b"".join(self._chunks(made))

    def _changed(
        self,
        events: list[Event],
        part: int,
        left: Counter[tuple[int, int]],
        pitches: dict[tuple[int, int], int] | None,
    ) -> list[Event]:
        """The track without these notes; with new pitches, with the notes at these.

        Args:
            events: Of the track.
            part: Whose notes they are.
            left: Onset and pitch of each note, counted down as it is met.
            pitches: New pitch of each.
        """
        channel = self.seats[part][1]
        changed: list[Event | None] = list(events)
        for on, off in sorted(_pairs(events, channel)):
            place = (self._tick(events[on].tick), events[on].data[0])
            if not left[place]:
                continue
            left[place] -= 1
            for number in (on, off):
                if number is not None:
                    changed[number] = _at(events[number], pitches[place] if pitches else None)
        return [event for event in changed if event is not None]

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
    return MidiScore(data, file, piece, tuple(bars(piece)), reading.changes, _seats(file), path)


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


def _new_pitches(varied: NoteRows, made: NoteRows) -> dict[tuple[int, int], int]:
    """By onset and pitch as they were."""
    pairs = zip(varied.tolist(), made.tolist(), strict=True)
    return {(onset, pitch): new for (onset, _, pitch, _), (_, _, new, _) in pairs}


def _at(event: Event, pitch: int | None) -> Event | None:
    """The event at another pitch; without one it is gone."""
    return None if pitch is None else event._replace(data=bytes((pitch, event.data[1])))


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
