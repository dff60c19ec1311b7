"""Variations of a piece end to end, with a model that has learned nothing yet."""

import json
import os
import shutil
from pathlib import Path

import mido
import numpy as np
import pytest
import torch

from commands import invoke
from makar.core.errors import ConfigError
from makar.core.seeds import Seeds
from makar.domains.music.abc.format import read_abc_file, write_abc
from makar.domains.music.continuing import model as infill_model
from makar.domains.music.continuing.choice import (
    _pick,
    make_variations,
    ranked,
    reach_of,
    unlike,
)
from makar.domains.music.continuing.files import PAGE, RECORD, deliver
from makar.domains.music.continuing.model import Infiller, score_names
from makar.domains.music.continuing.task import open_task
from makar.domains.music.continuing.writing import write_candidates
from makar.domains.music.corpus.tunes import load_corpus
from makar.domains.music.files import read_pieces, write_piece
from makar.domains.music.infill.codec import LONGEST, PREFIX, InfillCodec
from makar.domains.music.infill.errors import HoleError
from makar.domains.music.melody.grid import FIRST_PITCH_TOKEN, MelodyGrid, MelodyGrids
from makar.domains.music.piece.piece import Key, Metre, Part, Piece
from makar.domains.music.piece.register import Register
from makar.domains.music.rewards.catalogue import build, fit_bands
from makar.domains.music.rewards.novelty import CopyIndex
from makar.measures.statistics import quantile_band
from makar.models.recurrent import Recurrent, RecurrentConfig
from makar.models.token_policy import TokenPolicy
from makar.runs.entry import content_id


def phrase(number):
    draw = np.random.default_rng(number)
    tokens = np.ones(128, np.int8)
    tokens[::2] = draw.integers(12, 28, 64)
    return MelodyGrid(tokens, Metre(), Key())


@pytest.fixture(scope="module")
def infiller():
    torch.manual_seed(0)
    codec = InfillCodec()
    net = Recurrent(
        RecurrentConfig(vocabulary=codec.vocabulary, width=16, context=PREFIX + LONGEST)
    )
    known = MelodyGrids.stack([phrase(n) for n in range(60)])
    bands = fit_bands(build(score_names(), known.melodies), known.melodies)
    return Infiller(TokenPolicy(net, codec), CopyIndex.of(known.melodies), 10.0, bands)


@pytest.fixture
def theme(tmp_path):
    """Twelve bars of a violin over a bass, as a MIDI file."""
    violin = np.array([(n * 24, 24, 67 + [0, 4, 7, 5, 2][n % 5], 80) for n in range(48)])
    bass = np.array([(n * 96, 96, 43 + n % 3, 70) for n in range(12)])
    path = tmp_path / "theme.mid"
    write_piece(Piece((Part(violin, "Violin", 40), Part(bass, "Bass", 43))), path)
    return path


def test_eight_middles_all_different_and_nothing_else_changed(theme, infiller):
    task = open_task(theme, keep="1-4,9-12", parts="violin")
    assert [(h.first, h.last) for h in task.holes] == [(5, 8)]
    choice = make_variations(task, infiller, count=8, seed=1)
    assert [one.score > 0 for one in choice.chosen] == [
        all(55 <= pitch <= 100 for _, pitch in one.candidate.notes) for one in choice.chosen
    ]
    delivery = deliver(task, choice, out=None, seed=1, asked=8)
    files = sorted(delivery.folder.glob("*.mid"))
    assert len(files) == 8
    assert len({f.read_bytes() for f in files}) == 8
    original = messages(theme)
    for file in files:
        assert messages(file) == original
        piece = read_pieces(file)[0]
        assert np.array_equal(piece.parts[1].notes, task.piece.parts[1].notes)
        inside = piece.parts[0].notes
        assert ((inside[:, 0] >= 384) & (inside[:, 0] < 768)).any()


def messages(path):
    """Every message but the violin's notes in bars 5 to 8, with its time."""
    found = []
    for number, track in enumerate(mido.MidiFile(path).tracks):
        tick = 0
        for m in track:
            tick += m.time
            ours = number == 1 and m.type in ("note_on", "note_off") and 7680 <= tick <= 15360
            if not ours:
                found.append((number, tick, m.copy(time=0)))
    return found


