"""Going on with a designer's level: its columns stay, and the run's model writes what follows."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import count as counting
from pathlib import Path
from typing import cast

import numpy as np

from makar.core.errors import ConfigError
from makar.core.seeds import Seeds
from makar.domains.levels.drawing.pictures import contact_sheet
from makar.domains.levels.level.level import Level
from makar.domains.levels.platform.config import PlatformConfig
from makar.domains.levels.platform.files import of_height, read_level
from makar.domains.levels.play.analysis import Analyst
from makar.domains.levels.tiles.codec import CHALLENGE, COLUMNS, MOST_COLUMNS, TileCodec
from makar.recipes.trained_run import Opened
from makar.runs.entry import ALPHABET

TRIES = 4
"""Levels made for each that is handed out."""
CONTINUING = 2**40 + 2**30
"""Iteration number of such draws: far from any that training uses."""
SHEET = "levels.png"


@dataclass(frozen=True)
class Continued:
    """One way in which the level goes on.

    Attributes:
        id: Five letters that depend on the level alone.
        level: The whole level.
        score: What the run's reward says of it.
        won: Whether it can be won; None where the search gave up.
        path: The file.
    """

    id: str
    level: Level
    score: float
    won: bool | None
    path: Path


def continue_level(
    file: Path,
    opened: Opened,
    config: PlatformConfig,
    *,
    columns: int,
    count: int,
    challenge: float | None,
    seed: int,
    out: Path | None,
) -> tuple[list[Continued], Path]:
    """Make levels that begin as the file's does, and write those that can be won, best first.

    Args:
        file: The level.
        opened: The run.
        config: Its settings.
        columns: To be added.
        count: Levels wanted; four times as many are tried.
        challenge: Of the whole; the run's own where it is None.
        seed: Of the draws.
        out: New folder; beside the file by default.

    Returns:
        The levels, fewer where not so many can be won, and a picture of all of them.

    Raises:
        UnreadableLevelError: the file is no level of the run's game.
        ConfigError: too many columns, or the folder is there already.
    """
    codec = cast(TileCodec, opened.creator.policy.codec)
    given = read_level(file, config)
    given = of_height(given, codec.height, empty=codec.legend.empty, path=file)
    whole = given.tiles.shape[1] + columns
    if whole > MOST_COLUMNS:
        raise ConfigError(f"{file}: {whole} columns are more than {MOST_COLUMNS}; add fewer")
    folder = _new_folder(file, out)
    wishes = dict(opened.creator.ask.condition) | {COLUMNS: whole}
    if challenge is not None:
        wishes[CHALLENGE] = challenge
    ask = replace(opened.creator.ask, condition=wishes, given=given)
    tries = [ask] * (TRIES * count)
    made = opened.creator.policy.sample(tries, seeds=Seeds(seed, CONTINUING))
    plays = Analyst(codec.legend)(made.works)
    scores = np.nan_to_num(opened.creator.reward(made.works, made.prompts).total, nan=-1.0)
    found: dict[bytes, Continued] = {}
    for row in np.argsort(-scores, kind="stable"):
        level, won = made.works[int(row)], (False, True, None)[int(plays.won[row])]
        if won is False or level.tiles.tobytes() in found or len(found) == count:
            continue
        name = _name(level)
        path = folder / f"{len(found) + 1}-{name}{_suffix(file)}"
        found[level.tiles.tobytes()] = Continued(name, level, float(scores[row]), won, path)
    return _written(list(found.values()), folder, opened, codec)


def _written(
    levels: Sequence[Continued], folder: Path, opened: Opened, codec: TileCodec
) -> tuple[list[Continued], Path]:
    if not levels:
        raise ConfigError(
            "none of the levels that were tried can be won: what is given may end where nobody "
            "can go on from, or a lower challenge be needed (--challenge)"
        )
    folder.mkdir(parents=True)
    analyst, craft = Analyst(codec.legend), opened.creator.craft
    for one in levels:
        craft.export(one.level, one.path, title=one.path.stem, notice=craft.original)
    sheet = contact_sheet(
        [one.level for one in levels],
        codec.legend,
        captions=[f"{one.id}   {100 * one.score:.0f} of 100" for one in levels],
        ways=[analyst(craft.stack([one.level])).way(0) for one in levels],
    )
    (folder / SHEET).write_bytes(sheet)
    return list(levels), folder / SHEET


def _suffix(file: Path) -> str:
    return ".tmj" if file.suffix.lower() == ".tmx" else file.suffix.lower()


def _new_folder(file: Path, out: Path | None) -> Path:
    if out is not None:
        if out.exists():
            raise ConfigError(f"--out {out}: it is there already, and nothing is overwritten")
        return out
    names = (file.with_name(f"{file.stem}-continued{n}") for n in ("", *_numbers()))
    return next(name for name in names if not name.exists())


def _numbers() -> Sequence[str]:
    return [f"-{n}" for _, n in zip(range(1000), counting(2), strict=False)]


def _name(level: Level) -> str:
    digest = int.from_bytes(hashlib.sha256(level.tiles.tobytes()).digest()[:8])
    letters = ""
    for _ in range(5):
        digest, letter = divmod(digest, len(ALPHABET))
        letters += ALPHABET[letter]
    return letters
