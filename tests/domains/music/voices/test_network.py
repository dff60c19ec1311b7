"""The network of columns: what it samples is what it evaluates, and it never looks ahead."""

import pytest
import torch

from makar.core.devices import CPU
from makar.domains.music.voices.network import Columns, ColumnsConfig

HOLD, ABSENT, VOICES, ASKED, ROOM = 1, 9, 3, 2, 5


@pytest.fixture(scope="module")
def net():
    torch.manual_seed(3)
    config = ColumnsConfig(
        vocabulary=10, voices=VOICES, asked=ASKED, columns=ROOM, hold=HOLD, absent=ABSENT, width=16
    )
    return Columns(config).eval()


def sequences(written, seed=0):
    draw = torch.Generator().manual_seed(seed)
    asked = torch.randint(0, 2, (4, ASKED), generator=draw)
    given = torch.randint(0, 10, (4, ROOM), generator=draw)
    return torch.cat((asked, given, torch.randint(0, 9, (4, written), generator=draw)), 1)


@pytest.mark.parametrize("written", [0, 1, 3, 7, 14])
def test_step_by_step_it_thinks_the_same(net, written):
    tokens = sequences(written)
    prefix = ASKED + ROOM
    with torch.no_grad():
        whole = net.logits(net.hidden(tokens)[:, prefix - 1 :])
        decode = net.decoder(4, prefix + written)
        steps = [decode(tokens[:, :prefix])]
        steps += [decode(tokens[:, at : at + 1]) for at in range(prefix, prefix + written)]
    torch.testing.assert_close(torch.stack(steps, 1), whole, atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize("at", range(14))
def test_what_is_written_reaches_only_what_comes_after(net, at):
    tokens = sequences(14)
    place = ASKED + ROOM + at
    other = tokens.clone()
    other[:, place] = (tokens[:, place] + 4) % 9
    with torch.no_grad():
        one, two = net.hidden(tokens), net.hidden(other)
    torch.testing.assert_close(one[:, :place], two[:, :place])
    assert (one[:, place] - two[:, place]).abs().amax(-1).min() > 1e-4


def test_it_is_told_what_sounds_however_long_ago_it_was_struck(net):
    """Two pasts that differ only in one voice's first note, held ever since."""
    tokens = sequences(12)
    tokens[:, ASKED + ROOM :] = HOLD
    tokens[:, ASKED + ROOM : ASKED + ROOM + VOICES] = 4
    still = {
        name: torch.zeros_like(p) for name, p in net.named_parameters() if "lstm.weight_hh" in name
    }
    forgetful = Columns(net.config).eval()
    forgetful.load_state_dict({**net.state_dict(), **still})
    for name, parameter in forgetful.named_parameters():
        if "lstm.bias" in name:
            parameter.data[16:32] = -30.0  # the forget gate is shut: nothing is remembered
    other = tokens.clone()
    other[:, ASKED + ROOM] = 5
    with torch.no_grad():
        one, two = forgetful.hidden(tokens)[:, -1], forgetful.hidden(other)[:, -1]
    assert (one - two).abs().amax(-1).min() > 1e-3


def test_a_given_voice_is_seen_before_it_sounds(net):
    tokens = sequences(0)
    other = tokens.clone()
    tokens[:, -1], other[:, -1] = 4, 7
    with torch.no_grad():
        one, two = net.hidden(tokens), net.hidden(other)
    assert (one[:, -1] - two[:, -1]).abs().amax(-1).min() > 1e-4


def test_more_columns_than_there_is_room_for_are_refused(net):
    with pytest.raises(ValueError, match="ask for less"):
        net.hidden(sequences(ROOM * VOICES + 1))


def test_the_untaught_value_is_nothing(net):
    assert not net.value(net.hidden(sequences(4))).any()
    assert net.head.weight.device == CPU
