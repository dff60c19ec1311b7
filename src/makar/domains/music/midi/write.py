"""Pieces to MIDI files that read back as the very same piece."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

import mido
from mido import Message, MetaMessage, MidiTrack
from mido.midifiles.meta import UnknownMetaMessage

from makar.domains.music.midi import marks
from makar.domains.music.midi.events import KEY_SIGNATURE
from makar.domains.music.midi.notes import PERCUSSION_CHANNEL
from makar.domains.music.midi.text import utf8_for_mido
from makar.domains.music.piece.piece import TICKS_PER_QUARTER, Key, KeyChange, Metre, Part, Piece
from makar.domains.music.piece.reading import sorted_notes

FILE_TICKS = 480
"""Ticks per quarter in our files: 20 for each of ours, and what every sequencer expects."""
_SCALE = FILE_TICKS // TICKS_PER_QUARTER
_MELODIC_CHANNELS = [c for c in range(16) if c != PERCUSSION_CHANNEL]
_HEAD, _OFF, _ON = 0, 1, 2
Timed = tuple[int, int, Message | MetaMessage | UnknownMetaMessage]
"""Tick, order within the tick, message."""


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
    file = mido.MidiFile(type=1, ticks_per_beat=FILE_TICKS)
    file.tracks.append(_conductor_track(piece))
    melodic = 0
    for part in piece.parts:
        seat = 0 if part.percussion else melodic
        melodic += not part.percussion
        file.tracks.extend(_part_tracks(part, seat, piece.keys))
    out = io.BytesIO()
    file.save(file=out)
    return out.getvalue()


def _conductor_track(piece: Piece) -> MidiTrack:
    about = piece.provenance
    timed: list[Timed] = [
        (0, 0, _text("track_name", about.title, name=True)),
        (0, 0, _text("copyright", about.licence)),
        (0, 0, _text("text", marks.mark(marks.COMPOSER, about.composer))),
        (0, 0, _text("text", marks.mark(marks.SOURCE, about.source))),
    ]
    timed += _metres(piece)
    for change in piece.keys:
        mode = _text("text", marks.mark(marks.MODE, change.key.mode))
        timed += [(change.tick, 2, mode), (change.tick, 2, _signature(change.key))]
    for tempo in piece.tempos:
        exact, per_quarter = (
            tempo.quarters_per_minute,
            marks.microseconds(tempo.quarters_per_minute),
        )
        if marks.plainest_tempo(per_quarter) != exact:
            timed.append((tempo.tick, 3, _text("text", marks.mark(marks.EXACT_TEMPO, exact))))
        timed.append((tempo.tick, 3, MetaMessage("set_tempo", tempo=per_quarter)))
    return _track(timed)


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
    signatures: list[Timed] = [
        (m.tick, 1, MetaMessage("time_signature", numerator=m.beats, denominator=m.unit))
        for m in metres
    ]
    return [(0, 0, _text("text", marks.mark(name, piece.pickup))), *signatures]


def _metre_of(ticks: int) -> Metre | None:
    """A metre whose bar lasts ``ticks``, in the largest unit that fits."""
    for unit in (4, 8, 16, 32):
        beats, rest = divmod(ticks * unit, TICKS_PER_QUARTER * 4)
        if not rest and 0 < beats < 256:
            return Metre(0, beats, unit)
    return None


def _signature(key: Key) -> UnknownMetaMessage:
    return UnknownMetaMessage(KEY_SIGNATURE, data=[key.fifths & 0xFF, int(key.is_minor)])


def _part_tracks(part: Part, seat: int, keys: Sequence[KeyChange]) -> list[MidiTrack]:
    """A track, and more where one pitch sounds twice at once, which a channel cannot hold.

    Each repeats the key signatures: MuseScore guesses the key of a track that has none.
    """
    port, place = divmod(seat, len(_MELODIC_CHANNELS))
    channel = PERCUSSION_CHANNEL if part.percussion else _MELODIC_CHANNELS[place]
    tracks: list[MidiTrack] = []
    for number, layer in enumerate(_layers(part)):
        head = [
            _text("track_name", part.name, name=True),
            Message("program_change", channel=channel, program=part.program),
        ]
        if port:
            head.insert(0, MetaMessage("midi_port", port=port))
        if number:
            head.append(_text("text", marks.mark(marks.CONTINUES)))
        timed: list[Timed] = [(0, _HEAD, message) for message in head]
        if not part.percussion:
            timed += [(change.tick, _HEAD, _signature(change.key)) for change in keys]
        for onset, duration, pitch, velocity in layer:
            on = Message("note_on", channel=channel, note=pitch, velocity=velocity)
            off = Message("note_off", channel=channel, note=pitch, velocity=0)
            timed += [(onset, _ON, on), (onset + duration, _OFF, off)]
        tracks.append(_track(timed))
    return tracks


def _layers(part: Part) -> list[list[list[int]]]:
    """The notes in layers, in none of which a pitch is struck while it sounds."""
    layers: list[list[list[int]]] = [[]]
    ends: list[dict[int, int]] = [{}]
    for row in sorted_notes(part.notes).tolist():
        onset, duration, pitch, velocity = row
        if duration < 1 or onset < 0 or not 0 < velocity < 128:
            raise ValueError(f"{part.name}: a note cannot be written: {row}")
        free = next((i for i, end in enumerate(ends) if end.get(pitch, 0) <= onset), len(layers))
        if free == len(layers):
            layers.append([])
            ends.append({})
        layers[free].append(row)
        ends[free][pitch] = onset + duration
    return layers


def _text(kind: str, text: str, *, name: bool = False) -> MetaMessage:
    encoded = utf8_for_mido(text)
    return MetaMessage(kind, name=encoded) if name else MetaMessage(kind, text=encoded)


def _track(timed: list[Timed]) -> MidiTrack:
    """Messages in order of time, with the delta times that files hold."""
    track, last = MidiTrack(), 0
    for tick, _, message in sorted(timed, key=lambda t: t[:2]):
        track.append(message.copy(time=(tick - last) * _SCALE))
        last = tick
    return track
