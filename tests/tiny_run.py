"""A whole run in seconds: tunes composed here, a small LSTM, the catalogue's rewards, real folders.

Not a test file: ``test_reporting.py`` and ``tests/browser/test_report.py`` load it by its path.
"""

from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import torch

from makar.core.seeds import Seeds
from makar.core.types import Prompt
from makar.domains.music.melody.codec import MelodyCodec
from makar.domains.music.melody.grid import (
    FIRST_PITCH_TOKEN,
    HOLD,
    LOWEST_PITCH,
    MelodyGrid,
    MelodyGrids,
)
from makar.domains.music.piece.piece import UNVERIFIED, Key, Metre, Provenance
from makar.domains.music.rewards.novelty import CopyIndex
from makar.domains.music.tune.assessment import GAUGE
from makar.domains.music.tune.craft import MelodyCraft
from makar.domains.music.tune.reward import melody_reward
from makar.domains.music.words import TUNE_WORDS, in_words
from makar.evaluation.gauge import baselines_by
from makar.evaluation.rows import Row, compare
from makar.learners.likelihood import Likelihood, PretrainConfig
from makar.learners.policy_gradient import PolicyGradient, frozen
from makar.learners.policy_settings import PolicyGradientConfig
from makar.measures.alarm import HackingAlarm
from makar.models.recurrent import Recurrent, RecurrentConfig
from makar.models.token_policy import TokenPolicy
from makar.recipes.creator import Creator
from makar.recipes.settings import LoopConfig, RewardConfig
from makar.recipes.upkeep.bonuses import Bonuses
from makar.recipes.upkeep.watch_prices import watched
from makar.runs.folder import RunFolder
from makar.training.loop import Training
from makar.training.records import keep_works

HOSTILE = (
    '<script>document.title="gone"</script> "The O\'Hostile" & Co <img src=x onerror=alert(1)>'
)
CONFIG = """recipe = "tune"
seed = 3

[ask]
bars = 8
metre = "6/8"
mode = "major"
key = "D"
form = "ABAC"
tempo = 104.0
program = 73

[loop]
iterations = {iterations}
works = 32
"""
SCALE = (0, 2, 4, 5, 7, 9, 11)
RHYTHMS = ((2, 2, 2, 2, 2, 2), (4, 2, 4, 2), (6, 4, 2), (4, 2, 2, 2, 2), (6, 6), (2, 2, 2, 4, 2))
ASK = Prompt(condition={"bars": 8, "metre": "6/8", "mode": "major", "key": "D"}, form="ABAC")


