from types import SimpleNamespace

import numpy as np
import pytest
import torch

from chorales import harmony_figures
from makar.core.errors import UnknownRewardError
from makar.core.rewards import UNJUDGED
from makar.core.signal import decision_rewards
from makar.core.types import Evaluation, Prompt, Rollout, groups_of
from makar.domains.music.chorale.reward import (
    DEFAULT_WEIGHTS,
    checked_rewards,
    chorale_reward,
)
from makar.domains.music.harmony.catalogue import VOICES_CATALOGUE
from makar.domains.music.voices.voices import FIRST_PITCH, LOWEST, VoiceGrid, VoiceGrids
from makar.recipes.settings import RewardConfig
from makar.recipes.weighting import STYLE
from spoiled_chorales import copied, shuffled, steps_apart

CHORDS = ((72, 67, 64, 48), (72, 69, 64, 45), (72, 69, 65, 53), (74, 69, 65, 50), (71, 67, 62, 43))


class Prior:
    """Finds every decision e⁻² likely."""

    def demonstrate(self, works):
        return SimpleNamespace(mask=torch.ones(len(works), 8))

    def evaluate(self, shown):
        return Evaluation(torch.full(shown.mask.shape, -2.0), torch.zeros(shown.mask.shape))


def hymns(works, seed):
    """Four bars of chords in quarters that end with V and a long I; the alto passes."""
    rng = np.random.default_rng(seed)
    grids = []
    for _ in range(works):
        order = [0, *rng.integers(0, len(CHORDS), 11), 4, 0]
        tokens = np.ones((4, 64), np.int16)
        columns = np.array([CHORDS[i] for i in order], np.int16).T - LOWEST + FIRST_PITCH
        tokens[:, : 4 * len(order) : 4] = columns
        for at in np.flatnonzero(np.abs(np.diff(columns[1])) > 1)[: rng.integers(0, 4)]:
            tokens[1, 4 * at + 2] = columns[1, at] + np.sign(columns[1, at + 1] - columns[1, at])
        grids.append(VoiceGrid(tokens))
    return VoiceGrids.stack(grids)


def blended(config=None, **others):
    known = hymns(40, 0)
    return chorale_reward(
        config or RewardConfig(),
        train=known,
        known=known,
        judges=hymns(30, 1),
        prior=Prior(),
        **others,
    )


@pytest.fixture(scope="module")
def blend():
    return blended()[0]


def judge(blend, works):
    return blend(works, [Prompt()] * len(works))


def test_every_reward_is_a_part_with_words_and_a_range():
    blend, bands, words = blended()
    names = {*VOICES_CATALOGUE, STYLE}
    assert {c.name for c in blend.components} == set(bands) == set(words) == names
    roles = {c.name: c.role for c in blend.components}
    assert roles[STYLE] == "watch"
    assert roles["chord_copy"] == roles["line_copy"] == "gate"
    assert {n for n, r in roles.items() if r == "score"} == set(blend.weights)
    assert set(DEFAULT_WEIGHTS) <= set(blend.weights)
    assert blend.weights["parallels"] == pytest.approx(6 * blend.weights["overlap"])


def test_hymns_score_above_spoiled_ones_in_the_total(blend):
    works = hymns(30, 2)
    rng = np.random.default_rng(0)
    ours = judge(blend, works).parts
    assert UNJUDGED in ours
    score = harmony_figures(blend, works, works)[2].works
    for spoil in (shuffled, steps_apart):
        spoiled = harmony_figures(blend, spoil(works, rng), works)[2]
        assert spoiled.works < score - 0.1
        assert not spoiled.holds


def test_weights_come_from_the_config():
    config = RewardConfig(weights={"parallels": 0.0, "direct": 2.0, STYLE: 1.0})
    blend, _, _ = blended(config)
    roles = {c.name: c.role for c in blend.components}
    assert (roles["parallels"], roles["direct"], roles[STYLE]) == ("watch", "score", "score")
    assert blend.weights["direct"] == pytest.approx(2 * blend.weights[STYLE])


@pytest.mark.parametrize(
    ("config", "said"),
    [
        (RewardConfig(weights={"harmonies": 1.0}), "harmonies"),
        (
            RewardConfig(
                weights={n: 0.0 for n, e in VOICES_CATALOGUE.items() if e.role == "score"}
            ),
            "every part is 0",
        ),
    ],
)
def test_what_cannot_be_is_refused_before_anybody_waits(config, said):
    with pytest.raises(UnknownRewardError, match=said):
        checked_rewards(config, {})
    with pytest.raises(UnknownRewardError, match=said):
        blended(config)


def test_a_given_melody_is_no_copy():
    works, source = hymns(1, 8), hymns(1, 0)
    works.tokens[0, 0] = source.tokens[0, 0]
    free, given = (dict(blend_parts(melody_given=m)) for m in (False, True))
    run, other = (c["line_copy"].scorer(works, [Prompt()])[0] for c in (free, given))
    assert run == 13  # all its notes
    assert other < 13


def blend_parts(*, melody_given):
    return ((c.name, c) for c in blended(melody_given=melody_given)[0].components)


def test_figures_are_held_against_peoples(blend):
    people = hymns(30, 3)
    same = {f.name: f for f in harmony_figures(blend, people, people)}
    assert list(same) == [
        "parallels per bar", "notes out of range per work", "harmony score", "near copies",
    ]  # fmt: skip
    for figure in same.values():
        assert figure.works == figure.people
        assert figure.holds
    score = same["harmony score"]
    assert score.low < score.works < score.high
    copies = copied(hymns(30, 0), np.random.default_rng(0), share=0.0)
    found = {f.name: f for f in harmony_figures(blend, copies, people)}
    assert found["near copies"].works == 1
    assert not found["near copies"].holds
    assert found["harmony score"].works > 0.5  # a copy's harmony is judged all the same


def test_a_better_score_than_peoples_range_does_not_hold(blend):
    people = shuffled(hymns(30, 3), np.random.default_rng(1))
    found = {f.name: f for f in harmony_figures(blend, hymns(30, 4), people)}
    score = found["harmony score"]
    assert score.works > score.high
    assert not score.holds


def test_a_parallel_costs_most_where_it_is(blend):
    """The credit reaches the decision of the column, and all decisions add up to the total."""
    works = hymns(8, 11)
    tokens = works.tokens.copy()
    tokens[:, 1, 24], tokens[:, 1, 28] = (tokens[:, 3, c] + 12 for c in (24, 28))  # octaves
    works = VoiceGrids(tokens, works.steps, works.metres, works.keys)
    judgement = judge(blend, works)
    moves = (tokens[:, 3, 24] != tokens[:, 3, 28]) & (judgement.total > 0)
    assert moves.any()
    assert (judgement.credit[moves, 28] < 0).all()
    place = torch.arange(64).repeat(len(works), 1)
    zeros = torch.zeros(place.shape)
    prompts = [Prompt()] * len(works)
    rollout = Rollout(
        works, prompts, place, zeros, torch.ones_like(place).bool(), groups_of(prompts), place
    )
    rewards = decision_rewards(rollout, judgement)
    assert rewards.sum(1).numpy() == pytest.approx(judgement.total, abs=1e-5)
    assert (rewards[moves, 28] < 0).all()
