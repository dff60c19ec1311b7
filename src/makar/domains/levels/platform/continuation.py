"""A designer's level at the desk: its columns stay, and the run's model writes what follows."""

from __future__ import annotations

import math
import os
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, cast

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from makar.core.errors import ConfigError
from makar.core.seeds import Seeds
from makar.domains.levels.drawing.pictures import contact_sheet
from makar.domains.levels.level.level import Level
from makar.domains.levels.platform.config import PlatformConfig
from makar.domains.levels.platform.files import read_level
from makar.domains.levels.platform.frame import Frame
from makar.domains.levels.play.analysis import Analyst
from makar.domains.levels.tiled.files.content import is_tiled_file
from makar.domains.levels.tiles.codec import CHALLENGE, COLUMNS, MOST_COLUMNS, TileCodec
from makar.models.token_policy import TokenPolicy
from makar.recipes.creator import Opened
from makar.recipes.domain import Delivered, Desk, Unit
from makar.recipes.preparation import Progress
from makar.recipes.settings import Flag
from makar.runs.entry import content_id
from makar.runs.free_names import new_folder

TRIES = 4
"""Levels made for each that is handed out."""
CONTINUING = 2**40 + 2**30
"""Iteration number of such draws: far from any that training uses."""
SHEET = "levels.png"


