"""What a painting is rewarded for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from jaxtyping import Float

from makar.core.scoring import Scorer, Statistic, raw_values
from makar.core.transforms import Ramp, Unchanged
from makar.core.types import Prompt, Role, Works
from makar.domains.images.painter.canvas.process import STROKES
from makar.domains.images.painter.canvas.works import Painting, Paintings, paintings
from makar.domains.images.painter.manner import Manner
from makar.domains.images.painter.pulls import pulls_of
from makar.domains.images.rewards.catalogue import DRAWING_CATALOGUE, DrawingCorpus
from makar.domains.images.rewards.judging import Easel
from makar.domains.images.rewards.likeness import colour_error, edge_likeness
from makar.domains.images.strokes.drawing import Drawing
from makar.measures.catalogue import Catalogue, Entry, plain
from makar.recipes.settings import RewardConfig
from makar.recipes.weighting import ExplainedReward, Weighting

DECIBELS = 20.0
"""Full marks for likeness: a hundredth of the squared error of the bare sheet."""
COPIED = 0.25
"""Share of strokes in runs of a known drawing's above which a painting is a near copy."""
NEAR_COPY = "near_copy"
STYLE_WEIGHT = 0.5
"""Of each statistic of a style, beside likeness at 1."""
MANNER_WEIGHT = 3.0
"""Of each stroke's being like one of theirs."""
_LEAST = 1e-6


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


def miscounted(works: Works[Painting], prompts: Sequence[Prompt], /) -> Float[np.ndarray, " B"]:
    """Share of the strokes asked for that there are too many or too few."""
    wanted = np.array([float(p.condition.get(STROKES, np.nan)) for p in prompts])
    return np.abs(paintings(works).count - wanted) / wanted


@dataclass
class Portfolio:
    """Paintings as the drawings that they are: the same batch is taken apart once.

    Attributes:
        corpus: Known drawings, and what looks at a batch once for all measures.
    """

    corpus: DrawingCorpus
    _works: Works[Painting] | None = field(default=None, repr=False)
    _drawings: list[Drawing] = field(default_factory=list[Drawing], repr=False)
    _pulls: Mapping[str, np.ndarray] = field(default_factory=dict[str, np.ndarray], repr=False)

    def drawings(self, works: Works[Painting]) -> list[Drawing]:
        """The strokes of each."""
        self._look(works)
        return self._drawings

    def pulls(self, works: Works[Painting]) -> Mapping[str, np.ndarray]:
        """How each stroke pulls what is said of all of them; see ``pulls``."""
        self._look(works)
        return self._pulls

    def _look(self, works: Works[Painting]) -> None:
        if self._works is not works:
            self._drawings, self._pulls = drawings_of(works), pulls_of(paintings(works))
            self._works = works


def _drawn(entry: Entry[DrawingCorpus]) -> Callable[[Portfolio], Scorer]:
    """Builds the scorer of drawings as one of paintings; what is said of all strokes they share."""

    def build(portfolio: Portfolio) -> Scorer:
        scorer = entry.build(portfolio.corpus)

        def scored(works: Works[Painting], prompts: Sequence[Prompt], /) -> Any:
            found = scorer(portfolio.drawings(works), prompts)
            if entry.name not in STATISTICS:
                return found
            batch = paintings(works)
            credit = portfolio.pulls(works).get(entry.name, np.zeros(batch.alive.shape))
            return Statistic(raw_values(found), credit, batch.count)

        return scored

    return build


STATISTICS: Mapping[str, str] = {
    "line_length": "has strokes as long as theirs",
    "length_variety": "has strokes of as many lengths",
    "line_width": "has strokes as wide",
    "width_variety": "has strokes of as many widths",
    "curvature": "bends its strokes as much",
    "straightness": "goes from end to end as straight",
    "angle_variety": "runs in as many directions",
    "main_direction": "runs as much one way",
    "upright_share": "is as level and upright",
    "hatching": "lays strokes side by side as much",
}
"""What a style is told by: each within the middle 80 % of the drawings that were learned from."""
WATCHED: Mapping[str, str] = {
    "ink_laid": "takes as much ink",
    "plotter_minutes": "takes few minutes on a pen plotter",
    "large_first": "comes from the large to the small as theirs do",
    "balance": "rests as theirs do",
    "symmetry": "is as symmetrical",
}
"""What is told of paintings besides; see ``rewards.catalogue``."""


_MANNER = Entry[Portfolio](
    "manner", lambda portfolio: Manner.of(portfolio.corpus.drawings),
    "lays each stroke like one of theirs", "ours", fixed=Unchanged(), corpus=True,
)  # fmt: skip


def weighting(*, styled: bool) -> Weighting:
    """The rewards there are, and what each weighs; with ``styled`` those of strokes count."""
    entries = [
        Entry("likeness", plain(likeness), "looks like the picture", "Haeberli 1990",
              fixed=Ramp(0.0, DECIBELS)),
        Entry("afar", plain(_each(_afar)), "looks like it also from afar", "Burt & Adelson 1983",
              role="watch", fixed=Ramp(0.0, DECIBELS)),
        Entry("edges", plain(_each(_edges)), "has its edges", "ours", role="watch",
              fixed=Ramp(0.0, 1.0)),
        Entry("strokes", plain(miscounted), "has as many strokes as were asked for", "ours",
              role="watch", fixed=Ramp(0.5, 0.0)),
        *(_entry(name, "score" if styled else "watch", said) for name, said in STATISTICS.items()),
        *(_entry(name, "watch", said) for name, said in WATCHED.items()),
        *[_MANNER, _entry(NEAR_COPY, "gate", "takes no run of strokes from theirs")] * styled,
    ]  # fmt: skip
    defaults = {"manner": MANNER_WEIGHT} | dict.fromkeys(STATISTICS, STYLE_WEIGHT)
    return Weighting(Catalogue(tuple(entries)), defaults=defaults, styled=False)


def _entry(name: str, role: Role, words: str) -> Entry[Portfolio]:
    entry = DRAWING_CATALOGUE[name]
    return Entry(
        name, _drawn(entry), words, entry.source,
        kind="band" if name in STATISTICS else entry.kind, role=role, corpus=entry.corpus,
        fixed=entry.fixed,
    )  # fmt: skip


def painter_reward(
    config: RewardConfig,
    known: Mapping[str, Drawing],
    theirs: Paintings,
    functions: Mapping[str, Scorer],
    *,
    styled: bool,
) -> ExplainedReward:
    """The reward, the others' range of each part, and each part in plain words.

    Args:
        config: Weights and the user's own rewards.
        known: Drawings that must not be copied, by title.
        theirs: Works of those who are compared with.
        functions: Rewards given as Python functions, by name.
        styled: True where a style is learned.

    Raises:
        UnknownRewardError, CustomRewardError: as ``Weighting.checked``.
    """
    weighs = weighting(styled=styled)
    catalogue = weighs.catalogue
    corpus = DrawingCorpus([*known.values()], [*known], Easel(theirs.side))
    scorers = catalogue.build(list(catalogue), Portfolio(corpus))
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


def _needs(entry: Entry[Portfolio]) -> bool:
    return entry.fixed is None