def test_the_same_seed_gives_the_same_files_and_another_does_not(theme, infiller, tmp_path):
    task = open_task(theme, keep="1-4,9-12")
    ids = []
    for folder, seed in (("a", 1), ("b", 1), ("c", 2)):
        choice = make_variations(task, infiller, count=3, seed=seed)
        made = deliver(task, choice, out=tmp_path / folder, seed=seed, asked=3)
        ids.append([one.id for one in made.variations])
        assert [content_id(one.path.read_bytes()) for one in made.variations] == ids[-1]
    assert ids[0] == ids[1] != ids[2]


def test_a_file_whose_name_is_no_text_is_gone_on_with(theme, infiller, tmp_path):
    task = open_task(theme.rename(tmp_path / os.fsdecode(b"th\xe8me.mid")), keep="1-4,9-12")
    choice = make_variations(task, infiller, count=1, seed=1)
    made = deliver(task, choice, out=tmp_path / "made", seed=1, asked=1)
    assert "th\\udce8me.mid" in (made.folder / RECORD).read_text()
    assert "th" in made.page.read_text()


def test_the_first_candidates_do_not_depend_on_how_many_are_asked_for(theme, infiller):
    task = open_task(theme, keep="1-4,9-12")
    few, many = (write_candidates(task, infiller.policy, count=n, seeds=Seeds(1)) for n in (5, 70))
    assert [c.notes for c in few] == [c.notes for c in many[:5]]


def test_nothing_is_overwritten(theme, infiller, tmp_path):
    task = open_task(theme, keep="1-4,9-12")
    choice = make_variations(task, infiller, count=1, seed=1)
    folders = [deliver(task, choice, out=None, seed=1, asked=1).folder.name for _ in range(3)]
    assert folders == ["theme-variations", "theme-variations-2", "theme-variations-3"]
    (tmp_path / "there").mkdir()
    with pytest.raises(FileExistsError, match="name another"):
        deliver(task, choice, out=tmp_path / "there", seed=1, asked=1)
    with pytest.raises(ConfigError, match="make it first"):
        deliver(task, choice, out=tmp_path / "no" / "such", seed=1, asked=1)


def test_what_the_instrument_cannot_play_scores_nothing_and_comes_last(theme, infiller):
    task = open_task(theme, keep="1-4,9-12", parts="violin")
    assert (reach_of(task).low, reach_of(task).high) == (55, 100)
    bass = open_task(theme, keep="1-4,9-12", parts="bass")
    assert (reach_of(bass).low, reach_of(bass).high) == (28, 67)
    made = write_candidates(task, infiller.policy, count=64, seeds=Seeds(1))
    heard = {id(c): [pitch for _, pitch in c.notes] for c in made}
    whole = Register(min(map(min, heard.values())), max(map(max, heard.values())))
    free = {id(c.candidate): c.score for c in ranked(made, infiller, reach=whole)}
    assert min(free.values()) > 0
    cut = max(min(pitches) for pitches in heard.values())
    chosen = ranked(made, infiller, reach=Register(cut, 127))
    fits = [min(heard[id(one.candidate)]) >= cut for one in chosen]
    assert 0 < sum(fits) < 64
    assert fits == sorted(fits, reverse=True)
    for one, fit in zip(chosen, fits, strict=True):
        low = [pitch < cut for pitch in heard[id(one.candidate)]]
        assert one.score == (free[id(one.candidate)] if fit else 0)
        assert one.parts["register"] == pytest.approx(1 - sum(low) / len(low), abs=0.05)


def test_near_copies_and_twins_are_left_out(theme, infiller):
    task = open_task(theme, keep="1-4,9-12")
    made = write_candidates(task, infiller.policy, count=64, seeds=Seeds(1, 0))
    thief = Infiller(
        infiller.policy,
        CopyIndex.of(MelodyGrids.stack([c.middles[0].grid for c in made]).melodies),
        3.0,
        infiller.quantiles,
    )
    choice = make_variations(task, thief, count=2, seed=1)
    assert choice.left_out["near copies of a tune learned from"] >= 60
    assert all(one.shared <= 3 for one in choice.chosen)


