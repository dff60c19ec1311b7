"""A small drum kit for the built-in synthesiser.

Each of General MIDI's percussion notes is a falling tone and a band of noise.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from jaxtyping import Float


@dataclass(frozen=True)
class Drum:
    """One instrument of the kit.

    Attributes:
        tone: Level of the tone.
        start, end: Hertz at which the tone begins and at which it comes to rest.
        ring: Seconds in which the tone falls to 1/e.
        noise: Level of the noise.
        low, high: Hertz between which the noise lies.
        hiss: Seconds in which the noise falls to 1/e.
        metal: Level of a cluster of high inharmonic tones, for cymbals and bells.
        pan: -1 left, 1 right.
    """

    tone: float = 0.0
    start: float = 200.0
    end: float = 200.0
    ring: float = 0.1
    noise: float = 0.0
    low: float = 500.0
    high: float = 8000.0
    hiss: float = 0.05
    metal: float = 0.0
    pan: float = 0.0


_KICK = Drum(
    tone=1.0, start=150.0, end=52.0, ring=0.16, noise=0.08, low=800.0, high=4000.0, hiss=0.006
)
_SNARE = Drum(
    tone=0.45,
    start=240.0,
    end=185.0,
    ring=0.07,
    noise=0.6,
    low=900.0,
    high=9000.0,
    hiss=0.09,
    pan=0.05,
)
_STICK = Drum(tone=0.5, start=1700.0, end=1650.0, ring=0.012, noise=0.2, low=1500.0, hiss=0.012)
_CLAP = Drum(noise=0.8, low=800.0, high=3500.0, hiss=0.08, pan=-0.1)
_CLOSED_HAT = Drum(noise=0.35, low=6500.0, high=14000.0, hiss=0.035, metal=0.08, pan=0.3)
_OPEN_HAT = Drum(noise=0.35, low=6000.0, high=14000.0, hiss=0.22, metal=0.08, pan=0.3)
_CRASH = Drum(noise=0.4, low=3000.0, high=14000.0, hiss=0.6, metal=0.12, pan=-0.3)
_RIDE = Drum(noise=0.16, low=5000.0, high=13000.0, hiss=0.35, metal=0.22, pan=0.35)
_SHAKER = Drum(noise=0.35, low=4000.0, high=12000.0, hiss=0.04, pan=0.25)


def _tom(hertz: float, pan: float) -> Drum:
    return Drum(
        tone=0.8,
        start=hertz * 1.5,
        end=hertz,
        ring=0.18,
        noise=0.08,
        high=3000.0,
        hiss=0.02,
        pan=pan,
    )


def _wood(hertz: float, pan: float = 0.2) -> Drum:
    return Drum(tone=0.7, start=hertz, end=hertz, ring=0.03, noise=0.06, hiss=0.006, pan=pan)


def _bell(hertz: float, ring: float, pan: float = 0.2) -> Drum:
    return Drum(tone=0.5, start=hertz, end=hertz, ring=ring, metal=0.1, hiss=ring, pan=pan)


KIT: dict[int, Drum] = {
    35: _KICK, 36: _KICK, 37: _STICK, 38: _SNARE, 39: _CLAP, 40: _SNARE,
    41: _tom(82.0, -0.3), 42: _CLOSED_HAT, 43: _tom(98.0, -0.2), 44: _CLOSED_HAT,
    45: _tom(120.0, -0.1), 46: _OPEN_HAT, 47: _tom(145.0, 0.1), 48: _tom(170.0, 0.2), 49: _CRASH,
    50: _tom(200.0, 0.3), 51: _RIDE, 52: _CRASH, 53: _bell(2100.0, 0.25, 0.35), 54: _SHAKER,
    55: _CRASH, 56: _bell(560.0, 0.09), 57: _CRASH, 58: _SHAKER, 59: _RIDE, 60: _tom(330.0, 0.2),
    61: _tom(240.0, 0.2), 62: _tom(310.0, -0.2), 63: _tom(300.0, -0.2), 64: _tom(200.0, -0.2),
    65: _tom(400.0, 0.2), 66: _tom(280.0, 0.2), 67: _bell(1150.0, 0.12), 68: _bell(820.0, 0.12),
    69: _SHAKER, 70: _SHAKER, 75: _wood(2500.0), 76: _wood(1100.0), 77: _wood(800.0),
    80: _bell(3300.0, 0.06), 81: _bell(3300.0, 0.4),
}  # fmt: skip
"""General MIDI percussion notes; the others sound as a wood block."""

_METAL = np.array([3150.0, 4520.0, 5330.0, 6770.0, 8190.0, 9410.0])
_ATTACK, _FADE = 0.001, 0.02


def drum_of(pitch: int) -> Drum:
    """The instrument for a percussion note."""
    return KIT.get(pitch, _wood(700 + 12.0 * pitch))


@lru_cache(maxsize=256)
def strike(pitch: int, rate: int) -> Float[np.ndarray, " M"]:
    """One full-velocity stroke of a percussion note, mono, ``rate`` samples a second."""
    drum = drum_of(pitch)
    longest = max(drum.ring if drum.tone else 0, drum.hiss if drum.noise or drum.metal else 0)
    t = np.arange(int(rate * min(max(5 * longest, 0.05), 2.5))) / rate
    # The frequency falls from start to end within some hundredths of a second.
    fall = 0.03
    cycles = drum.end * t + (drum.start - drum.end) * fall * (1 - np.exp(-t / fall))
    sound = drum.tone * np.sin(2 * np.pi * cycles) * np.exp(-t / drum.ring)
    sound += drum.noise * _noise(pitch, len(t), drum, rate) * np.exp(-t / drum.hiss)
    cluster = np.sin(2 * np.pi * _METAL[:, None] * t).mean(0)
    sound += drum.metal * cluster * np.exp(-t / drum.hiss)
    sound *= np.minimum(1, t / _ATTACK) * np.minimum(1, t[::-1] / _FADE)
    return sound.astype(np.float32)


def _noise(seed: int, samples: int, drum: Drum, rate: int) -> Float[np.ndarray, " M"]:
    """White noise between the drum's two frequencies, scaled to a peak of 1."""
    white = np.random.Generator(np.random.Philox(seed)).standard_normal(samples)
    hertz = np.fft.rfftfreq(samples, 1 / rate)
    band = 1 / (1 + (drum.low / np.maximum(hertz, 1)) ** 4) / (1 + (hertz / drum.high) ** 4)
    noise = np.fft.irfft(np.fft.rfft(white) * band, samples)
    return noise / max(float(np.abs(noise).max()), 1e-9)
