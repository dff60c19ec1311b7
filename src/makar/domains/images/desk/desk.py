"""A drawing of the user's own at the desk: what is kept stays, the rest is painted anew."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from makar.console.waiting import line
from makar.core.errors import ConfigError
from makar.core.seeds import Seeds
from makar.domains.images.desk.choosing import Chosen, choose, mask_of
from makar.domains.images.desk.contact import contact_sheet
from makar.domains.images.desk.inserting import Place, place_for
from makar.domains.images.desk.repainting import Scene, fitted, look, painted
from makar.domains.images.desk.spans import source_of
from makar.domains.images.domain import PICTURES
from makar.domains.images.painting.painter import Painted
from makar.domains.images.pictures.reading import read_picture
from makar.domains.images.strokes.drawing import WHITE, Strokes
from makar.domains.images.svg.document import Document, content_of, read_document
from makar.domains.images.svg.inking import Fills
from makar.domains.images.svg.reading import Traced, trace
from makar.recipes.creator import Opened
from makar.recipes.domain import Delivered, Desk, Unit
from makar.recipes.preparation import Progress
from makar.recipes.settings import Flag
from makar.runs.entry import content_id
from makar.runs.free_names import new_folder

AT_DESK = 2**40 + 2**30
"""Iteration number of such draws: far from any that training uses."""
FEWEST, MOST = 60, 300
"""Strokes laid anew, where nobody says how many."""
LINES = 256
"""Lines by which the painter's eye sees filled areas, on the longer side of the sheet."""
SHEET = "sheet.png"


