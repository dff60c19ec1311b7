"""The notes of a part as voices that a staff can show: one chord or rest at a time each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

from makar.domains.music.piece.piece import NoteRows
from makar.domains.music.piece.reading import sorted_notes


class Note(NamedTuple):
    """One note of a part, in ticks of the piece."""

    onset: int
    end: int
    pitch: int
    velocity: int


class Span(NamedTuple):
    """From ``start`` to ``end`` these notes sound: a chord, or part of one that is held on."""

    start: int
    end: int
    notes: tuple[Note, ...]


def voices(rows: NoteRows) -> list[list[Span]]:
    """The upper voice first; all of them together hold every note.

    The upper voice takes the highest chord that begins when it is free. What sounds beside it
    goes to a second voice, in which notes that overlap are cut where the chord changes and
    tied. Further voices are needed only where one pitch sounds twice at once.
    """
    notes = [Note(o, o + d, p, v) for o, d, p, v in sorted_notes(rows).tolist()]
    upper, rest = _upper_voice(notes)
    return [upper, *(_sliced(layer) for layer in _layers(rest))]


def _upper_voice(notes: Iterable[Note]) -> tuple[list[Span], list[Note]]:
    chords: defaultdict[tuple[int, int], list[Note]] = defaultdict(list)
    for note in notes:
        chords[note.onset, note.end].append(note)
    by_height = sorted(chords.items(), key=lambda c: (c[0][0], -max(n.pitch for n in c[1])))
    spans: list[Span] = []
    rest: list[Note] = []
    for (onset, end), chord in by_height:
        if spans and onset < spans[-1].end:
            rest += chord
            continue
        once = {n.pitch: n for n in chord}
        spans.append(Span(onset, end, tuple(once.values())))
        rest += [n for n in chord if once[n.pitch] is not n]
    return spans, rest


def _layers(notes: Iterable[Note]) -> list[list[Note]]:
    """As few layers as needed for no pitch to overlap itself in any."""
    layers: list[list[Note]] = []
    ends: list[dict[int, int]] = []
    for note in sorted(notes):
        free = next((i for i, e in enumerate(ends) if e.get(note.pitch, 0) <= note.onset), None)
        if free is None:
            free = len(layers)
            layers.append([])
            ends.append({})
        layers[free].append(note)
        ends[free][note.pitch] = note.end
    return layers


def _sliced(notes: Sequence[Note]) -> list[Span]:
    """Cut wherever a note begins or ends."""
    beginning: defaultdict[int, list[Note]] = defaultdict(list)
    for note in notes:
        beginning[note.onset].append(note)
    times = sorted({n.onset for n in notes} | {n.end for n in notes})
    spans: list[Span] = []
    sounding: list[Note] = []
    for start, end in pairwise(times):
        sounding = [n for n in sounding if n.end > start] + beginning[start]
        if sounding:
            spans.append(Span(start, end, tuple(sorted(sounding, key=lambda n: n.pitch))))
    return spans
