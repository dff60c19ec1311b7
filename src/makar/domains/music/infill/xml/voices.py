"""The voices of a part in a score, and what is written beside them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from xml.etree import ElementTree

import numpy as np

from makar.domains.music.infill.asked.parts import outer_line
from makar.domains.music.infill.errors import HoleError
from makar.domains.music.infill.xml.printed import unfolded
from makar.domains.music.infill.xml.text import Span
from makar.domains.music.musicxml.measures import PartWalk, resolution_of
from makar.domains.music.musicxml.read import note_rows
from makar.domains.music.musicxml.timeline import Timeline
from makar.domains.music.piece.piece import NoteRows, Piece


def split_voice(text: bytes, piece: Piece, part: int, voice: str, path: str) -> Piece:
    """The piece with one voice as the part, and the part's other voices as a part at the end.

    Raises:
        HoleError: the part has no such voice.
    """
    rows = _voices(text, part)
    voice = voice.strip()
    if voice not in rows:
        there = ", ".join(rows)
        raise HoleError(
            path,
            f"part {piece.parts[part].name!r} has no voice {voice!r}; it has: {there}",
            remedy="Name one of them: --voice 1",
        )
    whole = piece.parts[part]
    others = [notes for name, notes in rows.items() if name != voice]
    rest = np.concatenate([*others, np.zeros((0, 4), np.int64)])
    line = replace(whole, notes=rows[voice], name=f"{whole.name} (voice {voice})")
    beside = replace(whole, notes=rest[np.lexsort((rest[:, 2], rest[:, 0]))],
                     name=f"{whole.name} (other voices)")  # fmt: skip
    parts = list(piece.parts)
    parts[part] = line
    return replace(piece, parts=(*parts, beside))


def outer_voice(text: bytes, piece: Piece, part: int, line: str, path: str) -> str | None:
    """The voice that has the uppermost or the lowest line; None where there is one only.

    Raises:
        HoleError: the line is not a voice of its own: its notes stand in chords.
    """
    whole = piece.parts[part].notes
    wanted = {(int(o), int(p)) for o, _, p, _ in whole[outer_line(whole, line)].tolist()}
    rows = _voices(text, part)
    share = {
        name: sum((int(o), int(p)) in wanted for o, _, p, _ in notes.tolist())
        for name, notes in rows.items()
    }
    best = max(share, key=lambda name: share[name])
    onsets = rows[best][:, 0]
    if len(np.unique(onsets)) < len(onsets):
        raise HoleError(
            path,
            f"the {line} line of part {piece.parts[part].name!r} stands in chords, and in a score "
            "a stem is changed as a whole",
            remedy="Put the line into a voice of its own, or export the piece as MIDI, where "
            f"--line {line} takes one note of each chord",
        )
    return best if len(rows) > 1 else None


def _voices(text: bytes, part: int) -> dict[str, NoteRows]:
    """Notes of each voice of a part, by its name, in order."""
    root = unfolded(ElementTree.fromstring(text))
    resolution = resolution_of(root)
    walks = [PartWalk(e, resolution, {}, Counter()) for e in root.findall("part")]
    written = Timeline(walks, resolution, Counter()).notes(walks[part])
    names = sorted({note.voice.strip() or "1" for note in written})
    return {
        name: note_rows([n for n in written if (n.voice.strip() or "1") == name], resolution)
        for name in names
    }


def ornaments(text: bytes, spans: Sequence[Span]) -> list[str]:
    """What is to be said of grace and cue notes: they are not part of the line."""
    part = text[spans[0][0] : spans[-1][1]] if spans else b""
    kinds = [kind for kind in ("grace", "cue") if f"<{kind}".encode() in part]
    if not kinds:
        return []
    named = " and ".join(f"{kind} notes" for kind in kinds)
    return [f"{named} are set aside; where bars are made anew, grace notes go with their notes"]
