"""How well rewards tell people's works from spoiled ones: the figures, their tables, their page.

Every domain has its own study: its works, its scrambles, its page.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Int

from makar.core.scoring import Scorer, raw_values
from makar.core.transforms import Transform
from makar.core.types import Prompt
from makar.measures.catalogue import Catalogue, Quantiles
from makar.measures.statistics import auc

SHIPPED = 0.6
"""Overall AUC below which a reward is not offered as a score."""
_RESAMPLES = 200


@dataclass(frozen=True)
class Finding:
    """How well one reward tells.

    Attributes:
        name: The reward.
        kinds: AUC against each kind of work that is not people's; the scrambles' names, or the own
            test of a reward that answers another question.
        overall: AUC against all kinds together: their mean, as each has as many works. A kind
            that the reward can judge no work of is left out (NaN).
        low, high: 95 % interval of ``overall``, by drawing whole sources anew.
        judged: Share of people's works that the reward could judge.
        quantiles: 5, 10, 50, 90, 95 % quantiles among people's works.
        transform: The default transform, in words.
    """

    name: str
    kinds: Mapping[str, float]
    overall: float
    low: float
    high: float
    judged: float
    quantiles: Quantiles
    transform: str

    @property
    def tells(self) -> bool:
        """True where the reward may be offered as a score."""
        return self.overall >= SHIPPED


def scores(
    scorer: Scorer, transform: Transform, works: Any, asked: Prompt | None = None
) -> np.ndarray:
    """The works' scores, after the transform, when that was asked of each."""
    return transform(raw_values(scorer(works, [asked or Prompt()] * len(works))))


def finding(
    name: str,
    people: np.ndarray,
    others: Mapping[str, np.ndarray],
    quantiles: Quantiles,
    transform: Transform,
    sources: Int[np.ndarray, " B"],
    rng: np.random.Generator,
) -> Finding:
    """Tell people's scores from each kind of others'.

    Args:
        name: The reward.
        people: Scores of people's works; as many rounds of them as there are rounds of others.
        others: Scores of the spoiled works by kind, row by row from the same works.
        quantiles: Among people's works.
        transform: From statistic to score.
        sources: Number of the source that each of people's works is from, such as a tune.
        rng: Draws the sources for the interval.
    """
    interval = _interval(people, others, sources, rng)
    kinds = {kind: auc(people, scores) for kind, scores in others.items()}
    overall = float(np.nanmean(list(kinds.values())))
    judged = float(1 - np.isnan(people).mean())
    return Finding(name, kinds, overall, *interval, judged, quantiles, str(transform))


def _interval(
    people: np.ndarray,
    others: Mapping[str, np.ndarray],
    sources: Int[np.ndarray, " B"],
    rng: np.random.Generator,
) -> tuple[float, float]:
    """The middle 95 % of the overall AUC when whole sources are drawn anew with replacement."""
    of_rows = np.tile(sources, len(people) // len(sources))
    windows = [np.flatnonzero(of_rows == source) for source in np.unique(of_rows)]
    draws: list[float] = []
    for _ in range(_RESAMPLES):
        drawn = rng.integers(0, len(windows), len(windows))
        rows = np.concatenate([windows[i] for i in drawn])  # a scramble goes with its source
        draws.append(float(np.nanmean([auc(people[rows], s[rows]) for s in others.values()])))
    low, high = np.quantile(draws, [0.025, 0.975])
    return float(low), float(high)


def tables(findings: Sequence[Finding], catalogue: Catalogue[Any], scrambles: Sequence[str]) -> str:
    """The findings as Markdown: people against scrambles, then the rewards with their own test."""
    kinds = list(scrambles)
    head = ["reward", *kinds, "overall (95 %)", "role", "default transform"]
    lines = [_row(head), _row(["---"] * len(head))]
    for f in findings:
        if set(f.kinds) == set(kinds):
            auc_of_kinds = [f"{f.kinds[k]:.2f}" if np.isfinite(f.kinds[k]) else "–" for k in kinds]
            lines.append(_row([f"`{f.name}`", *auc_of_kinds, *_verdict(f, catalogue)]))
    own = ["reward", "told from", "overall (95 %)", "role", "default transform"]
    lines += ["", _row(own), _row(["---"] * len(own))]
    for f in findings:
        if set(f.kinds) != set(kinds):
            told = ", ".join(f"{kind} {value:.2f}" for kind, value in f.kinds.items())
            lines.append(_row([f"`{f.name}`", told, *_verdict(f, catalogue)]))
    quantiles = ["reward", "5 %", "10 %", "50 %", "90 %", "95 %", "judged"]
    lines += ["", _row(quantiles), _row(["---"] * len(quantiles))]
    for f in findings:
        if np.isfinite(f.quantiles).all():
            numbers = [f"{q:.3g}" for q in f.quantiles]
            lines.append(_row([f"`{f.name}`", *numbers, f"{f.judged:.0%}"]))
    return "\n".join(lines)


def _verdict(finding: Finding, catalogue: Catalogue[Any]) -> list[str]:
    interval = f"**{finding.overall:.2f}** ({finding.low:.2f}–{finding.high:.2f})"
    return [interval, catalogue[finding.name].role, finding.transform]


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def unlisted(page: Path, catalogue: Catalogue[Any]) -> list[str]:
    """Rewards of the catalogue that the page does not both explain and measure."""
    text = page.read_text(encoding="utf-8")
    return [n for n in catalogue if f"- `{n}`" not in text or f"| `{n}` |" not in text]


def report(
    findings: Sequence[Finding],
    about: str,
    pages: Sequence[str],
    catalogue: Catalogue[Any],
    scrambles: Sequence[str],
) -> int:
    """Print a study; 1 if a score does not tell, or a page named does not hold the study."""
    printed = tables(findings, catalogue, scrambles)
    sys.stdout.write(f"{about}\n\n{printed}\n")
    short = [f for f in findings if catalogue[f.name].role == "score" and not f.tells]
    faults = [f"{f.name} is a score and does not tell" for f in short]
    for page in map(Path, pages):
        missing = unlisted(page, catalogue)
        faults += [f"{page} does not explain and measure {name}" for name in missing]
        text = page.read_text(encoding="utf-8")
        if not all(table in text for table in printed.split("\n\n")):
            faults.append(f"{page} does not hold these tables: copy them in")
    sys.stderr.write("".join(f"{fault}\n" for fault in faults))
    return 1 if faults else 0
