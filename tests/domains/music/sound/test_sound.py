import base64
import io

import numpy as np
import pytest
import soundfile

from makar.domains.music.piece.piece import Part, Piece, Tempo
from makar.domains.music.sound import fluidsynth, sound
from makar.domains.music.sound.drums import KIT, strike
from makar.domains.music.sound.ogg import with_fixed_serial
from makar.domains.music.sound.sound import (
    audio_data_uri,
    duration,
    render,
    seconds_at,
    write_audio,
)
from makar.domains.music.sound.synth import TAIL

RATE = 44_100
STEADY = (Tempo(),)
FAMILIES = (0, 4, 9, 16, 21, 24, 33, 40, 46, 48, 52, 56, 65, 71, 73, 81, 89)


def piece_of(*notes, program=0, percussion=False, tempos=STEADY):
    rows = np.array(notes, np.int64).reshape(-1, 4)
    return Piece((Part(rows, "Melody", program, percussion),), tempos=tempos)


def tune(program, notes=40, step=24):
    pitches = (62, 64, 66, 67, 69, 71, 73, 74)
    return piece_of(*([i * step, step, pitches[i % 8], 88] for i in range(notes)), program=program)


def cents_off(samples, hertz):
    """How far the spectrum's highest peak is from ``hertz``, by a parabola through its top."""
    mono = samples.mean(axis=1) * np.hanning(len(samples))
    size = 1 << 18
    spectrum = np.abs(np.fft.rfft(mono, size))
    k = int(spectrum.argmax())
    low, top, high = np.log(spectrum[k - 1 : k + 2])
    found = (k + 0.5 * (low - high) / (low - 2 * top + high)) * RATE / size
    return 1200 * np.log2(found / hertz)


@pytest.mark.parametrize("program", FAMILIES)
@pytest.mark.parametrize(("pitch", "hertz"), [(45, 110.0), (93, 1760.0)])
def test_a_note_sounds_at_its_frequency(program, pitch, hertz):
    samples = render(piece_of([0, 96, pitch, 100], program=program))
    assert abs(cents_off(samples[: 2 * RATE], hertz)) < 8  # a chorus reads as one of its copies


@pytest.mark.parametrize("program", [0, 73])
def test_a_note_without_a_chorus_is_within_two_cents(program):
    samples = render(piece_of([0, 96, 69, 100], program=program))
    assert abs(cents_off(samples[: 2 * RATE], 440.0)) < 2


@pytest.mark.parametrize("program", FAMILIES)
def test_no_clipping_no_offset_no_clicks(program):
    samples = render(tune(program, notes=12, step=7))
    assert samples.dtype == np.float32
    assert samples.shape[1] == 2
    assert np.abs(samples).max() == pytest.approx(10 ** (-1 / 20), rel=1e-4)
    assert np.abs(samples.mean(axis=0)).max() < 1e-4
    # The steepest slope of the music itself: one partial of amplitude a at f Hz moves by
    # 2 pi a f / rate a sample. The steps where notes start and end are no larger than inside.
    step = np.abs(np.diff(samples, axis=0)).max(axis=1)
    edges = np.round(np.arange(13) * 7 / 48 * RATE).astype(int)
    near = np.zeros(len(step), bool)
    for edge in edges:
        near[max(edge - 3, 0) : edge + 40] = True  # the first millisecond
    assert step[near].max() < 1.05 * step[~near].max()


def test_the_samples_begin_and_end_in_silence():
    samples = render(tune(16, notes=4))
    assert np.abs(samples[:3]).max() < 1e-3
    assert np.abs(samples[-1]).max() < 1e-6


@pytest.mark.parametrize("program", FAMILIES)
@pytest.mark.parametrize("pitch", [0, 60, 127])
def test_no_silence_where_a_note_sounds(program, pitch):
    samples = render(piece_of([0, 24, pitch, 100], program=program), rate=32_000)
    assert np.sqrt((samples[:3200] ** 2).mean()) > 0.01


