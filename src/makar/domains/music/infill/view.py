"""The melody around a hole as the model reads it, and the model's bars as notes of the piece."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Int

from makar.domains.music.infill.codec import (
    ANY_PITCH,
    CONTEXT,
    FOLLOWING,
    FREE,
    NEW,
    Surroundings,
)
from makar.domains.music.infill.hole import Hole, grid_metre, sounding_in
from makar.domains.music.infill.spans import as_context, sounds
from makar.domains.music.melody.grid import (
    FIRST_PITCH_TOKEN,
    HIGHEST_PITCH,
    HOLD,
    LOWEST_PITCH,
    OFF,
    STEP,
    TOKENS,
    MelodyGrid,
    MelodyGrids,
    home_tonic,
)
from makar.domains.music.musicxml.bars import Bar
from makar.domains.music.piece.key_finding import MAJOR_PROFILE, MINOR_PROFILE
from makar.domains.music.piece.piece import (
    DURATION,
    ONSET,
    PITCH,
    VELOCITY,
    Key,
    Metre,
    NoteRows,
    Part,
    Piece,
)

DEFAULT_VELOCITY = 80


@dataclass(frozen=True)
class View:
    """A hole as the model sees it: in C major or A minor, on sixteenths, in three octaves.

    What is kept in the file is never changed by this; only the reading is rounded.

    Attributes:
        hole: The bars.
        metre: As the model knows it.
        key: In force where the hole begins.
        shift: Semitones from the piece to the grid.
        around: What comes before and after, and what notes that are kept demand within.
        was: ``(T,)`` tokens of what the hole holds now.
        kept: Notes that sound over one of the hole's bar lines, which are kept.
        rounded: Notes around that were read at the nearest sixteenth.
    """

    hole: Hole
    metre: Metre
    key: Key
    shift: int
    around: Surroundings
    was: Int[np.ndarray, " T"]
    kept: NoteRows
    rounded: int

    @property
    def steps(self) -> int:
        """Sixteenths in the hole."""
        return (self.hole.end - self.hole.start) // STEP

    @property
    def steps_in_bar(self) -> int:
        """Sixteenths in a bar."""
        return self.metre.bar // STEP

    def notes(self, tokens: Int[np.ndarray, " T"], velocity: int) -> NoteRows:
        """Made tokens of the whole hole as notes of the piece; kept notes are not among them."""
        grid = MelodyGrids.stack([MelodyGrid(tokens.astype(np.int8), self.metre, self.key)])
        line = grid.melodies
        count = int(line.count[0])
        rows = np.zeros((count, 4), np.int64)
        rows[:, ONSET] = line.onset[0, :count] + self.hole.start
        rows[:, DURATION] = line.duration[0, :count]
        rows[:, PITCH] = line.pitch[0, :count] - self.shift
        rows[:, VELOCITY] = velocity
        begin, end = self._free()
        stop = np.minimum(rows[:, ONSET] + rows[:, DURATION], end)
        rows[:, ONSET] = np.maximum(rows[:, ONSET], begin)
        rows[:, DURATION] = stop - rows[:, ONSET]
        before = (rows[:, ONSET] - self.hole.start) // STEP < (end - self.hole.start) // STEP
        rows = rows[before]  # what the frame asked for at the kept note's place is that note
        playable = (rows[:, DURATION] > 0) & (rows[:, PITCH] >= 0) & (rows[:, PITCH] <= 127)
        return rows[playable]

    def _free(self) -> tuple[int, int]:
        """Ticks between the end of a note kept from before and the onset of one held beyond."""
        begin, end = self.hole.start, self.hole.end
        for onset, duration, _, _ in self.kept.tolist():
            if onset < self.hole.start:
                begin = max(begin, onset + duration)
            else:
                end = min(end, onset)
        return begin, end


def view(
    piece: Piece, bars: Sequence[Bar], hole: Hole, *, path: str, key: Key | None = None
) -> View:
    """Read what surrounds a hole.

    Args:
        piece: The piece, repeats not played out.
        bars: All its bars, and those made after its end.
        hole: What is to be made.
        path: For messages.
        key: The key to read it in; by default the signature's, or by ear where the file has none.

    Raises:
        HoleError: the metre is one that no model has learned.
    """
    metre = grid_metre(hole.bars[0].metre, path=path)
    notes = _line(piece.parts[hole.part])
    first, last = _reach(bars, hole, metre, -1), _reach(bars, hole, metre, 1)
    key = key or [k.key for k in piece.keys if k.tick <= hole.start][-1]
    kept = _crossing(piece.parts[hole.part].notes, hole)
    near = notes[(notes[:, ONSET] < last) & (notes[:, ONSET] + notes[:, DURATION] > first)]
    outside = near[(near[:, ONSET] < hole.start) | (near[:, ONSET] >= hole.end)]
    shift = _shift(outside if len(outside) else (near if len(near) else notes), key)
    tokens = tokens_of(near, first, last, shift)
    start, stop = (hole.start - first) // STEP, (hole.end - first) // STEP
    before = as_context(tokens, 0, start)
    bare = tokens.copy()
    bare[start:stop] = OFF
    for onset, _, pitch, _ in kept:  # what still sounds where the following bars begin
        if onset >= hole.start:
            bare[stop - 1] = _token(int(pitch), shift)
    after = as_context(bare, stop, len(bare), tied=True)
    frame = _frame(hole, kept, shift, sounding=sounds(tokens[:start]))
    return View(
        hole=hole,
        metre=metre,
        key=key,
        shift=shift,
        around=Surroundings(before, after, frame),
        was=np.frombuffer(as_context(tokens, start, stop, tied=True), np.uint8).astype(np.int64),
        kept=kept,
        rounded=int((outside[:, ONSET] % STEP > 0).sum()),
    )


def tokens_of(notes: NoteRows, start: int, end: int, shift: int) -> Int[np.ndarray, " T"]:
    """A line between two ticks as tokens, each note at the nearest sixteenth.

    Args:
        notes: A line: rows with one note at a time.
        start: Tick of the first step.
        end: Tick after the last.
        shift: Semitones to the grid; what leaves its three octaves is brought back by octaves.
    """
    tokens = np.full((end - start) // STEP, HOLD, np.int64)
    ends: list[int] = []
    for onset, duration, pitch, _ in notes.tolist():
        at = (2 * (onset - start) + STEP) // (2 * STEP)
        until = max(-((start - onset - duration) // STEP), at + 1)
        if 0 <= at < len(tokens):
            tokens[at] = _token(pitch, shift)
        if at >= 0 or until > 0:
            ends.append(until)
    for until in ends:
        if 0 < until < len(tokens) and tokens[until] == HOLD:
            tokens[until] = OFF
    return tokens


def keep_rhythm(was: Int[np.ndarray, " T"], keep: np.ndarray, around: Surroundings) -> Surroundings:
    """The surroundings with a frame that asks for the same rhythm and some of the same notes.

    Args:
        was: Tokens of the bars as they are.
        keep: ``(T,)`` True where a note that begins there is kept.
        around: What surrounds them, with what notes kept across the bar lines demand.
    """
    asked = np.frombuffer(around.frame, np.uint8)
    frame = np.where((was >= FIRST_PITCH_TOKEN) & ~keep, ANY_PITCH, was)
    frame = np.where(asked < TOKENS, asked, frame)
    return replace(around, frame=frame.astype(np.uint8).tobytes())


def on_grid(notes: NoteRows, hole: Hole) -> bool:
    """True where every note of the hole begins on a sixteenth."""
    inside = notes[(notes[:, ONSET] >= hole.start) & (notes[:, ONSET] < hole.end)]
    return not ((inside[:, ONSET] - hole.start) % STEP).any()


def typical_velocity(part: Part, hole: Hole) -> int:
    """How loud the part's sixteen nearest notes outside the hole are, in the middle."""
    notes = part.notes
    outside = notes[(notes[:, ONSET] < hole.start) | (notes[:, ONSET] >= hole.end)]
    outside = outside if len(outside) else notes
    if not len(outside):
        return DEFAULT_VELOCITY
    middle = (hole.start + hole.end) / 2
    nearest = np.argsort(np.abs(outside[:, ONSET] - middle), kind="stable")[:16]
    return int(np.median(outside[nearest, VELOCITY]))


