from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from makar.core.types import Prompt
from makar.domains.music.blend.codec import EventCodec
from makar.domains.music.blend.table import UnencodableError, table_of
from makar.domains.music.blend.tokens import BAR, BEGIN, END, STEPS, EventTokens
from makar.domains.music.piece.piece import (
    MODES,
    Key,
    KeyChange,
    Metre,
    Part,
    Piece,
    Pieces,
    Provenance,
)

METRES = [Metre(0, 4, 4), Metre(0, 6, 8), Metre(0, 3, 4), Metre(0, 2, 2), Metre(0, 5, 8)]


def part(*notes: tuple[int, int, int], program: int = 73) -> Part:
    rows = [(onset, length, pitch, 88) for onset, length, pitch in notes]
    return Part(np.array(rows, np.int64).reshape(-1, 4), "Melody", program)


def piece(*parts: Part, metre: Metre = METRES[0], key: Key | None = None, pickup: int = 0) -> Piece:
    return Piece(parts, (KeyChange(0, key or Key()),), (metre,), pickup=pickup)


@st.composite
def lines(draw: st.DrawFn, *, chords: bool) -> Part:
    """A voice, or with ``chords`` a hand: any ticks, any lengths, rests between."""
    steps = draw(
        st.lists(
            st.tuples(st.integers(0, 40), st.integers(1, 130), st.integers(30, 90)), max_size=25
        )
    )
    notes, time = [], 0
    free: dict[int, int] = {}
    for rest, length, pitch in steps:
        time += rest
        if chords:
            time = max(time, free.get(pitch, 0))
            free[pitch] = time + length
        notes.append((time, length, pitch))
        if not chords:
            time += length
    notes.sort(key=lambda note: (note[0], note[2]))
    return part(*notes, program=draw(st.integers(0, 127)))


@st.composite
def pieces(draw: st.DrawFn, *, chords: bool = False) -> Piece:
    metre = draw(st.sampled_from(METRES))
    key = Key(draw(st.integers(0, 11)), draw(st.sampled_from(MODES)))
    parts = draw(st.lists(lines(chords=chords), min_size=1, max_size=4))
    pickup = draw(st.sampled_from([0, 0, 12, metre.bar - 1]))
    made = piece(*parts, metre=metre, key=key, pickup=pickup)
    if made.end <= pickup:
        made = replace(made, parts=(part((pickup, 10, 60)), *made.parts[1:]))
    return made


def heard(work: Piece) -> Any:
    """What must come back: notes by part, instruments, metre, key and upbeat."""
    notes = [(p.program, p.notes[:, :3].tolist()) for p in work.parts]
    return notes, str(work.metre), work.key, work.pickup


@settings(max_examples=60, deadline=None)
@given(st.booleans().flatmap(lambda chords: pieces(chords=chords)))
def test_a_piece_comes_back_note_for_note(work: Piece) -> None:
    codec = EventCodec.of([work])
    actions, prompts = codec.encode(Pieces((work,)))
    assert heard(codec.decode(actions, prompts)[0]) == heard(work)
    follow_rules(codec, actions, prompts)


@settings(max_examples=20, deadline=None)
@given(st.lists(pieces(), min_size=2, max_size=4))
def test_pieces_of_many_kinds_share_one_codec(works: list[Piece]) -> None:
    codec = EventCodec.of(works)
    actions, prompts = codec.encode(Pieces(tuple(works)))
    made = codec.decode(actions, prompts)
    assert [heard(work) for work in made] == [heard(work) for work in works]
    follow_rules(codec, actions, prompts)


def follow_rules(codec: EventCodec, actions: torch.Tensor, prompts: list[Prompt]) -> None:
    """What people wrote is what the rules allow, up to its end and no further."""
    rules = codec.legality(prompts)
    legal = rules.first()
    for step, tokens in enumerate(actions.unbind(1)):
        ended = (actions[:, :step] == END).any(1)
        assert (legal.gather(1, tokens[:, None])[:, 0] | ended).all()
        assert not legal[ended].any()
        legal = rules.after(step, tokens)


WISHES = [
    {"bars": 1, "metre": "3/4", "programs": "0"},
    {"bars": 3, "metre": "4/4", "programs": "0,40"},
    {"bars": 2, "metre": "4/4", "programs": "0,40,70", "pickup": 24, "mode": "dorian", "key": "E"},
    {"bars": 20, "metre": "4/4", "programs": "70"},
]


def tokens_for(chords: bool) -> EventTokens:
    places, lengths = (0, 6, 12, 32, 36, 72, 90), (12, 24, 72, 100)
    top = 63 if chords else 70
    return EventTokens(("a", "b"), ("4/4", "3/4"), places, lengths, 60, top, 3)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1), st.booleans(), st.integers(23, 90), st.floats(0.0, 1.0))
