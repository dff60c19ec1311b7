"""A composer's own piece at the desk: bars between theirs, after theirs, or theirs varied."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from makar.domains.music.continuing import model
from makar.domains.music.continuing.choice import Choice, Chosen, make_variations
from makar.domains.music.continuing.files import deliver, lead_of
from makar.domains.music.continuing.task import Task, open_task
from makar.domains.music.infill.hole import Fill
from makar.domains.music.infill.into_musicxml import MusicXmlScore
from makar.domains.music.infill.score import opened_score
from makar.domains.music.piece.piece import NoteRows
from makar.recipes.creator import Opened
from makar.recipes.domain import Delivered, Desk, Unit
from makar.recipes.preparation import Progress
from makar.recipes.settings import Flag


class PieceDeskConfig(BaseModel):
    """What is to be done to a piece."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    keep: Annotated[str | None, Flag("--keep")] = Field(
        default=None, description="bars that stay, such as 1-4,9-12; the others are made"
    )
    vary: Annotated[str | None, Flag("--vary")] = Field(
        default=None, description="bars to make again near what they are, such as 5-8"
    )
    bars: Annotated[int | None, Flag("--bars")] = Field(
        default=None, description="bars to add after the end"
    )
    parts: Annotated[str | None, Flag("--parts")] = Field(
        default=None, description="the part to work on: its name or number"
    )
    voice: Annotated[str | None, Flag("--voice")] = Field(
        default=None, description="the voice of the part, in MusicXML and ABC, such as 1"
    )
    line: Annotated[str | None, Flag("--line")] = Field(
        default=None, description="top or bottom: the outer line of a MIDI part that plays several"
    )


@dataclass
class PieceSheet:
    """A piece that is worked on; see ``recipes.domain.Sheet``.

    Attributes:
        task: What is to be done to it.
    """

    task: Task
    _infiller: model.Infiller | None = field(default=None, repr=False)
    _choice: Choice | None = field(default=None, repr=False)
    _draft: str = field(default="", repr=False)

    @property
    def units(self) -> Sequence[Unit]:
        """Bars, numbered as they are printed."""
        free = {bar.number for hole in self.task.holes for bar in hole.bars}
        return [
            Unit(int(bar.name) if bar.name.isdecimal() else bar.number, bar.number not in free)
            for bar in self.task.bars
        ]

    @property
    def notes(self) -> Sequence[str]:
        """What was assumed."""
        return self.task.notes

    def prepare(self) -> Generator[Progress, None, None]:
        """Have the model that fills bars; a ``model.Draft`` can be heard before it is ready."""
        work = model.prepare_infill(model.InfillConfig())
        while True:
            try:
                progress = next(work)
            except StopIteration as end:
                self._infiller, self._draft = end.value, ""
                return
            if isinstance(progress, model.Draft):
                self._infiller = progress.infiller
                self._draft = (
                    f"A first draft: the model has had {progress.done} of {progress.total} "
                    "lessons. The better set comes behind it."
                )
            yield progress

    def candidates(self, count: int, *, seed: int) -> Sequence[Chosen]:
        """Good ways of filling the bars, unlike one another."""
        if self._infiller is None:
            raise RuntimeError("prepare() first: there is nothing that writes yet")
        self._choice = make_variations(self.task, self._infiller, count=count, seed=seed)
        return self._choice.chosen

    def put(self, candidate: Chosen) -> bytes:
        """The file with those bars in it."""
        return self.task.score.spliced(candidate.candidate.fills)

    def outside(self, content: bytes) -> bytes:
        """The file with every free bar emptied, so that what is left is what stays."""
        score = opened_score(content, str(self.task.path))
        if isinstance(score, MusicXmlScore) and isinstance(self.task.score, MusicXmlScore):
            score = replace(score, voice=self.task.score.voice)
        nothing = np.zeros((0, 4), np.int64)
        return score.spliced(
            [Fill(hole, nothing, self._over(n)) for n, hole in enumerate(self.task.holes)]
        )

    def _over(self, number: int) -> NoteRows:
        """Notes that sound over the bar lines of a hole, which stay."""
        return self.task.views(self.task.piece, number).kept

    def deliver(
        self, candidates: Sequence[Chosen], *, out: Path | None, seed: int, asked: int
    ) -> Delivered:
        """Write the pieces, and a page to hear them side by side."""
        if self._choice is None:
            raise RuntimeError("candidates() first: nothing was chosen yet")
        choice = Choice(
            tuple(candidates), self._choice.written, self._choice.left_out, self._choice.unlike
        )
        made = deliver(self.task, choice, out=out, seed=seed, asked=asked, draft=self._draft)
        lines = [
            made.record["done"],
            *([self._draft] if self._draft else []),
            lead_of(choice, asked),
            *(f"{v.id}  {100 * v.chosen.score:5.1f}  {v.path}" for v in made.variations),
            f"hear them side by side: {made.page}",
        ]
        return Delivered({**made.record, "page": str(made.page)}, lines)


def open_piece(path: Path, config: PieceDeskConfig, opened: Opened | None) -> PieceSheet:
    """Read a file and find out what is asked; see ``recipes.domain.Desk``."""
    del opened  # the model that fills bars is one for all
    return PieceSheet(
        open_task(
            path,
            keep=config.keep,
            vary=config.vary,
            bars=config.bars,
            parts=config.parts,
            voice=config.voice,
            line=config.line,
        )
    )


DESK: Desk[PieceDeskConfig, Chosen] = Desk(
    config=PieceDeskConfig,
    open=open_piece,
    examples=(
        "makar continue theme.mid --keep 1-4,9-12 --parts violin --variations 8",
        "makar continue theme.musicxml --vary 5-8",
        "makar continue theme.abc --bars 8",
        "makar continue piano.mid --keep 1-4,9-16 --line top",
    ),
)
