"""What is measured of a blend of two genres, and what it is held against.

A blend is not meant to spread as the two genres together do: that would be a mixture, now the
one, now the other. So there is no overlap with people's spread, and the distance is taken to
each genre by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import cycle, islice

import numpy as np
from jaxtyping import Float, Int

from makar.core.seeds import Seeds
from makar.core.types import Prompt, Works
from makar.domains.music.blend.config import BlendConfig
from makar.domains.music.blend.sides import read_sides
from makar.domains.music.evaluation import bench_of
from makar.domains.music.melody.encoding import encode_bars
from makar.domains.music.melody.grid import MelodyGrid
from makar.domains.music.piece.piece import Piece, Pieces
from makar.domains.music.tune.assessment import GAUGE as TUNES
from makar.evaluation.assessment import Bench
from makar.evaluation.rows import HUMAN
from makar.recipes.creator import Creator
from makar.recipes.trained_run import finished

NOTES = (
    "overlap with people’s spread is left out: people’s phrases are of one genre or the other, "
    "and what spreads as both together is a mixture, not a blend",
    "people’s rows are judged as if they had been asked for the blend: half of the score says how "
    "near they are to it",
)


class Blends:
    """Pieces between two genres, measured by their top voices; see ``assessment.Gauge``."""

    terms = replace(TUNES.terms, features={})

    def batch(self, works: Works[Piece] | Sequence[Piece]) -> Pieces:
        """Pieces as a batch, however they come."""
        return Pieces(tuple(works[i] for i in range(len(works))))

    def judgeable(self, works: Works[Piece]) -> Int[np.ndarray, " N"]:
        """Pieces of three notes or more."""
        return TUNES.judgeable(works)

    def spread(self, works: Works[Piece]) -> Mapping[str, Float[np.ndarray, "B D"]]:
        """Nothing: see the note on the page."""
        del works
        return {}

    def fixed(self, works: Works[Piece]) -> Float[np.ndarray, "B D"]:
        """The frozen vector of a tune."""
        return TUNES.fixed(works)

    def moves(self, works: Works[Piece]) -> tuple[Int[np.ndarray, "B N"], Int[np.ndarray, " B"]]:
        """Intervals with the time to the next note."""
        return TUNES.moves(works)

    def by_chance(self, asked: Sequence[Prompt], seeds: Seeds) -> Pieces:
        """Each sixteenth drawn evenly: a pitch, holding on, or silence."""
        return _pieces(TUNES.by_chance(asked, seeds))

    def by_table(
        self, known: Sequence[Works[Piece]], asked: Sequence[Prompt], seeds: Seeds
    ) -> Pieces:
        """An order-2 chain over the notes of the genres, of each equally many phrases."""
        bars, most = int(asked[0].condition["bars"]), max(map(len, known))
        genres = [[encode_bars(works[i], 0, bars) for i in range(len(works))] for works in known]
        alike = [TUNES.batch(list(islice(cycle(genre), most))) for genre in genres]
        return _pieces(TUNES.by_table(alike, asked, seeds))


GAUGE = Blends()


def _pieces(grids: Iterable[MelodyGrid]) -> Pieces:
    return Pieces(tuple(grid.piece() for grid in grids))


def bench_of_run(creator: Creator[Piece], config: BlendConfig, works: int) -> Bench[Piece]:
    """What a run is measured with: the phrases of each genre, learned from and held out."""
    sides, names = finished(read_sides(config)), config.corpus.names
    known, people = (
        {name: genre.pieces for name, genre in zip(names, sides[side], strict=True)}
        for side in ("train", "heldout")
    )
    people = {f"{HUMAN}: {name}": pieces for name, pieces in people.items()}
    return bench_of(GAUGE, known, people, creator.reward, creator.ask, config, works)
