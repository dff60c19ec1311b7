"""The styles by their names, each ready to be drawn for one pen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from makar.core.errors import ConfigError
from makar.domains.images.plotter.paths import Paths
from makar.domains.images.plotter.styles.contour import ANGLE, contour
from makar.domains.images.plotter.styles.flow import flow
from makar.domains.images.plotter.styles.hatch import hatch
from makar.domains.images.plotter.styles.line import line
from makar.domains.images.plotter.styles.stipple import stipple
from makar.domains.images.plotter.tone import Tone

Draw = Callable[[Tone], Paths]


@dataclass(frozen=True)
class Style:
    """A way to draw.

    Attributes:
        name: As a user calls it.
        ready: From the tone that a pen is to show, the pen's width, a seed and degrees to turn
            by, to what draws whatever tone it is asked for.
        passes: How often it is drawn until its tone is right.
        curved: Are its lines curves of many points, of which few are needed?
    """

    name: str
    ready: Callable[[Tone, float, int, float], Draw]
    passes: int
    curved: bool = False


def _contour(tone: Tone, width: float, seed: int, turn: float) -> Draw:
    """Its lines follow the picture, whatever tone they are asked for."""
    along = flow(tone, np.deg2rad(ANGLE + turn))
    return partial(contour, width=width, seed=seed, turn=turn, along=along)


def _plain(draw: Callable[..., Paths]) -> Callable[[Tone, float, int, float], Draw]:
    """A style that looks at nothing but the tone asked for."""

    def ready(tone: Tone, width: float, seed: int, turn: float) -> Draw:  # noqa: ARG001 - one shape for all
        return partial(draw, width=width, seed=seed, turn=turn)

    return ready


STYLES = {
    style.name: style
    for style in (
        Style("contour", _contour, passes=3, curved=True),
        Style("hatch", _plain(hatch), passes=3),
        Style("stipple", _plain(stipple), passes=2),
        Style("line", _plain(line), passes=2),
    )
}


def style_of(name: str) -> Style:
    """The style of this name.

    Raises:
        ConfigError: there is none.
    """
    if name not in STYLES:
        raise ConfigError(f"plotter style {name!r}: unknown. Choose {', '.join(STYLES)}")
    return STYLES[name]
