import json
from functools import partial

import numpy as np
import pytest
import torch

from makar.core.errors import ConfigError, UnreadableError
from makar.core.seeds import Seeds
from makar.domains.music.tune.craft import MelodyCraft
from makar.evaluation.choosing import Effort
from makar.evaluation.rows import PRIOR
from makar.evaluation.seeds import read_scores
from makar.recipes.loading import as_toml, load_config
from makar.recipes.preparation import Progress
from makar.recipes.trained_run import open_run
from makar.runs import checkpoint
from makar.runs.folder import RunFolder
from makar.runs.state import pack
from makar.training.session import Finished, Heard, Ready, Step, Stopped, check, run


@pytest.fixture
def config(tiny):
    return load_config("tune", tiny | {"loop.checkpoint_every": 2}, environment={})


@pytest.fixture
def begin(tmp_path, config):
    def create(name="run"):
        return RunFolder.create(tmp_path, name, config=as_toml(config), seed=config.seed)

    return create


def kinds(events):
    return [type(event).__name__ for event in events if not isinstance(event, Progress)]


def test_the_course_of_a_run(begin, config):
    with begin() as folder:
        events = list(run(folder, config))
        assert kinds(events) == ["Ready", "Step", "Heard", *["Step"] * 3, "Heard", "Finished"]
        before, after = (event for event in events if isinstance(event, Heard))
        assert before.path.read_bytes()[:4] == b"OggS"
        assert after.path.exists()
        assert folder.ledger.counts() == {"after": 16, "before": 16, "train": 8}
        best = folder.ledger.query(phase="before", order="best", limit=1)[0]
        assert (before.id, before.total) == (best.id, best.total)
    ready = next(event for event in events if isinstance(event, Ready))
    assert 0 <= ready.start < ready.people <= 1
    finished = events[-1]
    assert isinstance(finished, Finished)
    assert json.loads((folder.path / "summary.json").read_text()) == finished.table
    read = {row.name: row for row in read_scores(folder.path)}
    for row in finished.rows:
        assert read[row.name].n == len(row.works)
        assert np.array_equal(read[row.name].values["score"], row.values["score"])


@pytest.mark.parametrize("with_sources", [True, False])
def test_one_s_own_tunes_are_named_only_where_that_is_asked(
    begin, config, monkeypatch, with_sources
):
    named = []
    monkeypatch.setattr(MelodyCraft, "named", lambda craft: named.append(craft) or craft)
    with begin() as folder:
        events = run(folder, config, with_sources=with_sources)
        next(event for event in events if isinstance(event, Ready))
        events.close()
    assert bool(named) == with_sources


def test_the_trained_network_opens_elsewhere(begin, config):
    from safetensors.torch import load_file

    with begin() as folder:
        list(run(folder, config))
        state = checkpoint.load_newest(folder.checkpoints).state
        written = load_file(folder.model / "model.safetensors")
    for name, tensor in state["creator"]["policy"].items():
        assert torch.equal(written[name], tensor)


@pytest.fixture(scope="module")
def tables():
    """What the uninterrupted run came to, once for all tests of this module."""
    return []


@pytest.mark.parametrize("stage", ["reading tunes", "learning tunes", Heard, 0, 2])
def test_stopped_anywhere_it_goes_on_to_the_same_end(
    begin, config, stage, tables, tmp_path, monkeypatch
):
    monkeypatch.setattr(Effort, "of", lambda *_, **__: Effort(4.0, 0.1))  # seconds never are
    if not tables:
        with begin("whole") as folder:
            tables.append(list(run(folder, config))[-1].table)
    if stage == "learning tunes":
        monkeypatch.setenv("MAKAR_CACHE", str(tmp_path / "cache"))  # so that it has to learn
    asked = []
    with begin("cut") as folder:
        events = []
        for event in run(folder, config, stop=lambda: bool(asked)):
            events.append(event)
            if reached(event, stage):
                asked.append(event)
        assert isinstance(events[-1], Stopped)
    with RunFolder(tmp_path / "cut", write=True) as folder:
        rest = list(run(folder, config, resume=True))
        assert folder.ledger.counts() == {"after": 16, "before": 16, "train": 8}
    steps = [e.iteration for e in [*events, *rest] if isinstance(e, Step)]
    assert steps == [0, 1, 2, 3]
    assert rest[-1].table == tables[0]


