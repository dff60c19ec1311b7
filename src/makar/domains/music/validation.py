"""Do the rewards know people's tunes from scrambled ones? The study that docs/rewards.md prints.

``python -m makar.domains.music.validation docs/rewards.md`` measures it and checks the page.
Fixed beforehand: held-out eight-bar windows, all scrambles of ``scrambled``, one seed, default
transforms with bands from other tunes than are judged, and ``SHIPPED`` as the bar.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Int

from makar.core.scoring import Scorer
from makar.core.transforms import Transform
from makar.core.types import Prompt
from makar.domains.music.codec import METRES
from makar.domains.music.corpus import Corpus, load_corpus
from makar.domains.music.melody import Melodies
from makar.domains.music.rewards.catalogue import (
    CATALOGUE,
    Quantiles,
    build,
    default_transform,
    people_quantiles,
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
        low, high: 95 % interval of ``overall``, by drawing whole tunes anew.
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
    train: Melodies,
    valid: Melodies,
    heldout: Melodies,
    *,
    tunes: Int[np.ndarray, " B"] | None = None,
    seed: int = SEED,
) -> list[Finding]:
    """Measure every reward of the catalogue.

    Args:
        train: What the rewards may know; the bands of most come from it.
        valid: Bands of the rewards that know the corpus come from these, which it lacks.
        heldout: The people's tunes to be told; nothing is fitted to them.
        tunes: Number of the tune that each held-out window is from; windows of one tune are
            drawn together for the intervals.
        seed: Of the scrambles and the intervals.
    """
    tunes = np.arange(len(heldout)) if tunes is None else tunes
    scorers = build(list(CATALOGUE), train)
    bands = people_quantiles(scorers, train, valid)
    rng = np.random.default_rng(seed)
    spoiled = {name: scramble(heldout, rng) for name, scramble in SCRAMBLES.items()}
    picked = train.take(rng.integers(0, len(train), len(heldout)))
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
        low, high = _interval(people, others, tunes, rng)
        findings.append(_finding(name, people, others, bands[name], (low, high), transform))
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
    interval: tuple[float, float],
    transform: Transform,
) -> Finding:
    kinds = {kind: auc(people, scores) for kind, scores in others.items()}
    overall = float(np.nanmean(list(kinds.values())))
    judged = float(1 - np.isnan(people).mean())
    return Finding(name, kinds, overall, *interval, judged, quantiles, str(transform))


def _interval(
    people: np.ndarray,
    others: Mapping[str, np.ndarray],
    tunes: Int[np.ndarray, " B"],
    rng: np.random.Generator,
) -> tuple[float, float]:
    """The middle 95 % of the overall AUC when whole tunes are drawn anew with replacement."""
    of_rows = np.tile(tunes, len(people) // len(tunes))
    windows = [np.flatnonzero(of_rows == tune) for tune in np.unique(of_rows)]
    draws: list[float] = []
    for _ in range(_RESAMPLES):
        drawn = rng.integers(0, len(windows), len(windows))
        rows = np.concatenate([windows[i] for i in drawn])  # a scramble goes with its tune
        draws.append(float(np.nanmean([auc(people[rows], s[rows]) for s in others.values()])))
    low, high = np.quantile(draws, [0.025, 0.975])
    return float(low), float(high)


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


def measure(corpus: Corpus) -> tuple[list[Finding], str]:
    """Study a corpus's eight-bar windows, and say in one line what was studied."""
    train, valid, heldout = (
        corpus.windows(8, METRES, side=side) for side in ("train", "valid", "heldout")
    )
    findings = study(
        train.grids.melodies, valid.grids.melodies, heldout.grids.melodies, tunes=heldout.piece
    )
    about = (
        f"{len(heldout.grids)} held-out windows from {len(np.unique(heldout.piece))} tunes, as "
        f"many of each scramble; bands from {len(train.grids)} training windows, those of "
        f"rewards that know the corpus from {len(valid.grids)} validation windows; seed {SEED}."
    )
    return findings, about


def unlisted(page: Path) -> list[str]:
    """Rewards of the catalogue that the page does not both explain and measure."""
    text = page.read_text(encoding="utf-8")
    return [n for n in CATALOGUE if f"- `{n}`" not in text or f"| `{n}` |" not in text]


def main(arguments: Sequence[str]) -> int:
    """Print the study; 1 if a score does not tell, or a page named does not hold the study."""
    findings, about = measure(load_corpus())
    sys.stdout.write(f"{about}\n\n{tables(findings)}\n")
    faults = [f"{f.name} is a score and does not tell" for f in findings if _falls_short(f)]
    for page in map(Path, arguments):
        faults += [f"{page} does not explain and measure {name}" for name in unlisted(page)]
        text = page.read_text(encoding="utf-8")
        if not all(table in text for table in tables(findings).split("\n\n")):
            faults.append(f"{page} does not hold these tables: copy them in")
    sys.stderr.write("".join(f"{fault}\n" for fault in faults))
    return 1 if faults else 0


def _falls_short(finding: Finding) -> bool:
    return CATALOGUE[finding.name].role == "score" and not finding.tells


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
