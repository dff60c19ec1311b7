"""``report.html``: put together from a run's folder, its creator and the compared rows."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from makar.core.types import Prompt
from makar.recipes.creator import Creator
from makar.recipes.evaluation import (
    DISTINCT,
    DUPLICATES,
    HUMAN,
    NEAR_COPIES,
    PRIOR,
    SCORE,
    TRAINED,
    Row,
    aggregate,
)
from makar.recipes.reporting_curves import Known, Log, banners, chart_groups, duration, happenings
from makar.recipes.reporting_verdicts import Runs, Shift, change, row_named, sentences, shifts
from makar.recipes.reporting_verdicts import verdicts as verdicts_of
from makar.recipes.reporting_works import cards, choose
from makar.runs.atomic import write_text
from makar.runs.folder import RunFolder
from makar.runs.metrics import read_metrics
from makar.runs.report.contents import Card, Cell, Contents, Measure, Table, Wish
from makar.runs.report.markup import number, percent
from makar.runs.report.page import report_html

REPORT = "report.html"
LESS_VARIED = 0.05
"""A set whose distinct-4 is further below people's than this share is called less varied."""
_WORDS = {
    SCORE: "what was learned for: the weighted mean of all reward parts",
    NEAR_COPIES: "shares more with one source than people’s works do",
    DISTINCT: "different runs of four moves among all of them",
    DUPLICATES: "works that repeat another one exactly",
    "unjudged": "reward parts that could not judge the work",
}
_COUNTS = [
    "no",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
]
_FAMILIES = (
    "piano", "tuned percussion", "organ", "guitar", "bass", "strings", "ensemble", "brass",
    "reed", "flute or pipe", "synthesiser lead", "synthesiser pad", "synthesiser effect",
    "plucked or bowed strings", "percussion", "sound effect",
)  # fmt: skip
"""General MIDI's sixteen families of eight programs."""


@dataclass(frozen=True)
class Settings:
    """The run's ``config.toml``, as far as a report looks into it.

    Attributes:
        text: As written, what is private left out.
        ask: The ``[ask]`` table.
        works: Works per iteration; 0 where unknown.
        private: True where the user's own music was learned from.
    """

    text: str
    ask: Mapping[str, Any]
    works: int
    private: bool

    @classmethod
    def of(cls, folder: RunFolder, *, with_sources: bool) -> Settings:
        """Read the folder's settings; a damaged file is shown as it is not."""
        path = folder.path / "config.toml"
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        try:
            tree = tomllib.loads(text)
        except tomllib.TOMLDecodeError:
            return cls("", {}, 0, private=True)
        private = bool(tree.get("corpus", {}).get("folder"))
        if private and not with_sources:
            text = re.sub(r"(?m)^(\s*(?:corpus\.)?folder\s*=).*$", r'\1 "(your own music)"', text)
        works = int(tree.get("loop", {}).get("works", 0))
        return cls(text, tree.get("ask", {}), works, private)


def write_report(
    folder: RunFolder,
    creator: Creator[Any],
    rows: Sequence[Row[Any]],
    *,
    bands: Mapping[str, tuple[float, float]],
    with_sources: bool = False,
    show: int = 6,
    others: Sequence[Sequence[Row[Any]]] = (),
) -> Path:
    """Write ``report.html`` into the run folder, whole or not at all.

    Args:
        folder: The run; works to show are those of the ledger's phases before and after.
        creator: What was trained.
        rows: The compared rows of this run (``evaluation.compare``).
        bands: People's 5-95 % range of each reward part.
        with_sources: Name the sources also where the user's own music is among them.
        show: Works shown of each kind.
        others: The rows of further runs with other training seeds: intervals and tests are
            then over runs.

    Returns:
        The page's path.
    """
    contents = report_contents(
        folder, creator, rows, bands=bands, with_sources=with_sources, show=show, others=others
    )
    path = folder.path / REPORT
    write_text(path, report_html(contents))
    return path


