"""Which way lines run: along the edges of the picture, and one way where there are none.

The structure tensor (Bigün & Granlund 1987) of the tone, smoothed, tells the direction in which
tone changes least. Around edges it is looked at closely; further away more broadly; and where
nothing changes, as in a sky, a constant direction outweighs the noise, so that no line wanders.
A place counts by how much tone changes there, not by its square as in the textbook: the outline
of a thing would else outvote its shading far inside.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from makar.domains.images.plotter.tone import Tone, blurred

FINE = 0.4
"""Millimetres of blur before tone is differentiated."""
NEAR = 1.6
"""Millimetres over which the directions of edges are gathered."""
FAR = 3.5
"""Millimetres over which they reach into their surroundings."""
FAR_SHARE = 0.15
STILL = 0.006
"""Change of tone a millimetre below which a place counts as flat."""


def flow(tone: Tone, angle: float, smooth: float = NEAR) -> Float[np.ndarray, "H W 2"]:
    """Unit vectors along which lines run; their sign means nothing.

    Args:
        tone: Of the picture.
        angle: Radians; the way where nothing changes.
        smooth: Millimetres over which directions are gathered: more is calmer.
    """
    pitch = tone.pitch
    soft = np.pad(blurred(tone.values, FINE / pitch), 1, mode="edge")
    dx = (soft[1:-1, 2:] - soft[1:-1, :-2]) / (2 * pitch)
    dy = (soft[2:, 1:-1] - soft[:-2, 1:-1]) / (2 * pitch)
    # A direction and its opposite are one: the doubled angle of the edge, not of the gradient.
    strength = np.hypot(dx, dy) + 1e-9
    even, odd = -(dx**2 - dy**2) / strength, -2 * dx * dy / strength
    parts = []
    for part, still in ((even, np.cos(2 * angle)), (odd, np.sin(2 * angle))):
        near = blurred(part, smooth / pitch)
        parts.append(near + FAR_SHARE * blurred(near, FAR / pitch) + STILL * still)
    theta = np.arctan2(parts[1], parts[0]) / 2
    return np.stack((np.cos(theta), np.sin(theta)), -1)
