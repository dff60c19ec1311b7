"""A creator of words: what the loop needs, without music."""

import json
from dataclasses import dataclass, field

import numpy as np
import pytest
import torch

from makar.core.rewards import Component, RewardTree
from makar.core.types import Prompt
from makar.learners.policy_gradient import PolicyGradient, frozen
from makar.learners.policy_settings import PolicyGradientConfig
from makar.measures.variety import KeyRuns
from makar.recipes.creator import Baselines, Creator, chance_of
from makar.recipes.upkeep.bonuses import Bonuses
from makar.recipes.words import Asked, Words
from makar.runs.folder import RunFolder


@dataclass(frozen=True)
class Likeness:
    title: str = ""
    licence: str = ""
    length: int = 0
    text: str = ""
    marks: tuple = (0, 0)
    too_near: bool = False


@dataclass(frozen=True)
class WordCraft:
    """Words are kept as JSON; (1, 1, 1, 1) resembles a poem."""

    words: type
    kind: str = "words"
    formats: tuple = ()
    shown: str = ".txt"
    original: str = "Like no other."

    def pack(self, work):
        return json.dumps(work).encode()

    def unpack(self, content):
        return tuple(json.loads(content))

    def notation(self, work):
        return "-".join(map(str, work))

    def stack(self, works):
        return self.words(tuple(works))

    @property
    def variety(self):
        return KeyRuns(self.keys, self.cells)

    def named(self):
        return self

    def keys(self, works):
        rows = [works[i] for i in range(len(works))]
        return np.array(rows, np.int64), np.array([len(row) for row in rows])

    def resemblances(self, works):
        poem = Likeness("The Poem", "CC0", 4, "four ones", too_near=True)
        return [poem if set(works[i]) == {1} else Likeness() for i in range(len(works))]

    def cells(self, works):
        return np.array([works[i][0] for i in range(len(works))])


def many_threes(works, prompts):
    """Share of threes: what is easily learned."""
    return np.array([np.mean(np.array(works[i]) == 3) for i in range(len(works))])


def surprise(works, prompts):
    return np.array([float(len(set(works[i]))) for i in range(len(works))])


@dataclass
class WordRun:
    toy: object
    root: object
    extra: list = field(default_factory=list)

    def creator(self, *extra, works=8, learn=None):
        torch.manual_seed(0)
        policy = self.toy.policy(shard=8)
        config = learn or PolicyGradientConfig(learning_rate=1e-2)
        prior = frozen(policy)
        parts = [
            Component("threes", many_threes),
            Component("surprise", surprise, role="watch"),
            *extra,
        ]
        ask = Prompt(text="say")
        return Creator(
            policy=policy,
            prior=prior,
            reward=RewardTree(parts),
            learner=PolicyGradient(policy, config, prior=prior, seed=0),
            prompts=lambda _iteration: [ask] * works,
            ask=ask,
            asked=Asked.of(ask),
            words=Words(),
            craft=WordCraft(self.toy.Words),
            bonuses=Bonuses(),
            baselines=Baselines(chance_of(prior)),
            human=self.toy.Words(((3, 3, 3, 1), (3, 3, 2, 3), (1, 1, 1, 1))),
            human_prompts=[ask] * 3,
            notes=[],
            explanations={},
        )

    def folder(self, name="words"):
        return RunFolder.create(self.root, name, config="", seed=0, fresh=True)


@pytest.fixture
def words(toy, tmp_path):
    return WordRun(toy, tmp_path / "runs")
