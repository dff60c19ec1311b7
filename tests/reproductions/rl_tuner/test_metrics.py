"""The table's metrics, counted by hand on a few works and by the rules' twin facts on many."""

import numpy as np
import pytest

from makar.reproductions.rl_tuner.metrics import BESIDE, PUBLISHED, Ratio, counted, over_seeds

OFF, HOLD, C4, D4, E4, F4, G4, C5 = 0, 1, 14, 16, 18, 19, 21, 26
T = 32
THEME = [C4, HOLD, D4, HOLD, E4, HOLD, G4, HOLD]


def row(*tokens, rest=HOLD):
    return np.array([*tokens, *[rest] * (T - len(tokens))])


WORKS = np.array(
    [
        row(*THEME, *THEME, C5, rest=OFF),  # its motif once more; many note-offs in a row
        row(C4, C4 + 1, C5, D4, *[HOLD, OFF] * 14),  # one note out of key; a leap down at step 3
        row(D4, *[E4, D4] * 15, E4),  # no leap, two pitches
        row(D4, *[E4, D4] * 15, E4),  # the same again
    ]
)


def value(name):
    return counted(WORKS)[name].value


def test_the_eleven_rows_are_the_papers():
    assert len(PUBLISHED) == 11


def test_excessively_repeated_by_hand():
    # first work: the third note-off on, 15 − 2; second: 14 note-offs after D, the third on: 12,
    # and 14 holds after it, the eighth on: 7
    assert value("excessively repeated") == pytest.approx((13 + 12 + 7) / (4 * T))


def test_shares_of_steps_by_hand():
    assert value("not in key") == pytest.approx(1 / (4 * T))
    # first work: ends of windows with three pitches: steps 7..18 by hand below; others: second at 7
    first = [len({x for x in WORKS[0][t - 7 : t + 1] if x > 1}) >= 3 for t in range(7, T)]
    second = [len({x for x in WORKS[1][t - 7 : t + 1] if x > 1}) >= 3 for t in range(7, T)]
    motifs = sum(first) + sum(second)
    assert second[:3] == [True, True, False]
    assert value("in motif") == pytest.approx(motifs / (4 * T))
    assert value("in motif, of steps that can be") == pytest.approx(motifs / (4 * 25))
    assert value("in repeated motif") == pytest.approx(1 / (4 * T))


def test_shares_of_works_by_hand():
    assert value("starting with tonic") == 2 / 4
    assert value("unique max") == 2 / 4
    assert value("unique min") == 1 / 4  # the second's only: the first has its C twice
    assert value("distinct") == 3 / 4


def test_leaps_by_hand():
    # first: G to C below at step 8 is a leap down, back at the G at step 14 by steps: resolved.
    # second: up to C5 at step 2, down to D4 at once: forgotten, not counted
    assert counted(WORKS)["leaps resolved"].counted.tolist() == [1, 0, 0, 0]
    assert value("leaps resolved") == 1
    assert value("leaps a work") == 1 / 4


def test_strikes_by_hand():
    five = np.array([row(C4, HOLD, C4, C4, C4, C4, C4, D4, rest=HOLD)])
    assert counted(five)["strikes repeated"].value == pytest.approx(2 / 7)


def test_autocorrelation_is_numpys():
    x = WORKS[2].astype(float)
    d = x - x.mean()
    for lag in (1, 2, 3):
        by_hand = (d[lag:] * d[:-lag]).sum() / T / x.var()
        found = counted(WORKS[2:3])[f"autocorrelation lag {lag}"].value
        assert found == pytest.approx(by_hand)
    constant = counted(np.array([row(rest=HOLD), WORKS[2]]))  # one that does not vary is left out
    assert constant["autocorrelation lag 1"].value == pytest.approx(
        (d[1:] * d[:-1]).sum() / T / x.var()
    )


def test_over_seeds_is_students_interval_of_the_shares():
    runs = [Ratio(np.array([a, 0.0]), np.array([1.0, 1.0])) for a in (0.2, 0.4, 0.6)]
    found = over_seeds(runs)
    assert found.mean == pytest.approx(0.2)
    # sd of .1, .2, .3 is .1; t of 2 degrees of freedom 4.303
    assert found.high - found.mean == pytest.approx(4.3027 * 0.1 / np.sqrt(3), rel=1e-3)
    assert (found.n, found.seeds) == (6, 3)


def test_one_run_has_the_interval_of_a_ratio():
    rng = np.random.default_rng(0)
    of = rng.integers(0, 4, 400).astype(float)
    ratio = Ratio(rng.binomial(of.astype(int), 0.7).astype(float), of)
    draws = [Ratio(ratio.counted[i], ratio.of[i]) for i in rng.integers(0, 400, (1000, 400))]
    low, high = np.quantile([d.value for d in draws], [0.025, 0.975])
    found = over_seeds([ratio])
    assert (found.high - found.low) == pytest.approx(high - low, rel=0.15)


def test_where_nothing_leaps_there_is_no_share():
    assert np.isnan(counted(WORKS[2:])["leaps resolved"].value)
    assert set(counted(WORKS)) == set(PUBLISHED) | set(BESIDE)
