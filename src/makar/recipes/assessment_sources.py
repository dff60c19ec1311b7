"""What is to be assessed: a run, or a folder of works that any tool has made."""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, replace

from makar.core.rewards import Blend, Component
from makar.domains.music.corpus import load_corpus, load_user_corpus
from makar.domains.music.features import features_id
from makar.domains.music.grid import MelodyGrids
from makar.domains.music.rewards.catalogue import (
    CATALOGUE,
    build,
    default_transform,
    people_quantiles,
)
from makar.recipes.assessment import Bench, Row, as_grids, measure, models, people_and_chance
from makar.recipes.assessment_files import Brought
from makar.recipes.errors import ConfigError
from makar.recipes.evaluation import EVALUATION, HUMAN, equal_cost
from makar.recipes.melody import ask_prompt, prepare
from makar.recipes.melody_config import MelodyConfig
from makar.recipes.melody_reward import DEFAULT_WEIGHTS
from makar.recipes.opening import Opened
from makar.recipes.phrases import FEW_WINDOWS, METRES, Phrases, alike, phrases_of
from makar.recipes.preparing import Prepared, Progress

FEW = 4
"""The prior's works that patience alone would choose from."""
_MODES = ("major", "minor", "dorian", "mixolydian")


@dataclass(frozen=True)
class Assessment:
    """What was measured, and of what.

    Attributes:
        rows: The sets.
        about: What was compared with what: label and value.
        trained_on: Names of the rewards that the score is made of.
        notes: What was left out, and what has to be known.
        unreadable: Files that could not be read, with the reason.
    """

    rows: Sequence[Row]
    about: Mapping[str, str]
    trained_on: frozenset[str]
    notes: Sequence[str] = ()
    unreadable: Sequence[tuple[str, str]] = ()


def assess_run(
    opened: Opened, config: MelodyConfig, *, works: int | None = None
) -> Generator[Progress, None, Assessment]:
    """Measure a run's trained model beside people, chance, a table, the prior and its best.

    Args:
        opened: The run.
        config: Its settings.
        works: Works per row; as in the run's own comparison by default.
    """
    creator = opened.creator
    known = alike(_home(config).train, config)
    bench = Bench(
        known, as_grids(creator.human), creator.reward, creator.ask,
        config.prior_seed + EVALUATION, works or config.evaluate.works,
    )  # fmt: skip
    yield Progress("making notes by chance and by a table")
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
    return Assessment(rows, about, _trained_on(creator.reward), opened.notices)


def assess_folder(
    brought: Brought, config: MelodyConfig, *, name: str, works: int | None = None
) -> Generator[Progress, None, Assessment]:
    """Measure works that were brought beside people, chance, a table and, if known, a prior.

    Args:
        brought: The works.
        config: Of the recipe whose corpus and reward they are held against, asking for phrases
            as these are (``asked_as``).
        name: Of their row.
        works: Works per row that is made; as in the recipe by default.
    """
    prepared = yield from _untaught(config)
    public = _home(config)
    known, people = (alike(side, config) for side in (public.train, public.heldout))
    reward = _plain_blend(config, public) if prepared is None else prepared.creator.reward
    ask = replace(ask_prompt(config), form="")  # nobody asked these works for a form
    bench = Bench(
        known, people, reward, ask, config.prior_seed + EVALUATION,
        works or config.evaluate.works,
    )  # fmt: skip
    sets = people_and_chance(bench)
    sets = {HUMAN: sets[HUMAN], name: brought.phrases} | sets
    if prepared is not None:
        sets |= yield from models(bench, prepared.creator.prior, None, best_of=())
    rows = yield from measure(bench, sets)
    notes = _notes(brought, config.ask.bars)
    if prepared is None:
        notes.append(
            "no model that has learned these tunes is kept here: its row is left out, and the "
            "score weighs every part as the recipe does, not by its spread; makar train teaches one"
        )
    return Assessment(rows, _about(bench), _trained_on(reward), notes, brought.unreadable)


def _untaught(config: MelodyConfig) -> Generator[Progress, None, Prepared | None]:
    """The recipe with its prior where that was taught before; None where it would have to be."""
    work = prepare(config)
    while True:
        try:
            progress = next(work)
        except StopIteration as end:
            return end.value
        if progress.policy is not None or "another process" in progress.text:
            work.close()
            return None
        yield progress


def _plain_blend(config: MelodyConfig, phrases: Phrases) -> Blend:
    """The catalogue's rewards without a model: default weights and roles, people's bands."""
    known, judges = (alike(side, config) for side in (phrases.train, phrases.valid))
    scorers = build(list(CATALOGUE), phrases.train.melodies)
    quantiles = people_quantiles(scorers, known.melodies, judges.melodies)
    return Blend(
        [
            Component(
                name,
                scorer,
                default_transform(name, quantiles[name]),
                weight=DEFAULT_WEIGHTS.get(name, 1.0),
                role=CATALOGUE[name].role,
                seconds=None,
            )
            for name, scorer in scorers.items()
        ]
    )


def _home(config: MelodyConfig) -> Phrases:
    """The phrases that stand for people's: the user's own where there are enough of them."""
    bars = config.ask.bars
    if config.corpus.folder is not None:
        own = phrases_of(load_user_corpus(config.corpus.folder), bars, private=True)
        if len(own.valid) >= FEW_WINDOWS:
            return own
    return phrases_of(load_corpus(config.corpus.collections), bars)


def asked_as(brought: MelodyGrids, *, bars: int) -> dict[str, object]:
    """Settings that ask for phrases as these are: their commonest metre and mode.

    Raises:
        ConfigError: they are in no metre that the recipe writes.
    """
    kinds = Counter(
        (str(metre), key.mode if key.mode in _MODES else ("minor" if key.is_minor else "major"))
        for metre, key in zip(brought.metres, brought.keys, strict=True)
        if str(metre) in METRES
    )
    if not kinds:
        met = ", ".join(sorted({str(metre) for metre in brought.metres}))
        raise ConfigError(
            f"the works are in {met}; they are compared with people's tunes, which are in "
            f"{', '.join(METRES)}"
        )
    metre, mode = kinds.most_common(1)[0][0]
    return {"ask.bars": bars, "ask.metre": metre, "ask.mode": mode, "ask.form": form_of(bars)}


def form_of(bars: int) -> str:
    """A form that can be spread over so many bars; nobody is held to it."""
    letters = next((n for n in (4, 2, 3, *range(5, 17)) if bars % n == 0), 2)
    return "ABAC" if letters == 4 else "ABCDEFGHIJKLMNOP"[:letters]


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


def _about(bench: Bench) -> dict[str, str]:
    wishes = bench.ask.condition
    return {
        "kind": f"{wishes['bars']} bars of {wishes['metre']}, {wishes['mode']}",
        "reference": f"{len(bench.known)} phrases that people wrote, and models learn from",
        "held out": f"{len(bench.people)} phrases of other tunes",
        "makar-FD features": features_id(),
        "seed": str(bench.seed - EVALUATION),
    }
