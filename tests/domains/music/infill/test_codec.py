"""Middles as tokens: layout by hand, rules, and agreement of sampling and evaluation."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from makar.core.seeds import Seeds
from makar.core.types import Prompt
from makar.domains.music.infill.codec import (
    ANY_PITCH,
    BEGIN,
    FIRST_BARS,
    FIRST_METRE,
    FIRST_MODE,
    FOLLOWING,
    FREE,
    LONGEST,
    NEW,
    PAD,
    PREFIX,
    SEPARATOR,
    InfillCodec,
    Middles,
    Surroundings,
    ahead,
    bars_at_once,
)
from makar.domains.music.infill.spans import cut_holes, middle_of, middles_between
from makar.domains.music.melody.grid import HOLD, OFF, MelodyGrid, MelodyGrids
from makar.domains.music.piece.piece import Key, Metre
from makar.models.recurrent import Recurrent, RecurrentConfig
from makar.models.token_policy import TokenPolicy

TUNE = MelodyGrid(np.tile([14, 1, 16, 1], 32).astype(np.int8), Metre(), Key(7))
"""Eight bars of 4/4, two notes a beat."""


def asked(around, *, bars=1, metre="4/4"):
    return Prompt(condition={"bars": bars, "metre": metre, "mode": "minor"}, given=around)


def test_the_prefix_by_hand():
    around = Surroundings(before=bytes([20, 1, 1] + [1] * 13), after=bytes([30] + [0] * 15))
    row = InfillCodec().prefix([asked(around, bars=2)])[0].tolist()
    assert row[:4] == [BEGIN, FIRST_METRE, FIRST_MODE + 5, FIRST_BARS + 1]
    assert row[4:36] == [PAD] * 32  # as long as the middle will be
    assert row[36:52] == [30] + [0] * 15
    assert row[52 : 4 + LONGEST + FOLLOWING] == [PAD] * (LONGEST + FOLLOWING - 48)
    assert row[4 + LONGEST + FOLLOWING] == SEPARATOR
    assert row[-16:] == [20] + [1] * 15
    assert row[-64:-16] == [PAD] * 48
    assert len(row) == PREFIX


@given(st.integers(1, 4), st.sampled_from(["4/4", "6/8", "2/4", "9/8"]), st.data())
def test_what_stands_ahead_is_always_as_far_back(bars, metre, data):
    """Whatever the middle's length, one lag finds what comes so many sixteenths later."""
    beats, unit = (int(n) for n in metre.split("/"))
    steps = bars * 16 * beats // unit
    after = bytes(range(2, 2 + 16 * beats // unit))
    row = InfillCodec().prefix([asked(Surroundings(b"", after), bars=bars, metre=metre)])[0]
    step = data.draw(st.integers(0, steps - 1))
    place = data.draw(st.integers(0, len(after) - 1))
    distance = steps + place - step  # from the step that is written to the one looked at
    assert row[PREFIX + step - ahead(distance)] == after[place]


def test_plain_forcing_never_sees_what_follows():
    with_it, without = (
        asked(Surroundings(before=bytes([20] * 16), after=after))
        for after in (bytes([9] * 16), b"")
    )
    blind = InfillCodec(following=False).prefix([with_it, without])
    assert blind[0].equal(blind[1])
    assert not InfillCodec().prefix([with_it])[0].equal(blind[0])


def test_a_hole_and_what_surrounds_it_make_the_tune_again():
    middle = middle_of(TUNE, 2, 4)
    whole = Middles(MelodyGrids.stack([middle.grid]), (middle.around,)).wholes[0]
    assert np.array_equal(whole.tokens, TUNE.tokens)
    assert len(middle.around.before) == 32
    assert len(middle.around.after) == 32
    assert bars_at_once(Metre(0, 12, 8)) == 3
    assert bars_at_once(Metre(0, 9, 8)) == bars_at_once(Metre()) == 4


@pytest.mark.parametrize(
    ("metre", "back", "on"),
    [("4/4", 64, 48), ("6/8", 60, 48), ("3/4", 60, 48), ("9/8", 54, 36)],
)
def test_whole_bars_are_read_on_either_side(metre, back, on):
    beats, unit = metre.split("/")
    long = MelodyGrid(np.full(16 * 48, 14, np.int8), Metre(0, int(beats), int(unit)))
    middle = middle_of(long, 8, 2)
    assert len(middle.around.before) == back
    assert len(middle.around.after) == on


def test_silence_and_cut_notes_are_begun_anew_at_an_edge():
    tokens = np.full(48, HOLD, np.int8)
    tokens[0], tokens[30], tokens[40] = 20, OFF, 22  # one long note, a rest, another note
    tune = MelodyGrid(tokens)
    tied = middle_of(tune, 1, 1)
    assert tied.grid.tokens[0] == HOLD  # the note of the bar before sounds on
    assert tied.around.after[0] == OFF  # silence that began before
    assert middle_of(tune, 1, 1, before=False).grid.tokens[0] == OFF
    assert middle_of(tune, 0, 1).around.after[0] == HOLD  # tied out of the middle


def test_holes_of_every_length_and_side_are_cut_and_repeatable():
    phrases = MelodyGrids.stack([TUNE] * 40)
    middles = cut_holes(phrases, 5, seed=3)
    lengths = np.bincount(middles.grids.steps // 16, minlength=5)
    assert (lengths[1:] > 20).all()
    assert sum(not a.before for a in middles.around) > 20
    assert sum(not a.after for a in middles.around) > 20
    assert cut_holes(phrases, 5, seed=3).around == middles.around
    assert cut_holes(phrases, 5, seed=4).around != middles.around


def tiny(**codec):
    torch.manual_seed(0)
    made = InfillCodec(**codec)
    net = Recurrent(RecurrentConfig(vocabulary=made.vocabulary, width=16, context=PREFIX + LONGEST))
    return TokenPolicy(net, made, shard=8)


def test_evaluation_agrees_with_sampling_at_any_temperature():
    policy = tiny()
    prompts = [
        asked(Surroundings(bytes([20] * 16), bytes([22] * 16))),
        asked(Surroundings(), bars=3, metre="3/4"),
    ]
    for heat in (0.5, 1.0, 2.0):
        rollout = policy.sample(prompts, seeds=Seeds(1), temperature=heat)
        assert rollout.mask.sum(1).tolist() == [16, 36]
        assert torch.allclose(policy.evaluate(rollout).logp, rollout.logp, atol=1e-5)


def test_encoding_what_was_made_gives_its_tokens_back():
    policy = tiny()
    around = Surroundings(bytes([20] * 16), bytes([22] * 16))
    made = policy.sample([asked(around, bars=2)] * 3, seeds=Seeds(2))
    again = policy.demonstrate(made.works)
    assert again.actions.equal(made.actions)
    assert again.context["prefix"].equal(made.context["prefix"])
    assert [p.given for p in again.prompts] == [around] * 3


@given(
    st.lists(
        st.sampled_from([FREE, ANY_PITCH, NEW, OFF, HOLD, 2, 20, 37]), min_size=16, max_size=16
    )
)
def test_the_frame_has_the_last_word(frame):
    policy = tiny()
    around = Surroundings(bytes([20] * 16), b"", bytes(frame))
    rollout = policy.sample([asked(around)], seeds=Seeds(5), temperature=1.5)
    for wish, token in zip(frame, rollout.actions[0].tolist(), strict=True):
        if wish == ANY_PITCH:
            assert 2 <= token <= 37
        elif wish == NEW:
            assert token == OFF or token >= 2
        elif wish != FREE:
            assert token == wish


def test_a_tune_cannot_begin_with_holding_but_a_middle_may():
    rules = InfillCodec().legality([asked(Surroundings()), asked(Surroundings(bytes([20] * 16)))])
    assert rules.first()[:, HOLD].tolist() == [False, True]
    assert rules.after(0, torch.tensor([OFF, 20]))[:, OFF].tolist() == [False, True]


def test_middles_are_a_batch_like_any_other():
    middles = middles_between(MelodyGrids.stack([TUNE, TUNE]), 2, 2)
    assert len(middles) == len(middles.take([1, 0, 1])) - 1
    assert [m.around for m in middles] == [m.around for m in middles[0:2]]
    assert middles.melodies.length.tolist() == [7 * 96, 7 * 96]  # three bars after, not four
