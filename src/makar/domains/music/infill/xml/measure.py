"""One measure of a score with other notes in it, everything else at its place and time."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from makar.domains.music.infill.errors import HoleError
from makar.domains.music.infill.xml.children import Child, children_of
from makar.domains.music.infill.xml.state import State
from makar.domains.music.musicxml.bars import Bar
from makar.domains.music.musicxml.numbers import whole
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

_CHOOSE = "Choose one: --voice {}"
_REMEDY = "Put each voice into a part of its own, or choose other bars"
_STAFF_BEFORE = ("beam", "notations", "lyric", "play")


def rewritten(
    text: bytes,
    measure: Element,
    bar: Bar,
    rows: NoteRows,
    state: State,
    piece: Piece,
    path: str,
    voice: str | None = None,
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
        voice: The voice to replace; by default the only one that sounds.

    Raises:
        HoleError: several voices sound, or it is not written voice after voice.
    """
    children = children_of(text, measure)
    settled = state
    for child in children:
        if child.tag == "attributes" and child.time == 0:
            settled = settled.under(child.element)
    after = settled.after(measure)
    if after.divisions != settled.divisions:
        fault = f"bar {bar.name} changes its divisions in the middle"
        raise HoleError(path, fault, remedy=_REMEDY)
    run = _run(children, bar, path, voice)
    length = (bar.end - bar.start) * settled.divisions // TICKS_PER_QUARTER
    made = _made(children, run, bar, rows, settled, piece, voice)
    signs = [c for c in children[run[0] : run[1]] if c.tag not in ("note", "forward")]
    opening = [text[c.start : c.end] for c in signs if c.time == 0]
    later = [c for c in signs if c.time > 0]
    body = [*opening, *made, *_at_their_time(later, text, length)]
    end = _end_of(children, run)
    if end is not None and end < length and run[1] < len(children):
        body.append(_move("backup", length - end))
    cursor = _cursor(children, run[0])
    if run[0] == run[1] and cursor:
        body.insert(0, _move("backup", cursor))
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


def _run(children: Sequence[Child], bar: Bar, path: str, voice: str | None) -> tuple[int, int]:
    """First child of the melody's voice, and the one after its last."""
    notes = [n for n, c in enumerate(children) if c.tag == "note"]
    sounding = {children[n].voice for n in notes if children[n].sounds}
    if voice is None and len(sounding) > 1:
        fault = f"bar {bar.name} has {len(sounding)} voices that sound"
        raise HoleError(path, fault, remedy=_CHOOSE.format(min(sounding)))
    if voice is not None and all(children[n].voice != voice for n in notes):
        place = _before_closing(children)
        return place, place
    if not notes:
        moved = next((n for n, c in enumerate(children) if c.tag == "forward"), None)
        place = _before_closing(children)
        return (place, place) if moved is None else (moved, moved + 1)
    if voice is not None:
        sounding = {voice}
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
        fault = f"the voices of bar {bar.name} are not written one after the other"
        raise HoleError(path, fault, remedy=_REMEDY)
    return first, last + 1


def _before_closing(children: Sequence[Child]) -> int:
    closing = [n for n, c in enumerate(children) if _closes(c)]
    return closing[0] if closing else len(children)


def _closes(child: Child) -> bool:
    return child.tag == "barline" and child.element.get("location", "right") == "right"


def _cursor(children: Sequence[Child], place: int) -> int:
    """The time, in divisions, at which the child at ``place`` would stand."""
    if place < len(children):
        return children[place].time
    return children[-1].time + children[-1].length if children else 0


def _end_of(children: Sequence[Child], run: tuple[int, int]) -> int | None:
    """Where the voice ended, in divisions; None where it had nothing written."""
    if run[0] == run[1]:
        return None
    return _cursor(children, run[1])


def _place(text: bytes, children: Sequence[Child], run: tuple[int, int]) -> tuple[int, int]:
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


def _indent(text: bytes, children: Sequence[Child]) -> bytes:
    """What stands between two children."""
    for before, after in pairwise(children):
        between = text[before.end : after.start]
        if not between.strip():
            return between
    return b"\n"


def _at_their_time(signs: Sequence[Child], text: bytes, length: int) -> list[bytes]:
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
    children: Sequence[Child],
    run: tuple[int, int],
    bar: Bar,
    rows: NoteRows,
    state: State,
    piece: Piece,
    wanted: str | None,
) -> list[bytes]:
    """The bar's notes and rests as text, in the part's own units, voice and staff."""
    notes = _written(bar, rows, state, piece)
    was = next((c for c in children[run[0] : run[1]] if c.tag == "note"), None)
    voice = was.voice if was else wanted or "1"
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
