"""A drawing of your own at the desk: some strokes stay, the others are drawn again."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from makar.core.errors import ConfigError
from makar.core.seeds import Seeds
from makar.recipes.creator import Opened
from makar.recipes.domain import Delivered, Desk, Unit
from makar.recipes.preparation import Progress
from makar.recipes.settings import Flag
from makar.runs.free_names import new_folder
from makar_toy.strokes.craft import svg
from makar_toy.strokes.drawing import FREE, MOST, NAMES, Drawing
from makar_toy.strokes.files import read_drawings, stroke_of

AT_DESK = 2**40 + 2**30
"""Iteration number of such draws: far from any that training uses."""
TRIES = 8
"""Drawings made for each that is handed out."""


class DrawingDeskConfig(BaseModel):
    """What is to be done to a drawing."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    again: Annotated[tuple[int, ...], Flag("--again")] = Field(
        default=(), description="number of a stroke to draw again; repeatable"
    )
    add: Annotated[int, Flag("--add")] = Field(default=0, ge=0, description="strokes to add")


@dataclass(frozen=True)
class Version:
    """One way to draw what is free.

    Attributes:
        drawing: The whole drawing.
        score: What the run's reward says of it.
    """

    drawing: Drawing
    score: float


@dataclass(frozen=True)
class DrawingSheet:
    """A drawing that is worked on; see ``recipes.domain.Sheet``.

    Attributes:
        path: The file.
        content: Its bytes.
        given: Its strokes, ``FREE`` where one is to be drawn.
        opened: The run that draws.
    """

    path: Path
    content: bytes
    given: Drawing
    opened: Opened

    @property
    def units(self) -> Sequence[Unit]:
        """Strokes, counted from 1 as they stand in the file."""
        return [Unit(number, stroke != FREE) for number, stroke in enumerate(self.given, 1)]

    @property
    def notes(self) -> Sequence[str]:
        """Nothing had to be assumed."""
        return ()

    def prepare(self) -> Generator[Progress, None, None]:
        """The run is open: there is nothing to wait for."""
        yield from ()

    def candidates(self, count: int, *, seed: int) -> Sequence[Version]:
        """The best of what the run draws there, all different."""
        creator = self.opened.creator
        wishes = dict(creator.ask.condition) | {"strokes": len(self.given)}
        ask = replace(creator.ask, condition=wishes, given=self.given)
        made = creator.policy.sample([ask] * (TRIES * count), seeds=Seeds(seed, AT_DESK))
        scores = creator.reward(made.works, made.prompts).total
        best = {made.works[int(row)]: float(scores[row]) for row in np.argsort(scores)}
        return [Version(*pair) for pair in list(best.items())[::-1][:count]]

    def put(self, candidate: Version) -> bytes:
        """The file with those strokes in their lines, or in new lines below the last stroke."""
        lines, place = self.content.split(b"\n"), _places(self.content)
        end = b"\r" if lines[place[-1]].endswith(b"\r") else b""
        made = [NAMES[stroke].encode() + end for stroke in candidate.drawing]
        for number, line in enumerate(place):
            if self.given[number] == FREE:
                lines[line] = made[number]
        lines[place[-1] + 1 : place[-1] + 1] = made[len(place) :]
        return b"\n".join(lines)

    def outside(self, content: bytes) -> bytes:
        """The file without the lines of free strokes."""
        place = _places(content)
        free = {line for line, stroke in zip(place, self.given, strict=False) if stroke == FREE}
        lines = content.split(b"\n")
        return b"\n".join(line for number, line in enumerate(lines) if number not in free)

    def deliver(
        self, candidates: Sequence[Version], *, out: Path | None, seed: int, asked: int
    ) -> Delivered:
        """Write the drawings, and all of them as one picture."""
        folder = new_folder(out, self.path.with_name(f"{self.path.stem}-drawn"))
        picture = folder / "drawings.svg"
        picture.write_text(svg([one.drawing for one in candidates]), encoding="utf-8")
        paths = [folder / f"{self.path.stem}-{n}.strokes" for n in range(1, len(candidates) + 1)]
        for path, one in zip(paths, candidates, strict=True):
            path.write_bytes(self.put(one))
        points = [100 * one.score for one in candidates]
        return Delivered(
            {"drawings": [str(path) for path in paths], "scores": points, "picture": str(picture)},
            [f"{n:5.1f}  {path}" for n, path in zip(points, paths, strict=True)]
            + [f"see them side by side: {picture}"],
        )


def _places(content: bytes) -> list[int]:
    """Numbers of the lines that hold strokes."""
    lines = content.decode().split("\n")
    return [number for number, line in enumerate(lines) if stroke_of(line) is not None]


def open_drawing(path: Path, config: DrawingDeskConfig, opened: Opened | None) -> DrawingSheet:
    """Read a drawing and free what is to be drawn; see ``recipes.domain.Desk``."""
    if opened is None:
        raise ConfigError(f"{path}: a drawing goes on with a run of strokes; name one (--run)")
    drawings = read_drawings(path)
    if len(drawings) > 1:
        raise ConfigError(f"{path}: it holds {len(drawings)} drawings; bring one")
    [drawing] = drawings.values()
    if wrong := [n for n in config.again if not 1 <= n <= len(drawing)]:
        raise ConfigError(f"--again {wrong[0]}: there are strokes 1 to {len(drawing)}")
    if not (config.again or config.add):
        raise ConfigError("say which strokes are drawn again (--again 3), or how many more (--add)")
    if len(drawing) + config.add > MOST:
        raise ConfigError(f"--add {config.add}: a drawing has {MOST} strokes at most")
    kept = [FREE if n in config.again else stroke for n, stroke in enumerate(drawing, 1)]
    return DrawingSheet(path, path.read_bytes(), (*kept, *[FREE] * config.add), opened)


DESK: Desk[DrawingDeskConfig, Version] = Desk(
    config=DrawingDeskConfig,
    open=open_drawing,
    recipes=("strokes",),
    examples=("makar continue house.strokes --again 2 --again 3 --add 1",),
)
