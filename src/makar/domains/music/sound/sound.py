"""Hear a piece: as samples, as a WAV or Ogg file, or inside a web page.

Two players. ``"own"``, the built-in synthesiser, is the default everywhere: it needs nothing
installed and gives the same samples on every run, so that two works in a report differ by
their notes alone. ``"fluidsynth"`` calls the FluidSynth program with a General MIDI soundfont
and sounds more like instruments; ask for it where it is installed.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import numpy as np
from jaxtyping import Float, Int

from makar.domains.music.piece.piece import (
    DURATION,
    ONSET,
    PITCH,
    TICKS_PER_QUARTER,
    VELOCITY,
    Piece,
)
from makar.domains.music.sound import fluidsynth
from makar.domains.music.sound.ogg import with_fixed_serial
from makar.domains.music.sound.synth import PEAK, TAIL, Event, synthesise

Player = Literal["own", "fluidsynth"]
LONGEST_MINUTES = 30
"""Pieces that last longer are refused: at 44.1 kHz this is 635 MB of samples already."""
RATES = (32_000, 192_000)
"""Lowest and highest sampling rate; at 32 kHz MIDI's highest note is still below the band edge."""
EMBEDDED_RATE = 32_000
_EMBEDDED_COMPRESSION = 0.95
_WIDTH = 0.5
_BLOCK = 16_384


def render(piece: Piece, *, rate: int = 44_100, player: Player = "own") -> Float[np.ndarray, "N 2"]:
    """The piece as float32 stereo samples, peak at -1 dBFS, with 1.2 seconds to ring out.

    Args:
        piece: What to play; without notes the result is the tail's silence.
        rate: Samples a second, within ``RATES``.
        player: ``"own"`` (built in) or ``"fluidsynth"``.

    Raises:
        ValueError: the piece lasts longer than ``LONGEST_MINUTES``, or the rate is out of range.
        fluidsynth.NotInstalledError: the program or a soundfont is missing.
    """
    if not RATES[0] <= rate <= RATES[1]:
        raise ValueError(f"rate {rate} is outside {RATES[0]}..{RATES[1]} samples a second")
    seconds = duration(piece)
    if seconds > LONGEST_MINUTES * 60:
        raise ValueError(
            f"the piece lasts {seconds / 60:.0f} minutes and at most {LONGEST_MINUTES} are "
            "rendered: cut it, or check its tempo marks"
        )
    if player == "fluidsynth":
        return _levelled(fluidsynth.play(piece, rate=rate), round((seconds + TAIL) * rate))
    return synthesise(_events(piece), seconds=seconds, rate=rate)


def duration(piece: Piece) -> float:
    """Seconds from the start to the end of the last note."""
    return float(seconds_at(piece, np.array([piece.end]))[0])


def seconds_at(piece: Piece, ticks: Int[np.ndarray, " N"]) -> Float[np.ndarray, " N"]:
    """Seconds at which ticks are reached under the piece's tempo marks.

    Raises:
        ValueError: a tempo is not a positive number.
    """
    marks = sorted(piece.tempos, key=lambda mark: mark.tick)
    for mark in marks:
        if not 0 < mark.quarters_per_minute < float("inf"):
            raise ValueError(f"tempo {mark.quarters_per_minute} at tick {mark.tick}: give it > 0")
    at = np.array([mark.tick for mark in marks], np.float64)
    per_tick = np.array([60 / mark.quarters_per_minute / TICKS_PER_QUARTER for mark in marks])
    # The first mark holds from the beginning, wherever it stands.
    begins = np.r_[0.0, np.cumsum(np.diff(at) * per_tick[:-1])] + at[0] * per_tick[0]
    last = np.maximum(np.searchsorted(at, ticks, side="right") - 1, 0)
    return begins[last] + (ticks - at[last]) * per_tick[last]


def write_audio(
    piece: Piece, path: str | Path, *, rate: int = 44_100, player: Player = "own"
) -> None:
    """Write the piece as 16-bit WAV or as Ogg Vorbis, by the ending of ``path``.

    Raises:
        ValueError: another ending, or what ``render`` refuses.
        OSError: the file cannot be written.
    """
    path = Path(path)
    ending = path.suffix.lower()
    if ending not in (".wav", ".ogg"):
        raise ValueError(f"{path.name}: audio is written as .wav or .ogg, not {ending!r}")
    samples = render(piece, rate=rate, player=player)
    path.write_bytes(_encoded(samples, rate, ending))


def audio_data_uri(piece: Piece, *, player: Player = "own") -> str:
    """The piece for ``<audio src=...>`` in a page that works offline.

    Ogg Vorbis, mono, 32 kHz: about 4 kB a second, so that a page can hold dozens of tunes.
    """
    samples = render(piece, rate=EMBEDDED_RATE, player=player).mean(axis=1, keepdims=True)
    data = _encoded(samples, EMBEDDED_RATE, ".ogg", compression=_EMBEDDED_COMPRESSION)
    return "data:audio/ogg;base64," + base64.b64encode(data).decode("ascii")


def _events(piece: Piece) -> Iterator[Event]:
    melodic = [part for part in piece.parts if not part.percussion]
    for part in piece.parts:
        starts = seconds_at(piece, part.notes[:, ONSET])
        ends = seconds_at(piece, part.notes[:, ONSET] + part.notes[:, DURATION])
        pan = 0.0
        if len(melodic) > 1 and not part.percussion:
            place = next(i for i, other in enumerate(melodic) if other is part)
            pan = _WIDTH * (2 * place / (len(melodic) - 1) - 1)
        for start, end, note in zip(
            starts.tolist(), ends.tolist(), part.notes.tolist(), strict=True
        ):
            yield Event(
                start=start,
                seconds=end - start,
                pitch=note[PITCH],
                velocity=note[VELOCITY],
                program=part.program,
                percussion=part.percussion,
                pan=pan,
            )


def _levelled(samples: Float[np.ndarray, "M 2"], length: int) -> Float[np.ndarray, "N 2"]:
    """Cut or lengthen to ``length`` samples, fade the cut, bring the peak to -1 dBFS."""
    out = np.zeros((length, 2), np.float32)
    kept = samples[:length]
    out[: len(kept)] = kept - kept.mean(axis=0, keepdims=True)
    fade = min(length, 4096)
    out[length - fade :] *= np.linspace(1, 0, fade, dtype=np.float32)[:, None]
    peak = float(np.abs(out).max(initial=0))
    return out * np.float32(PEAK / peak) if peak > 0 else out


def _encoded(
    samples: Float[np.ndarray, "N C"], rate: int, ending: str, *, compression: float | None = None
) -> bytes:
    import soundfile

    file = io.BytesIO()
    form, subtype = ("WAV", "PCM_16") if ending == ".wav" else ("OGG", "VORBIS")
    with soundfile.SoundFile(
        file,
        "w",
        samplerate=rate,
        channels=samples.shape[1],
        format=form,
        subtype=subtype,
        compression_level=compression,
    ) as out:
        # libsndfile's Vorbis encoder puts a whole write on the stack: feed it small ones.
        for first in range(0, len(samples), _BLOCK):
            out.write(samples[first : first + _BLOCK])
    data = file.getvalue()
    return data if ending == ".wav" else with_fixed_serial(data)
