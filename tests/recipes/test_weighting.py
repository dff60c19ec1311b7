"""What a catalogue's rewards become in a run."""

import numpy as np

from makar.core.transforms import AtLeast, AtMost, Unchanged
from makar.measures.catalogue import Catalogue, Entry, plain
from makar.recipes.settings import RewardConfig
from makar.recipes.weighting import Weighting


def scorer(works, _prompts):
    return np.ones(len(works))


WEIGHTING = Weighting(
    Catalogue(
        (
            Entry("close", plain(scorer), "closes", "ours", fixed=Unchanged()),
            Entry("playable", plain(scorer), "can be won", "ours", role="gate", fixed=AtLeast(1)),
            Entry("near_copy", plain(scorer), "is new", "ours", role="gate", corpus=True,
                  fixed=AtMost(0)),
            Entry("novelty", plain(scorer), "is new", "ours", corpus=True, fixed=Unchanged()),
        )
    ),
    defaults={"close": 3.0},
)  # fmt: skip


def test_gates_at_what_was_learned_from_are_told_from_other_gates():
    scorers = dict.fromkeys(WEIGHTING.catalogue, scorer)
    quantiles = dict.fromkeys(scorers, (0.0, 0.0, 0.0, 0.0, 0.0))
    parts = WEIGHTING.components(RewardConfig(), scorers, quantiles)
    assert [part.name for part in parts if part.copying] == ["near_copy"]
    assert {part.name: part.weight for part in parts if part.role == "score"} == {
        "close": 3.0, "novelty": 1.0,
    }  # fmt: skip
