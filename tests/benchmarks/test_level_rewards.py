from pathlib import Path

import numpy as np
import pytest

from level_rewards import study
from makar.domains.levels.constructive.build import construct
from makar.domains.levels.level.legend import MARIO
from makar.domains.levels.play.analysis import Analyst
from makar.domains.levels.rewards.catalogue import LEVEL_CATALOGUE, LevelCorpus
from reward_study import tables, unlisted
from spoiled_levels import SCRAMBLES


def small_study(seed=0):
    known = construct(30, 112, seed=seed)
    corpus = LevelCorpus(known, list(known), MARIO, Analyst(MARIO))
    return study(corpus, construct(20, 112, seed=seed + 1), construct(20, 112, seed=seed + 2))


@pytest.fixture(scope="module")
def findings():
    return small_study()


def test_every_reward_is_measured(findings):
    assert [f.name for f in findings] == list(LEVEL_CATALOGUE)
    for f in findings:
        known = [v for v in f.kinds.values() if not np.isnan(v)]
        assert f.overall == pytest.approx(np.mean(known))
        assert f.low <= f.overall <= f.high


def test_what_must_tell_does(findings):
    told = {f.name: f.overall for f in findings}
    for name in (
        "playable",
        "progress",
        "near_copy",
        "pattern_divergence",
        "fun",
        "variety",
        "challenge",
    ):
        assert told[name] > 0.7, name


def test_the_study_is_repeatable(findings):
    again = tables(small_study(), LEVEL_CATALOGUE, list(SCRAMBLES))
    assert again == tables(findings, LEVEL_CATALOGUE, list(SCRAMBLES))


def test_our_own_page_explains_and_measures_every_reward():
    page = Path(__file__).parents[2] / "docs" / "level-rewards.md"
    assert unlisted(page, LEVEL_CATALOGUE) == []
