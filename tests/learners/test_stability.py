"""The knobs of the stability kit, by hand."""

from __future__ import annotations

from math import e, exp, nan

import pytest
import torch
from torch import nn

from makar.learners.stability import (
    AdaptiveCoefficient,
    EntropyFloor,
    LastGood,
    Stability,
    gradient_norm,
)


def test_kl_coefficient_follows_the_target() -> None:
    knob = AdaptiveCoefficient(1.0, target=0.1, rate=0.1)
    knob.update(0.1)
    assert knob.value == 1.0
    knob.update(0.15)  # half too much: e^(.1 * .5)
    assert knob.value == pytest.approx(exp(0.05))
    knob.update(5.0)  # far too much: at most e^.1
    assert knob.value == pytest.approx(exp(0.15))
    knob.update(0.0)  # far too little: e^(-.1 / 4), since it is lowered more slowly
    assert knob.value == pytest.approx(exp(0.125))
    knob.update(0.09)  # a tenth too little
    assert knob.value == pytest.approx(exp(0.115))
    knob.update(nan)
    assert knob.value == pytest.approx(exp(0.115))
    for _ in range(1000):
        knob.update(9.0)
    assert knob.value == 10.0
    for _ in range(1000):
        knob.update(0.0)
    assert knob.value == 1e-4


def test_kl_coefficient_without_target_stays() -> None:
    knob = AdaptiveCoefficient(0.3, target=None)
    knob.update(100.0)
    assert knob.value == 0.3


def test_entropy_is_paid_for_only_below_the_floor() -> None:
    knob = EntropyFloor(0.5, rate=0.1)
    knob.update(1.0, reference=1.0)
    assert knob.value == 0
    knob.update(0.25, reference=1.0)  # half of what the floor asks: .1 * .5
    assert knob.value == pytest.approx(0.05)
    knob.update(0.0, reference=1.0)
    assert knob.value == pytest.approx(0.15)
    knob.update(1.0, reference=1.0)  # twice the floor: .1 * (1 - 2)
    assert knob.value == pytest.approx(0.05)
    knob.update(nan, reference=1.0)
    knob.update(0.0, reference=0.0)
    knob.update(0.0, reference=nan)
    assert knob.value == pytest.approx(0.05)
    off = EntropyFloor(None)
    off.update(0.0, reference=1.0)
    assert off.value == 0


def test_last_good_counts_only_faults_in_a_row() -> None:
    model = nn.Linear(2, 2)
    kept = LastGood(model, torch.optim.Adam(model.parameters()), patience=3, every=2)
    good = model.weight.detach().clone()
    answers = [kept.update(usable=u) for u in (False, False, True, False, False)]
    assert not any(answers)
    with torch.no_grad():
        model.weight.fill_(e)
    assert kept.update(usable=False)
    assert torch.equal(model.weight, good)
    assert not kept.update(usable=False), "counting starts again"


def test_last_good_keeps_a_copy_every_few_good_updates() -> None:
    model = nn.Linear(1, 1)
    kept = LastGood(model, torch.optim.Adam(model.parameters()), patience=1, every=3)
    for i in range(8):
        with torch.no_grad():
            model.weight.fill_(i)
        kept.update(usable=True)
    assert kept.update(usable=False)
    assert model.weight.item() == 5.0  # of the sixth


def test_last_good_survives_save_and_load() -> None:
    model = nn.Linear(1, 1)
    optimiser = torch.optim.Adam(model.parameters())
    kept = LastGood(model, optimiser, patience=2, every=1)
    kept.update(usable=True)
    good = model.weight.detach().clone()
    kept.update(usable=False)
    state = kept.state_dict()
    with torch.no_grad():
        model.weight.fill_(9)
    again = LastGood(model, optimiser, patience=2, every=1)
    again.load_state_dict(state)
    assert again.update(usable=False), "one fault was already on the books"
    assert torch.equal(model.weight, good)


def test_gradient_norm_clips_but_reports_the_whole() -> None:
    model = nn.Linear(2, 1, bias=False)
    model.weight.grad = torch.tensor([[3.0, 4.0]])
    assert gradient_norm(model, None) == 5.0
    assert model.weight.grad.tolist() == [[3.0, 4.0]]
    assert gradient_norm(model, 1.0) == 5.0
    torch.testing.assert_close(model.weight.grad, torch.tensor([[0.6, 0.8]]))
    model.weight.grad = torch.tensor([[torch.nan, 4.0]])
    assert gradient_norm(model, 1.0) != gradient_norm(model, 1.0)


def test_the_kit_is_on_by_default_and_off_is_off() -> None:
    kit, off = Stability(), Stability.off()
    assert kit.kl_coefficient > 0
    assert kit.entropy_floor
    assert kit.clip_norm
    assert kit.skip_flat_groups
    assert kit.roll_back_after == 3
    assert not any(off.model_dump().values())
