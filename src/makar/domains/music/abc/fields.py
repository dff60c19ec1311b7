"""What ABC's information fields say: key, metre, unit length, tempo.

The notation is the ABC standard 2.1 (abcnotation.com/wiki/abc:standard:v2.1). Every function
takes the text after the colon and returns None where it cannot be understood, so that the
reader can go on with what was in force and count the field.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

from makar.domains.music.piece.piece import Key

STEPS = "CDEFGAB"
NATURAL = (0, 2, 4, 5, 7, 9, 11)
"""Semitones above C of the seven steps, C first."""
Signature = tuple[int, int, int, int, int, int, int]
"""Alteration in semitones of each step, C first."""

_SHARP_ORDER = (3, 0, 4, 1, 5, 2, 6)  # F C G D A E B as steps
_MODES = {
    "maj": "major", "ion": "major", "min": "minor", "aeo": "minor", "dor": "dorian",
    "phr": "phrygian", "lyd": "lydian", "mix": "mixolydian", "loc": "locrian", "m": "minor",
}  # fmt: skip
_KEY = re.compile(r"([A-G])([#b♯♭]?)[ \t]*([A-Za-z]*)(.*)", re.DOTALL)
_EXPLICIT = re.compile(r"(?<!\S)(\^\^?|__?|=)([A-Ga-g])(?!\S)")
_ALTER = {"^^": 2, "^": 1, "=": 0, "_": -1, "__": -2}
_METRE = re.compile(r"\(?(\d{1,3}(?:\s*\+\s*\d{1,3})*)\)?\s*/\s*(\d{1,3})")
_TEMPO = re.compile(r"((?:\d{1,4}/\d{1,4}\s+)*\d{1,4}/\d{1,4})\s*=\s*(\d{1,5}(?:\.\d{1,20})?)")
_NAMED_PIPES = Key(9, "mixolydian")  # the Highland pipes sound A mixolydian: F and C are sharp
_SLOWEST = 30.0
MAX_TEMPO = 10_000.0


@dataclass(frozen=True)
class KeyField:
    """A key field.

    Attributes:
        key: The key it names.
        signature: What it does to each step, explicit accidentals included.
        mode_given: False where only a tonic is named, which some collections also do for minor.
    """

    key: Key
    signature: Signature
    mode_given: bool = True


def signature_of(key: Key) -> Signature:
    """The alterations of a key signature."""
    return _signature_of_sharps(key.fifths)


def _signature_of_sharps(sharps: int) -> Signature:
    """The alterations of up to seven sharps, or flats (negative), as they are written."""
    sharp = [1 if step in _SHARP_ORDER[: max(sharps, 0)] else 0 for step in range(7)]
    flat = [-1 if step in _SHARP_ORDER[7 + min(sharps, 0) :] else 0 for step in range(7)]
    both = [a + b for a, b in zip(sharp, flat, strict=True)]
    return (both[0], both[1], both[2], both[3], both[4], both[5], both[6])


def parse_key(text: str) -> KeyField | None:
    """Read ``K:``: tonic, mode, explicit accidentals; bagpipe keys; ``none``."""
    text = text.strip().strip('"').strip()
    if text[:2] in ("HP", "Hp"):
        return KeyField(_NAMED_PIPES, signature_of(_NAMED_PIPES))
    if not text or text.lower().startswith("none"):
        return _with_explicit(KeyField(Key(), signature_of(Key())), text)
    match = _KEY.match(text)
    if not match:
        return (
            _with_explicit(KeyField(Key(), signature_of(Key())), text) if _explicit(text) else None
        )
    letter, sign, word, _ = match.groups()
    mode = _MODES.get(word if word == "m" else word.lower()[:3])
    explicit_only = word.lower().startswith("exp")
    step = STEPS.index(letter)
    alter = {"": 0, "#": 1, "♯": 1}.get(sign, -1)
    key = Key((NATURAL[step] + alter) % 12, mode or "major")
    # the written signature, which may be one that Key names otherwise: G flat major, six flats
    sharps = "FCGDAEB".index(letter) - 1 + 7 * alter - _FIFTHS_OF_MODE[key.mode]
    if not -7 <= sharps <= 7:
        return None
    signature = _signature_of_sharps(0 if explicit_only else sharps)
    return _with_explicit(KeyField(key, signature, mode is not None), text[1 + len(sign) :])


_FIFTHS_OF_MODE = {
    "major": 0, "dorian": 2, "phrygian": 4, "lydian": -1, "mixolydian": 1, "minor": 3, "locrian": 5,
}  # fmt: skip


def _explicit(text: str) -> list[tuple[str, str]]:
    return _EXPLICIT.findall(text)


def _with_explicit(field: KeyField, text: str) -> KeyField:
    alter = list(field.signature)
    for sign, letter in _explicit(text):
        alter[STEPS.index(letter.upper())] = _ALTER[sign]
    signature = (alter[0], alter[1], alter[2], alter[3], alter[4], alter[5], alter[6])
    return KeyField(field.key, signature, field.mode_given)


def parse_metre(text: str) -> tuple[int, int] | None:
    """Read ``M:`` as (beats, unit): ``C`` is 4/4, ``C|`` 2/2, ``none`` (0, 1) for free metre.

    Of several metres in one field the first counts.
    """
    text = text.strip()
    if text.startswith("C|"):
        return 2, 2
    if text.startswith("C"):
        return 4, 4
    if not text or text.lower().startswith(("none", "free")):
        return 0, 1
    match = _METRE.match(text)
    if not match:
        return None
    beats, unit = sum(int(b) for b in match[1].split("+")), int(match[2])
    if not 1 <= beats <= 64 or unit not in (1, 2, 4, 8, 16, 32):
        return None
    return beats, unit


def parse_fraction(text: str) -> Fraction | None:
    """Read ``L:`` as a share of a whole note; None for zero or for something absurd."""
    match = re.match(r"\s*(\d{1,3})\s*(?:/\s*(\d{1,4}))?\s*$", text)
    if not match or int(match[1]) == 0 or int(match[2] or 1) == 0:
        return None
    value = Fraction(int(match[1]), int(match[2] or 1))
    return value if Fraction(1, 512) <= value <= 8 else None


def default_unit(beats: int, unit: int) -> Fraction:
    """The unit length where no ``L:`` is given: a sixteenth below 3/4, else an eighth."""
    return Fraction(1, 16) if 0 < beats * 4 < unit * 3 else Fraction(1, 8)


def parse_tempo(text: str, unit: Fraction) -> float | None:
    """Read ``Q:`` as quarter notes per minute.

    A bare number counts unit lengths, as the standard has it, unless that would be slower than
    any music: then it was meant to count quarters.
    """
    text = re.sub(r'"[^"]*"', "", text[:200]).strip()
    if match := _TEMPO.search(text):
        fractions = [parse_fraction(f) for f in match[1].split()]
        if any(f is None for f in fractions):
            return None
        beat = sum((f for f in fractions if f is not None), Fraction())
        return _sane(float(match[2]) * float(beat * 4))
    if match := re.fullmatch(r"(?:C\s*=\s*)?(\d{1,5})", text):
        units = int(match[1]) * float(unit * 4)
        return _sane(units if units >= _SLOWEST else int(match[1]))
    return None


def _sane(quarters_per_minute: float) -> float | None:
    return quarters_per_minute if 1 <= quarters_per_minute <= MAX_TEMPO else None
