import subprocess
import sys

import pytest
import torch

from makar.learners.optimisers import Adam, AdamW


def trained(kind, **options):
    torch.manual_seed(0)
    model = torch.nn.Linear(5, 3)
    groups = [
        {"params": [model.weight], "weight_decay": 0.1},
        {"params": [model.bias], "weight_decay": 0.0},
    ]
    optimiser = kind(groups, lr=0.01, betas=(0.9, 0.98), **options)
    for update in range(12):
        optimiser.zero_grad()
        model(torch.ones(2, 5)).pow(2).sum().backward()
        optimiser.step()
        if update == 6:
            optimiser.load_state_dict(optimiser.state_dict())
    return model.weight.detach()


@pytest.mark.parametrize(("ours", "torchs"), [(Adam, torch.optim.Adam), (AdamW, torch.optim.AdamW)])
def test_each_step_is_torchs_own_to_the_bit(ours, torchs):
    assert torch.equal(trained(ours), trained(torchs))


def test_decay_is_apart_from_the_gradient():
    assert not torch.equal(trained(AdamW), trained(Adam))


def test_the_compiler_is_not_imported():
    program = (
        "import sys, torch; from makar.learners.optimisers import Adam\n"
        "p = torch.nn.Parameter(torch.ones(2)); o = Adam([p], lr=0.1)\n"
        "p.sum().backward(); o.step(); o.zero_grad(); o.load_state_dict(o.state_dict())\n"
        "sys.exit('torch._dynamo' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=120)