@pytest.mark.parametrize("algorithm", ["a2c", "dqn", "psi", "g"])
def test_a_run_of_any_learner_is_stopped_gone_on_with_and_opened(tiny, tmp_path, algorithm):
    """What it comes to is the same to the last bit, the prior included.

    GRPO is in the test above; the others differ in formulas, not in what they keep.
    """
    config = load_config("tune", tiny | {"learn.algorithm": algorithm}, environment={})

    def after(name, *stops):
        """The state of a run that was stopped after so many steps, and gone on with."""
        done = []
        RunFolder.create(tmp_path, name, config=as_toml(config), seed=config.seed).close()
        for end in stops:
            with RunFolder(tmp_path / name, write=True) as folder:
                enough = partial(lambda end, done: len(done) == end, end, done)
                for event in run(folder, config, resume=True, stop=enough):
                    done += [event] if isinstance(event, Step) else []
        return pack(checkpoint.load_newest(tmp_path / name / "checkpoints").state["creator"])

    (whole, tensors), (cut, theirs) = after("whole", 3), after("cut", 1, 3)
    assert whole == cut
    assert all(torch.equal(tensor, theirs[name]) for name, tensor in tensors.items())
    opened = open_run(RunFolder(tmp_path / "cut"), config).creator
    asked = [opened.ask] * 4
    made, before = (p.sample(asked, seeds=Seeds(1)) for p in (opened.policy, opened.prior))
    assert not torch.equal(made.logp, before.logp), "it learned"


def reached(event, stage):
    if isinstance(event, Progress):
        return event.stage == stage
    if isinstance(event, Step):
        return event.iteration == stage
    return isinstance(stage, type) and isinstance(event, stage)


def test_a_run_killed_before_its_first_checkpoint_begins_again(begin, config):
    with begin() as folder:
        for event in run(folder, config):
            if isinstance(event, Ready):
                break
    with RunFolder(folder.path, write=True) as again:
        events = list(run(again, config, resume=True))
    assert kinds(events)[:3] == ["Ready", "Step", "Heard"]
    assert isinstance(events[-1], Finished)


def test_a_finished_run_gone_on_with_says_the_same_again(begin, config):
    with begin() as folder:
        table = list(run(folder, config))[-1].table
        ids = [entry.id for entry in folder.ledger.query()]
        events = list(run(folder, config, resume=True))
        assert not [event for event in events if isinstance(event, Step)]
        assert events[-1].table == table
        assert [entry.id for entry in folder.ledger.query()] == ids


def test_an_opened_run_has_the_newest_weights_and_the_same_prior(begin, config, monkeypatch):
    with begin() as folder:
        finished = list(run(folder, config))[-1]
        # nothing is taught again
        monkeypatch.setattr("makar.domains.music.tune.recipe._teach", None)
        opened = open_run(folder, config)
    assert opened.step == 4
    kept = checkpoint.load_newest(folder.checkpoints).state["creator"]["policy"]
    for name, tensor in opened.creator.policy.state_dict().items():
        assert torch.equal(tensor, kept[name])
    prior = next(row for row in finished.rows if row.name == PRIOR)
    again = opened.creator.prior.sample(prior.rollout.prompts, seeds=_seeds(config))
    assert torch.equal(again.actions, prior.rollout.actions)
    trained = opened.creator.reward(finished.rows[3].works, [opened.creator.ask] * 16)
    assert np.array_equal(trained.total, finished.rows[3].values["score"])


def _seeds(config):
    from makar.core.seeds import Seeds
    from makar.evaluation.rows import EVALUATION

    return Seeds(config.prior_seed + EVALUATION, EVALUATION)


@pytest.mark.parametrize(
    ("flags", "fault"),
    [
        ({"device": "cuda"}, ConfigError),
        ({"reward.weights.nothing": 1.0}, ConfigError),
        ({"reward.custom": ["no.py:f"]}, ConfigError),
        ({"corpus.collections": ["nothing"]}, UnreadableError),
        ({"corpus.folder": "/nowhere"}, UnreadableError),
    ],
)
def test_what_cannot_work_is_refused_before_anybody_waits(tiny, flags, fault):
    with pytest.raises(fault):
        check(load_config("tune", tiny | flags, environment={}))


def test_weights_of_another_version_are_refused_with_a_remedy(config):
    from makar.domains.music.tune.recipe import prepare
    from makar.runs.errors import CheckpointError

    with pytest.raises(CheckpointError, match="train it again"):
        list(prepare(config, prior={"net.embed.weight": torch.zeros(2, 2)}))
