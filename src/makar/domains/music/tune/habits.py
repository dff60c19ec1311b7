"""What a folder of one's own music is mostly like: what is asked for where nothing else is said."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar, get_args

import numpy as np

from makar.core.errors import UnreadableError
from makar.domains.music.corpus.columns import Columns
from makar.domains.music.corpus.tunes import Corpus, load_user_corpus
from makar.domains.music.melody.codec import TONIC_OF
from makar.domains.music.piece.piece import MODES, TICKS_PER_QUARTER, Key, Metre
from makar.domains.music.tune.config import AskConfig, MelodyConfig, Metres, form_of
from makar.domains.music.words import family_of

K = TypeVar("K", bound=Hashable)
METRES = get_args(Metres)
_MODES = get_args(AskConfig.model_fields["mode"].annotation)
DECIDED = ("metre", "mode", "key", "tempo", "program", "bars")
"""What a folder decides, in the order in which it is said."""
UNSTATED_TEMPO = 120.0
"""Quarter notes a minute that readers assume, and programs write unasked."""
_LONGEST = 16
"""Bars of the longest section that is a phrase."""
_OPENS = 6


def asked_by(stated: Mapping[str, Any]) -> dict[str, Any]:
    """Settings that a user's folder decides, over the recipe's and under what the user states.

    See ``recipes.domain.Recipe.following``.

    Args:
        stated: The settings that are stated, as a tree.
    """
    folder = stated.get("corpus", {}).get("folder") if _is_tree(stated.get("corpus")) else None
    ask = stated.get("ask", {})
    if not isinstance(folder, str | Path) or not _is_tree(ask) or set(DECIDED) <= set(ask):
        return {}
    try:
        corpus = load_user_corpus(Path(folder))
    except UnreadableError:
        return {}  # what is wrong with it is said when the recipe looks for it
    found = habits_of(corpus, metre=ask.get("metre"), mode=ask.get("mode"))
    return {"ask": _fitting(found, ask)} if found else {}


def _is_tree(value: object) -> bool:
    return isinstance(value, Mapping)


def _fitting(found: dict[str, Any], ask: Mapping[str, Any]) -> dict[str, Any]:
    """With a form for the bars; without bars where the form that is stated cannot have them."""
    bars, form = ask.get("bars", found.get("bars")), ask.get("form")
    if not isinstance(bars, int):
        return found
    if form is None:
        usual = len(AskConfig.model_fields["form"].default)
        return found if bars % usual == 0 else found | {"form": form_of(bars)}
    if isinstance(form, str) and form and bars % len(form):
        return {name: value for name, value in found.items() if name != "bars"}
    return found


def habits_of(
    corpus: Corpus, *, metre: str | None = None, mode: str | None = None
) -> dict[str, Any]:
    """What most of the pieces have, by the names of ``AskConfig``; without what cannot be told.

    The mode is that of most pieces in the metre, and the key that of most in both.

    Args:
        corpus: The pieces.
        metre: That is asked for, where it is stated.
        mode: Likewise.
    """
    columns = corpus.columns
    if not len(columns):
        return {}
    metres, keys = _metres(columns), _keys(columns)
    found: dict[str, Any] = {}
    among = [n for n, name in enumerate(metres) if name in METRES]
    metre = metre or _commonest(metres[n] for n in among)
    if metre is not None:
        found["metre"] = metre
    in_metre = [n for n in range(len(columns)) if metres[n] == metre] or range(len(columns))
    mode = mode or _commonest(keys[n].mode for n in in_metre)
    found["mode"] = mode
    in_mode = [n for n in in_metre if keys[n].mode == mode] or in_metre
    tonic = _commonest(keys[n].tonic for n in in_mode)
    found["key"] = None if tonic is None else TONIC_OF[tonic]
    found["tempo"] = _tempo(columns, in_metre)
    found["program"] = _program(corpus)
    found["bars"] = _bars(columns)
    return {name: value for name, value in found.items() if value is not None}


def habits_in_words(config: MelodyConfig, corpus: Corpus) -> list[str]:
    """In a line, what is asked for as most of the user's music is, and what otherwise."""
    theirs, ask = habits_of(corpus, metre=config.ask.metre, mode=config.ask.mode), config.ask
    own = habits_of(corpus)
    theirs |= {name: own[name] for name in ("metre", "mode") if name in own}
    if not theirs:
        return []
    alike = [name for name in DECIDED if name in theirs and theirs[name] == getattr(ask, name)]
    unlike = [name for name in DECIDED if name in theirs and name not in alike]
    said: list[str] = []
    if alike:
        told = ", ".join(_said(name, theirs[name]) for name in alike)
        said.append(f"what is asked for follows your music: {told}")
    if unlike:
        told = "; ".join(
            f"{_said(name, getattr(ask, name))}, and most of it is {_said(name, theirs[name])}"
            for name in unlike
        )
        said.append(f"not as in your music: {told}")
    return ["; ".join(said)]


