"""torch's Adam and AdamW, without the seconds that they take to import torch's compiler.

Their methods are wrapped so that the compiler leaves them alone, and the wrappers import it
(``torch._dynamo``) at first use: 1.5 s of every start, for something that is not used here. These
are the same methods with the wrappers taken off; state and arithmetic are torch's own.
"""

from __future__ import annotations

import inspect
from typing import Any

import torch


class Adam(torch.optim.Adam):
    """``torch.optim.Adam``; see the module."""

    def add_param_group(self, param_group: dict[str, Any]) -> None:
        """As in torch."""
        inspect.unwrap(torch.optim.Optimizer.add_param_group)(self, param_group)

    def state_dict(self) -> dict[str, Any]:
        """As in torch."""
        return inspect.unwrap(torch.optim.Optimizer.state_dict)(self)

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """As in torch."""
        inspect.unwrap(torch.optim.Optimizer.load_state_dict)(self, state_dict)

    def zero_grad(self, set_to_none: bool = True) -> None:
        """As in torch."""
        inspect.unwrap(torch.optim.Optimizer.zero_grad)(self, set_to_none)

    @torch.no_grad()
    def step(self, closure: Any = None) -> Any:
        """As in torch."""
        plain: Any = inspect.unwrap(torch.optim.Adam.step)  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType] - torch leaves it untyped
        return plain(self, closure)


class AdamW(Adam):
    """``torch.optim.AdamW``: Adam with weight decay apart from the gradient."""

    def __init__(
        self, params: Any, *, lr: float, betas: tuple[float, float], weight_decay: float = 1e-2
    ) -> None:
        super().__init__(
            params, lr=lr, betas=betas, weight_decay=weight_decay, decoupled_weight_decay=True
        )
