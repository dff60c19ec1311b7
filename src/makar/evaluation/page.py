"""An assessment as files: the numbers, what they mean, and a page to read."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from makar.evaluation.assessment import (
    DISTANCE,
    MeasuredSet,
    distance_to,
    is_human,
)
from makar.evaluation.labels import GROUPS, group_of, heading, is_trained, row_words, words_of
from makar.evaluation.rows import CHOSEN, HUMAN, MARKOV, PRIOR, RANDOM, THEN_CHOSEN, TRAINED
from makar.evaluation.sources import Assessment
from makar.evaluation.study_page import around, write_page
from makar.measures.statistics import Estimate
from makar.runs.atomic import write_json
from makar.runs.report.assessment import AssessmentPage, Curve, Spread
from makar.runs.report.contents import Cell, Ink, Measure, Table
from makar.runs.report.words import Words

if TYPE_CHECKING:
    from rich.console import RenderableType

DETAILS, PAGE = "evaluation.json", "evaluation.html"
ROOM = 5
"""Columns with their intervals that a terminal of eighty characters has room for."""
_INKS: Mapping[str, Ink] = {HUMAN: "people", PRIOR: "before", MARKOV: "best", RANDOM: "plain"}


@dataclass(frozen=True)
class Written:
    """An assessment that was written down; see ``recipes.domain.Evaluated``.

    Attributes:
        found: What was measured.
        page: Where it can be read.
        title: Of the page.
        words: How works are spoken of.
    """

    found: Assessment
    page: Path
    title: str
    words: Words

    def as_json(self) -> dict[str, Any]:
        """Every row, what it says, and where the page is."""
        rows = [row.as_json() for row in self.found.rows]
        return {
            "rows": rows,
            "page": str(self.page),
            **details(self.found, title=self.title, words=self.words),
        }

    def shown(self) -> list[RenderableType]:
        """The groups of measures one after another, then what they come to."""
        from rich.table import Table as RichTable
        from rich.text import Text

        told = table_of(self.found, self.words)
        parts: list[RenderableType] = [f"[bold]{self.title}[/bold]"]
        within = len(told.columns) <= ROOM  # else a terminal would cut numbers off
        again = heading("kl", self.words)  # the same thing once more: for the page and for programs
        for title, measures in told.groups:
            if title == again:
                continue
            table = RichTable(
                title=title, title_justify="left", title_style="bold", box=None,
                padding=(0, 1) if within else (0, 1, 0, 0),
            )  # fmt: skip
            table.add_column("", no_wrap=True)
            for column in told.columns:
                table.add_column(column, justify="right", overflow="fold")
            for measure in measures:
                scale = 100 if measure.is_share else 1
                cells = measure.cells if within else [Cell(c.mean) for c in measure.cells]
                words = (around(c.mean, c.low, c.high, scale) for c in cells)
                table.add_row(measure.name.replace("_", " "), *words)
            parts.append(table)
        parts += [
            Text(sentence) for sentence in [*verdict(self.found, self.words), *self.found.notes]
        ]
        intervals = "" if within else ", with 95 % intervals"
        return [*parts, f"the page{intervals}: [bold]{self.page}[/bold]"]


def write_assessment(found: Assessment, target: Path, *, title: str, words: Words) -> Written:
    """Write the numbers and the page into a new folder.

    Args:
        found: What was measured.
        target: The folder.
        title: Of the page.
        words: How its works are spoken of.

    Raises:
        FileExistsError: the folder is there already; nothing is overwritten.
    """
    rows = [row.as_json() for row in found.rows]
    page = write_page(page_of(found, title=title, words=words), rows, target / PAGE)
    write_json(target / DETAILS, details(found, title=title, words=words))
    return Written(found, page, title, words)


def details(found: Assessment, *, title: str, words: Words) -> dict[str, Any]:
    """What was measured, of what, and what was left out, as JSON values."""
    return {
        "what": title,
        "about": dict(found.about),
        "measures": {
            name: {
                "group": heading(group_of(name, found), words),
                "words": words_of(name, found, words),
                "trained_on": is_trained(name, found),
            }
            for name in found.rows[0].measures
        },
        "notes": list(found.notes),
        "unreadable": [{"file": name, "reason": reason} for name, reason in found.unreadable],
    }


def page_of(found: Assessment, *, title: str, words: Words) -> AssessmentPage:
    """The page's content."""
    notes = [*found.notes, *(f"not read: {name}: {why}" for name, why in found.unreadable)]
    return AssessmentPage(
        title=title,
        verdict=verdict(found, words),
        spreads=_spreads(found, words),
        tables=[("Every number", table_of(found, words))],
        notes=notes,
        facts=list(found.about.items()),
        words=words,
    )


