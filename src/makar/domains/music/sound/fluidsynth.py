"""Play a piece with the FluidSynth program and a General MIDI soundfont, where both are there."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

import numpy as np
from jaxtyping import Float

from makar.domains.music.piece.piece import Piece

SOUNDFONT_FOLDERS = (Path("/usr/share/sounds/sf2"), Path("/usr/share/sounds/sf3"))
_PREFERRED = ("FluidR3_GM.sf2", "MuseScore_General.sf3", "default-GM.sf2", "TimGM6mb.sf2")
_GAIN = "0.4"
_SECONDS_TO_WAIT = 300


class NotInstalledError(RuntimeError):
    """FluidSynth or a soundfont is missing; the message says what to install."""


def find_soundfont() -> Path | None:
    """The best General MIDI soundfont in Debian's folders, or None."""
    found = sorted(
        path
        for folder in SOUNDFONT_FOLDERS
        if folder.is_dir()
        for path in folder.iterdir()
        if path.suffix.lower() in (".sf2", ".sf3")
    )
    rank = {name: i for i, name in enumerate(_PREFERRED)}
    return min(found, key=lambda path: rank.get(path.name, len(rank)), default=None)


def is_installed() -> bool:
    """True where FluidSynth and a soundfont are there."""
    return shutil.which("fluidsynth") is not None and find_soundfont() is not None


def play(piece: Piece, *, rate: int) -> Float[np.ndarray, "N 2"]:
    """The piece as FluidSynth plays it: float32 stereo, neither cut nor levelled.

    Raises:
        NotInstalledError: the program or a soundfont is missing.
        RuntimeError: FluidSynth fails or takes longer than five minutes.
    """
    from makar.domains.music.midi import write_midi

    program, soundfont = shutil.which("fluidsynth"), find_soundfont()
    if program is None or soundfont is None:
        raise NotInstalledError(
            "FluidSynth and a soundfont are needed: apt install fluidsynth timgm6mb-soundfont, "
            "or use the built-in player"
        )
    with tempfile.TemporaryDirectory() as folder:
        score, sound = Path(folder, "piece.mid"), Path(folder, "piece.wav")
        write_midi(piece, score)
        command = [program, "-ni", "-q", "-g", _GAIN, "-r", str(rate), "-T", "wav", "-O", "float"]
        _run([*command, "-F", str(sound), str(soundfont), str(score)])
        if not sound.exists():
            raise RuntimeError("FluidSynth wrote no file: use the built-in player")
        import soundfile

        samples, _ = soundfile.read(sound, dtype="float32", always_2d=True)
    return samples


def _run(command: list[str]) -> None:
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=_SECONDS_TO_WAIT, check=False
        )
    except subprocess.TimeoutExpired as late:
        raise RuntimeError(
            f"FluidSynth took longer than {_SECONDS_TO_WAIT} seconds: use the built-in player"
        ) from late
    if done.returncode:
        raise RuntimeError(
            f"FluidSynth failed ({done.stderr.strip()[-200:]}): use the built-in player"
        )


def facts() -> dict[str, str | None]:
    """What ``makar env`` lists of music: the soundfont that is played with."""
    found = find_soundfont()
    return {"soundfont": str(found) if found else None}
