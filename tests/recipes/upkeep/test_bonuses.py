"""Variety is paid for only while it is short, and by each work's own share."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from makar.core.types import JudgedPart, Judgement
from makar.measures.diversity import distinct_share, shares_of_distinct
from makar.measures.variety import KeyRuns
from makar.recipes.upkeep.bonuses import DISTINCTNESS, EXPLORATION, LIKENESS, VARIETY, Bonuses
from makar.recipes.upkeep.watch_prices import WatchPrices

SAME = np.tile(np.arange(8), (4, 1))
LENGTHS = np.full(4, 8)
DIFFERENT = np.arange(32).reshape(4, 8)


class Rows:
    """Works that are rows of keys."""

    def __init__(self, keys, cells=(0, 0, 0, 0)) -> None:
        self.keys, self.cells = np.asarray(keys), np.asarray(cells)

    def __len__(self) -> int:
        return len(self.keys)


BY_KEYS = KeyRuns(lambda works: (works.keys, np.full(len(works), 8)), lambda works: works.cells)


def judged(*total: float) -> Judgement:
    values = np.array(total, dtype=float)
    return Judgement(values, {"melody": JudgedPart(values, values, 1.0, "score", "as it is")})


NOTHING = judged(0.5, 0.5, 0.5, 0.5)


def test_shares_add_up_to_distinct_4() -> None:
    keys = np.vstack([SAME[:2], DIFFERENT[2:]])
    shares = shares_of_distinct(keys, LENGTHS, n=4)
    # rows 0 and 1 share all five runs (1/2 each); rows 2 and 3 have five runs of their own
    np.testing.assert_allclose(shares, [0.5, 0.5, 1, 1])
    assert shares.mean() == pytest.approx(distinct_share(keys, LENGTHS, n=4)) == 15 / 20


def test_a_shortfall_raises_the_price_and_plenty_lowers_it() -> None:
    bonuses = Bonuses(target=0.5)
    for _ in range(5):
        bonuses.observe(Rows(SAME), BY_KEYS, BY_KEYS.distinct(Rows(SAME)), NOTHING)
    dear = bonuses.weight
    assert dear > 0
    for _ in range(20):
        bonuses.observe(Rows(DIFFERENT), BY_KEYS, BY_KEYS.distinct(Rows(DIFFERENT)), NOTHING)
    assert bonuses.weight == 0


def test_bonuses_are_parts_of_the_judgement_and_gated_works_get_none() -> None:
    bonuses = Bonuses(exploration=0.1, target=0.5, weight=2.0)
    keys = np.vstack([SAME[:2], DIFFERENT[2:]])
    kinds = Rows(keys, [7, 7, 8, 9])
    out = bonuses.apply(judged(0.5, 0.0, 0.5, 0.5), kinds, BY_KEYS)
    # nobody was met yet: exploration pays 0.1 * 1; variety 2 * (0.5 or 1)
    np.testing.assert_allclose(out.total, [0.5 + 0.1 + 1, 0, 0.5 + 0.1 + 2, 0.5 + 0.1 + 2])
    assert {EXPLORATION, VARIETY} <= set(out.parts)
    assert out.parts[VARIETY].weight == 2.0


def test_distinctness_multiplies_what_works_are_paid() -> None:
    keys = Rows(np.vstack([SAME[:2], DIFFERENT[2:]]))
    out = Bonuses(distinctness=True).apply(judged(0.8, 0.4, 0.4, 0.0), keys, BY_KEYS)
    np.testing.assert_allclose(out.total, [0.4, 0.2, 0.4, 0.0])
    assert out.parts[DISTINCTNESS].weight == 0.0
    alone = Bonuses().apply(judged(0.8, 0.4, 0.4, 0.0), keys, BY_KEYS)
    np.testing.assert_allclose(alone.total, [0.8, 0.4, 0.4, 0.0])


def test_what_broke_the_rules_never_looks_better_than_what_did_not() -> None:
    """Prices can take a good work's total below 0; 0 for a gated one would then be a prize."""
    prices = WatchPrices({"seen": (0.0, 1.0)}, {"seen": (0.5, 0.5)})
    strayed = np.array([9.0, 8.0, 9.0, 9.0])
    judgement = judged(0.5, 0.5, 0.0, 0.5)
    watch = JudgedPart(raw=strayed, value=strayed, weight=0.0, role="watch", transform="as it is")
    judgement = replace(judgement, parts={**judgement.parts, "seen": watch})
    for _ in range(60):
        prices.observe({"seen": strayed})
    total = Bonuses(likeness=prices).apply(judgement, Rows(SAME), BY_KEYS).total
    assert total[[0, 1, 3]].min() < 0
    assert total[2] == total[[0, 1, 3]].min()
    assert total[2] <= total.mean()


