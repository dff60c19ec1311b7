import numpy as np
import pytest

from makar.core.types import Prompt
from makar.domains.music.harmony.progressions import ChordProgressions
from makar.domains.music.piece.piece import Key

I, IV, V = ("C5", "G4", "E4", "C3"), ("C5", "A4", "F4", "F3"), ("B4", "G4", "D4", "G3")  # noqa: E741
C, F, G = 0, 20, 28


def block(*chords):
    return tuple(" ".join(f"{chord[v]}:4" for chord in chords) for v in range(4))


@pytest.fixture
def learned(chorus):
    return ChordProgressions.of(chorus(block(I, IV, V, I), block(I, V, I, I)))


def test_witten_bell_by_hand(learned):
    # the chords: C F G C and C G C (the repeat is left out): C 4, G 2, F 1 of 7, 3 kinds
    unigram = {chord: (n + 3 / 48) / (7 + 3) for chord, n in ((C, 4), (G, 2), (F, 1))}
    nothing = 3 / 48 / 10
    # after C: F once, G once; after G: C twice; at the beginning: C twice
    assert np.exp(learned.logp[0, C, F]) == pytest.approx((1 + 2 * unigram[F]) / 4)
    assert np.exp(learned.logp[0, C, C]) == pytest.approx((2 * unigram[C]) / 4)
    assert np.exp(learned.logp[0, G, C]) == pytest.approx((2 + unigram[C]) / 3)
    assert np.exp(learned.logp[0, 48, C]) == pytest.approx((2 + unigram[C]) / 3)
    assert np.exp(learned.logp[0, G, 13]) == pytest.approx(nothing / 3)
    assert np.exp(learned.logp[0, 40, G]) == pytest.approx(unigram[G])  # a history never met


def test_every_history_is_a_distribution(learned):
    assert np.exp(learned.logp).sum(2) == pytest.approx(1)
    assert np.exp(learned.logp[1]) == pytest.approx(1 / 48)  # nothing in minor was learned


def test_a_work_gets_its_mean_log_probability(learned, chorus):
    logp = learned.logp[0]
    values = learned(chorus(block(I, V, I, I), block(I, I, I, I)), [Prompt()] * 2)
    assert values[0] == pytest.approx((logp[48, C] + logp[C, G] + logp[G, C]) / 3)
    assert np.isnan(values[1])
    odd = learned(chorus(block(V, IV, V, IV)), [Prompt()])
    assert odd[0] < values[0]


def test_nats_per_chord_pool_all_chords(learned, chorus):
    logp = learned.logp[0]
    works = chorus(block(I, V, I, I), block(IV, IV, IV, IV))
    total = logp[48, C] + logp[C, G] + logp[G, C] + logp[48, F]
    assert learned.nats_per_chord(works) == pytest.approx(-total / 4)
    assert np.isnan(learned.nats_per_chord(chorus(("r:4",) * 4)))


def test_the_key_does_not_matter_and_the_mode_does(learned, chorus):
    here = learned(chorus(block(I, V, I)), [Prompt()])
    assert learned(chorus(block(I, V, I), key=Key(7)), [Prompt()]) == here
    in_minor = learned(chorus(block(I, V, I), key=Key(9, "minor")), [Prompt()])
    assert in_minor == pytest.approx([-np.log(48)])
