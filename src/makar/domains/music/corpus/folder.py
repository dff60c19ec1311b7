"""Works from any tool: files of a folder as phrases that can be measured."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from makar.core.disk.walking import Walk, walk
from makar.core.errors import ConfigError, UnreadableError
from makar.core.types import Works
from makar.domains.music.files import READABLE_SUFFIXES, read_file
from makar.domains.music.melody.grid import STEP
from makar.domains.music.piece.key_finding import heard_among, keys_in_words
from makar.domains.music.piece.piece import Piece
from makar.domains.music.piece.remarks import remarks
from makar.domains.music.voices.voices import VOICES
from makar.recipes.domain import Brought

FEWEST = 3
"""Phrases below which nothing can be said of a set."""


@dataclass(frozen=True)
class Files:
    """The music in a folder.

    Attributes:
        place: The folder, or one file.
        pieces: What could be read.
        read: How many files that is from.
        unreadable: Files that could not be read, with the reason.
        ignored: Files that are no music by their name.
        changes: What the readers could not take over as it stood, over all files.
    """

    place: Path
    pieces: Sequence[Piece]
    read: int
    unreadable: tuple[tuple[str, str], ...] = ()
    ignored: int = 0
    changes: Mapping[str, int] = field(default_factory=dict[str, int])

    @property
    def notes(self) -> list[str]:
        """What was assumed, in sentences: the keys that were heard in one of them."""
        keys = heard_among(self.changes)
        others = {what: n for what, n in self.changes.items() if what not in keys}
        heard = keys_in_words({what: self.changes[what] for what in keys}, len(self.pieces))
        return heard + remarks(others)

    @property
    def recipe(self) -> str:
        """Whose works most of the pieces are: ``chorale`` in four parts, else ``tune``."""
        parts = [sum(len(p.notes) > 0 and not p.percussion for p in x.parts) for x in self.pieces]
        return "chorale" if 2 * parts.count(len(VOICES)) > len(parts) else "tune"


@dataclass(frozen=True)
class FolderPhrases:
    """Phrases from a folder.

    Attributes:
        phrases: As works of a recipe, in C major or A minor.
        files: How many files they are from.
        unreadable: Files that could not be read, with the reason.
        left_out: Phrases that cannot be held, by reason.
        ignored: Files that are no music by their name.
        short: Phrases shorter than asked for: of pieces that are.
        notes: What was assumed in reading, in sentences.
    """

    phrases: Works[Any]
    files: int
    unreadable: tuple[tuple[str, str], ...] = ()
    left_out: Mapping[str, int] = field(default_factory=dict[str, int])
    ignored: int = 0
    short: int = 0
    notes: Sequence[str] = ()


def read_files(place: Path) -> Files:
    """Every MIDI, MusicXML and ABC file of a folder and those below it, each section once.

    Repeats that are written are not played out: they would count as a work's own repeats.

    Args:
        place: The folder, or one file.
    """
    if place.is_dir():
        found = walk(place, lambda name: Path(name).suffix.lower() in READABLE_SUFFIXES)
    else:
        found = Walk((place,), (), 0, False)
    files = found.files
    pieces: list[Piece] = []
    unreadable, changes = list(found.left_out), Counter[str]()
    for path in files:
        name = path.name if path == place else str(path.relative_to(place))
        try:
            reading = read_file(path, expand_repeats=False)
        except UnreadableError as fault:
            unreadable.append((name, fault.fault))
            continue
        pieces += reading.pieces
        changes += reading.changes
    read = len(files) + len(found.left_out) - len(unreadable)
    return Files(place, pieces, read, tuple(unreadable), found.other, changes)


def pieces_in(
    path: Path,
    phrases_in: Callable[[Piece, int], tuple[Sequence[Any], dict[str, int]]],
    bars: int,
    *,
    told: Callable[[Sequence[Any]], Sequence[str]] = lambda _: (),
) -> list[Brought]:
    """The pieces in a MIDI, MusicXML or ABC file, each in phrases.

    Args:
        path: The file.
        phrases_in: A recipe's way of cutting a piece.
        bars: Bars in a phrase: as many as the reward was measured on.
        told: What is to be said of the phrases of a piece, in sentences.

    Raises:
        UnreadableError: the file is not music.
    """
    reading = read_file(path)
    found: list[Brought] = []
    for number, piece in enumerate(reading.pieces):
        works, left_out = phrases_in(piece, bars)
        notes = [*remarks(reading.changes_of(number)), *told(works)]
        found.append(Brought(piece.provenance.title, works, left_out, notes))
    return found


def phrases_of(
    files: Files,
    *,
    bars: int,
    phrases_in: Callable[[Piece, int], tuple[Sequence[Any], Mapping[str, int]]],
    batch: Callable[[Sequence[Any]], Works[Any]],
    told: Callable[[Sequence[Any]], Sequence[str]] = lambda _: (),
) -> FolderPhrases:
    """The pieces in phrases, each from its first full bar on; a shorter piece is taken whole.

    Args:
        files: What was read.
        bars: Bars in a phrase.
        phrases_in: The recipe's way of cutting a piece.
        batch: Puts works of its kind into columns.
        told: What is to be said of the phrases, in sentences.

    Raises:
        ConfigError: there are fewer than ``FEWEST`` phrases in it; each file's reason is said.
    """
    found: list[Any] = []
    left_out: Counter[str] = Counter()
    for piece in files.pieces:
        phrases, reasons = phrases_in(piece, bars)
        found += phrases
        left_out.update(reasons)
    short = sum(work.tokens.shape[-1] * STEP // work.metre.bar < bars for work in found)
    brought = FolderPhrases(
        batch(found), files.read, files.unreadable, dict(left_out), files.ignored, short,
        [*files.notes, *told(found)],
    )  # fmt: skip
    if len(found) < FEWEST:
        raise ConfigError(_too_few(files.place, brought, bars))
    return brought


def _too_few(place: Path, brought: FolderPhrases, bars: int) -> str:
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
