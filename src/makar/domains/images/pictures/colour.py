"""Colours as eyes see them: sRGB, light, and Oklab, where equal steps look equally large.

Oklab: Björn Ottosson, "A perceptual color space for image processing" (2020), with his matrices of
2021-01-25. sRGB: IEC 61966-2-1.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

_LUMINANCE = np.array([0.2126, 0.7152, 0.0722])
_CONES = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_OPPONENT = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)
# inverted here and not copied: the published inverses are rounded, and a round trip would drift
_FROM_CONES = np.linalg.inv(_CONES)
_FROM_OPPONENT = np.linalg.inv(_OPPONENT)


def decoded(srgb: Float[np.ndarray, "*N 3"] | Float[np.ndarray, "*N"]) -> np.ndarray:
    """Light from sRGB, both 0..1: twice the light is twice the number."""
    value = np.asarray(srgb, np.float64)
    return np.where(
        value <= 0.04045, value / 12.92, ((np.maximum(value, 0) + 0.055) / 1.055) ** 2.4
    )


def encoded(light: Float[np.ndarray, "*N 3"] | Float[np.ndarray, "*N"]) -> np.ndarray:
    """SRGB from light, both 0..1; what lies outside is not clipped."""
    value = np.asarray(light, np.float64)
    root = np.maximum(value, 0.0031308) ** (1 / 2.4)
    return np.where(value <= 0.0031308, value * 12.92, 1.055 * root - 0.055)


def luminance(srgb: Float[np.ndarray, "*N 3"]) -> Float[np.ndarray, "*N"]:
    """The share of white's light that a colour sends out, 0..1: .21 for the middle grey of sRGB."""
    return decoded(srgb) @ _LUMINANCE


def oklab_of(srgb: Float[np.ndarray, "*N 3"]) -> Float[np.ndarray, "*N 3"]:
    """Lightness 0..1, green to red, blue to yellow; white is (1, 0, 0)."""
    return np.cbrt(decoded(srgb) @ _CONES.T) @ _OPPONENT.T


def srgb_of(oklab: Float[np.ndarray, "*N 3"]) -> Float[np.ndarray, "*N 3"]:
    """SRGB of Oklab; colours that no screen has are cut off at 0 and 1."""
    cones = (np.asarray(oklab, np.float64) @ _FROM_OPPONENT.T) ** 3
    return np.clip(encoded(cones @ _FROM_CONES.T), 0.0, 1.0)