def _said(name: str, value: Any) -> str:
    words = {
        "key": f"in {value}",
        "tempo": f"{value:g} beats a minute" if name == "tempo" else "",
        "program": f"{family_of(value)} (General MIDI {value})" if name == "program" else "",
        "bars": f"phrases of {value} bars",
    }
    return words.get(name, str(value))


def _commonest(values: Iterable[K]) -> K | None:
    """The value that occurs most, the first of equals; None of none."""
    counted = Counter(values)
    return counted.most_common(1)[0][0] if counted else None


def _metres(columns: Columns) -> list[str]:
    """The first metre of each piece; 2/2 counts as 4/4, as in phrases."""
    rows = columns.metres[columns.first("metres")[:-1], 2:]
    names = [f"{beats}/{unit}" for beats, unit in rows.tolist()]
    return ["4/4" if name == "2/2" else name for name in names]


def _keys(columns: Columns) -> list[Key]:
    """The first key of each piece, in a mode that can be asked for."""
    rows = columns.keys[columns.first("keys")[:-1], 2:]
    keys = [Key(tonic, MODES[mode]) for tonic, mode in rows.tolist()]
    plain = {True: "minor", False: "major"}
    return [k if k.mode in _MODES else Key(k.tonic, plain[k.is_minor]) for k in keys]


def _tempo(columns: Columns, pieces: Iterable[int]) -> float | None:
    """Beats a minute in the middle of the pieces that say how fast they are; None if few do."""
    firsts, metres = columns.first("tempos"), columns.first("metres")
    chosen = list(pieces)
    found: list[float] = []
    for n in chosen:
        quarters = float(columns.tempos[firsts[n], 2])
        metre = Metre(0, *columns.metres[metres[n], 2:].tolist())
        if quarters != UNSTATED_TEMPO:
            found.append(quarters * TICKS_PER_QUARTER / metre.beat)
    low, high = 10, 400
    if 2 * len(found) < len(chosen):
        return None
    middle = round(float(np.median(found)))
    return float(middle) if low < middle < high else None


def _program(corpus: Corpus) -> int | None:
    """The instrument of most top parts; None where it is that of ABC that names none."""
    columns = corpus.columns
    found: list[int | None] = []
    for n, first in enumerate(columns.first("parts")[:-1].tolist()):
        rows = columns.parts[first : columns.first("parts")[n + 1]]
        pitched = rows[(rows[:, 2] > 0) & (rows[:, 4] == 0)]
        program = int(pitched[0, 3]) if len(pitched) else None
        source = corpus.provenance[n].source.split(" ")[0]
        found.append(None if program == 0 and source.endswith(".abc") else program)
    return _commonest(found)


def _bars(columns: Columns) -> int | None:
    """Bars in most sections; where few pieces have such, in most pieces if they are short."""
    first, table = columns.first("bars"), columns.bars
    sections: list[int] = []
    whole: list[int] = []
    for n in range(len(columns)):
        opens = np.flatnonzero(table[first[n] : first[n + 1], _OPENS])
        count = int(first[n + 1] - first[n])
        whole.append(count)
        if len(opens) > 1:
            sections += np.diff(np.r_[opens, count]).tolist()
    told = [bars for bars in sections if 2 <= bars <= _LONGEST]
    if len(told) >= len(columns):
        return _commonest(told)
    length = _commonest(whole)
    return (
        length
        if length is not None and 2 <= length < AskConfig.model_fields["bars"].default
        else None
    )
