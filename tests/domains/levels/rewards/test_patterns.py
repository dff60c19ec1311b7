import numpy as np
import pytest

from makar.domains.levels.level.legend import MARIO
from makar.domains.levels.level.level import Levels
from makar.domains.levels.rewards import patterns
from makar.domains.levels.rewards.patterns import PatternDivergence, PatternSurprise, Variety
from makar.domains.levels.tiles.patterns import kullback_leibler, pairwise_divergence

SKY = "-" * 16
CORPUS = " ".join([SKY, SKY, "----SSS----SSS--", SKY, "X" * 16])
AKIN = " ".join([SKY, SKY, "--SSS----SSS----", SKY, "X" * 16])
FOREIGN = " ".join([SKY, "-Q-Q-Q-Q-Q-Q-Q-Q", SKY, "E-E-E-E-E-E-E-E-", "X" * 16])


def test_a_level_of_the_same_blocks_is_nearer(draw):
    divergence = PatternDivergence.of(draw(CORPUS), MARIO)
    same, akin, foreign = divergence(draw(CORPUS, AKIN, FOREIGN), [])
    assert same == pytest.approx(0, abs=1e-12)
    assert akin < 0.1 < 0.5 < foreign <= 1


def test_a_block_that_the_corpus_lacks_surprises(draw):
    divergence = PatternDivergence.of(draw(CORPUS), MARIO)
    levels = draw(CORPUS, AKIN, FOREIGN)
    surprise = PatternSurprise(MARIO, divergence.corpus)(levels, [])
    assert surprise[0] == 0
    assert surprise[2] > surprise[1] + 1
    np.testing.assert_array_equal(surprise, kullback_leibler(levels.tiles, divergence.corpus))


def test_levels_that_differ_are_various(draw):
    alike = Variety(MARIO)(draw(CORPUS, CORPUS, AKIN), [])
    unlike = Variety(MARIO)(draw(CORPUS, FOREIGN, AKIN), [])
    assert (unlike > alike).all()
    assert np.isnan(Variety(MARIO)(draw(CORPUS), [])).all()


def test_large_batches_are_compared_with_some(monkeypatch):
    monkeypatch.setattr(patterns, "COMPANY", 3)
    rng = np.random.default_rng(0)
    levels = Levels(rng.integers(0, 3, (7, 6, 9)).astype(np.uint8), MARIO.names)
    found = Variety(MARIO)(levels, [])
    assert found == pytest.approx(pairwise_divergence(levels.tiles, company=3))
    assert found != pytest.approx(pairwise_divergence(levels.tiles))
