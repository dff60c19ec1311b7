"""Where tensors lie: one rule for all generators and learners.

Works are made, judged and kept on the CPU: what ``sample`` returns lies there, and so do the
states of processes and the tokens of codecs. Only networks may lie elsewhere. ``evaluate``
computes where the weights lie and *answers where the rollout lies*, so that whoever knows
nothing of devices need not care; a learner, which computes on after the evaluation, first
moves the rollout to the weights (``Rollout.to``), and then nothing is moved again.
"""

from __future__ import annotations

import torch
from torch import nn

CPU = torch.device("cpu")


def device_of(module: nn.Module) -> torch.device:
    """Where the module's weights lie; the CPU where it has none."""
    return next((weight.device for weight in module.parameters()), CPU)
