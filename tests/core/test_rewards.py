"""The reward tree: four roles, one total, and parts that misbehave."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from makar.core.rewards import UNJUDGED, Component, RewardTree
from makar.core.scoring import RewardLost, RewardTimeout, Statistic, score, time_limit
from makar.core.transforms import AtLeast, Band, Ramp
from makar.core.types import Judgement, Prompt, Reward


def numbers(*columns: str) -> Callable[[Any, Sequence[Prompt]], np.ndarray]:
    """Scorers of works that are tuples: a work's item of that index."""
    index = int(columns[0])
    return lambda works, _: np.array([w[index] for w in works[:]], dtype=float)


class Counted:
    """A scorer that remembers which works it was shown."""

    def __init__(self, index: int) -> None:
        self.index, self.seen = index, []

    def __call__(self, works: Any, prompts: Sequence[Prompt]) -> np.ndarray:
        assert len(works) == len(prompts)
        self.seen.extend(works[:])
        return np.array([w[self.index] for w in works[:]], dtype=float)


def judge(blend: RewardTree, toy: Any, *works: tuple[Any, ...]) -> Judgement:
    return blend(toy.Words(tuple(works)), [Prompt()] * len(works))


FOUR = RewardTree(
    [
        Component("melody", numbers("0"), weight=3.0),
        Component("rhythm", numbers("1"), Ramp(0, 10), weight=1.0),
        Component("playable", numbers("2"), AtLeast(1), role="gate"),
        Component("crowded", numbers("3"), Ramp(4, 0), role="penalty"),
        Component("surprise", numbers("4"), role="watch"),
    ]
)


def test_the_four_roles_by_hand(toy: Any) -> None:
    judgement = judge(
        FOUR, toy, (0.5, 6, 1, 1, 0.9), (1.0, 10, 1, 0, 0.1), (1.0, 10, 0, 0, 0.7), (0, 10, 1, 4, 0)
    )
    # (.75 * .5 + .25 * .6) * .75 = .39375; everything; stopped by the gate; penalised to nothing
    np.testing.assert_allclose(judgement.total, [0.39375, 1.0, 0.0, 0.0])
    parts = judgement.parts
    assert {name: part.role for name, part in parts.items()} == {
        "melody": "score", "rhythm": "score", "playable": "gate",
        "crowded": "penalty", "surprise": "watch", UNJUDGED: "watch",
    }  # fmt: skip
    assert (parts["melody"].weight, parts["rhythm"].weight) == (0.75, 0.25)
    assert all(parts[n].weight == 0 for n in ("playable", "crowded", "surprise"))
    np.testing.assert_array_equal(parts["rhythm"].raw, [6, 10, np.nan, 10])
    np.testing.assert_array_equal(parts["rhythm"].value, [0.6, 1, np.nan, 1])
    np.testing.assert_array_equal(parts["surprise"].raw, [0.9, 0.1, 0.7, 0])
    assert parts["crowded"].transform == "less is better, 4 to 0"
    assert judgement.credit is None
    assert not judgement.faults
    assert isinstance(FOUR, Reward)


def test_the_logged_total_is_the_formula_over_the_logged_parts(toy: Any) -> None:
    draw = np.random.default_rng(0)
    works = [(*draw.random(2) * (1, 10), draw.integers(2), draw.random() * 4, 0) for _ in range(40)]
    works[3] = (np.nan, *works[3][1:])
    judgement = judge(FOUR, toy, *works)
    p = judgement.parts
    stopped = p["playable"].value < 0.5
    melody = np.where(np.isnan(p["melody"].value), np.nanmean(p["melody"].value), p["melody"].value)
    expected = p["crowded"].value * (
        p["melody"].weight * melody + p["rhythm"].weight * p["rhythm"].value
    )
    np.testing.assert_allclose(judgement.total, np.where(stopped, 0, expected))


def test_a_gate_spares_the_scorers_but_not_the_watches(toy: Any) -> None:
    scorer, penalty, watch, gate, second = (Counted(i) for i in range(5))
    blend = RewardTree(
        [
            Component("a", scorer),
            Component("b", penalty, role="penalty"),
            Component("c", watch, role="watch"),
            Component("d", gate, AtLeast(1), role="gate"),
            Component("e", second, AtLeast(1), role="gate"),
        ]
    )
    good, stopped, later = (1, 1, 1, 1, 1), (1, 1, 1, 0, 1), (1, 1, 1, 1, 0)
    judgement = judge(blend, toy, good, stopped, later)
    assert gate.seen == [good, stopped, later]
    assert second.seen == [good, later]
    assert scorer.seen == penalty.seen == [good]
    assert watch.seen == [good, stopped, later]
    assert judgement.total.tolist() == [1, 0, 0]
    scorer.seen.clear()
    assert judge(blend, toy, stopped).total.tolist() == [0]
    assert scorer.seen == []


