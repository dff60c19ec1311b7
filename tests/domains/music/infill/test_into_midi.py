"""Splicing MIDI, judged by mido: what was read before and after must agree outside the hole."""

import io

import mido
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mido import Message, MetaMessage

from makar.domains.music.infill.asked.parts import choose_part
from makar.domains.music.infill.errors import HoleError
from makar.domains.music.infill.hole import Fill, find_hole
from makar.domains.music.infill.into_midi import open_midi
from makar.domains.music.infill.line import clear_of
from makar.domains.music.infill.view import view
from makar.domains.music.midi.write import midi_bytes
from makar.domains.music.piece.piece import Part, Piece

QUARTER = 480
BAR = 4 * QUARTER
NO_NOTES = np.zeros((0, 4), np.int64)


def band(*, form=1, division=QUARTER, bars=8):
    """Violin, bass and drums of eight bars, with everything else a sequencer may write."""
    scale = division / QUARTER
    timed = {"conductor": [], "violin": [], "bass": [], "drums": []}

    def put(track, quarter, message):
        timed[track].append((round(quarter * QUARTER * scale), message))

    put("conductor", 0, MetaMessage("track_name", name="Etude"))
    put("conductor", 0, MetaMessage("time_signature", numerator=4, denominator=4))
    put("conductor", 0, MetaMessage("key_signature", key="G"))
    put("conductor", 0, MetaMessage("set_tempo", tempo=500_000))
    put("conductor", 17.5, MetaMessage("set_tempo", tempo=400_000))
    put("violin", 0, MetaMessage("track_name", name="Violin"))
    put("violin", 0, Message("program_change", channel=0, program=40))
    put("violin", 0, Message("control_change", channel=0, control=7, value=90))
    put("violin", 18, Message("pitchwheel", channel=0, pitch=512))
    put("violin", 18, MetaMessage("lyrics", text="la"))
    put("violin", 19, Message("sysex", data=(1, 2, 3)))
    put("bass", 0, MetaMessage("track_name", name="Bass"))
    put("drums", 0, MetaMessage("track_name", name="Drums"))
    for bar in range(bars):
        for beat in range(4):
            at, pitch = 4 * bar + beat, 67 + [0, 2, 4, 5][(bar + beat) % 4]
            put("violin", at, Message("note_on", channel=0, note=pitch, velocity=70 + beat))
            put("violin", at + 1, Message("note_off", channel=0, note=pitch, velocity=33))
            put("drums", at, Message("note_on", channel=9, note=42, velocity=50))
            put("drums", at + 0.25, Message("note_on", channel=9, note=42, velocity=0))
        put("bass", 4 * bar, Message("note_on", channel=1, note=43, velocity=60))
        put("bass", 4 * bar + 4, Message("note_off", channel=1, note=43, velocity=0))
    file = mido.MidiFile(type=form, ticks_per_beat=division)
    groups = [list(timed)] if form == 0 else [[name] for name in timed]
    for group in groups:
        track, last = mido.MidiTrack(), 0
        events = [event for name in group for event in timed[name]]
        for tick, message in sorted(events, key=lambda e: e[0]):
            track.append(message.copy(time=tick - last))
            last = tick
        file.tracks.append(track)
    out = io.BytesIO()
    file.save(file=out)
    return out.getvalue()


def messages(data):
    """(track, tick, message without time) of every message, in order."""
    found = []
    for number, track in enumerate(mido.MidiFile(file=io.BytesIO(data)).tracks):
        tick = 0
        for message in track:
            tick += message.time
            found.append((number, tick, message.copy(time=0)))
    return found


def filled(data, span, rows):
    score = open_midi(data, "band.mid")
    part = choose_part(score.piece, None, path="band.mid")
    hole = find_hole(score.piece, score.bars, part, span, path="band.mid")
    seen = view(score.piece, score.bars, hole, path="band.mid")
    return score.spliced([Fill(hole, np.array(rows).reshape(-1, 4), seen.kept)])


MADE = [(4 * 96, 24, 80, 77), (4 * 96 + 30, 12, 81, 77), (6 * 96 - 24, 24, 79, 77)]


