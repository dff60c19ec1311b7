"""What a painting is rewarded for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float

from makar.core.scoring import Scorer, Statistic
from makar.core.transforms import AtMost, Ramp
from makar.core.types import Prompt, Works
from makar.domains.images.painter.process import STROKES
from makar.domains.images.painter.works import Painting, Paintings, stacked
from makar.domains.images.rewards import hatching, lines
from makar.domains.images.rewards.columns import Columns, columns_of
from makar.domains.images.rewards.copies import StrokeIndex
from makar.domains.images.rewards.economy import ink_laid
from makar.domains.images.rewards.likeness import colour_error, edge_likeness
from makar.domains.images.strokes.drawing import Drawing
from makar.measures.catalogue import Catalogue, Entry, plain
from makar.recipes.settings import RewardConfig
from makar.recipes.weighting import ExplainedReward, Weighting

DECIBELS = 20.0
"""Full marks for likeness: a hundredth of the squared error of the bare sheet."""
COPIED = 0.25
"""Share of strokes in runs of a known drawing's above which a painting is a near copy."""
NEAR_COPY = "near copy"
STYLE_WEIGHT = 0.5
"""Of each statistic of a style, beside likeness at 1."""
_LEAST = 1e-6


def paintings(works: Works[Painting]) -> Paintings:
    """Paintings in columns, however they come."""
    return works if isinstance(works, Paintings) else stacked([*works])


def drawings_of(works: Works[Painting]) -> list[Drawing]:
    """The strokes of each."""
    batch = paintings(works)
    return [batch.drawing(row) for row in range(len(batch))]


def likeness(works: Works[Painting], _prompts: Sequence[Prompt], /) -> Statistic:
    """Decibels of squared error that the strokes took away, and by how many each did."""
    batch = paintings(works)
    error = np.maximum(np.nan_to_num(batch.error, nan=_LEAST), _LEAST)
    level = 10 * np.log10(error)
    credit = np.where(batch.alive, level[:, :-1] - level[:, 1:], 0.0).astype(np.float64)
    unknown = np.isnan(batch.target).any((1, 2, 3))
    return Statistic(np.where(unknown, np.nan, credit.sum(1)), credit)


def _each(
    compare: Callable[[np.ndarray, np.ndarray, np.ndarray], float],
) -> Scorer:
    """Compares each painting's pixels with its target's; its sheet comes third."""

    def scored(works: Works[Painting], _prompts: Sequence[Prompt], /) -> Float[np.ndarray, " B"]:
        batch = paintings(works)
        found = np.full(len(batch), np.nan)
        for row in range(len(batch)):
            target = batch.target[row].transpose(1, 2, 0)
            if not np.isnan(target).any():
                pixels = np.clip(batch.pixels[row].transpose(1, 2, 0), 0, 1)
                bare = np.broadcast_to(batch.ground[row], target.shape)
                found[row] = compare(pixels, target, bare)
        return found

    return scored


def _afar(pixels: np.ndarray, target: np.ndarray, bare: np.ndarray) -> float:
    """Decibels taken away from the error that is seen at several sizes."""
    before, after = colour_error(bare, target), colour_error(pixels, target)
    return float(10 * np.log10(max(before, _LEAST) / max(after, _LEAST)))


def _edges(pixels: np.ndarray, target: np.ndarray, _bare: np.ndarray) -> float:
    return edge_likeness(pixels, target)


def ink(works: Works[Painting], _prompts: Sequence[Prompt], /) -> Float[np.ndarray, " B"]:
    """How often the strokes' ink would cover the sheet."""
    return ink_laid(columns_of(drawings_of(works)))


def miscounted(works: Works[Painting], prompts: Sequence[Prompt], /) -> Float[np.ndarray, " B"]:
    """Share of the strokes asked for that there are too many or too few."""
    wanted = np.array([float(p.condition.get(STROKES, np.nan)) for p in prompts])
    return np.abs(paintings(works).count - wanted) / wanted


def _of_strokes(statistic: Callable[[Columns], np.ndarray]) -> Scorer:
    def scored(works: Works[Painting], _prompts: Sequence[Prompt], /) -> Float[np.ndarray, " B"]:
        return statistic(columns_of(drawings_of(works)))

    return scored


@dataclass(frozen=True)
class Known:
    """Drawings that may be resembled.

    Attributes:
        index: Of their strokes; None where nobody's are learned from.
    """

    index: StrokeIndex | None = None


