"""The LSTM: step by step or all at once."""

from __future__ import annotations

import pytest
import torch

from makar.models.recurrent import Recurrent, RecurrentConfig


@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("prefix", [1, 4])
def test_the_decoder_gives_the_logits_of_the_whole(layers: int, prefix: int) -> None:
    torch.manual_seed(0)
    model = Recurrent(RecurrentConfig(vocabulary=11, width=16, layers=layers, dropout=0.3)).eval()
    written = torch.randint(11, (3, 9))
    with torch.no_grad():
        whole = model.logits(model.hidden(written))
        decode = model.decoder(3, 9)
        steps = [decode(written[:, :prefix])]
        steps += [decode(written[:, t : t + 1]) for t in range(prefix, 9)]
    torch.testing.assert_close(torch.stack(steps, 1), whole[:, prefix - 1 :], atol=1e-6, rtol=1e-5)
    assert model.value(model.hidden(written)).shape == (3, 9)