def verdict(found: Assessment, words: Words) -> list[str]:
    """What it comes to, in sentences: distance and spread between people's floor and chance."""
    human = [row for row in found.rows if is_human(row.name)]
    others = [row for row in found.rows if row not in human and row.name not in _INKS]
    if not others:
        return []
    last = next((row for row in others if row.name == TRAINED), others[-1])
    told = [sentence for name in found.references for sentence in _far(found, name, last, words)]
    return [*told, *_spread(found, last, words), *_copied(found, last, human, words)]


def _far(found: Assessment, reference: str, row: MeasuredSet, words: Words) -> list[str]:
    """How far a set is from people's phrases, between as many of theirs and chance."""
    measure = distance_to(reference)
    if measure not in row.measures:
        return []
    known = [one for one in found.rows if measure in one.measures]
    far = {one.name: _number(one.measures[measure].mean) for one in known}
    floor = f"{HUMAN}: {reference}" if reference else HUMAN
    theirs = f"{words.whose_own()} {words.stretches}" + (f" of {reference}" if reference else "")
    return [
        f"Taken together, the works of the row “{row.name}” are {far[row.name]} away from "
        f"{theirs} ({measure}); as many {words.stretches} that {words.whose} {words.wrote} are "
        f"{far[floor]} away, a table’s {far[MARKOV]}, works by chance {far[RANDOM]}."
    ]


def _spread(found: Assessment, row: MeasuredSet, words: Words) -> list[str]:
    if not row.overlaps:
        return []
    areas = {one.name: mean_overlap(one) for one in found.rows}
    return [
        f"Over {len(row.overlaps)} features their spread overlaps {words.whose_own()} by "
        f"{areas[row.name]:.2f} on average; {words.whose_own()} own by {areas[HUMAN]:.2f}, "
        f"a table’s by {areas[MARKOV]:.2f}."
    ]


def _copied(
    found: Assessment, row: MeasuredSet, human: Sequence[MeasuredSet], words: Words
) -> list[str]:
    """The longest shared runs beside people's own, of each genre where there are several."""
    told: list[str] = []
    for name, unit in found.terms.units.items():
        own = " and ".join(f"{one.measures[name].mean:.1f}" for one in human)
        told.append(
            f"The longest run that a work shares with one of the corpus is "
            f"{row.measures[name].mean:.1f} {unit} on average; for {words.whose_own()} held-out "
            f"works it is {own}."
        )
    return told


def mean_overlap(row: MeasuredSet) -> float:
    """Mean overlapping area over the features; NaN where there is none."""
    areas = [e.mean for name, e in row.measures.items() if name.startswith("overlap_")]
    return sum(areas) / len(areas) if areas else math.nan


def _spreads(found: Assessment, words: Words) -> list[Spread]:
    chosen = (CHOSEN, THEN_CHOSEN)
    shown = [row for row in found.rows if row.overlaps and not row.name.startswith(chosen)]
    return [
        Spread(
            feature.replace("_", " "),
            told,
            shown[0].overlaps[feature].inner,
            [
                Curve(row_words(r.name, words), _INKS.get(r.name, "after"), o.across, o.area.mean)
                for r in shown
                for o in [r.overlaps[feature]]
            ],
        )
        for feature, told in found.terms.features.items()
        if shown
    ]


def table_of(found: Assessment, words: Words) -> Table:
    """All numbers: measures down, sets across."""
    groups: dict[str, list[Measure]] = {group: [] for group in GROUPS}
    for name in found.rows[0].measures:
        share = not name.startswith(("overlap_", "kl_", "set_", "longest", DISTANCE))
        cells = [_cell(row.measures.get(name)) for row in found.rows]
        shown = name.removeprefix("overlap_").removeprefix("kl_").removeprefix("rule_")
        groups[group_of(name, found)].append(
            Measure(shown, words_of(name, found, words), cells, share)
        )
    note = (
        "Means with 95 % intervals over works. Overlaps, distance and variety are taken over as "
        "many works of each row as the smallest row has, and left out where fewer could be chosen "
        "at equal seconds. Rules not trained on are witnesses: no "
        "score counts them."
    )
    return Table(
        [row_words(row.name, words) for row in found.rows],
        [f"{row.works:,} works" for row in found.rows],
        [(heading(group, words), measures) for group, measures in groups.items() if measures],
        note,
    )


def _cell(estimate: Estimate | None) -> Cell:
    if estimate is None:
        return Cell(math.nan)
    return Cell(estimate.mean, estimate.low, estimate.high)


def _number(value: float) -> str:
    return f"{value:,.1f}"
