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
from makar.domains.music.infill.feel import Feel, feel_of, straightened
from makar.domains.music.infill.hole import (
    LEGATO,
    Hole,
    around,
    begins_in,
    full,
    grid_metre,
    sounding_in,
)
from makar.domains.music.infill.line import line_of, shift_of, steps_of, token_of, tokens_of
from makar.domains.music.infill.spans import as_context, sounds
from makar.domains.music.melody.grid import (
    FIRST_PITCH_TOKEN,
    HOLD,
    LOWEST_PITCH,
    OFF,
    STEP,
    TOKENS,
    MelodyGrid,
    MelodyGrids,
)
from makar.domains.music.musicxml.bars import Bar
from makar.domains.music.piece.piece import (
    DURATION,
    ONSET,
    PITCH,
    Key,
    Metre,
    NoteRows,
    Piece,
)

STRAIGHT = 12.0
"""Ticks from the beat to its second half where eighths are even."""


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
        kept: Notes from before that sound on into the hole, which are kept.
        inside: Notes that begin in it now.
        end: Tick at which made notes end at the latest: where it ends, or the bar after it is
            struck early.
        rounded: Notes around that were read at the nearest sixteenth.
        feel: How the bars around are played.
        written: True in notation.
    """

    hole: Hole
    metre: Metre
    key: Key
    shift: int
    around: Surroundings
    was: Int[np.ndarray, " T"]
    kept: NoteRows
    inside: NoteRows
    end: int
    rounded: int
    feel: Feel
    written: bool

    @property
    def steps(self) -> int:
        """Sixteenths in the hole."""
        return (self.hole.end - self.hole.start) // STEP

    @property
    def steps_in_bar(self) -> int:
        """Sixteenths in a bar."""
        return self.metre.bar // STEP

    def notes(self, tokens: Int[np.ndarray, " T"]) -> NoteRows:
        """Made tokens of the whole hole as notes of the piece; kept notes are not among them."""
        grid = MelodyGrids.stack([MelodyGrid(tokens.astype(np.int8), self.metre, self.key)])
        line = grid.melodies
        count = int(line.count[0])
        rows = np.zeros((count, 4), np.int64)
        rows[:, ONSET] = line.onset[0, :count] + self.hole.start
        rows[:, DURATION] = line.duration[0, :count]
        rows[:, PITCH] = line.pitch[0, :count] - self.shift
        rows = rows[(rows[:, PITCH] >= 0) & (rows[:, PITCH] <= 127)]
        rows = self.feel.played(rows, self.hole)
        begin = self._begin(rows)
        stop = np.minimum(rows[:, ONSET] + rows[:, DURATION], self.end)
        rows[:, ONSET] = np.maximum(rows[:, ONSET], begin)
        rows[:, DURATION] = stop - rows[:, ONSET]
        return rows[rows[:, DURATION] > 0]

    @property
    def pinned(self) -> Int[np.ndarray, " N"]:
        """Sixteenths whose note has to keep its pitch: its end stands in a bar that stays."""
        over = self.inside[:, ONSET] + self.inside[:, DURATION] > self.hole.end
        return steps_of(self.inside[over & self.written], self.hole)

    def repitched(self, tokens: Int[np.ndarray, " T"]) -> NoteRows:
        """The hole's own notes at the pitches of made tokens of the same rhythm."""
        rows = self.inside.copy()
        steps = steps_of(rows, self.hole)
        changed = tokens[steps] != self.was[steps]
        pitches = tokens[steps] - FIRST_PITCH_TOKEN + LOWEST_PITCH - self.shift
        over = rows[:, ONSET] + rows[:, DURATION] > self.hole.end
        changed &= ~(over & self.written)  # its end stands in a bar that stays
        read = np.array([token_of(pitch, self.shift) for pitch in rows[:, PITCH].tolist()])
        changed &= read == self.was[steps]  # of several within a sixteenth the one that was read
        fits = (tokens[steps] >= FIRST_PITCH_TOKEN) & (pitches >= 0) & (pitches <= 127)
        rows[:, PITCH] = np.where(changed & fits, pitches, rows[:, PITCH])
        return rows

    def _begin(self, made: NoteRows) -> int:
        """The tick at which the line is free: a note kept from before may run in by a little."""
        begin = self.hole.start
        for onset, duration, pitch, _ in self.kept.tolist():
            over = onset + duration - self.hole.start
            if over > LEGATO or (len(made) and pitch == made[0, PITCH]):
                begin = max(begin, onset + duration)
        return begin