def report_contents(
    folder: RunFolder,
    creator: Creator[Any],
    rows: Sequence[Row[Any]],
    *,
    bands: Mapping[str, tuple[float, float]],
    with_sources: bool = False,
    show: int = 6,
    others: Sequence[Sequence[Row[Any]]] = (),
) -> Contents:
    """Everything that the page says; see ``write_report``."""
    runs = [rows, *others]
    settings = Settings.of(folder, with_sources=with_sources)
    named = with_sources or not settings.private
    log = Log(list(read_metrics(folder.path / "metrics.jsonl")))
    words = {**_WORDS, **creator.explanations}
    found = shifts(runs, bands)
    shown = choose(folder, show=show)
    best_before = cards(shown.before, folder, creator.craft, name_sources=named)
    best_after = cards(shown.after, folder, creator.craft, name_sources=named)
    pair = cards(shown.pair or (), folder, creator.craft, name_sources=named)
    moved = [change(shift, words.get(shift.name, "")) for shift in _by_size(found)]
    title, asked = asked_words(creator.ask, settings.ask)
    weights = creator.reward.weights
    return Contents(
        run=str(folder.about.get("name", folder.path.name)),
        title=title,
        asked=asked,
        rewarded=[
            Wish(words.get(name, name.replace("_", " ")), share)
            for name, share in sorted(weights.items(), key=lambda item: -item[1])
            if share > 0
        ],
        verdict=[*sentences(runs, found), *_effort(log, settings)],
        banners=banners(log),
        melody=log.column("total"),
        pair=(pair[0], pair[1]) if pair else None,
        pair_words=_pair_words(shown.counts),
        before=best_before,
        after=best_after,
        better=[item for item in moved if item.verdict == "better"],
        worse=[item for item in moved if item.verdict == "worse"],
        unchanged=_unchanged(found),
        remarks=_variety(runs),
        likeness_words=_nearness(runs, named=named),
        likenesses=_likenesses([*pair, *best_after, *best_before]),
        charts=chart_groups(log, _known(runs, creator, words, bands)),
        table=_table(runs, words),
        happenings=happenings(log),
        notes=_notes(creator.notes, named=named),
        config=settings.text,
        facts=_facts(folder, log, named=named),
    )


def asked_words(prompt: Prompt, ask: Mapping[str, Any]) -> tuple[str, list[str]]:
    """What was asked, as a heading and further phrases.

    A melody's bars, metre and key are said as musicians say them; what is not known here is
    said by its name.
    """
    wishes = dict(prompt.condition)
    if {"bars", "metre", "mode", "key"} <= set(wishes):
        bars = int(float(wishes.pop("bars")))
        count = _COUNTS[bars] if bars < len(_COUNTS) else str(bars)
        key = str(wishes.pop("key")).replace("#", "♯").replace("b", "♭")
        heading = f"{count.capitalize()} {'bar' if bars == 1 else 'bars'} in "
        heading += f"{wishes.pop('metre')}, {key} {wishes.pop('mode')}"
    else:
        heading = prompt.text or "A creator, before and after"
    phrases = [f"form {prompt.form}"] if prompt.form else []
    phrases += [f"{name.replace('_', ' ')} {wish}" for name, wish in wishes.items()]
    if "tempo" in ask:
        phrases.append(f"{number(float(ask['tempo']), 0)} beats a minute")
    if "program" in ask:
        program = int(ask["program"])
        phrases.append(f"{_FAMILIES[program // 8 % 16]} (General MIDI {program})")
    return heading, phrases


def _effort(log: Log, settings: Settings) -> list[str]:
    if not log.rows:
        return []
    seconds = [log.column("seconds", name) for name in ("sample", "score", "update", "keep")]
    whole = float(np.nansum(seconds))
    each = f" of {number(settings.works, 0)} works each" if settings.works else ""
    took = f", {duration(whole)}" if whole else ""
    return [f"It learned for {number(len(log.rows), 0)} iterations{each}{took}."]


def _by_size(found: Sequence[Shift]) -> list[Shift]:
    """What was trained on first, and in each what moved most; the score has its own sentence."""

    def size(shift: Shift) -> float:
        width = shift.spread[1] - shift.spread[0]
        return abs(shift.after - shift.before) / (width if shift.watched and width else 1.0)

    known = [shift for shift in found if shift.name != SCORE]
    return sorted(known, key=lambda shift: (shift.watched, -size(shift)))


def _unchanged(found: Sequence[Shift]) -> str:
    same = [shift.name.replace("_", " ") for shift in found if shift.verdict == "same"]
    if not same:
        return ""
    one = len(same) == 1
    return f"{len(same)} {'measure' if one else 'measures'} did not change: {', '.join(same)}."


def _pair_words(counts: tuple[int, int]) -> str:
    before, after = counts
    return (
        f"The same dice, thrown for the prior and for the trained model. Of the {before} works "
        f"made before and the {after} after, this pair is nearest to the middle of both: what "
        "to expect, not the best."
    )


def _variety(runs: Runs) -> list[str]:
    means = {
        name: float(np.mean([row_named(rows, name).whole[DISTINCT] for rows in runs]))
        for name in (HUMAN, PRIOR, TRAINED)
    }
    if not all(map(np.isfinite, means.values())):
        return []
    gap = means[TRAINED] / means[HUMAN] - 1 if means[HUMAN] else 0.0
    where = "as varied as people’s" if abs(gap) <= LESS_VARIED else "more varied than people’s"
    if gap < -LESS_VARIED:
        where = "less varied than people’s"
    before, after, people = (number(100 * means[n], 0) for n in (PRIOR, TRAINED, HUMAN))
    copies = float(np.mean([row_named(rows, TRAINED).whole[DUPLICATES] for rows in runs]))
    return [
        f"Taken together the works are {where}: distinct-4 is {after} of 100, it was {before}, "
        f"people’s is {people}. {percent(copies)} of them are duplicates."
    ]


