"""The settings that all recipes have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, Self, cast, get_args, get_origin

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    NonNegativeFloat,
    PositiveFloat,
    PositiveInt,
    model_validator,
)
from pydantic.fields import FieldInfo

from makar.learners.policy_settings import PolicyGradientConfig
from makar.learners.q_settings import Kind, ValueSettings


@dataclass(frozen=True)
class Flag:
    """Marks a setting that has a flag of its own on the command line.

    Attributes:
        name: The flag, such as ``--corpus``.
        other: Other spellings, which go on working.
        help: What it says in help, where the setting's description says too much or nothing.
    """

    name: str
    other: tuple[str, ...] = ()
    help: str = ""


@dataclass(frozen=True)
class Private:
    """Marks a setting that names what is the user's own: it is not shown unasked."""


@dataclass(frozen=True)
class Before:
    """Marks a setting that came later, with what runs that do not state it were made by."""

    value: Any


PRIVATE = Private()
HIDDEN_VALUE = "(your own)"
"""Stands where the value of a private setting would."""


def settings_of(model: Any, before: str = "") -> Iterator[tuple[str, FieldInfo]]:
    """Every setting of a model and its sections, by dotted name, sections themselves left out."""
    for name, field in model.model_fields.items():
        inner = field.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            yield from settings_of(inner, f"{before}{name}.")
        else:
            yield f"{before}{name}", field


def path_settings(model: Any) -> list[str]:
    """Settings that are paths, or several: relative ones are seen from where they were given."""
    return [name for name, field in settings_of(model) if Path in _kinds(field.annotation)]


def private_settings(config: BaseModel) -> list[str]:
    """Private settings that are given, by dotted name."""
    tree = config.model_dump()
    return [
        name
        for name, field in settings_of(type(config))
        if PRIVATE in field.metadata and _at(tree, name) not in (None, (), [])
    ]


def as_tree(config: RecipeConfig, *, hide: bool = False) -> dict[str, Any]:
    """The settings as JSON values; with ``hide`` without the values of what is private."""
    tree = config.model_dump(mode="json")
    for dotted in private_settings(config) if hide else ():
        *branch, leaf = dotted.split(".")
        _at(tree, ".".join(branch))[leaf] = HIDDEN_VALUE
    return tree


def _filled(given: Mapping[str, Any], default: BaseModel) -> dict[str, Any]:
    """The settings given, over the default's: a section within it likewise."""
    tree = {name: getattr(default, name) for name in type(default).model_fields}
    for name, value in given.items():
        inner = tree.get(name)
        if isinstance(inner, BaseModel) and isinstance(value, Mapping):
            tree[name] = _filled(cast(Mapping[str, Any], value), inner)
        else:
            tree[name] = value
    return tree


def _at(tree: Any, dotted: str) -> Any:
    for name in dotted.split(".") if dotted else ():
        tree = tree[name]
    return tree


def _kinds(annotation: Any) -> set[Any]:
    """The types that an annotation is made of."""
    if get_origin(annotation) is Annotated:
        return _kinds(get_args(annotation)[0])
    inner = get_args(annotation)
    return {annotation}.union(*(_kinds(one) for one in inner)) if inner else {annotation}


AnyAlgorithm = Literal["reinforce", "rloo", "grpo", "a2c", "ppo", "dqn", "psi", "g"]


class LearnConfig(PolicyGradientConfig):
    """By which algorithm to learn, and how where it follows a gradient of the policy."""

    algorithm: AnyAlgorithm = Field(  # pyright: ignore[reportIncompatibleVariableOverride] - wider
        default="grpo",
        description="policy gradients, or action values (dqn, psi, g): their settings are values",
    )

    @property
    def kind(self) -> Kind | None:
        """Which action values are learned; None where a policy follows its gradient."""
        return self.algorithm if self.algorithm in ("dqn", "psi", "g") else None


class ValuesConfig(ValueSettings):
    """How action values are learned, where that is the algorithm.

    They act in proportion to their exponential: a work is a draw, as from a policy, so that
    nothing else need explore. They are learned from whole works of the last steps, and come to
    rest as the run ends.
    """

    decay_updates: PositiveInt | None = Field(
        default=None,
        description="rollouts in which the learning rate falls in a straight line to 0; none takes "
        "the whole run",
    )
    gamma: float = Field(default=1.0, gt=0, le=1, description="discount per decision")
    n_step: PositiveInt = Field(
        default=1024, description="rewards before a value is trusted: as a rule all of a work's"
    )
    memory: PositiveInt = Field(default=384, description="works, or fragments, remembered")
    batch: PositiveInt = Field(default=128, description="works in a gradient step")
    updates: PositiveInt = Field(default=2, description="gradient steps for each rollout")
    target_rate: float = Field(
        default=1.0, gt=0, le=1, description="how far the target net follows at each step of it"
    )
    clip_norm: PositiveFloat | None = Field(default=1.0, description="largest gradient norm")
    epsilon: float = Field(default=0.0, ge=0, le=1, description="exploration at the start")
    epsilon_end: float = Field(default=0.0, ge=0, le=1, description="exploration in the end")
    centred: bool = Field(
        default=True,
        description="count what a work earned from the mean of the first works, so that values "
        "begin near 0; which action is best stays",
    )
    scale: PositiveFloat = Field(
        default=0.02, description="reward that weighs as much as one nat of the prior"
    )


