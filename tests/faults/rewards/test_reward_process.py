"""The process of a reward ends with the program that started it, however that ends."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

FILE = Path(__file__).with_name("misbehaving.py")
PROGRAM = """
import sys
from makar.core.scoring import score
from makar.core.types import Prompt
from makar.recipes.own_rewards import loading
from makar.runs.stop import GracefulStop
from toy_words import Words

loading.allow([sys.argv[1]])
part = loading.load_reward(sys.argv[1])
with GracefulStop() as stop:
    print(part.scorer.worker._process.process.pid, flush=True)
    score(part.scorer, Words(((1,),)), [Prompt()], seconds=float(sys.argv[2]))
print("went on", stop.exit_code)
"""


@pytest.fixture
def program(state, request):
    """A program that waits for a reward which never ends, and that reward's process."""
    path = os.pathsep.join([str(Path(__file__).parents[2]), *sys.path])
    begun: list[subprocess.Popen] = []

    def begin(seconds):
        one = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, f"{FILE}:swallows_everything", str(seconds)],
            stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": path},
        )  # fmt: skip
        begun.append(one)
        worker = int(one.stdout.readline())
        time.sleep(0.5)
        return one, worker

    yield begin
    for one in begun:
        one.kill()
        one.communicate()


def gone(pid):
    """True once there is no such process, within five seconds."""
    for _ in range(50):
        status = Path(f"/proc/{pid}/stat")
        try:
            if status.read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except (FileNotFoundError, ProcessLookupError):
            return True
        time.sleep(0.1)
    return False


@pytest.mark.faults
def test_killed_it_takes_the_process_with_it(program):
    one, worker = program(600)
    one.kill()
    one.wait()
    assert gone(worker)


@pytest.mark.faults
def test_asked_to_stop_it_goes_on_when_time_is_up(program):
    one, worker = program(2)
    one.send_signal(signal.SIGTERM)
    said, _ = one.communicate(timeout=30)
    assert said == "went on 143\n"
    assert one.returncode == 0
    assert gone(worker)


@pytest.mark.faults
def test_interrupted_twice_it_ends_at_once(program):
    one, worker = program(600)
    one.send_signal(signal.SIGINT)
    time.sleep(0.2)
    one.send_signal(signal.SIGINT)
    one.communicate(timeout=10)
    assert one.returncode in (1, 130, -signal.SIGINT)
    assert gone(worker)
