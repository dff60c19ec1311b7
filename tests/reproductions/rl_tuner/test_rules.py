"""The nine rules: by hand, and against a twin that writes one note at a time as the paper does."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from makar.domains.music.melody.grid import MelodyGrids
from makar.domains.music.piece.piece import Key, Metre
from makar.reproductions.rl_tuner import rules as rl_tuner
from makar.reproductions.rl_tuner.rules import IN_KEY, RULES, RuleReward

OFF, HOLD, C4, D4, E4, F4, G4, A4, C5 = 0, 1, 14, 16, 18, 19, 21, 23, 26
T = 32


def row(*tokens, rest=HOLD):
    return np.array([[*tokens, *[rest] * (T - len(tokens))]])


def steps(rule, tokens):
    return {i: round(v, 6) for i, v in enumerate(rule(tokens)[0].tolist()) if v}


# --- by hand ---


def test_the_key_of_c_major_is_the_papers_list():
    listed = [0, 1, 2, 4, 6, 7, 9, 11, 13, 14, 16, 18, 19, 21, 23, 25, 26, 28, 30, 31, 33, 35, 37]
    assert np.flatnonzero(IN_KEY).tolist() == listed


def test_key_by_hand():
    assert steps(rl_tuner.key, row(C4, C4 + 1, D4, 3)) == {1: -1, 3: -1}


def test_tonic_by_hand():
    tokens = row(C4)
    tokens[0, 28:] = C4, HOLD, OFF, HOLD
    assert steps(rl_tuner.tonic, tokens) == {0: 3, 28: 3, 29: 3, 30: 3, 31: 3}
    tokens[0, [0, 28, 29, 30]] = C5, 2, OFF, D4  # other octaves are no tonic; then a rest, a note
    assert steps(rl_tuner.tonic, tokens) == {31: 3}


def test_repeating_pitches_by_hand():
    assert steps(rl_tuner.repeating, row(*[C4] * 5, D4, rest=E4))[11] == -100
    plain = steps(rl_tuner.repeating, row(*[C4] * 7, *[D4, E4] * 12, D4))
    assert plain == {5: -100, 6: -100}  # the sixth has five equal ones before it
    broken = [C4, HOLD] * 9
    found = steps(rl_tuner.repeating, row(*broken, *[D4, E4] * 7))
    assert found == {14: -100, 16: -100}  # the eighth and ninth strike


def test_a_third_note_off_is_excessive_and_so_is_a_long_note():
    assert steps(rl_tuner.repeating, row(C4, OFF, HOLD, OFF, OFF, *[D4, E4] * 13, D4)) == {4: -100}
    halves = row(C4, *[HOLD] * 7, D4, *[HOLD] * 7, E4, *[HOLD] * 7, C4)
    assert rl_tuner.repeating(halves).sum() == -800  # as measured of the published program


def test_autocorrelation_by_hand():
    # after three tokens 0, 1, 0: mean 1/3, variance 2/9; products at lag 1: −2/9 twice; lag 2: 1/9
    found = rl_tuner.autocorrelation(row(OFF, HOLD, OFF, rest=OFF))[0]
    lag_1, lag_2 = (-4 / 9) / 3 / (2 / 9), (1 / 9) / 3 / (2 / 9)
    assert found[2] == pytest.approx(-3 * (abs(lag_1) + abs(lag_2)))
    assert found[0] == 0  # one token does not vary
    assert found[1] == pytest.approx(-3 * 0.5)  # 0, 1: −1/4 / 2 / (1/4)


def test_motif_by_hand():
    found = steps(rl_tuner.motif, row(C4, D4, E4, F4))
    # four pitches at step 7, then one leaves the window with each step: three at step 8
    assert found == {7: 3.3, 8: 3.0}


def test_a_motif_is_repeated_only_once_all_of_it_is_there_again():
    theme = [C4, HOLD, D4, HOLD, E4, HOLD, G4, HOLD]
    assert steps(rl_tuner.repeated_motif, row(*theme, *theme)) == {15: 5.0}  # 4 + (4 − 3)
    other = [*theme[:-1], OFF]
    assert steps(rl_tuner.repeated_motif, row(*theme, *other)) == {}
    late = row(*theme, A4, A4, *theme)
    assert steps(rl_tuner.repeated_motif, late) == {17: 5.0}
    overlapping = row(*[C4, D4, E4] * 10, C4, D4)  # the first full motif that lies before: step 15
    assert min(steps(rl_tuner.repeated_motif, overlapping)) == 16


def test_intervals_by_hand():
    tokens = row(C4, D4, HOLD, OFF, F4, C4, HOLD, OFF, G4, C5, C4 + 11, C4, C5 + 1)
    assert steps(rl_tuner.intervals, tokens) == pytest.approx(
        {
            1: 0.4,  # second
            2: 0.375,  # hold
            3: 0.25,  # rest
            5: 0.35,  # fourth down
            6: 1.5,  # hold on the tonic
            7: 0.75,  # rest after it
            8: 0.5,  # fifth from C
            9: 0.35,  # fourth
            11: -1.5,  # seventh
            12: -5.0,  # beyond an octave
        }
        | dict.fromkeys(range(13, T), 0.375)
    )


def test_thirds_and_fifths_are_worth_more_from_the_right_notes():
    assert steps(rl_tuner.intervals, row(C4, E4, rest=E4)) == {1: 0.75}
    assert steps(rl_tuner.intervals, row(F4, A4, rest=A4)) == {1: 0.45}
    assert steps(rl_tuner.intervals, row(D4, A4, rest=A4)) == {1: 0.1}
    assert steps(rl_tuner.intervals, row(G4, C5, 31, rest=31)) == {1: 0.35, 2: 0.35}
    assert steps(rl_tuner.intervals, row(G4, G4 + 7, rest=G4 + 7)) == {1: 0.5}


def test_leaps_by_hand():
    up_and_step_back = row(C4, C5, A4, F4, C4)
    assert steps(rl_tuner.leaps, up_and_step_back) == {4: 5}  # by steps to the note it came from
    assert steps(rl_tuner.leaps, row(C4, G4, C5 + 3)) == {2: -5}  # twice up
    late = row(C4, C5, *[HOLD] * 7, C4)
    assert steps(rl_tuner.leaps, late) == {9: 5}
    early = row(C4, C5, *[HOLD] * 6, C4)  # six steps are not more than six: forgotten, unpaid
    assert steps(rl_tuner.leaps, early) == {}
    assert steps(rl_tuner.leaps, row(C5, C4, D4, E4, G4, C5)) == {5: 5}  # a leap down
    assert steps(rl_tuner.leaps, row(OFF, C4, D4)) == {}


def test_extrema_by_hand():
    assert steps(rl_tuner.extrema, row(C4, C5, D4)) == {31: 6}
    assert steps(rl_tuner.extrema, row(C4, C5, D4, C5)) == {31: 3}
    assert steps(rl_tuner.extrema, row(C4, C5, C4, C5)) == {}
    assert steps(rl_tuner.extrema, row(rest=HOLD)) == {}


# --- a twin, one step at a time ---


class Twin:
    """The rules as the specification tells them, with lists and loops."""

    def __init__(self):
        self.past, self.open, self.origin, self.since = [], 0, 0, 0

    def last_pitch(self):
        return next((x for x in reversed(self.past) if x > HOLD), None)

    def key(self, a):
        return 0 if a < 2 or (a - 2) % 12 in {0, 2, 4, 5, 7, 9, 11} else -1

    def tonic(self, a):
        t = len(self.past)
        wanted = {0: {C4}, 28: {C4}, 29: {HOLD}, 30: {HOLD, OFF}, 31: {HOLD, OFF}}
        return 3 if a in wanted.get(t, ()) else 0

    def repeating(self, a):
        equal, between = 0, False
        for x in reversed(self.past):
            if x == a:
                equal += 1
            elif x in (OFF, HOLD):
                between = True
            else:
                break
        return -100 if (a == OFF and equal > 1) or equal > (6 if between else 4) else 0

    def autocorrelation(self, a):
        x = np.array([*self.past, a], float)
        if x.var() == 0:
            return 0
        d, n = x - x.mean(), len(x)
        sizes = [abs((d[k:] * d[: n - k]).sum() / n / x.var()) if k < n else 0 for k in (1, 2, 3)]
        return -3 * sum(s for s in sizes if s > 0.15)

    def window(self, a):
        whole = [*self.past, a]
        return whole[-8:] if len(whole) >= 8 else None

    def pitches(self, a):
        return len({x for x in self.window(a) or [] if x > HOLD})

    def motif(self, a):
        return 3 + 0.3 * (self.pitches(a) - 3) if self.pitches(a) >= 3 else 0

    def repeated_motif(self, a):
        if self.pitches(a) < 3:
            return 0
        before, theme = [*self.past, a][:-8], self.window(a)
        there = any(before[i : i + 8] == theme for i in range(len(before) - 7))
        return 4 + self.pitches(a) - 3 if there else 0

    def intervals(self, a):
        last = self.last_pitch()
        if last is None:
            return 0
        name = "CcDdEFfGgAaB"[(last - 2) % 12]
        if a == OFF:
            return 5 * (0.15 if name in "CG" else 0.05)
        if a == HOLD:
            return 5 * (0.3 if name in "CG" else 0.075)
        size = abs(a - last)
        if size == 7 and name in "CG":
            return 0.5
        if size == 4 and name in "CE":
            return 0.75
        table = {2: 0.08, 4: 0.09, 5: 0.07, 7: 0.02, 9: 0.05, 11: -0.3}
        return 5 * (-1 if size > 12 else table.get(size, 0))

    def leaps(self, a):
        if not self.past:
            return 0
        last = self.last_pitch()
        if a < 2 or last is None or abs(a - last) < 7:
            self.since += 1
            back = self.open * (a - self.origin) <= 0
            if a > 1 and self.open and back:
                self.open = 0
                return 5
            return 0
        way, paid = (1 if a > last else -1), 0
        if not self.open:
            self.open, self.origin = way, last
        elif self.open == way:
            paid = -5
        else:
            paid, self.open = (5 if self.since > 6 else 0), 0
        self.since = 0
        return paid

    def extrema(self, a):
        whole = [*self.past, a]
        if len(whole) < T:
            return 0
        low = min((x for x in whole if x > HOLD), default=None)
        return 3 * (whole.count(max(whole)) == 1) + 3 * (low is not None and whole.count(low) == 1)

    def play(self, tokens):
        earned = {name: [] for name in RULES}
        for a in tokens:
            for name in RULES:
                earned[name].append(getattr(self, name)(a))
            self.past.append(a)
        return earned


pitches = st.integers(2, 37)
few = st.sampled_from([OFF, HOLD, HOLD, C4, D4, E4, G4, C5, 2, 37])
melodies = st.one_of(
    st.lists(st.integers(0, 37), min_size=T, max_size=T),
    st.lists(few, min_size=T, max_size=T),
    st.lists(few, min_size=8, max_size=8).map(lambda theme: theme * 4),
    st.lists(st.sampled_from([OFF, HOLD, C4]), min_size=T, max_size=T),
)


@settings(max_examples=150, deadline=None)
@given(melodies)
def test_each_rule_agrees_with_its_twin(tokens):
    twin = Twin().play(tokens)
    for name, rule in RULES.items():
        np.testing.assert_allclose(rule(np.array([tokens]))[0], twin[name], atol=1e-9, err_msg=name)


# --- the reward ---


def works(tokens):
    rows = len(tokens)
    steps = np.full(rows, tokens.shape[1])
    return MelodyGrids(tokens.astype(np.int8), steps, (Metre(),) * rows, (Key(),) * rows)


def test_the_reward_is_paid_where_it_was_earned():
    tokens = np.random.default_rng(0).integers(0, 38, (5, T))
    judged = RuleReward()(works(tokens), [])
    twins = [Twin().play(t) for t in tokens.tolist()]
    by_hand = [np.sum(list(twin.values()), axis=0) for twin in twins]
    np.testing.assert_allclose(judged.credit, by_hand, atol=1e-9)
    np.testing.assert_allclose(judged.total, judged.credit.sum(1))
    assert list(judged.parts) == list(RULES)
    np.testing.assert_allclose(judged.parts["key"].raw, [sum(t["key"]) for t in twins])


def test_weights_and_floors_by_hand():
    tokens = row(C4, C4 + 1, *[HOLD] * 6)
    tokens[0, 8:] = C4
    reward = RuleReward(
        rules={n: RULES[n] for n in ("key", "repeating")},
        weights={"key": 3.0, "repeating": 0.5},
        least={"repeating": -4.0},
    )
    judged = reward(works(tokens), [])
    assert judged.credit[0, 1] == -3
    assert judged.credit[0, -1] == -2
    assert judged.parts["repeating"].raw[0] == RULES["repeating"](tokens).sum()  # as published


def test_works_of_different_lengths_are_refused_with_the_remedy():
    short, long = works(row(C4))[0], works(np.tile(row(C4), 2))[0]
    with pytest.raises(ValueError, match="one length"):
        RuleReward()(MelodyGrids.stack([short, long]), [])


def test_no_works_are_judged_without_complaint():
    assert RuleReward()(works(np.zeros((0, T), int)), []).total.shape == (0,)