def test_an_unjudged_part_takes_the_batch_mean(toy: Any) -> None:
    blend = RewardTree([Component("a", numbers("0")), Component("b", numbers("1"))])
    judgement = judge(blend, toy, (0.2, 1), (0.6, 0), (np.nan, 0.5), (np.nan, np.nan))
    # the mean of .2 and .6 is .4; the last work has nothing that was judged
    np.testing.assert_allclose(judgement.total, [0.6, 0.3, 0.45, np.nan])
    np.testing.assert_array_equal(judgement.parts["a"].value, [0.2, 0.6, np.nan, np.nan])
    np.testing.assert_allclose(judgement.parts[UNJUDGED].raw, [0, 0, 0.5, 1])
    assert judgement.faults == {"a: NaN": 2, "b: NaN": 1}


def test_a_part_nobody_could_be_judged_by_gives_its_weight_to_the_others(toy: Any) -> None:
    blend = RewardTree([Component("a", numbers("0")), Component("b", numbers("1"), weight=3)])
    np.testing.assert_allclose(judge(blend, toy, (0.2, np.nan), (0.6, np.nan)).total, [0.2, 0.6])
    assert np.isnan(judge(blend, toy, (np.nan, np.nan)).total).all()


def test_unjudged_gates_let_pass_and_unjudged_penalties_take_the_mean(toy: Any) -> None:
    blend = RewardTree(
        [
            Component("a", numbers("0")),
            Component("g", numbers("1"), AtLeast(1), role="gate"),
            Component("p", numbers("2"), role="penalty"),
        ]
    )
    judgement = judge(blend, toy, (1, np.nan, 0.5), (1, 1, np.nan), (1, 0, 0.1))
    assert judgement.total.tolist() == [0.5, 0.5, 0]
    # no penalty could be judged: none is applied
    assert judge(blend, toy, (0.8, 1, np.nan)).total.tolist() == [0.8]


def test_scaled_by_the_spread_under_the_prior(toy: Any) -> None:
    blend = RewardTree([Component("a", numbers("0")), Component("b", numbers("1"))])
    judgement = judge(blend, toy, (0.0, 0.5), (0.8, 0.5), (0.0, 0.6), (0.8, 0.6))
    scaled = blend.scaled(judgement, floor=0.02)
    # spreads .4 and .05: weights 1/.4 = 2.5 and 1/.05 = 20 of 22.5
    assert scaled.weights == pytest.approx({"a": 2.5 / 22.5, "b": 20 / 22.5})
    floored = blend.scaled(judgement, floor=0.1)
    assert floored.weights == pytest.approx({"a": 2.5 / 12.5, "b": 10 / 12.5})
    assert blend.weights == {"a": 0.5, "b": 0.5}
    after = judge(scaled, toy, (0.8, 0.6))
    assert after.total[0] == pytest.approx((2.5 * 0.8 + 20 * 0.6) / 22.5)


def test_credit_is_in_units_of_the_total(toy: Any) -> None:
    def local(works: Any, _: Sequence[Prompt]) -> Statistic:
        return Statistic(np.array([0.6] * len(works)), np.array([[0.2, 0.4]] * len(works)))

    def wide(works: Any, _: Sequence[Prompt]) -> Statistic:
        return Statistic(np.array([0.3] * len(works)), np.array([[0.0, 0.0, 0.3]] * len(works)))

    blend = RewardTree(
        [
            Component("local", local, weight=3),
            Component("wide", wide),
            Component("whole", numbers("0"), weight=4),
            Component("gate", numbers("1"), AtLeast(1), role="gate"),
            Component("penalty", numbers("2"), role="penalty"),
        ]
    )
    judgement = judge(blend, toy, (0.5, 1, 0.5), (0.5, 0, 1))
    # weights 3/8, 1/8, 4/8, halved by the penalty; the second is stopped
    np.testing.assert_allclose(
        judgement.credit, [[0.2 * 3 / 16, 0.4 * 3 / 16, 0.3 / 16], [0, 0, 0]]
    )
    np.testing.assert_allclose(judgement.total, [(3 * 0.6 + 0.3 + 4 * 0.5) / 16, 0])


