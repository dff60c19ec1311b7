"""Pieces to MIDI files that read back as the very same piece."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from makar.domains.music.midi import marks
from makar.domains.music.midi.events import (
    COPYRIGHT,
    END_OF_TRACK,
    KEY_SIGNATURE,
    META,
    NOTE_OFF,
    NOTE_ON,
    PORT,
    PROGRAM_CHANGE,
    TEMPO,
    TEXT,
    TIME_SIGNATURE,
    TRACK_NAME,
    Event,
    MidiFile,
    encode,
)
from makar.domains.music.midi.notes import PERCUSSION_CHANNEL
from makar.domains.music.midi.text import utf8
from makar.domains.music.piece.piece import TICKS_PER_QUARTER, KeyChange, Metre, Part, Piece, Tempo
from makar.domains.music.piece.reading import sorted_notes

FILE_TICKS = 480
"""Ticks per quarter in our files: 20 for each of ours, and what every sequencer expects."""
_SCALE = FILE_TICKS // TICKS_PER_QUARTER
_MELODIC_CHANNELS = [c for c in range(16) if c != PERCUSSION_CHANNEL]
_HEAD, _OFF, _ON = 0, 1, 2
_CLOCKS, _THIRTY_SECONDS = 24, 8
"""Of a metronome's click, and of a quarter note: what time signatures usually say."""
Timed = tuple[int, Event]
"""Order within the tick, event."""


def write_midi(piece: Piece, path: str | Path) -> None:
    """Write a piece as a MIDI file of format 1: a conductor track, then a track for each part.

    Raises:
        ValueError: the piece holds what MIDI cannot, such as a tempo below 3.6 a minute.
        FileExistsError: the file is there already; nothing is overwritten.
    """
    data = midi_bytes(piece)
    with Path(path).open("xb") as file:
        file.write(data)


def midi_bytes(piece: Piece) -> bytes:
    """The bytes that ``write_midi`` writes."""
    tracks = [_conductor_track(piece)]
    melodic = 0
    for part in piece.parts:
        seat = 0 if part.percussion else melodic
        melodic += not part.percussion
        tracks += _part_tracks(part, seat, piece.keys)
    return encode(MidiFile(1, FILE_TICKS, tracks))


def _conductor_track(piece: Piece) -> list[Event]:
    about = piece.provenance
    timed: list[Timed] = [
        (0, _text(0, TRACK_NAME, about.title)),
        (0, _text(0, COPYRIGHT, about.licence)),
        (0, _text(0, TEXT, marks.mark(marks.COMPOSER, about.composer))),
        (0, _text(0, TEXT, marks.mark(marks.SOURCE, about.source))),
    ]
    timed += _metres(piece)
    for change in piece.keys:
        mode = _text(change.tick, TEXT, marks.mark(marks.MODE, change.key.mode))
        timed += [(2, mode), (2, _signature(change))]
    for tempo in piece.tempos:
        timed += [(3, event) for event in _tempo(tempo)]
    return _track(timed)


def _tempo(tempo: Tempo) -> list[Event]:
    exact, per_quarter = tempo.quarters_per_minute, marks.microseconds(tempo.quarters_per_minute)
    if per_quarter >= 1 << 24:
        raise ValueError(f"a tempo of {exact} a minute is too slow for MIDI: 3.6 is the slowest")
    event = Event(tempo.tick, META, TEMPO, per_quarter.to_bytes(3, "big"))
    if marks.plainest_tempo(per_quarter) == exact:
        return [event]
    return [_text(tempo.tick, TEXT, marks.mark(marks.EXACT_TEMPO, exact)), event]


def _metres(piece: Piece) -> list[Timed]:
    """Time signatures; a pickup is a bar of its own short metre, as sequencers expect it."""
    metres = list(piece.metres)
    short = _metre_of(piece.pickup)
    if piece.pickup and short and (len(metres) == 1 or metres[1].tick > piece.pickup):
        first = Metre(piece.pickup, metres[0].beats, metres[0].unit)
        metres = [short, first, *metres[1:]]
        name = marks.PICKUP
    else:
        name = marks.PLAIN_PICKUP
    pickup = _text(0, TEXT, marks.mark(name, piece.pickup))
    return [(0, pickup), *((1, _time_signature(metre)) for metre in metres)]


