"""Matrix product, RMSNorm and a decoder's attention, as fast as this CPU does them.

PyTorch multiplies 32-bit matrices with Intel's MKL, which on other makers' processors does
without their widest instructions. oneDNN, which every PyTorch for x86 carries too, uses them:
on a recent AMD core it is twice as fast (``benchmarks/grpo_step.py``). Where it is not
available, or for other devices and precisions, PyTorch's own way is taken.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, no_type_check

import numpy as np
import torch
from jaxtyping import Float
from numba import njit
from torch import Tensor, nn
from torch.autograd.function import FunctionCtx, once_differentiable
from torch.nn import functional as F


def _find_onednn() -> Callable[..., Tensor] | None:
    """The product that compiled models use; None where there is no oneDNN."""
    try:
        product = torch.ops.mkldnn._linear_pointwise.default
    except AttributeError:
        return None
    return product if torch.backends.mkldnn.is_available() else None


_ONEDNN = _find_onednn()


def linear(x: Float[Tensor, "*S K"], weight: Float[Tensor, "N K"]) -> Float[Tensor, "*S N"]:
    """``x @ weight.T``, with gradients."""
    if _ONEDNN is None or x.device.type != "cpu" or x.dtype != torch.float32 or not x.numel():
        return F.linear(x, weight)
    if torch.is_grad_enabled() and (x.requires_grad or weight.requires_grad):
        return _Product.apply(x, weight)
    return _product(x, weight)


class Linear(nn.Linear):
    """A linear layer without bias whose product goes through ``linear``."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__(inputs, outputs, bias=False)

    def forward(self, input: Tensor) -> Tensor:
        """Multiply by the weight."""
        return linear(input, self.weight)


class RMSNorm(nn.RMSNorm):
    """Root-mean-square norm (Zhang & Sennrich 2019) whose backward pass is written out."""

    def forward(self, x: Tensor) -> Tensor:
        """Scale each row to a root mean square of 1, then each column by its weight."""
        if torch.is_grad_enabled():
            return _Norm.apply(x, self.weight, self.eps)
        return super().forward(x)


def attend_one(
    q: Float[Tensor, "B K G D"],
    keys: Float[Tensor, "B K L D"],
    values: Float[Tensor, "B K L D"],
    seen: int,
) -> Float[Tensor, "B K G D"]:
    """Attention of one new position to the first ``seen``; no gradients, ``q`` already scaled.

    Thousands of tiny products, which a library spends more time on arranging than computing.
    """
    if q.device.type != "cpu" or q.dtype != torch.float32:
        likeness = torch.matmul(q, keys[:, :, :seen].mT)
        return torch.matmul(likeness.softmax(-1), values[:, :, :seen])
    found = torch.empty(q.shape, device=q.device)
    _attend_one(q.numpy(), keys.numpy(), values.numpy(), found.numpy(), seen)
    return found


@no_type_check  # compiled code cannot be wrapped in run-time checks
# No "nnan": a network gone wrong must show its NaN, so that the learner can go back.
@njit(cache=True, nogil=True, fastmath={"reassoc", "contract", "arcp", "nsz"})
def _attend_one(
    q: np.ndarray, keys: np.ndarray, values: np.ndarray, found: np.ndarray, seen: int
) -> None:
    B, K, G, D = q.shape
    weight = np.empty(seen, np.float32)
    for b in range(B):
        for k in range(K):
            for g in range(G):
                top = np.float32(-np.inf)
                for s in range(seen):
                    likeness = np.float32(0)
                    for d in range(D):
                        likeness += q[b, k, g, d] * keys[b, k, s, d]
                    weight[s] = likeness
                    top = max(top, likeness)
                total = np.float32(0)
                for s in range(seen):
                    weight[s] = math.exp(weight[s] - top)
                    total += weight[s]
                found[b, k, g] = 0
                for s in range(seen):
                    share = weight[s] / total
                    for d in range(D):
                        found[b, k, g, d] += share * values[b, k, s, d]


def _product(x: Tensor, weight: Tensor) -> Tensor:
    assert _ONEDNN is not None
    return _ONEDNN(x, weight, None, "none", [], "")


class _Product(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor) -> Tensor:
        ctx.save_for_backward(x, weight)
        return _product(x, weight)

    @staticmethod
    @once_differentiable
    def backward(  # pyright: ignore[reportIncompatibleMethodOverride] - ctx by position
        ctx: Any, *gradients: Tensor
    ) -> tuple[Tensor | None, Tensor | None]:
        (gradient,), (x, weight) = gradients, ctx.saved_tensors
        need_x, need_weight = ctx.needs_input_grad
        for_x = _product(gradient, weight.T) if need_x else None
        if not need_weight:
            return for_x, None
        rows, seen = gradient.reshape(-1, gradient.shape[-1]), x.reshape(-1, x.shape[-1])
        return for_x, _product(rows.T, seen.T)


class _Norm(torch.autograd.Function):
    @staticmethod
    def forward(ctx: FunctionCtx, x: Tensor, weight: Tensor, epsilon: float) -> Tensor:
        length = torch.linalg.vector_norm(x, dim=-1, keepdim=True)
        scale = (length.square_() / x.shape[-1] + epsilon).rsqrt_()
        normed = x * scale
        ctx.save_for_backward(normed, scale, weight)
        return normed * weight

    @staticmethod
    @once_differentiable
    def backward(  # pyright: ignore[reportIncompatibleMethodOverride] - ctx by position
        ctx: Any, *gradients: Tensor
    ) -> tuple[Tensor, Tensor, None]:
        (gradient,), (normed, scale, weight) = gradients, ctx.saved_tensors
        width = normed.shape[-1]
        for_weight = (gradient * normed).reshape(-1, width).sum(0)
        inner = gradient * weight
        along = torch.linalg.vecdot(inner, normed)[..., None] / width
        return inner.addcmul_(normed, along, value=-1).mul_(scale), for_weight, None
