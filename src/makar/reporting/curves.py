"""From a run's log to the report's curves, alarms and events."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float, Int

from makar.core.rewards import UNJUDGED
from makar.recipes.upkeep.bonuses import LIKENESS
from makar.runs.report.contents import Banner, Chart, Happening, Level, Line
from makar.runs.report.markup import opening, percent
from makar.runs.report.words import Words

UNSEEN = (
    "Each watch reward as measured. The learner never sees these: it is here that a gamed reward "
    "would show."
)
HELD = (
    "Each watch reward as measured. No score counts these; only while their mean strays from that "
    "of held-out works are works that stray farther paid a little less."
)
_SECONDS = {"sample": "making", "score": "judging", "update": "learning", "keep": "keeping"}
_NUMBERS = re.compile(r"-?\d+(?:[.,]\d+)*(?:e[+-]?\d+)?%?")


@dataclass(frozen=True)
class Log:
    """``metrics.jsonl``, column by column.

    Attributes:
        rows: The rows, oldest first.
    """

    rows: Sequence[Mapping[str, Any]]

    @property
    def iterations(self) -> Int[np.ndarray, " N"]:
        """Numbers of the iterations."""
        return np.array([int(row["iteration"]) for row in self.rows], np.int64)

    def column(self, *path: str) -> Float[np.ndarray, " N"]:
        """The number at that path in each row; NaN where there is none."""
        return np.array([_number_at(row, path) for row in self.rows], np.float64)

    def anywhere(self, name: str) -> Float[np.ndarray, " N"]:
        """A number that is the row's own or the learner's."""
        own = self.column(name)
        return np.where(np.isfinite(own), own, self.column("learner", name))

    @property
    def score(self) -> Float[np.ndarray, " N"]:
        """Mean score of each iteration's works, without what training adds to it."""
        own = self.column("score")
        return np.where(np.isfinite(own), own, self.column("total"))

    @property
    def events(self) -> list[tuple[int, str]]:
        """What was said in which iteration."""
        return [
            (int(row["iteration"]), str(event))
            for row in self.rows
            for event in row.get("events", ())
        ]

    @property
    def returns(self) -> list[int]:
        """Iterations after which older weights came back."""
        return [at for at, event in self.events if event.startswith(("collapse", "unusable"))]


def _number_at(row: Mapping[str, Any], path: Iterable[str]) -> float:
    value: Any = row
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    return float(value) if isinstance(value, (int, float)) else math.nan


@dataclass(frozen=True)
class Known:
    """What the curves are compared with.

    Attributes:
        roles: Role of each reward part.
        weights: Share of the score of each.
        explained: Each in plain words.
        bands: People's 5-95 % range of each watch.
        people, prior: Mean of each measure over their works.
        words: How works are spoken of.
        best: Name and mean score of best of n, or None.
    """

    roles: Mapping[str, str]
    weights: Mapping[str, float]
    explained: Mapping[str, str]
    bands: Mapping[str, tuple[float, float]]
    people: Mapping[str, float]
    prior: Mapping[str, float]
    words: Words
    best: tuple[str, float] | None = None


def chart_groups(log: Log, known: Known) -> list[tuple[str, str, list[Chart]]]:
    """Every group of curves, those first that say most."""
    if not log.rows:
        return []
    scores = [n for n, role in known.roles.items() if role in ("score", "penalty")]
    scores.sort(key=lambda name: -known.weights.get(name, 0.0))
    watches = [n for n, role in known.roles.items() if role == "watch" and n != UNJUDGED]
    bonuses = _bonuses(log, known)
    return [
        ("The score", "", [_total(log, known)]),
        (
            "What was rewarded",
            "Each reward part out of 100, the weightiest first.",
            [_part(log, known, name) for name in scores],
        ),
        (
            "What was only watched",
            HELD if LIKENESS in bonuses else UNSEEN,
            [_watch(log, known, name) for name in watches],
        ),
        (
            "What was paid for in training only",
            "What keeps the works varied and like the others; no score or table has it in it.",
            [_part(log, known, name) for name in bonuses],
        ),
        ("The learner", "", _learner(log)),
        ("Where the time went", "", [_time(log)]),
    ]


def _bonuses(log: Log, known: Known) -> list[str]:
    """Parts that only the log knows."""
    logged = {name: None for row in log.rows for name in row.get("parts", {})}
    return [name for name in logged if name not in known.roles]


def _total(log: Log, known: Known) -> Chart:
    levels = [
        Level(known.words.whose, known.people.get("score", math.nan), "people"),
        Level("prior", known.prior.get("score", math.nan), "before"),
    ]
    if known.best is not None:
        levels.append(Level(known.best[0], known.best[1], "best"))
    return Chart(
        "Score of an average work",
        log.iterations,
        [Line("learning", log.score)],
        words="Out of 100, over the iterations; faint: as it was, strong: smoothed.",
        levels=levels,
        marks=log.returns,
        scale=100,
    )


def _part(log: Log, known: Known, name: str) -> Chart:
    return Chart(
        name.replace("_", " "),
        log.iterations,
        [Line("learning", log.column("parts", name))],
        words=known.explained.get(name, ""),
        levels=[Level(known.words.whose, known.people.get(name, math.nan), "people")],
        marks=log.returns,
        scale=100,
        whole=True,
    )


