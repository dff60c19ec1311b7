"""Tone put right by the preview."""

import numpy as np
import pytest

from makar.domains.images.plotter.calibration import _rising, calibrated
from makar.domains.images.plotter.paths import Paths
from makar.domains.images.plotter.tone import Tone

RAMP = Tone(np.tile(np.linspace(0.05, 0.8, 200), (100, 1)), 0.2)


def lines_too_light(tone: Tone) -> Paths:
    """Upright lines with a gap that draws but two thirds of what is asked for."""
    x, lines, high = 0.0, [], tone.size[1]
    while x < tone.size[0]:
        asked = tone.values[0, min(int(x / tone.pitch), tone.values.shape[1] - 1)]
        lines.append([(x, 0.0), (x, high)])
        x += 0.3 / max(asked * 2 / 3, 0.02)
    return Paths.of(lines)


def test_a_style_that_draws_too_light_is_asked_for_more():
    once = calibrated(lines_too_light, RAMP, width=0.3, passes=1)
    thrice = calibrated(lines_too_light, RAMP, width=0.3, passes=3)
    assert thrice.errors[0] == once.errors[0]
    assert min(thrice.errors) < 0.2 * once.errors[0]
    assert thrice.curve(np.array([0.5]))[0] == pytest.approx(0.75, abs=0.06)


def test_the_best_pass_is_kept():
    asked = []

    def worse_each_time(tone: Tone) -> Paths:
        asked.append(tone)
        return lines_too_light(RAMP) if len(asked) == 1 else Paths.of([[(0, 0), (1, 1)]])

    found = calibrated(worse_each_time, RAMP, width=0.3, passes=3)
    assert len(asked) == 3
    assert found.errors.index(min(found.errors)) == 0
    assert len(found.paths) > 10


def test_curves_never_fall_and_keep_white_white():
    found = calibrated(lines_too_light, RAMP, width=0.3, passes=3)
    assert (np.diff(found.curve.asked) >= 0).all()
    assert found.curve.asked[0] == 0


def test_values_that_fall_are_pooled():
    rising = _rising(np.array([1.0, 3.0, 2.0, 2.0, 5.0]), np.array([1, 1, 1, 2, 1]))
    assert rising.tolist() == pytest.approx([1, 2.25, 2.25, 2.25, 5])
