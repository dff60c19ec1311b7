"""The works a report shows: which, with what they share with sources."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from makar.recipes.craft import Craft, Resemblance, is_verified, unpacked
from makar.runs.entry import Entry
from makar.runs.folder import RunFolder
from makar.runs.report.contents import Card, Likeness


@dataclass(frozen=True)
class Picked:
    """The works chosen for the page.

    Attributes:
        pair: The same draw before and after, both near the middle of their kind, or None.
        before, after: The best of each.
        counts: How many there were to choose from, before and after.
    """

    pair: tuple[Entry, Entry] | None
    before: Sequence[Entry]
    after: Sequence[Entry]
    counts: tuple[int, int]


def choose(folder: RunFolder, *, show: int) -> Picked:
    """Choose from the ledger what to show; nothing where the run has kept nothing yet."""
    if not (folder.path / "works.sqlite").exists():
        return Picked(None, (), (), (0, 0))
    before, after = (
        folder.ledger.query(order="best", phase=phase) for phase in ("before", "after")
    )
    counts = len(before), len(after)
    return Picked(_typical_pair(before, after), before[:show], after[:show], counts)


def _typical_pair(before: Sequence[Entry], after: Sequence[Entry]) -> tuple[Entry, Entry] | None:
    """Of all draws that were made before and after, the one nearest to both medians.

    The middle and not the best: what the listener hears first is then what to expect.
    """
    drawn = {_draw(entry): entry for entry in before}
    pairs = [(drawn[_draw(entry)], entry) for entry in after if _draw(entry) in drawn]
    if not pairs:
        return None
    totals = np.nan_to_num([[pair[0].total, pair[1].total] for pair in pairs], nan=0.0)
    distance = np.abs(totals - np.median(totals, axis=0)).sum(axis=1)
    return pairs[int(distance.argmin())]


def _draw(entry: Entry) -> tuple[int, int, int]:
    return entry.seed, entry.seed_iteration, entry.seed_number


def cards(
    entries: Sequence[Entry], folder: RunFolder, craft: Craft[Any], *, name_sources: bool
) -> list[Card]:
    """The works as cards, each drawn and with what it shares with a source."""
    if not entries:
        return []
    works = [unpacked(craft, entry) for entry in entries]
    near = craft.resemblances(craft.stack(works))
    return [
        _card(entry, work, resemblance, folder, craft, name_sources=name_sources)
        for entry, work, resemblance in zip(entries, works, near, strict=True)
    ]


def _card(
    entry: Entry,
    work: Any,
    near: Resemblance,
    folder: RunFolder,
    craft: Craft[Any],
    *,
    name_sources: bool,
) -> Card:
    likeness = _likeness(entry.id, near, name_sources=name_sources)
    marks: list[tuple[int, int, str]] = []
    if likeness is not None:
        as_in = f" as in “{likeness.title}”" if likeness.title else ""
        marks.append((*near.marks, likeness.words + as_in))
    when: Literal["before", "after"] = "before" if entry.phase == "before" else "after"
    to = next((f.removeprefix(".") for f in craft.formats), "json")
    return Card(
        id=entry.id,
        when=when,
        score=entry.total,
        html=craft.card(work, marks=marks),
        draw=entry.seed_number,
        files=sorted(
            f"{folder.samples.name}/{path.name}" for path in folder.samples.glob(f"*{entry.id}*")
        ),
        export=f"makar export {entry.id} --to {to}",
        likeness=likeness,
    )


def _likeness(work: str, near: Resemblance, *, name_sources: bool) -> Likeness | None:
    """What is shared, without the source's name and terms where these are private."""
    if not near.title:
        return None
    if not name_sources:
        return Likeness(work, f"{near.text} as in a source", too_near=near.too_near)
    unverified = not is_verified(near.licence)
    licence = "" if unverified else near.licence
    return Likeness(work, near.text, near.title, licence, unverified, near.too_near)
