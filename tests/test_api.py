import subprocess
import sys

import numpy as np
import pytest

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
    assert [row["row"] for row in run.table][-1] == "trained"
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
    assert again.best(64)[-1].id == run.best(64)[-1].id


def test_importing_makar_is_quick():
    program = "import makar, sys; print({'torch', 'numpy', 'rich'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout == "set()\n"


def test_an_unknown_name_is_no_attribute():
    with pytest.raises(AttributeError, match="nothing"):
        _ = makar.nothing
