"""The ``binary``, ``zelda`` and ``sokoban`` recipes: an editor learns to mend random maps."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from torch import Tensor

from makar.core.errors import ConfigError
from makar.core.scoring import Scorer
from makar.core.seeds import Seeds
from makar.core.types import Prompt, Rollout
from makar.domains.levels.editing.config import (
    BinaryConfig,
    EditingConfig,
    SokobanConfig,
    ZeldaConfig,
)
from makar.domains.levels.editing.craft import EditedCraft
from makar.domains.levels.editing.goals import Aiming
from makar.domains.levels.editing.greedy import Greedy
from makar.domains.levels.editing.network import MapNet
from makar.domains.levels.editing.reward import check_reward, editing_reward, rewarded_parts
from makar.domains.levels.level.level import Level
from makar.domains.levels.level.text import read_level_text
from makar.domains.levels.problems.catalogue import FAR, Problem, problem
from makar.domains.levels.words import EDITED_WORDS
from makar.learners.policy_gradient import frozen
from makar.models.stepwise import StepModel, StepwisePolicy
from makar.recipes.assembly import assemble, begin, placed
from makar.recipes.domain import Brought, Recipe
from makar.recipes.preparation import Prepared, Progress
from makar.recipes.words import Asked

SEARCHED = 200
"""Levels made by greedy search, to compare with."""
LONG = 40
"""Path that a cave is to have: PCGRL asks for 20 more than at the start, which no level shows."""
RANGE = {"path-length": (10, 60), "enemies": (1, 8), "nearest-enemy": (2, 12), "regions": (1, 10),
         "sol-length": (4, 24), "crate": (1, 4), "target": (1, 4)}  # fmt: skip
"""From where to where a statistic is asked for while every value is learned."""


class Editor(StepwisePolicy[Any, Level]):
    """Edits random maps to their ends; what it learns from is the judgement of the whole level."""

    def sample(
        self, prompts: Sequence[Prompt], *, seeds: Seeds, temperature: float = 1.0
    ) -> Rollout[Level]:
        """See ``core.types.Generator``; what the process pays on the way is left out."""
        made = super().sample(prompts, seeds=seeds, temperature=temperature)
        return replace(made, step_reward=None, terminated=None, truncated=None, bootstrap=None)


def ask_prompt(config: EditingConfig) -> Prompt:
    """What the config asks for."""
    return Prompt(condition=dict(config.ask.statistics))


def wished(config: EditingConfig, wishes: Mapping[str, Any]) -> dict[str, Any]:
    """The statistics that a run asks for, with some of them wished otherwise.

    Raises:
        ConfigError: the run's model never learned what is wished.
    """
    wanted = wishes.get("statistics", {})
    known = config.ask.statistics
    if strange := wanted.keys() - known.keys():
        name = min(strange)
        raise ConfigError(
            f"this run never learned to be asked for {name!r}"
            + (f", only for {', '.join(sorted(known))}" if known else "")
            + f": train one with --set 'ask.statistics={{{name} = {wanted[name]}}}' "
            "--set ask.spread=true"
        )
    if not config.ask.spread and any(known[name] != wanted[name] for name in wanted):
        told = ", ".join(f"{name} = {value}" for name, value in known.items())
        raise ConfigError(
            f"this run learned {told} alone: train one with --set ask.spread=true for other values"
        )
    return {**wishes, "statistics": {**known, **wanted}}


def check(config: EditingConfig, functions: Mapping[str, Scorer]) -> None:
    """Refuse what cannot work before anybody waits for it.

    Raises:
        ConfigError: a reward cannot be used, or a statistic cannot be asked for.
    """
    process = process_of(config)
    check_reward(config.reward, process, functions)
    try:
        process.start([ask_prompt(config)], Seeds(0))
    except ValueError as fault:
        raise ConfigError(f"ask.statistics: {fault}") from None
    if config.ask.spread and not config.ask.statistics:
        raise ConfigError("ask.spread needs ask.statistics: name what is to be asked for")


def process_of(config: EditingConfig) -> Aiming:
    """What is edited."""
    return Aiming(_problem(config), "wide", change=config.ask.change, ahead=config.model.ahead)


def _problem(config: EditingConfig) -> Problem:
    what = problem(config.recipe)
    wishes = tuple(
        replace(wish, goal=(LONG, FAR), gain=False) if wish.gain else wish for wish in what.wishes
    )
    return replace(what, wishes=wishes)


def craft_of(config: EditingConfig) -> EditedCraft:
    """How the run's works are handed out as files."""
    return EditedCraft(problem(config.recipe))


