r"""Do tunes lie where their instrument plays them, and where people's do? In every key.

    .venv/bin/python benchmarks/register.py             # a minute on one core
    .venv/bin/python benchmarks/register.py --grid      # as written on the grid: what was before

For each of the twelve tonics, major and minor, 64 works of the untrained model of ``tune`` are
handed out as MIDI files for six instruments and read back by mido. Said are the share of notes
outside the instrument's compass, and the mean pitch beside that of people's tunes: held-out ones
of O'Neill's as they stand in their book where ten or more are in that key, else held-out phrases
in that mode, moved to that key and put in the octave by the same rule. Fixed beforehand: at most
2 % outside, means within 3 semitones. 1 is returned where that is not so.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import mido
import numpy as np
import torch

from makar.core.seeds import Seeds
from makar.core.types import Prompt
from makar.domains.music.corpus.tunes import load_corpus
from makar.domains.music.melody.codec import TONIC_OF
from makar.domains.music.melody.grid import MelodyGrid
from makar.domains.music.picture.card import write_any
from makar.domains.music.piece.piece import PITCH, Key
from makar.domains.music.piece.register import register_of
from makar.domains.music.tune.craft import MelodyCraft
from makar.domains.music.tune.phrases import METRES
from makar.evaluation.rows import EVALUATION
from makar.recipes.creator import Creator
from makar.recipes.loading import load_config
from makar.recipes.registry import recipe_of

PROGRAMS = {73: "flute", 40: "violin", 71: "clarinet", 24: "guitar", 42: "cello", 74: "recorder"}
WORKS, OWN = 64, 10
MOST_OUTSIDE, MOST_AWAY = 0.02, 3.0


def creator_of(mode: str) -> Creator[MelodyGrid]:
    """The untrained model and all around it."""
    config = load_config("tune", {"ask.mode": mode}, environment={})
    steps = recipe_of(config).prepare(config)
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value.creator


def in_key(ask: Prompt, tonic: int) -> Prompt:
    """The same asked for in another key."""
    return replace(ask, condition={**ask.condition, "key": TONIC_OF[tonic]})


def heard(works: Sequence[MelodyGrid], craft: MelodyCraft, *, grid: bool) -> list[list[int]]:
    """Pitches of each work's file, read by another reader."""
    pitches: list[list[int]] = []
    with tempfile.TemporaryDirectory() as folder:
        for number, work in enumerate(works):
            path = Path(folder, f"{number}.mid")
            if grid:
                write_any(work.piece(program=craft.program), path)
            else:
                craft.export(work, path)
            messages = [m for track in mido.MidiFile(path).tracks for m in track]
            assert {m.program for m in messages if m.type == "program_change"} == {craft.program}
            pitches.append([m.note for m in messages if m.type == "note_on" and m.velocity])
    return [p for p in pitches if p]


def mean_of(pitches: Sequence[Sequence[int]]) -> float:
    """Mean over works of their mean pitch."""
    return float(np.mean([np.mean(p) for p in pitches]))


def books() -> dict[Key, float]:
    """Mean pitch of held-out tunes of O'Neill's in the keys that have enough of them."""
    corpus = load_corpus(("oneills1850",))
    pieces = np.unique(corpus.windows(8, METRES, side="heldout").piece)
    found: dict[Key, list[float]] = {}
    for number in pieces.tolist():
        piece = corpus.work(number)
        found.setdefault(piece.key, []).append(float(piece.parts[0].notes[:, PITCH].mean()))
    return {key: float(np.mean(means)) for key, means in found.items() if len(means) >= OWN}


def rows(*, grid: bool) -> Iterator[tuple[Key, str, float, float, float, str]]:
    """Key, instrument, share outside, mean, people's mean, and whose that is."""
    own = books()
    for mode in ("major", "minor"):
        creator = creator_of(mode)
        assert isinstance(creator.craft, MelodyCraft)
        people = [w for w in creator.human if w.key.mode == mode]
        for tonic in range(12):
            asked = [in_key(creator.ask, tonic)] * WORKS
            works = creator.prior.sample(asked, seeds=Seeds(tonic, EVALUATION)).works
            key = Key(tonic, mode)
            moved = [replace(w, key=key) for w in people]
            for program, name in PROGRAMS.items():
                craft = replace(creator.craft, program=program)
                made = heard([works[i] for i in range(WORKS)], craft, grid=grid)
                notes, reach = np.concatenate(made), register_of(program)
                outside = float(((notes < reach.low) | (notes > reach.high)).mean())
                theirs, whose = mean_of(heard(moved, craft, grid=False)), "moved"
                if program == 73 and key in own:
                    theirs, whose = own[key], "O’Neill’s"
                yield key, name, outside, mean_of(made), theirs, whose


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--grid", action="store_true")
    torch.set_num_threads(1)
    wrong = 0
    print("| key | instrument | outside, % | mean pitch | people’s | whose |")
    print("|---|---|---|---|---|---|")
    for key, name, outside, mean, theirs, whose in rows(grid=parser.parse_args().grid):
        fault = outside > MOST_OUTSIDE or abs(mean - theirs) > MOST_AWAY
        wrong += fault
        mark = " ✗" if fault else ""
        figures = f"{100 * outside:.2f} | {mean:.1f} | {theirs:.1f}"
        print(f"| {key.name}{mark} | {name} | {figures} | {whose} |", flush=True)
    print(f"\n{wrong} of {24 * len(PROGRAMS)} not as wanted")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
