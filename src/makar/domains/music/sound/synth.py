"""The built-in synthesiser: additive voices, a touch of reverb, and a level that never clips.

Every partial is a rotating vector that shrinks as it dies away, so that a sample of a partial
costs four multiplications; partials above 45 % of the sampling rate are left out, and nothing
folds back into the audible range. The reverb is a feedback delay network (Jot & Chaigne 1991,
*Digital delay networks for designing artificial reverberators*, AES 90th convention): eight
delay lines mixed by a Householder reflection, with gains g_i = 10^(-3 d_i / (T60 rate)).
The same notes give the same samples.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import no_type_check

import numpy as np
from jaxtyping import Float
from numba import njit

from makar.domains.music.sound.drums import drum_of, strike
from makar.domains.music.sound.timbre import timbre_of

PEAK = 10 ** (-1 / 20)
"""Largest sample after levelling: -1 dBFS."""
TAIL = 1.2
"""Seconds of ringing kept after the last note is let go."""
_BAND = 0.45
_CONTROL = 32
_MOST_BEATS = 4.0
_REVERB_SECONDS, _WET = 1.1, 0.16
_DELAYS = np.array([0.0253, 0.0269, 0.0290, 0.0307, 0.0322, 0.0338, 0.0353, 0.0367])


@dataclass(frozen=True)
class Event:
    """A note in seconds: when, how long, what (MIDI numbers), who, and from where (-1..1)."""

    start: float
    seconds: float
    pitch: int
    velocity: int
    program: int
    percussion: bool
    pan: float


def synthesise(
    events: Iterable[Event], *, seconds: float, rate: int = 44_100
) -> Float[np.ndarray, "N 2"]:
    """Play the events: float32 stereo of ``seconds`` plus ``TAIL``, levelled to ``PEAK``.

    Args:
        events: The notes; those that begin after ``seconds`` are not heard.
        seconds: Length of the music, without the tail.
        rate: Samples a second.
    """
    sound = np.zeros((round((seconds + TAIL) * rate), 2), np.float32)
    noise = _breath_noise()
    for number, event in enumerate(events):
        if event.percussion:
            _add_stroke(sound, event, rate)
        else:
            _add_note(sound, event, rate, noise, number)
    delays = (_DELAYS * rate).astype(np.int64) | 1
    gains = 10 ** (-3 * delays / (_REVERB_SECONDS * rate))
    peak = _room(sound, delays, gains, _WET, 1 - 2 * np.pi * 15 / rate)
    _fade_out(sound, rate)
    if peak > 0:
        sound *= np.float32(PEAK / peak)
    return sound


def _add_note(
    sound: Float[np.ndarray, "N 2"],
    event: Event,
    rate: int,
    noise: Float[np.ndarray, " M"],
    number: int,
) -> None:
    timbre = timbre_of(event.program)
    loudness = event.velocity / 127
    hertz = 440.0 * 2 ** ((event.pitch - 69) / 12)
    ratios, levels = timbre.spectrum(loudness)
    heard = ratios * hertz < _BAND * rate
    ratios, levels = ratios[heard], levels[heard]
    decays = np.zeros(len(ratios))
    gate = max(event.seconds, 0.01)
    if timbre.ring:
        ring = timbre.ring * min(max((440 / hertz) ** 0.5, 0.3), 2.0)
        decays = (1 + timbre.damping * (ratios - 1)) / ring
        gate = min(gate, 10 * ring)  # it has fallen by 87 dB: the rest is silence
    # Ears hear a high tone as louder than a low one of the same amplitude.
    gain = timbre.gain * loudness**1.5 * min(max((440 / hertz) ** 0.25, 0.5), 1.4)
    attack = min(timbre.attack, max(gate / 2, 0.002))
    shape = np.array([attack, gate, timbre.release, timbre.sustain, timbre.settle])
    # Copies beat against each other; beyond a few beats a second high notes would wobble.
    apart = min(timbre.detune, 1200 * float(np.log2(1 + _MOST_BEATS / 2 / hertz)))
    copies = (-apart, apart) if apart else (0.0,)
    for copy, cents in enumerate(copies):
        spread = 0.35 * (2 * copy - 1) if len(copies) == 2 else 0.0
        left, right = _pan(event.pan + spread)
        volume = gain / len(copies) ** 0.5
        _tone(
            sound,
            round(event.start * rate),
            rate,
            hertz * 2 ** (cents / 1200),
            ratios,
            levels,
            decays,
            shape,
            timbre.vibrato,
            timbre.breath,
            noise,
            (number * 7919 + copy * 104_729) % len(noise),
            volume * left,
            volume * right,
        )


def _add_stroke(sound: Float[np.ndarray, "N 2"], event: Event, rate: int) -> None:
    stroke = strike(event.pitch, rate)
    first = round(event.start * rate)
    stroke = stroke[: max(len(sound) - first, 0)]
    gain = 0.9 * (event.velocity / 127) ** 1.5
    left, right = _pan(drum_of(event.pitch).pan)
    sound[first : first + len(stroke), 0] += np.float32(gain * left) * stroke
    sound[first : first + len(stroke), 1] += np.float32(gain * right) * stroke


def _pan(position: float) -> tuple[float, float]:
    """Left and right gain of equal total power, 1 each in the middle."""
    angle = (min(max(position, -1.0), 1.0) + 1) * np.pi / 4
    return 2**0.5 * float(np.cos(angle)), 2**0.5 * float(np.sin(angle))


def _fade_out(sound: Float[np.ndarray, "N 2"], rate: int) -> None:
    fade = min(len(sound), rate // 5)
    if fade:
        ramp = 0.5 + 0.5 * np.cos(np.pi * np.arange(1, fade + 1) / fade)
        sound[-fade:] *= ramp.astype(np.float32)[:, None]


@lru_cache(maxsize=1)
def _breath_noise() -> Float[np.ndarray, " M"]:
    """White noise; its length is a power of two, so that the kernel can wrap round by a mask."""
    return np.random.Generator(np.random.Philox(20)).standard_normal(1 << 16)


@njit(cache=True, nogil=True)
@no_type_check
def _envelope(t: float, attack: float, gate: float, release: float) -> float:
    """Raised-cosine start and end: value and slope are continuous, so nothing clicks."""
    level = 1.0
    if t < attack:
        level = 0.5 - 0.5 * np.cos(np.pi * t / attack)
    if t > gate:
        if t >= gate + release:
            return 0.0
        level *= 0.5 + 0.5 * np.cos(np.pi * (t - gate) / release)
    return level


@njit(cache=True, nogil=True, fastmath={"reassoc", "contract", "nsz"})
@no_type_check
def _tone(
    sound, first, rate, hertz, ratios, levels, decays, shape, vibrato, breath, noise, offset,
    left, right,
):  # fmt: skip
    """Add one note to ``sound``; ``shape`` is attack, gate, release, sustain, settle (seconds)."""
    attack, gate, release, sustain, settle = shape
    K = len(ratios)
    total = min(int((gate + release) * rate), len(sound) - first)
    re, im = levels.copy(), np.zeros(K)
    turn_re, turn_im = np.zeros(K), np.zeros(K)
    shrink = np.exp(-decays / rate)
    air = hush = 0.0
    for block in range(0, total, _CONTROL):
        t = block / rate
        if block == 0 or vibrato > 0:
            grown = min(max((t - 0.15) / 0.3, 0.0), 1.0)  # players let a note speak first
            cents = vibrato * grown * np.sin(2 * np.pi * 5.3 * t)
            step = 2 * np.pi * hertz * 2 ** (cents / 1200) / rate
            for k in range(K):
                turn_re[k] = shrink[k] * np.cos(step * ratios[k])
                turn_im[k] = shrink[k] * np.sin(step * ratios[k])
        held = sustain + (1 - sustain) * np.exp(-t / settle)
        held_slope = -(1 - sustain) * np.exp(-t / settle) / settle / rate
        for i in range(block, min(block + _CONTROL, total)):
            value = 0.0
            for k in range(K):
                value += im[k]
                new = re[k] * turn_re[k] - im[k] * turn_im[k]
                im[k] = re[k] * turn_im[k] + im[k] * turn_re[k]
                re[k] = new
            if breath > 0:
                # Two poles: hiss above a few kilohertz is harsh, and costs an Ogg file dearly.
                air += 0.15 * (noise[(offset + i) & (len(noise) - 1)] - air)
                hush += 0.15 * (air - hush)
                value += breath * hush
            value *= _envelope(i / rate, attack, gate, release) * (held + held_slope * (i - block))
            sound[first + i, 0] += left * value
            sound[first + i, 1] += right * value


@njit(cache=True, nogil=True)
@no_type_check
def _room(sound, delays, gains, wet, block_dc):
    """Add reverb in place, take out what lies below hearing; return the largest sample."""
    lines = len(delays)
    memory = np.zeros((lines, delays.max()))
    where = np.zeros(lines, np.int64)
    dull, out = np.zeros(lines), np.zeros(lines)
    before_in, before_out = np.zeros(2), np.zeros(2)
    peak = 0.0
    for i in range(len(sound)):
        dry = 0.5 * (sound[i, 0] + sound[i, 1])
        total = 0.0
        for n in range(lines):
            # A one-pole low-pass in the loop: high tones are swallowed first, as by a room.
            dull[n] += 0.6 * (memory[n, where[n]] * gains[n] - dull[n])
            out[n] = dull[n]
            total += dull[n]
        for n in range(lines):
            memory[n, where[n]] = dry + out[n] - 2.0 / lines * total
            where[n] = (where[n] + 1) % delays[n]
        for side in range(2):
            echo = 0.0
            for n in range(lines):
                echo += out[n] if (n >> side) & 1 else -out[n]
            now = sound[i, side] + wet * echo
            # A denormal number costs a hundred times a normal one: keep silence at zero.
            level = now - before_in[side] + block_dc * before_out[side]
            if abs(level) < 1e-15:
                level = 0.0
            before_in[side], before_out[side] = now, level
            sound[i, side] = level
            peak = max(peak, abs(level))
    return peak