def test_onsets_are_where_the_score_has_them():
    notes = ([24 * i, 6, 60 + i, 100] for i in range(0, 8, 2))
    samples = render(piece_of(*notes, program=12))
    level = np.sqrt(np.convolve((samples**2).sum(axis=1), np.ones(88) / 88, "same"))
    for second in (0.0, 1.0, 2.0, 3.0):
        at = round(second * RATE)
        before = level[at - 441 - 88 : at - 441].mean() if at else 0.0
        assert level[at + 220 : at + 661].mean() > 5 * before + 0.01


def test_the_tempo_map_is_honoured():
    tempos = (Tempo(0, 120.0), Tempo(48, 60.0), Tempo(96, 240.0))
    piece = piece_of([0, 144, 60, 100], tempos=tempos)
    # Two quarters at half a second, two at one, two at a quarter.
    assert seconds_at(piece, np.array([0, 24, 48, 72, 96, 144])) == pytest.approx(
        [0, 0.5, 1, 2, 3, 3.5]
    )
    assert duration(piece) == pytest.approx(3.5)
    assert len(render(piece)) == round((3.5 + TAIL) * RATE)


def test_a_first_tempo_mark_that_comes_late_holds_from_the_start():
    piece = piece_of([0, 96, 60, 100], tempos=(Tempo(48, 60.0),))
    assert duration(piece) == pytest.approx(4.0)


def test_the_same_piece_gives_the_same_samples_and_the_same_bytes(tmp_path):
    piece = tune(73, notes=4)
    assert np.array_equal(render(piece), render(piece))
    assert audio_data_uri(piece) == audio_data_uri(piece)
    for name in ("a.ogg", "b.ogg"):
        write_audio(piece, tmp_path / name)
    assert (tmp_path / "a.ogg").read_bytes() == (tmp_path / "b.ogg").read_bytes()


def test_louder_notes_are_louder():
    piece = piece_of([0, 12, 60, 120], [48, 12, 60, 40])
    samples = render(piece)
    loud, soft = (np.abs(samples[at : at + 8000]).max() for at in (0, RATE))
    assert 2 < loud / soft < 20


def test_two_parts_come_from_two_sides():
    left = Part(np.array([[0, 24, 60, 90]]), "One", 71)
    right = Part(np.array([[48, 24, 60, 90]]), "Two", 71)
    samples = render(Piece((left, right)))
    first, second = (samples[at : at + RATE // 2] ** 2 for at in (0, RATE))
    assert first[:, 0].sum() > 1.5 * first[:, 1].sum()
    assert second[:, 1].sum() > 1.5 * second[:, 0].sum()


@pytest.mark.parametrize("pitch", [*KIT, 0, 34, 87, 127])
def test_every_drum_sounds_and_ends_in_silence(pitch):
    stroke = strike(pitch, RATE)
    assert 0.05 < np.abs(stroke).max() < 1.5
    assert stroke[0] == 0
    assert stroke[-1] == 0


def test_hardly_anything_folds_back_at_a_high_pitch():
    # Pitch 120 is 8372 Hz: its third harmonic would fold to 18984 Hz, its fourth to 10612 Hz.
    samples = render(piece_of([0, 96, 120, 127], program=80))[: 2 * RATE].mean(axis=1)
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples)))) / len(samples)
    hertz = np.fft.rfftfreq(len(samples), 1 / RATE)
    for folded in (2 * 8372.02, RATE - 3 * 8372.02, RATE - 4 * 8372.02):
        if abs(folded - 16744.04) < 1:
            continue  # a true harmonic below the band's edge
        near = np.abs(hertz - folded) < 50
        assert spectrum[near].max() < 1e-3 * spectrum.max()


