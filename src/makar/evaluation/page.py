"""An assessment as files: the numbers, what they mean, and a page to read."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from makar.evaluation.assessment import (
    DISTANCE,
    DUPLICATES,
    MARKOV,
    NEAR,
    RANDOM,
    Row,
    distance_to,
    is_human,
)
from makar.evaluation.rows import CHOSEN, HUMAN, PRIOR, SCORE
from makar.evaluation.sources import Assessment
from makar.evaluation.study_page import around, write_page
from makar.measures.statistics import Estimate
from makar.runs.atomic import write_json
from makar.runs.report.assessment import AssessmentPage, Curve, Spread
from makar.runs.report.contents import Cell, Ink, Measure, Table

if TYPE_CHECKING:
    from rich.console import RenderableType

DETAILS, PAGE = "evaluation.json", "evaluation.html"
_WORDS = {
    SCORE: "the weighted mean of all reward parts, out of 100",
    DUPLICATES: "works that repeat another one exactly, out of 100",
    DISTANCE: "distance to people’s phrases in our own fixed features; people’s row is the floor",
}
_INKS: Mapping[str, Ink] = {HUMAN: "people", PRIOR: "before", MARKOV: "best", RANDOM: "plain"}
_WHOLE, _SPREAD, _VARIETY, _COPIES, _TRAINED, _UNTRAINED, KL = (
    "The whole", "Overlap with people’s spread (1 = the same)",
    "Variety, at equal numbers of works", "Copies", "Rules trained on: fit to people’s range",
    "Rules not trained on: fit to people’s range",
    "Divergence from people’s spread, in nats (0 = the same)",
)  # fmt: skip


@dataclass(frozen=True)
class Written:
    """An assessment that was written down; see ``recipes.domain.Evaluated``.

    Attributes:
        found: What was measured.
        page: Where it can be read.
        title: Of the page.
    """

    found: Assessment
    page: Path
    title: str

    def as_json(self) -> dict[str, Any]:
        """Every row, what it says, and where the page is."""
        rows = [row.as_json() for row in self.found.rows]
        return {"rows": rows, "page": str(self.page), **details(self.found, title=self.title)}

    def shown(self) -> list[RenderableType]:
        """The groups of measures one after another, then what they come to."""
        from rich.table import Table as Shown
        from rich.text import Text

        told = table_of(self.found)
        parts: list[RenderableType] = [f"[bold]{self.title}[/bold]"]
        for heading, measures in told.groups:
            if heading == KL:  # the same thing once more: for the page and for programs
                continue
            table = Shown(title=heading, title_justify="left", title_style="bold", box=None)
            table.add_column("", no_wrap=True)
            for column in told.columns:
                table.add_column(column, justify="right")
            for measure in measures:
                scale = 100 if measure.is_share else 1
                cells = (around(c.mean, c.low, c.high, scale) for c in measure.cells)
                table.add_row(measure.name.replace("_", " "), *cells)
            parts.append(table)
        parts += [Text(sentence) for sentence in [*verdict(self.found), *self.found.notes]]
        return [*parts, f"the page: [bold]{self.page}[/bold]"]


def write_assessment(found: Assessment, target: Path, *, title: str) -> Written:
    """Write the numbers and the page into a new folder.

    Raises:
        FileExistsError: the folder is there already; nothing is overwritten.
    """
    rows = [row.as_json() for row in found.rows]
    page = write_page(page_of(found, title=title), rows, target / PAGE)
    write_json(target / DETAILS, details(found, title=title))
    return Written(found, page, title)


def details(found: Assessment, *, title: str) -> dict[str, Any]:
    """What was measured, of what, and what was left out, as JSON values."""
    return {
        "what": title,
        "about": dict(found.about),
        "measures": {
            name: {
                "group": group,
                "words": words_of(name, found),
                "trained_on": _is_trained(name, found),
            }
            for name in found.rows[0].measures
            for group in [group_of(name, found)]
        },
        "notes": list(found.notes),
        "unreadable": [{"file": name, "reason": reason} for name, reason in found.unreadable],
    }


def page_of(found: Assessment, *, title: str) -> AssessmentPage:
    """The page's content."""
    notes = [*found.notes, *(f"not read: {name}: {why}" for name, why in found.unreadable)]
    return AssessmentPage(
        title=title,
        verdict=verdict(found),
        spreads=_spreads(found),
        tables=[("Every number", table_of(found))],
        notes=notes,
        facts=list(found.about.items()),
    )


def verdict(found: Assessment) -> list[str]:
    """What it comes to, in sentences: distance and spread between people's floor and chance."""
    human = [row for row in found.rows if is_human(row.name)]
    others = [row for row in found.rows if row not in human and row.name not in _INKS]
    if not others:
        return []
    told = [sentence for name in found.references for sentence in _far(found, name, others[-1])]
    return [*told, *_spread(found, others[-1]), *_copied(found, others[-1], human)]


