"""Where there are too few phrases of a kind, the nearest kind stands for it, and is named."""

import numpy as np
import pytest

from makar.domains.music.melody.grid import MelodyGrid, MelodyGrids
from makar.domains.music.piece.piece import Key, Metre
from makar.domains.music.tune.config import MelodyConfig
from makar.domains.music.tune.phrases import (
    ENOUGH,
    TunePhrases,
    alike,
    nearest_kind,
    stand_ins,
)

METRES = {
    "3/4": Metre(0, 3, 4),
    "9/8": Metre(0, 9, 8),
    "6/8": Metre(0, 6, 8),
    "4/4": Metre(0, 4, 4),
}


def grids(**counts):
    """So many phrases of each kind, such as ``m34_major=5``."""
    made = []
    for kind, count in counts.items():
        metre, mode = kind[1:].split("_")
        one = MelodyGrid(np.full(8, 20, np.int8), METRES[f"{metre[0]}/{metre[1]}"], Key(0, mode))
        made += [one] * count
    return MelodyGrids.stack(made)


def config(metre, mode):
    return MelodyConfig.model_validate({"recipe": "tune", "ask": {"metre": metre, "mode": mode}})


@pytest.mark.parametrize(
    ("counts", "asked", "found", "called"),
    [
        ({"m34_major": ENOUGH, "m34_minor": 9}, ("3/4", "major"), ENOUGH, "3/4, major"),
        ({"m34_major": 31, "m34_minor": 9}, ("3/4", "major"), 40, "3/4, any mode"),
        ({"m34_major": 31, "m34_mixolydian": 9, "m34_minor": 50}, ("3/4", "major"), 40,
         "3/4, major and mixolydian and lydian"),
        ({"m98_major": 21, "m68_major": 189, "m68_minor": 50}, ("9/8", "major"), 210,
         "9/8 and 6/8, major and mixolydian and lydian"),
        ({"m98_minor": 1, "m44_major": 500}, ("9/8", "minor"), 501, "any metre and mode"),
    ],
)  # fmt: skip
def test_the_nearest_kind_of_which_there_are_enough(counts, asked, found, called):
    every = grids(**counts)
    kept, name = nearest_kind(every, config(*asked))
    assert (len(kept), name) == (found, called)
    assert len(alike(every, config(*asked))) == found


def test_the_run_says_whose_works_stand_for_theirs():
    few = grids(m34_major=31, m34_minor=9)
    home = TunePhrases(few, few, few, (), ())
    (told,) = stand_ins(home, config("3/4", "major"))
    assert told == (
        "few phrases held out are in 3/4, major: 40 in 3/4, any mode stand for people’s"
    )
    many = grids(m34_major=ENOUGH)
    assert not stand_ins(TunePhrases(many, many, many, (), ()), config("3/4", "major"))
