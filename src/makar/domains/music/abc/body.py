"""The tune body of ABC: notes and bar lines, as written, voice by voice."""

from __future__ import annotations

import re
from fractions import Fraction

from makar.domains.music.abc.bar_signs import mark_bar
from makar.domains.music.abc.fields import (
    default_unit,
    parse_fraction,
    parse_key,
    parse_metre,
    parse_tempo,
)
from makar.domains.music.abc.tune import (
    FINE,
    MAX_NOTES,
    MAX_QUARTERS,
    MAX_VOICES,
    Dropped,
    TuneError,
)
from makar.domains.music.abc.voice import (
    LENGTH,
    NOTE,
    NoteToken,
    State,
    Voice,
    known_notes,
    length_of,
    note_token,
)
from makar.domains.music.piece.piece import TICKS_PER_QUARTER

QUARTER = FINE * TICKS_PER_QUARTER
# An opening bracket ends the search for a closing one, so that a run of them takes linear time.
TOKEN = re.compile(
    rf"""
    (?P<note>{NOTE})
    |(?P<skip>[\s`\\)]+|\((?!\d))
    |(?P<field>\[[A-Za-z]:[^\[\]\n]*\])
    |(?P<bar>(?::*\|[|\]]*:*|\[\|[|\]]?:*|::+)(?:\d[\d,-]*)?|\[\d[\d,-]*)
    |(?P<broken>[<>]+)
    |(?P<tuplet>\(\d+(?::\d*){{0,2}})
    |(?P<rest>[zx]{LENGTH})
    |(?P<text>"[^"\n]*")
    |(?P<grace>\{{[^{{}}\n]*\}})
    |(?P<chord>\[[^\[\]\n|:]*\]{LENGTH}-?)
    |(?P<decoration>![^!\n|]{{1,40}}!|\+[^+\n|]{{1,40}}\+|[~.H-WYh-w])
    |(?P<bars_rest>[ZX]\d*)
    |(?P<spacer>y{LENGTH})
    |(?P<overlay>&[^|\n]*)
    |(?P<tie>-)
    |(?P<other>.)
    """,
    re.VERBOSE,
)
_TUPLET_TIME = {2: 3, 3: 2, 4: 3, 6: 2, 8: 3}


