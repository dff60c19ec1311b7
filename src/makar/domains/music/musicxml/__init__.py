"""MusicXML scores read and written."""

from makar.domains.music.musicxml.read import parse_musicxml, read_musicxml, read_score
from makar.domains.music.musicxml.write import musicxml, write_musicxml

__all__ = ["musicxml", "parse_musicxml", "read_musicxml", "read_score", "write_musicxml"]
