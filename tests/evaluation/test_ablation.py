import json

import pytest

from makar.core.errors import ConfigError
from makar.domains.music.rewards.catalogue import CATALOGUE
from makar.domains.music.words import TUNE_WORDS
from makar.evaluation.ablation import (
    WHOLE,
    Ablation,
    fallen,
    rewarded_parts,
    trials,
    write_ablation,
)
from makar.measures.statistics import Estimate
from makar.recipes.loading import load_config


def settings(**flags):
    return load_config("tune", flags, environment={})


def test_what_is_rewarded_is_what_the_total_is_made_of():
    scores = {name for name, entry in CATALOGUE.items() if entry.role == "score"}
    assert set(rewarded_parts(settings())) == scores
    changed = settings(**{"reward.weights": {"close": 0.0, "arch": 1.0, "style": 0.5}})
    assert set(rewarded_parts(changed)) == scores - {"close"} | {"arch", "style"}


def test_each_part_is_left_out_once_for_each_seed():
    study = trials(settings(seed=4), name="x", seeds=2, only=["close", "novelty"])
    assert [t.name for t in study] == [
        "x-whole-s1", "x-no-close-s1", "x-no-novelty-s1",
        "x-whole-s2", "x-no-close-s2", "x-no-novelty-s2",
    ]  # fmt: skip
    assert [t.config.seed for t in study] == [5, 5, 5, 6, 6, 6]
    assert study[0].config.reward == settings().reward
    for trial in study:
        left = set(rewarded_parts(settings())) - set(rewarded_parts(trial.config))
        assert left == (set() if trial.part == WHOLE else {trial.part})
    everything = trials(settings(), name="x", seeds=1)
    assert [t.part for t in everything[1:]] == rewarded_parts(settings())


def test_a_reward_of_ones_own_is_left_out_too(tmp_path):
    mine = tmp_path / "mine.py"
    mine.write_text(
        "import numpy as np\n"
        "def swing(works, prompts):\n    return np.ones(len(works))\n"
        "def wit(works, prompts):\n    return np.ones(len(works))\n"
    )
    own = settings(**{"reward.custom": [f"{mine}:swing=0.5", f"{mine}:wit=1"]})
    study = trials(own, name="x", seeds=1, only=["swing"])
    assert [spec.rpartition(":")[2] for spec in study[1].config.reward.custom] == ["wit=1"]


def test_what_cannot_be_left_out_is_refused():
    with pytest.raises(ConfigError, match=r"--part clse: rewarded are: .*close"):
        trials(settings(), name="x", seeds=1, only=["clse"])
    lonely = dict.fromkeys(rewarded_parts(settings()), 0.0) | {"close": 1.0}
    with pytest.raises(ConfigError, match="only one part"):
        trials(settings(**{"reward.weights": lonely}), name="x", seeds=1)


def test_what_falls_is_told_and_kept(tmp_path):
    def change(mean, half):
        return Estimate(mean, mean - half, mean + half, 3, 3)

    changes = {
        "score": change(-0.1, 0.05), "close": change(-0.5, 0.1), "arch": change(-0.2, 0.1),
        "novelty": change(-0.2, 0.3), "step_share": change(0.2, 0.1),
    }  # fmt: skip
    whole = {name: change(0.5, 0.1) for name in changes}
    runs = {WHOLE: ["a", "b", "c"], "close": ["d", "e", "f"]}
    found = Ablation(runs, whole, {"close": changes}, 50)
    assert fallen(found, "close") == ["arch"]  # what may be chance, rises or is left out is not
    page = write_ablation(found, tmp_path / "out", words=TUNE_WORDS)
    assert (
        "Without close the score changes by -10.0, the part itself by -50.0; with it fall arch"
        in (page.read_text())
    )
    rows = json.loads((tmp_path / "out" / "summary.json").read_text())
    assert [(r["row"], r["left_out"], r["seeds"], r["n"]) for r in rows] == [
        ("whole", None, 3, 50), ("without close", "close", 3, 50),
    ]  # fmt: skip
    assert rows[1]["measures"]["close"]["low"] == pytest.approx(-0.6)
    with pytest.raises(FileExistsError):
        write_ablation(found, tmp_path / "out", words=TUNE_WORDS)