class LevelDeskConfig(BaseModel):
    """How a level is to go on."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    columns: Annotated[int, Flag("--columns")] = Field(
        default=60, ge=1, le=4000, description="columns to add to a level"
    )
    challenge: Annotated[float | None, Flag("--challenge")] = Field(
        default=None, ge=0, le=1, description="of the whole level; else the run's own"
    )


@dataclass(frozen=True)
class Continued:
    """One way in which the level goes on.

    Attributes:
        id: Five letters that depend on the level alone.
        level: The whole level.
        stretch: What of it was judged: all of it, but of a large one.
        score: What the run's reward says of it; NaN where it cannot judge.
        won: Whether it can be won; None where the search gave up.
    """

    id: str
    level: Level
    stretch: Level
    score: float
    won: bool | None

    @property
    def points(self) -> float | None:
        """Its score out of 100; None where it has none."""
        return 100 * self.score if math.isfinite(self.score) else None


@dataclass
class LevelSheet:
    """A level that goes on; see ``recipes.domain.Sheet``.

    Attributes:
        path: The file.
        frame: The level in it, and what of it is gone on from.
        columns: To be added.
        challenge: Of the whole; the run's own where it is None.
        opened: The run that writes.
        config: Its settings.
        said: What of the file was read, and what was left out, in words.
    """

    path: Path
    frame: Frame
    columns: int
    challenge: float | None
    opened: Opened
    config: PlatformConfig
    said: Sequence[str] = ()

    @property
    def units(self) -> Sequence[Unit]:
        """Columns, from 1: those that are there stay."""
        there = self.frame.whole.tiles.shape[1]
        return [Unit(n, locked=n <= there) for n in range(1, there + self.columns + 1)]

    @property
    def notes(self) -> Sequence[str]:
        """What of the file was read, and what of a large level is gone on from."""
        return [*self.said, *([self.frame.note] if self.frame.note else [])]

    def prepare(self) -> Generator[Progress, None, None]:
        """The run is open: there is nothing to wait for."""
        yield from ()

    def candidates(self, count: int, *, seed: int) -> Sequence[Continued]:
        """Levels that begin as the file's does and can be won; four times as many are tried.

        Raises:
            ConfigError: none can be won.
        """
        creator, codec = self.opened.creator, _codec(self.opened)
        given = self.frame.given
        wishes = dict(creator.ask.condition) | {COLUMNS: given.tiles.shape[1] + self.columns}
        if self.challenge is not None:
            wishes[CHALLENGE] = self.challenge
        ask = replace(creator.ask, condition=wishes, given=given)
        made = creator.policy.sample([ask] * (TRIES * count), seeds=Seeds(seed, CONTINUING))
        plays = Analyst(codec.legend)(made.works)
        scores = creator.reward.lean(made.works, made.prompts).total
        found: dict[bytes, Continued] = {}
        for row in np.argsort(-np.nan_to_num(scores, nan=-1.0), kind="stable"):
            stretch, won = made.works[int(row)], (False, True, None)[int(plays.won[row])]
            tiles = stretch.tiles.tobytes()
            if won is False or tiles in found or len(found) == count:
                continue
            level = self.frame.joined(stretch)
            name = content_id(level.tiles.tobytes())
            found[tiles] = Continued(name, level, stretch, float(scores[row]), won)
        if not found:
            raise ConfigError(
                "none of the levels that were tried can be won: what is given may end where nobody "
                "can go on from, or a lower challenge be needed (--challenge)"
            )
        return list(found.values())

    def put(self, candidate: Continued) -> bytes:
        """The whole level as a file of the same kind."""
        craft = self.opened.creator.craft
        with self._beside() as path:
            craft.export(candidate.level, path, title=candidate.id, notice=craft.original)
            return path.read_bytes()

    def outside(self, content: bytes) -> bytes:
        """The tiles of the columns that were there."""
        with self._beside() as path:
            path.write_bytes(content)
            level = read_level(path, self.config)
        there = self.frame.whole.tiles
        above = len(there) - len(level.tiles)
        tiles = np.pad(level.tiles, ((above, 0), (0, 0)), constant_values=self.frame.legend.empty)
        return tiles[:, : there.shape[1]].tobytes()

    @contextmanager
    def _beside(self) -> Iterator[Path]:
        """A file for the moment where the level lies: what a map names is found from there."""
        path = self.path.with_name(f".{self.path.stem}-{os.getpid()}{_suffix(self.path)}")
        try:
            yield path
        finally:
            path.unlink(missing_ok=True)

    def deliver(
        self, candidates: Sequence[Continued], *, out: Path | None, seed: int, asked: int
    ) -> Delivered:
        """Write the levels, and a picture of all of them.

        Raises:
            FileExistsError: the folder is there already.
            ConfigError: the folder that it is to be in is not there.
        """
        del seed
        folder = new_folder(out, self.path.with_name(f"{self.path.stem}-continued"))
        codec, craft = _codec(self.opened), self.opened.creator.craft
        analyst = Analyst(codec.legend)
        suffix = _suffix(self.path)
        paths = [folder / f"{n}-{one.id}{suffix}" for n, one in enumerate(candidates, 1)]
        for one, path in zip(candidates, paths, strict=True):
            craft.export(one.level, path, title=path.stem, notice=craft.original)
        sheet = folder / SHEET
        sheet.write_bytes(
            contact_sheet(
                [one.stretch for one in candidates],
                codec.legend,
                captions=[f"{one.id}   {_points(one, 0)} of 100" for one in candidates],
                ways=[analyst(craft.stack([one.stretch])).way(0) for one in candidates],
            )
        )
        few = f"{len(candidates)} of {asked}: no more of those that were tried can be won"
        pairs = list(zip(candidates, paths, strict=True))
        lines = [few] * (len(candidates) < asked)
        lines += [
            f"{one.id}  {_points(one, 1):>5}  {path}"
            + ("" if one.won else "  (not known whether it can be won)")
            for one, path in pairs
        ]
        record = [
            {
                "id": one.id, "score": None if one.points is None else one.score,
                "won": one.won, "path": str(path),
            }
            for one, path in pairs
        ]  # fmt: skip
        lines.append(f"see them one above another: {sheet}")
        return Delivered({"levels": record, "picture": str(sheet)}, lines)


def _points(one: Continued, digits: int) -> str:
    return "?" if one.points is None else f"{one.points:.{digits}f}"


def open_level(path: Path, config: LevelDeskConfig, opened: Opened | None) -> LevelSheet:
    """Read a level of the run's game; see ``recipes.domain.Desk``.

    Raises:
        UnreadableLevelError: the file is no level of the run's game.
        ConfigError: too many columns.
    """
    if opened is None:
        raise ConfigError(f"{path}: a level goes on with a run of its game; name one (--run)")
    settings = cast(PlatformConfig, opened.config)
    codec, said = _codec(opened), list[str]()
    frame = Frame.of(read_level(path, settings, said), codec.height, codec.legend)
    whole = frame.given.tiles.shape[1] + config.columns
    if whole > MOST_COLUMNS:
        raise ConfigError(f"{path}: {whole} columns are more than {MOST_COLUMNS}; add fewer")
    return LevelSheet(path, frame, config.columns, config.challenge, opened, settings, said)


def _codec(opened: Opened) -> TileCodec:
    policy = cast(TokenPolicy[Level], opened.creator.policy)
    return cast(TileCodec, policy.codec)


def _suffix(file: Path) -> str:
    """What is made of the file is called so: a map of Tiled's is written as its JSON."""
    suffix = file.suffix.lower()
    tiled = suffix == ".tmx" or (suffix == ".json" and is_tiled_file(file))
    return ".tmj" if tiled else suffix


DESK: Desk[LevelDeskConfig, Continued] = Desk(
    config=LevelDeskConfig,
    open=open_level,
    recipes=("mario", "levels"),
    examples=(
        "makar continue level.txt --columns 80 --variations 8",
        "makar continue maps/first.tmj --columns 60 --challenge 0.6 --run my-game",
    ),
)
