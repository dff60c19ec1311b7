import json
import math
import subprocess

import numpy as np
import pytest
import torch

from makar.runs.errors import DiskFullError, LedgerError
from makar.runs.metrics import MetricsLog, read_metrics


@pytest.fixture
def log(tmp_path):
    log = MetricsLog(tmp_path / "metrics.jsonl")
    yield log
    log.close()


def test_a_line_is_there_at_once_and_strict_json(log):
    values = {
        "loss": math.nan,
        "kl": np.float32(0.5),
        "n": torch.tensor(3),
        "parts": {"a": -math.inf},
    }
    log.append(4, values)
    line = log.path.read_text()
    assert line.endswith("\n")

    def refuse(constant):
        raise AssertionError(constant)

    row = json.loads(line, parse_constant=refuse)
    expected = {"iteration": 4, "loss": "NaN", "kl": 0.5, "n": 3, "parts": {"a": "-Infinity"}}
    assert row == expected
    [back] = read_metrics(log.path)
    assert math.isnan(back["loss"])
    assert back["parts"] == {"a": -math.inf}


def test_float_bits_come_back(log):
    values = {"a": 0.1 + 0.2, "b": 5e-324, "c": -0.0, "d": 1e308}
    log.append(0, values)
    assert [repr(v) for v in next(read_metrics(log.path)).values()] == [
        "0",
        *map(repr, values.values()),
    ]


def test_a_torn_last_line_is_ignored_and_cut_off(log):
    log.append(0, {"a": 1})
    log.append(1, {"a": 2})
    log.close()
    whole = log.path.read_bytes()
    for cut in range(whole.index(b"\n") + 1, len(whole)):
        log.path.write_bytes(whole[:cut])
        assert [row["iteration"] for row in read_metrics(log.path)] == [0]
    again = MetricsLog(log.path)
    again.append(1, {"a": 3})
    again.close()
    assert [row["a"] for row in read_metrics(log.path)] == [1, 3]


def test_truncating_keeps_what_came_before(log):
    for iteration in (-1, 0, 1, 1, 2, 3):
        log.append(iteration, {"a": iteration * 0.1})
    before = log.path.read_bytes().splitlines(keepends=True)
    log.truncate_to(2)
    assert log.path.read_bytes() == b"".join(before[:4])
    log.append(2, {"a": 7})
    assert [row["iteration"] for row in read_metrics(log.path)] == [-1, 0, 1, 1, 2]


def test_a_damaged_line_in_the_middle_is_named(log):
    log.append(0, {})
    log.path.write_text('{"iteration": 0}\n{"iterat\n{"iteration": 2}\n')
    with pytest.raises(LedgerError, match=r"metrics\.jsonl:2: not a line"):
        list(read_metrics(log.path))


def test_a_metric_that_is_no_number_is_refused_and_nothing_written(log):
    with pytest.raises(TypeError, match="object"):
        log.append(0, {"a": object()})
    assert log.path.read_bytes() == b""


def test_no_log_has_no_lines(tmp_path):
    assert list(read_metrics(tmp_path / "metrics.jsonl")) == []


def test_full_disk_leaves_whole_lines(small_disk, fill):
    log = MetricsLog(small_disk / "metrics.jsonl")
    log.append(0, {"a": 1})
    fill(small_disk)
    with pytest.raises(DiskFullError, match=str(small_disk)):
        log.append(1, {"text": "x" * 20_000})
    assert [row["iteration"] for row in read_metrics(log.path)] == [0]
    with pytest.raises(DiskFullError):
        log.truncate_to(1)
    assert [row["iteration"] for row in read_metrics(log.path)] == [0]
    (small_disk / "filler").unlink()
    log.append(1, {"a": 2})
    log.close()
    assert [row["iteration"] for row in read_metrics(log.path)] == [0, 1]
    assert sorted(p.name for p in small_disk.iterdir()) == ["metrics.jsonl"]


def test_other_programs_read_it(log):
    log.append(0, {"loss": math.inf, "name": "Jackie Tar ♪"})
    out = subprocess.run(
        ["python3", "-m", "json.tool", "--json-lines", "--no-ensure-ascii", log.path],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "Jackie Tar ♪" in out.stdout
