"""What is to be assessed: a run, or a folder of works that any tool has made."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from makar.core.errors import ConfigError
from makar.core.rewards import Blend
from makar.domains.music.blend import assessment as assessment_blend
from makar.domains.music.chorale import assessment as assessment_voices
from makar.domains.music.chorale import recipe as chorale
from makar.domains.music.corpus.folder import Brought, Files, phrases_of
from makar.domains.music.tune import assessment as assessment_tunes
from makar.domains.music.tune import recipe as melody
from makar.evaluation.assessment import (
    Bench,
    Row,
    is_human,
    measure,
    models,
    people_and_chance,
)
from makar.evaluation.gauge import Gauge, Terms
from makar.evaluation.rows import EVALUATION, equal_cost
from makar.recipes.preparation import Prepared, Progress
from makar.recipes.registry import recipe_of
from makar.recipes.settings import RecipeConfig
from makar.recipes.trained_run import Opened

FEW = 4
"""The prior's works that patience alone would choose from."""
_RUNS: Mapping[str, Callable[..., Bench[Any]]] = {
    "tune": assessment_tunes.bench_of_run,
    "chorale": assessment_voices.bench_of_run,
    "blend": assessment_blend.bench_of_run,
}
_NOTES: Mapping[str, Sequence[str]] = {
    "chorale": assessment_voices.NOTES,
    "blend": assessment_blend.NOTES,
}
"""What has to be known of the measures of a kind."""


@dataclass(frozen=True)
class Kind:
    """How a folder's files become works of a recipe, and what these are held against."""

    bars: int
    gauge: Gauge[Any]
    phrases_in: Callable[..., Any]
    asked_for: Callable[..., dict[str, object]]
    asked_as: Callable[..., dict[str, object]]
    bench: Callable[..., Bench[Any]]
    words: Mapping[str, str]


KINDS: Mapping[str, Kind] = {
    "tune": Kind(
        8, assessment_tunes.GAUGE, melody.phrases_in, assessment_tunes.asked_for,
        assessment_tunes.asked_as, assessment_tunes.bench_of_folder, assessment_tunes.WORDS,
    ),
    "chorale": Kind(
        4, assessment_voices.GAUGE, chorale.phrases_in, assessment_voices.asked_for,
        assessment_voices.asked_as, assessment_voices.bench_of_folder, assessment_voices.WORDS,
    ),
}  # fmt: skip
"""What a folder of works can be measured as."""


@dataclass(frozen=True)
class Assessment:
    """What was measured, and of what.

    Attributes:
        rows: The sets.
        about: What was compared with what: label and value.
        trained_on: Names of the rewards that the score is made of.
        terms: What was measured of this kind of work.
        notes: What was left out, and what has to be known.
        unreadable: Files that could not be read, with the reason.
        rules: Each reward in plain words.
        references: Names of the sets of people's works that distances are taken to.
    """

    rows: Sequence[Row]
    about: Mapping[str, str]
    trained_on: frozenset[str]
    terms: Terms
    notes: Sequence[str] = ()
    unreadable: Sequence[tuple[str, str]] = ()
    rules: Mapping[str, str] = field(default_factory=dict[str, str])
    references: Sequence[str] = ("",)


def assess_run(
    opened: Opened, config: RecipeConfig, *, works: int | None = None
) -> Generator[Progress, None, Assessment]:
    """Measure a run's trained model beside people, chance, a table, the prior and its best.

    Args:
        opened: The run.
        config: Its settings.
        works: Works per row; as in the run's own comparison by default.

    """
    creator = opened.creator
    bench = _RUNS[config.recipe](creator, config, works or config.evaluate.works)
    yield Progress("making works by chance and by a table")
    sets = people_and_chance(bench)
    paid = equal_cost(opened.step, config.loop.works, wanted=bench.works)
    chosen = sorted({FEW, paid})
    sets |= yield from models(bench, creator.prior, creator.policy, best_of=chosen)
    rows = yield from measure(bench, sets)
    about = _about(bench) | {
        "training": f"{opened.step} steps of {config.loop.works} works",
        "equal cost": f"best of {paid} takes as many works of the prior as training and the "
        "trained model's row together",
    }
    return Assessment(
        rows, about, _trained_on(creator.reward), bench.gauge.terms,
        [*_NOTES.get(config.recipe, ()), *opened.notices], rules=creator.explanations,
        references=list(bench.known),
    )  # fmt: skip


