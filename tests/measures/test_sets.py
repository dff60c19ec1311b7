import contextlib
import io
import warnings

import numpy as np
import pytest
import torch

from makar.measures import sets
from makar.measures.frechet import frechet_distance
from makar.measures.sets import compare_sets, kernel_distance, manifolds

RNG = np.random.default_rng(3)
PEOPLE = RNG.normal(size=(60, 5))
WORKS = RNG.normal(size=(45, 5)) * 0.8 + 0.4


class Given(torch.nn.Module):
    """What torchmetrics calls an extractor, for features that are there already."""

    num_features = 5

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        return features.reshape(len(features), -1)[:, :5].double()


def by_torchmetrics(metric, first, second):
    metric.update(torch.from_numpy(first), real=True)
    metric.update(torch.from_numpy(second), real=False)
    return metric.compute()


def test_kernel_distance_by_torchmetrics():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from torchmetrics.image.kid import KernelInceptionDistance

        judge = KernelInceptionDistance(feature=Given(), subsets=1, subset_size=45)
        mean, _ = by_torchmetrics(judge, PEOPLE[:45], WORKS)
    assert kernel_distance(PEOPLE[:45], WORKS) == pytest.approx(float(mean), rel=1e-6)


def test_frechet_distance_by_torchmetrics():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from torchmetrics.image.fid import FrechetInceptionDistance

        judge = FrechetInceptionDistance(feature=Given(), input_img_size=(5, 1, 1), normalize=True)
        judge.set_dtype(torch.float64)
        value = by_torchmetrics(judge, PEOPLE[..., None, None], WORKS[..., None, None])
    assert frechet_distance(PEOPLE, WORKS) == pytest.approx(float(value), rel=1e-5)


@pytest.mark.parametrize("block", [10, 1_000_000])
@pytest.mark.parametrize("neighbours", [1, 3, 5])
def test_manifolds_by_prdc(neighbours, block, monkeypatch):
    monkeypatch.setattr(sets, "_BLOCK", block)
    monkeypatch.setenv("LOKY_MAX_CPU_COUNT", "1")
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        import sklearn.metrics
        from prdc import compute_prdc

        alone = sklearn.metrics.pairwise_distances
        monkeypatch.setattr(  # it asks for eight processes
            sklearn.metrics, "pairwise_distances", lambda a, b, **_: alone(a, b)
        )
        judge = compute_prdc(PEOPLE, WORKS, nearest_k=neighbours)
    found = manifolds(PEOPLE, WORKS, neighbours=neighbours)
    assert vars(found) == pytest.approx(judge)
    assert 0 < found.recall < 1 > found.coverage > 0


def test_manifolds_by_hand():
    # on a line, one neighbour: the reference's balls are [0,2] round 1, and so on
    reference = np.array([[0.0], [1.0], [10.0], [14.0]])  # reach 1, 1, 4, 4
    works = np.array([[0.5], [7.0], [30.0]])  # reach 6.5, 6.5, 23
    found = manifolds(reference, works, neighbours=1)
    assert found.precision == pytest.approx(2 / 3)  # .5 and 7 lie in balls
    assert found.density == pytest.approx((2 + 1 + 0) / 3)
    assert found.coverage == pytest.approx(3 / 4)  # nobody comes to 14 ± 4
    assert found.recall == pytest.approx(1)  # 30 ± 23 holds 10 and 14


def test_a_set_that_collapsed_is_precise_and_recalls_little():
    alike = np.repeat(PEOPLE[:1], 45, axis=0)
    found = manifolds(PEOPLE, alike)
    assert found.precision == 1
    assert found.recall == pytest.approx(1 / 60)
    assert found.coverage < 0.3
    assert manifolds(PEOPLE, WORKS).coverage > 0.5


def test_kernel_distance_by_hand_and_without_bias():
    one, other = np.array([[0.0], [1.0]]), np.array([[2.0], [3.0]])
    # pairs: (0·1 + 1)³, (2·3 + 1)³; mixed 1, 1, 3³, 4³
    assert kernel_distance(one, other) == pytest.approx(1 + 343 - 2 * (1 + 1 + 27 + 64) / 4)
    rng = np.random.default_rng(0)
    draws = [kernel_distance(rng.normal(size=(8, 3)), rng.normal(size=(11, 3))) for _ in range(400)]
    assert abs(np.mean(draws)) < 3 * np.std(draws) / 20
    assert min(draws) < 0


def test_blocks_change_nothing(monkeypatch):
    whole = kernel_distance(PEOPLE, WORKS)
    monkeypatch.setattr(sets, "_BLOCK", 100)
    assert kernel_distance(PEOPLE, WORKS) == pytest.approx(whole)


def test_a_comparison_holds_each_measure():
    found = compare_sets(PEOPLE, WORKS, neighbours=3)
    assert found.frechet == frechet_distance(PEOPLE, WORKS)
    assert found.kernel == kernel_distance(PEOPLE, WORKS)
    assert found.density == manifolds(PEOPLE, WORKS, neighbours=3).density
    assert found.vendi < 45
    assert found.reference_vendi != found.vendi


def test_what_cannot_be_compared_is_refused():
    with pytest.raises(ValueError, match=r"6 works or more .*\(5, 5\)"):
        manifolds(PEOPLE, WORKS[:5])
    with pytest.raises(ValueError, match="equal features"):
        kernel_distance(PEOPLE, WORKS[:, :3])
