"""Voices as tokens: back and forth, and that the rules hold whatever is drawn."""

from itertools import combinations, pairwise

import mido
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from makar.core.types import Prompt
from makar.domains.music.chorale.craft import VoicesCraft
from makar.domains.music.melody.codec import TONIC_OF
from makar.domains.music.piece.piece import Key, Metre
from makar.domains.music.voices.codec import ASKED, NOT_GIVEN, VOCABULARY, VoicesCodec
from makar.domains.music.voices.voices import (
    FIRST_PITCH,
    HOLD,
    LOWEST,
    OFF,
    RANGES,
    TOKENS,
    VoiceGrid,
    VoiceGrids,
)

CODEC = VoicesCodec(columns=32)


def strike(pitch):
    return pitch - LOWEST + FIRST_PITCH


def chorale(key=None, metre=None, bars=1, last=HOLD):
    """A chord on every beat; the last beat holds, unless ``last`` is struck in it."""
    metre = metre or Metre()
    steps = bars * metre.bar // 6
    tokens = np.full((4, steps), HOLD, np.int16)
    for voice, pitch in enumerate((72, 67, 60, 48)):
        tokens[voice, : steps - 4 : 4] = strike(pitch)
    tokens[1, -2] = last
    return VoiceGrid(tokens, metre, key or Key())


def drawn(prompts, seed):
    """Works whose every token was drawn evenly from what the rules leave."""
    rng = torch.Generator().manual_seed(seed)
    rules, steps = CODEC.legality(prompts), CODEC.decisions(prompts).shape[1]
    legal, tokens = rules.first(), []
    for step in range(steps):
        assert legal.any(1).all()
        tokens.append(torch.multinomial(legal.float(), 1, generator=rng)[:, 0])
        legal = rules.after(step, tokens[-1])
    return CODEC.decode(torch.stack(tokens, 1), prompts)


def parallel(upper, lower):
    """Fifths or octaves in a row between two voices that move the same way."""
    if None in (*upper, *lower) or upper[0] == upper[1] or lower[0] == lower[1]:
        return False
    apart = [abs(a - b) % 12 for a, b in zip(upper, lower, strict=True)]
    return apart[0] == apart[1] in (0, 7) and (upper[0] < upper[1]) == (lower[0] < lower[1])


prompts = st.builds(
    lambda **wishes: Prompt(condition=wishes),
    bars=st.just(1),
    metre=st.sampled_from(["4/4", "3/4"]),
    mode=st.sampled_from(["major", "minor"]),
    key=st.sampled_from(["C", "F#", "G", "Bb", "A"]),
    ends=st.sampled_from(["open", "close"]),
    in_key=st.sampled_from(["no", "yes"]),
    crossing=st.sampled_from(["yes", "no"]),
    parallels=st.sampled_from(["yes", "no"]),
)


@given(st.lists(prompts, min_size=1, max_size=6), st.integers(0, 2**31))
def test_no_rule_is_ever_broken(asked, seed):
    """Note by note in plain Python, from the works as they are heard."""
    batch = drawn(asked, seed)
    for work, prompt in zip(batch, asked, strict=True):
        one = VoiceGrids.stack([work])
        heard = [
            [int(p) + int(one.shift[0]) if p >= 0 else None for p in row] for row in one.sounding[0]
        ]
        for row, (low, high) in zip(heard, RANGES, strict=True):
            assert all(p is None or low <= p <= high for p in row)
        if prompt.condition["in_key"] == "yes":
            steps = (
                (0, 2, 4, 5, 7, 9, 11)
                if work.key.mode == "major"
                else (0, 2, 3, 5, 7, 8, 9, 10, 11)
            )
            scale = {(work.key.tonic + step) % 12 for step in steps}
            assert all(p is None or p % 12 in scale for row in heard for p in row)
        if prompt.condition["crossing"] == "no":
            for upper, lower in pairwise(heard):
                assert all(
                    a is None or b is None or a >= b for a, b in zip(upper, lower, strict=True)
                )
        if prompt.condition["parallels"] == "no":
            assert not any(
                parallel(upper[t - 1 : t + 1], lower[t - 1 : t + 1])
                for upper, lower in combinations(heard, 2)
                for t in range(1, len(upper))
            )
        if prompt.condition["ends"] == "close":
            assert (work.tokens[:, -4:] == HOLD).all()
        assert (work.tokens[:, 0] != HOLD).all()


