"""Every measure of drawings by name, with what it asks of a drawing and where it is from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from makar.core.scoring import Scorer
from makar.core.transforms import AtMost, Ramp, Transform
from makar.core.types import Role
from makar.domains.images.features.simple import simple_features
from makar.domains.images.rewards import (
    composition,
    economy,
    hatching,
    likeness,
    lines,
    order,
    plotting,
)
from makar.domains.images.rewards.copies import StrokeIndex
from makar.domains.images.rewards.judging import (
    Easel,
    Likeness,
    NearCopy,
    Nearness,
    OfColumns,
    OfPair,
    OfPicture,
    OfPixels,
    OfStrokes,
    PaletteMissed,
)
from makar.domains.images.strokes.drawing import Drawing
from makar.measures.catalogue import Catalogue, Entry, Kind


@dataclass(frozen=True)
class DrawingCorpus:
    """What the rewards may know.

    Attributes:
        drawings: Known drawings: style is theirs, and copies are of them.
        titles: What they are called.
        easel: Lays out each batch once, for all rewards.
    """

    drawings: Sequence[Drawing]
    titles: Sequence[str] = ()
    easel: Easel = field(default_factory=Easel)

    @cached_property
    def index(self) -> StrokeIndex:
        """To find copies of them."""
        return StrokeIndex.of(self.drawings, self.titles)


def _strokes(
    name: str,
    measure: OfColumns,
    words: str,
    source: str,
    kind: Kind = "band",
    role: Role = "watch",
    fixed: Transform | None = None,
) -> Entry[DrawingCorpus]:
    build: Callable[[DrawingCorpus], Scorer] = lambda corpus: OfStrokes(measure, corpus.easel)  # noqa: E731
    return Entry(name, build, words, source, kind, role, fixed=fixed)


def _pixels(name: str, measure: OfPixels, words: str, source: str) -> Entry[DrawingCorpus]:
    build: Callable[[DrawingCorpus], Scorer] = lambda corpus: OfPicture(measure, corpus.easel)  # noqa: E731
    return Entry(name, build, words, source, "band", "watch")


def _like(name: str, measure: OfPair, words: str, source: str, scale: Ramp) -> Entry[DrawingCorpus]:
    build: Callable[[DrawingCorpus], Scorer] = lambda corpus: Likeness(measure, corpus.easel)  # noqa: E731
    return Entry(name, build, words, source, "asked", fixed=scale)


_ASKED: tuple[Entry[DrawingCorpus], ...] = (
    _like(
        "colour_error", likeness.colour_error, "has the picture's colours, near and from afar",
        "pyramid of Burt & Adelson 1983", Ramp(0.1, 0.0),
    ),
    _like(
        "edges", likeness.edge_likeness, "has its edges where the picture's are",
        "gradients' correlation", Ramp(0.0, 1.0),
    ),
    _like("ssim", likeness.ssim, "has the picture's structure", "Wang et al. 2004", Ramp(0.0, 1.0)),
    Entry(
        "palette", lambda corpus: PaletteMissed(corpus.easel), "keeps to the colours asked for",
        "distance in Oklab, Ottosson 2020", "asked", fixed=Ramp(0.25, 0.0),
    ),
)  # fmt: skip
_LINES = (
    _strokes("line_length", lines.line_length, "has lines as long as people's", "own"),
    _strokes("length_variety", lines.length_variety, "mixes long and short as people do", "own"),
    _strokes("curvature", lines.curvature, "bends its lines as much as people do", "own"),
    _strokes("straightness", lines.straightness, "goes from end to end as straight", "own"),
    _strokes(
        "smooth_joins",
        lines.smooth_joins,
        "has as many corners as people's",
        "own",
        role="score",
    ),
    _strokes("angle_variety", lines.angle_variety, "uses as many directions", "own"),
    _strokes(
        "main_direction", lines.main_direction, "keeps to one direction as much", "Mardia 1972"
    ),
    _strokes("upright_share", lines.upright_share, "is as level and upright", "own"),
    _strokes("line_width", lines.line_width, "has lines as wide", "own"),
    _strokes("width_variety", lines.width_variety, "mixes wide and thin as people do", "own"),
    _strokes("taper_share", lines.taper_share, "tapers as many strokes", "own"),
    _strokes("hatching", hatching.hatching, "hatches as much as people", "own"),
)
_ORDER = (
    _strokes("travel", order.travel, "goes on where the pen is", "own", "less", "score"),
    _strokes(
        "large_first", order.large_first, "comes from the large to the small",
        "Spearman 1904", "more", "score",
    ),
    _strokes("colour_runs", order.colour_runs, "changes the pen seldom", "own", "more"),
    _strokes("layer_runs", order.layer_runs, "finishes a layer before the next", "own", "more"),
    _strokes("layers_used", order.layers_used, "has as many layers", "own"),
    _strokes("layer_evenness", order.layer_evenness, "fills its layers as evenly", "own"),
)  # fmt: skip
_AMOUNT = (
    _strokes("stroke_count", economy.stroke_count, "has as many strokes", "own"),
    _strokes("path_count", economy.path_count, "sets down the pen as often", "own"),
    _strokes("ink_laid", economy.ink_laid, "takes as much ink", "own"),
    _pixels("ink_share", lambda _, mass: economy.ink_share(mass), "covers as much", "own"),
)
_LAYOUT = (
    _pixels("symmetry", lambda p, _: composition.symmetry(p), "is as symmetrical", "correlation"),
    _pixels("balance", lambda _, mass: composition.balance(mass), "rests", "Arnheim 1954"),
    _pixels("thirds", lambda _, mass: composition.thirds(mass), "uses thirds", "Datta et al. 2006"),
    _pixels(
        "figure_share", lambda _, mass: composition.figure_and_ground(mass).share,
        "has a figure as large", "Otsu 1979",
    ),
    _pixels(
        "figure_clarity", lambda _, mass: composition.figure_and_ground(mass).clarity,
        "sets the figure off from the ground as clearly", "Otsu 1979",
    ),
)  # fmt: skip


def _painted_like(corpus: DrawingCorpus) -> Scorer:
    from makar.domains.images.features.perceptual import gram_features  # torch, and weights

    return Nearness.to(corpus.drawings, gram_features, corpus.easel)


_KNOWN: tuple[Entry[DrawingCorpus], ...] = (
    Entry(
        "novelty", lambda corpus: Nearness.to(corpus.drawings, simple_features, corpus.easel),
        "looks as new beside the known drawings as another of theirs", "own",
        role="watch", corpus=True,
    ),
    Entry(
        "style", _painted_like, "is painted as the known drawings are: a weak signal",
        "Gatys et al. 2016", "less", "watch", corpus=True,
    ),
    Entry(
        "near_copy", lambda corpus: NearCopy(corpus.index),
        "takes no run of strokes from a known drawing", "own", "at most", "gate", corpus=True,
        fixed=AtMost(0.25),
    ),
)  # fmt: skip

_MINUTES = _strokes(
    "plotter_minutes", plotting.plotter_minutes, "takes few minutes on a pen plotter",
    "own: plotter.timing", "less", fixed=plotting.FEWER,
)  # fmt: skip

DRAWING_CATALOGUE: Catalogue[DrawingCorpus] = Catalogue(
    (*_ASKED, *_LINES, *_ORDER, *_AMOUNT, *_LAYOUT, *_KNOWN, _MINUTES)
)
"""All of them. Scores tell drawings from spoiled ones (benchmarks/drawing_rewards.py). The others
describe, and are watched: the bands of a mixed folder are wide, those of one hand are narrower."""
