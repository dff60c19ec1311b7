"""Standard MIDI File bytes to events, for files that nobody vouches for, and events to bytes.

Libraries that were tried do not read such files: a delta time of a million continuation bytes
keeps one busy for hours, and one strange key signature makes it refuse a whole file. This
decoder takes time linear in the file's size and leaves the judging of events to the reader.

Source: *Standard MIDI Files 1.0* (MIDI Manufacturers Association, RP-001).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from makar.core.errors import UnreadableError

META, SYSEX, SYSEX_CONTINUED = 0xFF, 0xF0, 0xF7
TEXT, COPYRIGHT, TRACK_NAME, PORT, END_OF_TRACK = 0x01, 0x02, 0x03, 0x21, 0x2F
TEMPO, TIME_SIGNATURE, KEY_SIGNATURE = 0x51, 0x58, 0x59
NOTE_OFF, NOTE_ON, PROGRAM_CHANGE = 0x80, 0x90, 0xC0
_DATA_BYTES = {0x80: 2, 0x90: 2, 0xA0: 2, 0xB0: 2, 0xC0: 1, 0xD0: 1, 0xE0: 2}
MAX_TRACKS = 8_192
"""In format 2 each is a piece of its own; the largest scores have some hundred."""
MAX_META = 50_000
"""Changes of tempo, words and the like in a file; a song's words and tempos are a few thousand."""
_REMEDY = "Export it again from the program that made it"


class Event(NamedTuple):
    """One event.

    Attributes:
        tick: Time from the start of the track, in the file's own ticks.
        status: Status byte with channel, or ``META``.
        kind: Type of a meta event, else 0.
        data: Data bytes.
    """

    tick: int
    status: int
    kind: int
    data: bytes


class MidiFile(NamedTuple):
    """A decoded file: format 0, 1 or 2, ticks per quarter note, events of each track."""

    format: int
    division: int
    tracks: list[list[Event]]


class _BrokenError(Exception):
    """What is wrong inside a track."""


def decode(data: bytes, path: str) -> MidiFile:
    """Decode a whole file.

    Raises:
        UnreadableError: the bytes are not a complete Standard MIDI File.
    """
    if data[:4] != b"MThd" or len(data) < 14:
        raise UnreadableError(path, "is not a MIDI file: it does not begin with an MThd header")
    size = int.from_bytes(data[4:8], "big")
    form, division = int.from_bytes(data[8:10], "big"), int.from_bytes(data[12:14], "big")
    if form > 2:
        raise UnreadableError(path, f"is a MIDI file of unknown format {form}", remedy=_REMEDY)
    if division & 0x8000 or not division:
        raise UnreadableError(
            path,
            "counts time in film frames, not in notes",
            remedy="Export it with ticks per quarter note",
        )
    tracks: list[list[Event]] = []
    meta = 0
    place = 8 + max(size, 6)
    while place + 8 <= len(data):
        name, length = data[place : place + 4], int.from_bytes(data[place + 4 : place + 8], "big")
        place += 8
        if place + length > len(data):
            raise UnreadableError(
                path, f"breaks off in track {len(tracks) + 1}: the file is cut short"
            )
        if name == b"MTrk":
            tracks.append(_track(data[place : place + length], len(tracks) + 1, path))
            meta += sum(event.status == META for event in tracks[-1])
            _refuse_filled(len(tracks), meta, path)
        place += length
    if not tracks:
        raise UnreadableError(path, "holds no tracks: the file is cut short")
    return MidiFile(form, division, tracks)


def _refuse_filled(tracks: int, meta: int, path: str) -> None:
    if tracks > MAX_TRACKS:
        fault = f"holds more than {MAX_TRACKS:,} tracks"
        raise UnreadableError(path, fault, remedy="Export fewer tracks")
    if meta > MAX_META:
        fault = f"holds more than {MAX_META:,} changes of tempo, words and the like"
        raise UnreadableError(path, fault, remedy="Export it without its words and tempo curve")


def _track(data: bytes, number: int, path: str) -> list[Event]:
    try:
        return _events(data)
    except (IndexError, _BrokenError) as error:
        fault = str(error) if isinstance(error, _BrokenError) else "an event is cut short"
        raise UnreadableError(
            path, f"is broken in track {number}: {fault}", remedy=_REMEDY
        ) from error


def _events(data: bytes) -> list[Event]:
    events: list[Event] = []
    place = tick = running = 0
    while place < len(data):
        delta, place = _number(data, place)
        tick += delta
        status = data[place]
        if status & 0x80:
            place += 1
        elif running:
            status = running
        else:
            raise _BrokenError("data without a status byte")
        if status < 0xF0:
            running = status
            end = place + _DATA_BYTES[status & 0xF0]
            event = Event(tick, status, 0, data[place:end])
            if end > len(data) or max(event.data) > 127:
                raise _BrokenError("an event is cut short")
        else:
            event, end = _system_event(data, place, Event(tick, status, 0, b""))
        events.append(event)
        place = end
        if event.kind == END_OF_TRACK:
            break
    return events


def _system_event(data: bytes, place: int, event: Event) -> tuple[Event, int]:
    """A meta or system-exclusive event whose status byte ends at ``place``, and its end."""
    kind = 0
    if event.status == META:
        kind = data[place]
        place += 1
    elif event.status not in (SYSEX, SYSEX_CONTINUED):
        raise _BrokenError(f"status byte {event.status:#x} has no place in a file")
    length, place = _number(data, place)
    if place + length > len(data):
        raise _BrokenError("an event is cut short")
    return event._replace(kind=kind, data=data[place : place + length]), place + length


def _number(data: bytes, place: int) -> tuple[int, int]:
    """A variable-length number of at most four bytes, and where it ends."""
    value = 0
    for end in range(place, place + 4):
        byte = data[end]
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, end + 1
    raise _BrokenError("a number is longer than four bytes")


def encode(file: MidiFile) -> bytes:
    """A whole file; a status byte that is the one before is left out, as the standard allows."""
    head = b"".join(n.to_bytes(2, "big") for n in (file.format, len(file.tracks), file.division))
    tracks = [chunk(b"MTrk", track_bytes(events, running=True)) for events in file.tracks]
    return b"".join((chunk(b"MThd", head), *tracks))


def chunk(name: bytes, body: bytes) -> bytes:
    """A chunk of a file: what it is, how long, and what it holds."""
    return name + len(body).to_bytes(4, "big") + body


def track_bytes(events: Iterable[Event], *, running: bool = False) -> bytes:
    """What a track holds.

    Args:
        events: In order of time.
        running: Leave out a status byte that is the one before.
    """
    out, last, before = bytearray(), 0, 0
    for tick, status, kind, data in events:
        out += _digits(tick - last)
        if not (running and status == before):
            out.append(status)
        if status == META:
            out.append(kind)
        if status >= SYSEX:
            out += _digits(len(data))
        out += data
        last, before = tick, status if status < SYSEX else 0
    return bytes(out)


def _digits(value: int) -> bytes:
    """A variable-length number."""
    digits = [value & 0x7F]
    while value := value >> 7:
        digits.append(value & 0x7F | 0x80)
    return bytes(reversed(digits))