def test_in_every_key_a_files_voices_lie_within_their_ranges(tmp_path):
    asked = [
        Prompt(condition={"bars": 1, "mode": mode, "key": TONIC_OF[tonic]})
        for mode in ("major", "minor")
        for tonic in range(12)
    ]
    lowest, highest = np.full(4, 127), np.zeros(4, int)
    for number, work in enumerate(drawn(asked, 1)):
        path = tmp_path / f"{number}.mid"
        VoicesCraft().export(work, path)
        heard = [
            [m.note for m in track if m.type == "note_on" and m.velocity]
            for track in mido.MidiFile(path).tracks
        ]
        heard = [voice for voice in heard if voice]
        for voice, (low, high) in zip(heard, RANGES, strict=True):
            assert low <= min(voice) <= max(voice) <= high, work.key.name
        lowest = np.minimum(lowest, [min(voice) for voice in heard])
        highest = np.maximum(highest, [max(voice) for voice in heard])
    assert [*zip(lowest.tolist(), highest.tolist(), strict=True)] == [*RANGES]  # and all of them


@pytest.mark.parametrize("metre", [Metre(), Metre(0, 3, 4)])
@pytest.mark.parametrize("last", [HOLD, strike(65)])
def test_works_come_back_from_their_tokens(metre, last):
    batch = VoiceGrids.stack([chorale(Key(7), metre, last=last), chorale(Key(4, "minor"), metre)])
    tokens, asked = CODEC.encode(batch)
    again = CODEC.decode(tokens, asked)
    np.testing.assert_array_equal(again.tokens, batch.tokens)
    assert (again.keys, again.metres) == (batch.keys, batch.metres)
    assert asked[0].condition["ends"] == ("close" if last == HOLD else "open")


def test_tokens_go_from_soprano_to_bass_and_then_on():
    tokens, _ = CODEC.encode(VoiceGrids.stack([chorale()]))
    assert tokens[0, :5].tolist() == [strike(72), strike(67), strike(60), strike(48), HOLD]
    assert CODEC.place(tokens)[0, :9].tolist() == [0, 0, 0, 0, 1, 1, 1, 1, 2]


def test_what_is_asked_can_be_told_apart():
    asked = [
        Prompt(condition={"metre": metre, "mode": mode, "key": key, "ends": ends, "bars": 1})
        for metre in ("4/4", "3/4")
        for mode in ("major", "minor")
        for key in ("C", "D", "G")
        for ends in ("open", "close")
    ]
    rows = {tuple(row) for row in CODEC.prefix(asked).tolist()}
    assert len(rows) == len(asked)
    assert all(len(row) == ASKED + 32 for row in rows)


def test_a_soprano_that_is_given_is_kept():
    work = chorale(Key(7))
    soprano = VoiceGrid(work.tokens[:1], work.metre, work.key)
    asked = Prompt(condition={"bars": 1, "key": "G"}, given=soprano)
    assert CODEC.prefix([asked])[0, ASKED : ASKED + 16].tolist() == work.tokens[0].tolist()
    for seed in range(5):
        made = drawn([asked, Prompt(condition={"bars": 1, "key": "G"})], seed)
        np.testing.assert_array_equal(made.tokens[0, 0], work.tokens[0])
        assert (made.tokens[1, 0] != work.tokens[0]).any()


def test_encoding_to_harmonise_gives_the_soprano():
    tokens, (asked,) = VoicesCodec(32, harmonising=True).encode(VoiceGrids.stack([chorale()]))
    assert asked.given.tokens.shape == (1, 16)
    assert CODEC.prefix([asked])[0, ASKED:].tolist() == [
        *tokens[0, ::4].tolist(),
        *[NOT_GIVEN] * 16,
    ]


@pytest.mark.parametrize(
    ("prompt", "fault"),
    [
        (Prompt(condition={"bars": 3}), "room for 32"),
        (Prompt(condition={"metre": "6/8"}), "4/4 or 3/4"),
        (Prompt(condition={"bars": 1, "ends": "loud"}), "open, close"),
        (Prompt(condition={"bars": 2}, given=chorale()), "as many bars"),
    ],
)
def test_what_cannot_be_written_is_refused(prompt, fault):
    with pytest.raises(ValueError, match=fault):
        CODEC.decisions([prompt]), CODEC.prefix([prompt])


def test_a_soprano_must_be_voices():
    with pytest.raises(TypeError, match="not a VoiceGrid"):
        CODEC.prefix([Prompt(condition={"bars": 1}, given=[1])])


def test_music_alone_is_ever_written():
    rules = CODEC.legality([Prompt(condition={"bars": 1})])
    assert VOCABULARY == TOKENS + 1
    assert not rules.first()[:, TOKENS:].any()
    assert not rules.first()[0, HOLD]
    assert rules.first()[0, OFF]
