"""A designer's own maps as a corpus: Tiled maps, level texts and JSON of one game."""

from __future__ import annotations

import glob
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from makar.core.disk.walking import walk
from makar.domains.levels.level.errors import UnreadableLevelError
from makar.domains.levels.level.json_file import read_level_json
from makar.domains.levels.level.legend_file import GameLegend
from makar.domains.levels.level.level import Level
from makar.domains.levels.level.maps import Maps, MapSource
from makar.domains.levels.level.reading import parse_object, read_bounded
from makar.domains.levels.level.text import read_level_text, told_of
from makar.domains.levels.play.towers import evened
from makar.domains.levels.tiled.files.content import is_tiled_file, is_tiled_json
from makar.domains.levels.tiled.meaning import read_meaning
from makar.domains.levels.tiled.read import TiledMap, read_tiled
from makar.domains.levels.tiled.remarks import Remark, Remarks, sentences
from makar.domains.levels.tiled.variants import TileVariants, learn_variants

MAX_MAPS = 2_000
MAX_CORPUS_BYTES = 100_000_000


@dataclass(frozen=True)
class MapCorpus:
    """Maps of one game, of one height.

    Attributes:
        maps: The levels and their files, made as high as one another: see ``play.towers``.
        templates: The Tiled map that each comes from, which new levels can be written into;
            None for one that was a text.
        variants: How tiles are drawn in the Tiled maps.
        notes: What was done to the maps, in words.
    """

    maps: Maps
    templates: tuple[TiledMap | None, ...]
    variants: TileVariants
    notes: tuple[str, ...]

    @property
    def template(self) -> TiledMap | None:
        """The map to write levels into: the first Tiled map that was not padded."""
        rows = self.maps.levels[0].tiles.shape[0]
        found = [tiled for tiled in self.templates if tiled is not None]
        return next(
            (tiled for tiled in found if tiled.size[0] == rows), found[0] if found else None
        )


def read_map_corpus(patterns: Iterable[str | Path], game: GameLegend) -> MapCorpus:
    """Read the maps named by paths, by patterns such as ``maps/*.tmj``, or by their folder.

    Raises:
        LegendError: a tile that the legend leaves unnamed.
        UnreadableLevelError: nothing found, a broken map, or one without start or goal.
    """
    paths = _paths(patterns)
    remarks: list[Remarks] = []
    found = [_read(path, game, remarks) for path in paths]
    templates = tuple(template for _, template in found)
    maps = Maps(
        [level for level, _ in found], [MapSource(path.stem, game.licence) for path in paths]
    )
    maps, notes = evened(maps, [path.name for path in paths], game.legend)
    return MapCorpus(
        maps,
        templates,
        learn_variants([tiled for tiled in templates if tiled is not None], game),
        (*sentences(remarks), *notes),
    )


def _paths(patterns: Iterable[str | Path]) -> list[Path]:
    found: dict[Path, None] = {}
    for pattern in patterns:
        path = Path(pattern)
        if path.is_file():
            matches = [str(pattern)]
        elif path.is_dir():
            matches = [str(file) for file in _maps_in(path)]
        else:
            matches = glob.glob(str(pattern), recursive=True)  # noqa: PTH207 - may be absolute
        if not matches:
            remedy = "Check the path; a pattern looks like maps/*.tmj"
            raise UnreadableLevelError(str(pattern), "there is no such map", remedy=remedy)
        found |= dict.fromkeys(Path(match) for match in matches)
    sizes: dict[tuple[int, int], int] = {}
    for path in sorted(found):
        try:
            status = path.stat()
        except OSError as fault:
            raise UnreadableLevelError(str(path), f"cannot be read ({fault.strerror})") from fault
        if (place := (status.st_dev, status.st_ino)) in sizes:
            del found[path]  # the same file under another name
        sizes[place] = status.st_size
    if not found or len(found) > MAX_MAPS:
        fault = f"names {len(found):,} maps"
        raise UnreadableLevelError("the corpus", fault, remedy=f"Name 1 to {MAX_MAPS:,} maps")
    if sum(sizes.values()) > MAX_CORPUS_BYTES:
        fault = f"is larger than {MAX_CORPUS_BYTES / 1e6:g} MB"
        raise UnreadableLevelError("the corpus", fault, remedy="Leave maps out")
    return sorted(found)


def _maps_in(folder: Path) -> list[Path]:
    """The maps of a folder: those of Tiled, or else its levels as JSON, or else as text.

    A ``.tmx`` often lies beside what it was exported to: then that is taken.
    """
    exported, drawn, told, words = (
        walk(folder, lambda name, end=end: name.lower().endswith(end), deep=False).files
        for end in (".tmj", ".tmx", ".json", ".txt")
    )
    stems = {file.stem for file in exported}
    maps = [*exported, *(file for file in drawn if file.stem not in stems)]
    return maps or [file for file in told if _is_level_json(file)] or list(words)


def _is_level_json(file: Path) -> bool:
    """Whether a file of JSON is a map or a level, and not a tileset or something else."""
    try:
        document = parse_object(read_bounded(file), str(file))
    except UnreadableLevelError:
        return False
    return "format" in document or (
        document.get("type", "map") == "map" and is_tiled_json(document)
    )


def read_level_file(
    path: Path, game: GameLegend, remarks: list[Remarks] | None = None
) -> tuple[Level, TiledMap | None]:
    """One level of the game, told by its content: Tiled's, makar's JSON, or text (``.txt``).

    Args:
        path: The file.
        game: The legend.
        remarks: Receives what was read of a Tiled map and what was left out.

    Raises:
        LegendError: a tile that the legend leaves unnamed.
        UnreadableLevelError: it is no level of the game.
    """
    suffix = path.suffix.lower()
    if suffix == ".txt":
        strangers = Counter[str]()
        level = read_level_text(path, game.legend, strangers)
        if remarks is not None:
            notes = {Remark("note", told_of(symbol)): n for symbol, n in strangers.items()}
            remarks.append(Remarks(notes))
        return level, None
    if suffix == ".json" and not is_tiled_file(path):
        level, legend = read_level_json(path)
        if legend != game.legend:
            fault = f"has another legend than {game.path.name}"
            raise UnreadableLevelError(str(path), fault, remedy="Leave it out")
        return level, None
    tiled = read_tiled(path, game.path.absolute().parent)
    reading = read_meaning(tiled, game)
    if remarks is not None:
        remarks.append(reading.remarks)
    return reading.level, tiled


def _read(path: Path, game: GameLegend, remarks: list[Remarks]) -> tuple[Level, TiledMap | None]:
    level, template = read_level_file(path, game, remarks)
    _refuse_useless(path, level, game)
    return level, template


def _refuse_useless(path: Path, level: Level, game: GameLegend) -> None:
    if game.path.suffix.lower() == ".json":
        return  # of the VGLC, where some levels have none: their stretches are given one
    for role in ("start", "goal"):
        wanted = game.legend.having(role)
        if wanted.any() and not wanted[level.tiles].any():
            names = " or ".join(tile.name for tile in game.legend.tiles if tile.role == role)
            fault = f"has no {role} ({names})"
            raise UnreadableLevelError(str(path), fault, remedy="Add one, or leave the map out")
