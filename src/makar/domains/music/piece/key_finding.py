"""Key and mode by ear, for notation that names only a tonic, or nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from makar.domains.music.piece.piece import DURATION, ONSET, PITCH, Key, KeyChange, NoteRows, Piece
from makar.domains.music.piece.reading import Reading

MAJOR_PROFILE = np.array([6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88])
MINOR_PROFILE = np.array([6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17])
"""How well each degree fits a key: Krumhansl & Kessler 1982, table in Krumhansl 1990, p. 30."""
MAJOR_USE = np.array([238, 6, 111, 6, 137, 94, 16, 214, 9, 80, 8, 81]) / 1000
MINOR_USE = np.array([220, 6, 104, 123, 19, 103, 12, 214, 62, 22, 61, 52]) / 1000
"""How much each degree is used in a key: Albrecht & Shanahan 2013, *Music Perception* 31(1)."""
FINAL_NOTE = 0.1
"""What ending on a note adds to its key's correlation: music comes home. Chosen, as the profiles
were, on three collections of tunes; docs/rewards.md says how often the key of others is heard."""
UNWRITTEN = "C major assumed at the start"
"""What the readers of MIDI and MusicXML say of a file that writes no key."""
KEYLESS = "tunes without a usable K: field"
"""What the reader of ABC says of such a tune."""
_SHOWN = 4


def _standing(use: np.ndarray) -> np.ndarray:
    """``(12, 12)`` a profile on every tonic, so that its product with a centred row correlates."""
    away = use - use.mean()
    return np.stack([np.roll(away / np.sqrt((away**2).sum()), tonic) for tonic in range(12)])


_USES = np.stack([_standing(MAJOR_USE), _standing(MINOR_USE)])


def sounds_minor(notes: NoteRows, tonic: int) -> bool:
    """True where minor on ``tonic`` fits the sounding time of the degrees better than major.

    The third has the last word: without more minor than major thirds it is not minor.
    """
    degrees = np.bincount((notes[:, PITCH] - tonic) % 12, weights=notes[:, DURATION], minlength=12)
    if degrees[3] <= degrees[4]:
        return False
    return bool(
        np.corrcoef(degrees, MINOR_PROFILE)[0, 1] > np.corrcoef(degrees, MAJOR_PROFILE)[0, 1]
    )


def heard_key(notes: NoteRows) -> Key:
    """The key that music without a signature is in: whose use of the degrees it is most like.

    Krumhansl & Schmuckler's rule (Krumhansl 1990, chapter 4), the highest correlation among 24,
    with profiles counted in music (Albrecht & Shanahan 2013); ``FINAL_NOTE`` is added for the
    lowest of the notes that begin last. C major where nothing sounds, or all twelve sound alike.

    Args:
        notes: Of all pitched parts, in any order.
    """
    time = np.bincount(notes[:, PITCH] % 12, weights=notes[:, DURATION], minlength=12)
    if not time.std():
        return Key()
    final = int(notes[notes[:, ONSET] == notes[:, ONSET].max(), PITCH].min()) % 12
    away = time - time.mean()
    fits = _USES @ away / np.sqrt((away**2).sum())
    fits[:, final] += FINAL_NOTE
    mode, tonic = np.unravel_index(int(fits.argmax()), fits.shape)
    return Key(int(tonic), ("major", "minor")[mode])


def key_heard_in(piece: Piece) -> Key:
    """The key of a whole piece by ear, percussion left aside; up to a key that is written later."""
    pitched = [part.notes for part in piece.parts if not part.percussion and len(part.notes)]
    if not pitched:
        return Key()
    notes = np.concatenate(pitched)
    if len(piece.keys) > 1:
        before = notes[notes[:, ONSET] < piece.keys[1].tick]
        notes = before if len(before) else notes
    return heard_key(notes)


def in_heard_key(piece: Piece) -> Piece:
    """A piece that writes no key, in the one that is heard."""
    return replace(piece, keys=(KeyChange(0, key_heard_in(piece)), *piece.keys[1:]))


def said_of(key: Key) -> str:
    """What the user is told of a key that is heard and not written."""
    return f"no key is written: heard as {key.name}"


def with_keys_heard(reading: Reading) -> Reading:
    """What was read, in the key that is heard where none is written; ``changes`` say so."""
    if UNWRITTEN not in reading.changes:
        return reading
    pieces = tuple(in_heard_key(piece) for piece in reading.pieces)
    changes = Counter({what: n for what, n in reading.changes.items() if what != UNWRITTEN})
    changes.update(said_of(piece.key) for piece in pieces)
    return replace(reading, pieces=pieces, changes=changes)


def keys_in_words(heard: Mapping[str, int], pieces: int) -> list[str]:
    """In one line, which keys were heard in how many of so many pieces; none where all are written.

    Args:
        heard: How often each sentence of ``said_of`` was said.
        pieces: How many pieces there are.
    """
    named = Counter({what.rpartition(" as ")[2]: n for what, n in heard.items()})
    if not named:
        return []
    told = ", ".join(f"{key} {n}" for key, n in named.most_common(_SHOWN))
    more = f" and {len(named) - _SHOWN} more" if len(named) > _SHOWN else ""
    return [f"no key is written in {named.total()} of {pieces} pieces: heard as {told}{more}"]


def heard_among(changes: Mapping[str, int] | Sequence[str]) -> list[str]:
    """Those of a reading's changes that say which key was heard."""
    return [what for what in changes if what.startswith("no key is written")]
