"""Paintings as a set beside pictures: the same numbers as those who invented them would give."""

from __future__ import annotations

import contextlib
import io
import json
import re
import warnings
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest
import torch

from commands import invoke
from makar.core.errors import ConfigError
from makar.core.types import Prompt
from makar.domains.images.features import perceptual, weights
from makar.domains.images.features.simple import simple_features
from makar.domains.images.painter import gallery, recipe
from makar.domains.images.painter.beside import (
    FEWEST,
    WORDS,
    Eye,
    beside_drawings,
    beside_pictures,
    open_eye,
)
from makar.domains.images.painter.canvas.process import Canvas
from makar.domains.images.painter.canvas.works import Painting, as_planes, stacked
from makar.domains.images.painter.config import PainterConfig
from makar.domains.images.painter.craft import PaintingCraft
from makar.domains.images.painter.gauge import bench_of
from makar.domains.images.painter.recipe import WORDS as WORDS_OF_RUNS
from makar.domains.images.pictures.sources import renders
from makar.domains.images.strokes.drawing import Drawing, strokes_of
from makar.evaluation.assessment import people_and_chance
from makar.recipes import preparation
from makar.recipes.loading import load_config
from makar.recipes.trained_run import open_run
from makar.runs.folder import RunFolder

PICTURES = renders(12, (32, 32))
SMALL = {
    "loop.iterations": 1, "loop.works": 8, "evaluate.works": 6, "evaluate.best_of": 2,
    "evaluate.show": 2, "model.width": 8, "ask.strokes": 2, "learn.minibatch": 8,
}  # fmt: skip


class Given(torch.nn.Module):
    """What torchmetrics calls an extractor, for features that are there already."""

    num_features = 130

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        return features.reshape(len(features), -1)[:, :130].double()


@pytest.fixture(autouse=True)
def no_weights(monkeypatch):
    """The network's weights are not installed."""

    def absent(*_):
        raise ConfigError("not on this machine")

    monkeypatch.setattr(weights, "installed_network", absent)


def painted(count, *, seed=0, width=6.0):
    rng = np.random.default_rng(seed)
    strokes = [
        strokes_of(rng.uniform(0, 32, (6, 3, 2)), width=width, colour=rng.random((6, 3)))
        for _ in range(count)
    ]
    return stacked([Painting(Drawing((32.0, 32.0), one)) for one in strokes], side=32)


def pixels_of(works):
    return works.pixels.transpose(0, 2, 3, 1).clip(0, 1)


def judged(theirs, ours, monkeypatch):
    """The same measures by other people's packages."""
    monkeypatch.setenv("LOKY_MAX_CPU_COUNT", "1")
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        import sklearn.metrics
        from prdc import compute_prdc
        from torchmetrics.image.kid import KernelInceptionDistance
        from vendi_score import vendi

        alone = sklearn.metrics.pairwise_distances
        monkeypatch.setattr(
            sklearn.metrics, "pairwise_distances", lambda a, b, **_: alone(a, b)
        )  # it asks for eight processes
        found = {f"set_{name}": v for name, v in compute_prdc(theirs, ours, nearest_k=5).items()}
        kernel = KernelInceptionDistance(feature=Given(), subsets=1, subset_size=len(ours))
        kernel.update(torch.from_numpy(theirs), real=True)
        kernel.update(torch.from_numpy(ours), real=False)
        unit = ours / np.linalg.norm(ours, axis=1, keepdims=True)
        found["set_vendi"] = vendi.score_K(unit @ unit.T)
        return found | {"set_kernel": float(kernel.compute()[0])}


def means(estimates):
    return {name: estimate.mean for name, estimate in estimates.items()}


def test_sets_of_paintings_are_measured_as_others_measure_them(monkeypatch):
    works = painted(12)
    beside = beside_pictures(PICTURES, 32)
    found = beside(works)
    theirs = np.stack([as_planes(one, 32).transpose(1, 2, 0) for one in PICTURES])
    judge = judged(simple_features(theirs), simple_features(pixels_of(works)), monkeypatch)
    assert means(found) == pytest.approx(judge, rel=1e-5)
    assert list(found) == list(WORDS)
    assert all(one.low <= one.mean <= one.high for one in found.values())
    assert found["set_vendi"].high > found["set_vendi"].low


