"""The canvas as Gymnasium shows it: seven numbers a stroke, pictures of what is painted so far."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Float, UInt8

from makar.core.types import Prompt
from makar.domains.images.painter.canvas.eye import SEEN
from makar.domains.images.painter.canvas.hand import BOUND
from makar.domains.images.painter.canvas.process import MOST, STROKES, Canvas, Canvases
from makar.domains.images.painter.canvas.works import SIDE, as_picture
from makar.domains.images.pictures.picture import Picture
from makar.domains.images.pictures.sources import renders
from makar.interop.gymnasium import NumbersView, single, vector

if TYPE_CHECKING:
    import gymnasium

PICTURES = 24
"""Pictures made here that are painted unless others are given."""
FAR = 50.0
"""No number that is seen is farther from 0."""
ENLARGED = 4
"""Screen pixels of a canvas's pixel."""


def make(
    *,
    pictures: Sequence[UInt8[np.ndarray, "H W 3"]] | None = None,
    strokes: int = 60,
    side: int = SIDE,
    render_mode: str | None = None,
) -> gymnasium.Env[np.ndarray, Any]:
    """One painting at a time.

    Args:
        pictures: What to paint, one drawn for each episode; by default pictures made here.
        strokes: Of an episode.
        side: Pixels of the canvas's side.
        render_mode: ``rgb_array``, or None.
    """
    process = _canvas(pictures, strokes, side)
    return single(process, view=CanvasView(process), render_mode=render_mode)


def make_vector(
    *,
    num_envs: int,
    pictures: Sequence[UInt8[np.ndarray, "H W 3"]] | None = None,
    strokes: int = 60,
    side: int = SIDE,
    render_mode: str | None = None,
) -> gymnasium.vector.VectorEnv[np.ndarray, np.ndarray, np.ndarray]:
    """Many paintings at once, in one call for all of them; see ``make``."""
    process = _canvas(pictures, strokes, side)
    return vector(process, num_envs, view=CanvasView(process), render_mode=render_mode)


def _canvas(
    pictures: Sequence[UInt8[np.ndarray, "H W 3"]] | None, strokes: int, side: int
) -> Canvas:
    if pictures is None:
        given = _made_here(side)
    else:
        given = tuple(_picture(pixels) for pixels in pictures)
        if not given:
            raise ValueError("no pictures: give one, or leave them out")
    if not 1 <= strokes <= MOST:
        raise ValueError(f"strokes must be 1 to {MOST}, got {strokes}")
    return Canvas({str(n): one for n, one in enumerate(given)}, strokes=strokes, side=side)


@cache
def _made_here(side: int) -> tuple[Picture, ...]:
    return tuple(renders(PICTURES, (side, side)))


def _picture(pixels: Any) -> Picture:
    array = np.asarray(pixels)
    if array.dtype != np.uint8 or array.ndim != 3 or array.shape[2] != 3 or not array.size:
        raise ValueError(
            f"a picture is rows and columns of three uint8, got {array.dtype} {array.shape}"
        )
    return Picture(array)


class CanvasView(NumbersView[Canvases]):
    """What the eye sees; numbers between -1 and 1 for the hand; ``picture`` and ``strokes``."""

    render_modes = ("rgb_array",)
    bound = BOUND

    def observations(self) -> gymnasium.spaces.Box:
        """See ``eye``."""
        import gymnasium

        return gymnasium.spaces.Box(-FAR, FAR, (SEEN,), np.float32)

    def see(self, state: Canvases) -> Float[np.ndarray, "B O"]:
        """See ``observations``."""
        return state.seen.clip(-FAR, FAR)

    def tell(self, state: Canvases) -> dict[str, Any]:
        """Strokes laid, and the mean squared error that is left."""
        left = state.error[np.arange(len(state.count)), state.count]
        return {"strokes": state.count.copy(), "error": left.astype(np.float64)}

    def ask(self, options: Mapping[str, Any], rows: int) -> Sequence[Prompt]:
        """Another picture, or another number of strokes, for the first paintings.

        Args:
            options: ``picture``: rows and columns of three uint8; ``strokes``: how many.
            rows: How many paintings.

        Raises:
            ValueError: an option is unknown, or not such a picture or number.
        """
        if unknown := sorted(set(options) - {"picture", "strokes"}):
            raise ValueError(f"no option {unknown[0]!r}: there are 'picture' and 'strokes'")
        given = _picture(options["picture"]) if "picture" in options else None
        condition = {STROKES: int(options["strokes"])} if "strokes" in options else {}
        return [Prompt(condition=condition, given=given)] * rows

    def draw(self, state: Canvases, mode: str) -> Sequence[UInt8[np.ndarray, "H W 3"]]:
        """What is painted so far, beside what is to be painted."""
        del mode  # there is one
        pairs = (np.concatenate(both, 2) for both in zip(state.target, state.canvas, strict=True))
        return [as_picture(pair).pixels.repeat(ENLARGED, 0).repeat(ENLARGED, 1) for pair in pairs]
