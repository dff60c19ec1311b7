"""Rewards that misbehave: no run is lost, none is changed silently, and each is named.

Each is taught with beside a twin: the same training with a reward that says the same numbers, or
none, and does nothing else. Weights and kept works have to come out alike.
"""

import importlib.util
import os
import signal
import subprocess
import sys
import warnings
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from makar.core.errors import CustomRewardError
from makar.core.fingerprint import fingerprint
from makar.core.rewards import Component
from makar.measures.alarm import HackingAlarm
from makar.recipes.own_rewards.loading import allow, load_reward
from makar.recipes.own_rewards.worker import end_workers
from makar.recipes.settings import LoopConfig
from makar.training.loop import Training

FILE = Path(__file__).with_name("misbehaving.py")
UNJUDGED, JUDGED = float("nan"), 0.5
ANYWHERE, FILES = ("file", "python"), ("file",)


@dataclass(frozen=True)
class Case:
    """A reward of ``misbehaving.py``, what is said of it, and what its works count as."""

    name: str
    fault: str
    says: float = UNJUDGED
    where: tuple[str, ...] = ANYWHERE
    steps: int = 2


answers = [
    Case("answers_nothing", "returned NoneType where a number belongs"),
    Case("answers_one_number", "returned shape ()"),
    Case("answers_a_word", "returned text"),
    Case("answers_numbers_as_words", "returned text"),
    Case("answers_bytes", "returned bytes"),
    Case("answers_complex_numbers", "returned complex numbers"),
    Case("answers_dates", "returned dates"),
    Case("answers_too_few", "returned shape"),
    Case("answers_too_many", "returned shape"),
    Case("answers_a_column", "returned shape"),
    Case("answers_ragged_rows", "returned"),
    Case("answers_a_mapping", "returned dict"),
    Case("answers_a_generator", "returned generator"),
    Case("answers_without_end", "returned repeat"),
    Case("answers_nones", "returned NoneType"),
    Case("answers_itself", "returned"),
    Case("answers_what_is_no_array", "RuntimeError: no array"),
    Case("answers_a_function", "returned function"),
    Case("answers_per_cent", "outside 0 to 1; bring it into that range, or state its own"),
    Case("answers_a_little_too_much", "outside 0 to 1"),
    Case("answers_below_nothing", "outside 0 to 1"),
    Case("answers_infinity", "outside 0 to 1"),
    Case("answers_nan", "NaN"),
    Case("answers_beyond_floats", "OverflowError"),
    Case("answers_what_is_masked", "NaN"),
    Case("answers_with_gradients", "requires grad"),
    Case("answers_far_too_much", "returned shape (10000000,)"),
]
raised = [
    Case("raises", "ValueError: I do not like it (misbehaving.py, line "),
    Case("exits", "SystemExit (misbehaving.py, line "),
    Case("exits_with_success", "does not end the program"),
    Case("interrupts", "KeyboardInterrupt"),
    Case("raises_what_is_no_exception", "Odd: odd"),
    Case("ends_a_generator", "GeneratorExit"),
    Case("stops_an_iteration", "StopIteration"),
    Case("recurs", "RecursionError"),
    Case("raises_what_cannot_be_said", "SpeechlessError: (its message cannot be read"),
    Case("raises_screens_of_text", "ValueError:  [2J no no no"),
    Case("asks_for_a_petabyte", "MemoryError"),
    Case("imports_what_is_not_there", "ModuleNotFoundError"),
]
edited = [
    Case("edits_works", "read-only: let it work on a copy: .copy()"),
    Case("unlocks_works", "WRITEABLE"),
    Case("edits_works_through_torch", "changed the works it was shown", JUDGED),
    Case("edits_works_in_memory", "changed the works it was shown", JUDGED),
    Case("exchanges_works", "let it work on a copy: .copy()", JUDGED),
    Case("clears_prompts", "AttributeError"),
    Case("edits_what_was_asked", "TypeError"),
    Case("edits_a_prompt", "changed the works it was shown", JUDGED),
]
around = [
    Case("goes_elsewhere", "changed the working directory, which was put back", JUDGED),
    Case("edits_the_environment", "changed the environment", JUDGED),
    Case("switches_gradients_off", "changed torch's gradients", JUDGED),
    Case("makes_floats_double", "changed torch's default type", JUDGED),
    Case("makes_tensors_nowhere", "changed torch's default device", JUDGED),
    Case("takes_more_threads", "changed torch's threads", JUDGED),
    Case("raises_on_division", "changed NumPy's handling of errors", JUDGED),
    Case("seeds_numpy", "changed the seed of numpy.random", JUDGED),
    Case("seeds_torch", "changed the seed of torch", JUDGED),
    Case("draws_at_random", "changed the seed of random", JUDGED),
    Case("ignores_signals", "changed the handlers of signals", JUDGED),
    Case("digs_deep", "changed the recursion limit", JUDGED),
    Case("keeps_garbage", "changed the collection of garbage", JUDGED),
    Case("hides_warnings", "changed what warnings are shown", JUDGED),
    Case("finds_other_modules", "changed where modules are found", JUDGED),
    Case("prints_elsewhere", "changed where it prints to", JUDGED),
    Case("prints", "", JUDGED),
    Case("goes_elsewhere_and_raises", "and changed the working directory, which was put back"),
]
slow = [
    Case("sleeps", "RewardTimeout", steps=1),
    Case("computes_without_end", "RewardTimeout", steps=1),
    Case("swallows_exceptions", "RewardTimeout", steps=1),
]
ended = [
    Case("swallows_everything", "RewardTimeout", where=FILES, steps=1),
    Case("stops_the_clock", "RewardTimeout", where=FILES, steps=1),
    Case("computes_in_one_piece", "RewardTimeout", where=FILES, steps=1),
    Case("stops_itself", "RewardTimeout", where=FILES, steps=1),
    Case("leaves_at_once", "its process ended with status 0", where=FILES, steps=1),
    Case("kills_itself", "was ended by SIGKILL", where=FILES, steps=1),
    Case("terminates_itself", "was ended by SIGTERM", where=FILES, steps=1),
    Case("sets_an_alarm", "was ended by SIGALRM", where=FILES, steps=1),
    Case("reads_nowhere", "was ended by SIGSEGV", where=FILES, steps=1),
    Case("aborts", "was ended by SIGABRT", where=FILES, steps=1),
    Case("closes_everything", "its process ", where=FILES, steps=1),
    Case("writes_to_the_terminal", "", JUDGED, where=FILES),
    Case("leaves_a_thread", "", JUDGED, where=FILES),
    Case("leaves_a_program", "", JUDGED, where=FILES),
    Case("reads_what_is_typed", "EOFError", where=FILES),
]
TABLE = [*answers, *raised, *edited, *around, *slow, *ended]
FEW = {
    "answers_complex_numbers", "answers_per_cent", "exits", "interrupts", "edits_works",
    "edits_works_through_torch", "clears_prompts", "goes_elsewhere", "seeds_torch", "prints",
    "swallows_exceptions",
}  # fmt: skip
"""Those that every test run tries: one of each kind that a process survives."""


