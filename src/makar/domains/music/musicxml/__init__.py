"""MusicXML scores read and written."""

from makar.domains.music.musicxml.read import parse_musicxml, read_musicxml

__all__ = ["parse_musicxml", "read_musicxml"]
