"""Which platform levels are made often, seldom and never, as a picture."""

from __future__ import annotations

from collections.abc import Mapping

from makar.core.types import Works
from makar.domains.levels.drawing.expressive_range import expressive_range_png
from makar.domains.levels.level.legend import Legend
from makar.domains.levels.level.level import Level
from makar.domains.levels.play.analysis import tiles_of
from makar.domains.levels.rewards.dangers import leniency
from makar.domains.levels.rewards.shape import linearity
from makar.measures.expressive_range import ExpressiveRange, expressive_range
from makar.runs.report.contents import Picture


def ranges_png(sets: Mapping[str, Works[Level]], legend: Legend) -> bytes:
    """The expressive range of each set by its title: how even levels are, and how lenient."""
    return expressive_range_png(
        {title: _range(levels, legend) for title, levels in sets.items()},
        x_label="linearity", y_label="leniency",
    )  # fmt: skip


def ranges_picture(sets: Mapping[str, Works[Level]], legend: Legend) -> Picture:
    """The same for the report."""
    words = (
        "Each field is a kind of level: the further right the more even its ground, the higher the "
        "less there is to die of. The darker, the more levels of that kind. Where the maps have "
        "some and training left none, the model has become narrower."
    )
    return Picture("Which levels are made", words, ranges_png(sets, legend))


def _range(levels: Works[Level], legend: Legend) -> ExpressiveRange:
    tiles = tiles_of(levels, legend)
    return expressive_range(
        linearity(tiles, legend), leniency(tiles, legend), x_range=(0.0, 1.0), y_range=(-40.0, 0.0)
    )
