"""Judging music that somebody brings: the run's reward on their files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from makar.core.types import Judgement, Part
from makar.domains.music.errors import UnreadableError
from makar.domains.music.files import read_pieces
from makar.domains.music.piece import Piece
from makar.recipes.opening import Opened


@dataclass(frozen=True)
class PartVerdict:
    """What one part of the reward says of a piece.

    Attributes:
        name: As in configs.
        words: What it asks of a tune.
        role: What it does to the score.
        value: Its score in 0..1, mean over the phrases; NaN = could not be judged.
        raw: The statistic itself, mean over the phrases.
        low, high: People's 5-95 % range of the statistic; NaN where there is none.
    """

    name: str
    words: str
    role: str
    value: float
    raw: float
    low: float
    high: float

    @property
    def stands(self) -> str:
        """Where the piece stands against people's range; empty where there is no telling."""
        if not np.isfinite([self.raw, self.low, self.high]).all():
            return ""
        if self.raw < self.low:
            return "below people's range"
        return "above people's range" if self.raw > self.high else "as people's"


@dataclass(frozen=True)
class Verdict:
    """What is said of one piece.

    Attributes:
        path: Its file.
        title: Its title.
        total: Its score in 0..1, mean over its phrases.
        phrases: How many phrases were judged.
        left_out: Phrases that were not, by reason.
        parts: Every part of the reward.
        resembles: The source it shares most with, in words; empty where that is little.
        licence: That source's licence.
    """

    path: Path
    title: str
    total: float
    phrases: int
    left_out: Mapping[str, int]
    parts: tuple[PartVerdict, ...]
    resembles: str
    licence: str


def judge_file(path: Path, opened: Opened, *, bars: int) -> list[Verdict]:
    """Judge each piece of a MIDI, MusicXML or ABC file, phrase by phrase.

    Args:
        path: The file.
        opened: Whose reward.
        bars: Bars in a phrase: as many as the reward was measured on.

    Raises:
        UnreadableError: the file is not music, or none of it fits the grid.
    """
    return [_judge(path, piece, opened, bars) for piece in read_pieces(path)]


def _judge(path: Path, piece: Piece, opened: Opened, bars: int) -> Verdict:
    phrases, left_out = opened.recipe.phrases_in(piece, bars)
    if not phrases:
        raise UnreadableError(
            str(path),
            f"{piece.provenance.title or 'the piece'}: no phrase can be judged "
            f"({'; '.join(left_out)})",
            remedy=opened.recipe.BRING,
        )
    creator = opened.creator
    works = creator.craft.stack(phrases)
    judgement = creator.reward(works, [creator.ask] * len(works))
    near = max(creator.craft.resemblances(works), key=lambda source: source.length)
    return Verdict(
        path, piece.provenance.title, _mean(judgement.total), len(works), left_out,
        _parts(judgement, opened), near.text, near.licence,
    )  # fmt: skip


def _parts(judgement: Judgement, opened: Opened) -> tuple[PartVerdict, ...]:
    words: Mapping[str, Any] = opened.creator.explanations
    nothing = (float("nan"), float("nan"))
    return tuple(
        PartVerdict(
            name, words.get(name, name), part.role, _mean(part.value), _mean(part.raw),
            *opened.bands.get(name, nothing),
        )
        for name, part in sorted(judgement.parts.items(), key=_weightiest)
    )  # fmt: skip


def _weightiest(item: tuple[str, Part]) -> tuple[float, str]:
    return -item[1].weight, item[0]


def _mean(values: np.ndarray) -> float:
    known = values[np.isfinite(values)]
    return float(known.mean()) if len(known) else float("nan")