def _time_signature(metre: Metre) -> Event:
    unit = metre.unit.bit_length() - 1
    if metre.unit != 1 << max(unit, 0) or not 0 <= metre.beats < 256:
        raise ValueError(f"MIDI has no metre of {metre.beats}/{metre.unit}")
    return Event(
        metre.tick, META, TIME_SIGNATURE, bytes((metre.beats, unit, _CLOCKS, _THIRTY_SECONDS))
    )


def _metre_of(ticks: int) -> Metre | None:
    """A metre whose bar lasts ``ticks``, in the largest unit that fits."""
    for unit in (4, 8, 16, 32):
        beats, rest = divmod(ticks * unit, TICKS_PER_QUARTER * 4)
        if not rest and 0 < beats < 256:
            return Metre(0, beats, unit)
    return None


def _signature(change: KeyChange) -> Event:
    key = change.key
    return Event(change.tick, META, KEY_SIGNATURE, bytes((key.fifths & 0xFF, key.is_minor)))


def _part_tracks(part: Part, seat: int, keys: Sequence[KeyChange]) -> list[list[Event]]:
    """A track, and more where one pitch sounds twice at once, which a channel cannot hold.

    Each repeats the key signatures: MuseScore guesses the key of a track that has none.
    """
    port, place = divmod(seat, len(_MELODIC_CHANNELS))
    channel = PERCUSSION_CHANNEL if part.percussion else _MELODIC_CHANNELS[place]
    if not 0 <= part.program < 128 or port > 255:
        raise ValueError(f"{part.name}: MIDI has no program {part.program} on port {port}")
    tracks: list[list[Event]] = []
    for number, layer in enumerate(_layers(part)):
        head = [
            _text(0, TRACK_NAME, part.name),
            Event(0, PROGRAM_CHANGE | channel, 0, bytes((part.program,))),
        ]
        if port:
            head.insert(0, Event(0, META, PORT, bytes((port,))))
        if number:
            head.append(_text(0, TEXT, marks.mark(marks.CONTINUES)))
        timed: list[Timed] = [(_HEAD, event) for event in head]
        if not part.percussion:
            timed += [(_HEAD, _signature(change)) for change in keys]
        for onset, duration, pitch, velocity in layer:
            on = Event(onset, NOTE_ON | channel, 0, bytes((pitch, velocity)))
            off = Event(onset + duration, NOTE_OFF | channel, 0, bytes((pitch, 0)))
            timed += [(_ON, on), (_OFF, off)]
        tracks.append(_track(timed))
    return tracks


def _layers(part: Part) -> list[list[list[int]]]:
    """The notes in layers, in none of which a pitch is struck while it sounds."""
    layers: list[list[list[int]]] = [[]]
    ends: list[dict[int, int]] = [{}]
    for row in sorted_notes(part.notes).tolist():
        onset, duration, pitch, velocity = row
        if duration < 1 or onset < 0 or not 0 < velocity < 128 or not 0 <= pitch < 128:
            raise ValueError(f"{part.name}: a note cannot be written: {row}")
        free = next((i for i, end in enumerate(ends) if end.get(pitch, 0) <= onset), len(layers))
        if free == len(layers):
            layers.append([])
            ends.append({})
        layers[free].append(row)
        ends[free][pitch] = onset + duration
    return layers


def _text(tick: int, kind: int, text: str) -> Event:
    return Event(tick, META, kind, utf8(text))


def _track(timed: list[Timed]) -> list[Event]:
    """Events in order of time, in the file's own ticks, and the end."""
    events = [event for _, event in sorted(timed, key=lambda t: (t[1].tick, t[0]))]
    last = events[-1].tick
    return [
        event._replace(tick=event.tick * _SCALE)
        for event in (*events, Event(last, META, END_OF_TRACK, b""))
    ]
