"""What the rows, groups and measures of an evaluation are called, in its recipe's words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from makar.evaluation.assessment import DISTANCE, is_human
from makar.evaluation.gauge import DUPLICATES, NEAR
from makar.evaluation.headline import HEADLINE
from makar.evaluation.rows import HUMAN, MARKOV, RANDOM, SCORE
from makar.runs.report.words import PEOPLE, Words

if TYPE_CHECKING:
    from makar.evaluation.sources import Assessment

WEIGHTED, REPEATED = (
    "the weighted mean of all reward parts",
    "works that repeat another one exactly",
)
"""What the score and duplicates are, in words."""
PLACED = "where the score lies, with works by chance at 0 and {theirs} held-out works at 100"
"""What the headline is, in words."""
_WORDS = {SCORE: f"{WEIGHTED}, out of 100", DUPLICATES: f"{REPEATED}, out of 100"}
_BASELINES = {RANDOM: "chance", MARKOV: "a table"}
GROUPS: Mapping[str, str] = {
    "whole": "The whole",
    "overlap": "Overlap with {theirs} spread (1 = the same)",
    "sets": "As a set, beside what it is to be like",
    "variety": "Variety, at equal numbers of works",
    "copies": "Copies",
    "trained": "Rules trained on: fit to {theirs} range",
    "untrained": "Rules not trained on: fit to {theirs} range",
    "kl": "Divergence from {theirs} spread, in nats (0 = the same)",
}
"""What groups of measures are called, in their order."""
_BEGINS = {
    "overlap_": "overlap", "kl_": "kl", "set_": "sets", "distinct": "variety", "self-": "variety",
    DUPLICATES: "variety", "longest": "copies", NEAR: "copies",
}  # fmt: skip
"""The group of a measure by how its name begins."""


def group_of(name: str, found: Assessment) -> str:
    """In which group of ``GROUPS`` a measure stands."""
    if name.startswith("rule_"):
        return "trained" if is_trained(name, found) else "untrained"
    return next((group for start, group in _BEGINS.items() if name.startswith(start)), "whole")


def heading(group: str, words: Words) -> str:
    """What a group is called."""
    return GROUPS[group].format(theirs=words.whose_own())


def row_words(row: str, words: Words) -> str:
    """What a row of a table is called: files name it by people, whosever works were held out."""
    if row in _BASELINES:
        return _BASELINES[row]
    if words.whose == PEOPLE or not is_human(row):
        return row
    return f"{words.whose}, held out{row.removeprefix(HUMAN)}"


def is_trained(name: str, found: Assessment) -> bool:
    """True for the score and for rules that were part of the reward."""
    return name == SCORE or name.removeprefix("rule_") in found.trained_on


def words_of(name: str, found: Assessment, words: Words) -> str:
    """What a measure says, in the words of those who make such works."""
    if name == HEADLINE:
        return PLACED.format(theirs=words.whose_own())
    kind, _, rest = name.partition("_")
    if kind in ("overlap", "kl"):
        return found.terms.features.get(rest, "")
    if kind == "rule":
        return found.rules.get(rest, "")
    family, _, n = name.rpartition("-")
    if family == "distinct":
        return words.different_runs(n)
    if family == "self-overlap":
        return f"runs of {n} {words.moves} that another work of the set has too"
    if name.startswith(DISTANCE):
        theirs = words.whose_own()
        return (
            f"distance to {theirs} {words.stretches} in our own fixed features; {theirs} row is "
            "the floor"
        )
    return found.terms.words.get(name) or _WORDS.get(name, "")
