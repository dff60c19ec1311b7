"""``report.html``: put together from a run's folder, its creator and the compared rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from makar.core.errors import ConfigError
from makar.core.rewards import UNJUDGED
from makar.evaluation.headline import HEADLINE
from makar.evaluation.labels import PLACED, REPEATED, WEIGHTED
from makar.evaluation.rows import (
    CHOSEN,
    DISTINCT,
    DUPLICATES,
    HUMAN,
    NEAR_COPIES,
    PRIOR,
    RANDOM,
    SCORE,
    SECONDS,
    TRAINED,
    TRIED,
    Row,
)
from makar.evaluation.yardstick import sentences as yardstick_sentences
from makar.measures.statistics import finite_mean
from makar.recipes.creator import Creator
from makar.recipes.loading import as_toml, settings_of_run
from makar.recipes.settings import private_settings
from makar.reporting.curves import Known, Log, banners, chart_groups, duration, happenings
from makar.reporting.sentences import by_size, nearness, unchanged, variety
from makar.reporting.table import table_of
from makar.reporting.verdicts import Rows, change, row_named, sentences, shifts
from makar.reporting.works import cards, choose
from makar.runs.atomic import write_text
from makar.runs.folder import RunFolder
from makar.runs.metrics import read_metrics
from makar.runs.report.contents import Card, Contents, Picture, Wish
from makar.runs.report.markup import number
from makar.runs.report.page import report_html
from makar.runs.report.words import Words

REPORT = "report.html"


@dataclass(frozen=True)
class Settings:
    """The run's ``config.toml``, as far as a report looks into it.

    Attributes:
        text: All of them as TOML, the values of what is private left out.
        works: Works per iteration; 0 where unknown.
        private: True where what was learned from is the user's own, or may be.
    """

    text: str
    works: int
    private: bool

    @classmethod
    def of(cls, folder: RunFolder, *, with_sources: bool) -> Settings:
        """Read the folder's settings; of a file that no recipe understands, nothing is shown."""
        try:
            config = settings_of_run(folder)
        except ConfigError:
            return cls("", 0, private=True)
        text = as_toml(config, hide=not with_sources)
        return cls(text, config.loop.works, private=bool(private_settings(config)))


def write_report(
    folder: RunFolder,
    creator: Creator[Any],
    rows: Rows,
    *,
    bands: Mapping[str, tuple[float, float]],
    with_sources: bool = False,
    show: int = 6,
) -> Path:
    """Write ``report.html`` into the run folder, whole or not at all.

    Args:
        folder: The run; works to show are those of the ledger's phases before and after.
        creator: What was trained.
        rows: The compared rows of this run (``evaluation.rows.compare``).
        bands: People's 5-95 % range of each reward part.
        with_sources: Name the sources also where the user's own works are among them.
        show: Works shown of each kind.

    Returns:
        The page's path.
    """
    contents = report_contents(
        folder, creator, rows, bands=bands, with_sources=with_sources, show=show
    )
    path = folder.path / REPORT
    write_text(path, report_html(contents))
    return path


def report_contents(
    folder: RunFolder,
    creator: Creator[Any],
    rows: Rows,
    *,
    bands: Mapping[str, tuple[float, float]],
    with_sources: bool,
    show: int,
) -> Contents:
    """Everything that the page says; see ``write_report``."""
    settings = Settings.of(folder, with_sources=with_sources)
    named = with_sources or not settings.private
    log = Log(list(read_metrics(folder.path / "metrics.jsonl")))
    words = creator.words
    explained = {**_explained(words), **creator.explanations}
    found = shifts(rows, bands)
    moved = [change(shift, explained.get(shift.name, ""), words) for shift in by_size(found)]
    contents = Contents(
        run=str(folder.about.get("name", folder.path.name)),
        title=creator.asked.title,
        words=words,
        asked=list(creator.asked.wishes),
        rewarded=_rewarded(creator, explained),
        verdict=[*sentences(rows, found, words), *_effort(log, settings)],
        banners=banners(log, words),
        melody=log.score if words.heading == "melody" else np.zeros(0),
        better=[item for item in moved if item.verdict == "better"],
        worse=[item for item in moved if item.verdict == "worse"],
        unchanged=unchanged(found),
        picture=_picture(creator, rows),
        remarks=variety(rows, words),
        likeness_words=nearness(rows, words, named=named),
        charts=chart_groups(log, _known(rows, creator, explained, bands)),
        table=table_of(rows, explained, words),
        happenings=happenings(log),
        notes=[*_notes(creator.notes, words, named=named), *_yardstick(rows, words)],
        config=settings.text,
        facts=_facts(folder, log, named=named),
    )
    return _with_works(contents, folder, creator, named=named, show=show)


