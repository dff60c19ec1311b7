"""Voices for the built-in synthesiser: how each General MIDI instrument family sounds.

A timbre is a recipe of partials and an envelope. The figures were chosen by ear and by what
instruments do: strings that are plucked or struck die away, high partials first; bars ring
inharmonically; a clarinet has odd partials only; a flute is nearly a sine with some breath.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from jaxtyping import Float


@dataclass(frozen=True)
class Timbre:
    """How a voice sounds, apart from its pitch and loudness.

    Attributes:
        partials: How many harmonics to add.
        rolloff: Harmonic ``k`` has amplitude ``k ** -rolloff`` (more when played softly).
        ratios: Frequencies of the partials as multiples of the note's; empty for 1, 2, 3, ...
        levels: Amplitudes of the partials; empty for the rolloff.
        stiffness: Inharmonicity B of a stiff string; the first partial stays in tune.
        ring: Seconds in which a struck A4 falls to 1/e; 0 for a voice that holds its tone.
        damping: How much faster each higher partial dies away.
        attack: Seconds of the raised-cosine start.
        release: Seconds of the raised-cosine end, after the note is let go.
        sustain: Level that a held tone settles at, with the start at 1.
        settle: Seconds it takes to get near that level.
        vibrato: Cents to either side.
        detune: Cents by which two copies, left and right, are apart from the note; 0 for one.
        breath: Level of the noise in the tone.
        gain: Loudness beside the other voices.
    """

    partials: int = 16
    rolloff: float = 1.3
    ratios: tuple[float, ...] = ()
    levels: tuple[float, ...] = ()
    stiffness: float = 0.0
    ring: float = 0.0
    damping: float = 0.3
    attack: float = 0.004
    release: float = 0.12
    sustain: float = 1.0
    settle: float = 0.2
    vibrato: float = 0.0
    detune: float = 0.0
    breath: float = 0.0
    gain: float = 1.0

    def spectrum(self, loudness: float) -> tuple[Float[np.ndarray, " K"], Float[np.ndarray, " K"]]:
        """Frequency ratios and amplitudes of the partials at a loudness of 0..1.

        Softer notes have weaker high partials, as on most instruments.
        """
        if self.ratios:
            ratios = np.array(self.ratios)
        else:
            k = np.arange(1, max(self.partials, len(self.levels)) + 1, dtype=float)
            if self.levels:
                k = k[: len(self.levels)]
            ratios = k * np.sqrt((1 + self.stiffness * k**2) / (1 + self.stiffness))
        levels = np.array(self.levels) if self.levels else ratios**-self.rolloff
        levels = levels * ratios ** (-0.9 * (1 - loudness))
        return ratios, levels / np.sqrt((levels**2).sum())


def _plucked(place: float, partials: int, rolloff: float) -> tuple[float, ...]:
    """Levels of a string plucked at ``place`` (0..1) of its length: some harmonics are missing."""
    k = np.arange(1, partials + 1)
    levels = np.abs(np.sin(np.pi * k * place)) / k**rolloff
    levels[0] = levels.max()
    return tuple(levels.round(4).tolist())


def _odd(partials: int, rolloff: float, even: float) -> tuple[float, ...]:
    """Levels in which the even harmonics are ``even`` times as strong: a stopped pipe."""
    k = np.arange(1, partials + 1)
    return tuple((np.where(k % 2, 1.0, even) / k**rolloff).round(4).tolist())


PIANO = Timbre(partials=18, rolloff=1.45, stiffness=3e-4, ring=1.3, damping=0.28, release=0.14)
ELECTRIC_PIANO = Timbre(
    ratios=(1.0, 2.0, 3.0, 4.0, 14.0),
    levels=(1.0, 0.25, 0.12, 0.03, 0.04),
    ring=1.6,
    damping=0.5,
    release=0.16,
)
CLAVICHORD = Timbre(
    levels=_plucked(0.14, 20, 0.8), ring=0.9, damping=0.15, release=0.08, attack=0.002, gain=0.8
)
BAR = Timbre(
    ratios=(1.0, 2.756, 5.404), levels=(1.0, 0.3, 0.1), ring=0.9, damping=1.2, release=0.35
)
BELL = Timbre(
    ratios=(1.0, 2.0, 2.4, 3.0, 4.2, 5.4),
    levels=(1.0, 0.4, 0.22, 0.2, 0.12, 0.08),
    ring=1.8,
    damping=0.5,
    release=0.6,
)
MARIMBA = Timbre(
    ratios=(1.0, 3.92, 9.24), levels=(1.0, 0.25, 0.06), ring=0.35, damping=1.5, gain=1.2
)
ORGAN = Timbre(
    ratios=(1.0, 2.0, 3.0, 4.0, 6.0, 8.0),
    levels=(1.0, 0.6, 0.3, 0.25, 0.12, 0.08),
    attack=0.015,
    release=0.09,
    detune=1.5,
    gain=0.7,
)
ACCORDION = Timbre(rolloff=1.15, attack=0.03, release=0.07, detune=4.0, gain=0.6)
GUITAR = Timbre(levels=_plucked(0.22, 16, 1.15), ring=0.9, damping=0.3, release=0.1, attack=0.003)
HARP = Timbre(levels=_plucked(0.4, 12, 1.5), ring=1.1, damping=0.35, release=0.5, attack=0.003)
PIZZICATO = replace(HARP, ring=0.28, release=0.15)
BASS = Timbre(levels=_plucked(0.3, 10, 1.4), ring=1.1, damping=0.45, release=0.08, gain=1.3)
BOWED = Timbre(
    rolloff=1.25, attack=0.06, release=0.11, sustain=0.85, vibrato=8.0, breath=0.005, gain=0.7
)
STRINGS = Timbre(
    rolloff=1.35, attack=0.09, release=0.28, sustain=0.9, vibrato=4.0, detune=5.0, gain=0.65
)
CHOIR = Timbre(
    levels=(1.0, 0.55, 0.3, 0.1, 0.04, 0.05, 0.04, 0.02),
    attack=0.09,
    release=0.3,
    vibrato=6.0,
    detune=5.0,
    breath=0.008,
    gain=0.75,
)
BRASS = Timbre(rolloff=1.0, attack=0.035, release=0.09, sustain=0.8, settle=0.12, gain=0.6)
REED = Timbre(
    levels=(1.0, 0.75, 0.55, 0.4, 0.22, 0.14, 0.09, 0.06, 0.04),
    attack=0.03,
    release=0.08,
    vibrato=5.0,
    breath=0.006,
    gain=0.65,
)
CLARINET = Timbre(levels=_odd(13, 1.1, 0.08), attack=0.035, release=0.08, breath=0.008, gain=0.75)
FLUTE = Timbre(
    levels=(1.0, 0.34, 0.13, 0.04, 0.02),
    attack=0.045,
    release=0.1,
    sustain=0.9,
    vibrato=6.0,
    breath=0.02,
    gain=0.9,
)
LEAD = Timbre(rolloff=1.2, attack=0.008, release=0.08, detune=3.0, gain=0.55)
PAD = Timbre(rolloff=1.7, partials=10, attack=0.16, release=0.5, vibrato=2.0, detune=6.0, gain=0.65)

_FAMILIES = (
    PIANO, BAR, ORGAN, GUITAR, BASS, BOWED, STRINGS, BRASS,
    REED, FLUTE, LEAD, PAD, PAD, GUITAR, BAR, PAD,
)  # fmt: skip
"""General MIDI's sixteen families of eight programs."""
_EXCEPTIONS = {
    4: ELECTRIC_PIANO, 5: ELECTRIC_PIANO, 6: CLAVICHORD, 7: CLAVICHORD,
    12: MARIMBA, 13: MARIMBA, 14: BELL, 15: HARP,
    20: ACCORDION, 21: ACCORDION, 22: ACCORDION, 23: ACCORDION,
    45: PIZZICATO, 46: HARP, 47: MARIMBA, 52: CHOIR, 53: CHOIR, 54: CHOIR, 55: BRASS,
    71: CLARINET, 105: CLAVICHORD, 106: CLAVICHORD, 107: HARP, 108: MARIMBA,
    109: REED, 110: BOWED, 111: REED, 112: BELL, 115: MARIMBA, 116: MARIMBA, 117: MARIMBA,
}  # fmt: skip


@cache
def timbre_of(program: int) -> Timbre:
    """The voice for a General MIDI program 0..127; anything else is played on the piano."""
    if not 0 <= program <= 127:
        return PIANO
    return _EXCEPTIONS.get(program, _FAMILIES[program // 8])