@pytest.fixture(scope="module", autouse=True)
def trusted(state):
    allow([f"{FILE}:half"])
    yield
    end_workers()


@pytest.fixture(scope="module")
def functions():
    """The same functions for Python programs, in this process."""
    spec = importlib.util.spec_from_file_location("misbehaving", FILE)
    module = importlib.util.module_from_spec(spec)
    sys.modules["misbehaving"] = module
    spec.loader.exec_module(module)
    yield vars(module)
    del sys.modules["misbehaving"]


@pytest.fixture
def teach(toy, tmp_path):
    """A training with this part among others: its state, its works, and what was said."""
    from toy_words import Columns
    from word_run import WordRun

    class Codec(toy.Codec):
        def decode(self, actions, prompts):
            return Columns.of(super().decode(actions, prompts).items)

    run = WordRun(
        SimpleNamespace(policy=partial(toy.policy, Codec()), Words=Columns.of), tmp_path / "runs"
    )

    def go(part, steps):
        creator = run.creator(part)
        with run.folder() as folder:
            config = LoopConfig(works=8, iterations=steps)
            training = Training(creator, folder, config, 0, HackingAlarm({}, {}))
            told = [text for step in training.steps() for text in step.events]
            kept = [(e.content, e.total, e.iteration, e.row) for e in folder.ledger.query()]
        return fingerprint(creator.state_dict()), kept, told

    return go


def surroundings():
    return (
        Path.cwd(), dict(os.environ), torch.is_grad_enabled(), torch.get_default_dtype(),
        torch.get_num_threads(), np.geterr(), sys.getrecursionlimit(), list(warnings.filters),
        [signal.getsignal(s) for s in (signal.SIGINT, signal.SIGTERM, signal.SIGALRM)],
        list(sys.path), str(torch.get_default_device()),
    )  # fmt: skip


