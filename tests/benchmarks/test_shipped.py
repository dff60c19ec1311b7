"""The study of shipped recipes tells the watch that is farthest, and what rang at the end."""

from __future__ import annotations

import json

import pytest

import shipped
from makar.evaluation.rows import HUMAN, TRAINED


def row(n: int, **means: tuple[float, float]) -> dict:
    """A row of a table: each measure's mean and half the width of its interval."""
    measures = {
        name: {"mean": mean, "low": mean - half, "high": mean + half}
        for name, (mean, half) in means.items()
    }
    return {"n": n, "measures": measures}


def test_the_distance_of_a_watch_is_in_peoples_deviations() -> None:
    # of 100 works an interval of ± .196 is of works that differ by 1
    rows = {
        HUMAN: row(100, rests=(5.0, 0.196), leaps=(2.0, 0.392), same=(1.0, 0.0)),
        TRAINED: row(100, rests=(5.5, 0.1), leaps=(0.0, 0.1), same=(2.0, 0.1)),
    }
    found = shipped.away(rows, ["rests", "leaps", "same", "unknown"])
    assert found == {"rests": pytest.approx(0.5), "leaps": pytest.approx(-1.0)}


def test_only_what_rang_in_the_last_steps_is_counted(tmp_path) -> None:
    early = {"events": ["alarm: style is 1, people's 2"]}
    late = {"events": ["alarm: rests is 1, people's 2", "reward fault: style: NaN"]}
    steps = [early] * 3 + [late] * shipped.LAST
    lines = (json.dumps({"iteration": n} | step) for n, step in enumerate(steps))
    (tmp_path / "metrics.jsonl").write_text("\n".join(lines) + "\n")
    assert shipped.rang(tmp_path) == {"rests": shipped.LAST}


def test_the_table_names_the_farthest_watch_and_counts_what_is_within() -> None:
    one = {"prior": 0.7, "score": 0.9, "distinct-4": 0.5, "away": {"a": 0.1, "b": -0.6},
           "rang": {"b": 2}, "distance": 3.0, "before": 2.0}  # fmt: skip
    found = {"tune prior 0, seed 21": one, "tune prior 0, seed 22": one | {"away": {"a": 0.4}}}
    told = shipped.told(found | {"chorale prior 0, seed 21": one}, "tune")
    assert "| prior 0, seed 21 | 0.700 | 0.900 | 0.500 | b -0.60 | b (2) | 2.00 → 3.00 |" in told
    assert "1 of 2 with every watch within 0.5" in told
    assert "distance 1.50 times" in told
