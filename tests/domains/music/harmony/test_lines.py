import numpy as np
import pytest

from makar.core.types import Prompt
from makar.domains.music.harmony import lines

# alto: up 2, down 7; tenor: stays, up 4; bass: up 5, up 12
WORK = ("C5:4 E5:4 D5:8", "G4:4 A4:4 D4:8", "E4:4 E4:4 G#4:8", "C3:4 F3:4 F4:8")
STILL = ("C5:16", "G4:16", "E4:16", "C3:16")


def test_line_moves_step_over_rests(chorus):
    interval, present = lines.line_moves(chorus(("C5:4 r:4 E5:4 F5:4", *STILL[1:])))
    assert np.flatnonzero(present[0, 0]).tolist() == [8, 12]
    assert interval[0, 0, [8, 12]].tolist() == [4, 1]
    assert not present[0, 1:].any()


@pytest.mark.parametrize(
    ("reward", "value"),
    [
        (lines.inner_motion, (2 + 7 + 0 + 4) / 4),
        (lines.inner_leaps, 1 / 4),
        (lines.line_steps, 2 / 8),  # the soprano's second and the alto's first
        (lines.bass_leaps, 2 / 2),
    ],
)
def test_lines_by_hand(chorus, judge, reward, value):
    values = judge(reward, chorus(WORK, STILL))
    assert values[0] == pytest.approx(value)
    assert np.isnan(values[1])


def test_awkward_moves_by_hand(chorus):
    awkward = ("C5:4 F#5:4 F5:8", "G4:4 A3:4 B3:8", "C4:4 D5:4 D4:8", "C3:4 G3:4 E3:8")
    # a tritone, a minor seventh, more than an octave; an octave, fifths and sixths are none
    found = lines.awkward_moves(chorus(awkward, WORK), [Prompt()] * 2)
    assert found.values == pytest.approx([3 / 8, 0])
    assert np.flatnonzero(found.credit[0]).tolist() == [4]
    assert found.credit[0, 4] == pytest.approx(3 / 8)
