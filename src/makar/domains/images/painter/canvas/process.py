"""A canvas on which one stroke is laid after another; see ``core.process.Process``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from makar.core.process import Process
from makar.core.seeds import Seeds
from makar.core.types import Prompt, Works
from makar.domains.images.painter.canvas.eye import SEEN
from makar.domains.images.painter.canvas.hand import ACTIONS, FRAME
from makar.domains.images.painter.canvas.kernel import observe_all, paint_all
from makar.domains.images.painter.canvas.works import SIDE, Painting, Paintings, as_planes
from makar.domains.images.painting.greedy import OPACITIES
from makar.domains.images.painting.painter import NO_COLOURS, THINNEST, WIDEST
from makar.domains.images.pictures.picture import Picture

MOST = 400
"""Strokes of a painting."""
STROKES, PICTURE = "strokes", "picture"
"""Wishes of a prompt: how many strokes, and which picture of the gallery."""
Gallery = Mapping[str, Picture]


@dataclass(frozen=True)
class Canvases:
    """Paintings under way.

    Attributes:
        target: What is painted.
        canvas: What is painted so far.
        ground: Colour of each sheet.
        points, width, colour, opacity: The strokes; 0 where none is laid yet.
        count: Strokes laid.
        strokes: Strokes there are to be.
        uniforms: What the eye's places are drawn from.
        frame: Where the eye looks now; see ``hand``.
        seen: What it sees there.
        error: Mean squared error before each stroke and after the last; 0 where there is none.
    """

    target: Float[np.ndarray, "B 3 S S"]
    canvas: Float[np.ndarray, "B 3 S S"]
    ground: Float[np.ndarray, "B 3"]
    points: Float[np.ndarray, "B N 4 2"]
    width: Float[np.ndarray, "B N 2"]
    colour: Float[np.ndarray, "B N 3"]
    opacity: Float[np.ndarray, "B N"]
    count: Int[np.ndarray, " B"]
    strokes: Int[np.ndarray, " B"]
    uniforms: Float[np.ndarray, "B N 3"]
    frame: Float[np.ndarray, "B 5"]
    seen: Float[np.ndarray, "B O"]
    error: Float[np.ndarray, "B M"]


class Canvas(Process[Canvases, Painting]):
    """Lays strokes where the picture lacks most.

    An action is seven numbers (see ``hand``) in a frame that the process has chosen (see ``eye``).
    Colour and opacity are those that win most, in closed form. Paid is the share of the remaining
    squared error that the stroke takes away.

    Args:
        gallery: Pictures by name. A prompt names one, or is given a picture of its own, or leaves
            it to its seed which of those is painted whose names are in ``open``.
        open: Names of the pictures that are drawn from; all by default.
        strokes: Of a painting whose prompt does not say.
        side: Pixels of a canvas.
        palette: The only colours there are; none for any colour.
        widths: Of the first stroke and the last, about, as shares of the side.
        upright: Leave the frame as the sheet lies; see ``eye.look``.
    """

    actions = ACTIONS

    def __init__(
        self,
        gallery: Gallery | None = None,
        *,
        open: Sequence[str] | None = None,
        strokes: int = 60,
        side: int = SIDE,
        palette: Float[np.ndarray, "P 3"] = NO_COLOURS,
        widths: tuple[float, float] = (WIDEST, THINNEST),
        upright: bool = False,
    ) -> None:
        self.gallery = {} if gallery is None else dict(gallery)
        self.open = list(self.gallery) if open is None else list(open)
        self.strokes, self.side, self.widths = strokes, side, widths
        self.upright = upright
        self.palette = np.ascontiguousarray(palette, np.float64)
        self._planes = {name: as_planes(one, side) for name, one in self.gallery.items()}

    def start(self, prompts: Sequence[Prompt], seeds: Seeds) -> Canvases:
        """Sheets of each picture's mean colour, or of the palette's nearest to it.

        Raises:
            ValueError: a prompt asks for a picture that there is not, or for too many strokes.
        """
        B, S = len(prompts), self.side
        strokes = np.array([self.wanted(prompt) for prompt in prompts], np.int64)
        N = int(strokes.max(initial=1))
        target = np.zeros((B, 3, S, S), np.float32)
        which = seeds.uniforms(B, 1, stream=1)[:, 0] if B else np.zeros(0)
        for row, prompt in enumerate(prompts):
            target[row] = self._picture(prompt, float(which[row]))
        ground = self._ground(target)
        draws = seeds.uniforms(B, 3 * MOST)[:, : 3 * N].reshape(B, N, 3)  # however many strokes
        state = Canvases(
            target=target,
            canvas=np.broadcast_to(ground[:, :, None, None], target.shape).copy(),
            ground=ground,
            points=np.zeros((B, N, 4, 2), np.float32),
            width=np.zeros((B, N, 2), np.float32),
            colour=np.zeros((B, N, 3), np.float32),
            opacity=np.zeros((B, N), np.float32),
            count=np.zeros(B, np.int64),
            strokes=strokes,
            uniforms=draws.astype(np.float32),
            frame=np.zeros((B, FRAME), np.float32),
            seen=np.zeros((B, SEEN), np.float32),
            error=np.zeros((B, N + 1), np.float32),
        )
        self._look(state, np.ones(B, np.bool_))
        return state

    @property
    def most(self) -> int:
        """Strokes that any painting may have."""
        return MOST

    def wanted(self, prompt: Prompt) -> int:
        """Strokes that a prompt asks for.

        Raises:
            ValueError: none, or too many.
        """
        strokes = int(prompt.condition.get(STROKES, self.strokes))
        if not 1 <= strokes <= MOST:
            raise ValueError(f"a painting has 1 to {MOST} strokes, not {strokes}")
        return strokes

    def _picture(self, prompt: Prompt, which: float) -> Float[np.ndarray, "3 S S"]:
        if prompt.given is not None:
            if not isinstance(prompt.given, Picture):
                raise ValueError(f"a Picture is painted, not a {type(prompt.given).__name__}")
            return as_planes(prompt.given, self.side)
        name = prompt.condition.get(PICTURE)
        if name is None and self.open:
            name = self.open[int(which * len(self.open))]
        if name not in self._planes:
            raise ValueError(
                f"no picture {name!r} to paint: give the prompt one"
                if name
                else "no picture to paint: give the prompt one, or the canvas a gallery"
            )
        return self._planes[str(name)]

    def _ground(self, target: Float[np.ndarray, "B 3 S S"]) -> Float[np.ndarray, "B 3"]:
        """The sheets' colours, as a file can say them."""
        mean = target.mean((2, 3))
        if len(self.palette):
            off = ((self.palette - mean[:, None]) ** 2).sum(2)
            mean = self.palette[off.argmin(1)]
        return (np.round(255 * mean) / 255).astype(np.float32)

    def _look(self, state: Canvases, rows: Bool[np.ndarray, " B"]) -> None:
        """Draw the next places and fill what is seen there, in a state that nobody has yet."""
        now = np.zeros(len(rows), np.float32)
        observe_all(
            state.target, state.canvas, state.count, state.strokes, state.uniforms, rows,
            self.widths, self.upright, state.frame, state.seen, now,
        )  # fmt: skip
        at = np.flatnonzero(rows)
        state.error[at, state.count[at]] = now[at]

    def observe(self, state: Canvases) -> Float[Tensor, "B O"]:
        """See ``eye``."""
        return torch.from_numpy(state.seen)

    def legal(self, state: Canvases) -> None:
        """Any numbers will do."""

    def place(self, state: Canvases) -> Int[Tensor, " B"]:
        """Number of the stroke that comes next."""
        return torch.from_numpy(np.minimum(state.count, state.strokes - 1))

    def step(
        self, state: Canvases, actions: Float[Tensor, "B A"]
    ) -> tuple[Canvases, Float[Tensor, " B"]]:
        """Lay a stroke on each; a finished painting stays as it is."""
        rows = state.count < state.strokes
        copied = ("canvas", "points", "width", "colour", "opacity", "frame", "seen", "error")
        new = replace(
            state,
            count=state.count + rows,
            **{name: getattr(state, name).copy() for name in copied},
        )
        paint_all(
            state.target, new.canvas, actions.numpy().astype(np.float32), state.frame, state.count,
            rows, OPACITIES, self.palette, new.points, new.width, new.colour, new.opacity,
        )  # fmt: skip
        self._look(new, rows)
        at, paid = np.flatnonzero(rows), np.zeros(len(rows), np.float32)
        before, after = new.error[at, state.count[at]], new.error[at, new.count[at]]
        paid[at] = 1 - after / np.maximum(before, 1e-9)
        return new, torch.from_numpy(paid)

    def terminated(self, state: Canvases) -> Bool[Tensor, " B"]:
        """All strokes are laid."""
        return torch.from_numpy(state.count >= state.strokes)

    def truncated(self, state: Canvases) -> Bool[Tensor, " B"]:
        """Nothing is cut off."""
        return torch.zeros(len(state.count), dtype=torch.bool)

    def restart(
        self, state: Canvases, rows: Bool[Tensor, " B"], prompts: Sequence[Prompt], seeds: Seeds
    ) -> Canvases:
        """New sheets in these rows."""
        new, picked = self.start(prompts, seeds), rows.numpy()
        parts = {}
        for f in fields(Canvases):
            fresh, old = getattr(new, f.name), getattr(state, f.name)
            if fresh.ndim > 1 and fresh.shape[1] != old.shape[1]:
                fresh, old = _alike(fresh, old)
            shape = (len(picked),) + (1,) * (fresh.ndim - 1)
            parts[f.name] = np.where(picked.reshape(shape), fresh, old)
        return Canvases(**parts)

    def works(self, state: Canvases) -> Paintings:
        """The paintings as they stand."""
        return Paintings(
            state.points, state.width, state.colour, state.opacity, state.count, state.ground,
            state.canvas, state.target, np.where(state.error > 0, state.error, np.nan),
        )  # fmt: skip

    def join(self, batches: Sequence[Works[Painting]]) -> Paintings:
        """One batch of several."""
        every = [batch for batch in batches if isinstance(batch, Paintings)]
        parts = {}
        for f in fields(Paintings):
            columns = [getattr(batch, f.name) for batch in every]
            if f.name in ("points", "width", "colour", "opacity", "error"):
                most = max(column.shape[1] for column in columns)
                columns = [_padded(column, most) for column in columns]
            parts[f.name] = np.concatenate(columns)
        return Paintings(**parts)


def _alike(one: np.ndarray, other: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Columns of strokes, made as long as the longer ones."""
    most = max(one.shape[1], other.shape[1])
    return _padded(one, most), _padded(other, most)


def _padded(column: np.ndarray, most: int) -> np.ndarray:
    more = [(0, 0), (0, most - column.shape[1])] + [(0, 0)] * (column.ndim - 2)
    return np.pad(column, more)
