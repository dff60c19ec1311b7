import numpy as np
import pytest

from makar.domains.images.rewards.style import folder_distance, inner_distance

FOLDER = np.array([[0.0, 0], [3, 4], [6, 8]])


def test_distances_by_hand():
    assert folder_distance(np.array([[0.0, 1], [3, 4]]), FOLDER).tolist() == [1, 0]
    assert folder_distance(FOLDER[:1], FOLDER, neighbours=2).tolist() == [2.5]
    assert inner_distance(FOLDER).tolist() == [5, 5, 5]
    assert inner_distance(FOLDER, neighbours=2).tolist() == [7.5, 5, 7.5]


def test_too_small_a_folder_is_refused():
    with pytest.raises(ValueError, match="a folder of 3 has no 4"):
        folder_distance(FOLDER, FOLDER, neighbours=4)
    with pytest.raises(ValueError, match="no 3 others"):
        inner_distance(FOLDER, neighbours=3)
