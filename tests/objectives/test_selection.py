"""The best and the worst of each group."""

import pytest
import torch

from makar.objectives.selection import best_and_worst


def rows(totals, group, keep):
    totals, group = torch.tensor(totals), torch.tensor(group, dtype=torch.long)
    return best_and_worst(totals, group, keep=keep).tolist()


def test_by_hand():
    totals = [0.5, 0.1, 0.9, 0.4, 0.8, 0.2]
    assert rows(totals, [0] * 6, 4) == [1, 2, 4, 5]
    assert rows(totals, [0] * 6, 3) == [1, 2, 4], "the odd one is a good one"
    assert rows(totals, [0] * 6, 6) == rows(totals, [0] * 6, 99) == [0, 1, 2, 3, 4, 5]
    assert rows(totals, [1, 1, 1, 0, 0, 0], 4) == [1, 2, 4, 5], "of each group its own"
    assert rows(totals, [0, 0, 0, 0, 1, 2], 2) == [1, 2, 4, 5], "two of each, if it has them"


@pytest.mark.parametrize("count", [0, 1])
def test_of_few_all(count):
    assert rows([0.5] * count, [0] * count, 4) == [*range(count)]


def test_equal_ones_in_the_order_of_the_batch():
    assert rows([0.5] * 5, [0] * 5, 2) == [0, 4]
