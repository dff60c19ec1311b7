"""A head and shoulders composed from shapes: a face that is nobody's."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float, UInt8

from makar.domains.images.pictures.colour import srgb_of
from makar.domains.images.pictures.sheet import Sheet, shaded

Colour = Float[np.ndarray, " 3"]


def _colour(lightness: float, chroma: float, hue: float) -> Colour:
    """By lightness 0..1, chroma (0 is grey, .2 strong) and hue in degrees, in Oklab."""
    angle = np.radians(hue)
    return srgb_of(np.array([lightness, chroma * np.cos(angle), chroma * np.sin(angle)]))


def portrait(size: tuple[int, int], seed: int) -> UInt8[np.ndarray, "H W 3"]:
    """A head and shoulders, lit from one side; the same seed is the same face at any size."""
    rng = np.random.default_rng([seed, 2])
    sheet = Sheet(size)
    side = float(rng.choice([-1, 1]))
    light = (0.75 * side, -0.45, 0.75)
    hue = rng.uniform(0, 360)
    down = sheet.y / (2 * sheet.reach[1]) + 0.5
    ground = shaded(_colour(0.72, 0.05, hue), _colour(0.42, 0.07, hue + 30), down)
    sheet.lay(np.full_like(sheet.x, -1.0), ground)
    sheet.lay(sheet.ellipse(-0.3 * side, -0.1, 0.55, 0.6), _colour(0.8, 0.04, hue), soft=0.5)
    skin_lightness = rng.uniform(0.5, 0.82)
    bright = _colour(skin_lightness + 0.07, 0.07, rng.uniform(45, 65))
    dark = _colour(skin_lightness - 0.22, 0.08, 38)
    hair = _colour(rng.uniform(0.2, 0.65), rng.uniform(0.02, 0.09), rng.uniform(40, 80))
    _body(sheet, light, bright, dark, hue + rng.uniform(120, 240), hair, rng.uniform(0.27, 0.42))
    _head(sheet, light, bright, dark, hair, rng.uniform(-0.21, -0.16))
    iris = _colour(0.48, 0.08, rng.uniform(60, 260))
    for out in (-1.0, 1.0):
        _eye(sheet, out, iris, hair)
    _nose_and_mouth(sheet, side, dark, rng.uniform(0.0, 0.02))
    return sheet.pixels


def _body(
    sheet: Sheet,
    light: tuple[float, float, float],
    bright: Colour,
    dark: Colour,
    hue: float,
    hair: Colour,
    length: float,
) -> None:
    """The hair behind, the neck, and the shoulders in a coat."""
    lit = sheet.rounded(0, -0.06, 0.3, 0.4, light)
    behind = sheet.ellipse(0, length - 0.345, 0.238, length)
    sheet.lay(behind, shaded(hair * 0.5, hair * 0.9, lit))
    lit = sheet.rounded(0, 0.2, 0.14, 0.4, light)
    neck = sheet.line((0, 0.1), (0, 0.36), 0.2)
    sheet.lay(neck, shaded(dark * 0.8, bright * 0.9, lit))
    under_chin = sheet.ellipse(0, 0.16, 0.14, 0.12)
    sheet.lay(np.maximum(neck, under_chin), dark * 0.7, soft=0.03, opacity=0.6)
    coat = _colour(0.45, 0.1, hue)
    lit = sheet.rounded(0, 0.75, 0.55, 0.5, light)
    sheet.lay(sheet.ellipse(0, 0.72, 0.45, 0.4), shaded(coat * 0.45, coat * 1.25, lit))
    sheet.lay(sheet.ellipse(0, 0.31, 0.12, 0.1), shaded(dark * 0.9, bright * 0.95, lit))
    for edge in (-1, 1):
        sheet.lay(sheet.line((0.13 * edge, 0.3), (0.0, 0.5), 0.035), coat * 1.3)


def _head(
    sheet: Sheet,
    light: tuple[float, float, float],
    bright: Colour,
    dark: Colour,
    hair: Colour,
    hairline: float,
) -> None:
    """The face without its features, the ears, and the hair in front."""
    for ear in (-1, 1):
        sheet.lay(sheet.ellipse(0.2 * ear, -0.01, 0.035, 0.06), shaded(dark, bright, sheet.x * 0))
        sheet.lay(sheet.ellipse(0.2 * ear, -0.01, 0.02, 0.04), dark, soft=0.03, opacity=0.6)
    # an egg: narrower towards the chin
    squeeze = 1 + 0.5 * np.clip(sheet.y, 0, 0.3)
    wide, sheet.x = sheet.x, sheet.x * squeeze
    face = sheet.ellipse(0, -0.03, 0.2, 0.27)
    lit = sheet.rounded(0, -0.03, 0.24, 0.31, light)
    sheet.lay(face, shaded(dark, bright, lit**0.8))
    sheet.x = wide
    for cheek in (-1, 1):
        place = sheet.ellipse(0.105 * cheek, 0.08, 0.05, 0.04)
        sheet.lay(place, np.array([0.85, 0.35, 0.3]), soft=0.09, opacity=0.22)
    lit = sheet.rounded(0, -0.18, 0.26, 0.24, light)
    strands = 0.5 + 0.5 * np.sin(90 * sheet.x + 30 * sheet.y)
    parted = hairline + 1.6 * (np.abs(sheet.x - 0.03)) ** 1.5
    cap = np.maximum(sheet.ellipse(0, -0.07, 0.222, 0.262), sheet.y - parted)
    sheet.lay(cap, shaded(hair * 0.55, np.minimum(hair * 1.5, 1), 0.85 * lit + 0.05 * strands))


def _eye(sheet: Sheet, out: float, iris: Colour, hair: Colour) -> None:
    """An eye with its lids, its brow and the spark that makes it look; ``out`` is -1 or 1."""
    x = 0.085 * out
    sheet.lay(sheet.ellipse(x, -0.035, 0.05, 0.035), iris * 0.4, soft=0.05, opacity=0.35)
    white = sheet.ellipse(x, -0.03, 0.04, 0.021)
    sheet.lay(white, np.array([0.96, 0.95, 0.93]))
    sheet.lay(np.maximum(white, sheet.ellipse(x, -0.031, 0.02, 0.02)), iris)
    sheet.lay(np.maximum(white, sheet.ellipse(x, -0.031, 0.009, 0.009)), iris * 0.1)
    sheet.lay(sheet.ellipse(x + 0.007, -0.038, 0.005, 0.005), np.ones(3))
    upper = np.maximum(np.abs(white + 0.001) - 0.004, sheet.y + 0.03)
    sheet.lay(upper, hair * 0.35)
    inner, outer = (x - 0.04 * out, -0.09), (x + 0.045 * out, -0.084)
    middle = (x + 0.008 * out, -0.1)
    sheet.lay(sheet.line(inner, middle, 0.017), hair * 0.7, soft=0.006)
    sheet.lay(sheet.line(middle, outer, 0.012), hair * 0.7, soft=0.006)


def _nose_and_mouth(sheet: Sheet, side: float, dark: Colour, smile: float) -> None:
    shade = sheet.line((-0.022 * side, -0.04), (-0.032 * side, 0.06), 0.03)
    sheet.lay(shade, dark * 0.9, soft=0.04, opacity=0.5)
    sheet.lay(sheet.ellipse(0, 0.072, 0.034, 0.014), dark * 0.85, soft=0.025, opacity=0.7)
    for nostril in (-1, 1):
        sheet.lay(sheet.ellipse(0.017 * nostril, 0.076, 0.007, 0.005), dark * 0.4, soft=0.004)
    sheet.lay(sheet.ellipse(0.012 * side, 0.05, 0.008, 0.012), np.ones(3), soft=0.02, opacity=0.4)
    lip = np.array([0.72, 0.28, 0.28]) * 0.6 + dark * 0.4
    bend = smile * (1 - (sheet.x / 0.075) ** 2)
    middle = 0.145 + bend
    wide = np.abs(sheet.x) - 0.072
    taper = np.clip(1 - (sheet.x / 0.075) ** 2, 0, 1)
    upper = np.maximum(np.abs(sheet.y - middle + 0.008 * taper) - 0.010 * taper, wide)
    lower = np.maximum(np.abs(sheet.y - middle - 0.012 * taper) - 0.014 * taper, wide)
    sheet.lay(upper, lip * 0.85, soft=0.004)
    sheet.lay(lower, lip * 1.12, soft=0.004)
    sheet.lay(np.maximum(np.abs(sheet.y - middle) - 0.002, wide), lip * 0.4, soft=0.004)
    sheet.lay(sheet.ellipse(0, 0.19, 0.04, 0.012), dark * 0.9, soft=0.03, opacity=0.5)
