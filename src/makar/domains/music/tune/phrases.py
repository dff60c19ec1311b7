"""The phrases that a model of melodies learns from: people's, and the user's own."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from typing import TypeVar, get_args

from makar.core.errors import CorpusTooSmallError
from makar.domains.music.corpus.tunes import Corpus, load_user_corpus
from makar.domains.music.melody.encoding import encode_line
from makar.domains.music.melody.grid import MelodyGrid, MelodyGrids, OffGridError
from makar.domains.music.melody.melody import skyline
from makar.domains.music.melody.written import count_odd, encode_written
from makar.domains.music.piece.piece import Piece, Provenance
from makar.domains.music.piece.stretches import Stretch, stretches
from makar.domains.music.rewards.rhythm import BY_SIXTEENTHS
from makar.domains.music.tune.config import MelodyConfig, Metres
from makar.domains.music.tune.habits import habits_in_words
from makar.recipes.preparation import Progress
from makar.recipes.weighting import STYLE

W = TypeVar("W")
METRES = get_args(Metres)
FEW_WINDOWS = 60
"""Below so many phrases of the user's own, people's ranges are taken from the public ones."""
ENOUGH = 40
"""Below so many phrases of a kind, those of the nearest kind stand for them."""
_LIKE = {"6/8": "9/8", "9/8": "6/8", "4/4": "2/4", "2/4": "4/4", "3/4": "9/8"}
_BRIGHT = ("major", "mixolydian", "lydian")
_COLOUR = {True: _BRIGHT, False: ("minor", "dorian", "phrygian")}
"""Modes with a major third, and with a minor one."""


@dataclass(frozen=True)
class TunePhrases:
    """Phrases of one corpus, by side of the split, with the tune each is from."""

    train: MelodyGrids
    valid: MelodyGrids
    heldout: MelodyGrids
    sources: tuple[Provenance, ...]
    notes: tuple[str, ...]
    private: bool = False


def phrases_of(corpus: Corpus, bars: int, *, private: bool = False) -> TunePhrases:
    """Cut a corpus into phrases of ``bars`` bars in every metre the codec knows."""
    train = corpus.windows(bars, METRES, side="train")
    valid = corpus.windows(bars, METRES, side="valid")
    heldout = corpus.windows(bars, METRES, side="heldout")
    notes = [f"{len(corpus)} tunes, {len(train.grids)} phrases of {bars} bars to learn from"]
    notes += [f"left out: {count} {reason}" for reason, count in train.left_out.items()]
    notes += [f"not read: {count} {what}" for what, count in corpus.dropped.items()]
    notes += corpus.keys_heard
    if private:
        notes += [f"skipped {name}: {reason}" for name, reason in corpus.skipped]
        notes += corpus.shortcomings()
    sources = tuple(corpus.provenance[i] for i in train.piece)
    return TunePhrases(train.grids, valid.grids, heldout.grids, sources, tuple(notes), private)


def own_phrases(config: MelodyConfig) -> Generator[Progress, None, TunePhrases | None]:
    """The user's own music as phrases, with what is amiss said; None where there is none to use.

    Raises:
        CorpusTooSmallError: not one file could be read as music.
    """
    folder = config.corpus.folder
    if folder is None:
        return None
    stage = "reading your own music"
    yield Progress(stage, text=str(folder))
    corpus = load_user_corpus(folder)
    for name, reason in corpus.skipped:
        yield Progress(stage, text=f"skipped {name}: {reason}")
    if not len(corpus):
        raise CorpusTooSmallError(
            f"{folder}: no file there could be read as music; put MIDI, MusicXML or ABC files "
            "into it, or leave --corpus out"
        )
    said = (*habits_in_words(config, corpus), *corpus.keys_heard, *corpus.shortcomings())
    for sentence in said:
        yield Progress(stage, text=sentence)
    own = phrases_of(corpus, config.ask.bars, private=True)
    if len(own.train) and len(own.valid):
        return own
    yield Progress(
        stage,
        text=f"{len(own.train)} phrases of {config.ask.bars} bars to learn from and "
        f"{len(own.valid)} to test on: nothing is learned from your music; add more of it, or "
        "ask for fewer bars",
    )
    return None


def check_phrases(phrases: TunePhrases, config: MelodyConfig) -> None:
    """Refuse a corpus with nothing to learn from or to test on.

    Raises:
        CorpusTooSmallError: with what to change.
    """
    if not (len(phrases.train) and len(phrases.valid) and len(phrases.heldout)):
        raise CorpusTooSmallError(
            f"no phrases of {config.ask.bars} bars are left to learn from and to test on; "
            "ask for fewer bars (--bars 8), or name more collections"
        )


def alike(grids: MelodyGrids, config: MelodyConfig) -> MelodyGrids:
    """The phrases of the kind asked for, or of the nearest kind of which there are enough."""
    return nearest_kind(grids, config)[0]


def nearest_kind(grids: MelodyGrids, config: MelodyConfig) -> tuple[MelodyGrids, str]:
    """The same, with what the kind is called.

    Nearer than another mode of the same colour (dorian for minor) is none; then any mode in that
    metre, then that mode in the metre that is most like it, and so on to all there are.
    """
    metre, mode = config.ask.metre, config.ask.mode
    like, kin = _LIKE.get(metre, metre), _COLOUR[mode in _BRIGHT]
    of_kin = f"{' and '.join(kin)}"
    kinds: list[tuple[set[str], set[str] | None, str]] = [
        ({metre}, {mode}, f"{metre}, {mode}"),
        ({metre}, set(kin), f"{metre}, {of_kin}"),
        ({metre}, None, f"{metre}, any mode"),
        ({metre, like}, set(kin), f"{metre} and {like}, {of_kin}"),
        ({metre, like}, None, f"{metre} and {like}, any mode"),
    ]
    met = [(str(m), key.mode) for m, key in zip(grids.metres, grids.keys, strict=True)]
    for metres, modes, called in kinds:
        rows = [i for i, (m, k) in enumerate(met) if m in metres and (modes is None or k in modes)]
        if len(rows) >= ENOUGH:
            return grids.take(rows), called
    return grids, "any metre and mode"


def stand_ins(home: TunePhrases, config: MelodyConfig) -> list[str]:
    """Whose works are compared with, where there are too few of the very kind that is asked for."""
    found, kind = nearest_kind(home.heldout, config)
    asked = f"{config.ask.metre}, {config.ask.mode}"
    if kind == asked:
        return []
    return [f"few phrases held out are in {asked}: {len(found)} in {kind} stand for people’s"]


def joined(first: MelodyGrids, second: MelodyGrids) -> MelodyGrids:
    """Both sets of phrases as one."""
    return MelodyGrids.stack([*first, *second])


def phrases_in(piece: Piece, bars: int) -> tuple[list[MelodyGrid], dict[str, int]]:
    """The piece in phrases of so many bars from its first full bar on; see ``stretches``.

    Notes between the sixteenths are as they are written; see ``melody.written``.
    """
    return _phrases(piece, bars, encode_written)


def phrases_on_grid(piece: Piece, bars: int) -> tuple[list[MelodyGrid], dict[str, int]]:
    """Those of the phrases that are on the grid of sixteenths; the others are left out."""
    return _phrases(piece, bars, encode_line)


def _phrases(
    piece: Piece, bars: int, encode: Callable[..., MelodyGrid]
) -> tuple[list[MelodyGrid], dict[str, int]]:
    line = skyline(piece)
    return cut(piece, bars, lambda s: encode(line, s.start, s.length, metre=s.metre, key=piece.key))


def cut(piece: Piece, bars: int, encode: Callable[[Stretch], W]) -> tuple[list[W], dict[str, int]]:
    """A work from each stretch of a piece; what can be none, by reason."""
    found: list[W] = []
    every, left_out = stretches(piece, bars)
    for stretch in every:
        try:
            found.append(encode(stretch))
        except OffGridError as fault:
            left_out[str(fault)] = left_out.get(str(fault), 0) + 1
    return found, left_out


def judged_in_part(phrases: Sequence[MelodyGrid]) -> list[str]:
    """What is said of phrases with notes between the sixteenths; nothing where all are on the grid.

    Everything else is judged of them as they are written.
    """
    odd, beats = count_odd(phrases)
    if not odd:
        return []
    parts = [name.replace("_", " ") for name in (*BY_SIXTEENTHS, STYLE)]
    return [
        f"{odd} of {beats} beats have notes between the sixteenths (tuplets, thirty-seconds, "
        f"playing by hand): {', '.join(parts[:-1])} and {parts[-1]} leave them out"
    ]