def test_whatever_is_written_is_a_piece(
    seed: int, chords: bool, longest: int, hurry: float
) -> None:
    """Tokens drawn blindly from what is allowed; ``hurry`` leans towards bar lines and the end."""
    codec = EventCodec(tokens_for(chords), chords, longest)
    prompts = [Prompt(condition=wish) for wish in WISHES]
    actions = write_blindly(codec, prompts, seed, hurry)
    assert (actions == END).any(1).all()
    works = codec.decode(actions, prompts)
    for work, wish in zip(works, WISHES, strict=True):
        check_piece(work, wish, chords)
    again, asked = codec.encode(works)
    assert torch.equal(again, actions)
    assert [p.condition["bars"] for p in asked] == [wish["bars"] for wish in WISHES]


@pytest.mark.parametrize("key", ["C", "F#", "G"])
def test_no_pitch_leaves_midi_in_the_key_asked_for(key: str) -> None:
    codec = EventCodec(EventTokens((), ("4/4",), (0, 12, 24), (12,), 0, 127))
    rules = codec.legality([Prompt(condition={"key": key})])
    rules.first()
    legal = rules.after(0, torch.tensor([codec.tokens.first["place"]]))[0].numpy()
    written = np.flatnonzero(legal) - codec.tokens.first["note"]
    shift = {"C": 0, "F#": 6, "G": -5}[key]
    heard = [pitch for pitch in range(128) if 0 <= pitch + shift <= 127]
    assert written.tolist() == heard


def write_blindly(
    codec: EventCodec, prompts: list[Prompt], seed: int, hurry: float
) -> torch.Tensor:
    draw = np.random.default_rng(seed)
    rules = codec.legality(prompts)
    legal, actions = rules.first(), torch.zeros(len(prompts), codec.longest, dtype=torch.long)
    for step in range(codec.longest):
        for row, may in enumerate(legal.numpy()):
            choices = np.flatnonzero(may)
            if len(choices):
                short = [c for c in choices if c in (END, BAR)]
                pick = short if short and draw.random() < hurry else choices
                actions[row, step] = int(draw.choice(pick))
        legal = rules.after(step, actions[:, step])
    assert not legal.any()
    return actions


def check_piece(work: Piece, wish: dict[str, Any], chords: bool) -> None:
    """What MIDI, notation and the player of a single line need, worked out from the notes."""
    pickup, width = int(wish.get("pickup", 0)), work.metre.bar
    assert [str(p.program) for p in work.parts] == wish["programs"].split(",")
    assert str(work.metre) == wish["metre"]
    end = pickup + int(wish["bars"]) * width
    assert end - width < work.end <= end
    for voice in work.parts:
        onset, length, pitch = voice.notes[:, :3].T
        assert (onset >= 0).all()
        assert (length > 0).all()
        assert ((pitch >= 0) & (pitch <= 127)).all()
        for same in [pitch == p for p in set(pitch.tolist())] if chords else [pitch > -1]:
            order = np.argsort(onset[same], kind="stable")
            starts, lasts = onset[same][order], length[same][order]
            assert (starts[1:] >= starts[:-1] + lasts[:-1]).all()


def test_tokens_of_a_bar_by_hand() -> None:
    """D major on two instruments: an eighth F sharp and a dotted half A over a whole D."""
    work = piece(
        part((0, 12, 66), (24, 72, 69)), part((0, 96, 50), program=42), key=Key(2, "major")
    )
    codec = EventCodec.of([work], genres=("irish", "chorale"))
    t = codec.tokens
    assert (t.places, t.lengths, t.low, t.high) == ((0, 24), (12, 72, 96), 48, 67)
    first, note = t.first, t.first["note"]
    actions, prompts = codec.encode(Pieces((work,)))
    assert actions.tolist() == [
        [
            first["place"], note + 64 - 48, first["length"], note + 20 + 48 - 48,
            first["length"] + 2, first["place"] + 1, note + 67 - 48, first["length"] + 1, END, 0, 0,
            0,
        ]
    ]  # fmt: skip
    assert prompts[0].condition == {
        "bars": 1, "metre": "4/4", "mode": "major", "key": "D", "pickup": 0, "programs": "73,42",
    }  # fmt: skip
    asked = Prompt(condition={**prompts[0].condition, "irish": 1, "chorale": 3})
    assert codec.prefix([asked]).tolist() == [
        [
            BEGIN, first["genre"] + 2, first["genre"] + STEPS + 1 + 6, first["mode"],
            first["metre"], first["family"] + 9, first["family"] + 5, BAR,
        ]
    ]  # fmt: skip