def _far(found: Assessment, reference: str, whose: Row) -> list[str]:
    """How far a set is from people's phrases, between as many of theirs and chance."""
    measure = distance_to(reference)
    if measure not in whose.measures:
        return []
    far = {row.name: _number(row.measures[measure].mean) for row in found.rows}
    floor = f"{HUMAN}: {reference}" if reference else HUMAN
    people = f"people’s phrases of {reference}" if reference else "people’s phrases"
    return [
        f"Taken together, the works of the row “{whose.name}” are {far[whose.name]} away from "
        f"{people} ({measure}); as many phrases that people wrote are {far[floor]} away, "
        f"a table’s {far[MARKOV]}, works by chance {far[RANDOM]}."
    ]


def _spread(found: Assessment, whose: Row) -> list[str]:
    if not whose.overlaps:
        return []
    areas = {row.name: mean_overlap(row) for row in found.rows}
    return [
        f"Over {len(whose.overlaps)} features their spread overlaps people’s by "
        f"{areas[whose.name]:.2f} on average; people’s own by {areas[HUMAN]:.2f}, a table’s by "
        f"{areas[MARKOV]:.2f}."
    ]


def _copied(found: Assessment, whose: Row, human: Sequence[Row]) -> list[str]:
    """The longest shared runs beside people's own, of each genre where there are several."""
    told: list[str] = []
    for name, unit in found.terms.units.items():
        own = " and ".join(f"{row.measures[name].mean:.1f}" for row in human)
        told.append(
            f"The longest run that a work shares with one of the corpus is "
            f"{whose.measures[name].mean:.1f} {unit} on average; for people’s held-out works it "
            f"is {own}."
        )
    return told


def mean_overlap(row: Row) -> float:
    """Mean overlapping area over the features; NaN where there is none."""
    areas = [e.mean for name, e in row.measures.items() if name.startswith("overlap_")]
    return sum(areas) / len(areas) if areas else math.nan


def _spreads(found: Assessment) -> list[Spread]:
    shown = [row for row in found.rows if row.overlaps and not row.name.startswith(CHOSEN)]
    return [
        Spread(
            feature.replace("_", " "),
            words,
            shown[0].overlaps[feature].inner,
            [
                Curve(r.name, _INKS.get(r.name, "after"), o.across, o.area.mean)
                for r in shown
                for o in [r.overlaps[feature]]
            ],
        )
        for feature, words in found.terms.features.items()
        if shown
    ]


def table_of(found: Assessment) -> Table:
    """All numbers: measures down, sets across."""
    groups: dict[str, list[Measure]] = {
        name: [] for name in (_WHOLE, _SPREAD, _VARIETY, _COPIES, _TRAINED, _UNTRAINED, KL)
    }
    for name in found.rows[0].measures:
        share = not name.startswith(("overlap_", "kl_", "longest", DISTANCE))
        cells = [_cell(row.measures.get(name)) for row in found.rows]
        shown = name.removeprefix("overlap_").removeprefix("kl_").removeprefix("rule_")
        groups[group_of(name, found)].append(Measure(shown, words_of(name, found), cells, share))
    note = (
        "Means with 95 % intervals over works. Overlaps, distance and variety are taken over as "
        "many works of each row as the smallest row has. Rules not trained on are witnesses: they "
        "were never part of the reward."
    )
    return Table(
        [row.name for row in found.rows],
        [f"{row.works:,} works" for row in found.rows],
        [(title, measures) for title, measures in groups.items() if measures],
        note,
    )


def group_of(name: str, found: Assessment) -> str:
    """Under which heading a measure stands."""
    if name.startswith("rule_"):
        return _TRAINED if _is_trained(name, found) else _UNTRAINED
    begins = {
        "overlap_": _SPREAD, "kl_": KL, "distinct": _VARIETY, "self-": _VARIETY,
        DUPLICATES: _VARIETY, "longest": _COPIES, NEAR: _COPIES,
    }  # fmt: skip
    return next((group for start, group in begins.items() if name.startswith(start)), _WHOLE)


def _is_trained(name: str, found: Assessment) -> bool:
    return name == SCORE or name.removeprefix("rule_") in found.trained_on


def words_of(name: str, found: Assessment) -> str:
    """What a measure says, in a musician's words."""
    kind, _, rest = name.partition("_")
    if kind in ("overlap", "kl"):
        return found.terms.features.get(rest, "")
    if kind == "rule":
        return found.rules.get(rest, "")
    family, _, n = name.rpartition("-")
    if family == "distinct":
        return f"different runs of {n} moves among all of them"
    if family == "self-overlap":
        return f"runs of {n} moves that another work of the set has too"
    if name.startswith(DISTANCE):
        return _WORDS[DISTANCE]
    return found.terms.words.get(name) or _WORDS.get(name, "")


def _cell(estimate: Estimate | None) -> Cell:
    if estimate is None:
        return Cell(math.nan)
    return Cell(estimate.mean, estimate.low, estimate.high)


def _number(value: float) -> str:
    return f"{value:,.1f}"
