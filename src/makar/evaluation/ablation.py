"""What is each reward part good for? Train without it, and see what falls.

The same recipe, seeds and prior, one part left out at a time; what every model makes is then
judged by the *whole* reward.
"""

from __future__ import annotations

import math
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from makar.core.errors import ConfigError
from makar.core.seeds import Seeds
from makar.core.types import Judgement
from makar.evaluation.rows import DISTINCT, DUPLICATES, EVALUATION, NEAR_COPIES, SCORE
from makar.evaluation.study_page import write_page
from makar.measures.statistics import Estimate, finite_mean, mean_over_seeds
from makar.recipes.creator import Creator
from makar.recipes.own_rewards.loading import load_reward
from makar.recipes.preparation import Progress
from makar.recipes.registry import recipe_of
from makar.recipes.settings import RecipeConfig
from makar.recipes.words import Words
from makar.runs import checkpoint
from makar.runs.report.assessment import AssessmentPage
from makar.runs.report.contents import Cell, Measure, Table

WHOLE = "whole"
"""Name of the runs with every part."""
_FALLEN_SHOWN = 3


@dataclass(frozen=True)
class Trial:
    """One run of the study.

    Attributes:
        part: What is left out; ``WHOLE`` for nothing.
        name: Of the run.
        config: Its settings.
    """

    part: str
    name: str
    config: RecipeConfig


def rewarded_parts(config: RecipeConfig) -> list[str]:
    """Names of the parts that the total is made of, gates left aside.

    Raises:
        ConfigError: a reward cannot be used, or the recipe has no parts to leave out.
    """
    parts = recipe_of(config).parts
    if parts is None:
        raise ConfigError(f"{config.recipe} has no parts to be left out one by one")
    return parts(config)


def trials(config: RecipeConfig, *, name: str, seeds: int, only: Sequence[str] = ()) -> list[Trial]:
    """The runs of a study, seed by seed, so that one that is cut short has whole seeds.

    Args:
        config: The recipe with every part; its seed counts on by one from run to run.
        name: Of the study.
        seeds: How many.
        only: Parts to leave out, one at a time; every part where empty.

    Raises:
        ConfigError: a part is not rewarded, or it is the only one.
    """
    parts = rewarded_parts(config)
    if unknown := [part for part in only if part not in parts]:
        raise ConfigError(f"--part {', '.join(unknown)}: rewarded are: {', '.join(parts)}")
    if len(parts) < 2:
        raise ConfigError("only one part is rewarded: without it there would be nothing to learn")
    return [
        Trial(
            part,
            f"{name}-{part if part == WHOLE else f'no-{part}'}-s{number}",
            _without(config, part).model_copy(update={"seed": config.seed + number}),
        )
        for number in range(1, seeds + 1)
        for part in (WHOLE, *(only or parts))
    ]


def _without(config: RecipeConfig, part: str) -> RecipeConfig:
    if part == WHOLE:
        return config
    reward = config.reward
    own = [load_reward(spec, {}).name for spec in reward.custom]
    if part in own:
        kept = [spec for spec, name in zip(reward.custom, own, strict=True) if name != part]
        changed = {"custom": tuple(kept)}
    else:
        changed = {"weights": {**reward.weights, part: 0.0}}
    return config.model_copy(update={"reward": reward.model_copy(update=changed)})


@dataclass(frozen=True)
class Ablation:
    """What every part is good for.

    Attributes:
        runs: Names of the runs behind each row, one per seed.
        whole: Each measure with every part, over seeds.
        changes: For each part left out the change in each measure, over seeds.
        works: Works judged of each run.
    """

    runs: Mapping[str, Sequence[str]]
    whole: Mapping[str, Estimate]
    changes: Mapping[str, Mapping[str, Estimate]]
    works: int

    def as_json(self) -> list[dict[str, Any]]:
        """One object a row: the whole in numbers, then the change by each part left out."""
        rows = {WHOLE: self.whole, **self.changes}
        return [
            {
                "row": WHOLE if name == WHOLE else f"without {name}",
                "left_out": None if name == WHOLE else name,
                "runs": list(self.runs[name]),
                "n": self.works,
                "seeds": len(self.runs[name]),
                "measures": {m: e.interval() | {"seeds": e.seeds} for m, e in measures.items()},
            }
            for name, measures in rows.items()
        ]


