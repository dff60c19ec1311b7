"""How pieces are kept in a ledger, shown in a report and handed out as files."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from jaxtyping import Int

from makar.core.types import Works
from makar.domains.music.picture.card import FORMATS, ORIGINAL, SHOWN, marked_card, write_any
from makar.domains.music.piece.piece import (
    TICKS_PER_QUARTER,
    Key,
    KeyChange,
    Metre,
    Part,
    Piece,
    Pieces,
    Provenance,
    Tempo,
)
from makar.domains.music.piece.register import placed
from makar.domains.music.tune.craft import MelodyCraft, Source
from makar.measures.variety import KeyRuns


@dataclass(frozen=True)
class PieceCraft:
    """Keeps, shows and hands out pieces; what they resemble is said of their top voice.

    Attributes:
        tunes: Knows the sources, and which moves make tunes alike.
    """

    tunes: MelodyCraft
    kind: str = "music/piece"
    formats: tuple[str, ...] = FORMATS
    shown: str = SHOWN
    original: str = ORIGINAL

    def pack(self, work: Piece) -> bytes:
        """The piece as JSON: parts, metre, key, upbeat."""
        parts = [
            {"notes": part.notes.tolist(), "name": part.name, "program": part.program}
            for part in work.parts
        ]
        frame = {
            "metre": [work.metre.beats, work.metre.unit],
            "key": [work.key.tonic, work.key.mode],
            "pickup": work.pickup,
        }
        return json.dumps({"parts": parts, **frame}).encode()

    def unpack(self, content: bytes) -> Piece:
        """The piece from that JSON."""
        record = json.loads(content)
        return Piece(
            parts=tuple(
                Part(np.array(p["notes"], np.int64).reshape(-1, 4), p["name"], p["program"])
                for p in record["parts"]
            ),
            keys=(KeyChange(0, Key(*record["key"])),),
            metres=(Metre(0, *record["metre"]),),
            pickup=record["pickup"],
            provenance=Provenance(source="made with makar"),
        )

    def stack(self, works: Sequence[Piece]) -> Pieces:
        """Single pieces as a batch."""
        return Pieces(tuple(works))

    def notation(self, work: Piece) -> str:
        """The piece in ABC, without its header, in the octave it was written in.

        This is how a ledger names it: files and cards are as ``piece`` has it.
        """
        from makar.domains.music.abc.write import abc_body

        return abc_body(work)

    @property
    def variety(self) -> KeyRuns[Piece]:
        """Runs of moves of the top voice."""
        return KeyRuns(self.keys, self.cells)

    def named(self) -> PieceCraft:
        """The same, naming the user's own tunes too."""
        return replace(self, tunes=self.tunes.named())

    def keys(self, works: Works[Piece]) -> tuple[Int[np.ndarray, "B N"], Int[np.ndarray, " B"]]:
        """Moves of the top voice: interval and time to the next note, whatever the key."""
        return self.tunes.keys(works)  # pyright: ignore[reportArgumentType] - it looks at melodies

    def cells(self, works: Works[Piece]) -> Int[np.ndarray, " B"]:
        """Which kind of opening a piece has."""
        return self.tunes.cells(works)  # pyright: ignore[reportArgumentType] - as above

    def resemblances(self, works: Works[Piece]) -> list[Source]:
        """For each piece the corpus tune it shares the longest run with."""
        return self.tunes.resemblances(works)  # pyright: ignore[reportArgumentType] - as above

    def piece(self, work: Piece, *, title: str = "", notice: str = "") -> Piece:
        """The piece at the pace chosen, where its instrument plays it, with title and terms."""
        quarters = self.tunes.tempo * work.metre.beat / TICKS_PER_QUARTER
        provenance = replace(work.provenance, title=title)
        if notice:
            provenance = replace(provenance, licence=notice)
        return replace(placed(work), tempos=(Tempo(0, quarters),), provenance=provenance)

    def export(self, work: Piece, path: Path, *, title: str = "", notice: str = "") -> None:
        """Write the piece in the format that the suffix names.

        Raises:
            ValueError: the suffix is none of ``formats``.
        """
        write_any(self.piece(work, title=title, notice=notice), path)

    def card(self, work: Piece, *, marks: Sequence[tuple[int, int, str]] = ()) -> str:
        """The piece to be heard and seen: player, staff and piano roll, as HTML.

        Args:
            work: The piece.
            marks: Runs of notes of the first part to point out: first note, number, label.
        """
        return marked_card(self.piece(work), marks)