def faults_at(*places: float) -> Callable[[Any, Sequence[Prompt]], Statistic]:
    """A scorer of faults: the same credit for every work, and its sum as the statistic."""

    def scorer(works: Any, _: Sequence[Prompt]) -> Statistic:
        credit = np.array([places] * len(works))
        return Statistic(credit.sum(1), credit)

    return scorer


def test_credit_goes_through_the_transform(toy: Any) -> None:
    """Two equal faults bring a band's 1 down to 1 / (1 + (1 / .5)²) = .2: each costs .4."""
    blend = RewardTree(
        [
            Component("faults", faults_at(0.0, 0.5, 0.5), Band(0, 0, 0.5)),
            Component("rest", numbers("0"), weight=3),
        ]
    )
    judgement = judge(blend, toy, (0.6,))
    assert judgement.total == pytest.approx([0.25 * 0.2 + 0.75 * 0.6])
    np.testing.assert_allclose(judgement.credit, [[0, -0.1, -0.1]])
    ramp = RewardTree([Component("faults", faults_at(0.25, 0.75), Ramp(2, 0))])
    np.testing.assert_allclose(judge(ramp, toy, (0,)).credit, [[-0.125, -0.375]])


def test_credit_that_cancels_out_goes_by_the_slope(toy: Any) -> None:
    blend = RewardTree([Component("faults", faults_at(0.5, 0.25, -0.75), Ramp(-1, 1))])
    np.testing.assert_allclose(judge(blend, toy, (0,)).credit, [[0.25, 0.125, -0.375]], rtol=1e-5)


@settings(max_examples=30)
@given(st.lists(st.floats(0, 3), min_size=1, max_size=6), st.floats(0, 1), st.floats(0.1, 2))
def test_credit_sums_to_what_the_faults_cost(
    toy: Any, faults: list[float], high: float, soft: float
) -> None:
    """The same work without its faults scores as much more as their credit is negative."""
    band = Band(0, high, soft)
    blend = RewardTree([Component("faults", faults_at(*faults), band)])
    judgement = judge(blend, toy, (0,))
    assert judgement.credit is not None
    clean = band(np.zeros(1))[0]
    assert clean + judgement.credit.sum() == pytest.approx(judgement.total[0], abs=1e-5)


def test_what_could_not_be_judged_earns_no_credit(toy: Any) -> None:
    def local(works: Any, _: Sequence[Prompt]) -> Statistic:
        return Statistic(np.array([np.nan, 1.0]), np.array([[0.0, 0.0], [0.5, 0.5]]))

    blend = RewardTree([Component("faults", local, Ramp(2, 0)), Component("rest", numbers("0"))])
    judgement = judge(blend, toy, (0.5,), (0.5,))
    np.testing.assert_allclose(judgement.credit, [[0, 0], [-0.125, -0.125]])


def test_batches_of_none_and_one(toy: Any) -> None:
    nothing = judge(FOUR, toy)
    assert nothing.total.shape == (0,)
    assert all(part.value.shape == (0,) for part in nothing.parts.values())
    assert judge(FOUR, toy, (0.5, 6, 1, 1, 0.9)).total == pytest.approx([0.39375])


CELL = st.one_of(st.floats(0, 1), st.just(float("nan")))


@settings(max_examples=15)
@given(st.lists(st.tuples(CELL, CELL, CELL, CELL, CELL), max_size=8), st.randoms())
def test_the_order_of_works_does_not_matter(
    toy: Any, works: list[tuple[float, ...]], random: Any
) -> None:
    order = list(range(len(works)))
    random.shuffle(order)
    judgement = judge(FOUR, toy, *works)
    shuffled = judge(FOUR, toy, *(works[i] for i in order))
    np.testing.assert_allclose(shuffled.total, judgement.total[order])
    known = judgement.total[~np.isnan(judgement.total)]
    assert ((known >= 0) & (known <= 1 + 1e-12)).all()
    for name, part in judgement.parts.items():
        np.testing.assert_allclose(shuffled.parts[name].value, part.value[order])


def test_a_part_that_is_absent_leaves_no_total(toy: Any) -> None:
    nan = lambda works, _: np.full(len(works), np.nan)  # noqa: E731
    gone = Component("gone", nan, absent="not trusted")
    blend = RewardTree([Component("a", numbers("0")), gone])
    judgement = judge(blend, toy, (0.2,), (0.4,))
    assert np.isnan(judgement.total).all()
    assert judgement.parts["a"].value.tolist() == [0.2, 0.4]
    assert (blend.whole, blend.absent) == (False, {"gone": "not trusted"})
    watch = Component("gone", nan, weight=0, absent="not trusted", role="watch")
    blend = RewardTree([Component("a", numbers("0")), watch])
    assert judge(blend, toy, (0.2,), (0.4,)).total.tolist() == [0.2, 0.4]
    assert blend.whole


