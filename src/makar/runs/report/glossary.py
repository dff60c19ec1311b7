"""Every technical word of the report, explained in one line and linked from where it stands."""

from __future__ import annotations

import re
from collections.abc import Mapping

from makar.runs.report.markup import text
from makar.runs.report.words import Words

GLOSSARY: Mapping[str, tuple[str, str]] = {
    "interval": (
        "95 % interval",
        "Where the true mean would lie in 95 of 100 such measurements; written ± half its width.",
    ),
    "alarm": (
        "alarm",
        "Rings when a watch reward leaves the range of held-out works and has truly moved since "
        "the start, twice running: the reward may be being gamed.",
    ),
    "best-of-n": (
        "best of n",
        "Let the untrained model make n works and keep the one that scores highest: what "
        "patience gives without any training.",
    ),
    "collapse": (
        "collapse",
        "The model makes nearly the same thing again and again. The run then goes back to its "
        "last good weights.",
    ),
    "distinct": (
        "distinct-4",
        "{variety}: high means varied. It falls with the size of a set, so sets are compared at "
        "equal size.",
    ),
    "duplicates": (
        "duplicates",
        "Share of works that repeat another work of the same set exactly.",
    ),
    "headline": (
        "headline",
        "The score, placed between that of works by chance (0) and of {theirs} held-out works "
        "(100), judged alike for this very request. It may pass 100: works were asked for this, "
        "which theirs were not.",
    ),
    "entropy": (
        "entropy",
        "How open each decision is, in nats: 0 where the model always does the same, higher the "
        "more ways it sees to go on.",
    ),
    "flat": (
        "flat group",
        "Works of one request that all scored the same: nothing can be learned from comparing "
        "them, so they are left out.",
    ),
    "gradient": (
        "gradient norm",
        "How hard one learning step pulls at the weights, before it is limited.",
    ),
    "held-out": (
        "held-out",
        "Works that the model never learned from: kept aside to compare with.",
    ),
    "iteration": (
        "iteration",
        "One round: make works, judge them, change the model a little.",
    ),
    "kl": (
        "KL",
        "How far the model has moved from where it began, in nats per decision; 0 is not at all.",
    ),
    "kl-coefficient": (
        "KL coefficient",
        "How strongly the model is held near where it began; it adapts while learning.",
    ),
    "near-copy": (
        "near copy",
        "A work that shares so long a run with one source that it counts as a copy. It scores 0.",
    ),
    "prior": (
        "prior",
        "The model before it was rewarded: it has only learned from examples.",
    ),
    "reward": (
        "reward part",
        "One thing that is {sought}, scored from 0 to 100. The score is their weighted mean.",
    ),
    "significant": (
        "significant",
        "Unlikely to be chance: Welch's test of two means at 5 %, made stricter for the number "
        "of measures tested (Holm 1979).",
    ),
    "temperature": (
        "temperature",
        "How daring the model draws: 1 is as it learned, above 1 explores.",
    ),
    "watch": (
        "watch reward",
        "A measure that no score counts: where gaming would show first.",
    ),
}
"""By anchor: the term, and what it means, with places for the recipe's words."""

_SPOKEN = {
    "alarm": r"alarms?",
    "best-of-n": r"best of (?:n|\d+)",
    "collapse": r"collapses?",
    "distinct": r"distinct-4",
    "duplicates": r"duplicates",
    "entropy": r"entropy",
    "flat": r"flat groups?",
    "gradient": r"gradient norm",
    "headline": r"headline",
    "held-out": r"held-out|held out",
    "interval": r"95 % intervals?",
    "iteration": r"iterations?",
    "kl-coefficient": r"KL coefficient",
    "kl": r"KL",
    "near-copy": r"near cop(?:y|ies)",
    "prior": r"prior",
    "reward": r"reward parts?",
    "significant": r"significant(?:ly)?",
    "temperature": r"temperature",
    "watch": r"watch rewards?",
}
_TERMS = re.compile(
    "|".join(f"(?P<t{i}>\\b(?:{spoken})\\b)" for i, spoken in enumerate(_SPOKEN.values())),
    re.IGNORECASE,
)


def linked(told: str, words: Words) -> str:
    """Our own plain text as HTML, each technical term linked once to its explanation.

    Never for foreign text: a tune called "Alarm" is not a term.

    Args:
        told: The text.
        words: How works are spoken of, for the explanations.
    """
    anchors, seen = list(_SPOKEN), set[str]()
    out: list[str] = []
    last = 0
    for found in _TERMS.finditer(told):
        anchor = anchors[int((found.lastgroup or "t0")[1:])]
        if anchor not in seen:
            seen.add(anchor)
            out += [text(told[last : found.start()]), term(anchor, words, found[0])]
            last = found.end()
    return "".join([*out, text(told[last:])])


def meaning(anchor: str, words: Words) -> str:
    """What a term means, in the recipe's words."""
    return GLOSSARY[anchor][1].format(
        variety=words.variety, sought=words.sought, theirs=words.whose_own()
    )


def term(anchor: str, words: Words, shown: str = "") -> str:
    """A term with its explanation as a tooltip, linked to the glossary."""
    return (
        f'<a class="term" href="#word-{anchor}"><abbr title="{text(meaning(anchor, words))}">'
        f"{text(shown or GLOSSARY[anchor][0])}</abbr></a>"
    )


def glossary(words: Words) -> str:
    """The whole glossary as a definition list."""
    entries = (
        f'<div><dt id="word-{anchor}">{text(name)}</dt>'
        f"<dd>{text(meaning(anchor, words))}</dd></div>"
        for anchor, (name, _) in GLOSSARY.items()
    )
    return f'<dl class="glossary">{"".join(entries)}</dl>'
