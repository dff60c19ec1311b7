"""Balls and boxes on a table in the sun, ray-cast: a picture with volume, shadow and highlights."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int, UInt8

from makar.domains.images.pictures.colour import encoded, srgb_of

_EYE = np.array([0.0, 2.6, -6.0])
_LOOK_AT = np.array([0.0, 0.45, 0.2])
_OPENING = 0.5
"""Half the shorter side of the view, at a distance of one."""
_RAYS = 1 << 14
"""Cast at a time: what bounds the memory, whatever the size."""
_NOWHERE = np.inf
_NEAR = 1e-4
_TABLE = -1


@dataclass(frozen=True)
class _Things:
    """Balls and upright boxes, standing on the table at height 0.

    Attributes:
        centre: Of each.
        half: Half its extent: a ball's radius, thrice, or half the sides of a box.
        angle: By which a box is turned about the vertical, in radians.
        is_ball: Which are balls.
        colour: Light that each sends back, 0..1; the last row is the table's.
        shine: How bright the highlight is.
    """

    centre: Float[np.ndarray, "N 3"]
    half: Float[np.ndarray, "N 3"]
    angle: Float[np.ndarray, " N"]
    is_ball: np.ndarray
    colour: Float[np.ndarray, "M 3"]
    shine: Float[np.ndarray, " M"]


def still_life(size: tuple[int, int], seed: int) -> UInt8[np.ndarray, "H W 3"]:
    """Three to six balls and boxes; the same seed is the same scene at any size."""
    rng = np.random.default_rng([seed, 1])
    things = _arranged(rng)
    sun = _unit(np.array([rng.uniform(-0.9, 0.9), rng.uniform(0.9, 1.4), rng.uniform(-1.0, -0.4)]))
    sky = srgb_of(np.array([rng.uniform(0.75, 0.93), *rng.uniform(-0.05, 0.05, 2)])) ** 2.2
    width, height = size
    fine = np.empty((height * width * 4, 3), np.uint8)
    for first in range(0, len(fine), _RAYS):
        rows = np.arange(first, min(first + _RAYS, len(fine)))
        light = _seen(_EYE, _rays(rows, size), things, sun, sky)
        fine[rows] = np.round(np.clip(encoded(light), 0, 1) * 255)
    # four rays a pixel, averaged
    return np.round(fine.reshape(height, 2, width, 2, 3).mean((1, 3))).astype(np.uint8)


def _arranged(rng: np.random.Generator) -> _Things:
    count = int(rng.integers(3, 7))
    places: list[tuple[float, float, float]] = []
    for _ in range(400):
        radius = float(rng.uniform(0.35, 0.95))
        x, z = rng.uniform(-2.3, 2.3), rng.uniform(-1.6, 2.4)
        if all(np.hypot(x - a, z - b) > 1.15 * (radius + r) for a, b, r in places):
            places.append((float(x), float(z), radius))
        if len(places) == count:
            break
    count = len(places)
    is_ball = rng.random(count) < 0.65
    radius = np.array([r for _, _, r in places])
    half = np.repeat(radius[:, None], 3, 1)
    half[~is_ball] *= np.array([0.75, 1.0, 0.75])
    half[~is_ball, 1] *= rng.uniform(0.6, 1.5, np.count_nonzero(~is_ball))
    centre = np.array([[x, h, z] for (x, z, _), h in zip(places, half[:, 1], strict=True)])
    hue = rng.uniform(0, 2 * np.pi) + np.arange(count + 1) * 2.4  # the golden angle, in radians
    chroma = np.r_[rng.uniform(0.08, 0.16, count), 0.03]
    lightness = np.r_[rng.uniform(0.45, 0.8, count), rng.uniform(0.7, 0.88)]
    oklab = np.stack((lightness, chroma * np.cos(hue), chroma * np.sin(hue)), 1)
    shine = np.r_[rng.uniform(0.1, 0.7, count), 0.0]
    angle = rng.uniform(0, np.pi / 2, count)
    return _Things(centre, half, angle, is_ball, srgb_of(oklab) ** 2.2, shine)


def _rays(rows: Int[np.ndarray, " R"], size: tuple[int, int]) -> Float[np.ndarray, "R 3"]:
    """Directions from the eye through these quarters of pixels."""
    width, height = size
    scale = _OPENING / min(width, height)
    across = ((rows % (2 * width) + 0.5) - width) * scale
    up = (height - (rows // (2 * width) + 0.5)) * scale
    ahead = _unit(_LOOK_AT - _EYE)
    right = _unit(np.cross(np.array([0.0, 1.0, 0.0]), ahead))
    return _unit(ahead + across[:, None] * right + up[:, None] * np.cross(ahead, right))


def _seen(
    eye: Float[np.ndarray, " 3"],
    rays: Float[np.ndarray, "R 3"],
    things: _Things,
    sun: Float[np.ndarray, " 3"],
    sky: Float[np.ndarray, " 3"],
) -> Float[np.ndarray, "R 3"]:
    """The light that comes back along each ray."""
    distance, what = _first_hit(np.broadcast_to(eye, rays.shape), rays, things)
    height = np.clip(rays[:, 1:2] + 0.35, 0, 1)
    light = sky * (1.05 - 0.5 * height)
    hit = np.isfinite(distance)
    at = eye + distance[hit, None] * rays[hit]
    which = what[hit]
    normal = _normals(at, which, things)
    start = at + 1e-3 * normal
    lit = ~np.isfinite(_first_hit(start, np.broadcast_to(sun, start.shape), things)[0])
    facing = np.clip(normal @ sun, 0, 1) * lit
    halfway = _unit(sun - rays[hit])
    glint = lit * things.shine[which] * np.clip((normal * halfway).sum(1), 0, 1) ** 60
    # the sky lights from above; what is near the table gets less of it
    ambient = (0.5 + 0.5 * normal[:, 1]) * np.clip(0.55 + 0.45 * at[:, 1], 0.55, 1)
    shade = 0.28 * ambient[:, None] * (0.5 + 0.5 * sky) + 0.85 * facing[:, None]
    solid = things.colour[which] * shade + glint[:, None]
    haze = np.clip((distance[hit, None] - 7) / 22, 0, 1) * (which == _TABLE)[:, None]
    light[hit] = solid * (1 - haze) + light[hit] * haze
    return light


def _first_hit(
    start: Float[np.ndarray, "R 3"], rays: Float[np.ndarray, "R 3"], things: _Things
) -> tuple[Float[np.ndarray, " R"], Int[np.ndarray, " R"]]:
    """How far each ray goes, infinity for ever, and the number of the thing it meets."""
    with np.errstate(divide="ignore"):
        distance = -start[:, 1] / rays[:, 1]
    distance = np.where(distance > _NEAR, distance, _NOWHERE)
    what = np.full(len(rays), _TABLE)
    for number in range(len(things.centre)):
        meet = _ball if things.is_ball[number] else _box
        found = meet(start - things.centre[number], rays, things, number)
        nearer = found < distance
        distance = np.where(nearer, found, distance)
        what = np.where(nearer, number, what)
    return distance, what


def _ball(
    start: Float[np.ndarray, "R 3"], rays: Float[np.ndarray, "R 3"], things: _Things, number: int
) -> Float[np.ndarray, " R"]:
    along = (start * rays).sum(1)
    inside = along**2 - (start**2).sum(1) + things.half[number, 0] ** 2
    distance = -along - np.sqrt(np.maximum(inside, 0))
    return np.where((inside > 0) & (distance > _NEAR), distance, _NOWHERE)


def _box(
    start: Float[np.ndarray, "R 3"], rays: Float[np.ndarray, "R 3"], things: _Things, number: int
) -> Float[np.ndarray, " R"]:
    """By slabs (Kay & Kajiya 1986), in the box's own frame."""
    turn = _turned(things.angle[number])
    with np.errstate(divide="ignore", invalid="ignore"):
        inverse = 1 / (rays @ turn)
        middle, reach = -(start @ turn) * inverse, np.abs(things.half[number] * inverse)
    near, far = (middle - reach).max(1), (middle + reach).min(1)
    return np.where((near < far) & (near > _NEAR), near, _NOWHERE)


def _normals(
    at: Float[np.ndarray, "R 3"], which: Int[np.ndarray, " R"], things: _Things
) -> Float[np.ndarray, "R 3"]:
    normal = np.zeros_like(at)
    normal[which == _TABLE, 1] = 1.0
    for number in range(len(things.centre)):
        mine = which == number
        outwards = at[mine] - things.centre[number]
        if things.is_ball[number]:
            normal[mine] = outwards / things.half[number, 0]
            continue
        turn = _turned(things.angle[number])
        own = outwards @ turn / things.half[number]
        side = np.abs(own).argmax(1)
        flat = np.zeros_like(own)
        rows = np.arange(len(own))
        flat[rows, side] = np.sign(own[rows, side])
        normal[mine] = flat @ turn.T
    return normal


def _turned(angle: float) -> Float[np.ndarray, "3 3"]:
    """Turns a row vector into the frame of a box turned so far; its transpose turns it back."""
    cos, sin = np.cos(angle), np.sin(angle)
    return np.array([[cos, 0, -sin], [0, 1, 0], [sin, 0, cos]])


def _unit(vector: np.ndarray) -> np.ndarray:
    return vector / np.linalg.norm(vector, axis=-1, keepdims=True)
