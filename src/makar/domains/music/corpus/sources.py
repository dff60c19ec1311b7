"""Where tunes come from: the collections in the installed music21, and the user's folder.

Nothing of music21 is imported, which would take seconds; its corpus is only a folder of files.
"""

from __future__ import annotations

import importlib.util
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from makar.core.disk.walking import Walk, walk
from makar.core.errors import UnreadableError
from makar.domains.music.abc.read import read_abc_text, read_book
from makar.domains.music.abc.tune import BarTable, Dropped
from makar.domains.music.piece.key_finding import KEYLESS, heard_among, in_heard_key, said_of
from makar.domains.music.piece.piece import UNVERIFIED, Piece

DEFAULT_COLLECTIONS = ("oneills1850", "ryansMammoth", "airdsAirs", "miscFolk")
USER = "user"
"""The collection that a user's own files make."""
USER_SUFFIXES = (".abc", ".mid", ".midi", ".musicxml", ".mxl", ".xml")
MAX_FILES = 50_000
"""Files in a user's folder that are looked at."""


@dataclass(frozen=True)
class Collection:
    """A folder of ABC files in music21's corpus.

    Attributes:
        folder: Its name there.
        detect_mode: Its headers name no modes: decide by ear.
        licence_file: A file that states the terms for the whole collection.
    """

    folder: str
    detect_mode: bool = False
    licence_file: str = ""


COLLECTIONS = {
    **{name: Collection(name) for name in DEFAULT_COLLECTIONS},
    "essen": Collection("essenFolksong", detect_mode=True, licence_file="license.txt"),
}
"""By the name a user asks for them; ``essen`` is for non-commercial use only."""


@dataclass
class Harvest:
    """Pieces in the order they were read, with what was left behind."""

    pieces: list[Piece] = field(default_factory=list[Piece])
    bars: list[BarTable] = field(default_factory=list[BarTable])
    collection: list[str] = field(default_factory=list[str])
    dropped: Dropped = field(default_factory=Counter[str])
    skipped: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    heard: Counter[str] = field(default_factory=Counter[str])
    """Keys by ear of pieces that write none, as ``key_finding.said_of`` says it."""


def music21_corpus() -> Path:
    """The corpus folder of the installed music21.

    Raises:
        UnreadableError: music21 is not installed, or without its corpus.
    """
    spec = importlib.util.find_spec("music21")
    folder = Path(spec.origin).parent / "corpus" if spec and spec.origin else None
    if folder is None or not folder.is_dir():
        raise UnreadableError(
            "music21's corpus", "it is not installed", remedy="Run: pip install music21"
        )
    return folder


def collection_files(name: str) -> list[Path]:
    """The ABC files of a collection, by name.

    Raises:
        UnreadableError: there is no such collection, or it is not installed.
    """
    if name not in COLLECTIONS:
        known = ", ".join(COLLECTIONS)
        raise UnreadableError(name, "there is no such collection", remedy=f"Choose from: {known}")
    folder = music21_corpus() / COLLECTIONS[name].folder
    files = sorted(folder.glob("*.abc"))
    if not files:
        raise UnreadableError(
            str(folder), "it holds no ABC files", remedy="Install music21 with its corpus"
        )
    return files


def harvest_collections(names: Sequence[str]) -> Harvest:
    """Read collections, tune by tune; what cannot be read is named and left out."""
    harvest = Harvest()
    for name in names:
        collection = COLLECTIONS[name]
        files = collection_files(name)
        licence = UNVERIFIED
        if collection.licence_file:
            licence = _stated(files[0].parent / collection.licence_file)
        for path in files:
            _add_abc(
                harvest, path, f"{collection.folder}/{path.name}", name,
                detect=collection.detect_mode, licence=licence,
            )  # fmt: skip
    return harvest


def user_files(folder: Path) -> Walk:
    """Music files below a folder; see ``makar.core.disk.walking``.

    Raises:
        UnreadableError: it is not a folder, or holds too many files.
    """
    if not folder.is_dir():
        raise UnreadableError(str(folder), "it is not a folder", remedy="Name a folder of scores")
    found = walk(folder, lambda name: Path(name).suffix.lower() in USER_SUFFIXES)
    if found.more or len(found.files) > MAX_FILES:
        raise UnreadableError(
            str(folder), f"it holds more than {MAX_FILES} files", remedy="Name a smaller folder"
        )
    return found


def harvest_user(folder: Path, found: Walk) -> Harvest:
    """Read the user's files; whatever is wrong with one, the others are still read."""
    harvest = Harvest(skipped=list(found.left_out))
    for path in found.files:
        name = str(path.relative_to(folder))
        if path.suffix.lower() == ".abc":
            _add_abc(harvest, path, name, USER)
            continue
        try:
            from makar.domains.music.files import read_file

            reading = read_file(path)
            pieces = [
                _placed(p, name) for p in reading.pieces if any(len(part.notes) for part in p.parts)
            ]
            tables = [BarTable.of(p) for p in pieces]
        except Exception as error:  # a stranger's file may break a library in any way
            reason = getattr(error, "fault", "") or f"{type(error).__name__}: {error}"
            harvest.skipped.append((name, str(reason)))
            continue
        if not pieces:
            harvest.skipped.append((name, "it has no notes"))
        harvest.heard.update(heard_among(reading.changes))
        harvest.pieces += pieces
        harvest.bars += tables
        harvest.collection += [USER] * len(pieces)
    return harvest


def _placed(piece: Piece, name: str) -> Piece:
    """The piece with the file it was read from as its source, before what the file says."""
    stated = piece.provenance.source
    source = name if stated in ("", name, Path(name).name) else f"{name} ({stated})"
    return replace(piece, provenance=replace(piece.provenance, source=source))


def _add_abc(
    harvest: Harvest,
    path: Path,
    name: str,
    collection: str,
    *,
    detect: bool = False,
    licence: str = UNVERIFIED,
) -> None:
    try:
        text = read_abc_text(path)
        book = read_book(text, name, expand_repeats=False, detect_mode=detect, licence=licence)
    except UnreadableError as error:
        harvest.skipped.append((name, error.fault))
        return
    for tune in book.tunes:
        piece = tune.piece
        if collection == USER and tune.dropped.get(KEYLESS):
            piece = in_heard_key(piece)
            harvest.heard[said_of(piece.key)] += 1
        harvest.pieces.append(piece)
    harvest.bars += [tune.bars for tune in book.tunes]
    harvest.collection += [collection] * len(book.tunes)
    harvest.dropped.update(book.dropped)
    harvest.skipped += [(f"{name} X:{number}", reason) for number, reason in book.skipped]


def _stated(path: Path) -> str:
    """The terms a collection's licence file states, its comment lines left out."""
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return UNVERIFIED
    lines = (line.strip() for line in text.splitlines() if not line.startswith("#"))
    return " ".join(line for line in lines if line)[:2000] or UNVERIFIED