def tune(number: int) -> MelodyGrid:
    """A jig of eight bars in form ABAC: stepwise, closing on the tonic."""
    rng = np.random.default_rng(number)

    def two_bars(close: int) -> list[tuple[int, int]]:
        degree, notes = int(rng.integers(7, 12)), []
        for _ in range(2):
            for length in RHYTHMS[rng.integers(len(RHYTHMS))]:
                notes.append((degree, length))
                degree = int(np.clip(degree + rng.choice([-2, -1, -1, 1, 1, 2]), 3, 16))
        return [*notes[:-1], (close, notes[-1][1])]

    a, b, c = two_bars(9), two_bars(11), two_bars(7)
    tokens: list[int] = []
    for degree, length in [*a, *b, *a, *c]:
        pitch = 60 - 12 + 12 * (degree // 7) + SCALE[degree % 7]
        tokens += [pitch - LOWEST_PITCH + FIRST_PITCH_TOKEN] + [HOLD] * (length - 1)
    return MelodyGrid(np.array(tokens, np.int8), Metre(0, 6, 8), Key(2, "major"))


def tunes(first: int, count: int) -> MelodyGrids:
    return MelodyGrids.stack([tune(first + i) for i in range(count)])


@dataclass
class TinyRun:
    folder: RunFolder
    creator: Creator[MelodyGrid]
    rows: list[Row[MelodyGrid]]
    bands: dict[str, tuple[float, float]]
    config: Any = None


def _taught(train: MelodyGrids, updates: int) -> TokenPolicy[MelodyGrid]:
    torch.manual_seed(0)
    codec = MelodyCodec()
    net = Recurrent(RecurrentConfig(vocabulary=codec.vocabulary, width=48))
    policy: TokenPolicy[MelodyGrid] = TokenPolicy(net, codec, shard=32)
    shown = policy.demonstrate(train)
    learner = Likelihood(policy, PretrainConfig(updates=updates, learning_rate=1e-2, warmup=5))
    for _ in range(updates):
        learner.update(shown)
    return policy


def make(root, *, iterations=12, updates=60, works=48, private=False) -> TinyRun:
    """Teach, train, compare: everything that a report is made from."""
    train, judges, human = tunes(0, 80), tunes(1000, 60), tunes(2000, 40)
    policy = _taught(train, updates)
    prior = frozen(policy)
    blend, bands, words = melody_reward(
        RewardConfig(), train=train, known=train, judges=judges, prior=prior
    )
    trial = prior.sample([ASK] * 64, seeds=Seeds(3, 99))
    blend = blend.scaled(blend(trial.works, [ASK] * 64))
    index = CopyIndex.of(train.melodies)
    sources = [Provenance(f"Jig No. {i} {HOSTILE}", licence=UNVERIFIED) for i in range(len(train))]
    sources[::2] = [replace(p, licence="CC0 1.0") for p in sources[::2]]
    learn = PolicyGradientConfig(learning_rate=3e-3)
    creator = Creator(
        policy=policy,
        prior=prior,
        reward=blend,
        learner=PolicyGradient(policy, learn, prior=prior, seed=3),
        prompts=lambda _iteration: [ASK] * 32,
        ask=ASK,
        asked=in_words(ASK, SimpleNamespace(tempo=104.0, program=73)),
        words=TUNE_WORDS,
        craft=MelodyCraft(index, sources, limit=14.0, tempo=104.0),
        bonuses=Bonuses(exploration=0.02, target=0.9),
        baselines=baselines_by(GAUGE, [train]),
        human=human,
        human_prompts=[ASK] * len(human),
        notes=["80 tunes, 80 phrases of 8 bars to learn from", "skipped secret-song.mid: no notes"],
        explanations=words,
    )
    config = CONFIG.format(iterations=iterations)
    if private:
        config += '\n[corpus]\nfolder = "/home/me/secret-scores"\n'
    command = ["makar", "train", "tune", "--corpus", "/home/me/secret-scores"]
    folder = RunFolder.create(root, "jigs", config=config, seed=3, command=command)
    _show(folder, creator, "before", -1)
    loop = LoopConfig(iterations=iterations, works=32, checkpoint_every=1000)
    start = watched(blend(trial.works, [ASK] * 64))
    training = Training(
        creator, folder, loop, 3, HackingAlarm(watched(blend(human, [ASK] * len(human))), start)
    )
    for _ in training.steps():
        pass
    _show(folder, creator, "after", iterations)
    rows = compare(creator, works=works, best_of=[4], seed=5)
    return TinyRun(folder, creator, rows, bands)


def _show(folder: RunFolder, creator: Creator[MelodyGrid], phase: str, iteration: int) -> None:
    policy = creator.prior if phase == "before" else creator.policy
    seeds = Seeds(3, 2**40 + 2)
    rollout = policy.sample([ASK] * 16, seeds=seeds)
    judgement = creator.reward(rollout.works, [ASK] * 16)
    ids = keep_works(
        folder.ledger, creator.craft, rollout, judgement, phase=phase, iteration=iteration,
        rows=range(16), seeds=seeds, temperature=1.0,
    )  # fmt: skip
    best = ids[int(np.argmax(judgement.total))]
    (folder.samples / f"{phase}-{best}.ogg").write_bytes(b"")
