import json
import time

import numpy as np
import pytest

from makar.core.errors import ConfigError, CustomRewardError, UnknownRewardError
from makar.core.types import Prompt
from makar.domains.music.tune.reward import checked_rewards
from makar.recipes.own_rewards import trust
from makar.recipes.own_rewards.code import read_code
from makar.recipes.own_rewards.loading import load_reward, refuse_absent
from makar.recipes.settings import LoopConfig, RewardConfig
from makar.runs.metrics import read_metrics


@pytest.fixture
def mine(tmp_path):
    def write(body, name="mine.py"):
        path = tmp_path / name
        path.write_text(body, encoding="utf-8")
        trust.trust(read_code(path))
        return path

    return write


def test_a_function_of_a_file_becomes_a_part_of_the_reward(mine, toy):
    path = mine("def swing(works, prompts):\n    return [len(w) / 8 for w in works]\n")
    part = load_reward(f"{path}:swing=0.5")
    assert (part.name, part.weight, part.role) == ("swing", 0.5, "score")
    assert part.scorer(toy.Words(((1,), (1, 2))), [Prompt()] * 2).values.tolist() == [0.125, 0.25]
    assert load_reward(f"{path}:swing").weight == 1
    assert load_reward(f"{path}:swing=0").role == "watch"


def test_two_files_of_one_name_do_not_meet(mine, tmp_path, toy):
    (tmp_path / "other").mkdir()
    one = mine("def f(works, prompts):\n    return [0.1]\n")
    two = mine("def f(works, prompts):\n    return [0.2]\n", "other/mine.py")
    parts = [load_reward(f"{path}:f") for path in (one, two, one)]
    works = toy.Words(((1,),))
    assert [part.scorer(works, [Prompt()]).values[0] for part in parts] == [0.1, 0.2, 0.1]


BAD = """
NUMBER = 3
def swing(works, prompts): return 1
async def later(works, prompts): return 1
def bit_by_bit(works, prompts): yield 1
def one_only(works): return 1
def backwards(works, prompts): return 1
backwards.range = (1, 0)
"""


@pytest.fixture(scope="module")
def bad(tmp_path_factory):
    """A file of functions that cannot be asked, in one process for all of them."""
    path = tmp_path_factory.mktemp("bad") / "bad.py"
    path.write_text(BAD, encoding="utf-8")
    trust.trust(read_code(path))
    return path


@pytest.fixture(scope="module")
def faulty(tmp_path_factory):
    """A file of functions that fail, likewise."""
    path = tmp_path_factory.mktemp("faulty") / "faulty.py"
    path.write_text(FAULTY, encoding="utf-8")
    trust.trust(read_code(path))
    return path


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ("swing", "FILE.py:FUNCTION=WEIGHT"),
        ("{path}:", "FILE.py:FUNCTION=WEIGHT"),
        ("{path}:swing=much", "'much' is not a number"),
        ("{path}:swing=-1", "must be 0 or more"),
        ("{path}:swing=nan", "must be 0 or more"),
        ("{path}:other", "has no function 'other'"),
        ("{path}:NUMBER", "has no function 'NUMBER'"),
        ("{path}:swing=0.5@0", "FILE.py:FUNCTION=WEIGHT@LOW:HIGH"),
        ("{path}:swing=0.5@a:b", "'a' is not a number"),
        ("{path}:swing=0.5@1:0", "the lower one first"),
        ("{path}:swing@0:inf", "finite"),
        ("{path}:later", "async"),
        ("{path}:bit_by_bit", "generator"),
        ("{path}:one_only", "takes (works, prompts)"),
        ("{path}:backwards", "the lower one first"),
    ],
)
def test_a_spec_that_cannot_be_loaded_says_why(bad, spec, words):
    with pytest.raises(CustomRewardError) as caught:
        load_reward(spec.format(path=bad))
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("1 / 0", "ZeroDivisionError"),
        ("def", "SyntaxError"),
        ("import nothing_there", "nothing_there"),
    ],
)
def test_a_file_that_cannot_be_imported_says_why(mine, body, words):
    with pytest.raises(CustomRewardError, match=words):
        load_reward(f"{mine(body)}:swing")


def test_a_python_function_is_asked_for_by_name_again(toy):
    def swing(works, prompts):
        return [0.3] * len(works)

    scorer = load_reward("python:swing=2", {"swing": swing}).scorer
    assert scorer(toy.Words(((1,),)), [Prompt()]).values.tolist() == [0.3]
    assert "makar.train(resume=True" in load_reward("python:swing=2").absent
    with pytest.raises(CustomRewardError, match=r"makar.train\(resume=True"):
        refuse_absent(["python:swing=2"], {"other": swing})
    refuse_absent(["python:swing=2"], {"swing": swing})


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ({"weights": {"clse": 1.0}}, "clse"),
        ({"custom": ("python:close=1",)}, "the name close is taken"),
        ({"custom": ("python:mine=1", "python:mine=2")}, "the name mine is taken"),
    ],
)
def test_names_are_checked_before_anybody_waits(config, words):
    functions = {name: lambda works, prompts: 1 for name in ("close", "mine")}
    with pytest.raises(UnknownRewardError, match=words):
        checked_rewards(RewardConfig(**config), functions)