class SettlingConfig(LearnConfig):
    """Learning that comes to rest as a run ends, where prices and constraints must have settled."""

    decay_updates: PositiveInt | None = Field(
        default=None,
        description="updates in which the learning rate falls in a straight line to 0; none takes "
        "the whole run",
    )


class LoopConfig(BaseModel):
    """How long to learn, and on how much at a time."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    iterations: PositiveInt = 100
    works: PositiveInt = Field(default=128, description="works made and judged per iteration")
    explore: PositiveFloat = Field(
        default=1.0, description="sampling temperature at the start; falls to 1 by the middle"
    )
    checkpoint_every: PositiveInt = 25
    exploration: NonNegativeFloat = Field(
        default=0.02, description="bonus for openings seldom met before; 0 switches it off"
    )
    variety: PositiveFloat | None = Field(
        default=1.0, description="share of people's distinct-4 to keep up; none switches it off"
    )
    distinctness: bool = Field(
        default=False,
        description="multiply what a work is paid by how unlike the others of its batch it is",
    )
    likeness: PositiveFloat | None = Field(
        default=None,
        description="people's standard deviations that the mean of what is watched may be off "
        "theirs before works that lead further are paid less; none switches it off",
    )
    keep: PositiveInt = Field(default=2, description="best works kept of each iteration")
    fault_patience: PositiveInt = Field(
        default=5, description="iterations running a reward part may fail altogether"
    )
    roll_backs: PositiveInt = Field(
        default=3, description="collapses after which the run ends with its last good weights"
    )

    def temperature(self, iteration: int) -> float:
        """Sampling temperature of an iteration: exploration first, then as it is."""
        left = max(0.0, 1 - 2 * iteration / self.iterations)
        return 1 + (self.explore - 1) * left


class RewardConfig(BaseModel):
    """What is rewarded, over the defaults of the catalogue."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    weights: dict[str, NonNegativeFloat] = Field(
        default_factory=dict, description="weight of a part by name; 0 only watches it"
    )
    custom: tuple[str, ...] = Field(
        default=(), description='your own: "mine.py:swing=0.5" is function swing, weight 0.5'
    )
    seconds: PositiveFloat = Field(
        default=20.0, description="time that each of your own may take for a batch of works"
    )
    scale_parts: bool = Field(
        default=False,
        description="divide each part's weight by its spread under the prior, as older runs did",
    )


class EvaluateConfig(BaseModel):
    """The comparison at the end."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    works: PositiveInt = Field(default=1000, description="works per row of the table")
    best_of: PositiveInt = Field(default=4, description="prior's works to choose the best from")
    show: PositiveInt = Field(default=6, description="works shown in the report")


class RecipeConfig(BaseModel):
    """What any recipe can be told; each adds what it asks for, and the model that writes it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    recipe: str
    seed: int = Field(default=0, ge=0, lt=2**32)
    prior_seed: int = Field(
        default=0,
        ge=0,
        lt=2**32,
        description="of pre-training and comparison: runs that share it share their prior",
    )
    threads: PositiveInt = Field(default=1, description="torch threads; small models like one")
    device: str = Field(default="cpu", pattern=r"^(cpu|cuda(:\d+)?)$")
    ask: Any
    model: Any
    learn: LearnConfig = Field(default_factory=LearnConfig)
    values: ValuesConfig = Field(default_factory=ValuesConfig)
    loop: LoopConfig = Field(default_factory=LoopConfig)
    reward: RewardConfig = Field(default_factory=RewardConfig)
    evaluate: EvaluateConfig = Field(default_factory=EvaluateConfig)

    @model_validator(mode="before")
    @classmethod
    def _sections(cls, given: Any) -> Any:
        """What a section is not told stays as this recipe has it, not as sections are elsewhere."""
        if not isinstance(given, Mapping):
            return given
        tree = dict(cast(Mapping[str, Any], given))
        for name, field in cls.model_fields.items():
            default = field.get_default(call_default_factory=True)
            if isinstance(default, BaseModel) and isinstance(tree.get(name), Mapping):
                tree[name] = _filled(tree[name], default)
        return tree

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        if self.learn.minibatch is not None and self.learn.minibatch > self.loop.works:
            raise ValueError(
                f"learn.minibatch is {self.learn.minibatch}, and there are only "
                f"{self.loop.works} loop.works; change the one or the other"
            )
        if self.learn.uses_groups and self.loop.works < 2:
            raise ValueError(
                f"learn.algorithm {self.learn.algorithm!r} compares works with one another: "
                "loop.works must be 2 or more"
            )
        return self