def _copied(known: Known) -> Scorer:
    """Share of a painting's strokes that lie in a run of some known drawing's."""

    def scored(works: Works[Painting], _prompts: Sequence[Prompt], /) -> Float[np.ndarray, " B"]:
        if known.index is None or not len(known.index):
            return np.zeros(len(works))
        return known.index.shared(drawings_of(works)).share

    return scored


STATISTICS: Mapping[str, tuple[Callable[[Columns], np.ndarray], str]] = {
    "line length": (lines.line_length, "has strokes as long as theirs"),
    "length variety": (lines.length_variety, "has strokes of as many lengths"),
    "line width": (lines.line_width, "has strokes as wide"),
    "width variety": (lines.width_variety, "has strokes of as many widths"),
    "curvature": (lines.curvature, "bends as much"),
    "straightness": (lines.straightness, "goes as straight from start to end"),
    "angle variety": (lines.angle_variety, "runs in as many directions"),
    "main direction": (lines.main_direction, "runs as much one way"),
    "upright": (lines.upright_share, "has as many level and upright strokes"),
    "hatching": (hatching.hatching, "has as many strokes side by side"),
}
"""What a style is told by: each within the middle 80 % of the drawings that were learned from."""


def weighting(*, styled: bool) -> Weighting:
    """The rewards there are, and what each weighs; with ``styled`` those of strokes count."""
    role = "score" if styled else "watch"
    entries = [
        Entry("likeness", plain(likeness), "looks like the picture", "Haeberli 1990",
              fixed=Ramp(0.0, DECIBELS)),
        Entry("afar", plain(_each(_afar)), "looks like it also from afar", "Burt & Adelson 1983",
              role="watch", fixed=Ramp(0.0, DECIBELS)),
        Entry("edges", plain(_each(_edges)), "has its edges", "ours", role="watch",
              fixed=Ramp(0.0, 1.0)),
        Entry("ink", plain(ink), "takes as much ink", "ours", role="watch"),
        Entry("strokes", plain(miscounted), "has as many strokes as were asked for", "ours",
              kind="asked", role="watch"),
        *(
            Entry(name, plain(_of_strokes(statistic)), words, "ours", role=role)
            for name, (statistic, words) in STATISTICS.items()
        ),
    ]  # fmt: skip
    defaults = {"edges": 0.25} | dict.fromkeys(STATISTICS, STYLE_WEIGHT)
    if styled:
        entries.append(
            Entry(NEAR_COPY, _copied, "is nobody's drawing", "ours", role="gate", corpus=True,
                  fixed=AtMost(COPIED))
        )  # fmt: skip
    return Weighting(Catalogue(tuple(entries)), defaults=defaults, styled=False)


def painter_reward(
    config: RewardConfig,
    known: Known,
    theirs: Paintings,
    functions: Mapping[str, Scorer],
    *,
    styled: bool,
) -> ExplainedReward:
    """The reward, the others' range of each part, and each part in plain words.

    Args:
        config: Weights and the user's own rewards.
        known: Drawings that must not be copied.
        theirs: Works of those who are compared with.
        functions: Rewards given as Python functions, by name.
        styled: True where a style is learned.

    Raises:
        UnknownRewardError, CustomRewardError: as ``Weighting.checked``.
    """
    weighs = weighting(styled=styled)
    catalogue = weighs.catalogue
    scorers = catalogue.build(list(catalogue), known)
    quantiles = catalogue.people_quantiles(scorers, theirs, theirs)
    unjudged = [n for n, q in quantiles.items() if not np.isfinite(q[2]) and _needs(catalogue[n])]
    if unjudged:  # such as the hatching of drawings with one stroke each
        kept = tuple(e for e in catalogue.entries if e.name not in unjudged)
        weighs = replace(weighs, catalogue=Catalogue(kept))
        scorers = {n: s for n, s in scorers.items() if n not in unjudged}
        quantiles = {n: q for n, q in quantiles.items() if n not in unjudged}
    tree, bands, words = weighs.blend(
        config, scorers, quantiles, functions=functions, prior=None, judges=theirs
    )
    watched = [replace(part, costly=part.role == "watch") for part in tree.components]
    return replace(tree, components=watched), bands, words  # they take longer than the painting


def _needs(entry: Entry[Known]) -> bool:
    return entry.fixed is None and entry.kind != "asked"
