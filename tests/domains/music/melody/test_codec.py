"""Melodies as tokens: what was asked, what is legal, there and back again."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from makar.core.types import Prompt
from makar.domains.music.melody.codec import (
    METRES,
    TONICS,
    VOCABULARY,
    MelodyCodec,
    key_of,
    metre_of,
)
from makar.domains.music.melody.grid import HOLD, OFF, PADDING, MelodyGrid, MelodyGrids, legal_after
from makar.domains.music.piece.piece import MODES, Key, Metre

CODEC = MelodyCodec()


@st.composite
def legal_grids(draw: st.DrawFn) -> MelodyGrid:
    metre = metre_of(draw(st.sampled_from(METRES)))
    steps = draw(st.integers(1, 3)) * metre.bar // 6
    rolls = draw(st.lists(st.integers(0, 1000), min_size=steps, max_size=steps))
    tokens, previous = [], PADDING
    for roll in rolls:
        allowed = np.flatnonzero(legal_after(np.array([previous]))[0])
        previous = int(allowed[roll % len(allowed)])
        tokens.append(previous)
    key = Key(draw(st.integers(0, 11)), draw(st.sampled_from(MODES)))
    return MelodyGrid(np.array(tokens, np.int8), metre, key)


@given(st.lists(legal_grids(), min_size=1, max_size=4))
def test_decode_of_encode_is_the_work(melodies: list[MelodyGrid]) -> None:
    works = MelodyGrids.stack(melodies)
    tokens, prompts = CODEC.encode(works)
    again = CODEC.decode(tokens, prompts)
    np.testing.assert_array_equal(again.tokens, works.tokens)
    np.testing.assert_array_equal(again.steps, works.steps)
    assert again.metres == works.metres
    assert again.keys == works.keys
    decisions = CODEC.decisions(prompts)
    assert decisions.shape == tokens.shape
    assert decisions.sum(1).tolist() == works.steps.tolist()
    rules = CODEC.legality(prompts)
    allowed = rules.first()
    for t in range(tokens.shape[1]):
        assert (allowed.gather(1, tokens[:, t, None])[:, 0] | ~decisions[:, t]).all()
        allowed = rules.after(t, tokens[:, t])


def test_prefix_tells_prompts_apart() -> None:
    prompts = [Prompt(condition={"metre": m, "mode": k}) for m in METRES for k in MODES]
    prefix = CODEC.prefix(prompts)
    assert prefix.shape == (len(prompts), 3)
    assert len({tuple(row) for row in prefix.tolist()}) == len(prompts)
    assert prefix.min() >= 38
    assert prefix.max() == VOCABULARY - 1
    assert CODEC.prefix([]).shape == (0, 3)


def test_nothing_of_the_prefix_may_be_written() -> None:
    rules = CODEC.legality([Prompt()] * 2)
    for allowed in (rules.first(), rules.after(0, torch.tensor([OFF, HOLD]))):
        assert allowed.shape == (2, VOCABULARY)
        assert not allowed[:, 38:].any()
    assert not rules.first()[0, HOLD]
    assert not rules.after(0, torch.tensor([OFF, HOLD]))[0, OFF]


def test_decisions_are_the_sixteenths_asked_for() -> None:
    asked = [{"bars": 2, "metre": "3/4"}, {"bars": 1, "metre": "6/8"}, {"bars": 0}, {}]
    decisions = CODEC.decisions([Prompt(condition=c) for c in asked])
    assert decisions.sum(1).tolist() == [24, 12, 0, 128]
    assert decisions.shape == (4, 128)
    assert CODEC.decisions([]).shape == (0, 0)


def test_keys_asked_for() -> None:
    assert key_of(Prompt()) == Key(0, "major")
    assert key_of(Prompt(condition={"mode": "dorian"})) == Key(9, "dorian")
    for name, tonic in TONICS.items():
        assert key_of(Prompt(condition={"key": name})).tonic == tonic


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        ({"metre": "5/4"}, "metre '5/4' is not one of 4/4"),
        ({"mode": "aeolian"}, "mode 'aeolian' is not one of major"),
        ({"key": "H"}, "key 'H' is not one of C"),
    ],
)
def test_what_it_has_no_token_for_is_said(condition: dict[str, str], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        CODEC.prefix([Prompt(condition=condition)])


def test_melodies_that_do_not_fill_a_bar_are_refused() -> None:
    grid = MelodyGrid(np.array([14, HOLD, HOLD], np.int8), Metre())
    with pytest.raises(ValueError, match="3 sixteenths does not fill its last bar of 4/4"):
        CODEC.encode(MelodyGrids.stack([grid]))


def test_place_is_the_sixteenth() -> None:
    assert CODEC.place(torch.zeros(2, 3).long()).tolist() == [[0, 1, 2], [0, 1, 2]]
