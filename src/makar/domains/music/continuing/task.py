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
from makar.domains.music.infill.asked.bars import Span, gaps, numbered, spans
from makar.domains.music.infill.asked.parts import LINES
from makar.domains.music.infill.errors import HoleError
from makar.domains.music.infill.hole import (
    Fill,
    Hole,
    around,
    begins_in,
    beyond,
    find_hole,
    full,
    tails,
)
from makar.domains.music.infill.line import on_grid
from makar.domains.music.infill.score import OpenScore, open_score
from makar.domains.music.infill.view import View, view
from makar.domains.music.musicxml.bars import Bar
from makar.domains.music.piece.key_finding import UNWRITTEN, key_heard_in, said_of
from makar.domains.music.piece.piece import Key, NoteRows, Piece
from makar.domains.music.piece.reading import sorted_notes

NO_NOTES: NoteRows = np.zeros((0, 4), np.int64)
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

    @property
    def beside(self) -> NoteRows:
        """Notes that the same instrument plays beside the line: none where the part is one."""
        return self.piece.parts[-1].notes if self.score.split else NO_NOTES

    def views(self, piece: Piece, number: int) -> View:
        """Hole ``number`` as the model reads it in that state of the piece."""
        return view(
            piece, self.bars, self.holes[number],
            path=str(self.path), key=self.key, written=self.score.written,
        )  # fmt: skip

    def filled(self, fills: Sequence[Fill]) -> Piece:
        """The piece with some of its holes filled."""
        piece = self.piece
        for fill in fills:
            part = piece.parts[fill.hole.part]
            if fill.varied is None:
                left = around(part.notes, fill.hole, written=self.score.written)
            else:
                left = part.notes[~begins_in(part.notes, fill.hole)]
            parts = list(piece.parts)
            parts[fill.hole.part] = replace(
                part, notes=sorted_notes(np.concatenate([left, fill.made]))
            )
            piece = replace(piece, parts=tuple(parts))
        return piece


@dataclass(frozen=True)
class Asked:
    """What a composer asks for; see ``open_task``."""

    keep: str | None = None
    vary: str | None = None
    bars: int | None = None
    parts: str | None = None
    voice: str | None = None
    line: str | None = None

    @property
    def mode(self) -> str:
        """Which of ``infill``, ``vary`` and ``continue``.

        Raises:
            ConfigError: not exactly one of ``keep``, ``vary`` and ``bars`` is given.
        """
        modes = {"--keep": self.keep, "--vary": self.vary, "--bars": self.bars}
        given = [name for name, value in modes.items() if value is not None]
        if len(given) != 1:
            told = " and ".join(given) or "nothing"
            raise ConfigError(
                f"{told} given: say either which bars stay (--keep 1-4,9-12), which are to be "
                "varied (--vary 5-8), or how many are to be added (--bars 8)"
            )
        return {"--keep": "infill", "--vary": "vary", "--bars": "continue"}[given[0]]


def open_task(
    path: Path,
    *,
    keep: str | None = None,
    vary: str | None = None,
    bars: int | None = None,
    parts: str | None = None,
    voice: str | None = None,
    line: str | None = None,
) -> Task:
    """Read a file and find out what is asked.

    Args:
        path: MIDI, MusicXML, .mxl or ABC.
        keep: Bars that stay; those between are made: ``"1-4,9-12"``.
        vary: Bars to be made again, near what they are: ``"5-8"``.
        bars: So many bars after the end.
        parts: Name or number of the part.
        voice: Voice of the part, in a score.
        line: ``top`` or ``bottom``: the outer line of a part with several notes at once.

    Raises:
        UnreadableError: the file is not music, or what is asked cannot be done with it.
        ConfigError: not exactly one of ``keep``, ``vary`` and ``bars`` is given.
    """
    asked = Asked(keep, vary, bars, parts, voice, line)
    mode, name = asked.mode, str(path)
    if asked.line not in (None, *LINES):
        raise ConfigError(f"--line {asked.line}: it is either top or bottom")
    score, part = open_score(path).chosen(asked.parts, asked.voice, asked.line)
    everything, said = score.bars, list[str]()
    if asked.bars is not None:
        holes = _after_the_end(score, part, asked.bars, name)
        everything = (*score.bars, *holes[0].bars)
    else:
        meant = _meant(asked, score.bars, name)
        if asked.keep is not None:
            meant, said = _fillable(meant, score.bars)
        holes = tuple(
            find_hole(score.piece, score.bars, part, s, path=name, line=score.split)
            for s in meant
        )  # fmt: skip
    if mode == "vary":
        _check_variable(score, part, holes, name)
    notes, key = _notes(score, part, holes, asked)
    task = Task(path, score, mode, part, holes, everything, key, (*notes, *said))
    return task if mode == "vary" else replace(task, notes=(*task.notes, *_swinging(task)))