def test_the_best_unlike_ones_are_picked(theme, infiller):
    task = open_task(theme, keep="1-4,9-12")
    pool = ranked(write_candidates(task, infiller.policy, count=64, seeds=Seeds(3)), infiller)
    assert [one.score for one in pool] == sorted((one.score for one in pool), reverse=True)
    twins = [pool[0], *pool[:1] * 3, *pool[1:9]]
    picked = _pick(twins, 4)
    assert picked[0] is pool[0]
    notes = [one.candidate.notes for one in picked]
    assert all(unlike(a, b) > 0 for n, a in enumerate(notes) for b in notes[:n])
    assert unlike(frozenset({(0, 60), (6, 62)}), frozenset({(0, 60), (6, 64)})) == 2 / 3


def test_varying_keeps_the_rhythm_and_at_least_half_of_the_notes(theme, infiller):
    task = open_task(theme, vary="5-8", parts="1")
    choice = make_variations(task, infiller, count=4, seed=1)
    was = task.piece.parts[0].notes
    was = was[(was[:, 0] >= 384) & (was[:, 0] < 768)]
    for one in choice.chosen:
        made = one.candidate.fills[0].made
        assert np.array_equal(made[:, :2], was[:, :2])
        assert 0.5 <= (made[:, 2] == was[:, 2]).mean() < 1


def test_going_on_after_the_end(theme, infiller):
    task = open_task(theme, bars=6, parts="violin")
    assert [(h.first, h.last) for h in task.holes] == [(13, 18)]
    one = make_variations(task, infiller, count=1, seed=1).chosen[0]
    piece = task.filled(one.candidate.fills)
    assert np.array_equal(piece.parts[0].notes[:48], task.piece.parts[0].notes)
    assert len(piece.parts[0].notes) > 48
    assert piece.end <= 18 * 96


def test_two_holes_are_both_filled_and_the_second_hears_the_first(theme, infiller):
    task = open_task(theme, keep="1-4,7-8,11-12")
    assert [(h.first, h.last) for h in task.holes] == [(5, 6), (9, 10)]
    made = write_candidates(task, infiller.policy, count=2, seeds=Seeds(1))
    for candidate in made:
        assert [f.hole.first for f in candidate.fills] == [5, 9]
        first = candidate.middles[0].grid.tokens.astype(np.uint8).tobytes()
        assert candidate.middles[1].around.before.startswith(first[:1])
        assert len(candidate.middles[1].around.before) == 64
    assert made[0].middles[1].around.before != made[1].middles[1].around.before


def test_a_long_hole_is_made_four_bars_at_a_time(theme, infiller):
    task = open_task(theme, keep="1-2")
    made = write_candidates(task, infiller.policy, count=1, seeds=Seeds(1))[0]
    assert len(made.middles[0].grid.tokens) == 160
    assert (made.middles[0].grid.tokens >= FIRST_PITCH_TOKEN).any()


@pytest.mark.parametrize("suffix", [".musicxml", ".abc"])
def test_scores_and_abc_are_worked_on_too(suffix, tmp_path, infiller):
    notes = np.array([(n * 24, 24, 67 + [0, 4, 7, 5, 2][n % 5], 80) for n in range(48)])
    path = tmp_path / f"theme{suffix}"
    write = write_abc if suffix == ".abc" else write_piece
    write(Piece((Part(notes),)), path)
    task = open_task(path, keep="1-4,9-12")
    one = make_variations(task, infiller, count=1, seed=1)
    made = deliver(task, one, out=None, seed=1, asked=1).variations[0]
    read = read_abc_file if suffix == ".abc" else read_pieces
    again = read(made.path)[0].parts[0].notes
    expected = task.filled(one.chosen[0].candidate.fills).parts[0].notes
    assert again[:, :3].tolist() == expected[:, :3].tolist()


def test_abc_outside_the_hole_is_the_same_text(tmp_path, infiller):
    text = (
        "X:1\nT:Theme % a comment\nM:3/4\nL:1/4\nK:D\n"
        'G | "D" A B c | d e f | {g}f2 e |: d3 |\nw: la la\nA (3B/c/d/ e | f3 | e3 |]\n'
    )
    path = tmp_path / "theme.abc"
    path.write_text(text)
    task = open_task(path, keep="0-1,5-7")
    one = make_variations(task, infiller, count=1, seed=1).chosen[0]
    made = task.score.spliced(one.candidate.fills).decode()
    start, end = text.index("d e f"), text.index(" |\nw: la")
    assert made.startswith(text[:start])
    assert made.endswith(text[end:])
    assert "|:" in made
    assert read_pieces(path)[0].pickup == 24