def test_refuses_nonsense() -> None:
    a = Component("a", numbers("0"))
    with pytest.raises(ValueError, match="names of their own"):
        RewardTree([a, a])
    with pytest.raises(ValueError, match="names of their own"):
        RewardTree([a, Component(UNJUDGED, numbers("0"))])
    with pytest.raises(ValueError, match="at least one score"):
        RewardTree([Component("g", numbers("0"), role="gate")])
    with pytest.raises(ValueError, match="never negative"):
        RewardTree([a, Component("b", numbers("0"), weight=-1)])


def test_a_blend_can_be_a_part_of_another(toy: Any) -> None:
    outer = RewardTree([Component("inner", FOUR), Component("more", numbers("0"))])
    assert judge(outer, toy, (0.5, 6, 1, 1, 0.9)).total == pytest.approx([(0.39375 + 0.5) / 2])


# Parts that misbehave: the fault costs the works it concerns, and is counted by name.


def faulty(misbehave: Callable[[], Any]) -> Callable[[Any, Sequence[Prompt]], Any]:
    """0.5 for every work, unless one of them begins with 9."""

    def scorer(works: Any, _: Sequence[Prompt]) -> Any:
        if any(w[0] == 9 for w in works[:]):
            return misbehave()
        return np.full(len(works), 0.5)

    return scorer


def explode() -> None:
    raise RuntimeError("no key")


@pytest.mark.parametrize(
    ("misbehave", "fault"),
    [
        (explode, "RuntimeError: no key"),
        (lambda: 1 / 0, "ZeroDivisionError"),
        (lambda: np.zeros((2, 2)), "returned shape (2, 2)"),
        (lambda: "good", "ValueError"),
        (lambda: None, "returned shape ()"),
        (lambda: time.sleep(60), "RewardTimeout: took longer than"),
    ],
)
def test_a_fault_costs_only_the_work_it_concerns(
    misbehave: Callable[[], Any], fault: str, toy: Any
) -> None:
    parts = [
        Component("bad", faulty(misbehave), seconds=0.5),
        Component("good", numbers("1"), weight=1),
    ]
    judgement = judge(RewardTree(parts), toy, (1, 1), (9, 1), (1, 1), (9, 0))
    np.testing.assert_array_equal(judgement.parts["bad"].raw, [0.5, np.nan, 0.5, np.nan])
    np.testing.assert_allclose(judgement.total, [0.75, 0.75, 0.75, 0.25])
    ((name, count),) = judgement.faults.items()
    assert name.startswith("bad: ")
    assert fault in name
    assert count == 2


def test_values_that_are_no_numbers_or_huge(toy: Any) -> None:
    values = np.array([0.5, np.nan, np.inf, -np.inf, 1e7, 0.7])
    blend = RewardTree([Component("a", lambda works, _: values)])
    judgement = judge(blend, toy, *[(0,)] * 6)
    np.testing.assert_array_equal(judgement.total, [0.5, *[np.nan] * 4, 0.7])
    assert judgement.faults == {"a: NaN": 1, "a: beyond ±1e+06": 3}


def test_a_part_that_always_raises_never_stops_the_run(toy: Any) -> None:
    def always(works: Any, _: Sequence[Prompt]) -> Any:
        raise KeyError("nothing works")

    judgement = judge(RewardTree([Component("a", always)]), toy, (0,), (1,), (2,))
    assert np.isnan(judgement.total).all()
    assert judgement.faults == {"a: KeyError: 'nothing works'": 3}


def test_a_part_that_always_hangs_takes_twice_its_time_and_no_more(toy: Any) -> None:
    def hang(works: Any, _: Sequence[Prompt]) -> Any:
        while True:
            pass

    began = time.monotonic()
    statistic, faults = score(hang, toy.Words(((0,),) * 5), [Prompt()] * 5, seconds=0.2)
    assert time.monotonic() - began < 5
    assert np.isnan(statistic.values).all()
    assert sum(faults.values()) == 5
    assert all("RewardTimeout" in name for name in faults)


