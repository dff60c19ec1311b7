"""Notes and rests as the words of a bar in ABC, beamed by the beat."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

from makar.domains.music.abc.writing.slices import Slice, slices
from makar.domains.music.piece.piece import TICKS_PER_QUARTER, Key, Metre, NoteRows, Piece
from makar.domains.music.piece.spelling import Spelling, signature_alter, spell

_SIGNS = {-2: "__", -1: "_", 0: "=", 1: "^", 2: "^^"}
_MIDDLE_OCTAVE = 4


@dataclass
class Memory:
    """Which accidentals a reader remembers within a bar.

    Some programs let an accidental hold for its octave, some for all octaves (the standard's
    ``propagate-accidentals``). A sign is left out only where both read the same.

    Attributes:
        key: The key signature.
        sure: False where something else may be in force: every note then gets its sign.
    """

    key: Key
    sure: bool = True
    by_step: dict[str, int] = field(default_factory=dict[str, int])
    by_octave: dict[tuple[str, int], int] = field(default_factory=dict[tuple[str, int], int])

    def sign(self, note: Spelling) -> str:
        """The accidental that the note needs, if any."""
        usual = signature_alter(note.step, self.key)
        either = (
            self.by_step.get(note.step, usual),
            self.by_octave.get((note.step, note.octave), usual),
        )
        if self.sure and either == (note.alter, note.alter):
            return ""
        self.by_step[note.step] = self.by_octave[note.step, note.octave] = note.alter
        return _SIGNS[note.alter]


class Word(NamedTuple):
    """A note, chord or rest as it is written.

    Attributes:
        tick: Where it begins.
        end: Where it ends.
        text: What is written.
        sounds: False for a rest.
        grouped: True inside a tuplet that has begun before.
    """

    tick: int
    end: int
    text: str
    sounds: bool
    grouped: bool


def words(
    notes: NoteRows,
    span: tuple[int, int],
    piece: Piece,
    memory: Memory,
    unit: int,
    *,
    cuts: Iterable[int] = (),
) -> list[Word]:
    """What sounds between two ticks, no bar line between them, as words.

    Args:
        notes: What is to be written; what sounds on over the end is tied.
        span: First tick, and the one after the last.
        piece: For its keys.
        memory: Accidentals in force; goes on from word to word.
        unit: Ticks of the unit note length.
        cuts: Ticks at which a new word begins, because something else is written there.
    """
    found: list[Word] = []
    cuts = set(cuts)
    for cut in slices(notes, *span, cuts):
        if cut.start in cuts:
            key = [k.key for k in piece.keys if k.tick <= cut.start][-1]
            if key != memory.key:
                memory = Memory(key, sure=False)  # programs differ in what they forget here
        group = ""
        if cut.group:
            group = "(3" if cut.group == 3 else f"(3:2:{cut.group}"
        text = group + _sound(cut, memory, unit)
        inside = cut.in_group and not cut.group
        found.append(Word(cut.start, cut.start + cut.length, text, bool(cut.pitches), inside))
    return found


def beamed(
    found: Sequence[Word], start: int, beat: int, before: Mapping[int, str] | None = None
) -> str:
    """The words of a bar on one line: notes shorter than a quarter hang together in each beat.

    Args:
        found: The words.
        start: First tick of the bar.
        beat: Ticks that one beam spans at most.
        before: What stands before the word at a tick.
    """
    before = before or {}
    out = [found[0].text] if found else []
    for one, other in pairwise(found):
        sign = before.get(other.tick, "")
        space = "" if not sign and hang_together(one, other, start, beat) else " "
        out.append(space + (sign and f"{sign} ") + other.text)
    return "".join(out)


def beam_beat(metre: Metre) -> int:
    """Ticks within which notes are beamed: a beat, all of 3/8."""
    eighths = metre.beat < TICKS_PER_QUARTER
    return metre.bar if eighths and metre.beats == 3 else max(metre.beat, TICKS_PER_QUARTER)


def hang_together(one: Word, other: Word, start: int, beat: int) -> bool:
    """True where two words that follow one another have a beam in common."""
    short = max(one.end - one.tick, other.end - other.tick) < TICKS_PER_QUARTER
    same = (one.tick - start) // beat == (other.tick - start) // beat
    return one.sounds and other.sounds and short and (same or other.grouped)


def _sound(cut: Slice, memory: Memory, unit: int) -> str:
    length = length_text(Fraction(cut.length * (3 if cut.in_group else 2), 2 * unit))
    notes = [spell(pitch, memory.key) for pitch in cut.pitches]
    names = [
        note_name(note, memory) + ("-" if pitch in cut.tied else "")
        for note, pitch in zip(notes, cut.pitches, strict=True)
    ]
    if not names:
        return "z" + length
    if len(names) == 1:
        tie = "-" if names[0].endswith("-") else ""
        return names[0].rstrip("-") + length + tie
    return f"[{''.join(names)}]{length}"


def note_name(note: Spelling, memory: Memory) -> str:
    """A note without its length."""
    letter = note.step if note.octave <= _MIDDLE_OCTAVE else note.step.lower()
    above = note.octave - _MIDDLE_OCTAVE - 1
    marks = "'" * above if above >= 0 else "," * (-above - 1)
    return memory.sign(note) + letter + marks


def length_text(share: Fraction) -> str:
    """A length in units, such as ``3/2``."""
    if share.denominator == 1:
        return "" if share == 1 else str(share.numerator)
    if share == Fraction(1, 2):
        return "/"
    return f"{share.numerator if share.numerator > 1 else ''}/{share.denominator}"
