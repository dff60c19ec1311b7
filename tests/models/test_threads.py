"""Shards of works on several threads: the same works, the same faults, nothing left changed."""

import threading

import pytest
import torch

from makar.core.seeds import Seeds
from makar.core.types import Prompt
from makar.models.threads import side_by_side


@pytest.fixture
def two_threads():
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    yield
    torch.set_num_threads(before)


@pytest.mark.usefixtures("two_threads")
def test_pieces_are_made_at_once_in_order_and_share_torchs_threads():
    meeting = threading.Barrier(2, timeout=20)  # broken unless two are under way together
    settings = []

    def work(item):
        meeting.wait()
        settings.append(torch.get_num_threads())
        return item * 10

    assert side_by_side(work, [1, 2, 3, 4]) == [10, 20, 30, 40]
    assert settings == [1, 1, 1, 1]
    assert torch.get_num_threads() == 2


@pytest.mark.usefixtures("two_threads")
def test_a_piece_alone_keeps_all_threads():
    assert side_by_side(lambda _: (threading.current_thread(), torch.get_num_threads()), [0]) == [
        (threading.main_thread(), 2)
    ]


@pytest.mark.usefixtures("two_threads")
def test_faults_are_raised_and_threads_put_back():
    def work(item):
        raise RuntimeError(f"piece {item}")

    with pytest.raises(RuntimeError, match="piece 1"):
        side_by_side(work, [1, 2])
    assert torch.get_num_threads() == 2


def test_works_do_not_depend_on_the_number_of_threads(toy, request):
    policy = toy.policy(toy.Codec(vocabulary=7, length=24), shard=8)
    prompts = [Prompt(str(i)) for i in range(30)]
    one = policy.sample(prompts, seeds=Seeds(1))
    request.getfixturevalue("two_threads")
    for _ in range(3):
        two = policy.sample(prompts, seeds=Seeds(1))
        assert torch.equal(one.actions, two.actions)
        assert torch.equal(one.logp, two.logp)
        assert not two.logp.requires_grad
        assert not two.logp.is_inference()
