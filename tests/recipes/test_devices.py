"""Asking for a device: what is there is taken, what is not is refused with the remedy."""

import pytest
import torch

from makar.core.errors import ConfigError
from makar.recipes.devices import checked_device, device_or_cpu


@pytest.fixture
def cards(monkeypatch):
    def pretend(count):
        monkeypatch.setattr(torch.backends.cuda, "is_built", lambda: count is not None)
        monkeypatch.setattr(torch.cuda, "device_count", lambda: count or 0)

    return pretend


@pytest.mark.parametrize("count", [None, 0, 2])
def test_the_cpu_is_always_there(cards, count):
    cards(count)
    assert checked_device("cpu") == device_or_cpu("cpu") == torch.device("cpu")


def test_cards_that_are_there_are_taken(cards):
    cards(2)
    for name in ("cuda", "cuda:0", "cuda:1"):
        assert checked_device(name) == device_or_cpu(name) == torch.device(name)


@pytest.mark.parametrize(
    ("count", "name", "said"),
    [
        (None, "cuda", "built without CUDA; install one"),
        (0, "cuda", "no graphics card at all; check with nvidia-smi"),
        (2, "cuda:2", "finds cuda:0, cuda:1; check"),
    ],
)
def test_others_are_refused_with_the_remedy(cards, count, name, said):
    cards(count)
    with pytest.raises(ConfigError, match=f"device: '{name}' .*{said}.*leave the device at cpu"):
        checked_device(name)
    assert device_or_cpu(name) == torch.device("cpu")
