"""What a catalogue of rewards knows of each: its words, its source, and what people's works score.

A reward becomes a score through people's quantiles; how, its ``Kind`` says. One catalogue judges
tunes, another works in four voices.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeAlias, TypeVar

import numpy as np

from makar.core.scoring import Scorer, raw_values
from makar.core.transforms import AtMost, Band, Ramp, Transform
from makar.core.types import Prompt, Role
from makar.measures.statistics import quantile_band

Quantiles: TypeAlias = tuple[float, ...]
"""The 5, 10, 50, 90 and 95 % quantiles of a statistic among people's works."""
Kind = Literal["band", "more", "less", "asked", "at most"]
Corpus = TypeVar("Corpus")


@dataclass(frozen=True)
class Entry(Generic[Corpus]):
    """One reward of a catalogue.

    Attributes:
        name: As in configs, logs and tables.
        build: Makes the scorer from the corpus (most do not look at it).
        words: What it asks of a work, for who makes such works.
        source: Paper, or where the idea is from.
        kind: How its number becomes a score: ``band`` = as people's middle 80 %; ``more`` = full
            marks from people's median to their 95 % quantile; ``less`` = full marks up to people's
            median; ``asked`` = how far a wish is met, needs no people; ``at most`` = a gate at
            people's 95 % quantile.
        role: What it is unless the config says otherwise.
        corpus: True where ``build`` looks at the corpus, so that its band must come from works
            that are not in it.
        one_fault: For ``less``, what costs half the marks where people hardly have any, so that
            their quantiles give no measure.
        fixed: How its number becomes a score whatever people do, in place of ``kind``.
    """

    name: str
    build: Callable[[Corpus], Scorer]
    words: str
    source: str
    kind: Kind = "band"
    role: Role = "score"
    corpus: bool = False
    one_fault: float = 0.01
    fixed: Transform | None = None


def plain(scorer: Scorer) -> Callable[[Any], Scorer]:
    """For a reward that does not look at the corpus."""
    return lambda _corpus: scorer


@dataclass(frozen=True)
class Catalogue(Mapping[str, Entry[Corpus]]):
    """Rewards by name.

    Attributes:
        entries: All of them, in the order of the tables.
    """

    entries: Sequence[Entry[Corpus]]

    def __getitem__(self, name: str) -> Entry[Corpus]:
        for entry in self.entries:
            if entry.name == name:
                return entry
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        return (entry.name for entry in self.entries)

    def __len__(self) -> int:
        return len(self.entries)

    def build(self, names: Sequence[str], corpus: Corpus) -> dict[str, Scorer]:
        """The scorers of that name.

        Raises:
            KeyError: a name is not in the catalogue.
        """
        unknown = [name for name in names if name not in self]
        if unknown:
            raise KeyError(f"no reward is called {unknown}; there are: {', '.join(self)}")
        return {name: self[name].build(corpus) for name in names}

    def people_quantiles(
        self, scorers: Mapping[str, Scorer], known: Any, unseen: Any
    ) -> dict[str, Quantiles]:
        """The quantiles of each statistic, from the works that are fit to say.

        Args:
            scorers: Built on ``known``.
            known: The corpus's works; they measure the rewards that do not look at it, being more.
            unseen: Works outside it; they measure the rewards that do.
        """
        of_known = {n: s for n, s in scorers.items() if not self[n].corpus}
        of_unseen = {n: s for n, s in scorers.items() if self[n].corpus}
        return fit_bands(of_known, known) | fit_bands(of_unseen, unseen)

    def default_transform(self, name: str, quantiles: Quantiles) -> Transform:
        """How ``name`` is scored by default, given people's quantiles (see ``Entry.kind``).

        Outside a band, half marks are left at half the band's width beyond it; for ``more`` and
        ``less``, at the distance from the median to the 10 % or the 90 % quantile (where that is
        0, a tenth of the median or ``Entry.one_fault``). Also what people do more of is not wanted
        without end: a tune that is one motif over and over lies beyond the 95 % quantile. A fault,
        asked to be less, is never too rare.
        """
        if (fixed := self[name].fixed) is not None:
            return fixed
        low5, low, middle, high, high95 = quantiles
        floor = max(abs(middle) / 10, 0.01) if np.isfinite(middle) else 0.01
        kind = self[name].kind
        if kind == "asked":
            return Ramp(0.0, 0.5)
        if not np.isfinite(middle):
            raise ValueError(f"{name} could not be judged for any work: it has no band")
        if kind == "at most":
            return AtMost(high95)
        if kind == "more":
            return Band(middle, high95, middle - low or floor)
        if kind == "less":
            return Band(min(low5, 0.0), middle, high - middle or self[name].one_fault)
        return Band(low, high, (high - low) / 2 or floor)


def fit_bands(scorers: Mapping[str, Scorer], works: Any) -> dict[str, Quantiles]:
    """The (5, 10, 50, 90, 95) % quantiles of each statistic among ``works``.

    Give the rewards that know the corpus works it does not hold: a corpus tune is no news
    to them. A reward that only answers a wish has NaN.
    """
    nothing_asked = [Prompt()] * len(works)
    return {
        name: quantile_band(raw_values(scorer(works, nothing_asked)))
        for name, scorer in scorers.items()
    }
