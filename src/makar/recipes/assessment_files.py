"""Works from any tool: files of a folder as phrases that can be measured."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from makar.domains.music.errors import UnreadableError
from makar.domains.music.files import READABLE_SUFFIXES, read_file
from makar.domains.music.grid import STEP, MelodyGrid, MelodyGrids
from makar.domains.music.key_finding import heard_key
from makar.domains.music.piece import KeyChange, Piece
from makar.recipes.errors import ConfigError
from makar.recipes.phrases import phrases_in

NO_KEY = "C major assumed at the start"
"""What the MIDI reader says of a file without a key signature."""
FEWEST = 3
"""Phrases below which nothing can be said of a set."""


@dataclass(frozen=True)
class Brought:
    """Phrases from a folder.

    Attributes:
        phrases: On the grid, in C major or A minor.
        files: How many files they are from.
        unreadable: Files that could not be read, with the reason.
        left_out: Phrases that the grid cannot hold, by reason.
        ignored: Files that are no music by their name.
        short: Phrases shorter than asked for: of pieces that are.
    """

    phrases: MelodyGrids
    files: int
    unreadable: tuple[tuple[str, str], ...] = ()
    left_out: Mapping[str, int] = field(default_factory=dict[str, int])
    ignored: int = 0
    short: int = 0


def read_works(place: Path, *, bars: int) -> Brought:
    """Every MIDI, MusicXML and ABC file of a folder and those below it, cut into phrases.

    The top voice of each piece counts, from its first full bar on; a piece shorter than ``bars``
    is taken whole.

    Args:
        place: The folder, or one file.
        bars: Bars in a phrase.

    Raises:
        ConfigError: there are fewer than ``FEWEST`` phrases in it; each file's reason is said.
    """
    every = [place] if place.is_file() else sorted(p for p in place.rglob("*") if p.is_file())
    files = [p for p in every if p.suffix.lower() in READABLE_SUFFIXES or place.is_file()]
    found: list[MelodyGrid] = []
    unreadable: list[tuple[str, str]] = []
    left_out: Counter[str] = Counter()
    read = 0
    for path in files:
        name = path.name if path == place else str(path.relative_to(place))
        try:
            reading = read_file(path)
        except UnreadableError as fault:
            unreadable.append((name, fault.fault))
            continue
        read += 1
        unkeyed = NO_KEY in reading.changes
        for piece in map(_in_heard_key, reading.pieces) if unkeyed else reading.pieces:
            phrases, reasons = phrases_in(piece, bars)
            found += phrases
            left_out.update(reasons)
    works = MelodyGrids.stack(found)
    whole = [int(n) * STEP // m.bar for n, m in zip(works.steps, works.metres, strict=True)]
    brought = Brought(
        works, read, tuple(unreadable), dict(left_out), len(every) - len(files),
        sum(n < bars for n in whole),
    )  # fmt: skip
    if len(works) < FEWEST:
        raise ConfigError(_too_few(place, brought, bars))
    return brought


def _in_heard_key(piece: Piece) -> Piece:
    """MIDI files often name no key; features count from the tonic, so it is found by ear."""
    notes = [part.notes for part in piece.parts if not part.percussion]
    key = heard_key(np.concatenate(notes)) if notes else piece.key
    return replace(piece, keys=(KeyChange(0, key), *piece.keys[1:]))


def _too_few(place: Path, brought: Brought, bars: int) -> str:
    reasons = [f"{name}: {reason}" for name, reason in brought.unreadable]
    reasons += [
        f"phrases left out: {count}, as {reason}" for reason, count in brought.left_out.items()
    ]
    if brought.ignored:
        reasons.append(f"neither MIDI, MusicXML nor ABC: {brought.ignored}")
    told = f" ({'; '.join(reasons)})" if reasons else ""
    return (
        f"{place}: {len(brought.phrases)} phrases of {bars} bars could be read, and {FEWEST} are "
        f"needed{told}; bring melodies as MIDI, MusicXML or ABC, in sixteenths or longer"
    )
