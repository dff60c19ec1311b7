from collections import Counter

import numpy as np
import pytest

from makar.core.seeds import Seeds
from makar.domains.music.melody.event_chain import BEGIN
from makar.domains.music.melody.grid import (
    HOLD,
    OFF,
    PADDING,
    TOKENS,
    MelodyGrid,
    MelodyGrids,
    legal_after,
)
from makar.domains.music.piece.piece import Key, Metre
from makar.domains.music.tune.baselines import NoteChain, random_melodies

C, D, E = 14, 16, 18
ASKED = {"metre": Metre(0, 2, 4), "key": Key(7, "major")}


def melodies(*rows):
    return MelodyGrids.stack([MelodyGrid(np.array(r, np.int8), Metre(0, 2, 4)) for r in rows])


def is_legal(tokens):
    before = np.r_[PADDING, tokens[:-1]]
    return legal_after(before)[np.arange(len(tokens)), tokens].all()


def test_chance_knows_the_rules_and_nothing_else():
    made = random_melodies(400, 16, **ASKED, seeds=Seeds(1, 2))
    assert all(is_legal(grid.tokens) for grid in made)
    assert made.keys[0] == Key(7, "major")
    counts = np.bincount(made.tokens[:, 0], minlength=TOKENS)
    assert counts[HOLD] == 0
    rest = np.delete(counts, HOLD)
    assert rest.min() > 0  # 400 draws from 37
    assert ((rest - 400 / 37) ** 2 / (400 / 37)).sum() < 67  # chi-square, 36 degrees, p = 0.001
    again = random_melodies(3, 16, **ASKED, seeds=Seeds(1, 2))
    assert np.array_equal(again.tokens, made.tokens[:3])


def test_a_row_of_the_chain_by_hand():
    # events: C for 2, D for 2, C for 2, E for 2 sixteenths
    chain = NoteChain.of(melodies([C, HOLD, D, HOLD, C, HOLD, E, HOLD]), order=2)
    c, d, e = (token * 1024 + 2 for token in (C, D, E))
    assert chain.events.chances(()) == pytest.approx({c: 0.5, d: 0.25, e: 0.25})
    # after C: once D, once E, and one count's worth of the row above
    after_c = {c: 0.5 / 3, d: 1 / 3 + 0.25 / 3, e: 1 / 3 + 0.25 / 3}
    assert chain.events.chances((c,)) == pytest.approx(after_c)
    # after D, C: once E, and one count's worth of the row after C
    assert chain.events.chances((d, c)) == pytest.approx(
        {c: after_c[c] / 2, d: after_c[d] / 2, e: 0.5 + after_c[e] / 2}
    )
    assert (
        chain.events.chances((e, e)) == chain.events.chances((e,)) == chain.events.chances(())
    )  # never met


def test_every_row_adds_up_to_one():
    rng = np.random.default_rng(0)
    rows = [
        [C + int(rng.integers(5)) if rng.random() < 0.6 else HOLD for _ in range(40)]
        for _ in range(5)
    ]
    chain = NoteChain.of(melodies(*rows))
    assert all(
        sum(chain.events.chances(context).values()) == pytest.approx(1)
        for context in chain.events.rows
    )


def test_what_is_drawn_has_the_chances_of_its_row():
    chain = NoteChain.of(melodies([C, HOLD, D, HOLD, C, HOLD, E, HOLD], [D, HOLD, C, HOLD]))
    drawn = chain.sample(4000, 2, **ASKED, seeds=Seeds(0, 1))
    found = Counter(drawn.tokens[:, 0].tolist())
    chances = chain.events.chances((BEGIN, BEGIN))
    for token in (C, D, E):
        assert found[token] / 4000 == pytest.approx(chances[token * 1024 + 2], abs=0.03)


def test_melodies_of_the_chain_are_melodies():
    learned = melodies([OFF, HOLD, C, D, OFF, HOLD, E, HOLD], [C, OFF, D, HOLD, HOLD, E, OFF, HOLD])
    made = NoteChain.of(learned).sample(300, 16, **ASKED, seeds=Seeds(3, 1))
    assert all(is_legal(grid.tokens) for grid in made)
    assert set(np.unique(made.tokens)) == {OFF, HOLD, C, D, E}
    assert (made.steps == 16).all()
    again = NoteChain.of(learned).sample(5, 16, **ASKED, seeds=Seeds(3, 1))
    assert np.array_equal(again.tokens, made.tokens[:5])
    with pytest.raises(ValueError, match="at least one work"):
        NoteChain.of(melodies())