def _with_works(
    contents: Contents, folder: RunFolder, creator: Creator[Any], *, named: bool, show: int
) -> Contents:
    """The contents with works to be heard or seen, and what they share with sources."""
    shown = choose(folder, show=show)
    before, after, pair = (
        cards(some, folder, creator.craft, name_sources=named)
        for some in (shown.before, shown.after, shown.pair or ())
    )
    return replace(
        contents,
        pair=(pair[0], pair[1]) if pair else None,
        pair_words=_pair_words(shown.counts),
        before=before,
        after=after,
        likenesses=_likenesses([*pair, *after, *before]),
    )


def _rewarded(creator: Creator[Any], explained: Mapping[str, str]) -> list[Wish]:
    shares = sorted(creator.reward.weights.items(), key=lambda item: -item[1])
    return [
        Wish(explained.get(name, name.replace("_", " ")), share)
        for name, share in shares
        if share > 0
    ]


def _explained(words: Words) -> dict[str, str]:
    """What the table measures besides reward parts."""
    return {
        HEADLINE: PLACED.format(theirs=words.whose_own()),
        SCORE: f"what was learned for: {WEIGHTED}",
        NEAR_COPIES: f"shares more with one source than {words.whose_own()} works do",
        DISTINCT: words.distinct,
        DUPLICATES: REPEATED,
        TRIED: "works made for each that is kept",
        SECONDS: "making and judging them, and its share of the training",
        UNJUDGED: "reward parts that could not judge the work",
    }


def _picture(creator: Creator[Any], rows: Rows) -> Picture | None:
    names = {HUMAN: creator.words.whose, PRIOR: "before", TRAINED: "after"}
    works = {title: row_named(rows, name).works for name, title in names.items()}
    return creator.picture(works) if creator.picture else None


def _effort(log: Log, settings: Settings) -> list[str]:
    if not log.rows:
        return []
    seconds = [log.column("seconds", name) for name in ("sample", "score", "update", "keep")]
    whole = float(np.nansum(seconds))
    each = f" of {number(settings.works, 0)} works each" if settings.works else ""
    took = f", {duration(whole)}" if whole else ""
    return [f"It learned for {number(len(log.rows), 0)} iterations{each}{took}."]


def _pair_words(counts: tuple[int, int]) -> str:
    before, after = counts
    return (
        f"The same dice, thrown for the prior and for the trained model. Of the {before} works "
        f"made before and the {after} after, this pair is nearest to the middle of both: what "
        "to expect, not the best."
    )


def _likenesses(shown: Sequence[Card]) -> list[Any]:
    """Each work once, the nearest first as the cards come."""
    found = {card.id: card.likeness for card in shown if card.likeness is not None}
    return sorted(found.values(), key=lambda likeness: not likeness.too_near)


def _yardstick(rows: Rows, words: Words) -> list[str]:
    """Whether the score told chance from people, where works by chance were made."""
    judged = {row.name: row.judgement for row in rows}
    return yardstick_sentences(judged, words) if RANDOM in judged else []


def _notes(notes: Sequence[str], words: Words, *, named: bool) -> list[str]:
    """What was left out and why; without the names of the user's own files."""
    if named:
        return list(notes)
    kept = [note for note in notes if not note.startswith("skipped ")]
    if skipped := len(notes) - len(kept):
        whose = f"your own files or {words.pieces}"
        kept.append(f"skipped: {skipped} of {whose} (--with-sources names them)")
    return kept


def _known(
    rows: Rows,
    creator: Creator[Any],
    explained: Mapping[str, str],
    bands: Mapping[str, tuple[float, float]],
) -> Known:
    people, prior = (_means(row_named(rows, name)) for name in (HUMAN, PRIOR))
    best = next((row for row in reversed(rows) if row.name.startswith(CHOSEN)), None)
    parts = row_named(rows, TRAINED).judgement.parts
    return Known(
        roles={name: part.role for name, part in parts.items()},
        weights=creator.reward.weights,
        explained=explained,
        bands=bands,
        people=people,
        prior=prior,
        words=creator.words,
        best=None if best is None else (best.name, _means(best)[SCORE]),
    )


def _means(row: Row[Any]) -> dict[str, float]:
    return {name: finite_mean(values) for name, values in row.values.items()}


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
