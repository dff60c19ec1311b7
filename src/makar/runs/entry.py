"""What the ledger keeps of one work: where it came from, how it was judged, and the work itself."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

ALPHABET = "23456789bcdfghjkmnpqrstvwxyz"
"""No vowels, so that no id is a word; no 0, 1, l, which are misread."""
ID_LENGTH = 8
CONTENT_ID_LENGTH = 5


class PartScore(NamedTuple):
    """What one part of the reward said of one work; see ``makar.core.types.JudgedPart``."""

    raw: float
    value: float
    weight: float
    role: str


@dataclass(frozen=True)
class Entry:
    """One kept work.

    Attributes:
        iteration: Iteration that made it; -1 for works from before training. Resuming forgets
            the entries of the iterations that are run again.
        row: Its number in that iteration and phase.
        phase: ``"before"``, ``"train"``, ``"after"``, or a comparison's own name.
        content: The work in the domain's own bytes, which makar.runs never looks into.
        kind: What ``content`` is, such as ``"music/melody-grid"``.
        total: What the learner was given; NaN = could not be judged.
        parts: Every part of the reward, by name.
        prompt: What was asked for, as JSON.
        notation: The work in a line of the domain's shorthand.
        seed: With the next two, the random draw (``makar.core.seeds.Seeds``): run seed,
        seed_iteration: iteration as the draw counted it,
        seed_number: and number of the work.
        temperature: Sampling temperature.
        source: Nearest work of the corpus, if it is near; "" otherwise.
        licence: That work's licence.
        id: Short stable name; the ledger gives it.
    """

    iteration: int
    row: int
    phase: str
    content: bytes
    kind: str
    total: float = math.nan
    parts: Mapping[str, PartScore] = field(default_factory=dict[str, PartScore])
    prompt: Mapping[str, Any] = field(default_factory=dict[str, Any])
    notation: str = ""
    seed: int = 0
    seed_iteration: int = 0
    seed_number: int = 0
    temperature: float = 1.0
    source: str = ""
    licence: str = ""
    id: str = ""

    def as_json(self) -> dict[str, Any]:
        """Everything but the content, in strict JSON: null = could not be judged."""
        parts = {
            name: {"raw": _finite(p.raw), "value": _finite(p.value)}
            | {"weight": p.weight, "role": p.role}
            for name, p in self.parts.items()
        }
        draw = {"seed": self.seed, "iteration": self.seed_iteration, "number": self.seed_number}
        return {
            "id": self.id, "phase": self.phase, "iteration": self.iteration, "row": self.row,
            "total": _finite(self.total), "parts": parts, "prompt": dict(self.prompt),
            "notation": self.notation, "draw": draw, "temperature": self.temperature,
            "source": self.source or None, "licence": self.licence or None, "kind": self.kind,
            "bytes": len(self.content),
        }  # fmt: skip


def short_id(run: str, entry: Entry, *, attempt: int = 0) -> str:
    """Eight letters from the SHA-256 of the run, the entry's place in it and its content.

    The same run made again gives the same ids. There are 28⁸ ≈ 4·10¹¹ of them; ``attempt``
    gives another where two works of one run meet.
    """
    place = json.dumps([run, entry.phase, int(entry.iteration), int(entry.row), attempt])
    digest = hashlib.sha256(place.encode() + b"\0" + entry.content).digest()
    return _letters(digest[:16], ID_LENGTH)


def content_id(content: bytes) -> str:
    """Five letters from the SHA-256 of a content: the same work has the same name."""
    return _letters(hashlib.sha256(content).digest()[:8], CONTENT_ID_LENGTH)


def _letters(digest: bytes, length: int) -> str:
    number = int.from_bytes(digest, "big")
    letters: list[str] = []
    for _ in range(length):
        number, letter = divmod(number, len(ALPHABET))
        letters.append(ALPHABET[letter])
    return "".join(letters)


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