def _watch(log: Log, known: Known, name: str) -> Chart:
    return Chart(
        name.replace("_", " "),
        log.iterations,
        [Line("learning", log.column("raw", name))],
        words=known.explained.get(name, ""),
        band=known.bands.get(name),
        marks=log.returns,
    )


def _learner(log: Log) -> list[Chart]:
    kl = [Line("KL", log.column("learner", "kl"))]
    entropy = [
        Line("entropy", log.column("learner", "entropy")),
        Line("the prior’s", log.column("learner", "prior_entropy"), "before"),
    ]
    faults = [
        Line("reward faults", np.array([_faults(row) for row in log.rows])),
        Line("unjudged", log.column("learner", "unjudged"), "before"),
        Line("flat", log.column("learner", "flat"), "best"),
    ]
    at, back = log.iterations, log.returns
    charts = [
        Chart("KL", at, kl, "How far it has gone.", marks=back, from_zero=True, unit=" nats"),
        Chart("entropy", at, entropy, "How open it still is.", marks=back, unit=" nats"),
    ]
    simple = {
        "kl_coefficient": ("KL coefficient", "The pull towards the prior.", 1.0, ""),
        "temperature": ("temperature", "How daring it drew.", 1.0, ""),
        "duplicates": ("duplicates", "Works of one iteration that are equal.", 100.0, " %"),
        "distinct-4": ("distinct-4", "How varied the works of one iteration are.", 100.0, ""),
        "gradient_norm": ("gradient norm", "The pull of one learning step.", 1.0, ""),
        "learning_rate": ("learning rate", "Length of one learning step.", 1.0, ""),
    }
    charts += [
        Chart(title, at, [Line(title, log.anywhere(name))], words, marks=back, scale=scale,
              unit=unit, from_zero=True)
        for name, (title, words, scale, unit) in simple.items()
    ]  # fmt: skip
    left_out = "Works that taught nothing: a reward failed, none could judge, or a flat group."
    return [*charts, Chart("left out", at, faults, left_out, from_zero=True)]


def _faults(row: Mapping[str, Any]) -> float:
    return float(sum(dict(row.get("faults") or {}).values()))


def _time(log: Log) -> Chart:
    lines = [Line(said, log.column("seconds", name)) for name, said in _SECONDS.items()]
    lines = [line for line in lines if np.isfinite(line.values).any()]
    sums = [float(np.nansum(line.values)) for line in lines]
    shares = [
        f"{line.name} {percent(s / sum(sums))}" for line, s in zip(lines, sums, strict=True) if s
    ]
    told = ", ".join(shares)
    return Chart(
        "Seconds per iteration",
        log.iterations,
        lines,
        words=f"Of {duration(sum(sums))} in all: {told}." if told else "",
        stacked=True,
        unit=" s",
    )


def duration(seconds: float) -> str:
    """Seconds as people say them."""
    if seconds < 90:
        return f"{seconds:.0f} seconds"
    return f"{seconds / 60:.0f} minutes" if seconds < 5400 else f"{seconds / 3600:.1f} hours"


def happenings(log: Log) -> list[Happening]:
    """Alarms and events, equal ones (but for their numbers) told once, with when they came."""
    found: dict[str, list[tuple[int, str]]] = {}
    for at, event in log.events:
        found.setdefault(_NUMBERS.sub("#", event), []).append((at, event))
    told: list[Happening] = []
    for times in found.values():
        (first, words), last = times[0], times[-1][0]
        when = f"iteration {first}" if first == last else f"iterations {first} to {last}"
        often = f" ({len(times)} times; the numbers are the first’s)" if len(times) > 1 else ""
        told.append(Happening(when, words + often, grave=_grave(words)))
    return told


def _grave(event: str) -> bool:
    return event.startswith(("alarm", "collapse", "unusable"))


def _some(names: Sequence[str], most: int = 3) -> str:
    """The first few names, and how many more there are."""
    first = [opening(names[0]), *names[1:most]]
    if len(names) > most:
        return f"{', '.join(first)} and {len(names) - most} more"
    return " and ".join([", ".join(first[:-1]), first[-1]] if len(first) > 1 else first)


def _rang(event: str) -> str:
    """Which watch an alarm was of."""
    return event[len("alarm: ") :].split(" is ")[0].replace("_", " ")


def banners(log: Log, words: Words) -> list[Banner]:
    """What must be read before anything else: alarms, and returns to older weights."""
    rung = [(at, event) for at, event in log.events if event.startswith("alarm: ")]
    told: list[Banner] = []
    if rung:
        last = {_rang(event): at for at, event in rung}  # of each, when it rang last
        shown = sorted(last, key=lambda name: -last[name])
        told.append(
            Banner(
                "An alarm rang.",
                f"{_some(shown)} went away from {words.whose_own()} works while learning, last in "
                f"iteration {rung[-1][0]} of {log.iterations[-1]}: the reward may be being gamed.",
            )
        )
    collapses = [(at, event) for at, event in log.events if event.startswith("collapse")]
    if collapses:
        at, event = collapses[-1]
        often = "once" if len(collapses) == 1 else f"{len(collapses)} times"
        told.append(
            Banner(
                "The model collapsed.",
                f"It went back to older weights {often}, last in iteration {at} "
                f"({event.removeprefix('collapse: ')}).",
            )
        )
    if any(event.startswith("unusable") for _, event in log.events):
        told.append(
            Banner("Learning broke off.", "Unusable updates in a row; older weights were put back.")
        )
    return told
