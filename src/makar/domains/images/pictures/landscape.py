"""Hills, a sun and trees: a landscape of our own making."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float, UInt8

from makar.domains.images.pictures.colour import oklab_of, srgb_of
from makar.domains.images.pictures.sheet import Sheet, shaded

Colour = Float[np.ndarray, " 3"]
_HOURS = (
    # the top of the sky, its foot, the sun, the far hills, the near ones
    ("#4a8fd6", "#d6e8f2", "#fff6d0", "#8fabc4", "#4f7f35"),  # noon
    ("#2b4a86", "#f5a66b", "#ffe08a", "#8a6f9c", "#3b4a2e"),  # evening
    ("#7fa8c9", "#f7dcc4", "#fff0e0", "#b4b9c9", "#6f8f4a"),  # morning
    ("#5d7f9c", "#c9d6d2", "#f2efdc", "#9aa79a", "#8f8238"),  # autumn
)


def landscape(size: tuple[int, int], seed: int) -> UInt8[np.ndarray, "H W 3"]:
    """Sky, clouds, four ranges of hills and some trees; the same seed is the same view."""
    rng = np.random.default_rng([seed, 4])
    top, foot, sun, far, near = (_of_hex(text) for text in _HOURS[int(rng.integers(len(_HOURS)))])
    sheet = Sheet(size)
    across, down = sheet.reach
    horizon = rng.uniform(-0.05, 0.1)
    depth = np.clip((sheet.y + down) / (horizon + down), 0, 1)
    sheet.lay(np.full_like(sheet.x, -1.0), _between(top, foot, depth))
    place = rng.uniform(-0.75, 0.75) * across, rng.uniform(-0.8, -0.3) * down
    for radius, opacity in ((0.45, 0.3), (0.2, 0.4)):
        sheet.lay(sheet.ellipse(*place, radius, radius), sun, soft=radius * 1.8, opacity=opacity)
    sheet.lay(sheet.ellipse(*place, 0.06, 0.06), sun)
    _clouds(sheet, rng, foot)
    ranges = 4
    for number in range(ranges):
        share = number / (ranges - 1)
        base = horizon + share * (0.75 * down - horizon) - 0.04
        ridge, slope = _ridge(sheet, rng, base, 0.16 - 0.1 * share)
        colour = _between(far, near, np.array([share]))[0]
        fall = np.clip((sheet.y - ridge) / 0.3, 0, 1)
        lean = np.tanh(4 * (place[0] - sheet.x))
        facing = np.clip(0.5 + 1.1 * slope * lean * (1 - fall) ** 2, 0, 1)
        sheet.lay(
            ridge - sheet.y, shaded(colour * 0.72, colour * 1.18, 0.75 * facing + 0.25 * fall)
        )
        if number >= 1:
            _trees(sheet, rng, ridge[0], share, near, place[0])
    return sheet.pixels


def _of_hex(text: str) -> Colour:
    return np.array([int(text[at : at + 2], 16) for at in (1, 3, 5)]) / 255


def _between(one: Colour, other: Colour, share: np.ndarray) -> np.ndarray:
    """From one colour to another by way of Oklab, where the middle is not muddy."""
    first, last = oklab_of(one), oklab_of(other)
    return srgb_of(first + (last - first) * share[..., None])


def _ridge(
    sheet: Sheet, rng: np.random.Generator, base: float, height: float
) -> tuple[Float[np.ndarray, "H W"], Float[np.ndarray, "H W"]]:
    """The line of a range of hills, downwards from the middle, and how steep it is."""
    line, slope = np.full_like(sheet.x, base), np.zeros_like(sheet.x)
    for octave in range(4):
        pitch, phase = rng.uniform(2.5, 5) * 1.9**octave, rng.uniform(0, 2 * np.pi)
        part = height * 0.45**octave
        line -= part * np.sin(pitch * sheet.x + phase)
        slope -= part * pitch * np.cos(pitch * sheet.x + phase)
    return line, slope


def _clouds(sheet: Sheet, rng: np.random.Generator, foot: Colour) -> None:
    across, down = sheet.reach
    for _ in range(int(rng.integers(1, 5))):
        x, y = rng.uniform(-across, across), rng.uniform(-0.9, -0.35) * down
        size = rng.uniform(0.05, 0.11)
        puffs = [(x + size * rng.uniform(-1.8, 1.8), size * rng.uniform(0.5, 1)) for _ in range(6)]
        for shift, colour in ((0.25, foot * 0.85), (0.0, np.minimum(foot * 0.5 + 0.55, 1))):
            for at, radius in puffs:
                part = sheet.around(at, y + shift * size, 2 * size)
                puff = part.ellipse(at, y + shift * size, radius * 1.3, radius * 0.62)
                part.lay(puff, colour, soft=size * 0.6, opacity=0.75)


def _trees(
    sheet: Sheet,
    rng: np.random.Generator,
    ridge: Float[np.ndarray, " W"],
    share: float,
    near: Colour,
    sun: float,
) -> None:
    """Trees that stand on a ridge, the larger the nearer it is."""
    for _ in range(int(rng.integers(3, 7))):
        x, kind, size = rng.uniform(-1, 1), rng.random(), rng.uniform(0.6, 1.2)
        x *= sheet.reach[0]
        foot = float(np.interp(x, sheet.x[0], ridge)) + 0.015
        size *= 0.04 + 0.15 * share**1.5
        leaves = near * rng.uniform(0.55, 0.95) + np.array([0.0, 0.02, 0.0])
        lean = float(np.sign(sun - x))
        trunk = np.array([0.28, 0.2, 0.14])
        part = sheet.around(x, foot - size * 0.7, 1.2 * size)
        part.lay(part.line((x, foot), (x, foot - size * 0.6), size * 0.11), trunk)
        if kind < 0.5:
            _fir(part, x, foot - size * 0.2, size, leaves, lean)
        else:
            _crown(part, rng, x, foot - size * 0.95, size, leaves, lean)


def _fir(sheet: Sheet, x: float, foot: float, size: float, leaves: Colour, lean: float) -> None:
    for tier in range(3):
        low, wide = foot - tier * size * 0.36, size * (0.42 - 0.1 * tier)
        high = low - size * 0.62
        share = (sheet.y - high) / (low - high)
        inside = np.maximum(np.abs(sheet.x - x) - wide * share, sheet.y - low)
        lit = np.clip(0.5 + lean * (sheet.x - x) / wide, 0, 1)
        sheet.lay(np.maximum(inside, high - sheet.y), shaded(leaves * 0.55, leaves * 1.25, lit))


def _crown(
    sheet: Sheet,
    rng: np.random.Generator,
    x: float,
    y: float,
    size: float,
    leaves: Colour,
    lean: float,
) -> None:
    for _ in range(7):
        at, up = x + size * rng.uniform(-0.3, 0.3), y + size * rng.uniform(-0.3, 0.25)
        radius = size * rng.uniform(0.2, 0.34)
        lit = sheet.rounded(at, up, radius, radius, (0.7 * lean, -0.7, 0.5))
        ball = sheet.ellipse(at, up, radius, radius)
        sheet.lay(ball, shaded(leaves * 0.5, leaves * 1.35, lit))
