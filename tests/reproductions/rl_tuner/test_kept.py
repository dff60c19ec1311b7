"""The compositions that the repository keeps, counted again."""

import json
from pathlib import Path

import numpy as np
import pytest

from makar.reproductions.rl_tuner.parts import Settings
from makar.reproductions.rl_tuner.table import COMPOSITIONS, LOGP, MINUTES, recount

KEPT = Path(__file__).parents[3] / "reproductions" / "rl-tuner"


def test_the_kept_compositions_give_the_kept_table():
    settings = Settings(**json.loads((KEPT / "settings.json").read_text()))
    printed = {
        (row["model"], row["metric"]): row
        for row in json.loads((KEPT / "summary.json").read_text())
        if row["metric"] not in (LOGP, MINUTES)  # these need the Note RNN, and a clock
    }
    found = recount(KEPT, settings)
    assert len(found) == 8
    for model, metrics in found.items():
        for metric, estimate in metrics.items():
            row = printed[model, metric]
            again = (estimate.mean, estimate.low, estimate.high)
            assert again == pytest.approx((row["mean"], row["low"], row["high"]), nan_ok=True)


def test_the_tonic_and_the_key_of_the_kept_compositions_by_hand():
    with np.load(KEPT / COMPOSITIONS) as kept:
        tokens = kept["makar"]
    table = {
        row["metric"]: row["mean"]
        for row in json.loads((KEPT / "summary.json").read_text())
        if row["model"] == "makar"
    }
    assert tokens.shape == (30_000, 32)
    assert tokens.min() >= 0
    assert tokens.max() < 38
    assert (tokens[:, 0] == 14).mean() == pytest.approx(table["starting with tonic"])
    key = [0, 1, *(2 + p for p in range(36) if p % 12 in (0, 2, 4, 5, 7, 9, 11))]
    assert (~np.isin(tokens, key)).mean() == pytest.approx(table["not in key"])