def test_a_book_of_several_tunes_is_refused(tmp_path):
    path = tmp_path / "x.abc"
    head = "X:1\nM:4/4\nL:1/4\nK:C\n"
    path.write_text(head + "CDEF|GABc|]\n\n" + head.replace("X:1", "X:2") + "CDEF|]\n")
    with pytest.raises(HoleError, match="holds 2 tunes"):
        open_task(path, keep="1")


@pytest.mark.parametrize(
    ("wishes", "fault"),
    [
        ({}, "nothing given"),
        ({"keep": "1-4", "vary": "5-8"}, "--keep and --vary given"),
    ],
)
def test_one_thing_at_a_time_is_asked(theme, wishes, fault):
    with pytest.raises(ConfigError, match=fault):
        open_task(theme, **wishes)


@pytest.mark.parametrize(
    ("wishes", "fault"),
    [
        ({"keep": "1-4,9-16"}, "there is no bar 16: the piece has bars 1 to 12"),
        ({"keep": "1-4,4-12"}, "names bar 4 twice"),
        ({"vary": "13-14"}, "there is no bar 13"),
        ({"vary": "5-8,7-9"}, "overlap"),
        ({"keep": "1-4", "parts": "oboe"}, "has no part 'oboe'; there are: 1 Violin, 2 Bass"),
        ({"bars": 0}, "from 1 to 64"),
        ({"bars": 65}, "from 1 to 64"),
    ],
)
def test_what_cannot_be_done_is_said(theme, wishes, fault):
    with pytest.raises(HoleError, match=fault):
        open_task(theme, **wishes)


def test_varying_needs_notes_and_says_which_are_too_fast(tmp_path):
    path = tmp_path / "x.mid"
    rows = [(0, 96, 60, 80), *((96 + 4 * n, 4, 62, 80) for n in range(24)), (288, 96, 64, 80)]
    write_piece(Piece((Part(np.array(rows)),)), path)
    assert any("within a sixteenth" in note for note in open_task(path, vary="2").notes)
    with pytest.raises(HoleError, match="hold nothing to vary"):
        open_task(path, vary="3")


def test_a_file_without_a_key_is_read_by_ear(tmp_path):
    scale = [67, 69, 71, 72, 74, 76, 78, 79, 67, 74, 71, 67]
    track = mido.MidiTrack()
    for pitch in scale * 2:
        track += [
            mido.Message("note_on", note=pitch, velocity=70, time=0),
            mido.Message("note_off", note=pitch, time=480),
        ]
    path = tmp_path / "keyless.mid"
    mido.MidiFile(ticks_per_beat=480, tracks=[track]).save(path)
    task = open_task(path, keep="1-2,5-6")
    assert task.key == Key(7)
    assert any("heard as G major" in note for note in task.notes)


def test_one_note_two_hundred_parts_and_two_tempos(tmp_path, infiller):
    one = tmp_path / "one.mid"
    write_piece(Piece((Part(np.array([(0, 96, 60, 80)])),)), one)
    task = open_task(one, bars=2)
    assert make_variations(task, infiller, count=2, seed=1).chosen
    rows = np.array([(n * 24, 24, 60 + n % 5, 80) for n in range(32)])
    many = tmp_path / "many.musicxml"
    write_piece(Piece(tuple(Part(rows, f"Desk {n}") for n in range(1, 201))), many)
    task = open_task(many, keep="1-4,7-8", parts="Desk 150")
    choice = make_variations(task, infiller, count=1, seed=1)
    data = task.score.spliced(choice.chosen[0].candidate.fills)
    before, after = many.read_bytes(), data
    assert before[: before.index(b'id="P150">')] == after[: after.index(b'id="P150">')]
    assert before[before.index(b'<part id="P151">') :] == after[after.index(b'<part id="P151">') :]


def test_the_command_writes_a_page_and_a_record(theme, infiller, monkeypatch, capsys):
    def ready(config):
        return infiller
        yield

    monkeypatch.setattr(infill_model, "prepare_infill", ready)
    asked = ["--keep", "1-4,9-12", "--parts", "violin", "--variations", "3", "--seed", "5"]
    done = invoke("continue", theme, *asked, "--json", catch_exceptions=False)
    record = json.loads(done.stdout)
    folder = theme.parent / "theme-variations"
    assert json.loads((folder / RECORD).read_text())["seed"] == 5
    assert len(record["variations"]) == 3
    assert all(Path(one["path"]).is_file() for one in record["variations"])
    page = (folder / PAGE).read_text()
    assert page.count("<audio") == page.count('class="makar-staff"') == 4
    assert "://" not in page.replace("http://www.w3.org", "")
    assert "default-src 'none'" in page
    shutil.rmtree(folder)
    done = invoke("continue", theme, "--bars", 2, "--variations", 1, "--seed", 5)
    assert "hear them side by side" in done.output


