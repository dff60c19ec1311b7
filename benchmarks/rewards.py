"""How long each musical reward takes: ``python benchmarks/rewards.py``.

64 made-up melodies of 32 bars in sixteenths to halves, against a made-up corpus of 4,000 tunes;
milliseconds per piece, the median of repeats, after the compiled loops are warm.
"""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np

from makar.core.types import Prompt
from makar.domains.music.melody import Melodies
from makar.domains.music.rewards.catalogue import CATALOGUE, build
from makar.domains.music.rewards.scrambled import walk_at_random

WORKS, BARS, CORPUS, REPEATS = 64, 32, 4000, 7


def melodies(works: int, rng: np.random.Generator, *, bars: int = BARS) -> Melodies:
    frame = Melodies(
        onset=np.zeros((works, 2), np.int64),
        duration=np.ones((works, 2), np.int64),
        pitch=np.tile(np.array([55, 79]), (works, 1)),
        count=np.full(works, 2),
        length=np.full(works, bars * 96),
        bar=np.full(works, 96),
        beat=np.full(works, 24),
        tonic=np.zeros(works, np.int64),
        minor=np.zeros(works, bool),
    )
    return walk_at_random(frame, rng)


def milliseconds(call, repeats: int = REPEATS) -> float:
    call()
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return 1000 * float(np.median(times))


def main() -> None:
    rng = np.random.default_rng(0)
    works, corpus = melodies(WORKS, rng), melodies(CORPUS, rng, bars=16)
    hard = replace(works, pitch=np.where(works.sounding, 60, 0))
    scorers = build(list(CATALOGUE), corpus)
    prompts = [Prompt(form="AABA")] * WORKS
    notes = int(works.count.mean())
    print(
        f"{WORKS} works of {BARS} bars, {notes} notes on average; corpus {corpus.count.sum()} notes"
    )
    print(f"{'reward':24s} {'ms/piece':>9s} {'on one pitch':>13s}")
    total = 0.0
    for name, scorer in scorers.items():
        usual = milliseconds(lambda scorer=scorer: scorer(works, prompts)) / WORKS
        worst = milliseconds(lambda scorer=scorer: scorer(hard, prompts)) / WORKS
        total += usual
        print(f"{name:24s} {usual:9.3f} {worst:13.3f}")
    print(f"{'all':24s} {total:9.3f}")


if __name__ == "__main__":
    main()
