"""Putting alto, tenor and bass under somebody's tune with a model that has learned chorales."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from makar.core.errors import UnreadableError
from makar.core.seeds import Seeds
from makar.core.types import Generator as Maker
from makar.core.types import Prompt
from makar.domains.music.melody.codec import TONIC_OF
from makar.domains.music.melody.grid import STEP, OffGridError
from makar.domains.music.piece.piece import Piece
from makar.domains.music.voices.codec import METRES
from makar.domains.music.voices.voices import HOLD, VoiceGrid, VoiceGrids, encode_soprano
from makar.evaluation.rows import EVALUATION
from makar.recipes.creator import Creator
from makar.recipes.preparation import Progress
from makar.recipes.trained_run import finished

HARMONISING = "harmonising"
"""Name of the stage."""
CANDIDATES = 16
"""Harmonisations of a phrase from which the best is chosen."""
DRAWN = EVALUATION + 2**21
"""Iteration number of the first phrase's draws; each further phrase counts on."""


@dataclass(frozen=True)
class Harmonised:
    """A tune with three voices under it.

    Attributes:
        work: All four voices.
        total: What the run's reward gives it; NaN = could not be judged.
        seed: Makes it again.
    """

    work: VoiceGrid
    total: float
    seed: int


def harmonise(
    creator: Creator[VoiceGrid], piece: Piece, *, bars: int, count: int, seed: int, path: str
) -> list[Harmonised]:
    """Harmonise a tune phrase by phrase; its notes and rhythm stay exactly as they are.

    Of ``CANDIDATES`` settings of each phrase that is kept which scores best together with the
    phrase before it.

    Args:
        creator: A trained (or untrained) ``chorale`` model, and its reward.
        piece: The tune is the highest note of its first part; an upbeat is left out.
        bars: Bars in a phrase: as many as the model has learned.
        count: How many settings of the whole, best first.
        seed: Fixes every draw.
        path: The tune's file, for error messages.

    Raises:
        UnreadableError: the tune cannot be harmonised: its metre, range or rhythm.
    """
    return finished(harmonising(creator, piece, bars=bars, count=count, seed=seed, path=path))


def harmonising(
    creator: Creator[VoiceGrid], piece: Piece, *, bars: int, count: int, seed: int, path: str
) -> Generator[Progress, None, list[Harmonised]]:
    """The same, with how far it is: in phrases."""
    phrases = sopranos(piece, bars, path)
    settings: list[Harmonised] = []
    for number in range(count):
        setting = yield from _setting(creator, phrases, seed + number, of=(number, count))
        settings.append(setting)
    return sorted(settings, key=lambda one: -np.nan_to_num(one.total, nan=-1.0))


def first_try(
    model: Maker[VoiceGrid], ask: Prompt, piece: Piece, *, bars: int, seed: int, path: str
) -> VoiceGrid:
    """A setting by a model that is still learning, unchosen: something to hear meanwhile.

    Args:
        model: As it is so far.
        ask: What the run asks for.
        piece: The tune, as for ``harmonise``.
        bars: Bars in a phrase.
        seed: Fixes the draw.
        path: The tune's file, for error messages.

    Raises:
        UnreadableError: as ``harmonise``.
    """
    phrases = sopranos(piece, bars, path)
    chosen: list[np.ndarray] = []
    for number, phrase in enumerate(phrases):
        prompt = _prompt(phrase, last=number + 1 == len(phrases), ask=ask)
        works = model.sample([prompt], seeds=Seeds(seed, DRAWN + number)).works
        chosen.append(works[0].tokens)
    return replace(phrases[0], tokens=np.concatenate(chosen, axis=1))


def sopranos(piece: Piece, bars: int, path: str) -> list[VoiceGrid]:
    """The tune in phrases of ``bars`` bars, the last one shorter where it must be.

    Raises:
        UnreadableError: as ``harmonise``.
    """
    metre = f"{piece.metre.beats}/{piece.metre.unit}"
    if metre not in METRES:
        raise UnreadableError(
            path, f"is in {metre}", remedy=f"Bring a tune in {' or '.join(METRES)}"
        )
    whole = -(-(piece.end - piece.pickup) // piece.metre.bar)
    try:
        tune = encode_soprano(piece, 0, max(whole, 1))
    except OffGridError as fault:
        raise UnreadableError(
            path, str(fault), remedy="Bring one voice in sixteenths or longer, within a twelfth"
        ) from fault
    size = bars * piece.metre.bar // STEP
    rows = np.split(tune.tokens, range(size, tune.tokens.shape[1], size), axis=1)
    return [replace(tune, tokens=row) for row in rows]


def _setting(
    creator: Creator[VoiceGrid], phrases: list[VoiceGrid], seed: int, *, of: tuple[int, int]
) -> Generator[Progress, None, Harmonised]:
    """One setting of the whole tune: that number of so many."""
    chosen: list[np.ndarray] = []
    for number, phrase in enumerate(phrases):
        yield Progress(HARMONISING, of[0] * len(phrases) + number, of[1] * len(phrases), "phrases")
        prompt = _prompt(phrase, last=number + 1 == len(phrases), ask=creator.ask)
        seeds = Seeds(seed, DRAWN + number)
        made = creator.policy.sample([prompt] * CANDIDATES, seeds=seeds).works
        tokens = [one.tokens for one in made]
        joined = [np.concatenate([*chosen[-1:], one], axis=1) for one in tokens]
        totals = creator.reward.lean(_grids(joined, phrase), [prompt] * CANDIDATES).total
        chosen.append(tokens[int(np.nan_to_num(totals, nan=-1.0).argmax())])
    work = replace(phrases[0], tokens=np.concatenate(chosen, axis=1))
    judged = creator.reward.lean(VoiceGrids.stack([work]), [creator.ask])
    return Harmonised(work, float(judged.total[0]), seed)


def _grids(tokens: list[np.ndarray], like: VoiceGrid) -> VoiceGrids:
    return VoiceGrids.stack([replace(like, tokens=one) for one in tokens])


def _prompt(phrase: VoiceGrid, *, last: bool, ask: Prompt) -> Prompt:
    """What asks for the phrase's setting; the last one closes where the tune comes to rest."""
    rests = bool((phrase.tokens[:, -(phrase.metre.beat // STEP) :] == HOLD).all())
    wishes: dict[str, Any] = {
        **ask.condition,
        "bars": phrase.tokens.shape[1] * STEP // phrase.metre.bar,
        "metre": str(phrase.metre),
        "mode": "minor" if phrase.key.is_minor else "major",
        "key": TONIC_OF[phrase.key.tonic],
        "ends": "close" if last and rests else "open",
    }
    return Prompt(condition=wishes, given=phrase)
