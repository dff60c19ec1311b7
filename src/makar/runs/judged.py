"""From a judgement to ledger entries; apart, since it needs torch and reading a ledger does not."""

from __future__ import annotations

from makar.core.types import Judgement
from makar.runs.entry import PartScore


def scores_by_work(judgement: Judgement) -> list[dict[str, PartScore]]:
    """The parts of a batch's judgement, work by work, for ``Entry.parts``."""
    columns = [
        (name, part.raw.tolist(), part.value.tolist(), float(part.weight), str(part.role))
        for name, part in judgement.parts.items()
    ]
    return [
        {
            name: PartScore(raw[i], value[i], weight, role)
            for name, raw, value, weight, role in columns
        }
        for i in range(len(judgement.total))
    ]
