"""One measure of a score with other notes in it, everything else at its place and time."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from makar.domains.music.infill.errors import HoleError
from makar.domains.music.infill.xml_text import child_spans
from makar.domains.music.musicxml.bars import Bar
from makar.domains.music.musicxml.numbers import whole
from makar.domains.music.musicxml.signatures import transposition_of
from makar.domains.music.musicxml.staff import Staff
from makar.domains.music.piece.piece import (
    PITCH,
    TICKS_PER_QUARTER,
    Key,
    KeyChange,
    NoteRows,
    Part,
    Piece,
)

_REMEDY = "Put each voice into a part of its own, or choose other bars"
_STAFF_BEFORE = ("beam", "notations", "lyric", "play")


@dataclass(frozen=True)
class State:
    """What the measures so far have settled for a part.

    Attributes:
        divisions: Units to a quarter note.
        chromatic: Semitones from what is written to what sounds.
        staves: Staves of the part.
        number: Printed number of the last measure.
    """

    divisions: int = 1
    chromatic: int = 0
    staves: int = 1
    number: int = 0

    def after(self, measure: Element) -> State:
        """The state once this measure is over."""
        state = self
        for attributes in measure.iterfind("attributes"):
            state = state.under(attributes)
        text = (measure.get("number") or "").strip()
        return replace(state, number=int(text) if text.isdecimal() else state.number + 1)

    def under(self, attributes: Element) -> State:
        """The state with what these attributes say."""
        divisions = whole(attributes.findtext("divisions") or str(self.divisions), least=1)
        staves = whole(attributes.findtext("staves") or str(self.staves), least=1)
        transpose = attributes.find("transpose")
        chromatic = self.chromatic if transpose is None else transposition_of(transpose)
        return replace(self, divisions=divisions, staves=staves, chromatic=chromatic)


@dataclass(frozen=True)
class _Child:
    element: Element
    start: int
    end: int
    time: int

    @property
    def tag(self) -> str:
        return self.element.tag

    @property
    def voice(self) -> str:
        return self.element.findtext("voice", "1").strip()

    @property
    def sounds(self) -> bool:
        return self.tag == "note" and self.element.find("rest") is None


def rewritten(
    text: bytes,
    measure: Element,
    bar: Bar,
    rows: NoteRows,
    state: State,
    piece: Piece,
    path: str,
) -> tuple[bytes, State]:
    """The measure with the melody's voice replaced, and the state after it.

    Args:
        text: The measure as it stands.
        measure: The same, parsed.
        bar: Its place in the piece.
        rows: Notes, as they sound, of the whole hole or more.
        state: What the measures before have settled.
        piece: For its keys.
        path: For messages.

    Raises:
        HoleError: several voices sound, or it is not written voice after voice.
    """
    children = _children(text, measure)
    settled = state
    for child in children:
        if child.tag == "attributes" and child.time == 0:
            settled = settled.under(child.element)
    after = settled.after(measure)
    if after.divisions != settled.divisions:
        fault = f"bar {bar.number} changes its divisions in the middle"
        raise HoleError(path, fault, remedy=_REMEDY)
    run = _run(children, bar, path)
    length = (bar.end - bar.start) * settled.divisions // TICKS_PER_QUARTER
    made = _made(children, run, bar, rows, settled, piece)
    signs = [c for c in children[run[0] : run[1]] if c.tag not in ("note", "forward")]
    opening = [text[c.start : c.end] for c in signs if c.time == 0]
    later = [c for c in signs if c.time > 0]
    body = [*opening, *made, *_at_their_time(later, text, length)]
    end = _end_of(children, run)
    if end is not None and end < length and run[1] < len(children):
        body.append(_move("backup", length - end))
    begin, stop = _place(text, children, run)
    gap = _indent(text, children)
    if text.rstrip().endswith(b"/>") and not children:
        opened = text.rstrip()[:-2] + b">"
        return opened + b"".join(gap + part for part in body) + b"</measure>", after
    return text[:begin] + gap.join(body) + text[stop:], after


def rest_measure(bar: Bar, state: State) -> bytes:
    """A measure of rest after the end of a part."""
    length = (bar.end - bar.start) * state.divisions // TICKS_PER_QUARTER
    notes: list[str] = []
    for staff in range(1, state.staves + 1):
        where = f"<staff>{staff}</staff>" if state.staves > 1 else ""
        back = f"<backup><duration>{length}</duration></backup>" if staff > 1 else ""
        notes.append(
            f'{back}<note><rest measure="yes"/><duration>{length}</duration>'
            f"<voice>{4 * staff - 3}</voice>{where}</note>"
        )
    return f'<measure number="{state.number + 1}">{"".join(notes)}</measure>'.encode()


def _children(text: bytes, measure: Element) -> list[_Child]:
    """The measure's children with their places in the text and in time (in divisions)."""
    found: list[_Child] = []
    cursor = 0
    for element, (start, end) in zip(measure, child_spans(text), strict=True):
        found.append(_Child(element, start, end, cursor))
        duration = element.findtext("duration")
        if duration is None or element.find("chord") is not None:
            continue
        cursor += (-1 if element.tag == "backup" else 1) * whole(duration, least=0)
    return found


