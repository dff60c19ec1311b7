"""``makar evaluate FOLDER``: music that any tool has made, measured as tunes or in four voices."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from makar.core.errors import ConfigError
from makar.core.rewards import RewardTree
from makar.domains.music.chorale import assessment as voices
from makar.domains.music.chorale.recipe import phrases_in as voices_in
from makar.domains.music.corpus.folder import Files, FolderPhrases, phrases_of, read_files
from makar.domains.music.tune import assessment as tunes
from makar.domains.music.tune.phrases import judged_in_part
from makar.domains.music.tune.phrases import phrases_in as tunes_in
from makar.domains.music.words import TUNE_WORDS
from makar.evaluation.assessment import Bench
from makar.evaluation.gauge import Gauge
from makar.evaluation.page import write_assessment
from makar.evaluation.sources import Assessment, Foreign, assess_folder
from makar.recipes.domain import Evaluated
from makar.recipes.loading import load_config
from makar.recipes.preparation import Progress

NAME = "the folder"
"""Of the row of its works."""


@dataclass(frozen=True)
class Kind:
    """How a folder's files become works of a recipe, and what these are held against."""

    bars: int
    gauge: Gauge[Any]
    phrases_in: Callable[..., Any]
    asked_for: Callable[..., dict[str, object]]
    asked_as: Callable[..., dict[str, object]]
    bench: Callable[[Any, RewardTree | None, int], Bench[Any]]
    words: Mapping[str, str]
    notes: Sequence[str] = ()
    told: Callable[[Sequence[Any]], Sequence[str]] = lambda _: ()


KINDS: Mapping[str, Kind] = {
    "tune": Kind(
        8, tunes.GAUGE, tunes_in, tunes.asked_for, tunes.asked_as, tunes.bench_of_folder,
        tunes.WORDS, told=judged_in_part,
    ),
    "chorale": Kind(
        4, voices.GAUGE, voices_in, voices.asked_for, voices.asked_as, voices.bench_of_folder,
        voices.WORDS, voices.NOTES,
    ),
}  # fmt: skip
"""What a folder of works can be measured as, by the recipe's name."""


def brought_as(files: Files, recipe: str, *, bars: int) -> tuple[FolderPhrases, dict[str, object]]:
    """A folder's music as a recipe's works, and the settings that ask for works like these.

    Args:
        files: What was read.
        recipe: One of ``KINDS``.
        bars: Bars in a phrase.

    Raises:
        ConfigError: there is too little of it, or it is in no metre that the recipe writes.
    """
    kind = KINDS[recipe]
    brought = phrases_of(
        files, bars=bars, phrases_in=kind.phrases_in, batch=kind.gauge.batch, told=kind.told
    )
    return brought, kind.asked_as(brought.phrases, bars=bars)


def assess(
    brought: FolderPhrases, config: Any, *, works: int | None = None, name: str = NAME
) -> Generator[Progress, None, Assessment]:
    """Measure works that were brought; see ``evaluation.sources.assess_folder``."""
    kind = KINDS[config.recipe]
    notes = [*_notes(brought, int(config.ask.bars)), *kind.notes]
    foreign = Foreign(brought.phrases, notes, brought.unreadable)
    found = yield from assess_folder(
        foreign, config, kind.bench, rules=kind.words, name=name, works=works
    )
    return found


def _notes(brought: FolderPhrases, bars: int) -> list[str]:
    notes = list(brought.notes)
    notes += [f"phrases left out: {count} ({reason})" for reason, count in brought.left_out.items()]
    if brought.ignored:
        notes.append(f"files that are neither MIDI, MusicXML nor ABC: {brought.ignored}")
    if brought.short:
        notes.append(
            f"{brought.short} of {len(brought.phrases)} phrases are of pieces shorter than {bars} "
            "bars; if most are, ask for fewer bars"
        )
    return notes


def evaluate(
    place: Path,
    *,
    kind: str | None,
    bars: int | None,
    works: int | None,
    target: Path,
    title: str,
) -> Generator[Progress, None, Evaluated]:
    """Measure a folder's music; see ``recipes.domain.EvaluateFolder``.

    Raises:
        ConfigError: it cannot be measured so, or there is too little of it.
    """
    if kind is not None and kind not in KINDS:
        raise ConfigError(f"--as {kind}: works are measured as {' or '.join(KINDS)}")
    if bars is not None:  # refused here if out of range for either, before anything is read
        load_config(kind or "tune", KINDS[kind or "tune"].asked_for(bars))
    files = read_files(place)
    for name, reason in files.unreadable:
        yield Progress("reading", warning=f"{name}: {reason}")
    kind = kind or files.recipe
    bars = bars or KINDS[kind].bars
    load_config(kind, KINDS[kind].asked_for(bars))
    brought, settings = brought_as(files, kind, bars=bars)
    found = yield from assess(brought, load_config(kind, settings), works=works)
    return write_assessment(found, target, title=title, words=TUNE_WORDS)
