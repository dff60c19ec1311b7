import os
import signal
import subprocess
import sys
import threading

import pytest

from makar.runs.stop import GracefulStop


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_the_first_signal_lets_the_step_finish(number, code):
    before = signal.getsignal(number)
    with GracefulStop(message="") as stop:
        assert not stop.requested
        assert stop.exit_code == 0
        os.kill(os.getpid(), number)
        assert stop.requested
        assert stop.signal == number
    assert stop.exit_code == code
    assert signal.getsignal(number) is before


def test_a_second_interrupt_stops_at_once_and_handlers_come_back(capfd):
    before = signal.getsignal(signal.SIGINT)
    with GracefulStop() as stop:
        os.kill(os.getpid(), signal.SIGINT)
        os.kill(os.getpid(), signal.SIGTERM)
        assert stop.requested
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)
    assert stop.exit_code == 130
    assert signal.getsignal(signal.SIGINT) is before
    assert capfd.readouterr().err.count("Ctrl-C again") == 1


def test_terminating_twice_stays_graceful():
    with GracefulStop(message="") as stop:
        os.kill(os.getpid(), signal.SIGTERM)
        os.kill(os.getpid(), signal.SIGTERM)
        os.kill(os.getpid(), signal.SIGINT)
    assert stop.exit_code == 143


def test_outside_the_main_thread_nothing_is_installed():
    before = signal.getsignal(signal.SIGINT)
    faults = []

    def work():
        try:
            with GracefulStop() as stop:
                assert signal.getsignal(signal.SIGINT) is before
                assert not stop.requested
        except BaseException as fault:
            faults.append(fault)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert faults == []


LOOP = """
import sys, time
from makar.runs.stop import GracefulStop
with GracefulStop() as stop:
    for step in range(10_000):
        print("begin", flush=True)
        time.sleep(0.02)
        print("end", flush=True)
        if stop.requested:
            break
sys.exit(stop.exit_code)
"""


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_process_ends_between_steps_with_the_right_code(number, code):
    with subprocess.Popen([sys.executable, "-c", LOOP], stdout=-1, stderr=-1, text=True) as loop:
        assert loop.stdout is not None
        loop.stdout.readline()
        loop.send_signal(number)
        out, said = loop.communicate()
    assert out.split()[-1] == "end"
    assert "Finishing this step" in said
    assert loop.returncode == code
