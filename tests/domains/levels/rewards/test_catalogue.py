import numpy as np
import pytest

from makar.core.rewards import Component, RewardTree
from makar.core.types import Prompt
from makar.domains.levels.constructive.build import construct
from makar.domains.levels.level.legend import MARIO
from makar.domains.levels.level.level import Levels
from makar.domains.levels.play.analysis import Analyst
from makar.domains.levels.rewards.catalogue import LEVEL_CATALOGUE, LevelCorpus


@pytest.fixture(scope="module")
def corpus():
    windows = construct(20, 60, seed=0)
    return LevelCorpus(windows, list(windows), MARIO, Analyst(MARIO))


@pytest.fixture(scope="module")
def scorers(corpus):
    return LEVEL_CATALOGUE.build(list(LEVEL_CATALOGUE), corpus)


@pytest.fixture(scope="module")
def blend(corpus, scorers):
    bands = LEVEL_CATALOGUE.people_quantiles(scorers, corpus.windows, construct(20, 60, seed=1))
    return RewardTree(
        [
            Component(
                name,
                scorer,
                LEVEL_CATALOGUE.default_transform(name, bands[name]),
                role=LEVEL_CATALOGUE[name].role,
            )
            for name, scorer in scorers.items()
        ]
    )


def prompts(levels):
    return [Prompt(condition={"challenge": 0.3})] * len(levels)


def test_every_reward_says_what_it_asks():
    for entry in LEVEL_CATALOGUE.values():
        assert entry.words
        assert entry.source
        assert entry.words == entry.words.strip().rstrip(".")


def test_every_reward_judges_whatever_it_is_given(scorers):
    rng = np.random.default_rng(0)
    noise = Levels(rng.integers(0, len(MARIO.tiles), (3, 9, 30)).astype(np.uint8), MARIO.names)
    empty = Levels(np.zeros((2, 14, 60), np.uint8), MARIO.names)
    tiny = Levels(np.zeros((1, 3, 1), np.uint8), MARIO.names)
    for levels in (noise, empty, tiny, construct(2, 60, seed=3), noise.take([])):
        for name, scorer in scorers.items():
            values = np.asarray(scorer(levels, prompts(levels)))
            assert values.shape == (len(levels),), name
            assert not np.isinf(values).any(), name


def test_rewards_do_not_depend_on_the_company(scorers):
    levels = construct(6, 60, seed=4)
    for name, scorer in scorers.items():
        if name == "variety":  # is about the company
            continue
        alone = [scorer(levels.take([b]), prompts([0]))[0] for b in range(6)]
        np.testing.assert_allclose(scorer(levels, prompts(levels)), alone, err_msg=name)


def test_constructed_levels_are_judged_better_than_noise(blend):
    levels = construct(12, 60, seed=5)
    rng = np.random.default_rng(0)
    spoiled = levels.tiles.copy()
    hit = rng.random(spoiled.shape) < 0.05
    spoiled[hit] = rng.integers(0, len(MARIO.tiles), hit.sum())
    good = blend(levels, prompts(levels))
    bad = blend(Levels(spoiled, MARIO.names), prompts(levels))
    assert all(fault.endswith(": NaN") for fault in good.faults)  # levels without gaps
    assert good.total.mean() > bad.total.mean() + 0.2
    assert good.total.min() > 0.5


def test_gates_stop_copies_and_what_cannot_be_won(blend, corpus):
    levels = np.concatenate([corpus.windows.tiles[:1], construct(1, 60, seed=5).tiles])
    walled = levels[1:].copy()
    walled[0, :, 30] = 1
    judged = blend(Levels(np.concatenate([levels, walled]), MARIO.names), prompts([0] * 3))
    assert (judged.total > 0).tolist() == [False, True, False]
    assert judged.parts["near_copy"].value.tolist()[:2] == [0, 1]
    assert judged.parts["playable"].value.tolist() == [1, 1, 0]
