"""Variations as files next to each other: the pieces, a page to hear them, and what was done."""

from __future__ import annotations

import math
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from makar.domains.music.continuing.choice import Choice, Chosen
from makar.domains.music.continuing.page import Variation, describe, variations_page
from makar.domains.music.continuing.task import Task
from makar.domains.music.musicxml.bars import Bar
from makar.runs.atomic import write_json, write_text
from makar.runs.entry import content_id
from makar.runs.free_names import new_folder

PAGE, RECORD = "index.html", "variations.json"


@dataclass(frozen=True)
class Written:
    """One variation as a file.

    Attributes:
        id: Five letters that depend on the file's bytes alone.
        path: The file.
        chosen: Its notes and scores.
    """

    id: str
    path: Path
    chosen: Chosen


@dataclass(frozen=True)
class Delivery:
    """Everything that was written.

    Attributes:
        folder: Where.
        variations: Best first.
        page: The page to hear them.
        record: What was done, for programs; also kept in the folder.
    """

    folder: Path
    variations: tuple[Written, ...]
    page: Path
    record: dict[str, Any]


def deliver(
    task: Task, choice: Choice, *, out: Path | None, seed: int, asked: int, draft: str = ""
) -> Delivery:
    """Write the variations, the page and the record into a folder that was not there before.

    Args:
        task: What was asked.
        choice: The variations.
        out: The folder; by default next to the file, named after it.
        seed: To be told.
        asked: How many variations were asked for.
        draft: What is to be said of a first draft; empty where it is none.

    Raises:
        FileExistsError: ``out`` is there already.
        ConfigError: the folder that ``out`` is to be in is not there.
        HoleError: the score is written in a way that cannot be taken apart safely.
    """
    files = [(one, task.score.spliced(one.candidate.fills)) for one in choice.chosen]
    name = "first-draft" if draft else "variations"
    folder = new_folder(out, task.path.with_name(f"{task.path.stem}-{name}"))
    written: list[Written] = []
    for one, data in files:
        name = content_id(data)
        path = folder / f"{task.path.stem}-{name}{task.score.suffix}"
        path.write_bytes(data)
        written.append(Written(name, path, one))
    record = record_of(task, choice, written, seed=seed, asked=asked) | {"draft": bool(draft)}
    write_json(folder / RECORD, record)
    page = folder / PAGE
    lead = f"{draft} {lead_of(choice, asked)} {others_than(seed)}".strip()
    write_text(page, _page(task, written, lead=lead))
    return Delivery(folder, tuple(written), page, record)


def others_than(seed: int) -> str:
    """How to get the same again, and how to get others."""
    return f"This is --seed {seed}; --seed {seed + 1} gives others."


def lead_of(choice: Choice, asked: int) -> str:
    """How the variations were chosen, in words."""
    few = f" Only {len(choice.chosen)} of {asked} could be told apart." * (
        len(choice.chosen) < asked
    )
    out = "; ".join(f"{n} {reason}" for reason, n in choice.left_out.items() if n)
    out = f" Left out: {out}." if out else ""
    return (
        f"The best of {choice.written} that the model wrote, any two of them unlike in at least "
        f"{choice.unlike:.0%} of their notes.{few}{out}"
    )


def record_of(
    task: Task, choice: Choice, written: list[Written], *, seed: int, asked: int
) -> dict[str, Any]:
    """What was done, as JSON values."""
    return {
        "file": str(task.path),
        "done": describe(task),
        "mode": task.mode,
        "part": task.part + 1,
        "part_name": task.piece.parts[task.part].name,
        "bars": [[_named(b) for b in (h.bars[0], h.bars[-1])] for h in task.holes],
        "seed": seed,
        "asked": asked,
        "candidates": choice.written,
        "left_out": dict(choice.left_out),
        "unlike": round(choice.unlike, 4),
        "notes": list(task.notes),
        "made_with": f"makar {version('makar')}",
        "variations": [
            {
                "id": one.id,
                "path": str(one.path),
                "score": _known(one.chosen.score),
                "shared_with_corpus": one.chosen.shared,
                "parts": {name: _known(value) for name, value in one.chosen.parts.items()},
            }
            for one in written
        ],
    }


def _named(bar: Bar) -> int | str:
    """As it is printed."""
    return int(bar.name) if bar.name.isdecimal() else bar.name


def _known(value: float) -> float | None:
    return round(value, 4) if math.isfinite(value) else None


def _page(task: Task, written: list[Written], *, lead: str) -> str:
    shown = [Variation("The original", "as it is", "", task.piece)]
    for number, one in enumerate(written, 1):
        score = one.chosen.score
        words = f"{100 * score:.0f} of 100" if math.isfinite(score) else "not judged"
        piece = task.filled(one.chosen.candidate.fills)
        shown.append(Variation(f"{number}. {one.id}", words, one.path.name, piece))
    return variations_page(task, shown, lead=lead)
