"""The LSTM: step by step or all at once."""

from __future__ import annotations

import pytest
import torch

from makar.models.recurrent import Recurrent, RecurrentConfig


@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("prefix", [1, 4])
@pytest.mark.parametrize("lookback", [(), (1, 3, 20)])
def test_the_decoder_gives_the_logits_of_the_whole(
    layers: int, prefix: int, lookback: tuple[int, ...]
) -> None:
    torch.manual_seed(0)
    model = Recurrent(
        RecurrentConfig(vocabulary=11, width=16, layers=layers, dropout=0.3, lookback=lookback)
    ).eval()
    written = torch.randint(11, (3, 9))
    with torch.no_grad():
        whole = model.logits(model.hidden(written))
        decode = model.decoder(3, 9)
        steps = [decode(written[:, :prefix])]
        steps += [decode(written[:, t : t + 1]) for t in range(prefix, 9)]
    torch.testing.assert_close(torch.stack(steps, 1), whole[:, prefix - 1 :], atol=1e-6, rtol=1e-5)
    assert model.value(model.hidden(written)).shape == (3, 9)


def test_it_is_shown_what_stood_so_many_tokens_before_the_next() -> None:
    model = Recurrent(RecurrentConfig(vocabulary=5, width=8, lookback=(2, 4)))
    tokens = torch.tensor([[3, 1, 4, 0, 2]])
    plain = model.embed(tokens) + model.position.weight[:5]
    shown = (model.seen(tokens, 0) - plain)[0]
    past = model.past.weight  # rows 0..4 are two tokens ago, rows 5..9 four tokens ago
    expected = torch.stack(
        [torch.zeros(8), past[3], past[1], past[4] + past[5 + 3], past[0] + past[5 + 1]]
    )
    torch.testing.assert_close(shown, expected)


def test_a_token_looked_back_to_is_copied_after_little_learning() -> None:
    """Random tokens, repeated after nine: only what is shown of the past can tell the next."""
    losses = {}
    for lookback in ((), (9,)):
        torch.manual_seed(0)
        model = Recurrent(RecurrentConfig(vocabulary=8, width=24, lookback=lookback))
        optimiser = torch.optim.Adam(model.parameters(), lr=1e-2)
        for _ in range(60):
            once = torch.randint(8, (32, 9))
            tokens = torch.cat((once, once), 1)
            logits = model.logits(model.hidden(tokens[:, :-1]))[:, 8:]
            loss = torch.nn.functional.cross_entropy(logits.flatten(0, 1), tokens[:, 9:].flatten())
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
        losses[lookback] = loss.item()
    assert losses[()] > 1.9  # log 8 = 2.08: as good as guessing
    assert losses[(9,)] < 0.5
