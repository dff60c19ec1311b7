"""Randomness that depends on *what* is drawn, never on *when*.

Work ``i`` of iteration ``k`` draws from (run seed, k, i) alone, so that a run resumed after a
crash, or split over machines, draws the same numbers.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float


@dataclass(frozen=True)
class Seeds:
    """The counter-based (Philox) source of one iteration of one run.

    Attributes:
        run: The run's seed.
        iteration: Iteration number; evaluation draws use their own, far away ones.
        first: Number of the first work; sample works 64..127 with ``first=64``.
        branch: Number of an independent source; see ``branched``.
    """

    run: int
    iteration: int = 0
    first: int = 0
    branch: int = 0

    def uniforms(self, works: int, decisions: int, *, stream: int = 0) -> Float[np.ndarray, " B T"]:
        """One uniform in [0, 1) per work and decision: the same row whatever the batch."""
        return (
            np.stack(
                [self.generator(self.first + i, stream).random(decisions) for i in range(works)]
            )
            if works
            else np.zeros((0, decisions))
        )

    def normals(self, works: int, width: int, *, stream: int = 0) -> Float[np.ndarray, " B N"]:
        """Standard normals, for latents: the same row whatever the batch."""
        return (
            np.stack(
                [
                    self.generator(self.first + i, stream).standard_normal(width)
                    for i in range(works)
                ]
            )
            if works
            else np.zeros((0, width))
        )

    def generator(self, work: int = 0, stream: int = 0) -> np.random.Generator:
        """A generator for anything else; ``stream`` keeps different uses apart."""
        # As lists these would pass through floats, and large seeds run into one another.
        key = np.array([self.run, self.iteration], np.uint64)
        counter = np.array([0, self.branch, work, stream], np.uint64)
        return np.random.Generator(np.random.Philox(key=key, counter=counter))

    def shifted(self, works: int) -> Seeds:
        """The same source, ``works`` further on."""
        return replace(self, first=self.first + works)

    def branched(self, branch: int) -> Seeds:
        """An independent source: what starts a work must not draw what decides in it.

        Args:
            branch: From 1; 0 is the source every iteration begins with.
        """
        return replace(self, branch=branch)
