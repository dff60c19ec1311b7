"""Where the files may lie that a map refers to: tilesets, templates, pictures."""

from __future__ import annotations

from pathlib import Path, PurePosixPath, PureWindowsPath

from makar.domains.levels.level.errors import UnreadableLevelError
from makar.domains.levels.level.reading import quoted, read_bounded


def referred(source: str, path: Path, root: Path, *, what: str, limit: int) -> tuple[Path, bytes]:
    """The file that ``path`` refers to, and its bytes; see ``permitted``.

    Raises:
        UnreadableLevelError: it lies elsewhere, is not there, or is larger than ``limit`` bytes.
    """
    file = permitted(source, path, root, what=what)
    try:
        return file, read_bounded(file, limit)
    except UnreadableLevelError as error:
        fault = f"refers to the {what} {quoted(source)}, which cannot be read"
        if isinstance(error.__cause__, FileNotFoundError | NotADirectoryError):
            fault = f"refers to the {what} {quoted(source)}, and there is no such file"
        remedy = f"Put it there, or leave the map out ({error.fault[:80]})"
        raise UnreadableLevelError(str(path), fault, remedy=remedy) from error


def permitted(source: str, path: Path, root: Path, *, what: str) -> Path:
    r"""The file that ``path`` refers to as ``source``: in its own folder or in ``root``.

    Maps saved on Windows, or by a program that runs there, may write ``..\art\tiles.tsx``.

    Args:
        source: As it is written.
        path: The file that refers to it.
        root: Another folder where such files may lie: the legend's.
        what: What is referred to, for messages: ``tileset``.

    Raises:
        UnreadableLevelError: it is no path, or leads elsewhere, a link included.
    """
    remedy = f"Keep {what}s in the map's folder, or in the folder of legend.toml"
    told = f"refers to the {what} {quoted(source)}"
    plain = source.replace("\\", "/")
    strange = not plain or "\0" in plain or ":" in plain
    absolute = PureWindowsPath(plain).is_absolute() or PurePosixPath(plain).is_absolute()
    if strange or absolute:
        fault = f"{told}, which is no path beside the map"
        raise UnreadableLevelError(str(path), fault, remedy=remedy)
    try:
        file = (path.parent / plain).resolve()
    except (OSError, RuntimeError, ValueError) as error:
        raise UnreadableLevelError(str(path), f"{told}, which is no path", remedy=remedy) from error
    if not any(file.is_relative_to(folder.resolve()) for folder in (path.parent, root)):
        raise UnreadableLevelError(str(path), f"{told}, outside of its folder", remedy=remedy)
    return file