def test_bad_and_odd_pieces(monkeypatch):
    empty = render(Piece(()))
    assert len(empty) == round(TAIL * RATE)
    assert not empty.any()
    assert not render(piece_of()).any()
    assert render(piece_of([0, 12, 36, 90], percussion=True)).any()
    crowd = Part(np.array([[0, 24, 60, 127]]), "One", 80)
    many = render(Piece((crowd,) * 200))
    assert np.abs(many).max() == pytest.approx(10 ** (-1 / 20), rel=1e-4)
    assert render(piece_of([0, 1, 60, 1])).any()
    with pytest.raises(ValueError, match=r"lasts 31 minutes and at most 30"):
        render(piece_of([0, 24 * 120 * 31, 60, 90]))
    with pytest.raises(ValueError, match=r"tempo 0\.0 at tick 0"):
        render(piece_of([0, 24, 60, 90], tempos=(Tempo(0, 0.0),)))
    with pytest.raises(ValueError, match="rate 8000"):
        render(piece_of([0, 24, 60, 90]), rate=8000)


@pytest.mark.parametrize(("name", "form"), [("a.wav", "WAV"), ("a.ogg", "OGG"), ("a.OGG", "OGG")])
def test_files_are_read_back_by_soundfile(tmp_path, name, form):
    piece = tune(0, notes=4)
    write_audio(piece, tmp_path / name)
    info = soundfile.info(tmp_path / name)
    assert (info.format, info.samplerate, info.channels) == (form, RATE, 2)
    assert info.duration == pytest.approx(2 + TAIL, abs=0.01)
    samples, _ = soundfile.read(tmp_path / name)
    assert 0.8 < np.abs(samples).max() < 1


def test_other_endings_are_refused(tmp_path):
    with pytest.raises(ValueError, match=r"a\.mp3: audio is written as \.wav or \.ogg"):
        write_audio(tune(0, notes=1), tmp_path / "a.mp3")


@pytest.mark.parametrize("program", [0, 48, 73])
def test_twenty_seconds_fit_into_a_page(program):
    piece = tune(program)
    assert duration(piece) == pytest.approx(20)
    uri = audio_data_uri(piece)
    assert len(uri) <= 120_000
    head, data = uri.split(",")
    assert head == "data:audio/ogg;base64"
    samples, rate = soundfile.read(io.BytesIO(base64.b64decode(data)))
    assert samples.ndim == 1
    assert len(samples) / rate == pytest.approx(20 + TAIL, abs=0.01)
    assert 0.3 < np.abs(samples).max() < 1


def test_a_broken_ogg_is_refused():
    with pytest.raises(ValueError, match="no Ogg page at byte 0"):
        with_fixed_serial(b"RIFF" * 10)
    with pytest.raises(ValueError, match="cut off"):
        with_fixed_serial(b"OggS" + bytes(22) + bytes([1, 200]))


def test_without_fluidsynth_it_says_what_to_install(monkeypatch):
    monkeypatch.setattr(fluidsynth.shutil, "which", lambda _: None)
    assert not fluidsynth.is_installed()
    with pytest.raises(fluidsynth.NotInstalledError, match="apt install fluidsynth"):
        render(tune(0, notes=1), player="fluidsynth")


@pytest.mark.opener
@pytest.mark.skipif(not fluidsynth.is_installed(), reason="needs FluidSynth and a soundfont")
def test_fluidsynth_plays_the_same_notes_at_the_same_time():
    piece = piece_of([0, 12, 69, 100], [48, 24, 69, 100], program=73)
    theirs, ours = render(piece, player="fluidsynth"), render(piece)
    assert theirs.shape == ours.shape
    assert np.abs(theirs).max() == pytest.approx(10 ** (-1 / 20), rel=1e-3)
    assert abs(cents_off(theirs[RATE : RATE * 3 // 2], 440.0)) < 15
    level = [np.abs(theirs[at : at + 4410]).max() for at in (RATE - 6000, RATE + 2000)]
    assert level[1] > 3 * level[0]


def test_a_longer_limit_is_one_number(monkeypatch):
    monkeypatch.setattr(sound, "LONGEST_MINUTES", 0.01)
    with pytest.raises(ValueError, match=r"at most 0\.01"):
        render(tune(0))
