"""The measures of all parts on one clock, in the order in which they are heard."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from makar.domains.music.musicxml.measures import PartWalk, WrittenNote
from makar.domains.music.musicxml.repeats import Signs, once_order, played_order
from makar.domains.music.musicxml.signatures import Mark
from makar.domains.music.piece.piece import TICKS_PER_QUARTER, Key, KeyChange, Metre, Tempo

_KINDS = (Key, Metre, float)


class Timeline:
    """When each measure is heard, and the keys, metres and tempos on the way.

    Attributes:
        order: Number of each measure as heard.
        starts: When each of them begins, in the score's units.
        pickup: Ticks before the first full bar.
        end_tick: Where the last measure ends.
    """

    def __init__(
        self,
        walks: Sequence[PartWalk],
        resolution: int,
        changes: Counter[str],
        *,
        expand: bool = True,
    ) -> None:
        self.resolution = resolution
        self._count = max((len(w.measures) for w in walks), default=0)
        self._marks = [self._marks_of(walks, i) for i in range(self._count)]
        self._before = self._states()
        lengths = self._lengths(walks)
        in_order = played_order if expand else once_order
        self.order = in_order([_signs(walks, i) for i in range(self._count)])
        self.starts, now = [], 0
        for measure in self.order:
            self.starts.append(now)
            now += lengths[measure]
        self.end_tick = self._tick(now)
        self._collect(changes)
        self.pickup = self._pickup(walks, lengths)

    def notes(self, walk: PartWalk) -> list[WrittenNote]:
        """The notes of a part, their onsets on the clock."""
        heard: list[WrittenNote] = []
        for measure, start in zip(self.order, self.starts, strict=True):
            if measure < len(walk.measures):
                heard += [WrittenNote(start + n[0], *n[1:]) for n in walk.measures[measure].notes]
        return heard

    def _tick(self, units: int) -> int:
        return (2 * units * TICKS_PER_QUARTER + self.resolution) // (2 * self.resolution)

    @staticmethod
    def _marks_of(walks: Sequence[PartWalk], measure: int) -> list[Mark]:
        """Changes in a measure, in order of time; the uppermost part's word counts.

        Percussion parts carry no key worth the name.
        """
        found: dict[tuple[int, type], Mark] = {}
        for walk in walks:
            for mark in walk.measures[measure].marks if measure < len(walk.measures) else ():
                if not (walk.unpitched and isinstance(mark.value, Key)):
                    found.setdefault((mark.onset, type(mark.value)), mark)
        return sorted(found.values(), key=lambda m: m.onset)

    def _states(self) -> list[dict[type, Mark]]:
        """Key, metre and tempo in effect before each measure, as written."""
        states: list[dict[type, Mark]] = []
        state: dict[type, Mark] = {}
        for marks in self._marks:
            states.append(dict(state))
            state.update((type(m.value), m) for m in marks)
        return states

    def _metre(self, measure: int) -> Metre:
        """Metre of a measure, changes at its bar line included."""
        here = [m.value for m in self._marks[measure] if not m.onset]
        before = self._before[measure].get(Metre)
        metres = [v for v in here if isinstance(v, Metre)]
        return (metres or [before.value if before else Metre()])[-1]  # type: ignore[return-value]

    def _lengths(self, walks: Sequence[PartWalk]) -> list[int]:
        """Units of each measure: what is written in it, a full bar where nothing is."""
        lengths: list[int] = []
        for i in range(self._count):
            written = max(w.measures[i].length for w in walks if i < len(w.measures))
            full = self._metre(i).bar * self.resolution // TICKS_PER_QUARTER
            lengths.append(written or full)
        return lengths

    def _pickup(self, walks: Sequence[PartWalk], lengths: Sequence[int]) -> int:
        if not lengths:
            return 0
        marked = any(w.measures[0].implicit for w in walks if w.measures)
        ticks = self._tick(lengths[0])
        short = ticks < self._metre(0).bar
        return ticks if short and (marked or self._count > 1) else 0

    def _collect(self, changes: Counter[str]) -> None:
        """Changes on the clock, each only where something changes."""
        heard: dict[type, dict[int, Key | Metre | float]] = {k: {} for k in _KINDS}
        current: dict[type, Key | Metre | float] = {}
        for measure, start in zip(self.order, self.starts, strict=True):
            state = [Mark(m.value) for m in self._before[measure].values()]
            at_line = {type(m.value) for m in self._marks[measure] if not m.onset}
            for mark in [
                *(m for m in state if type(m.value) not in at_line),
                *self._marks[measure],
            ]:
                kind = type(mark.value)
                if current.get(kind) != mark.value:
                    current[kind] = mark.value
                    heard[kind][self._tick(start + mark.onset)] = mark.value
        assumed = {Key: Key(), Metre: Metre(), float: 120.0}
        for kind, name in ((Key, "C major"), (Metre, "4/4"), (float, "120 quarter notes a minute")):
            if 0 not in heard[kind]:
                changes[f"{name} assumed at the start"] += 1
                heard[kind] = {0: assumed[kind], **heard[kind]}
        self.keys = tuple(KeyChange(t, k) for t, k in _sorted(heard[Key]) if isinstance(k, Key))
        self.metres = tuple(
            Metre(t, m.beats, m.unit) for t, m in _sorted(heard[Metre]) if isinstance(m, Metre)
        )
        self.tempos = tuple(Tempo(t, q) for t, q in _sorted(heard[float]) if isinstance(q, float))


def _sorted(changes: dict[int, Key | Metre | float]) -> Iterable[tuple[int, Key | Metre | float]]:
    return sorted(changes.items(), key=lambda item: item[0])


def _signs(walks: Sequence[PartWalk], measure: int) -> Signs:
    """Signs of a measure in any part: some programs write them in the first part only."""
    all_signs = [w.measures[measure].signs for w in walks if measure < len(w.measures)]
    return Signs(
        forward=any(s.forward for s in all_signs),
        backward=max((s.backward for s in all_signs), default=0),
        endings=frozenset().union(*(s.endings for s in all_signs)),
    )
