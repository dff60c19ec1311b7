"""Cross-hatching without hard edges."""

import numpy as np
import pytest

from makar.domains.images.plotter.preview import coverage
from makar.domains.images.plotter.styles.hatch import ANGLES, GAP, hatch, level_tones
from makar.domains.images.plotter.tone import Tone, blurred

PEN = 0.3


def even(tone: float) -> Tone:
    return Tone(np.full((200, 200), tone), 0.2)


def angles(tone: float, turn: float = 0.0) -> set[int]:
    step = np.diff(hatch(even(tone), PEN, turn=turn).segments, axis=1)[:, 0]
    return set(np.rint(np.rad2deg(np.arctan2(step[:, 1], step[:, 0])) % 180).astype(int).tolist())


@pytest.mark.parametrize("tone", [0.05, 0.15, 0.3, 0.45, 0.6, 0.75])
def test_a_tone_is_covered_as_asked(tone):
    assert coverage(hatch(even(tone), PEN), PEN, (200, 200), 0.2).mean() == pytest.approx(
        tone, abs=0.03
    )


def test_the_darker_the_more_angles():
    levels = level_tones(GAP)
    middles = (levels[1:] + levels[:-1]) / 2
    assert [len(angles(t)) for t in middles] == [1, 2, 3, 4]
    assert angles(0.05) == {int(ANGLES[0])}
    assert angles(0.05, turn=30) == {int(ANGLES[0]) + 30}


def test_full_lines_lie_a_gap_apart():
    levels = level_tones(GAP)
    first = hatch(even(levels[1]), PEN).points
    away = np.unique(np.round(first @ (-np.sin(np.pi / 4), np.cos(np.pi / 4)), 6))
    np.testing.assert_allclose(np.diff(away), GAP * PEN, atol=1e-5)


def test_a_sky_has_no_hard_edge():
    ramp = Tone(np.tile(np.linspace(0, 0.8, 400), (200, 1)), 0.2)
    seen = coverage(hatch(ramp, PEN), PEN, (200, 400), 0.2).mean(0)
    wide = blurred(seen[None], 10)[0]  # 2 mm, across all rows
    assert np.abs(wide - ramp.values[0]).max() < 0.06
    assert np.diff(wide).max() < 0.012  # the ramp itself rises by .002


def test_dashes_are_no_mere_dots_and_white_stays_white():
    noise = Tone(np.random.default_rng(0).random((200, 200)), 0.2)
    assert hatch(noise, PEN).lengths.min() >= 3 * PEN - 1e-9
    assert len(hatch(even(0.0), PEN)) == 0


def test_a_seed_moves_the_dashes():
    one, same, other = (hatch(even(0.15), PEN, seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one.points, same.points)
    assert one.points.shape != other.points.shape or (one.points != other.points).any()
