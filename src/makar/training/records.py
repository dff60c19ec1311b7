"""Putting works into the ledger, with everything said of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from makar.core.seeds import Seeds
from makar.core.types import Judgement, Prompt, Rollout
from makar.recipes.craft import Craft
from makar.runs.entry import Entry
from makar.runs.judged import scores_by_work
from makar.runs.ledger import Ledger


def prompt_json(prompt: Prompt) -> dict[str, Any]:
    """A prompt as the ledger keeps it; given material stays with the run's own files."""
    return {"text": prompt.text, "condition": dict(prompt.condition), "form": prompt.form}


def prompt_from_json(record: dict[str, Any]) -> Prompt:
    """The prompt from what the ledger keeps."""
    return Prompt(record["text"], record["condition"], record["form"])


def keep_works(
    ledger: Ledger,
    craft: Craft[Any],
    rollout: Rollout[Any],
    judgement: Judgement,
    *,
    phase: str,
    iteration: int,
    rows: Sequence[int],
    seeds: Seeds,
    temperature: float,
    first_row: int = 0,
) -> list[str]:
    """Keep the works of the given rows; return their ids.

    Args:
        ledger: Where to.
        craft: The domain's way of keeping works.
        rollout: The works.
        judgement: What was said of them.
        phase: ``"before"``, ``"train"``, ``"after"`` or a sample's name.
        iteration: Iteration that made them; -1 before training.
        rows: Which of them.
        seeds: What they were drawn from, so that each can be made again.
        temperature: What they were sampled at.
        first_row: Rows that the phase has kept already.
    """
    scores = scores_by_work(judgement)
    works = rollout.works.take(rows)
    near = craft.resemblances(works)
    entries = [
        Entry(
            iteration=iteration,
            row=first_row + row,
            phase=phase,
            content=craft.pack(works[i]),
            kind=craft.kind,
            total=float(judgement.total[row]),
            parts=scores[row],
            prompt=prompt_json(rollout.prompts[row]),
            notation=craft.notation(works[i]),
            seed=seeds.run,
            seed_iteration=seeds.iteration,
            seed_number=seeds.first + row,
            temperature=temperature,
            source=near[i].title,
            licence=near[i].licence,
        )
        for i, row in enumerate(rows)
    ]
    return ledger.add(entries)
