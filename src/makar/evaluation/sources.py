"""What is to be assessed: a run, or a folder of works that any tool has made."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from makar.core.rewards import RewardTree
from makar.core.types import Works
from makar.evaluation.assessment import (
    Bench,
    MeasuredSet,
    is_human,
    measure,
    models,
    people_and_chance,
)
from makar.evaluation.choosing import Effort, equal_cost
from makar.evaluation.gauge import Terms
from makar.evaluation.rows import EVALUATION
from makar.recipes.creator import Opened
from makar.recipes.preparation import Prepared, Progress
from makar.recipes.registry import recipe_of
from makar.recipes.settings import RecipeConfig

FEW = 4
"""The prior's works that patience alone would choose from."""


@dataclass(frozen=True)
class Foreign:
    """Works from any tool, ready to be measured.

    Attributes:
        phrases: The works.
        notes: What was left out, in words.
        unreadable: Files that could not be read, with the reason.
    """

    phrases: Works[Any]
    notes: Sequence[str] = ()
    unreadable: Sequence[tuple[str, str]] = ()


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

    rows: Sequence[MeasuredSet]
    about: Mapping[str, str]
    trained_on: frozenset[str]
    terms: Terms
    notes: Sequence[str] = ()
    unreadable: Sequence[tuple[str, str]] = ()
    rules: Mapping[str, str] = field(default_factory=dict[str, str])
    references: Sequence[str] = ("",)


def assess_run(
    opened: Opened, config: RecipeConfig, bench: Bench[Any], *, notes: Sequence[str] = ()
) -> Generator[Progress, None, Assessment]:
    """Measure a run's trained model beside people, chance, a table, the prior and its best.

    Args:
        opened: The run.
        config: Its settings.
        bench: What it is measured with.
        notes: What has to be known of the recipe's measures.
    """
    creator = opened.creator
    yield Progress("making works by chance and by a table")
    sets = people_and_chance(bench)
    paid = equal_cost(opened.step, config.loop.works, wanted=bench.works)
    chosen = sorted({FEW, paid}) if creator.reward.whole else []  # else there is no score to go by
    effort = Effort.of(opened.log, works=config.loop.works) if chosen else None
    tries = None if effort is None else effort.tries(bench.works)
    sets |= yield from models(
        bench, creator.prior, creator.policy, best_of=chosen, at_equal_seconds=tries
    )
    rows = yield from measure(bench, sets)
    about = _about(bench) | {
        "training": f"{opened.step} steps of {config.loop.works} works",
        "equal cost": f"best of {paid} takes as many works of the prior as training and the "
        "trained model's row together",
    }
    if tries is not None:
        about["equal seconds"] = (
            f"best of {tries} takes as long as training and the trained model's row together"
        )
    return Assessment(
        rows, about, _trained_on(creator.reward), bench.gauge.terms,
        [*notes, *opened.notices], rules=creator.explanations, references=list(bench.known),
    )  # fmt: skip


def assess_folder(
    brought: Foreign,
    config: RecipeConfig,
    bench_of: Callable[[Any, RewardTree | None, int], Bench[Any]],
    *,
    rules: Mapping[str, str],
    name: str,
    works: int | None = None,
) -> Generator[Progress, None, Assessment]:
    """Measure works that were brought beside people, chance, a table and, if known, a prior.

    Args:
        brought: The works.
        config: Of the recipe whose corpus and reward they are held against, asking for works as
            these are.
        bench_of: What they are held against, by the config, the reward where a model was taught
            before, and the works in a row.
        rules: Each reward in plain words.
        name: Of their row.
        works: Works per row that is made; as in the recipe by default.
    """
    prepared = yield from _untaught(config)
    creator = None if prepared is None else prepared.creator
    bench = bench_of(config, creator and creator.reward, works or config.evaluate.works)
    sets = people_and_chance(bench)
    human = {row: made for row, made in sets.items() if is_human(row)}
    sets = human | {name: brought.phrases} | sets
    if creator is not None:
        sets |= yield from models(bench, creator.prior, None, best_of=())
    rows = yield from measure(bench, sets)
    notes = list(brought.notes)
    if creator is None:
        notes.append(
            "no model that has learned from these people is kept here: its row is left out, and "
            "the score weighs every part as the recipe does, not by its spread; "
            f"makar train {config.recipe} teaches one"
        )
    return Assessment(
        rows, _about(bench), _trained_on(bench.reward), bench.gauge.terms, notes,
        brought.unreadable, {**rules, **(creator.explanations if creator else {})},
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


def _trained_on(reward: RewardTree) -> frozenset[str]:
    return frozenset(c.name for c in reward.components if c.role != "watch")


def _about(bench: Bench[Any]) -> dict[str, str]:
    known = {name or "reference": len(works) for name, works in bench.known.items()}
    people = {name: len(works) for name, works in bench.people.items()}
    words = bench.words
    return {
        "kind": bench.kind,
        **{
            name: f"{count} {words.stretches} that models learn from"
            for name, count in known.items()
        },
        **{
            name.replace("human held-out", "held out"): f"{count} {words.stretches} of other "
            f"{words.pieces}"
            for name, count in people.items()
        },
        "makar-FD features": bench.gauge.terms.fingerprint,
        "seed": str(bench.seed - EVALUATION),
    }
