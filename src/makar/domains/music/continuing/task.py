"""Working on a composer's own piece: bars between theirs, after theirs, or theirs varied.

>>> task = open_task(Path("theme.mid"), keep="1-4,9-12", parts="violin")   # doctest: +SKIP
>>> found = make_variations(task, infiller, count=8, seed=0)               # doctest: +SKIP
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from makar.core.errors import ConfigError
from makar.domains.music.infill.errors import HoleError
from makar.domains.music.infill.hole import (
    Fill,
    Hole,
    Span,
    beyond,
    choose_part,
    find_hole,
    gaps,
    spans,
    within,
)
from makar.domains.music.infill.score import OpenScore, open_score
from makar.domains.music.infill.view import View, key_by_ear, on_grid, view
from makar.domains.music.musicxml.bars import Bar
from makar.domains.music.piece.piece import DURATION, ONSET, Key, Piece
from makar.domains.music.piece.reading import sorted_notes

MOST_NEW_BARS = 64
"""Bars that a piece is gone on with at most."""


@dataclass(frozen=True)
class Task:
    """What is to be done to a file.

    Attributes:
        path: The file.
        score: Its music, ready to be worked on.
        mode: ``infill``, ``continue`` or ``vary``.
        part: Number of the part, from 0.
        holes: The bars to be made, in order.
        bars: All bars, those made after the end included.
        key: The key by ear, where the file states none.
        notes: What the user should know.
    """

    path: Path
    score: OpenScore
    mode: str
    part: int
    holes: tuple[Hole, ...]
    bars: tuple[Bar, ...]
    key: Key | None
    notes: tuple[str, ...]

    @property
    def piece(self) -> Piece:
        """The piece as it is."""
        return self.score.piece

    def views(self, piece: Piece, number: int) -> View:
        """Hole ``number`` as the model reads it in that state of the piece."""
        return view(piece, self.bars, self.holes[number], path=str(self.path), key=self.key)

    def filled(self, fills: Sequence[Fill]) -> Piece:
        """The piece with some of its holes filled."""
        piece = self.piece
        for fill in fills:
            part = piece.parts[fill.hole.part]
            ends = part.notes[:, ONSET] + part.notes[:, DURATION]
            inside = (part.notes[:, ONSET] >= fill.hole.start) & (ends <= fill.hole.end)
            rows = sorted_notes(np.concatenate([part.notes[~inside], fill.made]))
            parts = list(piece.parts)
            parts[fill.hole.part] = replace(part, notes=rows)
            piece = replace(piece, parts=tuple(parts))
        return piece


def open_task(
    path: Path,
    *,
    keep: str | None = None,
    vary: str | None = None,
    bars: int | None = None,
    parts: str | None = None,
) -> Task:
    """Read a file and find out what is asked.

    Args:
        path: MIDI, MusicXML, .mxl or ABC.
        keep: Bars that stay; those between are made: ``"1-4,9-12"``.
        vary: Bars to be made again, near what they are: ``"5-8"``.
        bars: So many bars after the end.
        parts: Name or number of the part.

    Raises:
        UnreadableError: the file is not music, or what is asked cannot be done with it.
        ConfigError: not exactly one of ``keep``, ``vary`` and ``bars`` is given.
    """
    modes = {"--keep": keep, "--vary": vary, "--bars": bars}
    given = [name for name, value in modes.items() if value is not None]
    if len(given) != 1:
        told = " and ".join(given) or "nothing"
        raise ConfigError(
            f"{told} given: say either which bars stay (--keep 1-4,9-12), which are to be varied "
            "(--vary 5-8), or how many are to be added (--bars 8)"
        )
    score = open_score(path)
    name = str(path)
    part = choose_part(score.piece, parts, path=name)
    everything = score.bars
    if bars is not None:
        holes = _after_the_end(score, part, bars, name)
        everything = (*score.bars, *holes[0].bars)
    else:
        asked = _asked(keep, vary, score.bars, name)
        holes = tuple(find_hole(score.piece, score.bars, part, s, path=name) for s in asked)
    mode = {"--keep": "infill", "--vary": "vary", "--bars": "continue"}[given[0]]
    if mode == "vary":
        _check_variable(score, part, holes, name)
    notes, key = _notes(score, part, holes, parts)
    return Task(path, score, mode, part, holes, everything, key, notes)


def _asked(keep: str | None, vary: str | None, bars: Sequence[Bar], path: str) -> tuple[Span, ...]:
    if keep is not None:
        return gaps(spans(keep, path=path, option="--keep"), bars, path=path)
    asked = spans(vary or "", path=path, option="--vary")
    for span in asked:
        within(span, bars, path=path)
    return asked


def _after_the_end(score: OpenScore, part: int, bars: int, path: str) -> tuple[Hole, ...]:
    if not 1 <= bars <= MOST_NEW_BARS:
        raise HoleError(path, f"--bars {bars}: from 1 to {MOST_NEW_BARS} bars can be added")
    last = score.bars[-1]
    if last.end - last.start != last.metre.bar:
        raise HoleError(
            path,
            f"the last bar is not a full bar of {last.metre}",
            remedy="Fill it up with a rest first",
        )
    added = beyond(score.bars, bars)
    find_hole(score.piece, added, part, (added[0].number, added[-1].number), path=path)
    return (Hole(part, added),)


def _check_variable(score: OpenScore, part: int, holes: Sequence[Hole], path: str) -> None:
    """Varying keeps the rhythm: there must be one, and it must be one of sixteenths."""
    notes = score.piece.parts[part].notes
    for hole in holes:
        inside = (notes[:, ONSET] >= hole.start) & (notes[:, ONSET] < hole.end)
        if not inside.any():
            fault = f"bars {hole.first}-{hole.last} hold nothing to vary"
            raise HoleError(path, fault, remedy="Fill them instead: --keep with the other bars")
        if not on_grid(notes, hole):
            raise HoleError(
                path,
                f"bars {hole.first}-{hole.last} have tuplets or notes between the sixteenths, "
                "and varying keeps the rhythm",
                remedy="Make them anew instead: --keep with the other bars; or quantise them",
            )


def _notes(
    score: OpenScore, part: int, holes: Sequence[Hole], wish: str | None
) -> tuple[tuple[str, ...], Key | None]:
    """What was assumed, in words, and the key by ear where none is stated."""
    said: list[str] = []
    piece, key = score.piece, None
    if wish is None and len(piece.parts) > 1:
        said.append(f"no --parts given: working on part {part + 1}, {piece.parts[part].name}")
    if any(change.startswith("C major assumed") for change in score.changes):
        key = key_by_ear(np.concatenate([p.notes for p in piece.parts if not p.percussion]))
        said.append(f"the file states no key: it sounds like {key.name}")
    first, last = holes[0].start, holes[-1].end
    if any(first <= tempo.tick < last for tempo in piece.tempos[1:]):
        said.append("the tempo changes within the bars; the changes stay where they are")
    if piece.pickup:
        said.append("the upbeat (bar 0) is kept")
    said += score.notes
    return tuple(said), key