@pytest.mark.parametrize(
    "credit", [np.zeros((1, 3)), np.full((2, 3), np.nan), np.full((2, 3), np.inf)]
)
def test_unusable_credit_is_a_fault(credit: np.ndarray, toy: Any) -> None:
    def local(works: Any, _: Sequence[Prompt]) -> Statistic:
        return Statistic(np.full(len(works), 0.5), credit)

    statistic, faults = score(local, toy.Words(((0,), (1,))), [Prompt()] * 2, seconds=None)
    assert statistic.credit is None
    assert sum(faults.values()) >= 1
    assert all("credit" in name for name in faults)


def test_time_limits_nest() -> None:
    """The outer limit still counts after an inner one, and rings within it."""

    def inner_first() -> None:
        with time_limit(0.2):
            with time_limit(30):
                time.sleep(0.01)
            time.sleep(30)

    with pytest.raises(RewardTimeout):
        inner_first()
    with pytest.raises(RewardTimeout), time_limit(0.2), time_limit(30):
        time.sleep(30)
    with time_limit(30), pytest.raises(RewardTimeout), time_limit(0.1):
        time.sleep(30)
    time.sleep(0.05)  # nothing is left to ring


def test_the_timer_is_stopped_before_the_old_handler_is_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A limit that runs out as the block ends finds nobody whom it could kill."""
    handled = signal.signal
    left: list[float] = []

    def watched(number: int, handler: Any) -> Any:
        left.append(signal.getitimer(signal.ITIMER_REAL)[0])
        if handler is signal.SIG_IGN:  # one that was sent meanwhile is thrown away
            handled(number, handler)
            signal.raise_signal(signal.SIGALRM)
        return handled(number, handler)

    before = signal.getsignal(signal.SIGALRM)
    monkeypatch.setattr("makar.core.scoring.signal.signal", watched)
    with time_limit(30):
        pass
    assert left == [0, 0, 0]
    assert signal.getsignal(signal.SIGALRM) == before


def test_a_late_alarm_is_not_heard() -> None:
    """The handler may still be called once the block has ended."""
    with time_limit(30):
        late: Any = signal.getsignal(signal.SIGALRM)
        with pytest.raises(RewardTimeout):
            late(signal.SIGALRM, None)
    late(signal.SIGALRM, None)


def test_except_exception_does_not_swallow_the_limit(toy: Any) -> None:
    def stubborn(works: Any, _: Sequence[Prompt]) -> Any:
        while True:
            try:
                time.sleep(60)
            except Exception:
                continue

    _, faults = score(stubborn, toy.Words(((0,),)), [Prompt()], seconds=0.1)
    assert list(faults) == ["RewardTimeout: took longer than it may"]


def test_what_runs_a_part_is_not_lost_more_than_three_times_over_one_batch(toy: Any) -> None:
    asked: list[int] = []

    def lost(works: Any, _: Sequence[Prompt]) -> Any:
        asked.append(len(works))
        raise RewardLost("its process ended with status 3")

    statistic, faults = score(lost, toy.Words(((0,),) * 9), [Prompt()] * 9, seconds=5)
    assert asked == [9, 1, 1]
    assert np.isnan(statistic.values).all()
    assert faults["its process ended with status 3"] == 2
    assert sum(faults.values()) == 9


def test_faults_are_told_in_a_line_that_a_terminal_can_show(toy: Any) -> None:
    def loud(works: Any, _: Sequence[Prompt]) -> Any:
        raise ValueError("\x1b[2J\n" + "very " * 1000)

    _, faults = score(loud, toy.Words(((0,),)), [Prompt()], seconds=None)
    ((told, _),) = faults.items()
    assert told.isprintable()
    assert len(told) <= 300


def test_outside_the_main_thread_there_is_no_limit_and_no_crash() -> None:
    done: list[bool] = []

    def work() -> None:
        with time_limit(0.01):
            time.sleep(0.05)
        done.append(True)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert done == [True]


def test_lean_leaves_out_costly_watches_and_changes_no_total(toy: Any) -> None:
    calls: list[str] = []

    def watched(works: Any, prompts: Any) -> np.ndarray:
        calls.append("watch")
        return np.zeros(len(works))

    def rewarded(works: Any, prompts: Any) -> np.ndarray:
        return np.linspace(0, 1, len(works))

    blend = RewardTree(
        [
            Component("rewarded", rewarded, costly=True),
            Component("watched", watched, role="watch", costly=True),
            Component("cheap", watched, role="watch"),
        ]
    )
    works, prompts = toy.Words(((1,),) * 4), [Prompt()] * 4
    lean = blend.lean(works, prompts)
    assert calls == ["watch"]
    assert set(lean.parts) == {"rewarded", "cheap", "unjudged"}
    np.testing.assert_array_equal(lean.total, blend(works, prompts).total)
