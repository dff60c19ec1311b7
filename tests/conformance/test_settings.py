"""Each setting changes something: two runs that differ in one setting alone come out different.

A setting that is declared, shown in help, kept in ``config.toml`` and then ignored is a lie.
"""

import hashlib
import json
from functools import reduce

import numpy as np
import pytest
import torch

from makar.core.rewards import Component
from makar.learners.likelihood import PretrainConfig, Pretraining
from makar.learners.policy_settings import PolicyGradientConfig
from makar.learners.stability import Stability
from makar.measures.alarm import HackingAlarm
from makar.measures.guards import CollapseLimits
from makar.recipes.loading import load_config
from makar.recipes.registry import listed
from makar.recipes.settings import LoopConfig, settings_of
from makar.recipes.upkeep.bonuses import bonuses_like
from makar.runs.metrics import read_metrics
from makar.training.loop import Training

PPO = {"algorithm": "ppo", "learning_rate": 0.05, "epochs": 2, "minibatch": 4}
WILD = {"learning_rate": 3.0}
LEARN = {
    "algorithm": ({}, "reinforce"),
    "learning_rate": ({}, 0.02),
    "decay_updates": ({}, 4),
    "epochs": (PPO, 3),
    "minibatch": (PPO, 8),
    "best_and_worst": ({}, 4),
    "shard": ({}, 3),
    "gamma": (PPO, 0.5),
    "lam": (PPO, 0.1),
    "clip": (PPO, 0.001),
    "value_weight": (PPO, 0.1),
    "entropy_weight": ({}, 0.5),
    "stability.kl_coefficient": ({}, 5.0),
    "stability.kl_target": ({}, 0.0001),
    "stability.entropy_floor": ({}, 5.0),
    "stability.clip_norm": ({}, 0.01),
    "stability.skip_flat_groups": ({"flat": True}, False),
    "stability.roll_back_after": ({"broken": True}, 1),
}
"""For each setting of policy gradients: the others that it needs to matter, and another value."""
LOOP = {
    "iterations": 3,
    "works": 6,
    "explore": 3.0,
    "checkpoint_every": 1,
    "exploration": 0.5,
    "variety": None,
    "distinctness": True,
    "likeness": 0.1,
    "keep": 1,
    "fault_patience": 1,
    "roll_backs": 1,
}
PRETRAIN = {
    "updates": 4,
    "batch": 3,
    "learning_rate": 0.02,
    "warmup": 1,
    "weight_decay": 0.9,
    "clip_norm": 0.001,
    "evaluate_every": 1,
    "patience": 1,
}


def came_to(creator, folder):
    """Everything that can be seen of a run: weights, log, works, checkpoints."""
    digest = hashlib.sha256()
    for name, tensor in sorted(creator.policy.state_dict().items()):
        digest.update(name.encode() + tensor.numpy().tobytes())
    rows = [
        {name: value for name, value in row.items() if name != "seconds"}
        for row in read_metrics(folder.path / "metrics.jsonl")
    ]
    digest.update(json.dumps(rows, sort_keys=True).encode())
    kept = [(e.phase, e.iteration, e.row, e.content) for e in folder.ledger.query()]
    digest.update(repr(sorted(kept)).encode())
    digest.update(repr(sorted(p.name for p in folder.checkpoints.iterdir())).encode())
    return digest.hexdigest()


def learned(words, changes, *, flat=False, broken=False):
    """A short run with other settings of the learner."""
    tree = {"stability": {}}
    for dotted, value in changes.items():
        branch, _, leaf = dotted.rpartition(".")
        (tree[branch] if branch else tree)[leaf] = value
    learn = PolicyGradientConfig.model_validate({"learning_rate": 0.05, **tree})
    extra = []
    if flat:  # nothing can be told apart: only the KL moves anything
        extra = [Component("same", lambda works, _: np.zeros(len(works)), role="gate")]
    if broken:  # nothing can be judged
        extra = [Component("none", lambda works, _: np.full(len(works), np.nan), weight=9.0)]
    creator = words.creator(*extra, works=8, learn=learn)
    if broken:
        creator.reward = type(creator.reward)(extra)
    folder = words.folder()
    with folder:
        loop = LoopConfig(iterations=3, works=8, fault_patience=9)
        list(Training(creator, folder, loop, 1, HackingAlarm({}, {})).steps())
        return came_to(creator, folder)


