"""One chorale from a MusicXML file: its four voices, its key by ear, and where its lines end."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from xml.etree.ElementTree import Element

import numpy as np
from jaxtyping import Int

from makar.core.errors import UnreadableError
from makar.domains.music.musicxml import read_score
from makar.domains.music.musicxml.document import parse_score
from makar.domains.music.musicxml.measures import PartWalk, resolution_of
from makar.domains.music.musicxml.numbers import whole
from makar.domains.music.musicxml.timeline import Timeline
from makar.domains.music.piece.key_finding import MAJOR_PROFILE, MINOR_PROFILE
from makar.domains.music.piece.piece import (
    DURATION,
    ONSET,
    PITCH,
    TICKS_PER_QUARTER,
    Key,
    KeyChange,
    Piece,
)
from makar.domains.music.piece.reading import file_bytes
from makar.domains.music.voices.voices import BASS, VOICES

FINAL_BASS = 0.2
"""What ending on a bass note adds to its key's correlation: a chorale ends on its tonic, and a
correlation alone takes the dominant or the relative key in one chorale of seven."""


@dataclass(frozen=True)
class Chorale:
    """Four voices, soprano first, in the key they are in; and the ends of its lines.

    Attributes:
        piece: With ``VOICES`` as its parts and one key.
        fermatas: Ticks at which the soprano's notes with a fermata begin, repeats played out.
    """

    piece: Piece
    fermatas: Int[np.ndarray, " F"]


def read_chorale(path: Path) -> Chorale:
    """Read the choir of a score; instruments that play along are left out.

    Raises:
        UnreadableError: not such a score, or one without a soprano, alto, tenor and bass.
    """
    score = parse_score(file_bytes(path), str(path))
    piece = read_score(score, str(path)).pieces[0]
    parts = {part.name: part for part in piece.parts}
    if missing := [name for name in VOICES if name not in parts]:
        raise UnreadableError(str(path), f"has no part called {', '.join(missing)}")
    choir = replace(piece, parts=tuple(parts[name] for name in VOICES))
    choir = replace(choir, keys=(KeyChange(0, key_by_ear(choir)),))
    return Chorale(choir, _fermatas(score))


def key_by_ear(piece: Piece) -> Key:
    """The major or minor key that a chorale is in.

    Signatures do not tell: G dorian is written with one flat, and editions name modes at will.
    It is the key whose profile (Krumhansl & Kessler 1982) correlates best with the sounding
    time of the twelve pitch classes; ``FINAL_BASS`` is added for the last bass note's.
    """
    notes = np.concatenate([part.notes for part in piece.parts])
    heard = np.bincount(notes[:, PITCH] % 12, weights=notes[:, DURATION], minlength=12)
    bass = piece.parts[BASS].notes
    final = int(bass[bass[:, ONSET].argmax(), PITCH]) % 12 if len(bass) else -1
    candidates = [
        (
            float(np.corrcoef(np.roll(heard, -tonic), profile)[0, 1])
            + FINAL_BASS * (tonic == final),
            Key(tonic, mode),
        )
        for tonic in range(12)
        for mode, profile in (("major", MAJOR_PROFILE), ("minor", MINOR_PROFILE))
    ]
    return max(candidates, key=lambda c: c[0])[1]


def _fermatas(root: Element) -> Int[np.ndarray, " F"]:
    """Onsets in ticks of the soprano's notes that carry a fermata, in the order heard."""
    names = {
        e.get("id"): e.findtext("part-name", "") for e in root.iterfind("part-list/score-part")
    }
    resolution = resolution_of(root)
    walks = [PartWalk(e, resolution, {}, Counter()) for e in root.findall("part")]
    timeline = Timeline(walks, resolution, Counter())
    soprano = next(e for e in root.findall("part") if names.get(e.get("id")) == VOICES[0])
    written = _written(soprano, resolution)
    units = [
        start + onset
        for measure, start in zip(timeline.order, timeline.starts, strict=True)
        for onset in (written[measure] if measure < len(written) else ())
    ]
    return np.rint(np.array(units, np.float64) * TICKS_PER_QUARTER / resolution).astype(np.int64)


def _written(part: Element, resolution: int) -> list[list[int]]:
    """For each measure, how many units after its bar line the notes with a fermata begin."""
    unit, found = float(resolution), []
    for measure in part.iterfind("measure"):
        cursor, here = 0, []
        for element in measure:
            if (divisions := element.findtext("divisions")) is not None:
                unit = resolution / whole(divisions, least=1)
            length = whole(element.findtext("duration") or "0", least=0, scale=unit)
            if element.tag == "note" and element.find("chord") is None:
                if element.find("notations/fermata") is not None:
                    here.append(cursor)
                cursor += length
            elif element.tag in ("backup", "forward"):
                cursor += length if element.tag == "forward" else -length
        found.append(here)
    return found