def test_a_first_draft_is_heard_before_the_model_is_ready(theme, infiller, monkeypatch):
    def slowly(config):
        yield infill_model.Progress("learning", 1, 700)
        yield infill_model.Draft("learning", 72, 700, "", infiller.policy, infiller=infiller)
        yield infill_model.Progress("learning", 700, 700)
        return infiller

    monkeypatch.setattr(infill_model, "prepare_infill", slowly)
    done = invoke("continue", theme, "--keep", "1-4,9-12", "--variations", 2, "--seed", 3)
    draft, better = (theme.parent / f"theme-{name}" for name in ("first-draft", "variations"))
    told = "A first draft: the model has had 72 of 700 lessons. The better set comes behind it."
    assert told in done.output
    assert "this is --seed 3; --seed 4 gives others" in done.output
    for folder, is_draft in ((draft, True), (better, False)):
        assert len(list(folder.glob("*.mid"))) == 2
        assert json.loads((folder / RECORD).read_text())["draft"] is is_draft
        page = (folder / PAGE).read_text()
        assert (told in page) is is_draft
        assert "--seed 4 gives others" in page


def test_a_folder_that_is_there_is_refused_before_anything_is_learned(theme, monkeypatch):
    def learned(config):
        raise AssertionError("it was learned for nothing")
        yield

    monkeypatch.setattr(infill_model, "prepare_infill", learned)
    there = theme.parent
    again = invoke("continue", theme, "--bars", 2, "--out", there, catch_exceptions=True)
    assert "already there" in str(again.exception)


def test_a_varied_note_that_is_tied_into_a_bar_that_stays_is_not_asked_to_change(
    tmp_path, infiller
):
    path = tmp_path / "x.abc"
    path.write_text("X:1\nM:4/4\nL:1/4\nK:G\nGABc|dedc|BAG2-|G2d2|G4|]\n")
    task = open_task(path, vary="3")
    for one in write_candidates(task, infiller.policy, count=8, seeds=Seeds(1)):
        was = task.views(task.piece, 0).was
        assert one.middles[0].grid.tokens[8] == was[8]
        assert one.fills[0].made[-1, 2] == 67


def test_hearing_a_draft_changes_nothing_that_is_learned(monkeypatch, tmp_path):
    monkeypatch.setenv("MAKAR_CACHE", str(tmp_path))
    monkeypatch.setattr(infill_model, "DRAFT", 1)
    quick = infill_model.PretrainConfig(updates=3, batch=4, warmup=1)
    config = infill_model.InfillConfig(width=8, pretrain=quick)
    corpus = load_corpus()
    weights = []
    for heard in (True, False):
        torch.manual_seed(1)
        policy = infill_model.new_policy(config)
        monkeypatch.setenv("MAKAR_CACHE", str(tmp_path / str(heard)))
        found = []
        work = infill_model.taught(policy, corpus, config)
        while True:
            try:
                progress = next(work)
            except StopIteration as end:
                ready = end.value
                break
            assert isinstance(progress, infill_model.Draft) == (progress.policy is not None)
            if heard and isinstance(progress, infill_model.Draft):
                torch.rand(1000)  # whatever is drawn while it is heard
                found.append(progress)
        assert len(found) == heard
        assert ready.policy is policy
        weights.append(torch.cat([p.flatten() for p in policy.parameters()]))
    assert torch.equal(*weights)


@pytest.fixture
def ready(infiller, monkeypatch):
    def at_once(config):
        return infiller
        yield

    monkeypatch.setattr(infill_model, "prepare_infill", at_once)


def piano(path):
    """Eight bars of chords on one part."""
    rows = [(48 * n, 48, p + n % 5, 60 + n) for n in range(16) for p in (48, 55, 67)]
    write_piece(Piece((Part(np.array(rows), "Piano"),)), path)
    return path


