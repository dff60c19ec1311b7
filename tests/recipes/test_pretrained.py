import pytest
import torch

from makar.core.types import Prompt
from makar.learners.likelihood import PretrainConfig
from makar.recipes import pretrained as module
from makar.recipes.pretrained import pretrained
from makar.runs import checkpoint
from makar.runs.lock import RunLock

CONFIG = PretrainConfig(updates=12, batch=4, warmup=2, evaluate_every=4)


class Dropping(torch.nn.Module):
    """A policy with dropout: its learning depends on torch's own randomness."""

    def __init__(self, inner):
        super().__init__()
        self.inner, self.dropout = inner, torch.nn.Dropout(0.5)

    def evaluate(self, rollout):
        evaluation = self.inner.evaluate(rollout)
        noise = self.dropout(torch.ones_like(evaluation.logp))
        return type(evaluation)(evaluation.logp * noise, evaluation.entropy)


@pytest.fixture
def start(toy, cache, tmp_path, monkeypatch):
    monkeypatch.setenv("MAKAR_CACHE", str(tmp_path))
    words = toy.Words(tuple((i % 5, (i * 2) % 5, 3, i % 2) for i in range(20)))

    def begin(**options):
        torch.manual_seed(7)
        policy = Dropping(toy.policy())
        shown = policy.inner.demonstrate(words)
        return policy, pretrained(policy, shown, shown, CONFIG, seed=0, settings="", **options)

    return begin


def finish(work):
    reports = []
    while True:
        try:
            reports.append(next(work))
        except StopIteration as end:
            return reports, end.value


def weights(policy):
    return torch.cat([p.detach().flatten() for p in policy.parameters()])


def test_the_second_time_nothing_is_learned_again(start):
    first, work = start()
    reports, loss = finish(work)
    assert len(reports) == 12
    second, work = start()
    assert finish(work) == ([], loss)
    assert torch.equal(weights(first), weights(second))


@pytest.mark.parametrize("cut", [1, 5, 11])
def test_stopped_half_way_it_goes_on_exactly(start, tmp_path, cut, monkeypatch):
    whole, work = start()
    reports, loss = finish(work)
    monkeypatch.setenv("MAKAR_CACHE", str(tmp_path / "other"))
    _, work = start()
    begun = [next(work) for _ in range(cut)]
    work.close()
    torch.rand(100)  # whatever else was drawn meanwhile
    policy, work = start()
    rest, again = finish(work)
    assert [r.nll for r in [*begun, *rest]] == [r.nll for r in reports]
    assert again == loss
    assert torch.equal(weights(policy), weights(whole))


def test_other_settings_are_learned_anew(start, tmp_path):
    finish(start()[1])
    policy, _ = start()
    shown = policy.inner.demonstrate(
        policy.inner.codec.decode(torch.ones(20, 4).long(), [Prompt()] * 20)
    )
    for changes in ({"seed": 1}, {"settings": "wider"}, {}):
        work = pretrained(policy, shown, shown, CONFIG, **({"seed": 0, "settings": ""} | changes))
        assert len(finish(work)[0]) == 12
    assert len(list((tmp_path / "pretrained").iterdir())) == 4


def test_two_that_want_the_same_wait_for_one_another(start, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "WAIT_SECONDS", 0.01)
    _, work = start()
    first = next(work)
    assert first.update == 0
    folder = next((tmp_path / "pretrained").iterdir())
    _, other = start()
    assert next(other) is None
    assert next(other) is None
    finish(work)
    reports, _ = finish(other)
    assert [r for r in reports if r is not None] == []
    RunLock(folder / "lock").release()


@pytest.mark.parametrize("what", ["digest", "pretrained", "lock", "newest"])
def test_links_in_the_cache_are_done_without(start, tmp_path, what, caplog):
    first, work = start()
    finish(work)
    folder = next((tmp_path / "pretrained").iterdir())
    outside = tmp_path / "outside"
    outside.mkdir()
    place = {
        "digest": folder, "pretrained": folder.parent, "lock": folder / "lock",
        "newest": next(folder.glob("step-*")),
    }[what]  # fmt: skip
    place.rename(outside / "kept")
    place.symlink_to(outside / "kept")
    before = {path: path.lstat().st_mtime_ns for path in outside.rglob("*")}
    if what != "lock":  # what lies outside is not even read
        for path in outside.rglob("*.json"):
            path.write_text("{")
        before = {path: path.lstat().st_mtime_ns for path in outside.rglob("*")}
    again, work = start()
    finish(work)
    assert {path: path.lstat().st_mtime_ns for path in outside.rglob("*")} == before
    for name, tensor in first.state_dict().items():
        assert torch.equal(again.state_dict()[name], tensor)


def test_a_cache_of_another_model_is_learned_anew(start, tmp_path):
    first, work = start()
    finish(work)
    folder = next((tmp_path / "pretrained").iterdir())
    [step] = checkpoint.steps(folder)
    state = checkpoint.load(folder, step)
    state["best_weights"] = {}
    state["model"] = {name: tensor + 1 for name, tensor in state["model"].items()}
    checkpoint.save(folder, step, state)
    again, work = start()
    finish(work)
    for name, tensor in first.state_dict().items():
        assert torch.equal(again.state_dict()[name], tensor)