def _nearness(runs: Runs, *, named: bool) -> str:
    shares = {
        name: float(
            np.mean([np.nanmean(row_named(rows, name).values[NEAR_COPIES]) for rows in runs])
        )
        for name in (HUMAN, PRIOR, TRAINED)
    }
    works = len(row_named(runs[0], TRAINED).works)
    told = (
        f"Of {number(works, 0)} works made after training, {percent(shares[TRAINED])} are near "
        f"copies; before it were {percent(shares[PRIOR])}, and of people’s own held-out works "
        f"{percent(shares[HUMAN])} are that near to another’s."
    )
    if not named:
        told += (
            " This model learned from your own music, so sources are not named here; "
            "--with-sources names them."
        )
    return told


def _likenesses(shown: Sequence[Card]) -> list[Any]:
    """Each work once, the nearest first as the cards come."""
    found = {card.id: card.likeness for card in shown if card.likeness is not None}
    return sorted(found.values(), key=lambda likeness: not likeness.too_near)


def _notes(notes: Sequence[str], *, named: bool) -> list[str]:
    """What was left out and why; without the names of the user's own files."""
    if named:
        return list(notes)
    kept = [note for note in notes if not note.startswith("skipped ")]
    if skipped := len(notes) - len(kept):
        kept.append(f"skipped: {skipped} of your own files or tunes (--with-sources names them)")
    return kept


def _known(
    runs: Runs,
    creator: Creator[Any],
    words: Mapping[str, str],
    bands: Mapping[str, tuple[float, float]],
) -> Known:
    rows = runs[0]
    people, prior = (_means(row_named(rows, name)) for name in (HUMAN, PRIOR))
    best = next((row for row in rows if row.name.startswith("best of")), None)
    parts = row_named(rows, TRAINED).judgement.parts
    return Known(
        roles={name: part.role for name, part in parts.items()},
        weights=creator.reward.weights,
        words=words,
        bands=bands,
        people=people,
        prior=prior,
        best=None if best is None else (best.name, _means(best)[SCORE]),
    )


def _means(row: Row[Any]) -> dict[str, float]:
    means: dict[str, float] = {}
    for name, values in row.values.items():
        known = np.asarray(values, np.float64)
        known = known[np.isfinite(known)]
        means[name] = float(known.mean()) if len(known) else float("nan")
    return means


def _table(runs: Runs, words: Mapping[str, str]) -> Table:
    told = aggregate(runs)
    parts = row_named(runs[0], TRAINED).judgement.parts
    marks = {
        str(row["row"]): verdicts_of(runs, str(row["row"]))
        for row in told
        if row["row"] not in (HUMAN, PRIOR)
    }
    groups: dict[str, list[Measure]] = {
        "The whole": [],
        "What was rewarded": [],
        "Watch rewards": [],
    }
    for name in told[0]["measures"]:
        watched = name in parts and parts[name].role == "watch"
        group = "Watch rewards" if watched else "What was rewarded"
        cells = [
            _cell(row["measures"][name], marks.get(str(row["row"]), {}).get(name, "untested"))
            for row in told
        ]
        measure = Measure(name, words.get(name, ""), cells, is_share=not watched)
        groups[group if name in parts else "The whole"].append(measure)
    counts = [
        f"{number(row['n'], 0)} works" + (f", {row['seeds']} seeds" if row["seeds"] > 1 else "")
        for row in told
    ]
    over = "runs" if len(runs) > 1 else "works"
    note = (
        f"Means with 95 % intervals over {over}; scores and shares out of 100, watch rewards as "
        "measured. ▲ significantly better and ▼ significantly worse than the prior; a watch "
        "reward is better the better it fits people’s range."
    )
    columns = [{HUMAN: "people, held-out"}.get(str(row["row"]), str(row["row"])) for row in told]
    return Table(columns, counts, [(t, m) for t, m in groups.items() if m], note)


def _cell(estimate: Mapping[str, float | None], verdict: Any) -> Cell:
    mean, low, high = (
        float("nan") if estimate[end] is None else float(estimate[end] or 0.0)
        for end in ("mean", "low", "high")
    )
    return Cell(mean, low, high, verdict)


def _facts(folder: RunFolder, log: Log, *, named: bool) -> list[tuple[str, str]]:
    about = folder.about
    facts = [
        ("run", f"{about.get('name', folder.path.name)} ({folder.id})"),
        ("begun", str(about["started"])[:16].replace("T", " ") + " UTC"),
        ("iterations", number(len(log.rows), 0)),
        ("seed", str(about.get("seed", ""))),
        ("made with", ", ".join(f"{n} {v}" for n, v in dict(about.get("versions", {})).items())),
        ("on", f"{about.get('platform', '')}, {about.get('processors', '?')} processors"),
    ]
    if named:  # the command may name the user's folder
        facts.append(("command", str(about.get("command", ""))))
    return facts
