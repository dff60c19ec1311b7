"""The whole table, tiny: made, kept, counted again, gone on with."""

import json
from dataclasses import replace

import numpy as np
import pytest

from commands import invoke
from makar.core.seeds import Seeds
from makar.core.types import Policy, Prompt
from makar.learners.stability import Stability
from makar.reproductions.rl_tuner import facts, note_rnn, parts, rerun
from makar.reproductions.rl_tuner.models import BATCH, TRAINED, Returns, recipe, training
from makar.reproductions.rl_tuner.parts import Settings
from makar.reproductions.rl_tuner.table import AS_PRINTED, LOGP, MINUTES, Table, recount
from makar.runs.errors import RunExistsError

TINY = Settings(seeds=(101, 102), works=60, training=BATCH, pretraining=2, width=8)
SHARES = ("not in key", "in motif", "leaps resolved", "distinct")


def tunes(side):
    """Scales up and down: something to learn by example, without a corpus."""
    rng = np.random.default_rng(len(side))
    tokens = np.ones((150, 32), np.int64)
    tokens[:, ::2] = np.array([14, 16, 18, 19, 21, 23, 25, 26])[rng.integers(0, 8, (150, 16))]
    return note_rnn.compositions(tokens)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("table")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(note_rnn, "human", tunes)
        events = list(rerun.rerun(folder, TINY, workers=1))
    return folder, events


def test_the_compositions_are_kept_as_the_paper_writes_them(made):
    folder, _ = made
    with np.load(folder / "compositions.npz", allow_pickle=False) as kept:
        assert set(kept.files) == {"note-rnn", *TRAINED}
        for model in kept.files:
            assert kept[model].dtype == np.int8
            assert kept[model].shape == (2 * 60, 32)
            assert 0 <= kept[model].min() <= kept[model].max() < 38
        first = parts.read(parts.path_of(folder, "makar", 101)).tokens
        np.testing.assert_array_equal(kept["makar"][:60], first)


def test_the_table_counted_again_from_the_compositions_is_the_summary(made):
    folder, _ = made
    rows = json.loads((folder / "summary.json").read_text())
    summary = {(r["model"], r["metric"]): r for r in rows}
    again = recount(folder, TINY)
    for model, metrics in again.items():
        for name, estimate in metrics.items():
            row = summary[model, name]
            if row["mean"] is None:
                assert np.isnan(estimate.mean)
            else:
                assert (row["mean"], row["low"], row["n"]) == (
                    pytest.approx(estimate.mean),
                    pytest.approx(estimate.low),
                    estimate.n,
                )
            assert row["seeds"] == [101, 102]
    with np.load(folder / "compositions.npz") as kept:  # and by another way of counting
        tokens = kept["q"].astype(int)
    pitches = tokens[tokens > 1]
    outside = np.isin((pitches - 2) % 12, [1, 3, 6, 8, 10]).sum() / tokens.size
    assert summary["q", "not in key"]["mean"] == pytest.approx(outside)
    tonic = np.mean([w[0] == 14 for w in tokens.tolist()])
    assert summary["q", "starting with tonic"]["mean"] == pytest.approx(tonic)


def test_likelihood_is_the_note_rnns_own(made):
    folder, _ = made
    part = parts.read(parts.path_of(folder, "note-rnn", 101))
    policy = parts._note_rnn(folder, 101, TINY)
    rollout = policy.sample([Prompt()] * 60, seeds=Seeds(101, parts.TABLE))
    np.testing.assert_array_equal(part.tokens, rollout.actions.numpy())
    np.testing.assert_allclose(part.logp, rollout.logp.mean(1), atol=1e-5)


def test_each_learned_from_as_many_decisions(made):
    folder, _ = made
    spent = {m: parts.read(parts.path_of(folder, m, 101)).decisions for m in TRAINED}
    assert set(spent.values()) == {BATCH * 32}


def test_what_is_there_is_not_made_again(made, monkeypatch):
    folder, events = made
    monkeypatch.setattr(note_rnn, "human", tunes)
    path = parts.path_of(folder, "psi", 102)
    before = path.read_bytes()
    path.unlink()
    made_now = []
    whole = rerun.make
    monkeypatch.setattr(rerun, "make", lambda *job: (made_now.append(job[1:3]), whole(*job)))
    again = list(rerun.rerun(folder, TINY, workers=1))
    assert made_now == [("psi", 102)]
    after = parts.read(path)
    path.write_bytes(before)
    np.testing.assert_array_equal(after.tokens, parts.read(path).tokens)  # the same works
    assert isinstance(again[-1], Table)
    assert again[0].done == pytest.approx(15 / 16)
    assert [e.done for e in events[:-1]] == sorted(e.done for e in events[:-1])


