import pydoc
import subprocess
import sys

import numpy as np
import pytest
import torch

import makar
from makar.core.errors import ConfigError, CustomRewardError
from makar.runs.errors import RunNotFoundError


def high(works, prompts):
    """Likes high notes."""
    pitch, count = works.melodies.pitch, works.melodies.count
    inside = np.arange(pitch.shape[1]) < count[:, None]
    return np.clip(((pitch * inside).sum(1) / np.maximum(count, 1) - 48) / 36, 0, 1)


@pytest.fixture
def train(tiny, tmp_path):
    def go(**options):
        return makar.train(settings=tiny, runs=tmp_path / "runs", show=False, **options)

    return go


def test_a_run_is_trained_and_its_works_saved(train, tmp_path):
    run = train()
    best = run.best(3)
    assert [work.score for work in best] == sorted((w.score for w in best), reverse=True)
    assert best[0].save(tmp_path / "best.abc").read_text().startswith("%abc")
    with pytest.raises(FileExistsError):
        best[0].save(tmp_path / "best.abc")
    with pytest.raises(ConfigError):
        best[0].save(tmp_path / "best.mp3")
    assert run.report.is_file()
    assert [row["row"] for row in run.table][-2:] == ["trained", "trained, best of 4"]
    assert makar.open_run(runs=tmp_path / "runs").best(3)[1].id == best[1].id
    assert best[0].id in repr(best[0])


def test_a_plain_function_is_a_reward_and_is_asked_for_when_going_on(train, tmp_path):
    run = train(rewards={high: 2.0})
    part = run.best()[0].entry.parts["high"]
    assert part.role == "score"
    assert 0 < part.value < 1
    assert len({work.id for work in run.sample(2)}) == 2
    with pytest.raises(CustomRewardError, match="rewards="):
        makar.open_run(runs=tmp_path / "runs").sample(1)
    assert makar.open_run(runs=tmp_path / "runs", rewards={high: 2.0}).sample(1)


def test_a_function_without_a_name_is_refused(train):
    with pytest.raises(ConfigError, match="name of its own"):
        train(rewards={lambda works, prompts: 1: 1.0})


def test_resuming_keeps_the_settings(train, tmp_path):
    with pytest.raises(RunNotFoundError):
        makar.train(resume=True, runs=tmp_path / "runs")
    with pytest.raises(ConfigError, match="keeps its settings"):
        train(resume=True)
    run = train(name="mine")
    again = makar.train(name="mine", resume=True, runs=tmp_path / "runs", show=False)
    assert again.best(16)[-1].id == run.best(16)[-1].id


def test_importing_makar_is_quick():
    program = "import makar, sys; print({'torch', 'numpy', 'rich'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout == "set()\n"


def test_an_unknown_name_is_no_attribute():
    with pytest.raises(AttributeError, match="nothing"):
        _ = makar.nothing


def test_each_step_is_told_and_a_run_can_be_ended_early(train, tmp_path):
    told = []

    def watch(step):
        told.append(step.iteration)
        return makar.STOP if step.iteration == 1 else None

    run = train(name="short", on_step=watch)
    assert told == [0, 1]
    assert len(run.curves) == 2
    assert {"score", "parts.close", "seconds.update", "learner.learning_rate"} <= set(run.curves[0])
    assert not run.report.exists()
    makar.train(name="short", resume=True, runs=tmp_path / "runs", show=False)
    assert run.report.is_file()
    assert len(run.curves) == 4


class Near:
    """Likes a mean pitch: two of them are two rewards."""

    def __init__(self, pitch):
        self.pitch = pitch

    def __call__(self, works, prompts):
        return np.full(len(works), 1 / (1 + self.pitch / 100))


def test_two_objects_of_one_class_are_two_rewards(train, tmp_path):
    low, up = Near(50), Near(70)
    run = train(name="two", rewards={low: 1.0, up: 0.5}, iterations=1)
    parts = run.best()[0].entry.parts
    assert (parts["Near"].value, parts["Near_2"].value) == (1 / 1.5, 1 / 1.7)
    again = makar.open_run("two", runs=tmp_path / "runs", rewards={low: 1.0, up: 0.5})
    assert len(again.sample(1)) == 1


def test_two_functions_of_one_name_are_refused(train):
    other = type(high)(high.__code__, high.__globals__, "high")
    with pytest.raises(ConfigError, match="two rewards are called high"):
        train(rewards={high: 1.0, other: 1.0})


def test_the_process_of_the_caller_is_left_as_it_was(train):
    torch.set_num_threads(2)
    torch.manual_seed(5)
    before = torch.get_rng_state()
    np.random.seed(7)  # noqa: NPY002 - the caller's own
    state = np.random.get_state()[1].copy()  # noqa: NPY002
    try:
        run = train(name="polite", iterations=1)
        run.sample(1)
        assert torch.get_num_threads() == 2
        assert torch.equal(torch.get_rng_state(), before)
        assert np.array_equal(np.random.get_state()[1], state)  # noqa: NPY002
    finally:
        torch.set_num_threads(1)


def test_the_public_names_are_shown():
    assert dir(makar) == sorted(makar.__all__)
    text = pydoc.render_doc(makar, renderer=pydoc.plaintext)
    for name in (
        "train(",
        "open_run(",
        "class Run",
        "class Work",
        "Stable from version to version",
    ):
        assert name in text