def _run(children: Sequence[_Child], bar: Bar, path: str) -> tuple[int, int]:
    """First child of the melody's voice, and the one after its last."""
    notes = [n for n, c in enumerate(children) if c.tag == "note"]
    sounding = {children[n].voice for n in notes if children[n].sounds}
    if len(sounding) > 1:
        fault = f"bar {bar.number} has {len(sounding)} voices that sound"
        raise HoleError(path, fault, remedy=_REMEDY)
    if not notes:
        moved = next((n for n, c in enumerate(children) if c.tag == "forward"), None)
        if moved is not None:
            return moved, moved + 1
        closing = [n for n, c in enumerate(children) if _closes(c)]
        place = closing[0] if closing else len(children)
        return place, place
    voice = next(iter(sounding), children[notes[0]].voice)
    mine = [n for n in notes if children[n].voice == voice]
    first, last = mine[0], mine[-1]
    while first and children[first].time and children[first - 1].tag == "forward":
        first -= 1
    while last + 1 < len(children) and children[last + 1].tag == "forward":
        last += 1
    between = children[first : last + 1]
    others = any(c.tag == "note" and c.voice != voice for c in between)
    if children[first].time or others or any(c.tag == "backup" for c in between):
        fault = f"the voices of bar {bar.number} are not written one after the other"
        raise HoleError(path, fault, remedy=_REMEDY)
    return first, last + 1


def _closes(child: _Child) -> bool:
    return child.tag == "barline" and child.element.get("location", "right") == "right"


def _end_of(children: Sequence[_Child], run: tuple[int, int]) -> int | None:
    """Where the voice ended, in divisions; None where it had nothing written."""
    if run[0] == run[1]:
        return None
    last = children[run[1] - 1]
    if run[1] < len(children):
        return children[run[1]].time
    duration = last.element.findtext("duration")
    return last.time + (whole(duration, least=0) if duration else 0)


def _place(text: bytes, children: Sequence[_Child], run: tuple[int, int]) -> tuple[int, int]:
    """Bytes of the measure that are replaced."""
    if run[0] < run[1]:
        return children[run[0]].start, children[run[1] - 1].end
    if run[0] < len(children):
        place = children[run[0]].start
    elif children:
        place = children[-1].end
    else:
        place = text.rfind(b"</")
    return place, place


def _indent(text: bytes, children: Sequence[_Child]) -> bytes:
    """What stands between two children."""
    for before, after in pairwise(children):
        between = text[before.end : after.start]
        if not between.strip():
            return between
    return b"\n"


def _at_their_time(signs: Sequence[_Child], text: bytes, length: int) -> list[bytes]:
    """Signs from within the bar, each at its own time, once the notes are written."""
    here = length
    out: list[bytes] = []
    for sign in sorted(signs, key=lambda s: s.time):
        if sign.time != here:
            out.append(_move("backup" if sign.time < here else "forward", abs(sign.time - here)))
        out.append(text[sign.start : sign.end])
        here = sign.time
    if here != length:
        out.append(_move("forward", length - here))
    return out


def _move(way: str, duration: int) -> bytes:
    return f"<{way}><duration>{duration}</duration></{way}>".encode()


def _made(
    children: Sequence[_Child],
    run: tuple[int, int],
    bar: Bar,
    rows: NoteRows,
    state: State,
    piece: Piece,
) -> list[bytes]:
    """The bar's notes and rests as text, in the part's own units, voice and staff."""
    notes = _written(bar, rows, state, piece)
    was = next((c for c in children[run[0] : run[1]] if c.tag == "note"), None)
    voice = was.voice if was else "1"
    staff = was.element.findtext("staff") if was else ("1" if state.staves > 1 else None)
    instrument = was.element.find("instrument") if was else None
    divisions = state.divisions
    lengths = [whole(n.findtext("duration", "0"), least=0) for n in notes]
    if any(length * divisions % TICKS_PER_QUARTER for length in lengths):
        divisions = math.lcm(divisions, TICKS_PER_QUARTER)
    for note, length in zip(notes, lengths, strict=True):
        duration, named = note.find("duration"), note.find("voice")
        assert duration is not None  # our own writer gives every note both
        assert named is not None
        duration.text, named.text = str(length * divisions // TICKS_PER_QUARTER), voice
        if instrument is not None and note.find("rest") is None:
            note.insert(list(note).index(named), instrument)
        if staff is not None:
            place = next((i for i, c in enumerate(note) if c.tag in _STAFF_BEFORE), len(note))
            ElementTree.SubElement(note, "staff").text = staff
            note.insert(place, note[-1])
            del note[-1]
    text = [ElementTree.tostring(note) for note in notes]
    if run[0] == run[1] and any(c.tag == "note" for c in children):
        text.append(_move("backup", (bar.end - bar.start) * divisions // TICKS_PER_QUARTER))
    if divisions == state.divisions:
        return text
    return [_divide(divisions), *text, _divide(state.divisions)]


def _divide(divisions: int) -> bytes:
    return f"<attributes><divisions>{divisions}</divisions></attributes>".encode()


def _written(bar: Bar, rows: NoteRows, state: State, piece: Piece) -> list[Element]:
    """The bar as our own writer notates it, at the pitch that is written for the instrument."""
    moved = rows.copy()
    moved[:, PITCH] -= state.chromatic
    keys = tuple(
        KeyChange(k.tick, Key((k.key.tonic - state.chromatic) % 12, k.key.mode)) for k in piece.keys
    )
    part = Part(moved)
    staff = Staff(replace(piece, parts=(part,), keys=keys), part, "P1", leads=False)
    return ElementTree.fromstring("".join(staff.measure(bar))).findall("note")
