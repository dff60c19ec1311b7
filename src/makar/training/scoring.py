"""Judging what somebody brings: the run's reward on their files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from makar.core.errors import UnreadableError
from makar.core.types import JudgedPart, Judgement
from makar.measures.statistics import finite_mean
from makar.recipes.craft import resembles
from makar.recipes.creator import Opened
from makar.recipes.domain import Brought
from makar.recipes.registry import recipe_of
from makar.recipes.settings import RecipeConfig
from makar.recipes.words import Words


@dataclass(frozen=True)
class PartVerdict:
    """What one part of the reward says of a piece.

    Attributes:
        name: As in configs.
        words: What it asks of a work.
        role: What it does to the score.
        value: Its score in 0..1, mean over the phrases; NaN = could not be judged.
        raw: The statistic itself, mean over the phrases.
        low, high: People's 5-95 % range of the statistic; NaN where there is none.
        whose: Whose range that is, as a possessive.
    """

    name: str
    words: str
    role: str
    value: float
    raw: float
    low: float
    high: float
    whose: str = "people's"

    @property
    def stands(self) -> str:
        """Where the work stands against that range; empty where there is no telling."""
        if not np.isfinite([self.raw, self.low, self.high]).all():
            return ""
        if self.raw < self.low:
            return f"below {self.whose} range"
        return f"above {self.whose} range" if self.raw > self.high else f"as {self.whose}"


@dataclass(frozen=True)
class Verdict:
    """What is said of one piece or level.

    Attributes:
        path: Its file.
        title: Its title.
        total: Its score in 0..1, mean over the works it was cut into.
        phrases: How many of these were judged.
        left_out: Those that were not, by reason.
        parts: Every part of the reward.
        resembles: The source it shares most with, in words; empty where that is little.
        licence: That source's licence.
        words: How such works are spoken of.
        notes: What was assumed, and what is judged in part only, in sentences.
    """

    path: Path
    title: str
    total: float
    phrases: int
    left_out: Mapping[str, int]
    parts: tuple[PartVerdict, ...]
    resembles: str
    licence: str
    words: Words
    notes: Sequence[str] = ()


def judge_file(path: Path, opened: Opened, config: RecipeConfig) -> list[Verdict]:
    """Judge each thing in a file: a piece phrase by phrase, or a level.

    Args:
        path: The file.
        opened: Whose reward.
        config: That run's settings.

    Raises:
        UnreadableError, UnreadableLevelError: it is not what the run makes, or none of it can be
            judged.
    """
    return [_judge(path, one, opened) for one in recipe_of(config).read(path, config)]


def _judge(path: Path, brought: Brought, opened: Opened) -> Verdict:
    phrases, left_out = brought.works, brought.left_out
    if not phrases:
        what, why = opened.creator.words.stretch, "; ".join(left_out)
        raise UnreadableError(
            str(path),
            f"{brought.title or 'it'}: no {what} can be judged ({why})",
            remedy=recipe_of(opened.config).bring,
        )
    creator = opened.creator
    works = creator.craft.stack(phrases)
    judgement = creator.reward(works, [creator.ask] * len(works))
    near = max(creator.craft.resemblances(works), key=lambda source: source.length)
    return Verdict(
        path, brought.title, finite_mean(judgement.total), len(works), left_out,
        _parts(judgement, opened), resembles(near), near.licence, creator.words,
        brought.notes,
    )  # fmt: skip


def _parts(judgement: Judgement, opened: Opened) -> tuple[PartVerdict, ...]:
    words: Mapping[str, Any] = opened.creator.explanations
    nothing = (float("nan"), float("nan"))
    return tuple(
        PartVerdict(
            name, words.get(name, name), part.role, finite_mean(part.value), finite_mean(part.raw),
            *opened.bands.get(name, nothing), opened.creator.words.whose_own("'"),
        )
        for name, part in sorted(judgement.parts.items(), key=_weightiest)
    )  # fmt: skip


def _weightiest(item: tuple[str, JudgedPart]) -> tuple[float, str]:
    return -item[1].weight, item[0]
