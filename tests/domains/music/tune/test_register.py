"""The instrument that is asked for is the one whose compass is watched."""

import numpy as np
import pytest
import torch

from makar.domains.music.melody.codec import MelodyCodec
from makar.domains.music.melody.grid import MelodyGrid, MelodyGrids
from makar.domains.music.piece.piece import Metre
from makar.domains.music.tune import assessment, recipe
from makar.domains.music.tune.config import MelodyConfig
from makar.domains.music.tune.phrases import TunePhrases
from makar.models.recurrent import Recurrent, RecurrentConfig
from makar.models.token_policy import TokenPolicy

PIPES = 109
CONFIG = MelodyConfig.model_validate({"recipe": "tune", "ask": {"program": PIPES}})


class SeenError(Exception):
    """Carries the instrument out of what is set up."""


@pytest.fixture
def phrases():
    one = MelodyGrid(np.full(96, 20, np.int8), Metre(0, 6, 8))
    grids = MelodyGrids.stack([one] * 40)
    return TunePhrases(grids, grids, grids, (), ())


def seen(*_, program, **__):
    raise SeenError(program)


def test_by_the_recipe(phrases, monkeypatch):
    monkeypatch.setattr(recipe, "melody_reward", seen)
    torch.manual_seed(0)
    codec = MelodyCodec()
    policy = TokenPolicy(Recurrent(RecurrentConfig(vocabulary=codec.vocabulary, width=4)), codec)
    with pytest.raises(SeenError, match=str(PIPES)):
        recipe._set_up(CONFIG, policy, phrases, None, {})


def test_of_works_that_are_brought(phrases, monkeypatch):
    monkeypatch.setattr(assessment, "plain_reward", seen)
    monkeypatch.setattr(assessment, "_home", lambda _config: phrases)
    with pytest.raises(SeenError, match=str(PIPES)):
        assessment.bench_of_folder(CONFIG, None, 4)
