"""Evenly spaced lines along the forms."""

import numpy as np
import pytest

from makar.domains.images.plotter.paths import Paths
from makar.domains.images.plotter.preview import coverage
from makar.domains.images.plotter.styles.contour import ANGLE, contour
from makar.domains.images.plotter.styles.flow import flow
from makar.domains.images.plotter.styles.relaxing import relaxed
from makar.domains.images.plotter.styles.streamlines import streamlines
from makar.domains.images.plotter.tone import Tone, blurred

PEN = 0.3


def even(tone: float, side: int = 150) -> Tone:
    return Tone(np.full((side, side), tone), 0.2)


def ways(paths: Paths) -> np.ndarray:
    """Degrees of the straight pieces, 0..180."""
    step = np.diff(paths.segments, axis=1)[:, 0]
    return np.rad2deg(np.arctan2(step[:, 1], step[:, 0])) % 180


def test_a_flat_tone_gets_straight_lines_of_one_angle_in_spite_of_noise():
    noise = np.random.default_rng(0).normal(0, 0.02, (200, 200))
    found = ways(contour(Tone(np.clip(0.2 + noise, 0, 1), 0.2), PEN))
    off = np.abs(found - ANGLE)
    assert np.median(off) < 4
    assert np.percentile(off, 95) < 15


def test_the_angle_of_flat_places_turns_for_a_second_pen():
    assert np.median(ways(contour(even(0.3), PEN, turn=30))) == pytest.approx(ANGLE + 30, abs=1)


def test_lines_follow_rings():
    y, x = np.mgrid[:200, :200] * 0.2 - 20
    radius = np.hypot(x, y)
    rings = Tone(0.4 + 0.3 * np.sin(radius / 1.5), 0.2)
    paths = contour(rings, PEN)
    middle = paths.segments.mean(1) - 20
    far = np.hypot(*middle.T)
    step = np.diff(paths.segments, axis=1)[:, 0]
    inner = np.abs((middle * step).sum(1)) / (far * np.linalg.norm(step, axis=1))
    assert np.median(inner[(far > 4) & (far < 18)]) < 0.12  # the sine of the angle to the ring


def test_the_darker_the_denser_and_white_stays_white():
    seen = [
        coverage(contour(even(t), PEN), PEN, (150, 150), 0.2).mean()
        for t in (0, 0.1, 0.3, 0.6, 0.9)
    ]
    assert seen[0] == 0
    assert (np.diff(seen) > 0.05).all()
    assert seen[1] == pytest.approx(0.1, abs=0.04)
    assert seen[3] == pytest.approx(0.6, abs=0.1)


def test_lines_are_bridged_and_share_the_paper_evenly(monkeypatch):
    y, x = np.mgrid[:200, :200] * 0.2
    bend = 0.08 * y + 0.05 * x
    along = np.stack((np.cos(bend), np.sin(bend)), -1)

    def drawn() -> tuple[int, float]:
        paths = contour(even(0.5, 200), PEN, along=along)
        seen = blurred(coverage(paths, PEN, (200, 200), 0.2), 1.5)
        return len(paths), float(seen[20:-20, 20:-20].std())

    paths, uneven = drawn()
    monkeypatch.setattr(
        "makar.domains.images.plotter.styles.contour.relaxed", lambda p, *_, **__: p
    )
    assert uneven < 0.93 * drawn()[1]
    monkeypatch.setattr("makar.domains.images.plotter.styles.contour.bridged", lambda p, _: p)
    assert paths < drawn()[0]


def test_no_stroke_is_shorter_than_the_pen_is_wide():
    rough = np.random.default_rng(1).random((30, 30))
    patches = Tone(np.kron(rough, np.ones((5, 5))), 0.2)
    assert contour(patches, PEN).lengths.min() >= PEN


def test_streamlines_keep_apart():
    field = np.zeros((100, 100, 2))
    field[..., 0] = 1
    seeds = np.random.default_rng(0).random((200, 2)) * 20
    gap = np.full((100, 100), 0.8)
    gap[:, 60:] = np.inf
    lines = streamlines(field, gap, 0.2, step=0.2, shortest=1.0, nearest=0.3, seeds=seeds)
    heights = np.sort([line[:, 1].mean() for line in lines])
    assert len(lines) >= 20
    assert np.diff(heights).min() >= 0.8 * 0.7
    assert np.diff(heights).max() <= 1.7
    assert lines.points[:, 0].max() <= 12.2
    assert lines.lengths.min() >= 1.0


def test_relaxed_lines_share_the_paper_evenly():
    x = np.arange(0, 20, 0.2)
    heights = np.array([2.0, 2.4, 3.4, 3.8, 4.8, 5.2, 6.2])
    lines = Paths.of([np.stack((x, np.full_like(x, h)), 1) for h in heights])
    gap = np.full((100, 100), 0.7)
    after = [line[:, 1].mean() for line in relaxed(lines, gap, 0.2, sparse=9.0, rounds=30)]
    assert np.ptp(np.diff(after)) < 0.2 * np.ptp(np.diff(heights))
    still = relaxed(lines, gap, 0.2, sparse=0.7, rounds=30)
    np.testing.assert_allclose([line[:, 1].mean() for line in still], heights)


def test_the_flow_is_along_an_edge():
    tone = np.zeros((60, 60))
    tone[:, 30:] = 1
    across = np.abs(flow(Tone(tone, 0.2), 0.0)[:, 25:35, 0])
    assert across.max() < 0.1
