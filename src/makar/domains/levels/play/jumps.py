"""How the hero's jump rises and falls, tick by tick, from a game's physics.

One tick is the time in which the hero crosses one column at full speed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from jaxtyping import Int

from makar.domains.levels.level.legend import Physics


@dataclass(frozen=True, eq=False)
class Arc:
    """The whole tiles a jump rises and falls by in each tick.

    A full jump is a parabola that rises ``jump_height`` h in u ticks and falls it in f, with
    ``u + f = jump_reach``, so that it lands that many columns on whatever the gravity::

        height(t) = h (1 - ((t - u) / u)²)  while t <= u,   h (1 - ((t - u) / f)²)  after

    where ``(u / f)² = gravity``. Heights are rounded to tiles at every tick, halves up; the last
    tick of the rise is at h exactly. A fall that goes on keeps the speed at which a full jump
    lands, ``2 h / f`` rounded up. A jump lasts two ticks at least, so that a reach of 1 is
    played as 2.

    Back at the height it began at, after ``jump_reach`` columns, the hero can still step across
    to an edge beside it: the widest gap in level ground that a jump crosses is ``jump_reach``
    columns wide.

    Attributes:
        rise: ``(U,)`` tiles up, in the first tick of a jump to the last before its height.
        fall: ``(J + 1,)`` tiles down, in the first tick of a fall to the last of a full jump;
            the last number is the speed that stays.
        sky: Free rows needed above the map.
    """

    rise: Int[np.ndarray, " U"]
    fall: Int[np.ndarray, " J1"]
    sky: int

    @property
    def phases(self) -> int:
        """Moments of a jump that are told apart.

        0 is standing, or hanging at the height of a jump; 1 to U - 1 have risen for so many
        ticks and may rise on; U to U + J - 1 have fallen for 1 to J ticks or more.
        """
        return len(self.rise) + len(self.fall) - 1


def arc(physics: Physics) -> Arc:
    """The arc that a game's physics draws."""
    height, reach = physics.jump_height, max(physics.jump_reach, 2)
    pull = math.sqrt(physics.gravity)
    up = reach * pull / (1 + pull)
    down = reach - up
    top = max(1, math.floor(up))

    def at(tick: int) -> int:
        if tick == top:
            return height
        return math.floor(height * (1 - ((tick - up) / (up if tick <= up else down)) ** 2) + 0.5)

    heights = np.array([at(tick) for tick in range(reach + 1)])
    steps = np.diff(heights)
    lasting = math.ceil(2 * height / down - 1e-9)
    jumps = 2 if physics.double_jump else 1
    return Arc(
        rise=steps[:top].astype(np.int64),
        fall=np.append(-steps[top:], lasting).astype(np.int64),
        sky=jumps * height + 2,
    )
