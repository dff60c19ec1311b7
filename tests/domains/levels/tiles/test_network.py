import pytest
import torch

from makar.domains.levels.tiles.network import FIRST_DIGIT, TileColumns, TileColumnsConfig

HEIGHT, VOCABULARY, COLUMNS, STEPS = 5, 22, 6, 20


@pytest.fixture
def net():
    torch.manual_seed(0)
    return TileColumns(
        TileColumnsConfig(vocabulary=VOCABULARY, height=HEIGHT, steps=STEPS, width=16, inner=8)
    )


def sequence(rows=3, *, ends=(1, 1)):
    generator = torch.Generator().manual_seed(1)
    tiles = torch.randint(0, 13, (rows, COLUMNS * HEIGHT), generator=generator)
    prefix = torch.tensor([[4, *ends, 0, 0, COLUMNS]]).expand(rows, -1)
    return prefix, tiles


def test_a_decision_sees_all_that_was_written_and_nothing_after(net):
    prefix, tiles = sequence(1)
    before = net.hidden(torch.cat((prefix, tiles), 1))
    for changed in (7, 12, 20):
        other = tiles.clone()
        other[:, changed] = (other[:, changed] + 1) % 13
        after = net.hidden(torch.cat((prefix, other), 1))
        differs = (before != after).any(-1)[0, len(prefix[0]) - 1 :]
        assert not differs[: changed + 1].any()
        assert differs[changed + 1]


def test_step_by_step_is_the_same_as_all_at_once(net):
    prefix, tiles = sequence()
    whole = net.logits(net.hidden(torch.cat((prefix, tiles), 1)))[:, prefix.shape[1] - 1 :]
    decoder = net.decoder(3, prefix.shape[1] + tiles.shape[1])
    steps = [decoder(prefix), *(decoder(tiles[:, t : t + 1]) for t in range(tiles.shape[1] - 1))]
    assert torch.allclose(torch.stack(steps, 1), whole[:, :-1], atol=1e-5)


def test_ends_and_width_are_told(net):
    def first(ends, columns=COLUMNS):
        prefix, _ = sequence(1, ends=ends)
        prefix = prefix.clone()
        prefix[:, FIRST_DIGIT + 2] = columns
        return net.logits(net.hidden(prefix)[:, -1])

    assert not torch.equal(first((1, 1)), first((0, 1)))
    assert not torch.equal(first((1, 1)), first((1, 1), columns=9))
    assert torch.equal(first((1, 0)), first((1, 0), columns=9)), "no end in sight, no matter"


def test_a_wish_that_was_never_shown_is_taken_like_the_next_one_below(net):
    def first(wish):
        prefix, _ = sequence(1)
        prefix = prefix.clone()
        prefix[:, 0] = wish
        return net.logits(net.hidden(prefix)[:, -1])

    learning = torch.optim.SGD(net.parameters(), lr=1.0)
    first(10)[0, 0].backward()
    learning.step()
    assert torch.equal(first(10), first(17)), "never shown"
    assert not torch.equal(first(9), first(10))
    before = first(21)
    first(10)[0, 0].backward()
    with torch.no_grad():
        net.wish.weight += 1.0 * (net.wish.weight.grad != 0)
    assert torch.equal(first(21), before), "no wish is no step"