def _meant(asked: Asked, bars: Sequence[Bar], path: str) -> tuple[Span, ...]:
    """The bars to be made, by number."""
    if asked.keep is not None:
        named = spans(asked.keep, path=path, option="--keep")
        return gaps(numbered(named, bars, path=path), bars, path=path)
    return numbered(spans(asked.vary or "", path=path, option="--vary"), bars, path=path)


def _fillable(meant: Sequence[Span], bars: Sequence[Bar]) -> tuple[tuple[Span, ...], list[str]]:
    """Holes without a last bar that is written short, as it is after an upbeat; and that it is."""
    last = bars[-1]
    if full(last) or not meant or meant[-1][1] != last.number or meant == ((last.number,) * 2,):
        return tuple(meant), []
    first = meant[-1][0]
    left = [(first, last.number - 1)] if first < last.number else []
    told = f"bar {last.name}, the last, is not a full bar of {last.metre}: it stays as it is"
    return (*meant[:-1], *left), [told]


def _after_the_end(score: OpenScore, part: int, bars: int, path: str) -> tuple[Hole, ...]:
    if not 1 <= bars <= MOST_NEW_BARS:
        raise HoleError(path, f"--bars {bars}: from 1 to {MOST_NEW_BARS} bars can be added")
    last = score.bars[-1]
    if not full(last):
        raise HoleError(
            path,
            f"the last bar is not a full bar of {last.metre}",
            remedy="Fill it up with a rest first",
        )
    added = beyond(score.bars, bars)
    whole = (added[0].number, added[-1].number)
    find_hole(score.piece, added, part, whole, path=path, line=score.split)
    return (Hole(part, added),)


def _check_variable(score: OpenScore, part: int, holes: Sequence[Hole], path: str) -> None:
    """Varying keeps the rhythm: there must be one."""
    notes = score.piece.parts[part].notes
    for hole in holes:
        if not begins_in(notes, hole).any():
            fault = f"bars {hole.name} hold nothing to vary"
            raise HoleError(path, fault, remedy="Fill them instead: --keep with the other bars")


def _notes(
    score: OpenScore, part: int, holes: Sequence[Hole], asked: Asked
) -> tuple[tuple[str, ...], Key | None]:
    """What was assumed, in words, and the key by ear where none is stated."""
    said: list[str] = []
    piece, key = score.piece, None
    if asked.parts is None and asked.voice is None and len(piece.parts) > 1 + score.split:
        said.append(f"no --parts given: working on part {part + 1}, {piece.parts[part].name}")
    if UNWRITTEN in score.changes:
        key = key_heard_in(piece)
        said.append(said_of(key))
    first, last = holes[0].start, holes[-1].end
    if any(first <= tempo.tick < last for tempo in piece.tempos[1:]):
        said.append("the tempo changes within the bars; the changes stay where they are")
    if piece.pickup:
        said.append(f"the upbeat (bar {score.bars[0].name}) is kept")
    said += _of_edges(score, part, holes, asked)
    said += score.notes
    return tuple(said), key


def _of_edges(score: OpenScore, part: int, holes: Sequence[Hole], asked: Asked) -> list[str]:
    """What becomes of ties into the bars that stay, and of notes too short to be varied."""
    notes = score.piece.parts[part].notes
    if asked.vary is not None:
        fast = not all(on_grid(notes, hole) for hole in holes)
        return ["of several notes within a sixteenth one is varied; the others stay"] * fast
    return [
        f"the last note of bar {hole.bars[-1].name} was tied into the next bar, which stays: "
        "what is written there is struck anew"
        for hole in holes
        if score.written and len(tails(notes, hole))
    ]


def _swinging(task: Task) -> list[str]:
    """That made bars swing, where the bars around do."""
    swings = [task.views(task.piece, n).feel.swings for n in range(len(task.holes))]
    return ["the bars around swing, and so do those that are made"] if any(swings) else []