def view(
    piece: Piece,
    bars: Sequence[Bar],
    hole: Hole,
    *,
    path: str,
    key: Key | None = None,
    written: bool = False,
) -> View:
    """Read what surrounds a hole.

    Args:
        piece: The piece, repeats not played out.
        bars: All its bars, and those made after its end.
        hole: What is to be made.
        path: For messages.
        key: The key to read it in; by default the signature's, or by ear where the file has none.
        written: True in notation, False where the file says how it is played.

    Raises:
        HoleError: the metre is one that no model has learned.
    """
    metre = grid_metre(hole.bars[0].metre, path=path, length=hole.end - hole.start)
    notes = piece.parts[hole.part].notes
    mine = begins_in(notes, hole)
    outside = line_of(around(notes, hole, written=written))
    feel = feel_of(outside, bars, hole, written=written)
    first, last = _reach(bars, hole, metre, -1), _reach(bars, hole, metre, 1)
    key = key or [k.key for k in piece.keys if k.tick <= hole.start][-1]
    sounding = sounding_in(notes[~mine], hole)
    near = outside[(outside[:, ONSET] < last) & (outside[:, ONSET] + outside[:, DURATION] > first)]
    shift = shift_of(near if len(near) else notes, key)
    tokens = tokens_of(_straight(near, feel, hole), first, last, shift)
    start, stop = (hole.start - first) // STEP, (hole.end - first) // STEP
    before = as_context(tokens, 0, start)
    after = as_context(tokens, stop, len(tokens), tied=True)
    kept = sounding[sounding[:, ONSET] < hole.start]
    frame = _frame(hole, kept, sounding=sounds(tokens[:start]))
    return View(
        hole=hole,
        metre=metre,
        key=key,
        shift=shift,
        around=Surroundings(before, after, frame),
        was=_was(notes, hole, feel, shift),
        kept=kept,
        inside=notes[mine],
        end=int(sounding[sounding[:, ONSET] >= hole.start, ONSET].min(initial=hole.end)),
        rounded=int((near[:, ONSET] % STEP > 0).sum()),
        feel=feel,
        written=written,
    )


def _straight(notes: NoteRows, feel: Feel, hole: Hole) -> NoteRows:
    """The notes as they would be written: a swung line is heard as even eighths."""
    if feel.swing == STRAIGHT:
        return notes
    rows = notes.copy()
    ends = straightened(rows[:, ONSET] + rows[:, DURATION], feel.swing, hole.start)
    rows[:, ONSET] = straightened(rows[:, ONSET], feel.swing, hole.start)
    rows[:, DURATION] = np.maximum(ends - rows[:, ONSET], 1)
    return rows


def _was(notes: NoteRows, hole: Hole, feel: Feel, shift: int) -> Int[np.ndarray, " T"]:
    """What the hole holds now, as tokens; a note that sounds on into it is held."""
    inside = sounding_in(notes, hole)
    line = _straight(line_of(inside[begins_in(inside, hole) | (inside[:, ONSET] < hole.start)]),
                     feel, hole)  # fmt: skip
    early = line[:, ONSET] < hole.start
    mine_early = early & begins_in(line, hole)
    line[mine_early, ONSET] = hole.start
    tokens = tokens_of(line, hole.start, hole.end, shift)
    heard = bool((early & ~mine_early).any())
    if len(tokens) and tokens[0] == HOLD and not heard:
        tokens[0] = OFF
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


def _reach(bars: Sequence[Bar], hole: Hole, metre: Metre, way: int) -> int:
    """Tick up to which bars are read: whole bars of the same metre, so many sixteenths at most."""
    place = next(n for n, bar in enumerate(bars) if bar.start == hole.bars[0].start)
    place = place - 1 if way < 0 else place + len(hole.bars)
    edge = hole.start if way < 0 else hole.end
    left = (CONTEXT if way < 0 else FOLLOWING) * STEP
    while 0 <= place < len(bars) and bars[place].number > 0:
        bar = bars[place]
        length = bar.end - bar.start
        if not full(bar) or str(bar.metre) != str(hole.bars[0].metre) or length > left:
            break
        edge, left = (bar.start if way < 0 else bar.end), left - length
        place += way
    return edge - way * (abs(edge - (hole.start if way < 0 else hole.end)) % metre.bar)


def _frame(hole: Hole, kept: NoteRows, *, sounding: bool) -> bytes:
    """What each step of the hole must be because of notes that sound on into it."""
    frame = np.full((hole.end - hole.start) // STEP, FREE, np.uint8)
    frame[0] = NEW if sounding else FREE
    for onset, duration, _, _ in kept.tolist():
        until = (2 * (onset + duration - hole.start) + STEP) // (2 * STEP)
        frame[:until] = HOLD
        if 0 < until < len(frame):
            frame[until] = NEW
    return frame.tobytes()