def compare_models(
    config: RecipeConfig, done: Sequence[tuple[Trial, Path]]
) -> Generator[Progress, None, Ablation]:
    """Judge the models of finished runs by the whole reward, on the same draws.

    Args:
        config: The recipe with every part.
        done: The runs and their folders, seed by seed.

    Raises:
        CheckpointError: a run's weights are not whole.
    """
    prepared = yield from recipe_of(config).prepare(config)
    found: dict[str, list[dict[str, float]]] = {}
    names: dict[str, list[str]] = {}
    for number, (trial, path) in enumerate(done):
        yield Progress("judging", number, len(done), trial.name)
        state = checkpoint.load_newest(path / "checkpoints").state["creator"]["policy"]
        prepared.creator.policy.load_state_dict(state)
        found.setdefault(trial.part, []).append(_measured(prepared.creator, config))
        names.setdefault(trial.part, []).append(trial.name)
    whole = found.pop(WHOLE)
    return Ablation(
        names,
        {m: _over([run[m] for run in whole]) for m in whole[0]},
        {
            part: {
                m: _over([run[m] - full[m] for run, full in zip(runs, whole, strict=True)])
                for m in whole[0]
            }
            for part, runs in found.items()
        },
        config.evaluate.works,
    )


def _measured(creator: Creator[Any], config: RecipeConfig) -> dict[str, float]:
    seeds = Seeds(config.prior_seed + EVALUATION, EVALUATION)
    prompts = [creator.ask] * config.evaluate.works
    works = creator.policy.sample(prompts, seeds=seeds).works
    judgement: Judgement = creator.reward(works, prompts)
    near = [float(source.too_near) for source in creator.craft.resemblances(works)]
    means = {name: finite_mean(p.value) for name, p in judgement.parts.items() if p.role != "gate"}
    return {SCORE: finite_mean(judgement.total)} | means | {
        DISTINCT: creator.craft.variety.distinct(works),
        DUPLICATES: creator.craft.variety.duplicates(works),
        NEAR_COPIES: float(np.mean(near)),
    }  # fmt: skip


def _over(values: Sequence[float]) -> Estimate:
    return mean_over_seeds([np.array([value]) for value in values])


def fallen(found: Ablation, part: str) -> list[str]:
    """What falls most without the part, besides it: measures whose whole interval is below 0."""
    changes = found.changes[part]
    below = [m for m, e in changes.items() if e.high < 0 and m not in (part, SCORE)]
    return sorted(below, key=lambda m: changes[m].mean)[:_FALLEN_SHOWN]


def write_ablation(found: Ablation, target: Path, *, words: Words) -> Path:
    """Write ``summary.json`` and ``ablation.html`` into a new folder; return the page's path.

    Raises:
        FileExistsError: the folder is there already; nothing is overwritten.
    """
    return write_page(_page(found, words), found.as_json(), target / "ablation.html")


def _page(found: Ablation, words: Words) -> AssessmentPage:
    order = sorted(found.changes, key=lambda part: _order(found.changes[part][SCORE].mean))
    names = [WHOLE, *order]
    columns = [found.whole, *(found.changes[part] for part in order)]
    measures = [
        Measure(m, "", [Cell(c[m].mean, c[m].low, c[m].high) for c in columns]) for m in found.whole
    ]
    seeds = len(found.runs[WHOLE])
    note = (
        "The first column is out of 100 with every part; the others are the change when one part "
        "is left out, in the same units, weightiest loss first. All models are judged by the whole "
        f"reward. Intervals of 95 % over {seeds} seeds, of the differences to the run of the same "
        "seed; one in twenty excludes 0 by chance alone."
    )
    table = Table(
        [n if n == WHOLE else f"without {n.replace('_', ' ')}" for n in names],
        [f"{len(found.runs[n])} runs" for n in names],
        [("Out of 100", measures)],
        note,
    )
    told = [_told(found, part) for part in order]
    return AssessmentPage(
        title="What each reward part is good for",
        verdict=told,
        tables=[("What falls", table)],
        words=words,
    )


def _order(value: float) -> float:
    return value if math.isfinite(value) else math.inf


def _told(found: Ablation, part: str) -> str:
    changes = found.changes[part]
    others = ", ".join(m.replace("_", " ") for m in fallen(found, part))
    besides = f"; with it fall {others}" if others else ""
    return (
        f"Without {part.replace('_', ' ')} the score changes by {100 * changes[SCORE].mean:+.1f}, "
        f"the part itself by {100 * changes[part].mean:+.1f}{besides}."
    )