def read(path: Path, config: EditingConfig) -> list[Brought]:
    """The level in a file."""
    craft = craft_of(config)
    level = read_level_text(path, craft.legend)
    size = (craft.problem.height, craft.problem.width)
    if level.tiles.shape != size:
        raise ConfigError(
            f"{path}: {level.tiles.shape[0]} rows of {level.tiles.shape[1]} tiles; "
            f"{config.recipe} has {size[0]} of {size[1]}"
        )
    return [Brought(path.stem, [level], {})]


def build_policy(config: EditingConfig, process: Aiming, net: StepModel | None = None) -> Editor:
    """What edits, freshly initialised."""
    what = process.problem
    if net is None:
        net = MapNet(
            (what.height, what.width), len(what.tiles), numbers=2 * len(what.wishes),
            width=config.model.width, depth=config.model.depth, ahead=config.model.ahead,
        )  # fmt: skip
    return Editor(process, net, steps=process.most_changes, shard=64)


def prepare(
    config: EditingConfig,
    *,
    prior: Mapping[str, Tensor] | None = None,
    functions: Mapping[str, Scorer] | None = None,
) -> Generator[Progress, None, Prepared[Level]]:
    """Set up the editor and what it will be rewarded for; there is nothing to learn before.

    See ``recipes.domain.Prepare``.
    """
    begin(config)
    yield Progress("setting up the editor")
    process = process_of(config)
    policy, _ = placed(build_policy(config, process), config, prior)
    before = frozen(policy)
    blend, explanations = editing_reward(config.reward, process, functions or {})
    ask, craft = ask_prompt(config), craft_of(config)
    yield Progress("searching greedily, to compare with")
    ahead = Aiming(process.problem, "wide", change=config.ask.change)
    search = build_policy(config, ahead, Greedy(process.problem))
    searched = search.sample([ask] * SEARCHED, seeds=Seeds(config.prior_seed, 2**41 + 1)).works
    return assemble(
        config, policy, prior=before, blended=(blend, {}, explanations), ask=ask,
        asked=Asked.of(ask), words=EDITED_WORDS, craft=craft, human=searched,
        human_prompts=[ask] * SEARCHED,
        prompts=lambda iteration: asked_for(config, iteration),
        notes=[
            "Nobody's levels are compared with, but those of greedy search over the whole map, "
            "which takes the best single edit each time."
        ],
    )  # fmt: skip


def asked_for(config: EditingConfig, iteration: int) -> Sequence[Prompt]:
    """What is asked for in one step: the same of all, or of each something else."""
    if not config.ask.spread:
        return [ask_prompt(config)] * config.loop.works
    draw = Seeds(config.seed, iteration).generator(1)
    return [
        Prompt(condition={name: _drawn(name, value, draw) for name, value in wishes.items()})
        for wishes in [config.ask.statistics] * config.loop.works
    ]


def _drawn(name: str, value: int, draw: Any) -> int:
    low, high = RANGE.get(name, (value, value))
    return int(draw.integers(low, high + 1))


def _recipe(name: str, config: type[EditingConfig]) -> Recipe[Any, Level]:
    return Recipe(
        name=name,
        config=config,
        words=EDITED_WORDS,
        bring="Bring a level of the problem's size, as text in its symbols",
        examples=(
            f"makar train {name}",
            f"makar train {name} --change 0.2 --iterations 100",
            f"makar train {name} --ask path-length=30 --spread",
        ),
        prompt=ask_prompt,
        check=check,
        prepare=prepare,
        craft=craft_of,
        read=read,
        parts=lambda config: rewarded_parts(config.reward, process_of(config)),
        wished=wished,
    )


BINARY, ZELDA, SOKOBAN = (
    _recipe(name, config)
    for name, config in (
        ("binary", BinaryConfig), ("zelda", ZeldaConfig), ("sokoban", SokobanConfig)
    )
)  # fmt: skip