class DrawingDeskConfig(BaseModel):
    """What stays of a drawing, and what the rest is painted toward."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    keep: Annotated[tuple[str, ...], Flag("--keep")] = Field(
        default=(),
        description="layer, group or element that stays, by id, label or number; repeatable",
    )
    free: Annotated[tuple[str, ...], Flag("--free")] = Field(
        default=(), description="what is painted anew, where all else stays; repeatable"
    )
    mask: Annotated[Path | None, Flag("--mask")] = Field(
        default=None, description="picture of the sheet, light where elements are painted anew"
    )
    like: Annotated[Path | None, Flag("--like")] = Field(
        default=None, description="picture to paint toward; the drawing as it was by default"
    )
    strokes: Annotated[int | None, Flag("--strokes")] = Field(
        default=None, ge=1, le=2000, description="strokes laid anew; by default about as many as go"
    )


@dataclass(frozen=True, eq=False)
class Version:
    """One way to paint what is free.

    Attributes:
        id: Five letters that depend on the strokes alone.
        strokes: What is laid anew, in the sheet's units.
        written: They, as the file has them.
        score: The share of the error that they take away.
    """

    id: str
    strokes: Strokes
    written: str
    score: float


@dataclass(frozen=True, eq=False)
class DrawingSheet:
    """A drawing that is worked on; see ``recipes.domain.Sheet``.

    Attributes:
        path: The file.
        content: Its bytes.
        document: Its elements.
        traced: What they draw.
        chosen: Which of them are free.
        place: Where new strokes go.
        scene: What they are painted toward.
        count: How many there are to be.
    """

    path: Path
    content: bytes
    document: Document
    traced: Traced
    chosen: Chosen
    place: Place
    scene: Scene
    count: int

    @property
    def units(self) -> Sequence[Unit]:
        """Elements that are seen, counted from 1 as they stand in the file."""
        return [
            Unit(number, node not in self.chosen.free)
            for number, node in enumerate(self.chosen.elements, 1)
        ]

    @property
    def notes(self) -> Sequence[str]:
        """What the painter sees otherwise than it is, and what stays although it was to go."""
        notes = [f"as the painter sees it: {note}" for note in self.traced.read.notes]
        if self.chosen.referred:
            notes.append(f"{self.chosen.referred} of the elements stay: others refer to them")
        if self.chosen.unread:
            notes.append(f"{self.chosen.unread} of the elements stay: they are no strokes")
        return notes + list(self.scene.target.notes)

    def prepare(self) -> Generator[Progress, None, None]:
        """The search needs nothing made ready."""
        yield from ()

    def candidates(self, count: int, *, seed: int) -> Sequence[Version]:
        """As many paintings of what is free, the likest first."""
        made: dict[str, Version] = {}
        with line() as say:
            for number in range(count):
                draw = int(Seeds(seed, AT_DESK).generator(number).integers(2**31))
                told = _telling(say, number, count)
                strokes = painted(self.scene, strokes=self.count, seed=draw, told=told)
                written = self.place.written(strokes, self.scene.below.size)
                name = content_id(written.encode())
                made[name] = Version(name, strokes, written, self.scene.score(strokes))
        return sorted(made.values(), key=lambda one: -np.nan_to_num(one.score))

    def put(self, candidate: Version) -> bytes:
        """The file with the new strokes where the lowest of the old ones was."""
        source = source_of(self.content)
        at = source.span(self.place.before)[0]
        edits = [(*source.span(node), b"") for node in self.chosen.free]
        return source.edited([(at, at, source.encoded(candidate.written)), *edits])

    def outside(self, content: bytes) -> bytes:
        """All bytes but those of free elements, or of the group that is in their place."""
        document, source = read_document(content, self.path.name), source_of(content)
        group = document.named.get(self.place.id)
        if group is not None:
            return source.without([group])
        free = {node.start for node in self.chosen.free}
        return source.without(node for node in document.root.walk() if node.start in free)

    def deliver(
        self, candidates: Sequence[Version], *, out: Path | None, seed: int, asked: int
    ) -> Delivered:
        """Write the drawings, and all of them as one picture, what they are to be like first.

        Raises:
            FileExistsError: the folder is there already.
            ConfigError: the folder that it is to be in is not there.
        """
        folder = new_folder(out, self.path.with_name(f"{self.path.stem}-painted"))
        pairs = [(one, folder / f"{n}-{one.id}.svg") for n, one in enumerate(candidates, 1)]
        for one, path in pairs:
            path.write_bytes(self.put(one))
        sheet = folder / SHEET
        looks = [look(self.scene.whole(one.strokes)) for one, _ in pairs]
        captions = [f"{n}-{one.id}   {_percent(one)}" for n, (one, _) in enumerate(pairs, 1)]
        sheet.write_bytes(contact_sheet([self.scene.target, *looks], ["painted toward", *captions]))
        record = [{"id": one.id, "score": one.score, "path": str(path)} for one, path in pairs]
        lines = [f"{len(pairs)} of {asked}: the others came out the same"]
        lines = lines * (len(pairs) < asked)
        lines += [f"{one.id}  {_percent(one)}  {path}" for one, path in pairs]
        lines.append(f"see them side by side: {sheet}")
        lines.append(f"{self.count} strokes laid anew; painted from seed {seed}")
        return Delivered({"drawings": record, "picture": str(sheet), "seed": seed}, lines)


def open_drawing(path: Path, config: DrawingDeskConfig, opened: Opened | None) -> DrawingSheet:
    """Read a drawing and part it; see ``recipes.domain.Desk``.

    Raises:
        UnreadableError: the file is no drawing, or the picture to paint toward is none.
        ConfigError: names that the drawing does not have, or nothing to be painted anew.
    """
    del opened
    if path.suffix.lower() in PICTURES:
        raise ConfigError(
            f"{path}: a picture; what is gone on with here is an SVG drawing. "
            f"Paint it first, makar paint {path}, and name the .svg that comes out"
        )
    raw, _ = content_of(path)
    if raw != path.read_bytes():
        raise ConfigError(f"{path}: it is packed; unpack it first, and name the .svg")
    document = read_document(raw, str(path))
    traced = trace(document, str(path), Fills(lines=LINES))
    masked = mask_of(config.mask, traced.read.drawing.size) if config.mask else None
    chosen = choose(document, traced, path, keep=config.keep, free=config.free, masked=masked)
    place = place_for(document, traced, chosen.free)
    drawing = traced.read.drawing
    above = np.array([node.start >= place.before.start for node in traced.owners], np.bool_)
    gone = np.array([node in chosen.free for node in traced.owners], np.bool_)
    paths = int((gone & ~drawing.strokes.joined).sum())
    if config.like is None:
        target = look(drawing)
    else:
        target = fitted(read_picture(config.like), drawing.size)
    ground = drawing.ground if traced.ground not in chosen.free else WHITE
    below = replace(drawing, ground=ground).with_strokes(drawing.strokes.take(~gone & ~above))
    scene = Scene(below, drawing.strokes.take(~gone & above), target)
    count = config.strokes or int(np.clip(paths, FEWEST, MOST))
    return DrawingSheet(path, raw, document, traced, chosen, place, scene, count)


def _telling(say: Callable[[Progress], None], number: int, count: int) -> Callable[[Painted], None]:
    """Says how far all versions are while one is painted."""
    words = f"version {number + 1} of {count}"
    return lambda step: say(
        Progress("painting", number * step.total + step.done, count * step.total, words)
    )


def _percent(one: Version) -> str:
    """The score, for the user."""
    return "—" if np.isnan(one.score) else f"{100 * one.score:.0f} of 100"


DESK: Desk[DrawingDeskConfig, Version] = Desk(
    config=DrawingDeskConfig,
    open=open_drawing,
    examples=(
        "makar continue drawing.svg --keep layer1 --variations 4",
        "makar continue drawing.svg --free sky --like evening.jpg --strokes 120",
    ),
)