def test_a_reward_of_nothing_is_refused():
    from makar.domains.music.rewards.catalogue import CATALOGUE

    weights = {name: 0.0 for name, entry in CATALOGUE.items() if entry.role == "score"}
    with pytest.raises(ConfigError, match="every part is 0"):
        checked_rewards(RewardConfig(weights=weights), {})
    mine = RewardConfig(weights=weights, custom=("python:mine=1",))
    assert len(checked_rewards(mine, {"mine": lambda works, prompts: 1})) == 1


FAULTY = """
import time
import numpy as np

def raises(works, prompts):
    return [1 / (works[i][0] != 3) for i in range(len(works))]

def hangs(works, prompts):
    for i in range(len(works)):
        if works[i][0] == 3:
            time.sleep(60)
    return np.ones(len(works))

def nan(works, prompts):
    return [float("nan") if works[i][0] == 3 else 1.0 for i in range(len(works))]

def huge(works, prompts):
    return [1e9 if works[i][0] == 3 else 1.0 for i in range(len(works))]

def shape(works, prompts):
    return np.ones((len(works), 2)) if len(works) > 1 else np.full(1, 0.5)

def text(works, prompts):
    return ["well"] * len(works)
"""


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("raises", "raises: ZeroDivisionError"),
        ("hangs", "hangs: RewardTimeout"),
        ("nan", "nan: NaN"),
        ("huge", "huge: outside 0 to 1; bring it into that range"),
    ],
)
def test_works_it_cannot_judge_are_counted_named_and_the_run_goes_on(
    words, train, faulty, name, fault
):
    from dataclasses import replace

    part = replace(load_reward(f"{faulty}:{name}"), seconds=0.3)
    began = time.monotonic()
    with words.folder() as folder:
        steps = train(words.creator(part, works=16), folder, iterations=3)
    assert len(steps) == 3
    told = [text for step in steps for text in step.events]
    assert any(text.startswith(f"reward fault: {fault}") for text in told)
    logged = list(read_metrics(folder.path / "metrics.jsonl"))
    assert any(fault in key for row in logged for key in row["faults"])
    assert all(np.isfinite(row["total"]) for row in logged)
    assert time.monotonic() - began < 20


def test_a_wrong_shape_costs_the_batch_not_the_works(words, train, faulty):
    part = load_reward(f"{faulty}:shape")
    with words.folder() as folder:
        (step,) = train(words.creator(part), folder, iterations=1)
    assert step.metrics["raw"]["shape"] == 0.5


def test_one_that_never_judges_stops_the_run_with_everything_saved(words, train, mine):
    from makar.core.errors import RewardFailureError
    from makar.runs.checkpoint import load_newest

    part = load_reward(f"{mine(FAULTY)}:text")
    with words.folder() as folder:
        with pytest.raises(RewardFailureError, match=r"'text' could judge no work in 2 .*mend it"):
            train(words.creator(part), folder, iterations=9, fault_patience=2)
        assert load_newest(folder.checkpoints).step == 2
        assert len(list(read_metrics(folder.path / "metrics.jsonl"))) == 2
        path = mine(FAULTY.replace('["well"] * len(works)', "np.ones(len(works))"))
        mended = load_reward(f"{path}:text")
        steps = train(words.creator(mended), folder, iterations=4, fault_patience=2, resume=True)
    assert [step.iteration for step in steps] == [2, 3]
    assert not [text for step in steps for text in step.events]


def test_on_the_command_line_faults_are_said_and_a_hopeless_reward_ends_it(makar, mine):
    path = mine(
        "def some(works, prompts):\n"
        "    return [float('nan') if i % 2 else 0.5 for i in range(len(works))]\n"
        "def none(works, prompts):\n    raise OSError('no such sampler')\n"
    )
    done = makar("train", "--reward", f"{path}:some=0.5", "--name", "some")
    assert done.code == 0
    told = [text for line in done.lines if line["event"] == "step" for text in line["events"]]
    assert told[0] == "reward fault: some: NaN (4 works)"
    done = makar("train", "--reward", f"{path}:none", "--name", "none", "--set",
                 "loop.fault_patience=2")  # fmt: skip
    assert done.code == 1
    assert "'none' could judge no work in 2 iterations" in done.err
    assert "no such sampler" in done.err
    assert json.loads(makar("runs", "--json").out)[-1]["run"] == "none"


@pytest.fixture
def train():
    from makar.measures.alarm import HackingAlarm
    from makar.training.loop import Training

    def go(creator, folder, *, resume=False, **settings):
        training = Training(creator, folder, LoopConfig(works=8, **settings), 0,
                            HackingAlarm({}, {}))  # fmt: skip
        if resume:
            training.resume()
        return list(training.steps())

    return go
