"""A kept work as a file, with where it comes from said in it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from makar.core.errors import ConfigError
from makar.recipes.craft import Craft, is_verified, unpacked
from makar.recipes.trained_run import craft_of
from makar.runs.entry import Entry
from makar.runs.folder import RunFolder
from makar.runs.free_names import free_name
from makar.training.privacy import HIDDEN

LONGEST = 300
"""Characters of a title or of terms that are named in a file."""


def export_entry(
    folder: RunFolder, entry: Entry, *, to: str | None, out: Path | None, named: bool
) -> tuple[Path, str]:
    """Write the work; return where, and the notice that went into the file.

    Args:
        folder: Its run.
        entry: The work.
        to: Format; by ``out`` where it is None, else the kind's usual one.
        out: Where to; the run's samples by default, under a name that is free.
        named: Name the source it resembles.

    Raises:
        ConfigError: no such format.
        FileExistsError: ``out`` is there already.
    """
    from makar.recipes.loading import settings_of_run

    craft = craft_of(settings_of_run(folder))
    suffix = check_format(craft, to or (out.suffix if out else craft.formats[0]))
    path = out or free_name(folder.samples / f"{entry.id}{suffix}")
    if out is not None and out.suffix.lower() != suffix:
        raise ConfigError(f"--out {out} and --to {to} contradict each other; leave one out")
    if os.path.lexists(path):
        raise FileExistsError(f"{path}: already there, and nothing is overwritten; name another")
    if not path.parent.is_dir():
        raise ConfigError(f"--out {path}: there is no folder {path.parent}; make it first")
    notice = notice_of(folder, entry, craft, named=named)
    craft.export(unpacked(craft, entry), path, title=f"makar {entry.id}", notice=notice)
    return path, notice


def place_in(folder: Path, entry: Entry, craft: Craft[Any], to: str | None) -> Path:
    """A name for the work's file in a folder, one that is free."""
    return free_name(folder / f"{entry.id}{check_format(craft, to or craft.formats[0])}")


def check_format(craft: Craft[Any], to: str) -> str:
    """The suffix of a format's name, for works of the craft's kind.

    Raises:
        ConfigError: there is no such format.
    """
    suffix = f".{to.lower().lstrip('.')}"
    if suffix not in craft.formats:
        known = ", ".join(name.lstrip(".") for name in craft.formats)
        raise ConfigError(f"--to {to!r}: choose one of {known}")
    return suffix


def notice_of(folder: RunFolder, entry: Entry, craft: Craft[Any], *, named: bool) -> str:
    """Where the work comes from and whom it resembles, for whoever gets the file."""
    made = f"Made by a model with makar (run {folder.path.name}, work {entry.id})."
    if not entry.source:
        return f"{made} {craft.original}"
    if not named:
        return f"{made} Resembles a source {HIDDEN}."
    terms = entry.licence if is_verified(entry.licence) else "licence unverified"
    return f"{made} Resembles “{_one_line(entry.source)}” ({_one_line(terms)})."


def _one_line(words: str) -> str:
    """A stranger's words in the note of a file: one line of visible signs, not endless."""
    return "".join(c if c.isprintable() else " " for c in words[:LONGEST])
