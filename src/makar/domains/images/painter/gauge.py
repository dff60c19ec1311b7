"""What is measured of paintings, and what they are held against; see ``evaluation.gauge``."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
import torch
from jaxtyping import Float, Int

from makar.core.seeds import Seeds
from makar.core.types import Prompt, Works
from makar.domains.images.painter.beside import Beside, beside_drawings, beside_pictures
from makar.domains.images.painter.canvas.hand import BOUND
from makar.domains.images.painter.canvas.process import Canvas
from makar.domains.images.painter.canvas.works import (
    Painting,
    Paintings,
    paintings,
    stacked,
)
from makar.domains.images.painter.config import PainterConfig
from makar.domains.images.painter.craft import PaintingCraft
from makar.domains.images.painter.example import decisions_of
from makar.domains.images.painter.manner import told
from makar.domains.images.painter.policy import Painter
from makar.domains.images.painter.reward import STATISTICS, drawings_of
from makar.domains.images.pictures.picture import Picture
from makar.domains.images.rewards.catalogue import DRAWING_CATALOGUE, DrawingCorpus
from makar.evaluation.assessment import Bench
from makar.evaluation.gauge import Terms
from makar.evaluation.rows import EVALUATION, HUMAN
from makar.recipes.creator import Creator

STROKES_SEEN = "painter-1"
TURNS, BOWED = 8, 0.1
"""Directions that are told apart, and from which bow on a stroke is another."""
_TABLE = 7
"""The first branch of the seeds that decisions are drawn from, one a stroke."""


@dataclass(frozen=True)
class Strokes:
    """Paintings, measured.

    Attributes:
        process: The canvas that works without sense are painted on.
        beside: What looks at paintings beside pictures, if anybody does.
    """

    process: Canvas
    beside: Beside | None = None

    @property
    def terms(self) -> Terms:
        """There are no features whose spread would say anything, and no runs that copies have."""
        if self.beside is None:
            return Terms({}, {}, STROKES_SEEN, {}, {})
        seen = f"{STROKES_SEEN}; {self.beside.fingerprint}"
        return Terms({}, self.beside.words, seen, {}, {})

    def batch(self, works: Works[Painting] | Sequence[Painting]) -> Paintings:
        """Paintings in columns, however they come."""
        return works if isinstance(works, Paintings) else stacked([*works])

    def judgeable(self, works: Works[Painting]) -> Int[np.ndarray, " N"]:
        """Those that have strokes."""
        return np.flatnonzero(self.batch(works).count > 0)

    def spread(self, works: Works[Painting]) -> Mapping[str, Float[np.ndarray, "B D"]]:
        """Nothing is compared by its spread."""
        del works
        return {}

    def fixed(self, works: Works[Painting]) -> Float[np.ndarray, "B D"]:
        """What the strokes of each are like."""
        drawings, corpus = drawings_of(works), DrawingCorpus([])
        columns = [DRAWING_CATALOGUE[name].build(corpus)(drawings, []) for name in STATISTICS]
        return np.nan_to_num(np.stack(columns, 1).astype(np.float64))

    def moves(self, works: Works[Painting]) -> tuple[Int[np.ndarray, "B N"], Int[np.ndarray, " B"]]:
        """Each stroke by its length and width in octaves, its bow, and its direction."""
        batch = paintings(works)
        like = told(batch.points / batch.side, batch.width / batch.side)
        length, width = (np.clip(-np.round(like[..., i]), 0, 15).astype(np.int64) for i in (0, 1))
        turn = np.arctan2(like[..., 4], like[..., 3]) / (2 * np.pi) % 1
        way = (np.round(turn * TURNS).astype(np.int64)) % TURNS
        bowed = (like[..., 2] > BOWED).astype(np.int64)
        return ((length * 16 + width) * TURNS + way) * 2 + bowed, batch.count

    def by_chance(self, asked: Sequence[Prompt], seeds: Seeds) -> Paintings:
        """Strokes anyhow, where the eye looks."""

        def drawn(draws: Seeds) -> Float[np.ndarray, "B A"]:
            return BOUND * (2 * draws.uniforms(len(asked), self.process.actions) - 1)

        return self._painted(asked, seeds, drawn)

    def by_table(
        self, known: Sequence[Works[Painting]], asked: Sequence[Prompt], seeds: Seeds
    ) -> Paintings:
        """Strokes as theirs are, where the eye looks: where theirs lay, no table can say."""
        canvas = self.process
        every = [works.drawing(row) for works in map(paintings, known) for row in range(len(works))]
        table = np.concatenate(
            [decisions_of(one, canvas.widths, upright=canvas.upright) for one in every]
        )

        def drawn(draws: Seeds) -> Float[np.ndarray, "B A"]:
            rows = (draws.uniforms(len(asked), 1)[:, 0] * len(table)).astype(np.int64)
            return np.nan_to_num(table[rows])

        return self._painted(asked, seeds, drawn)

    def _painted(
        self,
        asked: Sequence[Prompt],
        seeds: Seeds,
        drawn: Callable[[Seeds], Float[np.ndarray, "B A"]],
    ) -> Paintings:
        """Paintings by decisions that are drawn whatever is seen."""
        state, step = self.process.start(asked, seeds), 0
        while not self.process.terminated(state).all():
            numbers = torch.from_numpy(drawn(seeds.branched(_TABLE + step))).float()
            state, _ = self.process.step(state, numbers)
            step += 1
        return self.process.works(state)


def bench_of(creator: Creator[Painting], config: PainterConfig, works: int) -> Bench[Painting]:
    """What a run is measured with."""
    craft, human = cast(PaintingCraft, creator.craft), cast(Paintings, creator.human)
    if craft.known:
        known, people = stacked([Painting(one) for one in craft.known.values()]), human
    else:  # greedy search has no folder: half of it is known
        known, people = (human.take(range(half, len(human), 2)) for half in (0, 1))
    canvas = cast(Painter, creator.policy).canvas
    beside = beside_drawings(known) if craft.known else _beside_pictures(creator, canvas)
    return Bench(
        Strokes(canvas, beside),
        known={"": known},
        people={HUMAN: people},
        reward=creator.reward,
        ask=creator.ask,
        seed=config.prior_seed + EVALUATION,
        works=works,
        kind=f"paintings of {config.ask.strokes} strokes",
        words=creator.words,
        beside=beside,
    )


def _beside_pictures(creator: Creator[Painting], canvas: Canvas) -> Beside:
    """Beside the pictures that are painted from when paintings are measured."""
    given = creator.ask.given
    if isinstance(given, Picture):
        return beside_pictures([given], canvas.side)
    return beside_pictures([canvas.gallery[name] for name in canvas.open], canvas.side)
