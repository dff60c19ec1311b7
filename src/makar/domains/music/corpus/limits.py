"""What a small or uniform corpus cannot teach, in words, before anybody waits for training."""

from __future__ import annotations

import numpy as np

from makar.domains.music.corpus.columns import Columns
from makar.domains.music.piece.piece import MODES, Key

FEW_PIECES = 20
"""With fewer, a model recites: what it learns of style cannot be told from the pieces."""
FEW_NOTES = 2_000
"""With fewer notes even frequencies of intervals are known to a few per cent only."""
_LEARNED_FROM_OTHERS = "it will be as in the tunes learned from before"


def what_cannot_be_learned(columns: Columns, *, held_out: int) -> list[str]:
    """Sentences that say what these pieces do not teach; empty where nothing is amiss.

    Args:
        columns: The pieces.
        held_out: Pieces that are kept from training to measure on.
    """
    pieces, notes = len(columns), len(columns.melody)
    if not pieces:
        return ["There is no piece to learn from: no file could be read as music."]
    said: list[str] = []
    if pieces < FEW_PIECES:
        said.append(
            f"{_count(pieces, 'piece')}: too few to learn a style from. Typical intervals and "
            "rhythms can be learned, forms cannot; expect near copies."
        )
    if notes < FEW_NOTES:
        said.append(
            f"{_count(notes, 'melody note')}: rare intervals and rhythms are left to chance."
        )
    if not held_out:
        said.append("No piece is left to measure on: improvement can be heard but not shown.")
    return said + _one_sided(columns)


def _one_sided(columns: Columns) -> list[str]:
    minor_modes = [n for n, mode in enumerate(MODES) if Key(0, mode).is_minor]
    minor = np.isin(columns.keys[columns.first("keys")[:-1], 3], minor_modes)
    said: list[str] = []
    if minor.all() or not minor.any():
        missing = "major" if minor.all() else "minor"
        said.append(f"No piece begins in {missing}: {_LEARNED_FROM_OTHERS}.")
    metres = columns.metres[columns.first("metres")[:-1], 2:]
    if (metres == metres[0]).all():
        beats, unit = metres[0]
        said.append(f"Every piece is in {beats}/{unit}: in other metres {_LEARNED_FROM_OTHERS}.")
    return said


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")
