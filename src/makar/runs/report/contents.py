"""What a report says, in plain text and numbers: filled in by a recipe, written out by the page.

Everything here is text to be escaped, except ``Card.html``, which the domain draws itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from jaxtyping import Float, Int

from makar.runs.report.words import Words

Ink = Literal["after", "before", "people", "best", "plain"]
"""Whose a line or a mark is; each has a colour and a way of being dashed."""
Verdict = Literal["better", "worse", "same", "untested"]


@dataclass(frozen=True)
class Wish:
    """One thing that was rewarded: in words, with its share of the score in 0..1."""

    words: str
    share: float


@dataclass(frozen=True)
class Banner:
    """Something that must not be overlooked: an alarm, a collapse."""

    title: str
    words: str


@dataclass(frozen=True)
class Likeness:
    """What a work shares with a source.

    Attributes:
        work: Id of the work.
        words: What is shared, such as "11 notes running"; notes, tiles, lines of the domain.
        title: Of the source; empty where it may not be printed.
        licence: Of the source; empty where it may not be printed.
        unverified: True where the source states no licence.
        too_near: True for a near copy.
    """

    work: str
    words: str
    title: str = ""
    licence: str = ""
    unverified: bool = False
    too_near: bool = False


@dataclass(frozen=True)
class Card:
    """A work to be heard or seen.

    Attributes:
        id: Short id from the ledger.
        when: ``before`` or ``after``.
        score: 0..1; NaN = could not be judged.
        html: The work as HTML, drawn by the domain (not escaped again).
        draw: Number of its random draw.
        files: Names of the files it was exported to.
        export: Command that exports it.
        likeness: What it shares with a source, or None.
    """

    id: str
    when: Literal["before", "after"]
    score: float
    html: str
    draw: int
    files: Sequence[str] = ()
    export: str = ""
    likeness: Likeness | None = None


@dataclass(frozen=True)
class Cell:
    """A mean with its 95 % interval, and what changed against the prior."""

    mean: float
    low: float = float("nan")
    high: float = float("nan")
    verdict: Verdict = "untested"


@dataclass(frozen=True)
class Measure:
    """One line of the table.

    Attributes:
        name: As in logs and configs.
        words: What it means, in the domain's words.
        cells: One per column of the table.
        is_share: True for shares and scores in 0..1, shown out of 100.
    """

    name: str
    words: str
    cells: Sequence[Cell]
    is_share: bool = True


@dataclass(frozen=True)
class Table:
    """The before/after table: rows of ``groups`` are measures, columns are whose works.

    Attributes:
        columns: Whose works, such as ``("people", "prior", "best of 4", "trained")``.
        counts: Works behind each column, in words.
        groups: Title of a group, and its measures.
        note: How to read intervals and marks.
    """

    columns: Sequence[str]
    counts: Sequence[str]
    groups: Sequence[tuple[str, Sequence[Measure]]]
    note: str = ""


@dataclass(frozen=True)
class Change:
    """What got better or worse, and where people are.

    Attributes:
        name: As in logs.
        words: In the domain's words.
        verdict: ``better`` or ``worse``.
        before, after: The numbers, as shown.
        level: Where people's held-out works are, in words.
        scale: ``(low, high)`` of the little picture.
        points: ``before``, ``after`` and people's mean on that scale.
        band: People's 5-95 % range on that scale, or None.
        trained_on: True for a reward part, False for what was only watched.
    """

    name: str
    words: str
    verdict: Verdict
    before: str
    after: str
    level: str
    scale: tuple[float, float]
    points: tuple[float, float, float]
    band: tuple[float, float] | None = None
    trained_on: bool = True


@dataclass(frozen=True)
class Line:
    """One curve: a value per iteration, NaN where there is none."""

    name: str
    values: Float[np.ndarray, " N"]
    ink: Ink = "after"


@dataclass(frozen=True)
class Level:
    """A horizontal line to compare with."""

    name: str
    value: float
    ink: Ink


@dataclass(frozen=True)
class Chart:
    """Curves over the iterations.

    Attributes:
        title: What is drawn.
        iterations: ``(N,)`` rising.
        lines: The curves; with ``stacked`` they are added up.
        words: A sentence on how to read it; terms are linked.
        levels: Lines to compare with.
        band: People's 5-95 % range, shaded.
        marks: Iterations in which something happened, such as a return to older weights.
        scale: Multiplies what is shown: 100 for scores.
        unit: Written after numbers.
        stacked: True to stack the curves as areas.
        from_zero: True where the axis begins at 0.
        whole: True where it takes in all of 0..1 and nothing else.
    """

    title: str
    iterations: Int[np.ndarray, " N"]
    lines: Sequence[Line]
    words: str = ""
    levels: Sequence[Level] = ()
    band: tuple[float, float] | None = None
    marks: Sequence[int] = ()
    scale: float = 1.0
    unit: str = ""
    stacked: bool = False
    from_zero: bool = False
    whole: bool = False


@dataclass(frozen=True)
class Happening:
    """An alarm or event of the run, equal ones told once."""

    when: str
    words: str
    grave: bool = False


@dataclass(frozen=True)
class Picture:
    """What all works together look like.

    Attributes:
        title: What is drawn.
        words: How to read it.
        png: The picture, as the bytes of a file.
    """

    title: str
    words: str
    png: bytes


@dataclass(frozen=True)
class Contents:
    """Everything on the page, from top to bottom.

    Attributes:
        run: Name of the run.
        title: What was asked, as a heading.
        words: How works are spoken of.
        asked: What was asked besides, in short phrases.
        rewarded: What was rewarded, most first.
        verdict: How it came out, in sentences; terms are linked.
        banners: What must not be overlooked.
        melody: The score over the run, for the picture at the top; may be empty.
        pair: The same draw before and after, or None.
        pair_words: How the pair was chosen.
        before, after: More works, the best first.
        better, worse: What changed.
        unchanged: What did not, in one sentence.
        picture: Of all works together, or None.
        remarks: What else there is to say of the change, such as variety.
        likeness_words: How near the works are to their sources, on the whole.
        likenesses: Works shown that share something with a source.
        charts: Title, sentence and charts of each group.
        table: The table, or None.
        happenings: Alarms and events.
        notes: What was left out of the corpus, and why.
        config: The settings as TOML.
        facts: How the run was made: label and value.
    """

    run: str
    title: str
    words: Words = field(default_factory=Words)
    asked: Sequence[str] = ()
    rewarded: Sequence[Wish] = ()
    verdict: Sequence[str] = ()
    banners: Sequence[Banner] = ()
    melody: Float[np.ndarray, " N"] = field(default_factory=lambda: np.zeros(0))
    pair: tuple[Card, Card] | None = None
    pair_words: str = ""
    before: Sequence[Card] = ()
    after: Sequence[Card] = ()
    better: Sequence[Change] = ()
    worse: Sequence[Change] = ()
    unchanged: str = ""
    picture: Picture | None = None
    remarks: Sequence[str] = ()
    likeness_words: str = ""
    likenesses: Sequence[Likeness] = ()
    charts: Sequence[tuple[str, str, Sequence[Chart]]] = ()
    table: Table | None = None
    happenings: Sequence[Happening] = ()
    notes: Sequence[str] = ()
    config: str = ""
    facts: Sequence[tuple[str, str]] = ()
