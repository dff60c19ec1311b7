"""EfficientNet-Lite0, for looking only (Tan & Le 2019; the Lite variant of their repository, 2020).

Deviations from the reference, which change no number beyond rounding:
    1. The batch norms, which do not learn here, are folded into the convolutions before them.
    2. Padding follows the picture's size as TensorFlow's ``SAME`` does, so that any size will do.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor

EMBEDDING = 1280
_NORM_EPSILON = 1e-3
_STAGES = (
    # blocks, stride of the first, expansion
    (1, 1, 1),
    (2, 2, 6),
    (2, 2, 6),
    (3, 2, 6),
    (3, 1, 6),
    (4, 2, 6),
    (1, 1, 6),
)


@dataclass(frozen=True)
class _Convolution:
    """A convolution and the batch norm after it as one; ReLU6 after it unless it is linear."""

    weight: Tensor
    bias: Tensor
    stride: int = 1
    groups: int = 1
    linear: bool = False

    @classmethod
    def folded(
        cls,
        weights: Mapping[str, Tensor],
        name: str,
        norm: str,
        *,
        stride: int = 1,
        apart: bool = False,
        linear: bool = False,
    ) -> _Convolution:
        kernel = weights[f"{name}.weight"]
        scale = weights[f"{norm}.weight"]
        scale = scale / torch.sqrt(weights[f"{norm}.running_var"] + _NORM_EPSILON)
        bias = weights[f"{norm}.bias"] - weights[f"{norm}.running_mean"] * scale
        groups = len(kernel) if apart else 1
        return cls(kernel * scale[:, None, None, None], bias, stride, groups, linear)

    def __call__(self, x: Tensor) -> Tensor:
        size, (height, width) = self.weight.shape[-1], x.shape[2:]
        if size > 1:
            x = F.pad(x, (*_same(width, size, self.stride), *_same(height, size, self.stride)))
        x = F.conv2d(x, self.weight, self.bias, self.stride, groups=self.groups)
        return x if self.linear else F.relu6(x)


@dataclass(frozen=True)
class _Block:
    """An inverted bottleneck: widen, look around in each channel apart, narrow."""

    steps: tuple[_Convolution, ...]
    passes_on: bool

    def __call__(self, x: Tensor) -> Tensor:
        out = x
        for step in self.steps:
            out = step(out)
        return out + x if self.passes_on else out


class EfficientNetLite0:
    """The network with its weights; nothing in it learns.

    Args:
        weights: By the names of the PyTorch port ``efficientnet_lite_pytorch``.

    Raises:
        KeyError: a weight is missing.
    """

    def __init__(self, weights: Mapping[str, Tensor]) -> None:
        self._stem = _Convolution.folded(weights, "_conv_stem", "_bn0", stride=2)
        self._blocks = [
            _block(weights, f"_blocks.{number}", stride, expansion)
            for number, (stride, expansion) in enumerate(_shapes())
        ]
        self._head = _Convolution.folded(weights, "_conv_head", "_bn1")
        self._classes = weights["_fc.weight"], weights["_fc.bias"]

    @torch.inference_mode()
    def blocks(self, pictures: Float[Tensor, "B 3 H W"], *, last: int = 15) -> list[Tensor]:
        """What each block up to the last asked for makes of the pictures, ``(B, C, h, w)``."""
        seen, x = [], self._stem((pictures * 255 - 127) / 128)
        for block in self._blocks[: last + 1]:
            x = block(x)
            seen.append(x)
        return seen

    @torch.inference_mode()
    def embedding(self, pictures: Float[Tensor, "B 3 H W"]) -> Float[Tensor, "B 1280"]:
        """The last layer before the classes, its mean over the picture.

        Args:
            pictures: sRGB, 0..1.
        """
        return self._head(self.blocks(pictures)[-1]).mean((2, 3))

    @torch.inference_mode()
    def logits(self, pictures: Float[Tensor, "B 3 H W"]) -> Float[Tensor, "B 1000"]:
        """How much each looks like each of ImageNet's thousand classes."""
        return F.linear(self.embedding(pictures), *self._classes)


def _shapes() -> Iterator[tuple[int, int]]:
    """Stride and expansion of each block."""
    for count, stride, expansion in _STAGES:
        yield stride, expansion
        yield from [(1, expansion)] * (count - 1)


def _block(weights: Mapping[str, Tensor], name: str, stride: int, expansion: int) -> _Block:
    around = _Convolution.folded(
        weights, f"{name}._depthwise_conv", f"{name}._bn1", stride=stride, apart=True
    )
    narrow = _Convolution.folded(weights, f"{name}._project_conv", f"{name}._bn2", linear=True)
    passes_on = stride == 1 and len(around.weight) == expansion * len(narrow.weight)
    if expansion == 1:
        return _Block((around, narrow), passes_on)
    widen = _Convolution.folded(weights, f"{name}._expand_conv", f"{name}._bn0")
    return _Block((widen, around, narrow), passes_on)


def _same(size: int, kernel: int, stride: int) -> tuple[int, int]:
    """TensorFlow's padding before and after: the output is ``ceil(size / stride)``."""
    missing = max((-(-size // stride) - 1) * stride + kernel - size, 0)
    return missing // 2, missing - missing // 2