@pytest.mark.parametrize("recipe", sorted(listed()))
def test_a_setting_given_as_it_is_anyway_changes_no_other(recipe):
    """A section that is told one thing keeps what the recipe says of everything else in it."""
    whole = load_config(recipe, environment={})
    tree = whole.model_dump()
    for dotted, _ in settings_of(type(whole)):
        *branch, leaf = dotted.split(".")
        section = reduce(lambda inner, name: inner[name], branch, tree)
        if branch and section[leaf] is not None:
            given = load_config(recipe, {dotted: section[leaf]}, environment={})
            assert given == whole, dotted


def test_every_setting_of_the_learner_is_here():
    assert {name for name, _ in settings_of(PolicyGradientConfig)} == set(LEARN)
    assert {name for name, _ in settings_of(LoopConfig)} == set(LOOP)
    assert {name for name, _ in settings_of(PretrainConfig)} == set(PRETRAIN)
    assert Stability.off() != Stability()


@pytest.mark.parametrize("name", LEARN)
def test_a_setting_of_the_learner_changes_something(words, name):
    needed, other = LEARN[name]
    needed = dict(needed)
    kind = {key: needed.pop(key) for key in ("flat", "broken") if key in needed}
    before = learned(words, needed, **kind)
    assert before == learned(words, needed, **kind), "the same settings come to the same"
    assert before != learned(words, needed | {name: other}, **kind)


def looped(words, **changes):
    loop = LoopConfig(**({"iterations": 6, "works": 8} | changes))
    faulty = "fault_patience" in changes or loop.fault_patience == 2
    extra = [Component("none", lambda works, _: np.full(len(works), np.nan))] if faulty else []
    creator = words.creator(*extra, works=loop.works)
    watches = {"surprise": np.linspace(3.0, 4.0, 20)}
    creator.bonuses = bonuses_like(creator.human, creator.craft.variety, loop, watches, watches)
    folder = words.folder()
    limits = CollapseLimits(duplicates=-1.0) if "roll_backs" in changes else CollapseLimits()
    with folder:
        run = Training(creator, folder, loop, 1, HackingAlarm({}, {}), limits=limits)
        try:
            list(run.steps())
        except RuntimeError as fault:
            return str(fault) + came_to(creator, folder)
        return came_to(creator, folder)


@pytest.mark.parametrize("name", LOOP)
def test_a_setting_of_the_loop_changes_something(words, name):
    same = {name: LoopConfig.model_fields[name].default} if name in ("roll_backs",) else {}
    before = looped(words, **({"fault_patience": 2} if name == "fault_patience" else same))
    assert before != looped(words, **{name: LOOP[name]})


def pretrained(toy, **changes):
    policy = toy.policy()
    shown = policy.demonstrate(toy.Words(tuple((n % 5, 1, 2, n % 3) for n in range(9))))
    config = PretrainConfig(
        **({"updates": 8, "batch": 4, "warmup": 3, "evaluate_every": 2, "patience": 2} | changes)
    )
    # what is held out gets worse and worse, so that patience matters
    heldout = policy.demonstrate(toy.Words(tuple((4, 3, 4, 3) for _ in range(4))))
    reports = list(Pretraining(policy, shown, heldout, config, seed=1).run())
    weights = torch.cat([p.flatten() for p in policy.parameters()])
    return len(reports), hashlib.sha256(weights.detach().numpy().tobytes()).hexdigest()


@pytest.mark.parametrize("name", PRETRAIN)
def test_a_setting_of_pre_training_changes_something(toy, name):
    before = pretrained(toy)
    assert before == pretrained(toy)
    assert before != pretrained(toy, **{name: PRETRAIN[name]})
