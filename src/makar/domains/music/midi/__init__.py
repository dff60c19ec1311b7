"""Standard MIDI Files read and written."""

from makar.domains.music.midi.read import parse_midi, read_midi
from makar.domains.music.midi.write import midi_bytes, write_midi

__all__ = ["midi_bytes", "parse_midi", "read_midi", "write_midi"]