def test_works_that_stray_from_people_are_paid_less_once_their_mean_has_strayed() -> None:
    bonuses = Bonuses(likeness=WatchPrices({"seen": (0.0, 1.0)}, {"seen": (0.5, 0.5)}))
    judgement = judged(0.5, 0.5, 0.0, 0.5)
    strayed = np.array([3.0, 1.0, 2.0, -2.0])
    watch = JudgedPart(raw=strayed, value=strayed, weight=0.0, role="watch", transform="as it is")
    judgement = replace(judgement, parts={**judgement.parts, "seen": watch})
    works, distinct = Rows(SAME), BY_KEYS.distinct(Rows(SAME))
    before = bonuses.apply(judgement, works, BY_KEYS)
    np.testing.assert_array_equal(before.total, judgement.total)
    bonuses.observe(works, BY_KEYS, distinct, judgement)
    after = bonuses.apply(judgement, works, BY_KEYS)
    # the mean is 1, half too far: each pays for how far above it is itself; gated works do not
    price = 0.5 * (bonuses.likeness.rate + bonuses.likeness.gain)
    np.testing.assert_allclose(after.parts[LIKENESS].value, -price * np.array([3, 1, 2, 0]))
    np.testing.assert_allclose(after.total, [0.5 - 3 * price, 0.5 - price, 0, 0.5])
    again = Bonuses(likeness=WatchPrices({"seen": (0.0, 1.0)}, {"seen": (0.5, 0.5)}))
    again.load_state_dict(bonuses.state_dict())
    np.testing.assert_array_equal(again.apply(judgement, works, BY_KEYS).total, after.total)


def test_openings_met_before_pay_less() -> None:
    bonuses = Bonuses(exploration=1.0)
    kinds = Rows(SAME, [7, 7, 7, 9])
    bonuses.observe(kinds, BY_KEYS, BY_KEYS.distinct(kinds), NOTHING)
    out = bonuses.apply(judged(1.0, 1.0, 1.0, 1.0), kinds, BY_KEYS)
    np.testing.assert_allclose(out.parts[EXPLORATION].raw, [0.5, 0.5, 0.5, 2**-0.5])


def test_scoring_twice_gives_the_same_and_state_survives() -> None:
    bonuses = Bonuses(exploration=1.0, target=0.5)
    kinds = Rows(SAME, [7, 8, 7, 9])
    bonuses.observe(kinds, BY_KEYS, BY_KEYS.distinct(kinds), NOTHING)
    first = bonuses.apply(judged(1, 1, 1, 1), kinds, BY_KEYS).total
    np.testing.assert_array_equal(first, bonuses.apply(judged(1, 1, 1, 1), kinds, BY_KEYS).total)
    twin = Bonuses(exploration=1.0, target=0.5)
    twin.load_state_dict(bonuses.state_dict())
    np.testing.assert_array_equal(first, twin.apply(judged(1, 1, 1, 1), kinds, BY_KEYS).total)


def test_switched_off_changes_nothing() -> None:
    kinds = Rows(SAME)
    before = judged(0.1, 0.2, 0.3, 0.4)
    out = Bonuses().apply(before, kinds, BY_KEYS)
    np.testing.assert_array_equal(out.total, before.total)
    assert set(out.parts) == {"melody"}
