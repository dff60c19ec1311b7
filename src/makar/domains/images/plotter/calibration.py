"""The tone of a style, put right by its preview: what is asked for until what is drawn is right."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from makar.domains.images.plotter.paths import Paths
from makar.domains.images.plotter.preview import coverage
from makar.domains.images.plotter.tone import BLUR, Curve, Tone, blurred, tone_error

PASSES = 3
_BINS = 33
_FEW = 0.002
"""A bin that holds less than this share of the picture is not trusted by itself."""


@dataclass(frozen=True, eq=False)
class Calibrated:
    """The best of several passes.

    Attributes:
        paths: What is drawn.
        curve: What the style was asked for, for each tone.
        errors: Mean squared tone error of each pass after the blur, against what was wanted.
    """

    paths: Paths
    curve: Curve
    errors: tuple[float, ...]


def calibrated(
    draw: Callable[[Tone], Paths], wanted: Tone, *, width: float, passes: int = PASSES
) -> Calibrated:
    """Draw, look at the preview, bend the tone curve, draw again; keep the best.

    Args:
        draw: A style: from the tone asked for to paths.
        wanted: The tone that the preview is to have after ``BLUR``.
        width: Of the pen, in millimetres.
        passes: How often it is drawn.
    """
    knots = np.linspace(0, 1, _BINS)
    curve, best, errors = Curve(tuple(knots), tuple(knots)), None, list[float]()
    for n in range(passes):
        paths = draw(Tone(np.clip(curve(wanted.values), 0, 1), wanted.pitch))
        drawn = coverage(paths, width, wanted.values.shape, wanted.pitch)
        error = tone_error(drawn, wanted.values, wanted.pitch)[0]
        if best is None or error < min(errors):
            best = (paths, curve)
        errors.append(error)
        if n < passes - 1:
            curve = _bent(curve, wanted, drawn)
    assert best is not None
    return Calibrated(*best, tuple(errors))


def _bent(curve: Curve, wanted: Tone, drawn: Float[np.ndarray, "H W"]) -> Curve:
    """The curve that would have drawn what was wanted, as far as its answer is known.

    The preview tells what came out for each tone that was asked for; read backwards, it tells what
    to ask for. Where nothing of a tone is in the picture the neighbours speak for it.
    """
    knots = np.asarray(curve.tone)
    sigma = BLUR / wanted.pitch
    tone, out = blurred(wanted.values, sigma), blurred(drawn, sigma)
    place = np.clip(np.rint(tone * (_BINS - 1)), 0, _BINS - 1).astype(int).ravel()
    count = np.bincount(place, minlength=_BINS)
    held = np.flatnonzero(count > _FEW * tone.size)
    if not len(held):
        return curve
    mean_in = np.bincount(place, tone.ravel(), _BINS)[held] / count[held]
    mean_out = np.bincount(place, out.ravel(), _BINS)[held] / count[held]
    rising = _rising(mean_out, count[held])
    x = np.r_[0.0, mean_in, 1.0]
    y = np.r_[0.0, rising, max(rising[-1], rising[-1] + 1.0 - mean_in[-1])]
    y = y + np.arange(len(y)) * 1e-9  # so that it can be read backwards
    back = np.interp(knots, y, x)  # the tone that came out as this knot
    asked = np.maximum.accumulate(np.clip(curve(back), 0, 1))
    asked[0] = 0.0  # white stays white
    return Curve(tuple(knots), tuple(asked))


def _rising(values: Float[np.ndarray, " N"], weight: np.ndarray) -> Float[np.ndarray, " N"]:
    """The nearest values that never fall (pool adjacent violators; Ayer et al. 1955)."""
    blocks: list[list[float]] = []
    for value, mass in zip(values.tolist(), weight.tolist(), strict=True):
        blocks.append([value, mass, 1])
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            v, m, n = blocks.pop()
            last = blocks[-1]
            total = last[1] + m
            blocks[-1] = [(last[0] * last[1] + v * m) / total, total, last[2] + n]
    return np.concatenate([np.full(int(n), v) for v, _, n in blocks])
