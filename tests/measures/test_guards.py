"""Collapse is told from a quiet batch."""

from __future__ import annotations

import pytest

from makar.measures.guards import CollapseLimits


@pytest.mark.parametrize(
    ("metrics", "word"),
    [
        ({"duplicates": 0.3}, "copies"),
        ({"entropy": 0.2}, "entropy"),
        ({"kl": 1.5}, "nats"),
        ({"duplicates": 0.2, "entropy": 0.3, "kl": 0.9}, ""),
        ({}, ""),
    ],
)
def test_collapse(metrics: dict[str, float], word: str) -> None:
    reason = CollapseLimits().collapsed(metrics, prior_entropy=1.0)
    assert word in reason
    assert bool(reason) == bool(word)


def test_entropy_below_nothing_has_no_share_to_keep() -> None:
    assert CollapseLimits().collapsed({"entropy": -1.0}, prior_entropy=-1.0) == ""
