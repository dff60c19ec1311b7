from collections import Counter

import numpy as np
import pytest

from makar.core.scoring import raw_values
from makar.core.seeds import Seeds
from makar.core.types import Prompt
from makar.domains.music.chorale.baselines import ChordChain, random_voices
from makar.domains.music.harmony.voice_leading import crossing, parallels
from makar.domains.music.melody.event_chain import BEGIN
from makar.domains.music.piece.piece import Key, Metre
from makar.domains.music.voices.codec import VoicesCodec
from makar.domains.music.voices.voices import (
    FIRST_PITCH,
    HOLD,
    LOWEST,
    OFF,
    RANGES,
    REST,
    VoiceGrid,
    VoiceGrids,
)

TONIC, DOMINANT = (72, 67, 64, 48), (71, 67, 62, 43)
ASKED = {"metre": Metre(0, 4, 4), "key": Key(7, "major")}


def work(*columns):
    """Chords with their lengths in sixteenths; a pitch of 0 holds, -1 is silent from here on."""
    tokens = np.full((4, sum(length for _, length in columns)), HOLD, np.int16)
    at = 0
    for pitches, length in columns:
        for voice, pitch in enumerate(pitches):
            if pitch:
                tokens[voice, at] = OFF if pitch < 0 else pitch - LOWEST + FIRST_PITCH
        at += length
    return VoiceGrid(tokens, Metre(0, 4, 4))


def test_a_table_of_moments_by_hand():
    suspended = (0, 69, 0, 0)  # the alto alone moves
    learned = VoiceGrids.stack([work((TONIC, 4), (suspended, 2), (DOMINANT, 4), (TONIC, 6))])
    chain = ChordChain.of(learned)
    assert chain.moments == [
        (TONIC, (True,) * 4, 4),
        ((72, 69, 64, 48), (False, True, False, False), 2),
        (DOMINANT, (True,) * 4, 4),
        (TONIC, (True,) * 4, 6),
    ]
    assert chain.events.chances(()) == pytest.approx(dict.fromkeys(range(4), 0.25))
    assert chain.events.chances((BEGIN, BEGIN))[0] == max(
        chain.events.chances((BEGIN, BEGIN)).values()
    )


def test_what_the_table_makes_can_be_sung():
    learned = VoiceGrids.stack(
        [
            work((TONIC, 4), ((0, -1, 0, 0), 4), ((0, 69, 0, 0), 2), (DOMINANT, 6)),
            work((DOMINANT, 2), ((-1, 0, 0, -1), 2), (TONIC, 12)),
        ]
    )
    chain = ChordChain.of(learned)
    made = chain.sample(200, 16, **ASKED, seeds=Seeds(3, 1))
    assert (made.steps == 16).all()
    assert made.keys[0] == ASKED["key"]
    moments = {pitches for pitches, _, _ in chain.moments}
    heard = {tuple(column) for row in made.sounding for column in row.T.tolist()}
    assert heard <= moments  # nothing sounds on that the table does not know
    assert any(REST in pitches for pitches in heard)
    for voice in made.tokens.reshape(-1, 16):
        silent = True
        for at, token in enumerate(voice):
            assert not (token == OFF and silent and at)
            silent = token == OFF or (token == HOLD and silent)
    again = chain.sample(5, 16, **ASKED, seeds=Seeds(3, 1))
    assert np.array_equal(again.tokens, made.tokens[:5])
    with pytest.raises(ValueError, match="at least one work"):
        ChordChain.of(VoiceGrids.stack([]))


def test_chance_keeps_what_is_guaranteed_and_nothing_else():
    wishes = {"bars": 2, "metre": "4/4", "mode": "major", "key": "G", "ends": "close"}
    sure = Prompt(condition=wishes | {"parallels": "no", "crossing": "no"})
    made = random_voices([sure] * 60, VoicesCodec(32), seeds=Seeds(1, 2))
    heard = made.sounding + made.shift[:, None, None]
    for voice, (low, high) in enumerate(RANGES):
        sung = heard[:, voice][made.sounding[:, voice] != REST]
        assert (sung.min(), sung.max()) == (low, high)  # all of the range, and no more
    assert (made.tokens[:, :, -4:] == HOLD).all()  # it closes
    assert (raw_values(parallels(made, [])) == 0).all()
    assert (raw_values(crossing(made, [])) == 0).all()
    free = random_voices([Prompt(condition=wishes)] * 300, VoicesCodec(32), seeds=Seeds(1, 2))
    assert raw_values(parallels(free, [])).sum() > 0
    assert raw_values(crossing(free, [])).mean() > 0
    first = Counter(free.tokens[:, 0, 0].tolist())
    low, high = RANGES[0]
    kinds = high - low + 2  # each pitch of a soprano, and silence
    assert len(first) == kinds
    assert sum((n - 300 / kinds) ** 2 / (300 / kinds) for n in first.values()) < 52  # p = 0.001
    again = random_voices([sure] * 5, VoicesCodec(32), seeds=Seeds(1, 2))
    assert np.array_equal(again.tokens, made.tokens[:5])
