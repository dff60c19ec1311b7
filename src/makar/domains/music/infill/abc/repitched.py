"""Bars of a tune in ABC with their notes at other pitches and every other character as it was."""

from __future__ import annotations

import re
from collections.abc import Sequence

from makar.domains.music.abc.fields import NATURAL, STEPS
from makar.domains.music.abc.trace import Sign
from makar.domains.music.abc.tune import FINE
from makar.domains.music.abc.voice import Voice
from makar.domains.music.abc.writing.words import Memory, note_name
from makar.domains.music.infill.abc.lyrics import Edit
from makar.domains.music.infill.abc.woven import fresh_memory
from makar.domains.music.infill.hole import Fill
from makar.domains.music.piece.spelling import Spelling, spell

_NOTE = re.compile(r"(\^\^?|__?|=)?([A-Ga-g])([,']*)")
_UNSURE = ("grace", "overlay", "chord")


def repitched(signs: Sequence[Sign], text: str, fill: Fill, voice: Voice) -> list[Edit]:
    """Changes to single notes; lengths, ties, tuplets, ornaments and words stay.

    Args:
        signs: Those of the voice in the hole.
        text: The file.
        fill: What was there, and what is to be.
        voice: What was read.
    """
    edits: list[Edit] = []
    unsure = any(sign.kind in _UNSURE for sign in signs)
    memory, changed = _memory(signs[0], unsure), False
    for sign in signs:
        if sign.kind in ("bar", "field"):
            memory, changed = _memory(sign, unsure or sign.kind == "field"), False
        match = _NOTE.match(text, sign.start, sign.end) if sign.kind == "note" else None
        if match is None:
            continue
        pitch = voice.pitch[sign.first]
        new = _new_pitch((voice.onset[sign.first] + FINE // 2) // FINE, pitch, fill)
        spelled = _spelled(match, pitch) if new == pitch else spell(new, memory.key)
        bare = note_name(spelled, memory)
        if new != pitch or (changed and not match[1] and bare[0] in "^_="):
            edits.append((match.start(), match.end(), bare))
            changed = True
    return edits


def _memory(sign: Sign, unsure: bool) -> Memory:
    memory = fresh_memory(sign.state)
    memory.sure = memory.sure and not unsure
    return memory


def _new_pitch(tick: int, pitch: int, fill: Fill) -> int:
    assert fill.varied is not None  # only such fills come here
    for (onset, duration, old, _), (_, _, new, _) in zip(
        fill.varied.tolist(), fill.made.tolist(), strict=True
    ):
        if onset <= tick < onset + duration and old == pitch:
            return new
    return pitch


def _spelled(match: re.Match[str], pitch: int) -> Spelling:
    """A written note, with the alteration at which it sounds."""
    letter, marks = match[2], match[3]
    octave = 4 + letter.islower() + marks.count("'") - marks.count(",")
    step = STEPS.index(letter.upper())
    return Spelling(letter.upper(), pitch - (12 * (octave + 1) + NATURAL[step]), octave)