def alone(case, where, teach, functions, capfd):
    """Train with it, and hold everything against its twin."""
    text = f"{FILE}:{case.name}=1" if where == "file" else f"python:{case.name}=1"
    part = replace(load_reward(text, functions), seconds=0.3)
    before = surroundings()
    capfd.readouterr()
    state, kept, told = teach(part, case.steps)
    assert capfd.readouterr().out == ""
    assert surroundings() == before
    faults = [line for line in told if line.startswith(f"reward fault: {case.name}: ")]
    if case.fault:
        assert any(case.fault in line for line in faults), told
    assert all(line.isprintable() and len(line) < 500 for line in told)

    def twin(works, prompts):
        return np.full(len(works), case.says)

    other, expected, _ = teach(Component(case.name, twin), case.steps)
    assert kept == expected
    assert state == other


def cases(which):
    return [pytest.param(c, w, id=f"{c.name}-{w}") for c in TABLE for w in c.where if which(c, w)]


def test_there_are_sixty_and_all_are_tried(functions):
    own = {n for n, f in functions.items() if getattr(f, "__module__", "") == "misbehaving"}
    tried = {case.name for case in TABLE}
    assert own - tried == {"half", "Hostile", "Odd", "SpeechlessError", "raises_of_some_works"}
    assert len(TABLE) >= 60


@pytest.mark.parametrize(("case", "where"), cases(lambda c, w: c.name in FEW and w == "python"))
def test_one_of_each_kind(case, where, teach, functions, capfd):
    alone(case, where, teach, functions, capfd)


@pytest.mark.faults
@pytest.mark.parametrize(("case", "where"), cases(lambda c, w: True))
def test_no_run_is_lost_or_silently_changed(case, where, teach, functions, capfd, monkeypatch):
    monkeypatch.setattr("makar.recipes.own_rewards.worker.GRACE", 0.5)
    alone(case, where, teach, functions, capfd)


def test_a_fault_costs_only_the_works_it_concerns(teach, functions, capfd):
    case = Case("raises_of_some_works", "LookupError: three (misbehaving.py, line ")
    part = load_reward(f"python:{case.name}=1", functions)
    state, kept, told = teach(part, 2)
    assert any(case.fault in line for line in told)

    def twin(works, prompts):
        return np.where(works.tokens[:, 0] == 3, np.nan, 0.5)

    assert (state, kept) == teach(Component(case.name, twin), 2)[:2]


@pytest.mark.faults
def test_what_it_started_ends_with_its_process(teach, functions, capfd):
    alone(Case("leaves_a_program", "", JUDGED), "file", teach, functions, capfd)
    end_workers()
    left = subprocess.run(["pgrep", "-f", "sleep 611"], capture_output=True, text=True)
    assert left.stdout == ""


IMPORTS = {
    "raises": ("1 / 0", "ZeroDivisionError"),
    "is no Python": ("def", "SyntaxError"),
    "holds zeros": ("x = 0\0", "null bytes"),
    "exits": ("exit()", "NameError|SystemExit"),
    "exits through sys": ("import sys; sys.exit(0)", "SystemExit"),
    "interrupts": ("raise KeyboardInterrupt", "KeyboardInterrupt"),
    "leaves": ("import os; os._exit(0)", "ended with status 0"),
    "is killed": ("import os; os.kill(os.getpid(), 9)", "SIGKILL"),
    "sleeps": ("import time; time.sleep(600)", "being imported"),
    "never ends": (
        "import time\nwhile True:\n    try: time.sleep(600)\n    except BaseException: pass",
        "did not end within 0.3 s",
    ),
    "reads": ("input()", "EOFError"),
    "needs what is not there": ("import nothing_there", "nothing_there"),
}


@pytest.mark.faults
@pytest.mark.parametrize("name", IMPORTS)
def test_a_file_that_cannot_be_imported_is_named_at_once(name, tmp_path, monkeypatch):
    monkeypatch.setattr("makar.recipes.own_rewards.worker.IMPORT_SECONDS", 0.3)
    monkeypatch.setattr("makar.recipes.own_rewards.worker.GRACE", 0.5)
    body, fault = IMPORTS[name]
    path = tmp_path / "mine.py"
    path.write_text(f"{body}\ndef swing(works, prompts):\n    return [0.5] * len(works)\n")
    allow([f"{path}:swing"])
    with pytest.raises(CustomRewardError, match=fault) as caught:
        load_reward(f"{path}:swing")
    assert str(path) in str(caught.value)
