"""The share of a tune's notes that its instrument does not have, in the key it is heard in."""

import numpy as np
import pytest

from makar.core.types import Prompt
from makar.domains.music.melody.grid import HOLD, LOWEST_PITCH, MelodyGrid, MelodyGrids
from makar.domains.music.piece.piece import Key, Part, Piece, Pieces
from makar.domains.music.rewards.register import OutOfReach
from makar.domains.music.tune.reward import plain_reward
from makar.recipes.settings import RewardConfig

PIPES = 109
"""Highland pipes: G4 to A5."""


def grids(*tunes):
    """Tunes of (key, pitches in C), a note each sixteenth."""
    return MelodyGrids.stack(
        [
            MelodyGrid(np.array(pitches, np.int8) - LOWEST_PITCH + 2, key=key)
            for key, pitches in tunes
        ]
    )


def test_it_hears_the_key_and_the_instrument():
    scale = [60, 62, 64, 65, 67, 69, 71, 72]
    works = grids((Key(0), scale), (Key(7), scale), (Key(9), scale))
    assert OutOfReach(73)(works, []).tolist() == [0, 0, 0]
    # of C5 to C6 two notes are too high for the chanter; G4 to G5 and A4 to A5 fit
    assert OutOfReach(PIPES)(works, []).tolist() == [2 / 8, 0, 0]


def test_what_is_too_wide_is_told():
    works = grids((Key(0), [48, 60, 72, 83]))
    assert OutOfReach(73)(works, [])[0] == 0
    assert OutOfReach(79)(works, [])[0] == pytest.approx(1 / 4)


def test_pieces_are_judged_as_they_are_heard():
    notes = np.array([(24 * n, 24, pitch, 80) for n, pitch in enumerate((55, 67, 79, 93))])
    assert OutOfReach(73)(Pieces((Piece((Part(notes),)),)), [])[0] == pytest.approx(1 / 4)


@pytest.mark.parametrize(("program", "most"), [(73, 0.0), (PIPES, 0.25)])
def test_a_tunes_reward_watches_its_own_instrument(program, most):
    scale = np.array([60, 62, 64, 65, 67, 69, 71, 72]) - LOWEST_PITCH + 2
    eighths = np.stack([np.tile(scale, 8), np.full(64, HOLD)], axis=1).ravel().astype(np.int8)
    works = MelodyGrids.stack([MelodyGrid(eighths, key=Key(n)) for n in (0, 7, 9)])
    kept = {"train": works, "known": works, "judges": works}
    part = plain_reward(RewardConfig(), **kept, program=program)(works, [Prompt()] * 3).parts
    assert part["register"].raw.max() == most
    assert (part["register"].role, part["register"].weight) == ("watch", 0)


def test_silence_cannot_be_judged():
    assert np.isnan(OutOfReach()(MelodyGrids.stack([MelodyGrid(np.zeros(16, np.int8))]), []))
    assert OutOfReach()(MelodyGrids.stack([]), []).shape == (0,)