def key_by_ear(notes: NoteRows) -> Key:
    """The major or minor key whose degrees fit best how long each pitch class sounds.

    Krumhansl & Schmuckler's way (Krumhansl 1990, chapter 4), with the profiles of
    ``key_finding``; C major where nothing sounds.
    """
    weights = np.bincount(notes[:, PITCH] % 12, weights=notes[:, DURATION], minlength=12)
    if not weights.any() or np.ptp(weights) == 0:
        return Key()
    fits = {
        Key(tonic, mode): float(np.corrcoef(np.roll(weights, -tonic), profile)[0, 1])
        for mode, profile in (("major", MAJOR_PROFILE), ("minor", MINOR_PROFILE))
        for tonic in range(12)
    }
    return max(fits, key=lambda key: fits[key])


def _token(pitch: int, shift: int) -> int:
    moved = pitch + shift
    if moved < LOWEST_PITCH:
        moved += -(-(LOWEST_PITCH - moved) // 12) * 12
    if moved > HIGHEST_PITCH:
        moved -= -(-(moved - HIGHEST_PITCH) // 12) * 12
    return moved - LOWEST_PITCH + FIRST_PITCH_TOKEN


def _shift(notes: NoteRows, key: Key) -> int:
    """Semitones to C or A, in the octave that brings the line's middle nearest the grid's."""
    shift = home_tonic(key) - key.tonic
    if not len(notes):
        return shift
    middle = (int(notes[:, PITCH].min()) + int(notes[:, PITCH].max())) / 2
    return shift + 12 * round(((LOWEST_PITCH + HIGHEST_PITCH) / 2 - middle - shift) / 12)


def _line(part: Part) -> NoteRows:
    """The highest note at each onset, cut where the next begins."""
    notes = part.notes[np.lexsort((-part.notes[:, PITCH], part.notes[:, ONSET]))].astype(np.int64)
    top = notes[np.r_[True, np.diff(notes[:, ONSET]) > 0]] if len(notes) else notes.copy()
    top[:-1, DURATION] = np.minimum(top[:-1, DURATION], np.diff(top[:, ONSET]))
    return top


def _reach(bars: Sequence[Bar], hole: Hole, metre: Metre, way: int) -> int:
    """Tick up to which bars are read: whole bars of the same metre, so many sixteenths at most."""
    place = next(n for n, bar in enumerate(bars) if bar.start == hole.bars[0].start)
    place = place - 1 if way < 0 else place + len(hole.bars)
    edge = hole.start if way < 0 else hole.end
    left = (CONTEXT if way < 0 else FOLLOWING) * STEP
    while 0 <= place < len(bars) and bars[place].number > 0:
        bar = bars[place]
        length = bar.end - bar.start
        if length != metre.bar or str(bar.metre) != str(hole.bars[0].metre) or length > left:
            break
        edge, left = (bar.start if way < 0 else bar.end), left - length
        place += way
    return edge


def _crossing(notes: NoteRows, hole: Hole) -> NoteRows:
    inside = sounding_in(notes, hole)
    ends = inside[:, ONSET] + inside[:, DURATION]
    return inside[(inside[:, ONSET] < hole.start) | (ends > hole.end)]


def _frame(hole: Hole, kept: NoteRows, shift: int, *, sounding: bool) -> bytes:
    """What each step of the hole must be because of notes that sound over its bar lines."""
    frame = np.full((hole.end - hole.start) // STEP, FREE, np.uint8)
    frame[0] = NEW if sounding else FREE
    for onset, duration, pitch, _ in kept.tolist():
        if onset < hole.start:
            until = (2 * (onset + duration - hole.start) + STEP) // (2 * STEP)
            frame[:until] = HOLD
            if 0 < until < len(frame):
                frame[until] = NEW
        else:
            at = (onset - hole.start) // STEP
            frame[at] = _token(pitch, shift)
            frame[at + 1 :] = HOLD
    return frame.tobytes()
