"""How long each musical reward takes: ``python benchmarks/rewards.py``.

64 made-up melodies of 32 bars in sixteenths to halves, against a made-up corpus of 4,000 tunes, and
64 made-up works in four voices against 400; milliseconds per piece, the median of repeats, after
the compiled loops are warm.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from makar.core.scoring import Scorer
from makar.core.types import Prompt
from makar.domains.music.harmony.catalogue import VOICES_CATALOGUE
from makar.domains.music.melody.melody import Melodies
from makar.domains.music.piece.piece import Key, Metre
from makar.domains.music.rewards.catalogue import CATALOGUE, build
from makar.domains.music.voices.voices import FIRST_PITCH, HOLD, LOWEST, RANGES, VoiceGrids
from spoiled_chorales import walks
from spoiled_tunes import walk_at_random

WORKS, BARS, CORPUS, CHORALES, REPEATS = 64, 32, 4000, 400, 7


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


def voices(works: int, rng: np.random.Generator, *, bars: int = BARS) -> VoiceGrids:
    """Four walks in the key, as many notes as in Bach's chorales: a quarter long on average."""
    tokens = np.full((works, len(RANGES), bars * 16), HOLD, np.int16)
    struck = rng.random(tokens.shape) < 0.25
    struck[:, :, 0] = True
    low, high = (np.array(RANGES)[:, end][None, :, None] for end in (0, 1))
    pitch = rng.integers(low, high + 1, tokens.shape)
    tokens[struck] = (pitch - LOWEST + FIRST_PITCH)[struck]
    steps = np.full(works, bars * 16)
    return walks(VoiceGrids(tokens, steps, (Metre(),) * works, (Key(),) * works), rng)


def milliseconds(call, repeats: int = REPEATS) -> float:
    call()
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return 1000 * float(np.median(times))


def measure(title: str, scorers: Mapping[str, Scorer], works, hard) -> None:
    prompts = [Prompt(form="AABA")] * WORKS
    print(f"{title}\n{'reward':24s} {'ms/piece':>9s} {'on one pitch':>13s}")
    total = 0.0
    for name, scorer in scorers.items():
        usual = milliseconds(lambda scorer=scorer: scorer(works, prompts)) / WORKS
        worst = milliseconds(lambda scorer=scorer: scorer(hard, prompts)) / WORKS
        total += usual
        print(f"{name:24s} {usual:9.3f} {worst:13.3f}")
    print(f"{'all':24s} {total:9.3f}\n")


def main() -> None:
    rng = np.random.default_rng(0)
    works, corpus = melodies(WORKS, rng), melodies(CORPUS, rng, bars=16)
    flat = replace(works, pitch=np.where(works.sounding, 60, 0))
    size = f"{int(works.count.mean())} notes on average; corpus {corpus.count.sum()} notes"
    title = f"{WORKS} melodies of {BARS} bars, {size}"
    measure(title, build(list(CATALOGUE), corpus), works, flat)

    chorales, learned = voices(WORKS, rng), voices(CHORALES, rng, bars=16)
    one_pitch = np.where(chorales.struck, chorales.tokens[:, :, :1], chorales.tokens)
    size = f"{int(chorales.struck.sum() / WORKS)} notes on average; corpus {learned.struck.sum()}"
    scorers = VOICES_CATALOGUE.build(list(VOICES_CATALOGUE), learned)
    title = f"{WORKS} works in four voices of {BARS} bars, {size} notes"
    measure(title, scorers, chorales, replace(chorales, tokens=one_pitch))


if __name__ == "__main__":
    main()
