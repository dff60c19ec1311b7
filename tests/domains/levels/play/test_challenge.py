"""Challenge by hand, and against a player who errs and is no part of it."""

from __future__ import annotations

import numpy as np
import pytest

from makar.domains.levels.level.legend import MARIO
from makar.domains.levels.level.level import Levels
from makar.domains.levels.play.analysis import Analyst
from makar.domains.levels.play.challenge import RATE, challenge_of
from makar.domains.levels.play.noisy_player import failure_rate

SYMBOLS = [tile.symbol for tile in MARIO.tiles]


def batch(*maps: list[str]) -> Levels:
    return Levels(
        np.array([[[SYMBOLS.index(c) for c in row] for row in rows] for rows in maps], np.uint8),
        MARIO.names,
    )


def ground(width: int, gaps: list[tuple[int, int]], enemies: tuple[int, ...] = ()) -> list[str]:
    """Level ground with gaps (column, width) and enemies on it."""
    row = ["X"] * width
    for at, wide in gaps:
        row[at : at + wide] = "-" * wide
    above = ["E" if x in enemies else "-" for x in range(width)]
    return ["-" * width] * 6 + ["".join(above), "".join(row)]


def varied(rng: np.random.Generator, width: int = 60) -> list[str]:
    """Gaps of one width at random."""
    gaps = rng.choice(np.arange(6, width - 8, 12), rng.integers(0, 5), replace=False)
    return ground(width, [(int(at), int(rng.integers(2, 8))) for at in gaps])


def test_level_ground_forgives_everything():
    levels = batch(ground(40, []))
    assert Analyst(MARIO)(levels).challenge[0] == 0
    assert failure_rate(levels, MARIO, slip=0.3, runs=50)[0] == 0


def test_danger_by_hand():
    """Two columns from an enemy: of the six moves only walking on into it kills."""
    level = batch(ground(12, [], (6,)))
    found = Analyst(MARIO)(level)
    way, danger = found.way(0), found.danger
    at = {(int(x), int(y)): i for i, (x, y, _, _) in enumerate(way)}
    # Right for four ticks from column 2 gets to the enemy in column 6, no sooner;
    # jumping at once gets over it.
    assert danger[at[2, 6]] == pytest.approx(1 / 6)
    assert found.challenge[0] == pytest.approx(1 - np.exp(-RATE * danger.sum()))


def test_challenge_of_by_hand():
    assert challenge_of(np.zeros(5)) == 0
    assert challenge_of(np.array([0.5, 0.5, 1.0])) == pytest.approx(1 - np.exp(-2 * RATE))
    assert challenge_of(np.array([[1.0, 0.0], [0.0, 0.0]])).tolist()[1] == 0


def test_it_grows_with_gaps_their_width_and_enemies():
    maps = (
        ground(60, [(20, 3)]),
        ground(60, [(20, 7)]),
        ground(60, [(20, 7), (40, 7)]),
        ground(60, [(20, 7), (40, 7)], (32,)),
    )
    challenge = Analyst(MARIO)(batch(*maps)).challenge
    assert (np.diff(challenge) > 0).all()


def test_the_map_shows_where():
    found = Analyst(MARIO)(batch(ground(60, [(20, 7)]), ground(60, [(20, 12)])))
    hard = np.flatnonzero(found.challenge_map[0])
    assert 10 <= hard.min() <= hard.max() <= 30
    assert np.prod(1 - found.challenge_map[0]) == pytest.approx(1 - found.challenge[0])
    assert found.challenge[1] == 1
    assert found.challenge_map[1].nonzero()[0].tolist() == [found.furthest[1]]


def test_what_is_not_known_is_not_judged():
    found = Analyst(MARIO, limit=5)(batch(ground(60, [(20, 7)])))
    assert found.won[0] == -1
    assert np.isnan(found.challenge[0])
    assert np.isnan(found.challenge_map[0]).all()


def test_without_errors_nobody_fails_and_what_cannot_be_won_is_never_won():
    levels = batch(ground(60, [(20, 7), (40, 8)], (32,)), ground(60, [(20, 9)]))
    assert failure_rate(levels, MARIO, slip=0, runs=20).tolist() == [0, 1]


def test_one_seed_one_answer():
    levels = batch(*(varied(np.random.default_rng(i)) for i in range(8)))
    once = failure_rate(levels, MARIO, runs=50, seed=4)
    assert (failure_rate(levels, MARIO, runs=50, seed=4) == once).all()
    assert (failure_rate(levels, MARIO, runs=50, seed=5) != once).any()


def test_who_always_errs_by_hand():
    """Who does nothing but err makes one move after another at random: mostly it dies here."""
    level = batch(["-" * 9, "-" * 9, "XXXX-----"])
    failed = failure_rate(level, MARIO, slip=1.0, runs=400)[0]
    assert 0.5 < failed < 1


def test_challenge_ranks_levels_as_the_noisy_player_does():
    levels = batch(*(varied(np.random.default_rng(100 + i)) for i in range(120)))
    challenge = Analyst(MARIO)(levels).challenge
    failed = failure_rate(levels, MARIO, runs=200)

    def rank(values: np.ndarray) -> np.ndarray:
        return (values[:, None] > values).sum(1) + (values[:, None] == values).sum(1) / 2

    assert np.corrcoef(rank(challenge), rank(failed))[0, 1] > 0.9
    assert np.abs(challenge - failed).mean() < 0.1