@pytest.mark.parametrize(("form", "division"), [(1, 480), (0, 480), (1, 96), (1, 120)])
def test_every_message_outside_the_hole_is_the_same(form, division):
    data = band(form=form, division=division)
    before, after = messages(data), messages(filled(data, (5, 6), MADE))
    start, end = 16 * division, 24 * division

    def is_ours(tick, m):
        return m.type in ("note_on", "note_off") and m.channel == 0 and start <= tick <= end

    old = [x for x in before if not is_ours(*x[1:])]
    new = [x for x in after if not is_ours(*x[1:])]
    assert old == new
    sounding = [(t * 480 // division, m.note, m.velocity) for _, t, m in after
                if is_ours(t, m) and m.type == "note_on" and m.velocity and t < end]  # fmt: skip
    assert sounding == [(7680, 80, 77), (8280, 81, 77), (11040, 79, 77)]


def test_a_pitch_that_is_struck_again_ends_before_it_begins():
    last = (6 * 96 - 48, 48, 67 + 4, 77)  # bar 7 begins with the same pitch
    rows = [(4 * 96, 24, 80, 77), (4 * 96 + 24, 24, 80, 77), last]
    after = messages(filled(band(), (5, 6), rows))
    for tick, pitch in ((16 * QUARTER + QUARTER, 80), (24 * QUARTER, 71)):
        kinds = [m.type for _, t, m in after if t == tick and getattr(m, "note", 0) == pitch]
        assert kinds == ["note_off", "note_on"]


def test_other_tracks_and_the_header_are_the_same_bytes():
    data = band()
    out = filled(data, (5, 6), MADE)
    for name in (b"Etude", b"Bass", b"Drums"):
        place = data.index(name)
        start = data.rindex(b"MTrk", 0, place)
        size = 8 + int.from_bytes(data[start + 4 : start + 8], "big")
        assert data[start : start + size] in out
    assert out[:14] == data[:14]


def test_a_note_that_sounds_over_a_bar_line_belongs_to_where_it_begins():
    on, off = Message("note_on", note=72, velocity=64), Message("note_off", note=72)
    track = mido.MidiTrack(
        [
            MetaMessage("time_signature", numerator=4, denominator=4),
            on.copy(time=BAR - QUARTER),  # from bar 1 into bar 2
            off.copy(time=2 * QUARTER),
            on.copy(note=74, time=QUARTER), off.copy(note=74, time=QUARTER),  # within
            on.copy(note=76, time=0), off.copy(note=76, time=2 * QUARTER),  # into bar 3
            on.copy(note=77, time=0), off.copy(note=77, time=BAR - QUARTER),
        ]
    )  # fmt: skip
    file, out = mido.MidiFile(type=0, ticks_per_beat=QUARTER, tracks=[track]), io.BytesIO()
    file.save(file=out)
    score = open_midi(out.getvalue(), "x.mid")
    hole = find_hole(score.piece, score.bars, 0, (2, 2), path="x.mid")
    seen = view(score.piece, score.bars, hole, path="x.mid")
    assert seen.kept[:, 2].tolist() == [72]
    made = seen.notes(np.array([1] * 4 + [25] + [1] * 11))  # a note to the end of the bar
    result = score.spliced([Fill(hole, made, seen.kept)])
    struck = [(t, m.note) for _, t, m in messages(result) if m.type == "note_on" and m.velocity]
    assert [n for _, n in struck] == [72, int(made[0, 2]), 77]
    ended = {m.note: t for _, t, m in messages(result) if m.type == "note_off"}
    assert ended[72] == BAR + QUARTER
    assert ended[int(made[0, 2])] == 2 * BAR
    assert 76 not in ended  # its whole length is gone


def test_going_on_after_the_end_moves_only_the_end_of_the_track():
    from makar.domains.music.infill.hole import Hole, beyond

    data = band()
    score = open_midi(data, "x.mid")
    hole = Hole(0, beyond(score.bars, 2))
    rows = np.array([(hole.start, 96, 70, 64), (hole.start + 96, 96, 72, 64)])
    before, after = messages(data), messages(score.spliced([Fill(hole, rows, NO_NOTES)]))
    made = [x for x in after if x[0] == 1 and x[1] >= 8 * BAR and x[2].type == "note_on"]
    assert [(t, m.note) for _, t, m in made] == [(8 * BAR, 70), (9 * BAR, 72)]
    ends = [(t, m.note) for n, t, m in after if n == 1 and m.type == "note_off" and t > 8 * BAR]
    assert ends == [(9 * BAR, 70), (10 * BAR, 72)]
    old = [x for x in before if x[2].type != "end_of_track"]
    new = [x for x in after if x[2].type != "end_of_track" and x[:2] not in
           [(1, 9 * BAR), (1, 10 * BAR)] and x not in made]  # fmt: skip
    assert old == new
    assert [t for n, t, m in after if n == 1 and m.type == "end_of_track"] == [10 * BAR]
    assert [t for n, t, m in after if n == 2 and m.type == "end_of_track"] == [8 * BAR]


@given(st.data())
def test_whatever_is_put_in_is_what_is_read_back(data):
    notes = data.draw(
        st.lists(st.tuples(st.integers(0, 31), st.integers(1, 8), st.integers(40, 90)), max_size=20)
    )
    rows = sorted({on: (384 + on * 6, length * 6, p, 80) for on, length, p in notes}.values())
    line = [
        (a[0], min(a[1], (b[0] if b else 576) - a[0]), *a[2:])
        for a, b in zip(rows, [*rows[1:], None], strict=False)
    ]
    result = open_midi(filled(band(), (5, 6), line), "x.mid").piece
    violin = result.parts[0].notes
    inside = violin[(violin[:, 0] >= 384) & (violin[:, 0] < 576)]
    assert inside.tolist() == [list(row) for row in line]
    assert len(violin) == 24 + len(line)


def test_our_own_files_keep_their_marks():
    notes = np.array([(n * 24, 24, 60 + n % 5, 80) for n in range(16)])
    piece = Piece(parts=(Part(notes, "A"), Part(notes, "B")), pickup=24)
    score = open_midi(midi_bytes(piece), "x.mid")
    assert len(score.seats) == 2
    assert score.piece.pickup == 24
    assert score.bars[0].number == 0


def test_several_pieces_in_one_file_are_refused():
    data = bytearray(band())
    data[9] = 2
    with pytest.raises(HoleError, match="Save one by itself"):
        open_midi(bytes(data), "x.mid")


def chords():
    """A pianist's eight bars: chords of three, a run under a held note, words, on one channel."""
    track = mido.MidiTrack([MetaMessage("time_signature", numerator=4, denominator=4)])
    timed = []
    for bar in range(8):
        timed.append((bar * BAR, MetaMessage("lyrics", text=f"la{bar}")))
        for half in range(2):
            at = bar * BAR + half * 2 * QUARTER
            for pitch in (48, 55, 64 + (bar + half) % 5):
                length = 2 * QUARTER if pitch > 60 else QUARTER
                timed += [
                    (at, Message("note_on", note=pitch, velocity=pitch)),
                    (at + length, Message("note_off", note=pitch, velocity=11)),
                ]
        timed += [
            (bar * BAR + QUARTER, Message("note_on", note=60, velocity=40)),
            (bar * BAR + 2 * QUARTER, Message("note_off", note=60)),
        ]
    last = 0
    for tick, message in sorted(timed, key=lambda e: (e[0], e[1].type == "note_on")):
        track.append(message.copy(time=tick - last))
        last = tick
    file, out = mido.MidiFile(type=0, ticks_per_beat=QUARTER, tracks=[track]), io.BytesIO()
    file.save(file=out)
    return out.getvalue()


@pytest.mark.parametrize("which", ["top", "bottom"])
def test_a_line_of_chords_is_replaced_and_every_other_message_stays(which):
    data = chords()
    score, part = open_midi(data, "x.mid").chosen(None, None, which)
    hole = find_hole(score.piece, score.bars, part, (3, 4), path="x", line=True)
    seen = view(score.piece, score.bars, hole, path="x")
    rows = np.array([(192, 96, 90, 80), (288, 48, 91, 80), (336, 48, 92, 80)])
    before, after = messages(data), messages(score.spliced([Fill(hole, rows, seen.kept)]))
    line = score.piece.parts[part].notes
    gone = {(int(o) * 20, int(p)) for o, _, p, _ in line.tolist() if 192 <= o < 384}
    ends = {(o + (2 if which == "top" else 1) * QUARTER, p) for o, p in gone}

    def others(found):
        return [
            (t, m) for _, t, m in found
            if getattr(m, "note", 0) < 90
            and not (m.type == "note_on" and (t, m.note) in gone)
            and not (m.type == "note_off" and (t, m.note) in ends)
        ]  # fmt: skip

    assert others(before) == others(after)
    assert len(gone) == (4 if which == "top" else 6)
    struck = [(t, m.note) for _, t, m in after if m.type == "note_on" and m.note >= 90]
    assert struck == [(2 * BAR, 90), (3 * BAR, 91), (3 * BAR + 2 * QUARTER, 92)]


def test_varied_notes_keep_their_length_loudness_and_words():
    data = chords()
    score, part = open_midi(data, "x.mid").chosen(None, None, "top")
    hole = find_hole(score.piece, score.bars, part, (3, 4), path="x", line=True)
    seen = view(score.piece, score.bars, hole, path="x")
    made = seen.inside.copy()
    made[:, 2] += 20
    out = score.spliced([Fill(hole, made, seen.kept, seen.inside)])
    before, after = messages(data), messages(out)
    assert len(before) == len(after)
    changed = [(a[2], b[2]) for a, b in zip(before, after, strict=True) if a != b]
    assert [a.copy(note=a.note + 20) for a, _ in changed] == [b for _, b in changed]
    assert len(changed) == 8


def test_a_made_note_does_not_cut_one_of_the_same_pitch_that_is_played_beside_it():
    made = np.array([(0, 24, 60, 80), (24, 24, 60, 80), (48, 24, 62, 80)])
    beside = np.array([(12, 24, 60, 80)])
    assert clear_of(made, beside, None)[:, :3].tolist() == [[0, 12, 60], [48, 24, 62]]
    was = made + np.array([0, 0, 5, 0])
    assert clear_of(made, beside, was)[:, 2].tolist() == [65, 65, 62]


def test_midi_has_no_voices():
    with pytest.raises(HoleError, match=r"has no voices.*--line top"):
        open_midi(chords(), "x.mid").chosen(None, "1", None)
