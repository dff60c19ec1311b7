"""The phrases of Bach's chorales that a model learns from and is held against."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass

import numpy as np

from makar.core.errors import CorpusTooSmallError
from makar.domains.music.chorale.config import ChoraleConfig
from makar.domains.music.chorale.corpus import Chorales, load_chorales, reading_chorales
from makar.domains.music.chorale.phrases import ChoralePhrases
from makar.domains.music.corpus.groups import SIDES, Side
from makar.domains.music.piece.piece import Provenance
from makar.domains.music.voices.codec import METRES
from makar.domains.music.voices.voices import VoiceGrids
from makar.recipes.preparation import Progress

READING, LEARNING = "reading chorales", "learning chorales"
"""Stages of a preparation."""
FEW_PHRASES = 40
"""With fewer phrases of the kind asked for, people's ranges are taken from all kinds."""


@dataclass(frozen=True)
class LearnedChorales:
    """Phrases by side of the split, and the whole chorales that were learned from."""

    train: ChoralePhrases
    valid: ChoralePhrases
    heldout: ChoralePhrases
    works: VoiceGrids
    chorales: Chorales

    @property
    def sources(self) -> list[Provenance]:
        """Where each of ``works`` is from."""
        rows = np.flatnonzero(self.chorales.side == SIDES.index("train"))
        return [self.chorales.provenance[row] for row in rows]

    @classmethod
    def of(cls, chorales: Chorales, bars: int) -> LearnedChorales:
        """Cut the chorales into phrases of so many bars."""
        cut = {side: chorales.phrases(bars, METRES, side=side) for side in SIDES}
        rows = np.flatnonzero(chorales.side == SIDES.index("train"))
        return cls(**cut, works=chorales.works.take(rows), chorales=chorales)

    def closing(self, side: Side, config: ChoraleConfig) -> VoiceGrids:
        """The phrases that end as asked for, in any metre and mode."""
        phrases: ChoralePhrases = getattr(self, side)
        as_asked = phrases.whole if config.ask.ends == "close" else ~phrases.whole
        return phrases.grids.take(np.flatnonzero(as_asked))

    def alike(self, side: Side, config: ChoraleConfig) -> VoiceGrids:
        """The phrases of the kind asked for; of any metre and mode where there are too few."""
        grids = self.closing(side, config)
        wanted = (config.ask.metre, config.ask.mode == "minor")
        kinds = zip(grids.metres, grids.keys, strict=True)
        asked = np.array([(str(m), k.is_minor) == wanted for m, k in kinds], bool)
        return grids.take(np.flatnonzero(asked)) if asked.sum() >= FEW_PHRASES else grids

    def notes(self) -> list[str]:
        """What the user should know of what was learned from."""
        chorales, bars = self.chorales, self.train.grids
        said = [
            f"{len(chorales)} chorales by Bach (licence unverified), {len(self.works)} of them to "
            f"learn from in {len(bars)} overlapping phrases"
        ]
        return said + [f"left out: {count} ({why})" for why, count in chorales.left_out.items()]


def read_chorales(config: ChoraleConfig) -> LearnedChorales:
    """The chorales in phrases of as many bars as are asked for.

    Raises:
        CorpusTooSmallError: there is nothing to learn from.
    """
    return _in_phrases(load_chorales(), config)


def learned_from(config: ChoraleConfig) -> Generator[Progress, None, LearnedChorales]:
    """The same, with how far the reading is.

    Raises:
        CorpusTooSmallError: as ``read_chorales``.
    """
    yield Progress(READING)
    work = reading_chorales()
    while True:
        try:
            done, total = next(work)
        except StopIteration as end:
            chorales: Chorales = end.value
            break
        yield Progress(READING, done, total)
    return _in_phrases(chorales, config)


def _in_phrases(chorales: Chorales, config: ChoraleConfig) -> LearnedChorales:
    learned = LearnedChorales.of(chorales, config.ask.bars)
    if not all(len(p.grids) for p in (learned.train, learned.valid, learned.heldout)):
        raise CorpusTooSmallError(
            f"no phrases of {config.ask.bars} bars are left to learn from and to test on; "
            "install music21 with its corpus, or ask for fewer bars"
        )
    return learned