def test_other_settings_are_refused_with_the_remedy(made):
    folder, _ = made
    other = TINY.model_copy(update={"works": 61})
    with pytest.raises(RunExistsError, match="--out"):
        list(rerun.rerun(folder, other, workers=1))


def test_the_table_in_markdown_has_the_published_columns(made):
    _, events = made
    lines = events[-1].markdown().splitlines()
    columns = [c.strip() for c in lines[0].strip("|").split("|")][1:]
    assert len(columns) == 9 + 4
    named = {line.split("|")[1].strip(): line for line in lines[2:]}
    assert {*AS_PRINTED, LOGP, MINUTES} <= set(named)
    cells = [c.strip() for c in named["excessively repeated"].strip("|").split("|")]
    assert cells[-4:] == ["63.3 %", "0.000 %", "0.020 %", "0.030 %"]
    assert all(line.count("|") == lines[0].count("|") for line in lines)


def test_a_bar_is_missed_by_a_model_that_learned_nothing(made):
    _, events = made
    bars = {bar.metric: bar for bar in events[-1].bars()}
    assert len(bars) == 14
    assert not bars["in repeated motif"].met
    assert bars[LOGP].met == (bars[LOGP].reached >= -2.3)
    assert bars["distinct"].met


# --- the parts of it ---


def test_nothing_is_masked_forced_or_primed():
    policy = note_rnn.untaught(seed=0, width=8)
    assert isinstance(policy, Policy)
    rollout = policy.sample([Prompt()] * 40, seeds=Seeds(0))
    assert rollout.context["legal"].all()
    assert rollout.mask.all()
    assert rollout.actions.shape == (40, 32)
    np.testing.assert_allclose(policy.evaluate(rollout).logp.detach(), rollout.logp, atol=1e-5)
    strange = note_rnn.compositions(np.tile([0, 0, 1, 1], (3, 8)))  # a mask would forbid this
    assert policy.evaluate(policy.demonstrate(strange)).logp.isfinite().all()


def test_the_table_is_sampled_without_exploring():
    policy = note_rnn.untaught(seed=0, width=8)
    for model in ("q", "psi", "g"):
        chosen = recipe(model, works=BATCH)
        learning = training(policy, chosen, works=BATCH, seed=0)
        assert learning.generator.epsilon == chosen.learner.epsilon == 1
        parts.sampled(learning.generator, 5, seed=0)
        assert learning.generator.epsilon == 0
        assert not learning.generator.greedy if model == "g" else True


def test_the_price_of_a_return_rises_while_there_are_none_and_falls_when_there_are_many():
    theme = [14, 1, 16, 1, 18, 1, 21, 1]
    many, none = (note_rnn.compositions(np.tile(t, (10, 4))) for t in (theme, [14, 16, 1, 1] * 2))
    assert facts.in_repeated_motif(many.tokens).mean() > 0.5
    reward = Returns()
    first = reward(many, []).total
    np.testing.assert_array_equal(reward(many, []).total, first)  # judging changes nothing
    before = reward.price
    reward.adapt(none)
    assert reward.price > before
    reward.adapt(many)
    assert reward.price < 0  # a fine
    assert (reward(many, []).total < first).all()
    assert reward(many, []).credit.sum(1) == pytest.approx(reward(many, []).total)


def test_makars_model_learns_its_rules():
    policy = note_rnn.untaught(seed=3, width=16)
    chosen = recipe("makar", works=25 * BATCH)
    free = chosen.learner.model_copy(update={"stability": Stability.off(), "learning_rate": 1e-2})
    learning = training(policy, replace(chosen, learner=free), works=25 * BATCH, seed=3)
    out_of_key = [report.judgement.parts["key"].raw.mean() for report in learning.reports]
    assert out_of_key[0] < -11  # two of five tokens are out of key
    assert np.mean(out_of_key[-3:]) > 0.6 * out_of_key[0]


def test_the_command_says_what_it_does():
    help_text = invoke("reproduce", "rl-tuner", "--help").output
    for word in ("--quick", "--seeds", "--works", "--out", "makar reproduce rl-tuner"):
        assert word in help_text


def test_the_command_ends_with_1_where_a_bar_is_missed(monkeypatch, tmp_path):
    monkeypatch.setattr(note_rnn, "human", tunes)
    quick = TINY.model_dump(exclude={"seeds"})
    monkeypatch.setattr("makar.reproductions.rl_tuner.command.QUICK", quick)
    out = tmp_path / "look"
    asked = [
        "reproduce",
        "rl-tuner",
        "--quick",
        "--first-seed",
        "101",
        "--workers",
        "1",
        "--json",
        "--out",
    ]
    ended = invoke(*asked, str(out))
    assert ended.exit_code == 1, ended.output
    events = [json.loads(line) for line in ended.output.splitlines()]
    assert events[-1]["summary"] == str(out / "summary.json")
    assert (out / "table.md").is_file()
