"""MusicXML scores to pieces."""

from __future__ import annotations

from collections import Counter
from operator import attrgetter
from pathlib import Path
from xml.etree.ElementTree import Element

import numpy as np

from makar.core.errors import UnreadableError
from makar.domains.music.musicxml.document import parse_score
from makar.domains.music.musicxml.measures import PartWalk, WrittenNote, resolution_of
from makar.domains.music.musicxml.numbers import FaultError, whole
from makar.domains.music.musicxml.timeline import Timeline
from makar.domains.music.piece.piece import (
    TICKS_PER_QUARTER,
    UNVERIFIED,
    NoteRows,
    Part,
    Piece,
    Provenance,
)
from makar.domains.music.piece.reading import (
    MAX_PARTS,
    Reading,
    check_size,
    file_bytes,
    sorted_notes,
)

MAX_MEASURES = 250_000
"""Over all parts."""
GENERAL_MIDI_PERCUSSION = 10
NoteRow = tuple[int, int, int, int]
"""Onset, end in the score's units; pitch; velocity."""


def read_musicxml(path: str | Path) -> Reading:
    """Read a partwise MusicXML score, plain or zipped (.mxl), as it sounds.

    Repeats and endings are played out, ties merged, transposing instruments brought to
    concert pitch; all voices and staves of a part are its notes. Grace and cue notes are
    dropped and counted.

    Raises:
        UnreadableError: not such a score, broken, hostile, without notes, or too large.
    """
    return parse_musicxml(file_bytes(path), str(path))


def parse_musicxml(data: bytes, path: str, *, expand_repeats: bool = True) -> Reading:
    """As ``read_musicxml``, from the file's bytes.

    Args:
        data: The file's bytes.
        path: Its name, for messages.
        expand_repeats: False to hear every section once, with the last of its endings.
    """
    return read_score(parse_score(data, path), path, expand_repeats=expand_repeats)


def read_score(root: Element, path: str, *, expand_repeats: bool = True) -> Reading:
    """The same of a score that ``document.parse_score`` has parsed.

    Raises:
        UnreadableError: as ``read_musicxml``.
    """
    try:
        return _read(root, path, Counter(), expand=expand_repeats)
    except FaultError as error:
        raise UnreadableError(
            path, str(error), remedy="Open it in a score editor and export it again"
        ) from error


def _read(root: Element, path: str, changes: Counter[str], *, expand: bool) -> Reading:
    elements = root.findall("part")
    check_size(path, notes=0, parts=len(elements), ticks=0)
    if sum(1 for _ in root.iter("measure")) > MAX_MEASURES:
        raise UnreadableError(path, f"holds more than {MAX_MEASURES:,} measures")
    resolution = resolution_of(root)
    instruments = {e.get("id", ""): _Instrument(e) for e in root.iterfind("part-list/score-part")}
    named = [instruments.get(e.get("id", ""), _Instrument(e)) for e in elements[:MAX_PARTS]]
    walks = [
        PartWalk(e, resolution, who.drums, changes) for e, who in zip(elements, named, strict=True)
    ]
    timeline = Timeline(walks, resolution, changes, expand=expand)
    notes = sum(w.count(timeline.order) for w in walks)
    check_size(path, notes=notes, parts=len(walks), ticks=timeline.end_tick)
    if not notes:
        raise UnreadableError(path, "holds no notes")
    heard = [timeline.notes(walk) for walk in walks]
    largest, parts = 0.0, []
    for number, (walk, who, written) in enumerate(zip(walks, named, heard, strict=True), 1):
        rows, snap = _snapped(_merge_ties(written, changes), resolution, changes)
        largest = max(largest, snap)
        percussion = who.percussion or walk.unpitched > 0
        parts.append(Part(rows, who.name or f"Part {number}", who.program, percussion))
    piece = Piece(
        parts=tuple(parts),
        keys=timeline.keys,
        metres=timeline.metres,
        tempos=timeline.tempos,
        pickup=timeline.pickup,
        provenance=_provenance(root),
    )
    return Reading((piece,), +changes, largest)


class _Instrument:
    """Name and sound of a ``<score-part>``; ``drums`` are MIDI keys by instrument id."""

    def __init__(self, element: Element) -> None:
        self.name = " ".join((element.findtext("part-name") or "").split())
        self.program = _midi(element.findtext("midi-instrument/midi-program"))
        channel = element.findtext("midi-instrument/midi-channel")
        self.percussion = _midi(channel) == GENERAL_MIDI_PERCUSSION - 1
        self.drums = {
            sound.get("id", ""): _midi(key)
            for sound in element.iterfind("midi-instrument")
            if (key := sound.findtext("midi-unpitched")) is not None
        }


def _midi(text: str | None) -> int:
    """MusicXML counts MIDI numbers from 1."""
    return min(max(whole(text or "1", least=-1), 1), 128) - 1  # some programs count from 0


def _merge_ties(written: list[WrittenNote], changes: Counter[str]) -> list[NoteRow]:
    """Rows of the notes as they sound, tied ones made one."""
    rows: list[NoteRow] = []
    waiting: dict[tuple[int, int], list[tuple[str, int]]] = {}
    for note in sorted(written, key=attrgetter("onset")):
        onset, duration, pitch, velocity, stops, starts, voice = note
        end = onset + duration
        tied = waiting.get((pitch, onset)) if stops else None
        if tied:
            match = next((t for t in tied if t[0] == voice), tied[-1])
            tied.remove(match)
            place = match[1]
            rows[place] = (rows[place][0], end, pitch, rows[place][3])
        else:
            changes["ties from nowhere ignored"] += stops
            place = len(rows)
            rows.append((onset, end, pitch, velocity))
        if starts:
            waiting.setdefault((pitch, end), []).append((voice, place))
    return rows


def note_rows(written: list[WrittenNote], resolution: int) -> NoteRows:
    """Written notes as the rows of a part: ties made one, times in ticks."""
    return _snapped(_merge_ties(written, Counter()), resolution, Counter())[0]


def _snapped(
    rows: list[NoteRow], resolution: int, changes: Counter[str]
) -> tuple[np.ndarray, float]:
    """Note rows in ticks, and the largest move in ticks."""
    exact = np.array(rows, np.int64).reshape(-1, 4)
    notes = exact.copy()
    scaled = exact[:, :2] * (2 * TICKS_PER_QUARTER)
    notes[:, :2] = (scaled + resolution) // (2 * resolution)
    moved = np.abs(notes[:, :2] - scaled / (2 * resolution))
    changes["notes moved to the nearest tick"] += int((moved > 0).any(axis=1).sum())
    notes[:, 1] = np.maximum(notes[:, 1] - notes[:, 0], 1)
    return sorted_notes(notes), float(moved.max(initial=0.0))


def _provenance(root: Element) -> Provenance:
    title = root.findtext("work/work-title") or root.findtext("movement-title") or ""
    creators = root.findall("identification/creator")
    composer = next((c.text for c in creators if c.get("type") == "composer"), None) or ""
    rights = [e.text.strip() for e in root.iterfind("identification/rights") if e.text]
    source = root.findtext("identification/source") or ""
    licence = "; ".join(r for r in rights if r) or UNVERIFIED
    return Provenance(title.strip(), composer.strip(), source.strip(), licence)