def test_a_key_is_heard_and_not_learned() -> None:
    tune = [(0, 24, 62), (24, 24, 66), (48, 48, 69)]
    low = piece(part(*tune), key=Key(2, "major"))
    high = piece(part(*[(o, d, p + 3) for o, d, p in tune]), key=Key(5, "major"))
    codec = EventCodec.of([low, high])
    actions, prompts = codec.encode(Pieces((low, high)))
    assert torch.equal(actions[0], actions[1])
    assert [p.condition["key"] for p in prompts] == ["D", "F"]


def test_bars_are_the_units() -> None:
    work = piece(part((0, 24, 60), (200, 24, 60)))
    codec = EventCodec.of([work])
    place = codec.place(codec.encode(Pieces((work,)))[0])
    assert place.tolist() == [[0, 0, 0, 1, 2, 2, 2, 2, 2, 2, 2, 2]]


def drums() -> Piece:
    return piece(replace(part((0, 24, 38)), percussion=True))


REFUSED = {
    "no notes": (piece(part()), "no notes"),
    "drums": (drums(), "drums"),
    "two metres": (
        replace(piece(part((0, 300, 60))), metres=(Metre(), Metre(96, 3, 4))),
        "metre changes",
    ),
    "all upbeat": (piece(part((0, 24, 60)), pickup=24), "upbeat"),
    "long upbeat": (piece(part((0, 24, 60), (100, 99, 60)), pickup=96), "upbeat"),
    "chord": (piece(part((0, 24, 60), (0, 24, 64))), "over one it still sounds"),
    "held over": (piece(part((0, 48, 60), (24, 24, 64))), "over one it still sounds"),
    "too high": (piece(part((0, 24, 72))), "pitch 72 in part 1"),
    "another place": (piece(part((7, 24, 60))), "place: there is no token for 7 ticks"),
    "another length": (piece(part((0, 25, 60))), "length: there is no token for 25 ticks"),
    "too many parts": (piece(part((0, 24, 60)), part((0, 24, 60))), "part 2"),
    "too long": (piece(*[part(*[(24 * n, 24, 60) for n in range(9)])]), "events; 9 are allowed"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_does_not_fit_is_refused_with_the_reason(name: str) -> None:
    tokens = EventTokens((), ("4/4",), (0, 24, 48, 72), (24, 48, 96, 99, 300), 60, 65, 1)
    work, reason = REFUSED[name]
    work = replace(work, provenance=Provenance(title="Air"))
    with pytest.raises(UnencodableError, match=reason) as refusal:
        EventCodec(tokens, longest=9).encode(Pieces((work,)))
    assert "Air" in str(refusal.value) or "note" in str(refusal.value)


@pytest.mark.parametrize(
    ("wish", "reason"),
    [
        ({"bars": 0}, "1 to 512"),
        ({"bars": 18}, "do not fit into 20 decisions"),
        ({"metre": "7/8"}, "7/8 is not one of 4/4, 3/4"),
        ({"metre": "waltz"}, "beats/unit"),
        ({"pickup": 96}, "do not fit before a bar"),
        ({"mode": "blues"}, "'blues'"),
        ({"programs": "flute"}, "General MIDI"),
        ({"programs": "1,2,3,4"}, "at most 3 parts"),
        ({"a": 0.0, "b": 0.0}, "cannot be blended"),
        ({"a": -1.0, "b": 2.0}, "cannot be blended"),
    ],
)
def test_wishes_that_mean_nothing_are_refused(wish: dict[str, Any], reason: str) -> None:
    codec, asked = EventCodec(tokens_for(False), longest=20), [Prompt(condition=wish)]
    with pytest.raises(UnencodableError, match=reason):
        codec.prefix(asked), codec.legality(asked)


def test_genres_not_spoken_of_weigh_nothing_and_all_the_same_where_none_is() -> None:
    codec = EventCodec(tokens_for(False))
    assert codec.weights(Prompt()) == [0.5, 0.5]
    assert codec.weights(Prompt(condition={"b": 0.3})) == [0, 1]
    assert codec.weights(Prompt(condition={"a": 2, "b": 6})) == [0.25, 0.75]


def test_tables_begin_with_the_bar_line_before_the_upbeat() -> None:
    table, frame = table_of(piece(part((0, 24, 67), (24, 96, 72)), pickup=24))
    assert table.tolist() == [[72, 0, 67, 24], [96, 0, 72, 96]]
    assert (frame.bars, frame.lead, frame.end) == (2, 72, 192)