class BodyReader:
    """Reads the lines of one tune's body into voices.

    Args:
        state: Key, metre and unit length from the header.
        dropped: Where to count what does not go into the piece.
    """

    def __init__(self, state: State, dropped: Dropped) -> None:
        self.initial = state
        self.dropped = dropped
        self.voice = Voice("", state)
        self.voices: dict[str, Voice] = {}
        self.row = 0
        """Number of the line of the body that is read."""
        self.handlers = {
            "bar": self._bar, "broken": self._broken, "tuplet": self._tuplet, "rest": self._rest,
            "text": self._text, "grace": self._grace, "chord": self._chord, "field": self._inline,
            "bars_rest": self._bars_rest, "tie": self._late_tie,
        }  # fmt: skip
        self._names = {
            "decoration": "decorations", "spacer": "spacers", "overlay": "voice overlays",
            "other": "signs not understood",
        }  # fmt: skip

    def switch(self, value: str) -> Voice:
        """Go on with the voice that a ``V:`` field names; the first time it begins at 0."""
        name = (value.split() or ["1"])[0]
        if name not in self.voices:
            if len(self.voices) >= MAX_VOICES:
                raise TuneError(f"it has more than {MAX_VOICES} voices")
            # music before the first V: belongs to the first voice
            first = not self.voices
            self.voices[name] = self.voice if first else Voice(name, self.initial)
            self.voices[name].name = name
        self.voice = self.voices[name]
        label = re.search(r'(?:name|nm)\s*=\s*"([^"]*)"', value)
        self.voice.label = label[1] if label else self.voice.label
        return self.voice

    def line(self, text: str) -> None:
        """Read one line of music."""
        handlers = self.handlers
        known = known_notes
        for match in TOKEN.finditer(text):
            kind = match.lastgroup
            if kind == "skip":
                continue
            token = match.group()
            if kind == "note":
                self._note(known.get(token) or note_token(token))
            elif handler := handlers.get(kind or ""):
                handler(token)
            else:
                self.dropped[self._names[kind or "other"]] += 1

    def _note(self, token: NoteToken) -> None:
        voice = self.voice
        step, base, alter, numerator, denominator, tie = token
        if alter is None:
            pitch = voice.carried.get(base) if voice.carried else None
            if pitch is None:
                altered = voice.altered.get(step)
                pitch = base + (voice.signature[step] if altered is None else altered)
        else:
            voice.altered[step] = alter
            pitch = base + alter
        if not 0 <= pitch <= 127:
            raise TuneError("a note is outside MIDI's pitches")
        voice.event = len(voice.onset)
        voice.carried = {base: pitch} if tie else {}
        if tie:
            voice.tied.append(voice.event)
        voice.onset.append(voice.time)
        voice.pitch.append(pitch)
        duration = self._advance(numerator, denominator)
        voice.duration.append(duration)
        if voice.event > MAX_NOTES:
            raise TuneError(f"it has more than {MAX_NOTES} notes")

    def _advance(self, numerator: int, denominator: int) -> int:
        """Move on by a length of so many units; return it in fine ticks."""
        voice = self.voice
        duration = voice.state.unit * numerator // denominator
        if voice.tuplet[2]:
            p, q, left = voice.tuplet
            duration = duration * q // p
            voice.tuplet = (p, q, left - 1)
        if voice.broken != (1, 1):
            duration = duration * voice.broken[0] // voice.broken[1]
            voice.broken = (1, 1)
        duration = max(duration, 1)
        voice.event_time = voice.time
        voice.time += duration
        if voice.time > MAX_QUARTERS * QUARTER:
            raise TuneError(f"it is longer than {MAX_QUARTERS} quarter notes")
        return duration

    def _chord(self, text: str) -> None:
        inner, _, after = text[1:].partition("]")
        tie_all = after.endswith("-")
        factor = length_of(after.rstrip("-"))
        found = re.findall(NOTE, re.sub(r'"[^"]*"|![^!]*!|\{[^}]*\}', "", inner))
        if not found:
            self.dropped["signs not understood"] += 1
            return
        voice, start = self.voice, self.voice.time
        carried: dict[int, int | None] = {}
        tuplet, broken, first = voice.tuplet, voice.broken, len(voice.onset)
        end = start
        held = dict(voice.carried)
        for number, note in enumerate(found):
            step, base, alter, top, bottom, tie = known_notes.get(note) or note_token(note)
            voice.time, voice.tuplet, voice.broken, voice.carried = start, tuplet, broken, held
            self._note((step, base, alter, top * factor[0], bottom * factor[1], tie or tie_all))
            for base, pitch in voice.carried.items():
                clash = carried.get(base, pitch) != pitch  # F and F♯ at once: neither is carried
                carried[base] = None if clash else pitch
            end = end if number else voice.time  # the first note says how long a chord lasts
        voice.time, voice.event, voice.event_time, voice.carried = (
            end,
            first,
            start,
            {base: pitch for base, pitch in carried.items() if pitch is not None},
        )

    def _rest(self, text: str) -> None:
        self.voice.event, self.voice.carried = len(self.voice.onset), {}
        self._advance(*length_of(text[1:]))

    def _bars_rest(self, text: str) -> None:
        beats, unit = self.voice.state.metre
        if len(text) > 5:
            raise TuneError(f"a rest of {text[1:12]}… bars is absurd")
        bar = QUARTER * 4 * beats // unit
        for _ in range(int(text[1:] or 1)):
            self.voice.close_bar()
            self.voice.time += bar
            self.voice.event, self.voice.event_time = len(self.voice.onset), self.voice.time
            if self.voice.time > MAX_QUARTERS * QUARTER:
                raise TuneError(f"it is longer than {MAX_QUARTERS} quarter notes")

    def _late_tie(self, _: str) -> None:
        voice = self.voice
        fresh = [i for i in range(voice.event, len(voice.onset)) if i not in voice.tied[-16:]]
        voice.tied.extend(fresh)

    def _broken(self, text: str) -> None:
        voice, dots = self.voice, len(text)
        if dots > 3 or len(set(text)) > 1 or voice.time == 0:
            self.dropped["signs not understood"] += 1
            return
        short, whole = 1, 2**dots
        long = 2 * whole - 1
        first, second = (long, short) if text[0] == ">" else (short, long)
        for i in range(voice.event, len(voice.onset)):
            voice.duration[i] = max(voice.duration[i] * first // whole, 1)
        length = voice.time - voice.event_time
        voice.time = voice.event_time + max(length * first // whole, 1)
        voice.broken = (second, whole)

    def _tuplet(self, text: str) -> None:
        numbers = text[1:].split(":")
        if any(len(n) > 2 for n in numbers) or not int(numbers[0]):
            raise TuneError(f"the tuplet {text[:12]} is absurd")
        p = int(numbers[0])
        beats, unit = self.voice.state.metre
        compound = 3 if unit >= 8 and beats % 3 == 0 and beats > 3 else 2
        q = int((numbers[1:] or [""])[0] or _TUPLET_TIME.get(p, compound))
        r = int((numbers[2:] or [""])[0] or p)
        if not q or not r:
            raise TuneError(f"the tuplet {text[:12]} divides by zero")
        if p == 1:
            self.dropped["signs not understood"] += 1
            return
        self.voice.tuplet = (p, q, r)

    def _text(self, text: str) -> None:
        name = "chord symbols" if re.match(r'"[A-G]', text) else "annotations"
        self.dropped[name] += 1

    def _grace(self, text: str) -> None:
        self.dropped["grace notes"] += len(re.findall("[A-Ga-g]", text))

    def _bar(self, text: str) -> None:
        if not mark_bar(self.voice, text):
            self.dropped["endings not understood"] += 1

    def _inline(self, text: str) -> None:
        self.field(text[1], text[3:-1])

    def field(self, letter: str, value: str) -> None:
        """Apply an information field within the tune."""
        if letter == "V":
            self.switch(value)
            return
        voice, state = self.voice, self.voice.state
        if letter == "K" and (key := parse_key(value)):
            voice.change(State(key, state.metre, state.unit, state.unit_given))
        elif letter == "M" and (metre := parse_metre(value)):
            unit = state.unit
            if not state.unit_given:
                unit = int(default_unit(*metre) * 4 * QUARTER)
            voice.change(State(state.key, metre, unit, state.unit_given))
        elif letter == "L" and (length := parse_fraction(value)):
            voice.change(State(state.key, state.metre, int(length * 4 * QUARTER)))
        elif letter == "Q":
            self._tempo(value)
        elif letter == "P":
            voice.bars[-1].opens |= voice.time == voice.bars[-1].start
        elif letter in "KML":
            self.dropped[f"{letter}: fields not understood"] += 1
        else:
            self.dropped["fields within the tune"] += 1

    def _tempo(self, value: str) -> None:
        voice = self.voice
        tempo = parse_tempo(value, Fraction(voice.state.unit, 4 * QUARTER))
        if tempo is None:
            self.dropped["Q: fields not understood"] += 1
        else:
            voice.tempos.append((voice.time, tempo))