def test_a_line_or_a_voice_is_asked_for_on_the_command_line(tmp_path, ready):
    chords = piano(tmp_path / "piano.mid")
    refused = invoke("continue", chords, "--keep", "1-2,5-8", "--variations", 1)
    assert "--line top" in str(refused.exception)
    for line in ("top", "bottom"):
        out = tmp_path / line
        asked = ["--keep", "1-2,5-8", "--line", line, "--variations", 1, "--out", out]
        invoke("continue", chords, *asked, catch_exceptions=False)
        (made,) = out.glob("*.mid")
        notes = read_pieces(made)[0].parts[0].notes
        was = read_pieces(chords)[0].parts[0].notes
        others = was[np.isin(was[:, 2], [*range(48, 60)] if line == "top" else [*range(53, 72)])]
        stays = {tuple(row) for row in others.tolist() if 192 <= row[0] < 384}
        assert stays <= {tuple(row) for row in notes.tolist()}
    with pytest.raises(ConfigError, match="either top or bottom"):
        open_task(chords, keep="1-2,5-8", line="middle")


def test_made_bars_of_a_hand_played_take_replace_the_bars(tmp_path, infiller):
    draw = np.random.default_rng(3)
    file = mido.MidiFile(ticks_per_beat=480, tracks=[mido.MidiTrack()])
    timed = []
    for n in range(32):  # every note rings a little past the beat after it
        begin = max(480 * n + int(draw.integers(-20, 20)), 0)
        loud, pitch = int(draw.integers(50, 96)), 67 + [0, 4, 7, 5][n % 4]
        timed += [(begin, "note_on", pitch, loud), (begin + 470, "note_off", pitch, 0)]
    last = 0
    for tick, kind, pitch, loud in sorted(timed):
        file.tracks[0].append(mido.Message(kind, note=pitch, velocity=loud, time=tick - last))
        last = tick
    file.save(tmp_path / "take.mid")
    task = open_task(tmp_path / "take.mid", keep="1-2,5-8")
    made = make_variations(task, infiller, count=3, seed=1).chosen
    was = task.piece.parts[0].notes
    inside = was[(was[:, 0] >= 190) & (was[:, 0] < 382)]
    assert len(inside) == 8
    for one in made:
        (tmp_path / "out.mid").write_bytes(task.score.spliced(one.candidate.fills))
        now = read_pieces(tmp_path / "out.mid")[0].parts[0].notes
        outside = [row for row in was.tolist() if row not in inside.tolist()]
        assert [row for row in now.tolist() if row[0] < 190 or row[0] >= 382] == outside
        fresh = one.candidate.fills[0].made
        assert abs(fresh[:, 3].mean() - np.array(outside)[:, 3].mean()) <= 5


@pytest.mark.parametrize("key", ["K:\n", "K:none\n"])
def test_a_tune_without_a_key_is_heard(tmp_path, key):
    path = tmp_path / "x.abc"
    scale = "D2E2^F2G2|A2B2^c2d2|"
    path.write_text(f"X:1\nM:4/4\nL:1/8\n{key}{scale * 3}D8|]\n")
    task = open_task(path, keep="1-2,5-7")
    assert task.key == Key(2)
    assert any("D major" in note for note in task.notes)


def test_a_swung_take_is_swung_on_and_that_is_said(tmp_path, infiller):
    rows = [(24 * n + o, d, 67 + n % 5, 80) for n in range(32) for o, d in ((0, 16), (16, 8))]
    path = tmp_path / "swing.mid"
    write_piece(Piece((Part(np.array(rows)),)), path)
    task = open_task(path, keep="1-2,5-8")
    assert any("swing" in note for note in task.notes)
    made = write_candidates(task, infiller.policy, count=1, seeds=Seeds(1))[0].fills[0].made
    assert {int(o) % 24 for o in made[:, 0]} <= {0, 8, 16, 20}


def test_people_s_own_middles_set_the_limit_of_a_copy(infiller):
    runs = infiller.index.longest_runs(
        MelodyGrids.stack([phrase(n) for n in range(60, 90)]).melodies
    )
    assert quantile_band(runs.length.astype(float))[-1] < infiller.limit


def test_every_phrase_that_is_measured_on_fits_the_model():
    middles, tunes = infill_model.measured(load_corpus(), "valid")
    assert len(middles) == len(tunes) > 600
    assert middles.grids.steps.max() <= LONGEST
    metres = {str(metre) for metre in middles.grids.metres}
    assert {"4/4", "2/4", "3/4", "6/8", "9/8"} == metres
