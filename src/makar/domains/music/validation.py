"""Do the rewards know people's tunes from scrambled ones? The study that docs/rewards.md prints.

``python -m makar.domains.music.validation`` measures it on the corpus and checks the page.
Fixed beforehand: held-out eight-bar windows, all scrambles of ``scrambled``, one seed, default
transforms with bands from other tunes than are judged, and ``SHIPPED`` as the bar.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from makar.core.scoring import Scorer
from makar.core.transforms import Transform
from makar.core.types import Prompt
from makar.domains.music.melody import Melodies
from makar.domains.music.rewards.catalogue import (
    CATALOGUE,
    Quantiles,
    build,
    default_transform,
    fit_bands,
)
from makar.domains.music.rewards.scrambled import SCRAMBLES, altered, arranged
from makar.measures.statistics import auc

SHIPPED = 0.6
"""Overall AUC below which a reward is not offered as a score."""
SEED = 20251122
FORMS = ("AABA", "ABAC", "AABB", "ABBA")
ALTERED = 0.1
_RESAMPLES = 200


@dataclass(frozen=True)
class Finding:
    """How well one reward tells.

    Attributes:
        name: The reward.
        kinds: AUC against each kind of tune that is not one; ``SCRAMBLES``' names, or the own
            test of a reward that answers another question.
        overall: AUC against all kinds together: their mean, as each has as many tunes. A kind
            that the reward can judge no tune of is left out (NaN).
        low, high: 95 % interval of ``overall``, by drawing the tunes anew.
        judged: Share of people's tunes that the reward could judge.
        quantiles: 5, 10, 50, 90, 95 % quantiles among people's tunes.
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


def study(
    train: Melodies, valid: Melodies, heldout: Melodies, *, seed: int = SEED
) -> list[Finding]:
    """Measure every reward of the catalogue.

    Args:
        train: What the rewards may know; the bands of most come from it.
        valid: Bands of the rewards that know the corpus come from these, which it lacks.
        heldout: The people's tunes to be told; nothing is fitted to them.
        seed: Of the scrambles and the intervals.
    """
    scorers = build(list(CATALOGUE), train)
    ignorant = {n: s for n, s in scorers.items() if not CATALOGUE[n].corpus}
    bands = fit_bands(ignorant, train)
    bands |= fit_bands({n: s for n, s in scorers.items() if CATALOGUE[n].corpus}, valid)
    rng = np.random.default_rng(seed)
    spoiled = {name: scramble(heldout, rng) for name, scramble in SCRAMBLES.items()}
    picked = train.take(rng.permutation(len(train))[: len(heldout)])
    copies = {
        "copies in another key": altered(picked, rng, share=0.0),
        "one note in ten moved": altered(picked, rng, share=ALTERED),
    }
    findings: list[Finding] = []
    for name, scorer in scorers.items():
        transform = default_transform(name, bands[name])
        if name == "form_contrast":
            people, others = _asked_forms(scorer, transform, heldout, rng)
        elif name in ("novelty", "near_copy"):
            people = _scores(scorer, transform, heldout)
            others = {kind: _scores(scorer, transform, bad) for kind, bad in copies.items()}
        else:
            people = _scores(scorer, transform, heldout)
            others = {kind: _scores(scorer, transform, bad) for kind, bad in spoiled.items()}
        findings.append(_finding(name, people, others, bands[name], transform, rng))
    return findings


def _scores(scorer: Scorer, transform: Transform, melodies: Melodies, form: str = "") -> np.ndarray:
    return transform(np.asarray(scorer(melodies, [Prompt(form=form)] * len(melodies)), float))


def _asked_forms(
    scorer: Scorer, transform: Transform, heldout: Melodies, rng: np.random.Generator
) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Tunes put together in the form asked for, against the same sections in another form.

    One note in five is moved in both, so that equal sections are alike and not the same.
    """
    kept, broken = [], []
    for i, form in enumerate(FORMS):
        other = FORMS[(i + 1) % len(FORMS)]
        for asked, target in ((form, kept), (other, broken)):
            tunes = altered(arranged(heldout, asked), rng, share=0.2)
            target.append(_scores(scorer, transform, tunes, form))
    return np.concatenate(kept), {"another form": np.concatenate(broken)}


def _finding(
    name: str,
    people: np.ndarray,
    others: Mapping[str, np.ndarray],
    quantiles: Quantiles,
    transform: Transform,
    rng: np.random.Generator,
) -> Finding:
    kinds = {kind: auc(people, scores) for kind, scores in others.items()}
    draws: list[float] = []
    for _ in range(_RESAMPLES):
        rows = rng.integers(0, len(people), len(people))  # a scramble goes with its tune
        draws.append(float(np.nanmean([auc(people[rows], s[rows]) for s in others.values()])))
    low, high = np.quantile(draws, [0.025, 0.975])
    overall = float(np.nanmean(list(kinds.values())))
    judged = float(1 - np.isnan(people).mean())
    return Finding(name, kinds, overall, float(low), float(high), judged, quantiles, str(transform))


def tables(findings: Sequence[Finding]) -> str:
    """The findings as Markdown: people against scrambles, then the rewards with their own test."""
    kinds = list(SCRAMBLES)
    head = ["reward", *kinds, "overall (95 %)", "role", "default transform"]
    lines = [_row(head), _row(["---"] * len(head))]
    for f in findings:
        if set(f.kinds) == set(kinds):
            auc_of_kinds = [f"{f.kinds[k]:.2f}" if np.isfinite(f.kinds[k]) else "–" for k in kinds]
            lines.append(_row([f"`{f.name}`", *auc_of_kinds, *_verdict(f)]))
    own = ["reward", "told from", "overall (95 %)", "role", "default transform"]
    lines += ["", _row(own), _row(["---"] * len(own))]
    for f in findings:
        if set(f.kinds) != set(kinds):
            told = ", ".join(f"{kind} {value:.2f}" for kind, value in f.kinds.items())
            lines.append(_row([f"`{f.name}`", told, *_verdict(f)]))
    quantiles = ["reward", "5 %", "10 %", "50 %", "90 %", "95 %", "judged"]
    lines += ["", _row(quantiles), _row(["---"] * len(quantiles))]
    for f in findings:
        if np.isfinite(f.quantiles).all():
            numbers = [f"{q:.3g}" for q in f.quantiles]
            lines.append(_row([f"`{f.name}`", *numbers, f"{f.judged:.0%}"]))
    return "\n".join(lines)


def _verdict(finding: Finding) -> list[str]:
    interval = f"**{finding.overall:.2f}** ({finding.low:.2f}–{finding.high:.2f})"
    return [interval, CATALOGUE[finding.name].role, finding.transform]


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def unlisted(page: Path) -> list[str]:
    """Rewards of the catalogue that the page does not explain and measure."""
    text = page.read_text(encoding="utf-8")
    return [name for name in CATALOGUE if text.count(f"`{name}`") < 2]
