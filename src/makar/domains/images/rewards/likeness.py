"""How much a picture is like the one it was painted from, near and from afar."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from jaxtyping import Float

from makar.domains.images.pictures.colour import oklab_of

LEVELS = 4
"""Whole, and halved three times."""
_WINDOW, _SIGMA = 11, 1.5
_STEADY = (0.01**2, 0.03**2)


def colour_error(
    pixels: Float[np.ndarray, "H W 3"],
    target: Float[np.ndarray, "H W 3"],
    *,
    detail: Float[np.ndarray, "H W"] | None = None,
    levels: int = LEVELS,
) -> float:
    """Mean squared error of the sRGB channels, averaged over a pyramid of halved pictures.

    The whole picture alone is deaf to a colour that is right on average (hatching, dots); the
    halved ones hear it (a Gaussian pyramid's idea, Burt & Adelson 1983, with box means).

    Args:
        pixels: sRGB, 0..1.
        target: The same of what it should be.
        detail: How much each pixel counts, 0 or more.
        levels: How often to halve, plus one; fewer where a side would fall under one pixel.

    Returns:
        0 for the same picture, 1 for black against white; NaN where nothing counts.

    Raises:
        ValueError: the pictures differ in size.
    """
    _same_size(pixels, target)
    weight = np.ones(pixels.shape[:2]) if detail is None else np.asarray(detail, np.float64)
    if not weight.sum():
        return float("nan")
    errors: list[float] = []
    steps = zip(_halved(pixels - target, levels), _halved(weight[..., None], levels), strict=True)
    for off, counts in steps:
        errors.append(float(np.average((off**2).mean(2), weights=counts[..., 0])))
    return float(np.mean(errors))


def edge_likeness(
    pixels: Float[np.ndarray, "H W 3"],
    target: Float[np.ndarray, "H W 3"],
    *,
    levels: int = LEVELS,
) -> float:
    """Whether edges run where the target's run, as strong, from bright to dark on the same side.

    1 - Σ|∇a - ∇b|² / Σ(|∇a|² + |∇b|²) of Oklab's lightness, averaged over the pyramid: 1 the same,
    0 unrelated or no edges at all where the target has some, -1 the negative. 1 where neither has.

    Raises:
        ValueError: the pictures differ in size.
    """
    _same_size(pixels, target)
    found: list[float] = []
    lights = (_halved(oklab_of(p)[..., :1], levels) for p in (pixels, target))
    for one, other in zip(*lights, strict=True):
        if min(one.shape[:2]) < 2:
            break
        a, b = (np.stack(np.gradient(light[..., 0])) for light in (one, other))
        there = float((a**2).sum() + (b**2).sum())
        off = float(((a - b) ** 2).sum())
        found.append(1 - off / there if there > 1e-12 else 1.0)
    return float(np.mean(found)) if found else float("nan")


def ssim(pixels: Float[np.ndarray, "H W 3"], target: Float[np.ndarray, "H W 3"]) -> float:
    """Structural similarity (Wang et al. 2004), the mean over the three channels; 1 the same.

    Gaussian windows of 11 pixels (σ 1.5) that lie inside, K₁ = .01, K₂ = .03, range 1. NaN for a
    picture that is smaller than a window.

    Raises:
        ValueError: the pictures differ in size.
    """
    _same_size(pixels, target)
    if min(pixels.shape[:2]) < _WINDOW:
        return float("nan")
    x, y = np.asarray(pixels, np.float64), np.asarray(target, np.float64)
    mx, my = _smoothed(x), _smoothed(y)
    vx, vy = _smoothed(x * x) - mx * mx, _smoothed(y * y) - my * my
    both = _smoothed(x * y) - mx * my
    light, contrast = _STEADY
    above = (2 * mx * my + light) * (2 * both + contrast)
    return float((above / ((mx * mx + my * my + light) * (vx + vy + contrast))).mean())


def _same_size(pixels: np.ndarray, target: np.ndarray) -> None:
    if pixels.shape != target.shape:
        raise ValueError(
            f"a picture is compared with one of its own size, got {pixels.shape} and {target.shape}"
        )


def _halved(field: np.ndarray, levels: int) -> Iterator[np.ndarray]:
    """``(H, W, C)`` and its halves, each pixel the mean of four; an odd last row or column goes."""
    yield field
    for _ in range(levels - 1):
        height, width = field.shape[0] // 2, field.shape[1] // 2
        if not (height and width):
            return
        field = field[: 2 * height, : 2 * width].reshape(height, 2, width, 2, -1).mean((1, 3))
        yield field


def _smoothed(field: np.ndarray) -> np.ndarray:
    """With the window along rows, then along columns; only where it lies inside."""
    at = np.arange(_WINDOW) - _WINDOW // 2
    kernel = np.exp(-(at**2) / (2 * _SIGMA**2))
    kernel /= kernel.sum()
    for axis in (0, 1):
        inside = field.shape[axis] - _WINDOW + 1
        parts = (
            weight * np.take(field, range(first, first + inside), axis=axis)
            for first, weight in enumerate(kernel)
        )
        field = sum(parts, start=np.zeros(()))
    return field