def check_run(config: RecipeConfig) -> None:
    """Refuse a run whose works cannot be measured so, before it is opened.

    Raises:
        ConfigError: its recipe is not of music.
    """
    if config.recipe not in _RUNS:
        raise ConfigError(
            f"runs of {', '.join(_RUNS)} can be evaluated, not of {config.recipe}; "
            "the table of its own is in its report.html"
        )


def brought_as(files: Files, recipe: str, *, bars: int) -> tuple[Brought, dict[str, object]]:
    """A folder's music as a recipe's works, and the settings that ask for works like these.

    Args:
        files: What was read.
        recipe: One of ``KINDS``.
        bars: Bars in a phrase.

    Raises:
        ConfigError: there is too little of it, or it is in no metre that the recipe writes.
    """
    kind = KINDS[recipe]
    brought = phrases_of(files, bars=bars, phrases_in=kind.phrases_in, batch=kind.gauge.batch)
    return brought, kind.asked_as(brought.phrases, bars=bars)


def assess_folder(
    brought: Brought, config: RecipeConfig, *, name: str, works: int | None = None
) -> Generator[Progress, None, Assessment]:
    """Measure works that were brought beside people, chance, a table and, if known, a prior.

    Args:
        brought: The works.
        config: Of the recipe whose corpus and reward they are held against, asking for phrases
            as these are (``brought_as``).
        name: Of their row.
        works: Works per row that is made; as in the recipe by default.
    """
    kind = KINDS[config.recipe]
    prepared = yield from _untaught(config)
    creator = None if prepared is None else prepared.creator
    bench = kind.bench(config, creator and creator.reward, works or config.evaluate.works)
    sets = people_and_chance(bench)
    human = {row: made for row, made in sets.items() if is_human(row)}
    sets = human | {name: brought.phrases} | sets
    if creator is not None:
        sets |= yield from models(bench, creator.prior, None, best_of=())
    rows = yield from measure(bench, sets)
    notes = [*_notes(brought, int(config.ask.bars)), *_NOTES.get(config.recipe, ())]
    if creator is None:
        notes.append(
            "no model that has learned from these people is kept here: its row is left out, and "
            "the score weighs every part as the recipe does, not by its spread; "
            f"makar train {config.recipe} teaches one"
        )
    return Assessment(
        rows, _about(bench), _trained_on(bench.reward), bench.gauge.terms, notes,
        brought.unreadable, {**kind.words, **(creator.explanations if creator else {})},
    )  # fmt: skip


def _untaught(config: RecipeConfig) -> Generator[Progress, None, Prepared[Any] | None]:
    """The recipe with its prior where that was taught before; None where it would have to be."""
    work = recipe_of(config).prepare(config)
    while True:
        try:
            progress = next(work)
        except StopIteration as end:
            return end.value
        if progress.policy is not None or "another process" in progress.text:
            work.close()
            return None
        yield progress


def _notes(brought: Brought, bars: int) -> list[str]:
    notes = [f"phrases left out: {count} ({reason})" for reason, count in brought.left_out.items()]
    if brought.ignored:
        notes.append(f"files that are neither MIDI, MusicXML nor ABC: {brought.ignored}")
    if brought.short:
        notes.append(
            f"{brought.short} of {len(brought.phrases)} phrases are of pieces shorter than {bars} "
            "bars; if most are, ask for fewer bars"
        )
    return notes


def _trained_on(reward: Blend) -> frozenset[str]:
    return frozenset(c.name for c in reward.components if c.role != "watch")


def _about(bench: Bench[Any]) -> dict[str, str]:
    wishes = bench.ask.condition
    known = {name or "reference": len(works) for name, works in bench.known.items()}
    people = {name: len(works) for name, works in bench.people.items()}
    return {
        "kind": f"{wishes['bars']} bars of {wishes['metre']}, {wishes['mode']}",
        **{
            name: f"{count} phrases that people wrote, and models learn from"
            for name, count in known.items()
        },
        **{
            name.replace("human held-out", "held out"): f"{count} phrases of other tunes"
            for name, count in people.items()
        },
        "makar-FD features": bench.gauge.terms.fingerprint,
        "seed": str(bench.seed - EVALUATION),
    }
