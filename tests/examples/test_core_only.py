"""The script that needs the core alone learns, keeps what it learned, and goes on from it."""

import os
import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).parents[2] / "examples" / "core_only.py"


def test_it_learns_and_goes_on(tmp_path):
    told = []
    for _ in range(2):
        done = subprocess.run(
            [sys.executable, SCRIPT], cwd=tmp_path, capture_output=True, text=True, timeout=120,
            env={**os.environ, "OMP_NUM_THREADS": "1"},
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        told += [line.split() for line in done.stdout.splitlines()]
    assert [int(step) for step, _ in told] == list(range(40))
    shares = [float(share) for _, share in told]
    assert shares[0] < 0.6 < shares[19]
    assert min(shares[20:]) > shares[0] + 0.2, "it goes on from what it had learned"
    lines = SCRIPT.read_text().splitlines()
    assert sum(bool(line.strip()) for line in lines) <= 40
