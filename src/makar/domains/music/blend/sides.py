"""The phrases of two genres that are blended, by side of the split."""

from __future__ import annotations

from collections.abc import Generator

from makar.core.errors import CorpusTooSmallError
from makar.domains.music.blend.config import BlendConfig
from makar.domains.music.blend.judges import Sides
from makar.domains.music.corpus.genres import genre_corpus, genre_phrases
from makar.recipes.preparation import Progress

FEW = 40
"""Phrases that each genre must have to learn from; to choose and to test, an eighth of them."""


def read_sides(config: BlendConfig) -> Generator[Progress, None, Sides]:
    """The phrases of both genres.

    Raises:
        CorpusTooSmallError: a genre has too few.
    """
    places = ((config.corpus.first, None), (config.corpus.second, config.corpus.folder))
    corpora = []
    for (name, folder), shown in zip(places, config.corpus.names, strict=True):
        yield Progress("reading tunes", text=shown)
        corpora.append(genre_corpus(name, folder))
    ask, sides = config.ask, Sides()
    for side in ("train", "valid", "heldout"):
        first, second = (genre_phrases(c, ask.bars, ask.metre, side=side) for c in corpora)
        sides[side] = first, second
        for genre, name in zip(sides[side], config.corpus.names, strict=True):
            if len(genre.pieces) < (FEW if side == "train" else FEW // 8):
                raise CorpusTooSmallError(
                    f"{name}: {len(genre.pieces)} phrases of {ask.bars} bars of {ask.metre} for "
                    f"the {side} side are too few; ask for fewer bars or another metre"
                )
    return sides
