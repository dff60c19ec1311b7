"""Key and mode by ear, for notation that names only a tonic, or nothing."""

from __future__ import annotations

import numpy as np

from makar.domains.music.piece.piece import DURATION, PITCH, Key, NoteRows

MAJOR_PROFILE = np.array([6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88])
MINOR_PROFILE = np.array([6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17])
"""How well each degree fits a key: Krumhansl & Kessler 1982, table in Krumhansl 1990, p. 30."""


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
    """The key that music without a signature is in: whose profile its sounding time fits best.

    Krumhansl & Schmuckler's rule (Krumhansl 1990, chapter 4): the highest correlation among 24.
    C major where nothing sounds, or all twelve sound alike.
    """
    time = np.bincount(notes[:, PITCH] % 12, weights=notes[:, DURATION], minlength=12)
    if not time.std():
        return Key()
    fits = {
        Key(tonic, mode): float(np.corrcoef(time, np.roll(profile, tonic))[0, 1])
        for mode, profile in (("major", MAJOR_PROFILE), ("minor", MINOR_PROFILE))
        for tonic in range(12)
    }
    return max(fits, key=lambda key: fits[key])