def test_what_looks_the_same_is_told_from_what_does_not():
    works = painted(16)
    beside = beside_drawings(works)
    same, other = means(beside(works)), means(beside(painted(16, seed=1, width=0.5)))
    assert same["set_precision"] == same["set_coverage"] == 1
    assert other["set_coverage"] < 0.5
    assert other["set_kernel"] > same["set_kernel"]
    assert "the drawings" in beside.words["set_recall"]
    assert "16 of the drawings by simple features" in beside.fingerprint


def test_as_many_pictures_as_paintings_are_taken_and_too_few_say_nothing():
    works = painted(40)
    beside = beside_drawings(works)
    every_other = beside_drawings(works.take(np.linspace(0, 39, 20).astype(int).tolist()))
    some = painted(20, seed=2)
    assert means(beside(some)) == means(every_other(some))
    assert means(every_other(painted(30, seed=2))) == means(every_other(some))  # the first of them
    assert beside(painted(FEWEST - 1)) == {}
    few = beside_pictures(PICTURES[: FEWEST - 1], 32)
    assert few(works) == {}
    assert "too few" in few.fingerprint
    assert beside_pictures([], 32)(works) == {}


def test_the_frozen_network_looks_where_it_is_installed(monkeypatch):
    assert open_eye().features is simple_features
    assert "not installed" in open_eye().name
    monkeypatch.setattr(weights, "installed_network", lambda: None)
    assert open_eye() == Eye("EfficientNet-Lite0 at 128 pixels", perceptual.embeddings)


def bench(*, known=None, given=None):
    """What a run is measured with, as far as it is asked what is compared with."""
    gallery = {str(number): one for number, one in enumerate(PICTURES)}
    creator = SimpleNamespace(
        craft=PaintingCraft(known or {}), human=painted(9), ask=Prompt(given=given),
        policy=SimpleNamespace(canvas=Canvas(gallery, open=list(gallery)[:10], side=32)),
        reward=None, words=WORDS_OF_RUNS,
    )  # fmt: skip
    return bench_of(cast(Any, creator), PainterConfig(), 20)


def test_what_is_compared_with_is_what_was_painted_from_or_whose_style_was_learned():
    works = painted(20)
    drawings = {str(number): works.drawing(number) for number in range(20)}
    for asked, told in (
        ({}, "10 of the pictures by simple"),
        ({"known": drawings}, "20 of the drawings by simple"),
        ({"given": PICTURES[0]}, r"the pictures are too few to be compared with \(1\)"),
    ):
        found = bench(**asked)
        assert re.match(f"painter-1; {told}", found.gauge.terms.fingerprint)
        assert found.beside is not None
        assert found.gauge.terms.words == found.beside.words
    styled = bench(known=drawings).beside
    assert styled is not None
    assert means(styled(works))["set_kernel"] < means(styled(painted(20, seed=3)))["set_kernel"]


@pytest.mark.slow
def test_a_run_is_evaluated_as_a_set_of_pictures(tmp_path, monkeypatch):
    monkeypatch.setattr(recipe, "SEARCHED", 16)
    monkeypatch.setattr(preparation, "TRIAL", 16)
    monkeypatch.setattr(gallery.sources, "emoji", weights.installed_network)  # not there either
    monkeypatch.setattr(gallery, "RENDERS", 4)
    monkeypatch.setattr(gallery, "TRIED", 8)
    flags = [f"--set={name}={value}" for name, value in SMALL.items()]
    ran = invoke("train", "painter", "--name", "hand", "--runs", str(tmp_path), *flags)
    assert ran.exit_code == 0, ran.output
    made = invoke("evaluate", "hand", "--works", "20", "--runs", str(tmp_path), "--json")
    assert made.exit_code == 0, made.output
    told = json.loads(made.stdout)
    rows = {row["row"]: row["measures"] for row in told["rows"]}
    assert all(set(WORDS) <= measures.keys() for measures in rows.values())
    assert told["about"]["makar-FD features"].startswith("painter-1; 8 of the pictures by simple")
    assert told["measures"]["set_recall"]["words"].startswith("share of the pictures that look")
    assert told["measures"]["set_recall"]["group"].startswith("As a set")

    config = load_config("painter", SMALL, environment={})
    assert isinstance(config, PainterConfig)
    bench = bench_of(open_run(RunFolder(tmp_path / "hand"), config).creator, config, 20)
    by_chance = people_and_chance(bench)["random"].take(range(8))
    assert bench.beside is not None
    judge = judged(bench.beside.theirs, simple_features(pixels_of(by_chance)), monkeypatch)
    found = {name: rows["random"][name]["mean"] for name in WORDS}
    assert found == pytest.approx(judge, rel=1e-5)
